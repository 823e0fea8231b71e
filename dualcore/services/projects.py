"""Projects: list, make, change, hide, bring back."""

from __future__ import annotations

from sqlalchemy import select

from dualcore.records.access import User, owned
from dualcore.records.models import Job, Project
from dualcore.records.rows import project_view
from dualcore.records.types import now
from dualcore.records.views import ACTIVE, ProjectInput, ProjectView
from dualcore.services.installation import Installation


class Projects(Installation):
    def list_projects(self, user: User, deleted: bool = False) -> list[ProjectView]:
        """The user's projects (all of them for an administrator), the latest change first."""
        query = select(Project).where(Project.deleted_at.is_not(None) if deleted else Project.deleted_at.is_(None))
        if "admin" not in user.roles:
            query = query.where(Project.owner == user.id)
        with self._database.read() as session:
            projects = session.scalars(query.order_by(Project.updated.desc(), Project.id))
            return [project_view(session, project) for project in projects]

    def create_project(self, user: User, values: ProjectInput) -> ProjectView:
        with self._database.write() as session:
            project = Project(owner=user.id, **dict(values))
            session.add(project)
            session.flush()
            return project_view(session, project)

    def project(self, user: User, project_id: str) -> ProjectView:
        """One project.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            return project_view(session, owned(session, user, project_id))

    def update_project(self, user: User, project_id: str, values: ProjectInput) -> ProjectView:
        with self._database.write() as session:
            project = owned(session, user, project_id)
            for name, value in dict(values).items():
                setattr(project, name, value)
            session.flush()
            return project_view(session, project)

    def delete_project(self, user: User, project_id: str) -> None:
        """Hide the project; its jobs are cancelled. ``restore_project`` brings it back."""
        with self._database.write() as session:
            owned(session, user, project_id).deleted_at = now()
            active = select(Job.id).where(Job.project_id == project_id, Job.state.in_(ACTIVE))
            jobs = list(session.scalars(active))
        for job_id in jobs:
            self._queue.cancel(job_id)

    def restore_project(self, user: User, project_id: str) -> ProjectView:
        with self._database.write() as session:
            project = owned(session, user, project_id, deleted=True)
            project.deleted_at = None
            session.flush()
            return project_view(session, project)
