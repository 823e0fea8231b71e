"""Putting a verdict on record: on the evaluation, on its project, and in the history."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dualcore.decision.records import Verdict
from dualcore.records.audit import note
from dualcore.records.models import Evaluation, Project, VerdictRevision


def record_verdict(session: Session, evaluation: Evaluation, verdict: Verdict, user: str) -> None:
    """Make ``verdict`` the evaluation's present one; the project shows that of its newest evaluation."""
    evaluation.verdict = verdict
    revision = VerdictRevision(evaluation_id=evaluation.id, user=user, verdict=verdict)
    session.add(revision)
    note(
        session, user, "verdict_given", evaluation.project_id, revision, evaluation=evaluation.id,
        decision=verdict.decision, occasion=verdict.occasion, goal=verdict.goal,
    )  # fmt: skip
    newest = select(Evaluation.id).where(Evaluation.project_id == evaluation.project_id)
    if session.scalar(newest.order_by(Evaluation.created.desc(), Evaluation.id).limit(1)) == evaluation.id:
        project = session.get_one(Project, evaluation.project_id)
        project.decision, project.confidence = verdict.decision, verdict.confidence
        project.stage = max(project.stage, 1)
