"""Gates: what was fixed before, what was found, what a person decided, and what happened afterwards."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dualcore.decision.gates import after_plan, after_reevaluation, after_tuning
from dualcore.decision.protocols import differences
from dualcore.decision.records import Decision, Verdict
from dualcore.decision.steps import weigh_tuning
from dualcore.errors import DataError, NotFound
from dualcore.records.access import User, owned, visible
from dualcore.records.audit import note
from dualcore.records.models import Evaluation, GateDecision, Job, Outcome, Project, Registration, StageRun
from dualcore.records.registrations import (
    CODES,
    FULL,
    INTERMEDIATE,
    LAST_LAYER,
    REEVALUATE,
    RUN_KINDS,
    STAGES,
    latest_registration,
    must_be_unlocked,
    stage_cost,
    unlocked,
)
from dualcore.records.rows import decision_view, outcomes_of, registration_view
from dualcore.records.views import DecisionInput, DecisionView, Gate, GateView, OutcomeInput
from dualcore.services.investment import Investment

PLACES = {code: place for place, code in CODES.items()}
SHORTEST_REASON = 3  # characters


class Gates(Investment):
    def gates(self, user: User, project_id: str) -> list[GateView]:
        """The four gates of a project in order.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            project = owned(session, user, project_id)
            evaluation = _newest(session, Evaluation, project_id)
            decisions = self._decisions(session, project)
        plan = None
        out = []
        for place in STAGES:
            with self._database.read() as session:
                open_ = unlocked(session, project_id, place)
                run = _newest(session, StageRun, project_id, RUN_KINDS.get(place)) if place in RUN_KINDS else None
                registered = latest_registration(session, project_id, place)
                if place == FULL and open_ and evaluation is not None:
                    plan = self.plan(user, evaluation.id)
                recommended = _recommended(place, evaluation, run, plan)
                seen = (evaluation and evaluation.id, run and run.id)
                decided = next((d for d in decisions if d.stage == CODES[place]), None)
                current = decided is not None and seen == (decided.evaluation_id, decided.stage_run_id)
                verdict = evaluation.verdict if evaluation is not None else None
                out.append(GateView(
                    stage=CODES[place], place=place, unlocked=open_, cost=self._cost(place, registered, project, verdict),
                    registration=None if registered is None else registration_view(registered),
                    evaluation_id=seen[0], stage_run_id=seen[1], recommended=recommended,
                    confidence=verdict.confidence if verdict and place == LAST_LAYER else None,
                    moved=_moved(session, place, evaluation), decision=decided, current=current,
                    waiting=recommended is not None and open_ and not current,
                ))
        return out

    def _cost(self, place: int, registered: Registration | None, project: Project, verdict: Verdict | None) -> float:
        if registered is not None:
            return registered.cost
        return stage_cost(place, project.terms, verdict.protocol) if verdict else 0.0

    def stage_open(self, user: User, project_id: str, stage: Gate) -> bool:
        """Whether a decision has opened the stage.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            owned(session, user, project_id)
            return unlocked(session, project_id, PLACES[stage])

    def decisions(self, user: User, project_id: str) -> list[DecisionView]:
        """Every decision on the project, the newest first.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            return self._decisions(session, owned(session, user, project_id))

    def _decisions(self, session: Session, project: Project) -> list[DecisionView]:
        mine = select(GateDecision).where(GateDecision.project_id == project.id).order_by(GateDecision.number.desc())
        rows = list(session.scalars(mine))
        outcomes = outcomes_of(session, [row.id for row in rows])
        return [decision_view(row, project.terms.currency, outcomes.get(row.id)) for row in rows]

    def decide(self, user: User, project_id: str, values: DecisionInput) -> DecisionView:
        """Put a decision on record; it opens or closes the stages behind its gate.

        Raises
        ------
        NotAllowed
            ``role_needed`` (a decider), ``stage_locked``.
        DataError
            ``decision_no_evidence``; ``decision_reason`` where an override gives no reason; ``decision_meanwhile`` where
            somebody else decided since the person looked; ``decision_evidence`` where the evidence is not this project's.
        """
        place = PLACES[values.stage]
        recommended, verdict = self._evidence(user, project_id, place, values)
        reason = values.reason.strip()
        if values.action != recommended and len(reason) < SHORTEST_REASON:
            raise DataError("decision_reason")
        try:
            with self._database.write() as session:
                project = owned(session, user, project_id, "decide")
                must_be_unlocked(session, project_id, place)
                newest = session.scalar(
                    select(GateDecision).where(GateDecision.project_id == project_id)
                    .order_by(GateDecision.number.desc()).limit(1)
                )
                if (newest.id if newest else None) != values.seen:
                    raise DataError("decision_meanwhile", name=newest.user_name if newest else "")
                row = GateDecision(
                    project_id=project_id, number=newest.number + 1 if newest else 1, stage=place,
                    evaluation_id=values.evaluation_id, stage_run_id=values.stage_run_id, recommended=recommended,
                    confidence=verdict.confidence if place == LAST_LAYER else None, action=values.action, reason=reason,
                    conditions=values.conditions.strip(), review_on=values.review_on,
                    planned=_planned(verdict, values.action), avoided=_avoided(verdict, values.action), spent=values.spent,
                    protocol=verdict.protocol.version, user=user.id, user_name=user.name,
                )
                session.add(row)
                note(
                    session, user.id, "decision_made", project_id, row, stage=values.stage, recommended=recommended,
                    action=values.action, follows=values.action == recommended,
                )
                return decision_view(row, project.terms.currency, None)
        except IntegrityError:
            # PostgreSQL: both saw the same newest decision; the number is taken.
            newest = self.decisions(user, project_id)[0]
            raise DataError("decision_meanwhile", name=newest.user_name) from None

    def _evidence(self, user: User, project_id: str, place: int, values: DecisionInput) -> tuple[Decision, Verdict]:
        with self._database.read() as session:
            owned(session, user, project_id, "decide")
            evaluation = session.get(Evaluation, values.evaluation_id)
            run = session.get(StageRun, values.stage_run_id) if values.stage_run_id else None
            mine = all(row is None or row.project_id == project_id for row in (evaluation, run))
            right_kind = (run.kind if run else None) == RUN_KINDS.get(place)
        if evaluation is None or (place in RUN_KINDS and run is None):
            raise DataError("decision_no_evidence")
        if not mine or not right_kind:
            raise DataError("decision_evidence")
        plan = self.plan(user, evaluation.id) if place == FULL else None
        return _recommended(place, evaluation, run, plan), evaluation.verdict

    def record_outcome(self, user: User, project_id: str, decision_id: str, values: OutcomeInput) -> DecisionView:
        """Enter what happened after a decision; an earlier entry stays on record.  Raises NotFound, NotAllowed."""
        with self._database.write() as session:
            project = owned(session, user, project_id, "edit")
            decision = session.get(GateDecision, decision_id)
            if decision is None or decision.project_id != project_id:
                raise NotFound("no_decision")
            row = Outcome(
                decision_id=decision_id, user=user.id, user_name=user.name,
                **{**dict(values), "note": values.note.strip()},
            )
            session.add(row)
            note(session, user.id, "outcome_entered", project_id, row, decision=decision_id, reached_by=values.reached_by)
            return decision_view(decision, project.terms.currency, row)

    def all_decisions(self, user: User) -> list[DecisionView]:
        """Every decision that the person may see, the newest first: the company's own track record."""
        with self._database.read() as session:
            query = (
                select(GateDecision, Project.terms).join(Project, GateDecision.project_id == Project.id)
                .where(Project.deleted_at.is_(None), visible(user)).order_by(GateDecision.created.desc(), GateDecision.id)
            )
            rows = session.execute(query).all()
            outcomes = outcomes_of(session, [row.id for row, _ in rows])
            return [decision_view(row, terms.currency, outcomes.get(row.id)) for row, terms in rows]


