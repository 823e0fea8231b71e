"""From database rows to the views that pages get."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dualcore.records.models import Dataset, Evaluation, GateDecision, Job, Outcome, Project, Registration, StageRun
from dualcore.records.registrations import CODES
from dualcore.records.types import now
from dualcore.records.views import (
    ACTIVE,
    DatasetView,
    DecisionView,
    EvaluationView,
    JobView,
    OutcomeView,
    ProjectView,
    RegistrationView,
    StageView,
)


def latest_dataset(session: Session, project_id: str) -> Dataset | None:
    """The project's newest dataset version."""
    mine = select(Dataset).where(Dataset.project_id == project_id)
    return session.scalar(mine.order_by(Dataset.created.desc(), Dataset.id).limit(1))


def active_job(session: Session, project_id: str) -> Job | None:
    """The project's running or queued job, the newest when there are several."""
    mine = select(Job).where(Job.project_id == project_id, Job.state.in_(ACTIVE))
    return session.scalar(mine.order_by(Job.created.desc()).limit(1))


def project_view(session: Session, project: Project) -> ProjectView:
    dataset = latest_dataset(session, project.id)
    job = active_job(session, project.id)
    count = select(func.count()).select_from(Evaluation).where(Evaluation.project_id == project.id)
    return ProjectView(
        id=project.id,
        name=project.name,
        question=project.question,
        predict=project.predict,
        metric=project.metric,
        terms=project.terms,
        owner=project.owner,
        stage=project.stage,
        decision=project.decision,
        confidence=project.confidence,
        kind=dataset.profile.kind if dataset else None,
        rows=dataset.profile.rows if dataset else None,
        demo=project.demo,
        evaluations=session.scalar(count) or 0,
        active_job=job_view(session, job) if job else None,
        created=project.created,
        updated=project.updated,
        deleted=project.deleted_at is not None,
    )


def dataset_view(dataset: Dataset) -> DatasetView:
    return DatasetView(
        id=dataset.id,
        project_id=dataset.project_id,
        sha256=dataset.sha256,
        filename=dataset.filename,
        file_sha=dataset.file_sha,
        test_filename=dataset.test_filename,
        test_sha=dataset.test_sha,
        options=dataset.options,
        question=dataset.question,
        profile=dataset.profile,
        notes=dataset.notes,
        created=dataset.created,
    )


def evaluation_view(session: Session, evaluation: Evaluation) -> EvaluationView:
    dataset = session.get_one(Dataset, evaluation.dataset_id)
    return EvaluationView(
        id=evaluation.id,
        project_id=evaluation.project_id,
        dataset=dataset_view(dataset),
        skeleton=evaluation.skeleton,
        metric=evaluation.metric,
        seed=evaluation.seed,
        evidence=evaluation.evidence,
        verdict=evaluation.verdict,
        terms=evaluation.verdict.terms,
        has_model=evaluation.model_sha is not None,
        created=evaluation.created,
    )


def stage_view(run: StageRun) -> StageView:
    return StageView(
        id=run.id,
        project_id=run.project_id,
        evaluation_id=run.evaluation_id,
        kind=run.kind,
        params=run.params,
        result=run.result,
        has_file=run.file_sha is not None,
        created=run.created,
    )


def job_view(session: Session, job: Job) -> JobView:
    """What pages see of a job; the remaining time counts down between two reports."""
    moment = now()
    ended = job.ended or moment
    eta = job.eta_seconds
    if eta is not None and job.state == "running" and job.reported is not None:
        eta = max(0.0, eta - (moment - job.reported).total_seconds())
    return JobView(
        id=job.id,
        owner=job.owner,
        kind=job.kind,
        project_id=job.project_id,
        params=job.params,
        state=job.state,
        attempt=job.attempt,
        progress=job.progress,
        step=job.step,
        steps=job.steps,
        eta_seconds=eta,
        elapsed_seconds=(ended - job.started).total_seconds() if job.started and job.state != "queued" else 0.0,
        ahead=_ahead(session, job) if job.state == "queued" else 0,
        cancel_requested=job.cancel_requested is not None,
        created=job.created,
        started=job.started,
        ended=job.ended,
        error=job.error,
        result_id=job.result_id,
    )


def _ahead(session: Session, job: Job) -> int:
    """Jobs that have their turn before this one (see ``jobs.queue.turn``)."""
    rows = session.execute(select(Job.id, Job.owner, Job.state, Job.priority, Job.created).where(Job.state.in_(ACTIVE))).all()
    had = Counter(row.owner for row in rows if row.state == "running")
    turns: Counter[tuple[str, int]] = Counter()
    order = []
    for row in sorted((r for r in rows if r.state == "queued"), key=lambda r: (r.created, r.id)):
        order.append((row.priority, had[row.owner] + turns[row.owner, row.priority], row.created, row.id))
        turns[row.owner, row.priority] += 1
    running = sum(row.state == "running" and row.priority <= job.priority for row in rows)
    return running + next((place for place, found in enumerate(sorted(order)) if found[3] == job.id), 0)


def registration_view(row: Registration) -> RegistrationView:
    return RegistrationView(
        terms=row.terms, protocol=row.protocol, cost=row.cost, late=row.late, user=row.user, created=row.created
    )


def decision_view(row: GateDecision, currency: str, outcome: Outcome | None) -> DecisionView:
    return DecisionView(
        id=row.id,
        project_id=row.project_id,
        number=row.number,
        stage=CODES[row.stage],
        evaluation_id=row.evaluation_id,
        stage_run_id=row.stage_run_id,
        recommended=row.recommended,
        confidence=row.confidence,
        action=row.action,
        follows=row.action == row.recommended,
        reason=row.reason,
        conditions=row.conditions,
        review_on=row.review_on,
        planned=row.planned,
        avoided=row.avoided,
        spent=row.spent,
        currency=currency,
        protocol=row.protocol,
        user=row.user,
        user_name=row.user_name,
        created=row.created,
        outcome=None if outcome is None else outcome_view(outcome),
    )


def outcome_view(row: Outcome) -> OutcomeView:
    return OutcomeView(
        reached_by=row.reached_by,
        score=row.score,
        spent=row.spent,
        benefit=row.benefit,
        note=row.note,
        user_name=row.user_name,
        created=row.created,
    )


def outcomes_of(session: Session, decisions: list[str]) -> dict[str, Outcome]:
    """The newest outcome of each decision that has one."""
    newest = select(func.max(Outcome.id)).where(Outcome.decision_id.in_(decisions)).group_by(Outcome.decision_id)
    return {row.decision_id: row for row in session.scalars(select(Outcome).where(Outcome.id.in_(newest)))}
