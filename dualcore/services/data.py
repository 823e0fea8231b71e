"""Data: look into an upload, attach it to a project, demo data."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from dualcore.errors import NotFound
from dualcore.intake.records import Question, ReadOptions
from dualcore.jobs.inputs import StoredFiles, prepare_stored, read_stored, upload_view
from dualcore.records.access import EVERYBODY, User, owned, require
from dualcore.records.audit import note
from dualcore.records.demos import read_catalogue
from dualcore.records.models import Dataset, Member, Project
from dualcore.records.rows import dataset_view, latest_dataset
from dualcore.records.types import now
from dualcore.records.views import DatasetView, DemoView, UploadView
from dualcore.services.evaluations import Evaluations
from dualcore.services.files import keep, must_hold
from dualcore.services.projects import Projects
from dualcore.settings import Language


class Data(Projects, Evaluations):
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
        self._must(user, project_id)
        limit = self.settings.max_upload_mb * 1_000_000
        if not isinstance(file, Path) and file.seekable():
            file.seek(0)  # the page may have read it already
        sha, size = self._store.put_file(file, limit) if isinstance(file, Path) else self._store.put(file, limit)
        self._keep(user, project_id, sha, filename, size)
        return self._look_into(sha, filename, options)

    def _must(self, user: User, project_id: str, *uploads: str | None) -> None:
        """Raises NotFound, NotAllowed when the person may not change the project's data, or has not uploaded the files to it."""
        with self._database.read() as session:
            owned(session, user, project_id, "edit")
            must_hold(session, project_id, *uploads)

    def _keep(self, user: User, project_id: str, sha: str, filename: str, size: int) -> None:
        with self._database.write() as session:
            owned(session, user, project_id, "edit")
            keep(session, user, project_id, sha, filename, size)

    def _look_into(self, sha: str, filename: str, options: ReadOptions) -> UploadView:
        return upload_view(read_stored(self._store, sha, filename, options), options)

    def inspect_again(
        self, user: User, project_id: str, upload_sha: str, filename: str, options: ReadOptions
    ) -> UploadView:
        """Look into a file that was uploaded to the project, with other reading options.  Raises NotFound, NotAllowed."""
        self._must(user, project_id, upload_sha)
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

        The same content with the same choices keeps the present version.

        Raises
        ------
        DataError
            The files cannot be used.
        NotFound
            ``file_gone`` for a file that was not uploaded to this project, whoever else may have uploaded it.
        """
        self._must(user, project_id, upload_sha, test_sha)
        files = StoredFiles(filename, upload_sha, test_filename, test_sha)
        prepared = prepare_stored(self._store, files, options, question)
        with self._database.write() as session:
            project = owned(session, user, project_id, "edit")
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
            note(session, user.id, "data_attached", project_id, dataset=dataset.id, sha256=dataset.sha256, filename=filename)
            return dataset_view(dataset)

    def dataset(self, user: User, project_id: str) -> DatasetView | None:
        """The project's newest dataset version, None before the first."""
        with self._database.read() as session:
            owned(session, user, project_id)
            dataset = latest_dataset(session, project_id)
            return None if dataset is None else dataset_view(dataset)

    def demos(self) -> list[DemoView]:
        """The demo datasets of the catalogue."""
        return read_catalogue(self.settings.demo_dir)

    def attach_demo(self, user: User, project_id: str, demo_id: str) -> DatasetView:
        """Make a demo dataset the project's newest dataset version."""
        demo = next((demo for demo in self.demos() if demo.id == demo_id), None)
        if demo is None:
            raise NotFound("no_demo", demo=demo_id)
        self._must(user, project_id)
        stored: list[tuple[str | None, str | None]] = []
        for file in (demo.file, demo.test_file):
            if file is None:
                stored.append((None, None))
                continue
            sha, size = self._store.put_file(self.settings.demo_dir / file)
            self._keep(user, project_id, sha, Path(file).name, size)
            stored.append((sha, Path(file).name))
        (sha, name), (test_sha, test_name) = stored
        return self.attach_dataset(user, project_id, sha, name, demo.options, demo.question, test_sha, test_name)

    def seed_demo_projects(self, user: User, language: Language | None = None, everybody: bool = False) -> None:
        """One project per demo with its data, and its evaluation queued in the background.

        Idempotent: a demo project that exists, or that the user deleted, is left as it is.

        everybody : new ones may be read by everybody who signs in

        Raises
        ------
        NotAllowed
            The person is no analyst.
        """
        require(user, "analyst")
        for demo in self.demos():
            with self._database.write() as session:
                mine = select(Project).where(Project.owner == user.id, Project.demo == demo.id)
                project = session.scalar(mine)
                if project is None:
                    values = demo.project(language or self.settings.language)
                    project = Project(owner=user.id, demo=demo.id, **dict(values))
                    session.add(project)
                    note(session, user.id, "project_created", project.id, name=project.name, demo=demo.id)
                    if everybody:
                        session.add(Member(project_id=project.id, user_id=EVERYBODY, role="viewer"))
                        note(session, user.id, "member_added", project.id, member=EVERYBODY, before=None, role="viewer")
                elif project.deleted_at is not None or latest_dataset(session, project.id):
                    continue
                project_id = project.id
            self.attach_demo(user, project_id, demo.id)
            self.start_evaluation(user, project_id, background=True)
