"""Stages beyond the last layer: start one, read what it found."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from dualcore.errors import NotFound
from dualcore.evidence.stages import StageKind
from dualcore.jobs.queue import PERSON
from dualcore.records.access import User, own_evaluation, own_stage, owned
from dualcore.records.models import Project, StageRun
from dualcore.records.registrations import KINDS, must_be_unlocked, register
from dualcore.records.rows import stage_view
from dualcore.records.store import SHA
from dualcore.records.views import JobView, StageView
from dualcore.services.evaluations import Evaluations
from dualcore.services.files import must_hold


class Stages(Evaluations):
    def start_stage(self, user: User, evaluation_id: str, kind: StageKind, options: dict | None = None) -> JobView:
        """Queue a stage on the data of an evaluation. Idempotent: the same work is queued once.

        Raises NotFound (``file_gone`` when the options name a file that was not uploaded to the project), NotAllowed
        (``stage_locked`` before a person has decided for it at the gate before).
        """
        with self._database.read() as session:
            project_id = own_evaluation(session, user, evaluation_id, "edit").project_id
            must_hold(session, project_id, *_files(options or {}))
            if kind in KINDS:
                must_be_unlocked(session, project_id, KINDS[kind])
        params = {"evaluation_id": evaluation_id, "options": options or {}}
        job_id = self._queue.add(user.id, kind, params, project_id, PERSON, self.settings.jobs_per_user)
        if kind in KINDS:
            with self._database.write() as session:
                register(session, user, job_id, session.get_one(Project, project_id), KINDS[kind])
        return self.job(user, job_id)

    def stages(self, user: User, project_id: str, kind: StageKind) -> list[StageView]:
        """The project's runs of one stage, the newest first."""
        with self._database.read() as session:
            owned(session, user, project_id)
            mine = select(StageRun).where(StageRun.project_id == project_id, StageRun.kind == kind)
            return [stage_view(row) for row in session.scalars(mine.order_by(StageRun.created.desc(), StageRun.id))]

    def stage(self, user: User, stage_id: str) -> StageView:
        """One run of a stage.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            return stage_view(own_stage(session, user, stage_id))

    def stage_file(self, user: User, stage_id: str) -> Path:
        """The file that a stage produced.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            sha = own_stage(session, user, stage_id).file_sha
        if sha is None:
            raise NotFound("file_gone")
        return self._store.path(sha)


def _files(value: object) -> list[str]:
    """Everything in the options that a job may look up in the file store: all that looks like a content hash."""
    if isinstance(value, dict):
        return [sha for part in value.values() for sha in _files(part)]
    if isinstance(value, (list, tuple)):
        return [sha for part in value for sha in _files(part)]
    return [value] if isinstance(value, str) and SHA.fullmatch(value) else []
