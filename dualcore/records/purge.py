"""What was deleted more than thirty days ago goes for good: rows, then files that nothing names any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dualcore.records.audit import PURGE, TABLES, note
from dualcore.records.backup import referenced
from dualcore.records.database import Database
from dualcore.records.models import (
    Base,
    Dataset,
    Evaluation,
    GateDecision,
    Job,
    Member,
    Outcome,
    Project,
    Registration,
    Share,
    StageRun,
    VerdictRevision,
)
from dualcore.records.store import FileStore
from dualcore.records.types import now

UNDO_DAYS = 30
KEEP = timedelta(days=1)


def purge(database: Database, store: FileStore, moment: datetime | None = None) -> list[str]:
    """Ids of the projects that went. A project that is restored meanwhile stays."""
    before = (moment or now()) - timedelta(days=UNDO_DAYS)
    with database.read() as session:
        due = list(session.scalars(select(Project.id).where(Project.deleted_at < before)))
    gone = []
    for project_id in due:
        with database.write() as session:
            project = session.get(Project, project_id)
            if project is not None and project.deleted_at is not None and project.deleted_at < before:
                _remove(session, project)
                gone.append(project_id)
    if gone:
        _remove_files(database, store)
    return gone


def _remove(session: Session, project: Project) -> None:
    evaluations = select(Evaluation.id).where(Evaluation.project_id == project.id)
    decisions = select(GateDecision.id).where(GateDecision.project_id == project.id)
    steps: list[tuple[type[Base], object]] = [
        (Outcome, Outcome.decision_id.in_(decisions)),
        (GateDecision, GateDecision.project_id == project.id),
        (Share, Share.project_id == project.id),
        (Registration, Registration.project_id == project.id),
        (Member, Member.project_id == project.id),
        (StageRun, StageRun.project_id == project.id),
        (VerdictRevision, VerdictRevision.evaluation_id.in_(evaluations)),
        (Evaluation, Evaluation.project_id == project.id),
        (Job, Job.project_id == project.id),
        (Dataset, Dataset.project_id == project.id),
    ]
    removed = []
    for model, mine in steps:
        if model.__tablename__ in TABLES:
            removed += [[model.__tablename__, str(i)] for i in session.scalars(select(model.id).where(mine))]
        session.execute(delete(model).where(mine).execution_options(synchronize_session=False))
    note(session, "", PURGE, project.id, removed=removed)
    session.delete(project)


def _remove_files(database: Database, store: FileStore) -> None:
    """Files that no record and no job names; those of the last day stay, somebody may be about to attach them."""
    with database.read() as session:
        named = referenced(session)
        params = [str(p) for p in session.scalars(select(Job.params))]
    for sha in list(store.everything()):
        if sha not in named and not any(sha in p for p in params) and store.stored(sha) < now() - KEEP:
            store.remove(sha)
