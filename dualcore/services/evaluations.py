"""Evaluations: start, watch, cancel, read, judge again, predict."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from dualcore.decision.records import Terms
from dualcore.errors import DataError, NotAllowed, NotFound
from dualcore.evidence.records import Metric
from dualcore.jobs.queue import BACKGROUND, PERSON
from dualcore.records.access import User, may, own_evaluation, own_job, owned
from dualcore.records.models import Evaluation, Job, Project
from dualcore.records.registrations import LAST_LAYER, register
from dualcore.records.rows import active_job, evaluation_view, job_view, latest_dataset
from dualcore.records.verdicts import record_verdict
from dualcore.records.views import EvaluationView, JobView
from dualcore.services.installation import Installation


class Evaluations(Installation):
    def start_evaluation(
        self,
        user: User,
        project_id: str,
        skeleton: str | dict = "auto",
        metric: Metric | None = None,
        seed: int = 0,
        background: bool = False,
        width: int | None = None,
    ) -> JobView:
        """Queue stage 1 on the newest dataset version.

        Idempotent: while the same evaluation is queued or running, that job is returned.

        Raises
        ------
        DataError
            ``no_dataset`` when the project has no data yet.
        """
        with self._database.read() as session:
            project = owned(session, user, project_id, "edit")
            dataset = latest_dataset(session, project_id)
            if dataset is None:
                raise DataError("no_dataset", project=project.name)
            params = {
                "project_id": project_id,
                "dataset_id": dataset.id,
                "skeleton": skeleton,
                "metric": metric or project.metric,
                "seed": seed,
                "width": width,
            }
        priority = BACKGROUND if background else PERSON
        job_id = self._queue.add(user.id, "evaluate", params, project_id, priority, self.settings.jobs_per_user)
        with self._database.write() as session:
            register(session, user, job_id, session.get_one(Project, project_id), LAST_LAYER)
        return self.job(user, job_id)

    def job(self, user: User, job_id: str) -> JobView:
        """One job.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            job = own_job(session, user, job_id)
            project = session.get(Project, job.project_id) if job.project_id else None
            if project is not None and not may(session, user, project, "view"):
                raise NotAllowed("not_your_project")  # who started it has lost the project since
            return job_view(session, job)

    def active_job(self, user: User, project_id: str) -> JobView | None:
        """The project's queued or running job."""
        with self._database.read() as session:
            owned(session, user, project_id)
            job = active_job(session, project_id)
            return None if job is None else job_view(session, job)

    def jobs(self, user: User, project_id: str) -> list[JobView]:
        """All jobs of the project, the newest first."""
        with self._database.read() as session:
            owned(session, user, project_id)
            mine = select(Job).where(Job.project_id == project_id).order_by(Job.created.desc(), Job.id)
            return [job_view(session, job) for job in session.scalars(mine)]

    def cancel_job(self, user: User, job_id: str) -> JobView:
        """Ask the job to stop; one that has ended stays as it is."""
        with self._database.read() as session:
            own_job(session, user, job_id, "edit")
        self._queue.cancel(job_id)
        return self.job(user, job_id)

    def evaluations(self, user: User, project_id: str) -> list[EvaluationView]:
        """All evaluations of the project, the newest first."""
        with self._database.read() as session:
            owned(session, user, project_id)
            mine = select(Evaluation).where(Evaluation.project_id == project_id)
            rows = session.scalars(mine.order_by(Evaluation.created.desc(), Evaluation.id))
            return [evaluation_view(session, row) for row in rows]

    def latest_evaluation(self, user: User, project_id: str) -> EvaluationView | None:
        """The newest evaluation, None before the first."""
        with self._database.read() as session:
            owned(session, user, project_id)
            mine = select(Evaluation).where(Evaluation.project_id == project_id)
            row = session.scalar(mine.order_by(Evaluation.created.desc(), Evaluation.id).limit(1))
            return None if row is None else evaluation_view(session, row)

    def evaluation(self, user: User, evaluation_id: str) -> EvaluationView:
        """One evaluation.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            return evaluation_view(session, own_evaluation(session, user, evaluation_id))

    def revise_verdict(self, user: User, evaluation_id: str, terms: Terms) -> EvaluationView:
        """Judge the same evidence again under other terms; every verdict stays on record."""
        from dualcore.decision import recommend

        with self._database.write() as session:
            evaluation = own_evaluation(session, user, evaluation_id, "edit")
            verdict = recommend(evaluation.evidence, terms=terms, protocol=evaluation.verdict.protocol)
            record_verdict(session, evaluation, verdict.model_copy(update={"occasion": "terms"}), user.id)
            session.flush()
            return evaluation_view(session, evaluation)

    def predict(self, user: User, evaluation_id: str, file: BinaryIO | Path, filename: str) -> bytes:
        """Predictions of the evaluation's model for a new file, as CSV (UTF-8 with BOM for Excel).

        Cells that a spreadsheet would run as a formula are made plain text.

        Raises
        ------
        DataError
            The file cannot be read or lacks columns that the model needs.
        """
        # Not at the top: a page that shows records does not wait for torch.
        from dualcore.evidence import LastLayerModel
        from dualcore.evidence.predictions import predictions_csv

        model = LastLayerModel.load(self.model_path(user, evaluation_id))
        with tempfile.TemporaryDirectory() as folder:
            # Intake tells the kind of a file by the end of its name.
            path = Path(folder) / Path(filename).name[-100:]
            path.write_bytes(file.read_bytes() if isinstance(file, Path) else file.read())
            return predictions_csv(model, path).encode("utf-8-sig")

    def model_path(self, user: User, evaluation_id: str) -> Path:
        """File of the evaluation's model.  Raises NotFound (``no_model`` when it kept none), NotAllowed."""
        with self._database.read() as session:
            sha = own_evaluation(session, user, evaluation_id).model_sha
        if sha is None:
            raise NotFound("no_model")
        return self._store.path(sha)
