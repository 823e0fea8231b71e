"""Predictions as a CSV that spreadsheets open safely."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from dualcore.evidence.model import LastLayerModel
from dualcore.intake import read_inputs


def predictions_csv(model: LastLayerModel, data: Path) -> str:
    """One line per row of ``data``: the prediction and, for classes, the probability of each class."""
    return frame_to_csv(predictions(model, data))


def predictions(model: LastLayerModel, data: Path) -> pd.DataFrame:
    """Predictions for the inputs in ``data`` (its target column, if any, is not read)."""
    result = model.predict(read_inputs(data, model.encoder))
    classes, target = model.settings["classes"], model.settings["target"]
    if not classes:
        return pd.DataFrame({target: result.values[:, 0]})
    frame = pd.DataFrame({target: [classes[i] for i in result.labels()]})
    for i, name in enumerate(classes):
        frame[f"p({name})"] = result.values[:, i].round(6)
    return frame


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
