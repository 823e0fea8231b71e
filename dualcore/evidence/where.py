"""Where the errors are: by class, by part of the data, by single rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dualcore.evidence.metrics import Prediction
from dualcore.evidence.records import Confusion, Errors, Residuals, Segment, Suspect

PARTS = 4
SHOWN = 8
POINTS = 1500


def where_errors_are(
    y: np.ndarray, prediction: Prediction, rows: np.ndarray, classes: tuple[str, ...], frame: pd.DataFrame | None,
    time: np.ndarray | None,
) -> Errors:
    """y (m,) and prediction of the same m rows; rows (m,) their numbers in the data; frame: the inputs, all rows."""
    observed = y
    if classes:
        labels = prediction.labels()
        error = (labels != observed).astype(float)
    else:
        error = np.abs(observed - prediction.values[:, 0])
    segments = _segments(error, rows, frame, time)
    if not classes:
        step = max(1, len(y) // POINTS)
        residuals = Residuals(predicted=prediction.values[::step, 0].tolist(), observed=observed[::step].tolist())
        return Errors(residuals=residuals, segments=segments)
    C = len(classes)
    counts = np.zeros((C, C), dtype=int)
    np.add.at(counts, (observed, labels), 1)
    by_class = [s for c in range(C) if (s := _segment("", classes[c], error, observed == c))]
    confusion = Confusion(classes=list(classes), counts=counts.tolist())
    return Errors(
        confusion=confusion, segments=_worst(by_class + segments), suspects=_suspects(observed, prediction, rows, classes)
    )


def _segment(column: str, value: str, error: np.ndarray, inside: np.ndarray) -> Segment | None:
    k, n = int(inside.sum()), len(error)
    if k < 10 or n - k < 10:
        return None
    here, there = error[inside], error[~inside]
    sd = here.std(ddof=1) / np.sqrt(k)
    if here.max() <= 1 and here.std() == 0:  # all right or all wrong: rule of three
        sd = 1.5 / k
    mean = float(here.mean())
    ratio = mean / max(float(there.mean()), 1e-12)
    return Segment(
        column=column, value=value, rows=k, error=mean, error_elsewhere=float(there.mean()),
        low=max(0.0, mean - 1.645 * sd), high=mean + 1.645 * sd, ratio=float(min(ratio, 1e6)),
    )


def _segments(error, rows, frame, time) -> list[Segment]:
    found = []
    columns = {} if frame is None else {str(name): frame.iloc[rows, i] for i, name in enumerate(frame.columns[:60])}
    for name, column in columns.items():
        for value, inside in _parts(column):
            segment = _segment(name, value, error, inside)
            if segment:
                found.append(segment)
    if time is not None:
        order = np.argsort(np.argsort(time[rows]))
        for i in range(PARTS):
            segment = _segment("@time", f"{i + 1}/{PARTS}", error, order * PARTS // len(order) == i)
            if segment:
                found.append(segment)
    return _worst(found)


def _parts(column: pd.Series):
    missing = column.isna().to_numpy()
    if missing.any():
        yield "@missing", missing
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > PARTS:
        parts = pd.qcut(column, PARTS, duplicates="drop")
        for interval in parts.cat.categories:
            yield f"{interval.left:.4g} – {interval.right:.4g}", (parts == interval).to_numpy()
        return
    if column.nunique() > 50:
        return
    texts = column.astype(str)
    for value in column.dropna().astype(str).value_counts().index[:10]:
        yield str(value)[:60], (texts == value).to_numpy()


def _worst(segments: list[Segment]) -> list[Segment]:
    """Segments whose error interval lies above the error elsewhere, worst first."""
    worse = [s for s in segments if s.low > s.error_elsewhere]
    return sorted(worse, key=lambda s: -(s.error - s.error_elsewhere) * np.sqrt(s.rows))[:SHOWN]


def _suspects(y: np.ndarray, prediction: Prediction, rows: np.ndarray, classes: tuple[str, ...]) -> list[Suspect]:
    p = prediction.values
    given, top = p[np.arange(len(y)), y], p.max(1)
    order = np.argsort(given - top)[:SHOWN]
    return [
        Suspect(row=int(rows[i]), observed=classes[y[i]], predicted=classes[int(p[i].argmax())], margin=float(top[i] - given[i]))
        for i in order
        if top[i] > 0.9 and given[i] < 0.05
    ]
