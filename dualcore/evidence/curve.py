"""What would more data bring? Scores on nested subsets and a power law through them.

error(m) = limit + c m^(-exponent), error = 1 - score for scores with maximum 1, else the score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from dualcore.evidence import metrics
from dualcore.evidence.lastlayer import Representation, Split, encode_target, fit_last_layer, probabilities
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.records import Curve, CurvePoint

Z = 1.6448536269514722
# The forecast's standard deviation joins the last point's own, the spread of the redrawn laws and a share of the forecast
# change for the law's form being wrong; WIDENING is the calibration of the whole. Both from benchmarks/learning_curve.py:
# real datasets at 1/8, 1/4 and 1/2 of their rows against what twice the rows gave (docs/evidence-measures.md).
LAW_DOUBT = 0.5
WIDENING = 1.0
EXPONENTS = np.linspace(0.05, 2.0, 157)
FARTHEST = 100.0  # times the rows; farther than that a power law through a factor of 32 says nothing


@dataclass(frozen=True)
class CurveFit:
    curve: Curve
    squared_limit: float | None  # limit of the squared error's share of variance
    squared_limit_sd: float = 0.0


def subset_sizes(n: int, n_classes: int, largest: int) -> list[int]:
    smallest = max(16, 4 * n_classes)
    sizes = {int(round(n * f)) for f in (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 0.75)}
    return sorted(s for s in sizes if smallest <= s <= largest and n - s >= 10)


def learning_curve(
    rep: Representation, y: np.ndarray, n_classes: int, metric: str, split: Split, full: CurvePoint,
    full_squared: float, goal: float | None, seed: int, should_stop, largest: int = 2000,
) -> CurveFit:
    """Fit on nested subsets, score on the rows outside; the last point is the full fit."""
    n = rep.n
    rng = np.random.default_rng(seed)
    points, squared = [], []
    for size in subset_sizes(n, n_classes, largest):
        repeats = int(np.clip(round(1200 / size), 2, 6))
        scores, errors = [], []
        for _ in range(repeats):
            should_stop()
            fit_rows, scored = _draw(n, size, split, rng)
            value, error = _score_outside(rep, y, n_classes, metric, fit_rows, scored)
            scores.append(value)
            errors.append(error)
        scores = np.array(scores)[np.isfinite(scores)]
        if not len(scores):
            continue
        sd = float(np.hypot(scores.std(ddof=1) / np.sqrt(len(scores)) if len(scores) > 1 else 0.0, (full.high - full.low) / 6.6))
        mean = float(scores.mean())
        low, high = metrics.clip_to_range(metric, mean - 1.645 * sd, mean + 1.645 * sd)
        points.append(CurvePoint(rows=size, score=mean, low=low, high=high))
        squared.append((size, float(np.mean(errors))))
    points.append(full)
    squared.append((full.rows, full_squared))
    return CurveFit(_extrapolate(points, metric, goal, seed), *_limit_of(squared, seed))


def _draw(n: int, size: int, split: Split, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    if split.kind == "time_ordered":
        past, last = split.folds[-1]  # the most recent rows before the last block
        return past[-size:] if size < len(past) else past, last
    if split.units is not None:
        order = rng.permutation(split.units.max() + 1)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        rows = np.lexsort((rng.random(n), rank[split.units]))
        inside = np.zeros(split.units.max() + 1, dtype=bool)
        inside[split.units[rows[:size]]] = True
        outside = np.flatnonzero(~inside[split.units])
        if len(outside):
            return torch.from_numpy(rows[:size].copy()), torch.from_numpy(outside)
    rows = torch.from_numpy(rng.permutation(n))
    return rows[:size], rows[size:]


def _score_outside(rep, y, n_classes, metric, fit_rows, scored) -> tuple[float, float]:
    """(metric, squared error as a share of variance) on ``scored`` of a fit on ``fit_rows``."""
    inside = y[fit_rows.numpy()]
    if n_classes and len(np.unique(inside)) < 2:
        return float("nan"), 1.0
    if len(scored) > 4000:
        scored = scored[torch.linspace(0, len(scored) - 1, 4000).long()]
    sub = rep.subset(fit_rows)
    fit = fit_last_layer(sub, inside, n_classes, metric, Split.of(len(fit_rows)))
    everything = torch.arange(len(fit_rows))
    W, b = sub.weights(fit.decomposition, everything, fit.Y, fit.penalty)
    F = rep.matrix[scored][:, fit_rows] if rep.is_kernel else rep.matrix[scored]
    raw = F.to(torch.float64) @ W + b
    outside = y[scored.numpy()]
    if n_classes:
        Y = encode_target(outside, n_classes)
        values = probabilities(raw, fit.temperature).numpy()
    else:
        shift, spread = inside.mean(), inside.std() or 1.0
        Y = encode_target((outside - shift) / spread, 0)
        values = raw.numpy() * spread + shift
    total = float((Y - Y.mean(0)).square().sum())
    share = float((Y - raw).square().sum()) / total if total > 0 else 1.0
    return metrics.score(metric, outside, Prediction(values, fit.tilt, fit.prior)), share


def _power_law(rows: np.ndarray, error: np.ndarray, sd: np.ndarray) -> np.ndarray | None:
    """(limit, scale at the largest size, exponent), or None when the errors do not fall."""
    if len(rows) < 4 or error[-1] >= error[0]:
        return None
    # For a given exponent the law is linear: non-negative least squares in closed form, on a grid of exponents.
    B, w = (rows / rows[-1])[None, :] ** -EXPONENTS[:, None], np.square(1 / sd)
    S1, Sb, Sbb, Se, Sbe = w.sum(), B @ w, np.square(B) @ w, error @ w, B @ (w * error)
    scale = np.maximum((S1 * Sbe - Sb * Se) / np.maximum(S1 * Sbb - Sb**2, 1e-300), 0.0)
    limit = (Se - Sb * scale) / S1
    scale = np.where(limit < 0, Sbe / Sbb, scale)
    limit = np.maximum(limit, 0.0)
    misfit = np.square(limit[:, None] + scale[:, None] * B - error) @ w
    # A weak pull of the exponent to 1/2 keeps the extrapolation sane where the points leave it open.
    best = int((misfit + np.square((EXPONENTS - 0.5) / 0.5)).argmin())
    return np.array([limit[best], scale[best], EXPONENTS[best]])


def _limit_of(squared: list[tuple[int, float]], seed: int) -> tuple[float | None, float]:
    """(limit of the squared error, its standard deviation over redrawn points)."""
    rows, error = (np.array(v, dtype=float) for v in zip(*squared, strict=True))
    sd = np.maximum(0.02 * error, 1e-6)
    fit = _power_law(rows, error, sd)
    if fit is None:
        return None, 0.0
    rng = np.random.default_rng(seed)
    draws = [_power_law(rows, error + sd * rng.standard_normal(len(sd)), sd) for _ in range(30)]
    limits = [min(d[0], error[-1]) for d in draws if d is not None]
    return float(min(fit[0], error[-1])), float(np.std(limits)) if len(limits) > 1 else 0.0


def _extrapolate(points: list[CurvePoint], metric: str, goal: float | None, seed: int) -> Curve:
    falling = not metrics.greater_is_better(metric)
    flip = (lambda v: v) if falling else (lambda v: 1 - v)
    rows = np.array([p.rows for p in points], dtype=float)
    error = flip(np.array([p.score for p in points]))
    sd = np.maximum(np.array([(p.high - p.low) / 3.29 for p in points]), 1e-4 * max(1e-9, abs(error).max()))
    fit = _power_law(rows, error, sd)
    if fit is None:
        return Curve(points=points, fitted=False)
    draws = _redrawn(rows, error, sd, seed)
    n = rows[-1]

    def band(m: float) -> tuple[float, float]:
        """(error at m rows, half of its 90 % interval). Anchored on the measured last point: the law describes the change."""
        move = _at(fit, m / n) - fit[0] - fit[1]
        moves = [0.0 if d is None else _at(d, m / n) - d[0] - d[1] for d in draws]
        sd_here = np.sqrt(sd[-1] ** 2 + np.var(moves) + (LAW_DOUBT * move) ** 2)
        return error[-1] + move, Z * WIDENING * sd_here

    def scores(m: float) -> tuple[float, float, float]:
        value, half = band(m)
        low, high = sorted((float(flip(max(0.0, value - half))), float(flip(value + half))))
        return float(flip(max(0.0, value))), *metrics.clip_to_range(metric, low, high)

    forecast = []
    for factor in (1.5, 2, 3, 5, 10):
        value, low, high = scores(n * factor)
        forecast.append(CurvePoint(rows=int(n * factor), score=value, low=low, high=high))
    limit, limit_low, limit_high = scores(n * 1e9)
    doubled, doubled_low, doubled_high = scores(2 * n)
    need = (None, None, None) if goal is None else _rows_for_goal(float(flip(goal)), band, n)
    return Curve(
        points=points, fitted=True, exponent=float(fit[2]), limit=limit, limit_low=limit_low, limit_high=limit_high,
        doubled=doubled, doubled_low=doubled_low, doubled_high=doubled_high, forecast=forecast,
        rows_for_goal=need[0], rows_for_goal_low=need[1], rows_for_goal_high=need[2],
    )


def _at(law: np.ndarray, ratio: float) -> float:
    return law[0] + law[1] * ratio ** -law[2]


def _redrawn(rows: np.ndarray, error: np.ndarray, sd: np.ndarray, seed: int) -> list[np.ndarray | None]:
    """Power laws through redrawn points; None where the redrawn errors do not fall, which is a forecast of no change."""
    rng = np.random.default_rng(seed)
    return [_power_law(rows, error + sd * rng.standard_normal(len(sd)), sd) for _ in range(60)]


def _rows_for_goal(goal: float, band, n: float) -> tuple[int | None, int | None, int | None]:
    """(rows, low, high) at which the forecast and the ends of its interval reach the error ``goal``.

    None stands for infinity: not within ``FARTHEST`` times the rows, because the limit lies short of the goal or nearly so.
    """
    ratios = np.geomspace(1, FARTHEST, 161)
    value, half = np.array([band(n * r) for r in ratios]).T

    def first(reached: np.ndarray) -> int | None:
        return int(np.ceil(n * ratios[reached.argmax()])) if reached.any() else None

    return first(value <= goal), first(value - half <= goal), first(value + half <= goal)