def _newest(session: Session, model: type, project_id: str, kind: str | None = None):
    mine = select(model).where(model.project_id == project_id)
    mine = mine if kind is None else mine.where(model.kind == kind)
    return session.scalar(mine.order_by(model.created.desc(), model.id).limit(1))


def _recommended(place: int, evaluation: Evaluation | None, run: StageRun | None, plan: object) -> Decision | None:
    """None where the stage has no evidence yet."""
    if evaluation is None:
        return None
    verdict = evaluation.verdict
    if place == LAST_LAYER:
        return verdict.decision
    if place == REEVALUATE and run is not None:
        return after_reevaluation(run.result, verdict)
    if place == INTERMEDIATE and run is not None:
        return after_tuning(weigh_tuning(run.result, verdict.terms, verdict.protocol))
    return after_plan(plan) if place == FULL and plan is not None else None


def _moved(session: Session, place: int, evaluation: Evaluation | None) -> bool:
    """Whether the verdict of the first gate follows other terms or thresholds than those fixed before its run."""
    if place != LAST_LAYER or evaluation is None:
        return False
    job = select(Job.id).where(Job.result_id == evaluation.id)
    fixed = session.scalar(select(Registration).where(Registration.job_id.in_(job)))
    verdict = evaluation.verdict
    return fixed is not None and (fixed.terms != verdict.terms or bool(differences(fixed.protocol, verdict.protocol)))


def _planned(verdict: Verdict, action: Decision) -> float:
    return next((option.cost for option in verdict.options if option.decision == action), 0.0)


def _avoided(verdict: Verdict, action: Decision) -> float:
    """What full investment would have cost beyond what is spent on the course that was chosen."""
    return 0.0 if action == "invest" else max(0.0, _planned(verdict, "invest") - _planned(verdict, action))
