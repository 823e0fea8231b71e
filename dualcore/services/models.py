"""The model of an evaluation as a product: predictions with intervals and a drift warning, and files for other software."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from dualcore.errors import DataError
from dualcore.records.access import User
from dualcore.services.evaluations import Evaluations

if TYPE_CHECKING:
    from dualcore.evidence.predictions import PredictionReport

Form = Literal["safetensors", "onnx", "sklearn"]
FORMS: dict[str, str] = {"safetensors": "safetensors.zip", "onnx": "onnx.zip", "sklearn": "model.npz"}  # end of the file's name


@dataclass(frozen=True)
class Predicted:
    """csv : UTF-8 with BOM for Excel; cells that a spreadsheet would run as a formula are made plain text"""

    csv: bytes
    report: PredictionReport


class Models(Evaluations):
    def predict_file(self, user: User, evaluation_id: str, file: BinaryIO | Path, filename: str, level: float = 0.9) -> Predicted:
        """Predictions of the evaluation's model for a new file, and whether its rows look like the training rows.

        level : of the prediction intervals of values, 0.5 to 0.99

        Raises
        ------
        DataError
            The file cannot be read or lacks columns that the model needs; ``level_range``.
        """
        # Not at the top: a page that shows records does not wait for torch.
        from dualcore.evidence import LastLayerModel
        from dualcore.evidence.predictions import frame_to_csv, predictions_and_report

        if not 0.5 <= level <= 0.99:
            raise DataError("level_range", level=level)
        model = LastLayerModel.load(self.model_path(user, evaluation_id))
        with tempfile.TemporaryDirectory() as folder:
            # Intake tells the kind of a file by the end of its name.
            path = Path(folder) / Path(filename).name[-100:]
            path.write_bytes(file.read_bytes() if isinstance(file, Path) else file.read())
            frame, report = predictions_and_report(model, path, level)
        return Predicted(frame_to_csv(frame).encode("utf-8-sig"), report)

    def export_model(self, user: User, evaluation_id: str, form: Form) -> bytes:
        """The model as a file for other software (``FORMS``).

        Raises DataError (``export_...``) when this model cannot take that form, NotFound (``no_model``), NotAllowed.
        """
        from dualcore import __version__
        from dualcore.evidence import LastLayerModel
        from dualcore.evidence.export import onnx_archive, safetensors_archive

        if form not in FORMS:
            raise DataError("export_form", form=form, known=", ".join(FORMS))
        path = self.model_path(user, evaluation_id)
        if form == "sklearn":
            return path.read_bytes()
        return (onnx_archive if form == "onnx" else safetensors_archive)(LastLayerModel.load(path), __version__)
