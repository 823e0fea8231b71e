"""What a model keeps of its training rows: counts by column, a projected sample, left-out residuals. See ``drift``, ``intervals``."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dualcore.evidence import represent
from dualcore.evidence.drift import REFERENCE_ROWS, describe, project
from dualcore.evidence.intervals import kept_residuals
from dualcore.intake import Dataset, Encoder
from dualcore.kernels import Skeleton

KERNEL_WIDTH = 512  # random features that stand for the dual kernel where the model has no network of its own


@dataclass(frozen=True)
class Reference:
    """rows : training rows; columns : see ``drift.describe``; sample : (m, p) projected features; residuals : (k,) or None"""

    rows: int
    columns: list[dict]
    sample: np.ndarray
    residuals: np.ndarray | None = None

    @classmethod
    def of(
        cls, data: Dataset, encoder: Encoder, skeleton: Skeleton, builder: represent.Builder, width: int, seed: int, own: bool
    ) -> Reference:
        """own : the model reads the features of its own network, rather than a kernel"""
        n = len(builder.X)
        some = np.sort(np.random.default_rng(seed).choice(n, min(n, REFERENCE_ROWS), replace=False))
        fitted = builder.fitted_numbers(skeleton, width, seed) if own else {}
        sample = cls.features(replace(builder, X=builder.X[some], adapted={}), skeleton, width, seed, own, fitted)
        return cls(data.n, describe(data.X, encoder, None if encoder.kind == "table" else builder.X), sample)

    @staticmethod
    def features(
        builder: represent.Builder, skeleton: Skeleton, width: int, seed: int, own: bool, fitted: dict[str, np.ndarray]
    ) -> np.ndarray:
        """Projected features of the builder's inputs; the same numbers when the model is made and when it predicts."""
        rep = builder.features(skeleton, width if own else KERNEL_WIDTH, seed, fitted=fitted)
        return project(rep.matrix.numpy(), seed)

    def with_residuals(self, residuals: np.ndarray) -> Reference:
        """residuals : (n,) observed minus left-out prediction"""
        return replace(self, residuals=kept_residuals(residuals))

    def to_state(self) -> tuple[dict, dict[str, np.ndarray]]:
        """(JSON-serialisable description, arrays)"""
        arrays = {"sample": self.sample} | ({} if self.residuals is None else {"residuals": self.residuals})
        return {"rows": self.rows, "columns": self.columns}, arrays

    @classmethod
    def from_state(cls, state: dict, arrays: dict[str, np.ndarray]) -> Reference:
        return cls(state["rows"], state["columns"], arrays["sample"], arrays.get("residuals"))
