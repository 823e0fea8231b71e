"""The adopted last-layer model: save, load, predict. No pickle: one npz with arrays and JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from dualcore.errors import DataError
from dualcore.evidence import represent
from dualcore.evidence.drift import NEW_ROWS, Drift, compare
from dualcore.evidence.intervals import half_width
from dualcore.evidence.lastlayer import LastLayerFit, Representation
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.reference import Reference
from dualcore.evidence.ridge import dual_weights, feature_weights
from dualcore.evidence.streamed import StreamedFit
from dualcore.intake import Dataset, Encoder
from dualcore.kernels import Skeleton, dual_kernel

PREDICTED_AT_ONCE = 4096  # rows
FORMAT = 3  # 1 had no ``fitted``: its networks are as drawn; 2 had no ``reference``


@dataclass(frozen=True)
class LastLayerModel:
    """Encoder, skeleton, random network (by seed) or fitted rows, and the trained last layer.

    coefficients : (m, C) on the kernel of ``fitted_inputs``, or (D, C) on features; intercept (C,)
    fitted_inputs : (m, d) rows of the exact and the landmark route in the skeleton's form, else empty
    fitted : numbers of a data-dependent initialisation by name, else empty (``dualcore.kernels.adapt``)
    reference : what drift warnings and intervals need of the training rows; None in files of format 2 and before
    """

    encoder: Encoder
    skeleton: Skeleton
    coefficients: np.ndarray
    intercept: np.ndarray
    fitted_inputs: np.ndarray
    settings: dict
    fitted: dict[str, np.ndarray] = field(default_factory=dict)
    reference: Reference | None = None

    @classmethod
    def of(
        cls, data: Dataset, encoder: Encoder, skeleton: Skeleton, builder: represent.Builder, rep: Representation,
        fit: LastLayerFit | StreamedFit, width: int, seed: int,
    ) -> LastLayerModel:
        inputs, route = np.empty((0, 0), dtype=np.float32), rep.route
        if isinstance(fit, StreamedFit):
            (W, b), route = fit.weights, "features"
        elif rep.is_kernel:
            W, b = dual_weights(fit.decomposition, fit.Y, fit.penalty, rep.matrix)
            inputs = builder.inputs(skeleton).numpy()
        else:
            W, b = feature_weights(fit.decomposition, rep.matrix, fit.Y, fit.penalty)
            if rep.landmarks is not None:
                W, inputs = rep.landmarks.back @ W, builder.inputs(skeleton)[rep.landmarks.rows].numpy()
        settings = {
            "format": FORMAT, "width": width, "seed": seed, "temperature": fit.temperature, "tilt": fit.tilt,
            "prior": None if fit.prior is None else fit.prior.tolist(), "classes": list(data.classes), "task": data.task,
            "target": data.target, "shift": 0.0 if data.classes else float(data.y.mean()),
            "scale": 1.0 if data.classes else float(data.y.std()) or 1.0,
        }
        fitted = builder.fitted_numbers(skeleton, width, seed) if route == "features" else {}
        known = Reference.of(data, encoder, skeleton, builder, width, seed, route == "features")
        if not data.classes:
            known = known.with_residuals(data.y[fit.rows] - fit.prediction.values[:, 0])
        return cls(encoder, skeleton, W.numpy(), b.numpy(), inputs, settings, fitted, known)

    @property
    def route(self) -> str:
        """"kernel" (coefficients on the kernel of fitted rows) or "features" (of a random network, or the inputs)."""
        return "kernel" if len(self.fitted_inputs) else "features"

    def predict_encoded(self, X: np.ndarray) -> Prediction:
        """Predictions for encoded inputs X (m, ...): probabilities (m, C), or values (m, 1)."""
        s = self.settings
        builder = represent.Builder(X, "cpu", lambda: None, lambda _: None)
        new = builder.inputs(self.skeleton)
        if len(self.fitted_inputs):
            train = torch.from_numpy(self.fitted_inputs).to(torch.float64)
            F = torch.cat([dual_kernel(self.skeleton, part.to(torch.float64), train) for part in new.split(2048)])
        else:
            F = builder.features(self.skeleton, s["width"], s["seed"], fitted=self.fitted).matrix
        raw = F.to(torch.float64) @ torch.from_numpy(self.coefficients) + torch.from_numpy(self.intercept)
        if s["classes"]:
            return Prediction(torch.softmax(raw * s["temperature"], 1).numpy(), s["tilt"], np.array(s["prior"]))
        return Prediction(raw.numpy() * s["scale"] + s["shift"])

    def predict(self, X) -> Prediction:
        """Predictions for raw inputs as intake reads them (a frame with the training columns, or arrays)."""
        at = range(0, max(1, len(X)), PREDICTED_AT_ONCE)
        pieces = [(X.iloc if hasattr(X, "iloc") else X)[i : i + PREDICTED_AT_ONCE] for i in at]
        found = [self.predict_encoded(self.encoder.transform(piece)) for piece in pieces]
        return Prediction(np.concatenate([p.values for p in found]), found[0].tilt, found[0].prior)

    def drift(self, X) -> Drift:
        """Whether raw inputs look like the training rows (``dualcore.evidence.drift``)."""
        rows = len(X)
        if self.reference is None:
            return Drift(status="unknown", rows=rows)
        some = np.sort(np.random.default_rng(0).choice(rows, min(rows, NEW_ROWS), replace=False))
        part = self.encoder.transform(X.iloc[some] if hasattr(X, "iloc") else X[some])
        builder = represent.Builder(part, "cpu", lambda: None, lambda _: None)
        s, own = self.settings, self.route == "features"
        projected = self.reference.features(builder, self.skeleton, s["width"], s["seed"], own, self.fitted)
        encoded = part if len(some) == rows or self.encoder.kind == "table" else self.encoder.transform(X)
        return compare(self.reference.columns, self.reference.sample, self.reference.rows, X, self.encoder, encoded, projected)

    def half_width(self, level: float = 0.9) -> float | None:
        """Half the length of the prediction interval (``dualcore.evidence.intervals``); None for classes and where too few rows are known."""
        known = self.reference
        return None if known is None or known.residuals is None else half_width(known.residuals, level)

    def save(self, path: str | Path) -> None:
        state, arrays = self.encoder.to_state()
        header = {"settings": self.settings, "encoder": state, "skeleton": self.skeleton.to_dict()}
        kept: dict[str, np.ndarray] = {}
        if self.reference is not None:
            header["reference"], kept = self.reference.to_state()
        with open(path, "wb") as file:
            np.savez_compressed(
                file, header=np.frombuffer(json.dumps(header).encode(), dtype=np.uint8), coefficients=self.coefficients,
                intercept=self.intercept, fitted_inputs=self.fitted_inputs, **{f"encoder.{k}": v for k, v in arrays.items()},
                **{f"network.{k}": v for k, v in self.fitted.items()}, **{f"reference.{k}": v for k, v in kept.items()},
            )

    @classmethod
    def load(cls, path: str | Path) -> LastLayerModel:
        """Raises DataError when the file is not a model of ours."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                parts = {name: stored[name] for name in stored.files}
            header = json.loads(parts["header"].tobytes())
        except (OSError, ValueError, KeyError) as error:
            raise DataError("not_a_model", name=Path(path).name) from error
        arrays, fitted, kept = (
            {k.removeprefix(p): v for k, v in parts.items() if k.startswith(p)} for p in ("encoder.", "network.", "reference.")
        )
        known = Reference.from_state(header["reference"], kept) if "reference" in header else None
        return cls(
            Encoder.from_state(header["encoder"], arrays), Skeleton.from_dict(header["skeleton"]), parts["coefficients"],
            parts["intercept"], parts["fitted_inputs"], header["settings"], fitted, known,
        )
