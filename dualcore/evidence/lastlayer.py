"""Train the last layer only: penalty, calibration and out-of-sample predictions.

Classification is ridge on one-hot codes. The left-out scores are turned into probabilities by
one temperature, fitted on the same left-out scores (prevalidated ridge, arXiv 2401.15610), and
the penalty is the one with the smallest left-out log loss; for regression, the smallest
left-out squared error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from dualcore.evidence import metrics
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.ridge import (
    Decomposition,
    decompose_features,
    decompose_kernel,
    dual_weights,
    feature_weights,
    leave_out,
)

Tensor = torch.Tensor
COLDEST, HOTTEST = 0.3, 320.0  # range of the softmax temperature's inverse
CALIBRATED_ON = 4000  # rows at most that choose penalty and temperature
LARGEST_BLOCK = 1200  # rows left out together in closed form; larger groups are refitted


@dataclass(frozen=True)
class Landmarks:
    """rows (m,) whose kernel functions span the representation; features are K(x, rows) back, back (m, m)."""

    rows: Tensor
    back: Tensor


@dataclass(frozen=True)
class Representation:
    """What the last layer sees: a Gram matrix of the dual kernel, or features of a random network.

    matrix : (n, n) Gram matrix, or (n, D) features
    landmarks : where the features are those of the dual kernel on a span of rows
    """

    matrix: Tensor
    is_kernel: bool
    landmarks: Landmarks | None = None

    @property
    def route(self) -> str:
        return "exact" if self.is_kernel else "features" if self.landmarks is None else "landmarks"

    @property
    def n(self) -> int:
        return self.matrix.shape[0]

    def decompose(self, rows: Tensor | None = None) -> Decomposition:
        if self.is_kernel:
            return decompose_kernel(self.matrix if rows is None else self.matrix[rows][:, rows])
        return decompose_features(self.matrix if rows is None else self.matrix[rows])

    def subset(self, rows: Tensor) -> Representation:
        return Representation(self.matrix[rows][:, rows] if self.is_kernel else self.matrix[rows], self.is_kernel)

    def gram(self, rows: Tensor) -> Tensor:
        """Gram matrix (m, m) float64 of some rows."""
        if self.is_kernel:
            return self.matrix[rows][:, rows].to(torch.float64)
        F = self.matrix[rows].to(torch.float64)
        return F @ F.T

    def weights(self, d: Decomposition, rows: Tensor, Y: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
        """Coefficients and intercept of the fit on ``rows``."""
        if self.is_kernel:
            return dual_weights(d, Y[rows], penalty, self.matrix[rows][:, rows])
        return feature_weights(d, self.matrix[rows], Y[rows], penalty)

    def apply(self, weights: tuple[Tensor, Tensor], rows: Tensor, fitted_rows: Tensor) -> Tensor:
        """Predictions (m, C) for ``rows`` of a fit on ``fitted_rows``."""
        W, b = weights
        F = self.matrix[rows][:, fitted_rows] if self.is_kernel else self.matrix[rows]
        return F.to(torch.float64) @ W + b


@dataclass(frozen=True)
class Split:
    """How rows are left out.

    kind : leave_one_out; grouped (rows of a group together); time_ordered (fit on the past)
    blocks : for grouped, index tensors that partition the rows
    folds : for time_ordered or very large groups, (fit rows, scored rows) pairs
    units : (n,) numbers of the units that are drawn together in the bootstrap, or None
    """

    kind: Literal["leave_one_out", "grouped", "time_ordered"]
    blocks: list[Tensor] | None = None
    folds: list[tuple[Tensor, Tensor]] | None = None
    units: np.ndarray | None = None

    @classmethod
    def of(cls, n: int, groups: np.ndarray | None = None, time: np.ndarray | None = None, parts: int = 5) -> Split:
        if time is not None:
            order = torch.from_numpy(np.argsort(time, kind="stable"))
            chunks = [c for c in order.tensor_split(parts) if len(c)]
            folds = [(torch.cat(chunks[:i]), chunks[i]) for i in range(1, len(chunks))]
            units = np.empty(n, dtype=np.int64)
            units[order.numpy()] = np.arange(n) * min(40, n) // n
            return cls("time_ordered", folds=folds, units=units)
        if groups is None or len(np.unique(groups)) == len(groups):
            return cls("leave_one_out")
        _, codes = np.unique(groups, return_inverse=True)
        blocks = [torch.from_numpy(b) for b in np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])]
        if max(map(len, blocks)) <= LARGEST_BLOCK:
            return cls("grouped", blocks=blocks, units=codes)
        parts = min(parts, len(blocks))
        order = sorted(range(len(blocks)), key=lambda i: -len(blocks[i]))
        chosen: list[list[Tensor]] = [[] for _ in range(parts)]
        for i in order:  # largest group first, into the smallest fold
            min(chosen, key=lambda c: sum(map(len, c))).append(blocks[i])
        tests = [torch.cat(c) for c in chosen if c]
        everything = torch.arange(n)
        folds = [(everything[~torch.isin(everything, t)], t) for t in tests]
        return cls("grouped", folds=folds, units=codes)


@dataclass(frozen=True)
class LastLayerFit:
    """A fitted last layer with its out-of-sample predictions.

    rows : (m,) rows that have an out-of-sample prediction (all but the first time block)
    prediction : of those rows
    raw : (m, C) left-out scores before calibration
    squared_error : left-out squared error as a share of the target's variance
    path : (penalty, left-out loss) - log loss or mean squared error
    """

    decomposition: Decomposition
    Y: Tensor
    penalty: float
    temperature: float
    tilt: float
    prior: np.ndarray | None
    rows: np.ndarray
    prediction: Prediction
    raw: np.ndarray
    squared_error: float
    path: list[tuple[float, float]]


def encode_target(y: np.ndarray, n_classes: int) -> Tensor:
    """One-hot codes (n, C) for classes, the values themselves (n, 1) for regression (n_classes 0)."""
    if n_classes:
        return torch.nn.functional.one_hot(torch.from_numpy(y.astype(np.int64)), n_classes).to(torch.float64)
    return torch.from_numpy(np.asarray(y, dtype=np.float64))[:, None]


def probabilities(raw: Tensor, temperature: float) -> Tensor:
    return torch.softmax(raw * temperature, -1)


def left_out_scores(rep: Representation, d: Decomposition, Y: Tensor, split: Split) -> tuple[Tensor, Tensor, Tensor]:
    """(penalties (L,), rows (m,), left-out scores (L, m, C)) under ``split``."""
    penalties = d.path()
    if split.folds is None:
        return penalties, torch.arange(rep.n), leave_out(d, Y, penalties, split.blocks)
    parts = []
    for fit_rows, scored in split.folds:
        part = rep.decompose(fit_rows)
        # The same share of the mean eigenvalue on every fold: the penalty grows with the rows.
        fold_penalties = penalties * (len(fit_rows) / rep.n)
        predictions = [rep.apply(rep.weights(part, fit_rows, Y, float(p)), scored, fit_rows) for p in fold_penalties]
        parts.append(torch.stack(predictions))
    rows = torch.cat([scored for _, scored in split.folds])
    return penalties, rows, torch.cat(parts, 1)


def calibrate(raw: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """(temperatures (L,), log losses (L,)) of the best softmax temperatures for scores raw (L, m, C), codes y (m,).

    The log loss is convex in the temperature: Newton's steps, halved in the logarithm where they leave the bracket.
    """
    step = max(1, len(y) // CALIBRATED_ON)
    raw, y = raw[:, ::step], y[::step]
    picked = raw.gather(2, y.expand(len(raw), -1)[:, :, None]).mean((1, 2))
    low, high = torch.full_like(picked, COLDEST), torch.full_like(picked, HOTTEST)
    t = torch.full_like(picked, 6.0)
    for _ in range(9):
        p = torch.softmax(raw * t[:, None, None], 2)
        first = (p * raw).sum(2)
        slope = first.mean(1) - picked
        bend = ((p * raw.square()).sum(2) - first.square()).mean(1)
        low, high = torch.where(slope < 0, t, low), torch.where(slope < 0, high, t)
        newton = t - slope / bend.clamp_min(1e-300)
        done = (newton - t).abs() <= 1e-3 * t
        t = torch.where((newton > low) & (newton < high), newton, (low * high).sqrt())
        if done.all():
            break
    return t, torch.logsumexp(raw * t[:, None, None], 2).mean(1) - t * picked


def best_tilt(metric: str, y: np.ndarray, values: np.ndarray, prior: np.ndarray) -> float:
    """Exponent of the prior in the label rule that serves the metric (see ``metrics``)."""
    if metric == "balanced_accuracy":
        return 1.0
    if metric != "macro_f1":
        return 0.0
    return max((0.0, 0.25, 0.5, 0.75, 1.0), key=lambda t: metrics.score(metric, y, Prediction(values, t, prior)))


def fit_last_layer(
    rep: Representation, y: np.ndarray, n_classes: int, metric: str, split: Split, d: Decomposition | None = None
) -> LastLayerFit:
    """Fit the last layer on all rows of ``rep`` and predict every row out of sample.

    y : class codes (n,) when n_classes > 0, else values (n,)
    """
    d = d or rep.decompose()
    shift, spread = (0.0, 1.0) if n_classes else (float(np.mean(y)), float(np.std(y)) or 1.0)
    Y = encode_target((y - shift) / spread if not n_classes else y, n_classes)
    penalties, rows, raw = left_out_scores(rep, d, Y, split)
    temperature = 1.0
    if n_classes:
        codes = torch.from_numpy(y.astype(np.int64))[rows]
        temperatures, losses = (v.tolist() for v in calibrate(raw, codes))
        best = int(np.nanargmin(losses))
        temperature = temperatures[best]
        values = probabilities(raw[best], temperature).numpy()
        prior = np.bincount(y, minlength=n_classes) / len(y)
        tilt = best_tilt(metric, y[rows.numpy()], values, prior)
    else:
        losses = (raw - Y[rows]).square().mean((1, 2)).tolist()
        best = int(np.nanargmin(losses))
        values, prior, tilt = raw[best].numpy() * spread + shift, None, 0.0
    residual = (Y[rows] - raw[best]).square().sum()
    total = (Y[rows] - Y[rows].mean(0)).square().sum()
    return LastLayerFit(
        decomposition=d,
        Y=Y,
        penalty=float(penalties[best]),
        temperature=temperature,
        tilt=tilt,
        prior=prior,
        rows=rows.numpy(),
        prediction=Prediction(values, tilt, prior),
        raw=raw[best].numpy(),
        squared_error=float(residual / total) if total > 0 else 1.0,
        path=list(zip(penalties.tolist(), [float(v) for v in losses], strict=True)),
    )


def reliability_bins(top: np.ndarray, bins: int = 10) -> list[np.ndarray]:
    """Rows in equally filled bins of the top label's probability, at least 20 in each."""
    return np.array_split(np.argsort(top, kind="stable"), min(bins, max(1, len(top) // 20)))


def calibration_error(y: np.ndarray, values: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error of the top label, in equally filled bins."""
    top, right = values.max(1), values.argmax(1) == y
    return float(sum(len(p) * abs(top[p].mean() - right[p].mean()) for p in reliability_bins(top, bins)) / len(y))
