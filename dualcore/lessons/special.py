"""Lesson 6: noise, too few rows, or structure that the representation does not see: what is left unexplained, and why.

Inputs are directions (unit vectors), targets are harmonics of known power plus noise of known power. Of the harmonics, one
ReLU layer without bias has no part of degree 3 (its Hermite coefficients of odd degree from 3 on are zero), whatever the
rows: that is what "not covered" is built from. The split itself is the product's (``evidence.coverage.shares``).
"""

from __future__ import annotations

import numpy as np
import torch

from dualcore.evidence import ceiling, metrics
from dualcore.evidence.coverage import explained_sd, shares
from dualcore.evidence.curve import learning_curve
from dualcore.evidence.lastlayer import Representation, Split, fit_last_layer
from dualcore.evidence.records import CurvePoint
from dualcore.kernels import fully_connected, random_network
from dualcore.lessons.coverage import harmonics, on_sphere
from dualcore.lessons.records import Special

Z = 1.6448536269514722
WIDTH, ROWS, FEW = 96, 1200, 60
BLIND = 3  # the degree that one ReLU layer without bias does not see
# case -> (dimension of the inputs, rows, power of each degree, power of the noise); the powers sum to 1
CASES: dict[str, tuple[int, int, dict[int, float], float]] = {
    "plain": (3, ROWS, {1: 0.5, 2: 0.45}, 0.05),
    "noise": (3, ROWS, {1: 0.3, 2: 0.2}, 0.5),
    "few": (8, FEW, {1: 0.3, 2: 0.65}, 0.05),
    "blind": (3, ROWS, {1: 0.3, 2: 0.25, 3: 0.4}, 0.05),
}


def data(case: str, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Directions (n, d) and targets (n,) of unit variance."""
    d, n, power, noise = CASES[case]
    rng = np.random.default_rng(seed)
    X, U = on_sphere(n, d, rng), on_sphere(len(power), d, rng)
    y = sum(np.sqrt(p) * harmonics(X, U[i : i + 1], k)[:, 0] for i, (k, p) in enumerate(power.items()))
    return X, y + np.sqrt(noise) * rng.standard_normal(n)


def split_variance(case: str, seed: int = 0) -> Special:
    """The target's variance split as an evaluation splits it: explained, data gap, coverage gap, noise. case: of ``CASES``."""
    X, y = data(case, seed)
    n, split = len(y), Split.of(len(y))
    F = random_network(fully_connected(1, "relu"), WIDTH, seed, (X.shape[1],)).features(torch.from_numpy(X).float())
    rep = Representation(F, False)
    fit = fit_last_layer(rep, y, 0, "r2", split)
    score, sd = metrics.score("r2", y, fit.prediction), explained_sd(fit, None)
    full = CurvePoint(rows=n, score=score, low=score - Z * sd, high=score + Z * sd)
    learned = learning_curve(rep, y, 0, "r2", split, full, fit.squared_error, None, seed, lambda: None)
    views = ceiling.make_views(X.astype(np.float32), rep, y, 0, fit.penalty, None, seed)
    noise = ceiling.noise_share(views, float(fit.Y[torch.from_numpy(views.rows)].var(0, correction=0).sum()))
    roof = ceiling.regression_ceiling(noise, float(y.var()), "r2", n)
    found = shares(1 - fit.squared_error, learned.squared_limit, noise, roof.reliable, sd, learned.squared_limit_sd, seed)
    power, built_noise = CASES[case][2:]
    built = {"seen": sum(p for k, p in power.items() if k != BLIND), "blind": power.get(BLIND, 0.0), "noise": built_noise}
    return Special(case=case, rows=n, built=built, shares=found)
