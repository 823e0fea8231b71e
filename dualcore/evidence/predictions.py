"""Predictions as a CSV that spreadsheets open safely, with intervals or probabilities, and whether the rows have drifted."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from dualcore.evidence.drift import Drift
from dualcore.evidence.model import LastLayerModel
from dualcore.intake import read_inputs
from dualcore.record import Record

if TYPE_CHECKING:
    from dualcore.evidence.tuned import TunedModel

LEVEL = 0.9


class PredictionReport(Record):
    """What must be known to read a file of predictions.

    half_width : of the interval at ``level`` around each predicted value, in the target's unit; None for classes and for
        models that kept no residuals
    classes : names whose probabilities stand in the columns ``p(name)``; calibrated on left-out rows
    """

    rows: int
    target: str
    classes: list[str]
    level: float
    half_width: float | None
    drift: Drift


def predictions_csv(model: LastLayerModel | TunedModel, data: Path) -> str:
    """One line per row of ``data``: the prediction and its interval or, for classes, the probability of each class."""
    return frame_to_csv(predictions(model, data))


def predictions(model: LastLayerModel | TunedModel, data: Path, level: float = LEVEL) -> pd.DataFrame:
    """Predictions for the inputs in ``data`` (its target column, if any, is not read)."""
    return predictions_and_report(model, data, level)[0]


def predictions_and_report(
    model: LastLayerModel | TunedModel, data: Path, level: float = LEVEL
) -> tuple[pd.DataFrame, PredictionReport]:
    """Columns: TARGET; with values TARGET_low90 and TARGET_high90 (the level in percent), with classes p(CLASS) each.

    Raises DataError when the file cannot be read or lacks columns.
    """
    X = read_inputs(data, model.encoder)
    result = model.predict(X)
    classes, target = model.settings["classes"], model.settings["target"]
    ours = isinstance(model, LastLayerModel)
    width = model.half_width(level) if ours else None
    drift = model.drift(X) if ours else Drift(status="unknown", rows=len(X))
    report = PredictionReport(rows=len(X), target=target, classes=classes, level=level, half_width=width, drift=drift)
    if not classes:
        frame = pd.DataFrame({target: result.values[:, 0]})
        if width is not None:
            frame[f"{target}_low{100 * level:g}"] = frame[target] - width
            frame[f"{target}_high{100 * level:g}"] = frame[target] + width
        return frame, report
    frame = pd.DataFrame({target: [classes[i] for i in result.labels()]})
    for i, name in enumerate(classes):
        frame[f"p({name})"] = result.values[:, i].round(6)
    return frame, report


def frame_to_csv(frame: pd.DataFrame) -> str:
    """CSV text in which no cell or header can start a spreadsheet formula."""
    safe = frame.rename(columns=_harmless)
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = safe[column].map(_harmless)
    buffer = io.StringIO()
    safe.to_csv(buffer, index=False, lineterminator="\r\n")
    return buffer.getvalue()


def _harmless(text: object) -> object:
    return f"'{text}" if isinstance(text, str) and text[:1] in "=+-@\t\r" and text else text
