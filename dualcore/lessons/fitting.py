"""What several lessons need: small data, a ridge fit judged on fresh rows, a spread over draws."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from dualcore.evidence import metrics
from dualcore.evidence.lastlayer import Representation, Split, fit_last_layer
from dualcore.evidence.ridge import Decomposition, decompose_kernel, dual_weights, leave_out
from dualcore.lessons.records import Spread

Tensor = torch.Tensor


@cache
def digits(rows: int, classes: int, seed: int = 0) -> tuple[Tensor, np.ndarray]:
    """Handwritten digits (rows, 64) float64 in 0..1 and their labels, of the first ``classes`` digits (scikit-learn)."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    kept = np.flatnonzero(y < classes)
    chosen = np.random.default_rng(seed).permutation(kept)[:rows]
    return torch.from_numpy(X[chosen] / 16.0), y[chosen]


def left_out_accuracy(matrix: Tensor, is_kernel: bool, y: np.ndarray) -> float:
    """Accuracy of the last layer with every row left out once. matrix: (n, n) kernel or (n, D) features; y: class codes."""
    classes = int(y.max()) + 1
    fit = fit_last_layer(Representation(matrix, is_kernel), y, classes, "accuracy", Split.of(len(y)))
    return metrics.score("accuracy", y, fit.prediction)


def chance_of(y: np.ndarray) -> float:
    """Accuracy of always giving the most frequent class."""
    return float(np.bincount(y).max() / len(y))


def ridge_on_fresh(K: Tensor, Y: Tensor, K_fresh: Tensor) -> Tensor:
    """Predictions (m, C) for fresh rows of a ridge whose penalty has the smallest left-out error, per column of Y.

    K: (n, n); Y: (n, C); K_fresh: (m, n), all float64.
    """
    d: Decomposition = decompose_kernel(K)
    penalties = d.path()
    error = (leave_out(d, Y, penalties) - Y).square().mean(1)  # (L, C)
    best = error.argmin(0)
    out = torch.empty((len(K_fresh), Y.shape[1]), dtype=Y.dtype)
    for at in best.unique().tolist():
        some = torch.where(best == at)[0]
        alpha, intercept = dual_weights(d, Y[:, some], float(penalties[at]), K)
        out[:, some] = K_fresh @ alpha + intercept
    return out


def explained(truth: Tensor, prediction: Tensor) -> Tensor:
    """1 - squared error / variance, per column; may be negative."""
    return 1 - (truth - prediction).square().sum(0) / (truth - truth.mean(0)).square().sum(0)


def spread(values: list[float]) -> Spread:
    return Spread(mean=float(np.mean(values)), low=float(min(values)), high=float(max(values)), draws=len(values))
