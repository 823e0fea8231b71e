"""Who asks, and what that person may see and change."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from dualcore.errors import NotAllowed, NotFound
from dualcore.records.models import Evaluation, Job, Project, StageRun


@dataclass(frozen=True)
class User:
    """The person who asks. The role "admin" may see and change every project."""

    id: str
    name: str
    roles: frozenset[str] = field(default_factory=frozenset)


# Without sign-in one person uses the installation, and everything in it is theirs.
LOCAL_USER = User("local", "Local user", frozenset({"admin"}))


def owned(session: Session, user: User, project_id: str, deleted: bool = False) -> Project:
    """The project if it exists (hidden ones: ``deleted``) and the user may see it.  Raises NotFound, NotAllowed."""
    project = session.get(Project, project_id)
    if project is None or (project.deleted_at is not None) != deleted:
        raise NotFound("no_project")
    if project.owner != user.id and "admin" not in user.roles:
        raise NotAllowed("not_your_project")
    return project


def own_job(session: Session, user: User, job_id: str) -> Job:
    """The job if the user started it or owns its project.  Raises NotFound, NotAllowed."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("no_job")
    project = session.get(Project, job.project_id) if job.project_id else None
    if user.id not in (job.owner, project and project.owner) and "admin" not in user.roles:
        raise NotAllowed("not_your_project")
    return job


def own_evaluation(session: Session, user: User, evaluation_id: str) -> Evaluation:
    """The evaluation if the user may see its project.  Raises NotFound, NotAllowed."""
    evaluation = session.get(Evaluation, evaluation_id)
    if evaluation is None:
        raise NotFound("no_evaluation")
    owned(session, user, evaluation.project_id)
    return evaluation


def own_stage(session: Session, user: User, stage_id: str) -> StageRun:
    """The stage run if the user may see its project.  Raises NotFound, NotAllowed."""
    run = session.get(StageRun, stage_id)
    if run is None:
        raise NotFound("no_stage")
    owned(session, user, run.project_id)
    return run
