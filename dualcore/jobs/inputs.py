"""From stored files to a Dataset: the same reading when data are attached and when a job runs."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from dualcore.intake import Source, inspect, prepare
from dualcore.intake.records import Dataset, Question, ReadOptions
from dualcore.records import models
from dualcore.records.store import FileStore
from dualcore.records.views import UploadView

PREVIEW_ROWS = 20


@dataclass(frozen=True)
class StoredFiles:
    """The training file and the optional test file: their names and content hashes."""

    filename: str
    file_sha: str
    test_filename: str | None = None
    test_sha: str | None = None


def read_stored(store: FileStore, sha256: str, filename: str, options: ReadOptions) -> Source:
    """Look into a stored file.  Raises DataError, NotFound."""
    return inspect(store.path(sha256), name=filename, options=options)


def prepare_stored(store: FileStore, files: StoredFiles, options: ReadOptions, question: Question) -> Dataset:
    """Read the stored files.  Raises DataError, NotFound."""
    source = read_stored(store, files.file_sha, files.filename, options)
    test = None
    if files.test_sha is not None:
        test = read_stored(store, files.test_sha, files.test_filename or files.filename, options)
    return prepare(source, question, test=test)


def prepare_row(store: FileStore, row: models.Dataset) -> Dataset:
    """Read the files of a dataset row."""
    files = StoredFiles(row.filename, row.file_sha, row.test_filename, row.test_sha)
    return prepare_stored(store, files, row.options, row.question)


def upload_view(source: Source, options: ReadOptions) -> UploadView:
    """What a page shows of a file; ``options`` are the person's, not what was found out."""
    head = source.preview.head(PREVIEW_ROWS)
    return UploadView(
        sha256=source.sha256,
        filename=source.name,
        size_bytes=source.size_bytes,
        kind=source.kind,
        rows=source.rows,
        columns=list(source.columns),
        preview_columns=[str(name) for name in head.columns],
        preview=[["" if pd.isna(cell) else str(cell) for cell in row] for row in head.itertuples(index=False, name=None)],
        suggested=source.suggested,
        sheets=list(source.sheets),
        options=options,
        notes=list(source.notes),
    )
