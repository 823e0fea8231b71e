"""Who asks, and what that person may see and change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from dualcore.errors import NotAllowed, NotFound, Word
from dualcore.records.models import Evaluation, Job, Member, Project, StageRun

Need = Literal["view", "edit", "decide", "manage"]


ROLES = ("viewer", "analyst", "decider", "admin")
# What each need asks for at least, for those who do not own the project.
NEEDS: dict[str, str] = {"view": "viewer", "edit": "analyst", "decide": "decider", "manage": "admin"}
EVERYBODY = "*"


@dataclass(frozen=True)
class User:
    """The person who asks.

    roles : of ``viewer`` (reads what is shared), ``analyst`` (makes projects, runs evaluations), ``decider`` (decides at
        gates), ``admin`` (everything, in every project); each includes those before it
    """

    id: str
    name: str
    roles: frozenset[str] = field(default_factory=frozenset)

    @property
    def level(self) -> int:
        """Place of the highest role in ``ROLES``; nobody is less than a viewer."""
        return max((ROLES.index(role) for role in self.roles if role in ROLES), default=0)

    def has(self, role: str) -> bool:
        return self.level >= ROLES.index(role)


# Without sign-in one person uses the installation, and everything in it is theirs.
LOCAL_USER = User("local", "Local user", frozenset({"admin"}))


def require(user: User, role: str) -> None:
    """Raises NotAllowed when the person's role is a lower one."""
    if not user.has(role):
        raise NotAllowed("role_needed", role=Word(f"role.{role}"))


def role_in(session: Session, user: User, project: Project) -> str | None:
    """The person's role in the project; None = may not see it.

    An owner has the own role (``manage`` besides); for others what the project gives them, never more than their own
    role: nobody becomes a decider by being invited.
    """
    if user.has("admin"):
        return "admin"
    if project.owner == user.id:
        return ROLES[user.level]
    given = select(Member.role).where(Member.project_id == project.id, Member.user_id.in_((user.id, EVERYBODY)))
    best = max((ROLES.index(role) for role in session.scalars(given)), default=None)
    return None if best is None else ROLES[min(best, user.level)]


def may(session: Session, user: User, project: Project, need: Need) -> bool:
    """Whether the person may view, edit, decide in, or manage (share, delete) the project."""
    role = role_in(session, user, project)
    if role is None:
        return False
    if need == "manage" and project.owner == user.id:
        return user.has("analyst")
    return ROLES.index(role) >= ROLES.index(NEEDS[need])


def visible(user: User) -> Any:
    """SQL condition on ``Project``: what the person may see."""
    if user.has("admin"):
        return true()
    shared = select(Member.project_id).where(Member.user_id.in_((user.id, EVERYBODY)))
    return or_(Project.owner == user.id, Project.id.in_(shared))


def owned(session: Session, user: User, project_id: str, need: Need = "view", deleted: bool = False) -> Project:
    """The project if it exists (hidden ones: ``deleted``) and the user may do with it what is needed.

    Raises
    ------
    NotFound
        There is none.
    NotAllowed
        ``not_your_project`` when the person may not even see it, else ``role_needed``.
    """
    project = session.get(Project, project_id)
    if project is None or (project.deleted_at is not None) != deleted:
        raise NotFound("no_project")
    if not may(session, user, project, "view"):
        raise NotAllowed("not_your_project")
    if not may(session, user, project, need):
        raise NotAllowed("role_needed", role=Word(f"role.{NEEDS[need]}"))
    return project


def own_job(session: Session, user: User, job_id: str, need: Need = "view") -> Job:
    """The job if the user started it or may do so much in its project.  Raises NotFound, NotAllowed."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound("no_job")
    if job.owner == user.id or user.has("admin"):
        return job
    if job.project_id is None:
        raise NotAllowed("not_your_project")
    owned(session, user, job.project_id, need)
    return job


def own_evaluation(session: Session, user: User, evaluation_id: str, need: Need = "view") -> Evaluation:
    """The evaluation if the user may do so much in its project.  Raises NotFound, NotAllowed."""
    evaluation = session.get(Evaluation, evaluation_id)
    if evaluation is None:
        raise NotFound("no_evaluation")
    owned(session, user, evaluation.project_id, need)
    return evaluation


def own_stage(session: Session, user: User, stage_id: str, need: Need = "view") -> StageRun:
    """The stage run if the user may do so much in its project.  Raises NotFound, NotAllowed."""
    run = session.get(StageRun, stage_id)
    if run is None:
        raise NotFound("no_stage")
    owned(session, user, run.project_id, need)
    return run
