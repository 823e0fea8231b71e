"""Projects: list, make, change, hide, bring back."""

from __future__ import annotations

from sqlalchemy import JSON, func, select, type_coerce
from sqlalchemy.orm import Session

from dualcore.records.access import Need, User, may, owned, require, visible
from dualcore.records.audit import note
from dualcore.records.models import Dataset, Evaluation, Job, Project
from dualcore.records.rows import job_view, project_view
from dualcore.records.types import now
from dualcore.records.views import ACTIVE, ProjectInput, ProjectView
from dualcore.services.installation import Installation


class Projects(Installation):
    def list_projects(self, user: User, deleted: bool = False) -> list[ProjectView]:
        """The projects that the person may see, the latest change first."""
        query = select(Project).where(Project.deleted_at.is_not(None) if deleted else Project.deleted_at.is_(None))
        query = query.where(visible(user))
        with self._database.read() as session:
            return _views(session, list(session.scalars(query.order_by(Project.updated.desc(), Project.id))))

    def create_project(self, user: User, values: ProjectInput) -> ProjectView:
        """A new project of the person, who must be an analyst at least.  Raises NotAllowed."""
        require(user, "analyst")
        with self._database.write() as session:
            project = Project(owner=user.id, **dict(values))
            session.add(project)
            note(session, user.id, "project_created", project.id, name=project.name)
            return project_view(session, project)

    def project(self, user: User, project_id: str) -> ProjectView:
        """One project.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            return project_view(session, owned(session, user, project_id))

    def may(self, user: User, project_id: str, need: Need) -> bool:
        """Whether the person may ``view``, ``edit``, ``decide`` in, or ``manage`` the project: for what a page offers.

        Every action checks again by itself.
        """
        with self._database.read() as session:
            project = session.get(Project, project_id)
            return project is not None and may(session, user, project, need)

    def update_project(self, user: User, project_id: str, values: ProjectInput) -> ProjectView:
        with self._database.write() as session:
            project = owned(session, user, project_id, "edit")
            changed = [name for name, value in dict(values).items() if getattr(project, name) != value]
            before = project.terms
            for name in changed:
                setattr(project, name, getattr(values, name))
            if changed:
                known = {"after_evidence": project.stage >= 1, "before": before.model_dump()} if "terms" in changed else {}
                note(session, user.id, "project_changed", project_id, fields=changed, **known)
            return project_view(session, project)

    def delete_project(self, user: User, project_id: str) -> None:
        """Hide the project; its jobs are cancelled. ``restore_project`` brings it back."""
        with self._database.write() as session:
            owned(session, user, project_id, "manage").deleted_at = now()
            note(session, user.id, "project_deleted", project_id)
            active = select(Job.id).where(Job.project_id == project_id, Job.state.in_(ACTIVE))
            jobs = list(session.scalars(active))
        for job_id in jobs:
            self._queue.cancel(job_id)

    def restore_project(self, user: User, project_id: str) -> ProjectView:
        with self._database.write() as session:
            project = owned(session, user, project_id, "manage", deleted=True)
            project.deleted_at = None
            note(session, user.id, "project_restored", project_id)
            return project_view(session, project)


def _views(session: Session, projects: list[Project]) -> list[ProjectView]:
    """As ``rows.project_view`` for each, in four queries and one more per active job, whose place in the queue is counted."""
    ids = [project.id for project in projects]
    profile = type_coerce(Dataset.profile, JSON)
    facts = select(Dataset.project_id, profile["kind"].as_string().label("kind"), profile["rows"].as_integer().label("rows"))
    # The oldest first: what comes later stays in the dictionary.
    data = {row.project_id: row for row in session.execute(facts.where(Dataset.project_id.in_(ids)).order_by(Dataset.created, Dataset.id.desc()))}
    number = select(Evaluation.project_id, func.count()).where(Evaluation.project_id.in_(ids)).group_by(Evaluation.project_id)
    counts = dict(session.execute(number).all())
    active = select(Job).where(Job.project_id.in_(ids), Job.state.in_(ACTIVE)).order_by(Job.created)
    jobs = {job.project_id: job for job in session.scalars(active)}
    return [
        ProjectView(
            id=p.id, name=p.name, question=p.question, predict=p.predict, metric=p.metric, terms=p.terms, owner=p.owner, stage=p.stage,
            decision=p.decision, confidence=p.confidence, kind=data[p.id].kind if p.id in data else None,
            rows=data[p.id].rows if p.id in data else None, demo=p.demo, evaluations=counts.get(p.id, 0),
            active_job=job_view(session, jobs[p.id]) if p.id in jobs else None, created=p.created, updated=p.updated,
            deleted=p.deleted_at is not None,
        )
        for p in projects
    ]  # fmt: skip
