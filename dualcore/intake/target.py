"""The column to predict: classification or regression, classes or values, rows without an answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dualcore.intake.reading import Reading, listed
from dualcore.intake.records import Task

INTEGER_CLASSES = 15


@dataclass(frozen=True)
class Answer:
    """keep (n,) rows that have a target; y of those rows: class codes or values."""

    task: Task
    keep: np.ndarray
    y: np.ndarray
    classes: tuple[str, ...]


def task_of(values: pd.Series, role: str, asked: str) -> Task:
    """Few distinct whole numbers, or words, are classes; everything else is a quantity."""
    if asked != "auto":
        return asked
    if role in ("categorical", "text", "date") or values.dtype.kind not in "fiu":
        return "classification"
    known = values.dropna()
    whole = bool(np.equal(np.mod(known, 1), 0).all())
    return "classification" if known.nunique() <= 2 or (whole and known.nunique() <= INTEGER_CLASSES) else "regression"


def _labels(values: pd.Series) -> pd.Series:
    """Class names as text; whole numbers without their decimal."""
    if values.dtype.kind == "f":
        return values.map(lambda v: None if pd.isna(v) else str(int(v)) if float(v).is_integer() else f"{v:g}").astype(object)
    return values.astype(object).where(values.notna(), None).map(lambda v: None if v is None else str(v))


def answer_of(name: str, values: pd.Series, role: str, asked: str, reading: Reading, others: list[str]) -> Answer:
    """Classes or values of the target. Refuses targets from which nothing can be learnt."""
    task = task_of(values, role, asked)
    if task == "regression" and values.dtype.kind not in "fiu":
        reading.fail("target_not_numeric", target=name)
    filled = values.notna().to_numpy()
    if (~filled).any():
        reading.note("target_missing", "warning", target=name, rows=int((~filled).sum()))
    known = values[filled]
    if len(known) < reading.limits.min_rows:
        reading.fail("too_few_rows", rows=len(known), needed=reading.limits.min_rows)
    if known.nunique() < 2:
        reading.fail("one_class", target=name, value=str(_labels(known).iloc[0]), others=listed(others) or "–")
    if task == "regression":
        return Answer(task, filled, known.to_numpy(np.float64), ())
    labels = _labels(known)
    classes = sorted(labels.unique(), key=_natural)
    if len(classes) > reading.limits.max_classes or len(classes) > max(2, len(known) // 2):
        reading.fail("too_many_classes", target=name, classes=len(classes), rows=len(known))
    y = labels.map({c: i for i, c in enumerate(classes)}).to_numpy(np.int64)
    _class_notes(name, classes, y, reading)
    return Answer(task, filled, y, tuple(classes))


def _natural(text: str) -> tuple:
    try:
        return (0, float(text), text)
    except ValueError:
        return (1, 0.0, text)


def _class_notes(name: str, classes: list[str], y: np.ndarray, reading: Reading) -> None:
    counts = np.bincount(y, minlength=len(classes))
    small = [f"{c} ({k})" for c, k in zip(classes, counts) if k < reading.limits.small_class]
    if small:
        reading.note("small_classes", "warning", target=name, classes=listed(small), least=reading.limits.small_class)
    if counts.max() / len(y) >= reading.limits.majority:
        rare, often = int(counts.argmin()), int(counts.argmax())
        reading.note(
            "imbalance", "warning", target=name, rare=classes[rare], rows=int(counts[rare]), often=classes[often],
            share=round(100 * counts[often] / len(y)),
        )


def codes_in(values: pd.Series, classes: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """(codes, known) of test labels among the training classes."""
    codes = _labels(values).map({c: i for i, c in enumerate(classes)})
    known = codes.notna().to_numpy()
    return codes[known].to_numpy(np.int64), known


