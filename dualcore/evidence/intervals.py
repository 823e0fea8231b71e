"""Prediction intervals for regression from left-out residuals: the jackknife.

    [f(x) - q, f(x) + q],   q = the ceil(level (n + 1))-th smallest of |y_i - f_{-i}(x_i)|

f_{-i} is the last layer fitted without row i (or without its group; with a time column, on the past alone). The
jackknife+ (Barber, Candes, Ramdas, Tibshirani 2021, Annals of Statistics 49, theorem 1) centres on the n models f_{-i}
and has a guarantee without assumptions; for a ridge fit, which hardly moves when one row goes, both are the same up to
1 / n, and the jackknife needs one model and one number. Its coverage for such stable fits: Steinberger and Leeb (2018,
arXiv 1801.05412) and theorem 5 of the paper above. New rows must be drawn as the training rows were: see ``drift``.
"""

from __future__ import annotations

import math

import numpy as np

KEPT = 2000  # residuals at most; beyond, every so many


def kept_residuals(residuals: np.ndarray) -> np.ndarray:
    """Absolute residuals (n,) in ascending order, float32; at most ``KEPT`` of them, thinned so that quantiles err on the wide side."""
    ordered = np.sort(np.abs(residuals[np.isfinite(residuals)]))
    if len(ordered) <= KEPT:
        return ordered.astype(np.float32)
    places = np.ceil(np.arange(1, KEPT + 1) / KEPT * len(ordered)).astype(int) - 1
    return ordered[places].astype(np.float32)


def half_width(residuals: np.ndarray, level: float = 0.9) -> float | None:
    """q of the module's docstring from ``kept_residuals``; None when there are too few rows for this level."""
    place = math.ceil(level * (len(residuals) + 1) - 1e-9)
    return float(residuals[place - 1]) if 1 <= place <= len(residuals) else None
