"""All projects at once, in a number of queries that does not grow with them; comparisons; the company's own record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, func, select, true, type_coerce
from sqlalchemy.orm import Session

from dualcore.decision.ownrecord import Decided, OwnRecord, own_record
from dualcore.decision.portfolio import LastDecision, Portfolio, PortfolioRow
from dualcore.decision.records import Decision
from dualcore.errors import DataError, NotFound
from dualcore.evidence.records import Metric
from dualcore.record import Record
from dualcore.records.access import User, may, owned, visible
from dualcore.records.models import Dataset, Evaluation, GateDecision, Job, Outcome, Person, Project, StageRun
from dualcore.records.purge import UNDO_DAYS
from dualcore.records.registrations import CODES, FULL, INTERMEDIATE, LAST_LAYER, REEVALUATE, RUN_KINDS, STAGES
from dualcore.records.types import now
from dualcore.records.views import ACTIVE, DecisionView, EvaluationView, ProjectView
from dualcore.services.gates import Gates
from dualcore.settings import Language

FEWEST, MOST = 2, 5  # items of a comparison


class EvaluationLine(Record):
    """One evaluation of a project in short."""

    id: str
    created: datetime
    skeleton: str  # name of the one that was evaluated
    seed: int
    metric: Metric
    score: float
    low: float
    high: float
    verdict: Decision
    confidence: float


class Compared(Record):
    """One side of a comparison: a project with its newest evaluation, or the evaluation that was named."""

    item: str  # as asked for
    project: ProjectView
    evaluation: EvaluationView | None  # None before the first
    decision: DecisionView | None  # the newest that rests on this evaluation


class Deletion(Record):
    """How much stands in a project."""

    datasets: int
    evaluations: int
    stages: int  # runs beyond the last layer
    decisions: int
    undo_days: int = UNDO_DAYS  # that it can be brought back


class Deleted(Record):
    """A project that was deleted and can be brought back."""

    id: str
    name: str
    demo: str | None
    deleted: datetime
    until: datetime  # from then on it may be removed for good
    late: bool  # that day has passed


class Portfolios(Gates):
    def portfolio(self, user: User, language: Language | None = None, today: date | None = None) -> Portfolio:
        """One row per project that the person may see, the latest change first.

        language : demo projects that nobody renamed are named in it
        today : reviews before it are overdue; None = today in UTC
        """
        today = today or now().date()
        mine = select(Project.id).where(Project.deleted_at.is_(None), visible(user)).scalar_subquery()
        with self._database.read() as session:
            projects = session.execute(
                select(Project, Person.name).outerjoin(Person, Person.id == Project.owner).where(Project.id.in_(mine))
                .order_by(Project.updated.desc(), Project.id)
            ).all()
            facts = _Facts(session, mine)
        demos = {demo.id: demo for demo in self.demos()} if language and any(p.demo for p, _ in projects) else {}
        rows = []
        for project, owner_name in projects:
            name, question = project.name, project.question
            demo = demos.get(project.demo)
            if demo is not None and name in demo.name.values():
                name, question = demo.name[language], demo.text[language]
            # As ``access.may`` has it for "manage", without asking once per project.
            manages = user.has("admin") or (project.owner == user.id and user.has("analyst"))
            rows.append(facts.row(project, name, question, owner_name or project.owner, today, manages))
        return Portfolio(rows=rows, today=today)

    def own_record(self, user: User) -> OwnRecord:
        """What became of the decisions that the person may see."""
        return own_record([_decided(d) for d in self.all_decisions(user)])

    def compare(self, user: User, items: Sequence[str]) -> list[Compared]:
        """Two to five projects (each by its newest evaluation) or evaluations, in the order asked for; twins are dropped.

        Raises
        ------
        DataError
            ``compare_few``, ``compare_many``.
        NotFound, NotAllowed
            When one of them is not there or may not be seen.
        """
        asked = list(dict.fromkeys(items))
        if len(asked) < FEWEST:
            raise DataError("compare_few", n=len(asked))
        if len(asked) > MOST:
            raise DataError("compare_many", n=len(asked))
        return [self._side(user, item) for item in asked]

    def _side(self, user: User, item: str) -> Compared:
        try:
            evaluation = self.evaluation(user, item)
        except NotFound:
            project = self.project(user, item)
            evaluation = self.latest_evaluation(user, item)
        else:
            project = self.project(user, evaluation.project_id)
        rests = lambda d: evaluation is not None and d.evaluation_id == evaluation.id  # noqa: E731
        decision = next((d for d in self.decisions(user, project.id) if rests(d)), None)
        return Compared(item=item, project=project, evaluation=evaluation, decision=decision)

    def evaluation_lines(self, user: User, project_id: str) -> list[EvaluationLine]:
        """All evaluations of a project in short, the newest first.  Raises NotFound, NotAllowed."""
        evidence = type_coerce(Evaluation.evidence, JSON)
        number = lambda name: evidence[("last_layer", name)].as_float()  # noqa: E731
        query = select(
            Evaluation.id, Evaluation.created, evidence[("skeleton", "name")].as_string(), Evaluation.seed, evidence["metric"].as_string(),
            number("score"), number("low"), number("high"), Evaluation.verdict,
        ).where(Evaluation.project_id == project_id).order_by(Evaluation.created.desc(), Evaluation.id)
        with self._database.read() as session:
            owned(session, user, project_id)
            return [
                EvaluationLine(
                    id=id_, created=created, skeleton=skeleton, seed=seed, metric=metric, score=score, low=low, high=high,
                    verdict=verdict.decision, confidence=verdict.confidence,
                )
                for id_, created, skeleton, seed, metric, score, low, high, verdict in session.execute(query)
            ]  # fmt: skip

    def active_projects(self, user: User) -> frozenset[str]:
        """Ids of the projects whose job is queued or running."""
        mine = select(Project.id).where(Project.deleted_at.is_(None), visible(user))
        with self._database.read() as session:
            return frozenset(session.scalars(select(Job.project_id).where(Job.state.in_(ACTIVE), Job.project_id.in_(mine))))

    def deletion(self, user: User, project_id: str) -> Deletion:
        """What goes when the project is deleted.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            owned(session, user, project_id, "manage")
            number = lambda table: session.scalar(select(func.count()).select_from(table).where(table.project_id == project_id)) or 0  # noqa: E731
            return Deletion(datasets=number(Dataset), evaluations=number(Evaluation), stages=number(StageRun), decisions=number(GateDecision))

    def deleted_projects(self, user: User) -> list[Deleted]:
        """Deleted projects that the person may bring back, the latest deletion first."""
        moment, kept = now(), timedelta(days=UNDO_DAYS)
        with self._database.read() as session:
            own = true() if user.has("admin") else Project.owner == user.id
            hidden = select(Project).where(Project.deleted_at.is_not(None), own).order_by(Project.deleted_at.desc(), Project.id)
            return [
                Deleted(id=p.id, name=p.name, demo=p.demo, deleted=p.deleted_at, until=p.deleted_at + kept, late=p.deleted_at + kept < moment)
                for p in session.scalars(hidden) if may(session, user, p, "manage")
            ]  # fmt: skip


