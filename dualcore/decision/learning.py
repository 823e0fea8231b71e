"""Fit the forecasts of ``calibrated`` on cases whose truth is known. scipy only; a second for a hundred cases.

Maximum likelihood under the Student t of the forecasts, with weak priors that keep the parameters
where few cases say little: shifts near 0, scales near 1, weights of the gain small.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import gammaln

from dualcore.decision.calibrated import DEGREES, FEATURES, Calibration, Spread, draw
from dualcore.decision.hindsight import VERDICTS, right_verdicts
from dualcore.decision.learning_records import Case

KINDS = ("table", "image", "series", "audio")
WEIGHT_SD = 0.3  # prior of the gain's weights, in score per feature of order 1
SHIFT_SD = 0.02
GROWS = ("probe", "trees", "linear", "doubling")  # features that may only raise the forecast gain


def _loss(residual: np.ndarray, sd: np.ndarray, weight: np.ndarray) -> float:
    """Negative log likelihood of residuals under a t with ``DEGREES`` and standard deviation ``sd``."""
    scale = sd * math.sqrt((DEGREES - 2) / DEGREES)
    z = residual / scale
    constant = gammaln((DEGREES + 1) / 2) - gammaln(DEGREES / 2) - 0.5 * math.log(DEGREES * math.pi)
    return float((weight * ((DEGREES + 1) / 2 * np.log1p(z**2 / DEGREES) + np.log(scale) - constant)).sum())


def _spread(forecast, stated, n, truth, noise, weight, slope: bool = True) -> Spread:
    """The Spread under which ``truth`` = shift + slope * forecast + noise is most likely; noise: of the test part itself."""
    forecast, stated, n, truth, noise, weight = map(np.asarray, (forecast, stated, n, truth, noise, weight))

    def unpack(p):
        return dict(shift=p[0], slope=p[1] if slope else 1.0, scale=math.exp(p[2]), floor=math.exp(p[3]), rows=math.exp(p[4]))

    def objective(p):
        v = unpack(p)
        sd = np.sqrt((v["scale"] * stated) ** 2 + v["floor"] ** 2 + v["rows"] / n + noise**2)
        prior = 0.5 * ((p[0] / SHIFT_SD) ** 2 + ((p[1] - 1) / 0.3) ** 2 + (p[2] / 0.3) ** 2 + ((p[3] + 5) / 1.0) ** 2 + ((p[4] + 6) / 2.0) ** 2)
        return _loss(truth - v["shift"] - v["slope"] * forecast, sd, weight) + prior

    found = minimize(objective, np.array([0.0, 1.0, 0.0, -5.0, -6.0]), method="L-BFGS-B").x
    return Spread(**{k: float(v) for k, v in unpack(found).items()})


def _gain(cases: list[Case]) -> tuple[list[float], dict[str, Spread]]:
    """Weights of the features, and the spread around them by kind (kinds with few cases lean on the common one)."""
    F = np.array([c.seen.features for c in cases])
    y = np.array([c.truth.full - c.truth.last for c in cases])
    noise = np.array([0.5 * (c.truth.full_se + c.truth.last_se) * math.sqrt(0.5) for c in cases])
    n = np.array([c.seen.rows for c in cases])
    kind = np.array([KINDS.index(c.seen.kind) for c in cases])
    weight = np.array([c.weight for c in cases])
    d = len(FEATURES)

    def sds(p):
        floor = np.exp(p[d] + p[d + 1 : d + 5])
        return np.sqrt(floor[kind] ** 2 + math.exp(p[d + 5]) / n + noise**2)

    def objective(p):
        prior = 0.5 * ((p[:d] / WEIGHT_SD) ** 2).sum() + 0.5 * (((p[:3]) / 0.05) ** 2).sum()
        prior += 0.5 * ((p[d] + 4) / 1.0) ** 2 + 0.5 * ((p[d + 1 : d + 5] / 0.5) ** 2).sum() + 0.5 * ((p[d + 5] + 4) / 2.0) ** 2
        return _loss(y - F @ p[:d], sds(p), weight) + prior

    # Evidence that something better exists must not speak against tuning, whatever a hundred cases say.
    bounds = [(0.0, None) if name in GROWS else (None, None) for name in FEATURES] + [(None, None)] * 6
    p = minimize(objective, np.concatenate([np.zeros(d), [-4.0], np.zeros(4), [-4.0]]), method="L-BFGS-B", bounds=bounds).x
    rows = math.exp(p[d + 5])
    return p[:d].tolist(), {k: Spread(floor=float(math.exp(p[d] + p[d + 1 + i])), rows=float(rows)) for i, k in enumerate(KINDS)}


def fit(cases: list[Case], version: str) -> Calibration:
    """Parameters of all four forecasts from ``cases``."""
    signal = [c for c in cases if c.seen.p_value <= 0.05] or cases
    w = [c.weight for c in signal]
    rows = [c.seen.rows for c in signal]
    last = _spread(
        np.zeros(len(signal)), [c.seen.sd for c in signal], rows, [c.truth.last - c.seen.score for c in signal],
        [c.truth.last_se for c in signal], w, slope=False,
    )
    gain, gain_spread = _gain(signal)
    pair = [c for c in signal if c.seen.other is not None]
    other = _spread(
        [c.seen.other for c in pair], [c.seen.other_sd for c in pair], [c.seen.rows for c in pair], [c.truth.other - c.truth.last for c in pair],
        [0.5 * math.hypot(c.truth.other_se, c.truth.last_se) for c in pair], [c.weight for c in pair],
    )
    more = [c for c in signal if c.seen.doubled is not None and c.truth.doubled is not None]
    doubled = _spread(
        [c.seen.doubled for c in more], [c.seen.doubled_sd for c in more], [c.seen.rows for c in more],
        [c.truth.doubled - c.truth.last for c in more], [0.5 * math.hypot(c.truth.doubled_se, c.truth.last_se) for c in more], [c.weight for c in more],
    )
    known = Calibration(
        version=version, datasets=len({c.dataset for c in cases}), cases=len(cases), last=last, gain=gain, gain_spread=gain_spread,
        other=other, doubled=doubled,
    )
    return known.model_copy(update={"sharpness": _sharpness(signal, known)})


def verdict_chances(draws: dict[str, np.ndarray], goal: float) -> np.ndarray:
    """Probability of each of VERDICTS being right for ``goal``, from joint draws of the four scores."""
    last, full = draws["last"] >= goal, draws["full"] >= goal
    elsewhere = (draws["other"] >= goal) | (draws["doubled"] >= goal)
    return np.array([last.mean(), (~last & full).mean(), (~last & ~full & elsewhere).mean(), (~last & ~full & ~elsewhere).mean()])


def _sharpness(cases: list[Case], known: Calibration) -> float:
    """Exponent of the verdicts' probabilities under which the right ones are most likely."""
    rows, right, weight = [], [], []
    for case in cases:
        draws = draw(case.seen, known, 1500, 0)
        for goal in case.goals:
            rows.append(np.maximum(verdict_chances(draws, goal), 1e-3))
            counts = right_verdicts(case.truth, goal)
            right.append([v in counts for v in VERDICTS])
            weight.append(case.weight)
    if not rows:
        return 1.0
    logs, right, weight = np.log(np.array(rows)), np.array(right), np.array(weight)

    def objective(g: float) -> float:
        p = np.exp(g * logs)
        p /= p.sum(1, keepdims=True)
        return float(-(weight * np.log((p * right).sum(1))).sum() + 2.0 * math.log(g) ** 2)

    return float(minimize_scalar(objective, bounds=(0.4, 2.5), method="bounded").x)
