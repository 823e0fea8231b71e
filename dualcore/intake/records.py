"""What intake says about a file: notes, columns, profile, and the dataset itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from dualcore.record import Record

Kind = Literal["table", "image", "series", "audio"]
Task = Literal["classification", "regression"]


class Note(Record):
    """One finding about the data, rendered as ``note.<code>`` in the reader's language."""

    code: str
    level: Literal["info", "warning", "serious"] = "info"
    fields: dict[str, str | int | float | list[str]] = {}


class Column(Record):
    """One column of a table and how it is used.

    role: numeric, categorical, date, text are inputs; the others are not used as inputs.
    """

    name: str
    role: Literal[
        "numeric", "categorical", "date", "text", "target", "time", "group", "identifier", "leak", "constant", "empty", "ignored"
    ]
    missing: int = 0
    distinct: int = 0
    examples: list[str] = []
    low: float | None = None
    high: float | None = None


class ClassShare(Record):
    name: str
    rows: int
    share: float


class Profile(Record):
    """The profile shown on the data page; counts are rows of the training file."""

    kind: Kind
    rows: int
    test_rows: int = 0
    columns: list[Column] = []
    shape: list[int] = []  # per example: image [h, w, c], series [channels, length]
    task: Task
    target: str
    classes: list[ClassShare] = []
    target_mean: float | None = None
    target_std: float | None = None
    target_histogram: list[tuple[float, float, int]] = []  # (left, right, count)
    missing_share: float = 0.0
    duplicate_rows: int = 0
    time_column: str | None = None
    group_column: str | None = None
    drift_auc: float | None = None  # ROC AUC of telling early from late rows; 0.5 = no drift
    size_bytes: int = 0


class ReadOptions(Record):
    """Choices a person can make about how a file is read; None = let dualcore decide."""

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    header_row: int | None = None  # 0-based row of the header; -1 = there is no header row
    drop_columns: list[str] = []


class Question(Record):
    """What to predict and how to split honestly; None = let dualcore decide."""

    target: str | None = None
    task: Literal["auto", "classification", "regression"] = "auto"
    time_column: str | None = None
    group_column: str | None = None
    keep_suspects: bool = False  # True: use suspected identifiers and leaks as inputs all the same


@dataclass(frozen=True)
class Dataset:
    """A dataset ready to evaluate.

    Attributes
    ----------
    X : DataFrame of the input columns (table), uint8 array (n, h, w, c) (image),
        float32 array (n, channels, length) (series, audio)
    y : int64 class codes (n,) into ``classes``, or float64 values (n,)
    X_test, y_test : the separate test file, never seen by evidence except for ``test_score``
    time : float64 (n,) or None - sort key of each row (seconds or the column's own unit)
    groups : int64 (n,) or None - rows with the same number stay on one side of every split
        (the group column, or exact duplicates)
    sha256 : content hash of the source file(s) and of the choices made about them
    """

    name: str
    kind: Kind
    task: Task
    target: str
    X: pd.DataFrame | np.ndarray
    y: np.ndarray
    classes: tuple[str, ...]
    sha256: str
    profile: Profile
    notes: tuple[Note, ...] = ()
    X_test: pd.DataFrame | np.ndarray | None = None
    y_test: np.ndarray | None = None
    time: np.ndarray | None = None
    groups: np.ndarray | None = None
    columns: tuple[Column, ...] = field(default_factory=tuple)
    sample_rate: float | None = None  # audio, in Hz
    question: Question = Question()  # as it was asked, and
    options: ReadOptions = ReadOptions()  # as the file was read: together with the file they give this dataset again

    @property
    def n(self) -> int:
        """Number of training rows."""
        return len(self.y)
