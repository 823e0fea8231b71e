"""The use cases. Pages and the command line call these and nothing below them.

Every use case takes the person who asks first, and checks what that person may see and do.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from dualcore.decision.records import Terms
from dualcore.errors import DataError, NotFound
from dualcore.evidence.records import Metric
from dualcore.intake.records import Question, ReadOptions
from dualcore.jobs.embedded import worker_serves
from dualcore.jobs.inputs import StoredFiles, prepare_stored, read_stored, upload_view
from dualcore.jobs.queue import BACKGROUND, PERSON, Queue
from dualcore.records.access import LOCAL_USER, User, own_evaluation, own_job, owned
from dualcore.records.database import Database, migrate, open_engine
from dualcore.records.demos import read_catalogue
from dualcore.records.models import Dataset, Evaluation, Job, Project
from dualcore.records.rows import active_job, dataset_view, evaluation_view, job_view, latest_dataset, project_view
from dualcore.records.store import FileStore
from dualcore.records.types import now
from dualcore.records.verdicts import record_verdict
from dualcore.records.views import (
    ACTIVE,
    DatasetView,
    DemoView,
    EvaluationView,
    JobView,
    ProjectInput,
    ProjectView,
    UploadView,
)
from dualcore.settings import Language, Settings

__all__ = [
    "LOCAL_USER",
    "DatasetView",
    "DemoView",
    "EvaluationView",
    "JobView",
    "ProjectInput",
    "ProjectView",
    "Services",
    "UploadView",
    "User",
    "open_services",
]


log = logging.getLogger("dualcore.services")


def open_services(settings: Settings | None = None) -> Services:
    """The use cases on a database that is brought up to date first; one object serves all threads."""
    return Services(settings or Settings())


class Services:
    """All use cases of one installation. Thread-safe: holds an engine and a folder, no session."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        engine = open_engine(settings.database_url)
        migrate(engine)
        self._database = Database(engine)
        self._store = FileStore(settings.storage_url)
        self._queue = Queue(self._database)

    # Projects -----------------------------------------------------------------------------------

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

    # Data ---------------------------------------------------------------------------------------

    def inspect_upload(
        self, user: User, project_id: str, file: BinaryIO | Path, filename: str, options: ReadOptions = ReadOptions()
    ) -> UploadView:
        """Store the file and look into it.

        Call it again with other ``options`` (encoding, sheet, ...) to read the same file differently.

        Raises
        ------
        DataError
            The file is too big or cannot be used; the sentence says why.
        """
        self.project(user, project_id)
        limit = self.settings.max_upload_mb * 1_000_000
        if not isinstance(file, Path) and file.seekable():
            file.seek(0)  # the page may have read it already
        sha, _ = self._store.put_file(file, limit) if isinstance(file, Path) else self._store.put(file, limit)
        return self._look_into(sha, filename, options)

    def _look_into(self, sha: str, filename: str, options: ReadOptions) -> UploadView:
        return upload_view(read_stored(self._store, sha, filename, options), options)

    def inspect_again(
        self, user: User, project_id: str, upload_sha: str, filename: str, options: ReadOptions
    ) -> UploadView:
        """Look into a stored upload with other reading options."""
        self.project(user, project_id)
        return self._look_into(upload_sha, filename, options)

    def attach_dataset(
        self,
        user: User,
        project_id: str,
        upload_sha: str,
        filename: str,
        options: ReadOptions = ReadOptions(),
        question: Question = Question(),
        test_sha: str | None = None,
        test_filename: str | None = None,
    ) -> DatasetView:
        """Make the stored upload (and a separate test file) the project's newest dataset version.

        The same content with the same choices keeps the present version. Raises DataError.
        """
        self.project(user, project_id)
        files = StoredFiles(filename, upload_sha, test_filename, test_sha)
        prepared = prepare_stored(self._store, files, options, question)
        with self._database.write() as session:
            project = owned(session, user, project_id)
            latest = latest_dataset(session, project_id)
            if latest is not None and latest.sha256 == prepared.sha256:
                return dataset_view(latest)
            dataset = Dataset(
                project_id=project_id,
                sha256=prepared.sha256,
                filename=filename,
                file_sha=upload_sha,
                test_filename=test_filename,
                test_sha=test_sha,
                options=options,
                question=question,
                profile=prepared.profile,
                notes=list(prepared.notes),
            )
            session.add(dataset)
            project.updated = now()
            session.flush()
            return dataset_view(dataset)

    def dataset(self, user: User, project_id: str) -> DatasetView | None:
        """The project's newest dataset version, None before the first."""
        with self._database.read() as session:
            owned(session, user, project_id)
            dataset = latest_dataset(session, project_id)
            return None if dataset is None else dataset_view(dataset)

    # Demo data ----------------------------------------------------------------------------------

    def demos(self) -> list[DemoView]:
        """The demo datasets of the catalogue."""
        return read_catalogue(self.settings.demo_dir)

    def attach_demo(self, user: User, project_id: str, demo_id: str) -> DatasetView:
        """Make a demo dataset the project's newest dataset version."""
        demo = next((demo for demo in self.demos() if demo.id == demo_id), None)
        if demo is None:
            raise NotFound("no_demo", demo=demo_id)
        self.project(user, project_id)
        sha, _ = self._store.put_file(self.settings.demo_dir / demo.file)
        test = Path(demo.test_file) if demo.test_file else None
        test_sha = self._store.put_file(self.settings.demo_dir / test)[0] if test else None
        names = Path(demo.file).name, test.name if test else None
        return self.attach_dataset(
            user, project_id, sha, names[0], demo.options, demo.question, test_sha, names[1]
        )

    def seed_demo_projects(self, user: User, language: Language | None = None) -> None:
        """One project per demo with its data, and its evaluation queued in the background.

        Idempotent: a demo project that exists, or that the user deleted, is left as it is.
        """
        for demo in self.demos():
            with self._database.write() as session:
                mine = select(Project).where(Project.owner == user.id, Project.demo == demo.id)
                project = session.scalar(mine)
                if project is None:
                    values = demo.project(language or self.settings.language)
                    project = Project(owner=user.id, demo=demo.id, **dict(values))
                    session.add(project)
                    session.flush()
                elif project.deleted_at is not None or latest_dataset(session, project.id):
                    continue
                project_id = project.id
            self.attach_demo(user, project_id, demo.id)
            self.start_evaluation(user, project_id, background=True)

    # Evaluations --------------------------------------------------------------------------------

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
            project = owned(session, user, project_id)
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
        job_id = self._queue.add(user.id, "evaluate", params, project_id, priority)
        return self.job(user, job_id)

    def job(self, user: User, job_id: str) -> JobView:
        """One job.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            return job_view(session, own_job(session, user, job_id))

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
        self.job(user, job_id)
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
            evaluation = own_evaluation(session, user, evaluation_id)
            verdict = recommend(evaluation.evidence, terms=terms, protocol=evaluation.verdict.protocol)
            record_verdict(session, evaluation, verdict, user.id)
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

    # Operation ----------------------------------------------------------------------------------

    def health(self) -> dict[str, bool]:
        """Whether the parts that answers depend on work: database, and the worker of this machine."""
        try:
            with self._database.read() as session:
                session.execute(select(Project.id).limit(1))
            database = True
        except SQLAlchemyError:
            log.exception("the database does not answer")
            database = False
        worker = self.settings.worker == "external" or worker_serves(self.settings)
        return {"database": database, "worker": worker}
