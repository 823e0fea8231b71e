"""Lesson 3: which polynomials a skeleton's dual kernel learns, and from how many rows.

Inputs are uniform on the sphere of R^5 and targets are zonal harmonics (normalised Gegenbauer polynomials of x . u for
random directions u). A kernel of whole vectors treats all harmonics of one degree alike, so a handful of directions
stands for the degree; its eigenvalue and their number say how many rows it takes (``eigenlearning`` predicts the curve).
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.special import eval_gegenbauer

from dualcore.kernels import Skeleton, dual_kernel, fully_connected, linear
from dualcore.lessons.fitting import explained, ridge_on_fresh
from dualcore.lessons.records import CoverageByDegree, Learned

DIMENSION, FRESH, DIRECTIONS = 5, 500, 3
DEGREES = (1, 2, 3, 4, 5)
ROWS = (20, 40, 80, 160, 320, 480)


def skeletons() -> dict[str, Skeleton]:
    """Simplest first: a line, one ReLU layer, three layers (none with bias)."""
    return {
        "linear": linear(), "one_layer": fully_connected(1, "relu"),
        "three_layers": fully_connected(3, "relu"),
    }  # fmt: skip


def harmonics(X: np.ndarray, U: np.ndarray, degree: int) -> np.ndarray:
    """Zonal harmonics (n, m) of unit mean square on the sphere. X: (n, d) and U: (m, d) of unit length."""
    d = X.shape[1]
    alpha = d / 2 - 1
    values = eval_gegenbauer(degree, alpha, np.clip(X @ U.T, -1, 1))
    # Over the sphere, mean C_k^2 = C_k(1) alpha / (k + alpha).
    return values / np.sqrt(eval_gegenbauer(degree, alpha, 1.0) * alpha / (degree + alpha))


def on_sphere(n: int, d: int, rng: np.random.Generator) -> np.ndarray:
    X = rng.standard_normal((n, d))
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def learn_degrees(rows: int, seed: int = 0) -> CoverageByDegree:
    """Learn polynomials of degree 1 to 5 from ``rows`` examples; judged on 500 fresh ones."""
    rng = np.random.default_rng(seed)
    U = on_sphere(DIRECTIONS, DIMENSION, rng)
    fresh, X = on_sphere(FRESH, DIMENSION, rng), on_sphere(rows, DIMENSION, rng)
    Y, truth = (torch.from_numpy(np.concatenate([harmonics(Z, U, k) for k in DEGREES], 1)) for Z in (X, fresh))
    found, A, B = [], torch.from_numpy(X), torch.from_numpy(fresh)
    for name, skeleton in skeletons().items():
        predicted = ridge_on_fresh(dual_kernel(skeleton, A), Y, dual_kernel(skeleton, B, A))
        share = explained(truth, predicted).reshape(len(DEGREES), DIRECTIONS).mean(1)
        found.append(Learned(skeleton=name, explained=share.tolist()))
    return CoverageByDegree(rows=rows, dimension=DIMENSION, degrees=list(DEGREES), skeletons=found, fresh_rows=FRESH)
