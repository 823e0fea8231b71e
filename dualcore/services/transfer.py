"""Transfer: bring embeddings, choose an encoder of the administrator's folder, compare."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from dualcore.errors import NotFound
from dualcore.record import Record
from dualcore.records.access import User, own_evaluation, owned
from dualcore.records.models import Dataset
from dualcore.records.views import JobView
from dualcore.services.files import keep
from dualcore.services.stages import Stages


class EmbeddingsView(Record):
    """A stored file of embeddings: examples and numbers per example."""

    sha256: str
    filename: str
    rows: int
    dimensions: int


class Transfers(Stages):
    def encoders(self) -> list[str]:
        """Names of the pretrained encoders in the folder that the administrator set (DUALCORE_ENCODERS)."""
        from dualcore.evidence.embeddings import encoder_files

        return encoder_files(self.settings.encoders)

    def keep_embeddings(
        self, user: User, project_id: str, file: BinaryIO | Path, filename: str, id_column: str | None = None
    ) -> EmbeddingsView:
        """Store a file of embeddings after it was read once as data; raises DataError naming what is wrong with it."""
        from dualcore.evidence.embeddings import read_embeddings

        with self._database.read() as session:
            owned(session, user, project_id, "edit")
        limit = self.settings.max_upload_mb * 1_000_000
        if not isinstance(file, Path) and file.seekable():
            file.seek(0)  # the page may have read it already
        sha, size = self._store.put_file(file, limit) if isinstance(file, Path) else self._store.put(file, limit)
        found = read_embeddings(self._store.path(sha), filename, id_column)
        with self._database.write() as session:
            owned(session, user, project_id, "edit")
            keep(session, user, project_id, sha, filename, size)
        return EmbeddingsView(sha256=sha, filename=filename, rows=found.values.shape[0], dimensions=found.values.shape[1])

    def start_transfer(
        self, user: User, evaluation_id: str, embeddings: EmbeddingsView | None = None, id_column: str | None = None,
        encoder: str | None = None,
    ) -> JobView:
        """Queue the comparison with stored embeddings, or with an encoder by name.

        Raises NotFound: ``encoder_missing`` when the administrator's folder has no such encoder, ``file_gone`` when the
        embeddings were not uploaded to the evaluation's project.
        """
        if embeddings is None:
            if encoder not in self.encoders():
                raise NotFound("encoder_missing", name=encoder)
            return self.start_stage(user, evaluation_id, "transfer", {"encoder": encoder})
        with self._database.read() as session:
            row = session.get_one(Dataset, own_evaluation(session, user, evaluation_id, "edit").dataset_id)
            data = {
                "file_sha": row.file_sha, "filename": row.filename, "options": row.options.model_dump(mode="json"),
                "question": row.question.model_dump(mode="json"),
            }
        options = {
            "embeddings_sha": embeddings.sha256, "filename": embeddings.filename, "id_column": id_column, "data": data,
        }
        return self.start_stage(user, evaluation_id, "transfer", options)