class _Facts:
    """What the database knows about the projects, in one query per kind of fact."""

    def __init__(self, session: Session, mine: Any) -> None:
        self.data = set(session.scalars(select(Dataset.project_id).where(Dataset.project_id.in_(mine)).distinct()))
        self.evaluations = {row.project_id: row for row in session.execute(newest_evaluations(mine))}
        runs = select(StageRun.project_id, StageRun.kind, StageRun.id).where(StageRun.project_id.in_(mine))
        self.runs: dict[tuple[str, str], str] = {}
        for row in session.execute(runs.order_by(StageRun.created.desc(), StageRun.id)):
            self.runs.setdefault((row.project_id, row.kind), row.id)
        # Without the long texts.
        light = [c for c in GateDecision.__table__.columns if c.name not in ("reason", "conditions")]
        self.decisions: dict[str, list[Any]] = {}
        for row in session.execute(select(*light).where(GateDecision.project_id.in_(mine)).order_by(GateDecision.number.desc())):
            self.decisions.setdefault(row.project_id, []).append(row)
        outcomes = (
            select(GateDecision.project_id, Outcome.spent, Outcome.created).join(GateDecision, Outcome.decision_id == GateDecision.id)
            .where(GateDecision.project_id.in_(mine), Outcome.spent.is_not(None)).order_by(Outcome.id)
        )
        self.outcomes = {row.project_id: row for row in session.execute(outcomes)}
        jobs = select(Job.project_id, Job.state, Job.progress).where(Job.project_id.in_(mine), Job.state.in_(ACTIVE))
        self.jobs = {row.project_id: row for row in session.execute(jobs.order_by(Job.created))}

    def row(self, project: Project, name: str, question: str, owner_name: str, today: date, manages: bool) -> PortfolioRow:
        found, made = self.evaluations.get(project.id), self.decisions.get(project.id, [])
        verdict, last = (found.verdict if found else None), (made[0] if made else None)
        job = self.jobs.get(project.id)
        planned = avoided = None
        if last is not None:
            planned, avoided = last.planned, last.avoided
        elif verdict is not None:
            planned = next((o.cost for o in verdict.options if o.decision == verdict.decision), 0.0)
            avoided = verdict.avoided
        review = last.review_on if last is not None else None
        return PortfolioRow(
            id=project.id, name=name, question=question, owner=project.owner, owner_name=owner_name, demo=project.demo,
            has_data=project.id in self.data, stage=_reached(project.stage, made), evaluations=found.number if found else 0,
            evaluation_id=found.id if found else None, verdict=verdict.decision if verdict else None,
            confidence=verdict.confidence if verdict else None, metric=found.used if found else project.metric,
            score=found.score if found else None, low=found.low if found else None, high=found.high if found else None,
            goal=verdict.goal if verdict else project.terms.goal, goal_assumed=bool(verdict and verdict.goal_assumed),
            currency=project.terms.currency, planned=planned, avoided=avoided,
            spent=_spent(last, self.outcomes.get(project.id)), settled=last is not None,
            decision=None if last is None else LastDecision(
                stage=CODES[last.stage], action=last.action, follows=last.action == last.recommended,
                user_name=last.user_name, created=last.created,
            ),
            waiting=self._waiting(project.id, found.id if found else None, made), review_on=review,
            overdue=review is not None and review < today,
            running=job.progress if job is not None and job.state == "running" else None,
            queued=job is not None and job.state == "queued", manages=manages, updated=project.updated,
        )  # fmt: skip

    def _waiting(self, project_id: str, evaluation_id: str | None, made: Sequence[Any]) -> str | None:
        """The furthest gate whose evidence nobody has decided on, as ``Gates.gates`` has it."""
        if evaluation_id is None:
            return None
        for place in reversed(STAGES):
            run = self.runs.get((project_id, RUN_KINDS[place])) if place in RUN_KINDS else None
            if (place in RUN_KINDS and run is None) or not _opened(made, place):
                continue
            decided = next((d for d in made if d.stage == place), None)
            if decided is None or (decided.evaluation_id, decided.stage_run_id) != (evaluation_id, run):
                return CODES[place]
        return None


