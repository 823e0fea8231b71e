"""How good could any model be on these inputs? A nearest-neighbour estimate, with its limits said.

Classification: Cover and Hart 1967 bound the best possible error R* by the one-nearest-neighbour
error R1, R* >= (C-1)/C (1 - sqrt(1 - C R1/(C-1))); the smallest bound over several
representations is used (Renggli et al., arXiv 2010.08410). Regression: half the mean squared
difference of neighbours' left-out residuals estimates the noise variance. Both are asymptotic:
with few rows the neighbour is far away and the ceiling looks lower than it is.
"""

from __future__ import annotations

import numpy as np
import torch

from dualcore.evidence.records import Ceiling

ROWS_PER_CLASS = 1000
ROWS = 6000


def nearest(F: torch.Tensor, groups: np.ndarray | None = None) -> np.ndarray:
    """Index of each row's nearest other row (of another group). F: (n, d)."""
    F = F.to(torch.float32)
    square = F.square().sum(1)
    codes = None if groups is None else torch.from_numpy(np.unique(groups, return_inverse=True)[1])
    out = []
    for start in range(0, len(F), 1024):
        part = slice(start, start + 1024)
        distance = square[None, :] - 2 * F[part] @ F.T
        if codes is None:
            index = torch.arange(len(distance))
            distance[index, index + start] = torch.inf
        else:
            distance[codes[part][:, None] == codes[None, :]] = torch.inf
        out.append(distance.argmin(1))
    return torch.cat(out).numpy()


def cover_hart(error: float, n_classes: int) -> float:
    """Lower bound of the Bayes error from the 1-NN error."""
    C = n_classes
    return (C - 1) / C * (1 - np.sqrt(max(0.0, 1 - C * error / (C - 1))))


def classification_ceiling(
    representations: list[torch.Tensor], y: np.ndarray, n_classes: int, metric: str, reached: float,
    groups: np.ndarray | None = None,
) -> Ceiling:
    """Ceiling of the accuracy. ``reached``: the out-of-sample accuracy that some model already has."""
    if metric != "accuracy":
        return Ceiling(estimate=None, low=None, high=None, reliable=False, method="other_metric")
    error = min(float((y[nearest(F, groups)] != y).mean()) for F in representations)
    n = len(y)
    sd = np.sqrt((error * (1 - error) + 0.25 / n) / n)
    bounds = [1 - cover_hart(float(np.clip(e, 0, 1)), n_classes) for e in (error, error + 1.645 * sd, error - 1.645 * sd)]
    estimate, low, high = (max(b, reached) for b in bounds)
    reliable = bool(np.bincount(y, minlength=n_classes).min() >= ROWS_PER_CLASS)
    return Ceiling(estimate=estimate, low=low, high=high, reliable=reliable, method="nearest_neighbour")


def noise_share(F: torch.Tensor, residual: np.ndarray, total: float, groups: np.ndarray | None = None) -> float:
    """Noise as a share of the target's variance, from neighbours' left-out residuals (n, C)."""
    other = residual[nearest(F, groups)]
    cross = float(((residual - other) ** 2).sum() / (2 * len(residual)))
    return float(np.clip(min(cross, float((residual**2).sum() / len(residual))) / max(total, 1e-300), 0, 1))


def regression_ceiling(noise: float, noise_sd: float, variance: float, metric: str, rows: int) -> Ceiling:
    """Ceiling in R2, RMSE from the noise share; MAE assumes Gaussian noise."""
    shares = (noise, min(1.0, noise + 1.645 * noise_sd), max(0.0, noise - 1.645 * noise_sd))
    if metric == "r2":
        estimate, low, high = (1 - s for s in shares)
    else:
        factor = 1.0 if metric == "rmse" else float(np.sqrt(2 / np.pi))
        estimate, high, low = (factor * float(np.sqrt(s * variance)) for s in shares)
    return Ceiling(estimate=estimate, low=low, high=high, reliable=rows >= ROWS_PER_CLASS, method="neighbour_residuals")