def newest_evaluations(mine: Any):
    """Newest evaluation of each project in ``mine``: id, number of evaluations, verdict, metric used, score and interval."""
    ranked = (
        select(
            Evaluation.id, func.count().over(partition_by=Evaluation.project_id).label("number"),
            func.row_number().over(partition_by=Evaluation.project_id, order_by=(Evaluation.created.desc(), Evaluation.id)).label("place"),
        )
        .where(Evaluation.project_id.in_(mine)).subquery()
    )  # fmt: skip
    evidence = type_coerce(Evaluation.evidence, JSON)
    number = lambda name: evidence[("last_layer", name)].as_float().label(name)  # noqa: E731
    return (
        select(
            Evaluation.project_id, Evaluation.id, ranked.c.number, Evaluation.verdict, evidence["metric"].as_string().label("used"),
            number("score"), number("low"), number("high"),
        )
        .join(ranked, Evaluation.id == ranked.c.id).where(ranked.c.place == 1)
    )  # fmt: skip


def _opened(made: Sequence[Any], place: int) -> bool:
    """``records.registrations.unlocked`` on decisions that are at hand, the newest first."""
    if place == LAST_LAYER:
        return True
    found = next((d for d in made if d.stage < place), None)
    if found is None:
        return False
    if place == REEVALUATE:
        return found.action in ("re-evaluate", "invest")
    return found.action == "invest" and (place == INTERMEDIATE or found.stage == INTERMEDIATE)


def _reached(stage: int, made: Sequence[Any]) -> int:
    """The stage reached; full training once somebody decided for it or at its gate."""
    full = any(d.stage == FULL or (d.stage == INTERMEDIATE and d.action == "invest") for d in made)
    return FULL if full else stage


def _spent(last: Any, outcome: Any) -> float:
    """What was entered last: with the newest decision, or afterwards with what happened."""
    if outcome is not None and (last is None or outcome.created >= last.created):
        return outcome.spent
    return 0.0 if last is None else last.spent


def _decided(d: DecisionView) -> Decided:
    after = d.outcome
    return Decided(
        project=d.project_id, created=d.created, recommended=d.recommended, action=d.action, right=d.right,
        recommendation_right=d.recommendation_right, currency=d.currency, avoided=d.avoided, spent=d.spent,
        spent_in_all=after.spent if after else None, benefit=after.benefit if after else None,
    )  # fmt: skip
