"""Choosing the best of many candidates on the same rows, without believing the winner too much.

The best of k measured gains is larger than its true gain on average: noise helped it to win (the winner's curse). Three
figures answer this, all from one paired bootstrap of the out-of-sample predictions, which are never refitted:

- *corrected gain*: choose the best on the rows that a bootstrap draw contains, score it on the rows that the draw left
  out, average over draws (Tsamardinos, Greasidou, Borboudakis 2018, "Bootstrapping the out-of-sample predictions for
  efficient and accurate cross-validation", Machine Learning 107, arXiv 1708.07180). Where candidates were dropped on
  fewer rows before, the rows that dropped them flatter the survivors: the rest is scored as well, and the lower figure counts.
- *simultaneous lower bounds*: gain_j - c * sd_j with c the 95 % quantile of max_j (gain*_j - gain_j) / sd_j over all
  candidates, dropped ones included: the probability that any of them claims too much is at most 5 % (White 2000,
  Econometrica 68, "A reality check for data snooping"; Romano, Wolf 2005, Econometrica 73, step 1).
- *adjusted p-value*: the share of draws in which that maximum is at least the winner's (gain / sd).

Where one candidate is truly best, the corrected gain errs on the low side (docs/stages.md has the figures).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dualcore.evidence import metrics
from dualcore.evidence.metrics import Prediction

LEVEL = 0.9  # of two-sided intervals; a claim uses the lower end, so errs in 5 %
Z = 1.6448536269514722


@dataclass(frozen=True)
class Measured:
    """One candidate's out-of-sample predictions, ready to be scored under any weights of the rows.

    rows : (m,) positions, in the numbering that all candidates share, of the rows that were scored
    """

    metric: str
    y: np.ndarray
    prediction: Prediction
    rows: np.ndarray

    def scores(self, weights: np.ndarray) -> np.ndarray:
        """Scores (B,) of the metric under row weights (B, n) in the shared numbering; NaN where it is not defined."""
        W = weights[:, self.rows]
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.metric == "roc_auc":
                return _weighted_auc(self.y, self.prediction.values, W)
            return _from_sums(self.metric, W @ _terms(self.metric, self.y, self.prediction))


def _terms(metric: str, y: np.ndarray, prediction: Prediction) -> np.ndarray:
    """Values (m, q) per row whose sums determine the score."""
    one = np.ones(len(y))
    if metric == "accuracy":
        return np.column_stack([prediction.labels() == y, one])
    if metric == "log_loss":
        return np.column_stack([-np.log(np.clip(prediction.values[np.arange(len(y)), y], 1e-12, 1)), one])
    if metric in ("balanced_accuracy", "macro_f1"):
        labels, classes = prediction.labels(), np.arange(prediction.values.shape[1])
        true, guessed = y[:, None] == classes, labels[:, None] == classes
        return np.hstack([true & guessed, true, guessed]).astype(float)
    error = y - prediction.values[:, 0]
    if metric == "mae":
        return np.column_stack([np.abs(error), one])
    centred = y - y.mean()
    return np.column_stack([error**2, centred, centred**2, one])


def _from_sums(metric: str, S: np.ndarray) -> np.ndarray:
    """Scores (B,) from sums (B, q)."""
    if metric in ("accuracy", "log_loss", "mae"):
        return S[:, 0] / S[:, 1]
    if metric in ("balanced_accuracy", "macro_f1"):
        hit, true, guessed = np.split(S, 3, axis=1)
        kept = true > 0 if metric == "balanced_accuracy" else true + guessed > 0
        share = hit / true if metric == "balanced_accuracy" else 2 * hit / (true + guessed)
        return np.where(kept, share, 0).sum(1) / kept.sum(1)
    if metric == "rmse":
        return np.sqrt(S[:, 0] / S[:, 3])
    return 1 - S[:, 0] / (S[:, 2] - S[:, 1] ** 2 / S[:, 3])


def _weighted_auc(y: np.ndarray, p: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Areas (B,) under the curve, mean of one against rest over the classes present; ties count half."""
    total, count = np.zeros(len(W)), np.zeros(len(W))
    for c in range(1, 2) if p.shape[1] == 2 else range(p.shape[1]):
        order = np.argsort(p[:, c], kind="stable")
        starts = np.flatnonzero(np.diff(p[order, c], prepend=-np.inf))
        up = np.add.reduceat(W[:, order] * (y[order] == c), starts, axis=1)
        down = np.add.reduceat(W[:, order] * (y[order] != c), starts, axis=1)
        below = np.cumsum(down, 1) - down / 2
        ways = up.sum(1) * down.sum(1)
        present = ways > 0
        total += np.where(present, (up * below).sum(1) / np.where(present, ways, 1), 0)
        count += present
    return total / np.where(count > 0, count, np.nan)


def bootstrap_weights(n: int, draws: int, units: np.ndarray | None, seed: int) -> np.ndarray:
    """How often each of n rows is in each draw, (draws, n) float32; rows of one unit are drawn together."""
    rng = np.random.default_rng(seed)
    _, codes = np.unique(np.arange(n) if units is None else units, return_inverse=True)
    size = int(codes.max()) + 1
    counts = np.zeros((draws, size), np.float32)
    for row in counts:
        row[:] = np.bincount(rng.integers(0, size, size), minlength=size)
    return counts[:, codes]


@dataclass(frozen=True)
class Gain:
    """Paired gain of one candidate over the present choice on the same rows, positive = candidate better.

    sd : its standard deviation, from the paired bootstrap
    low, high : 90 % interval of this candidate alone
    simultaneous_low : lower end that holds for all candidates at once
    """

    gain: float
    sd: float
    low: float
    high: float
    simultaneous_low: float


@dataclass(frozen=True)
class Choice:
    """What choosing the best of the finalists is worth.

    gains : one per candidate, in order; winner : index of the best finalist
    corrected_gain : see the module; optimism : raw gain minus corrected gain, >= 0
    low, high : 90 % interval of the winner's gain that holds although the winner was chosen
    p_value : adjusted for all candidates; critical : c of the simultaneous bounds
    """

    gains: list[Gain]
    winner: int
    corrected_gain: float
    optimism: float
    low: float
    high: float
    p_value: float
    critical: float


@dataclass(frozen=True)
class Field:
    """Candidates and the present choice, measured on the same rows.

    pairs : per candidate (candidate, present choice) on the rows of the last round that it reached
    finalists : indices of the candidates that reached the last round
    fresh : (n,) rows of the last round that took no part in dropping candidates
    """

    pairs: list[tuple[Measured, Measured]]
    finalists: list[int]
    fresh: np.ndarray
    units: np.ndarray | None = None


def choose_best(field: Field, draws: int = 1000, seed: int = 0, spread: float = metrics.TRAINING_SPREAD) -> Choice:
    """The best finalist, its gain as measured, and its gain corrected for having been chosen.

    spread : factor on standard deviations for what resampling the scored rows leaves out (other training rows)
    """
    n = len(field.fresh)
    sign = 1.0 if metrics.greater_is_better(field.pairs[0][0].metric) else -1.0
    W = bootstrap_weights(n, draws, field.units, seed)
    observed = np.array([float(_gains(pair, np.ones((1, n), np.float32), sign)[0]) for pair in field.pairs])
    drawn = np.stack([_gains(pair, W, sign) for pair in field.pairs], 1)  # (draws, k)
    sd = np.maximum(np.nanstd(drawn, axis=0), 1e-12) * spread
    best = max(field.finalists, key=lambda j: observed[j])
    # Candidates that predict the same as the present choice have no spread and nothing to claim.
    centred = np.where(sd > 1e-11, np.nan_to_num((drawn - observed) * spread / sd, nan=0.0), 0.0)
    largest = centred.max(1)
    critical = max(Z, float(np.quantile(largest, 1 - (1 - LEVEL) / 2)))
    gains = [
        Gain(float(g), float(s), float(g - Z * s), float(g + Z * s), float(g - critical * s))
        for g, s in zip(observed, sd, strict=True)
    ]
    picked = np.nan_to_num(drawn[:, field.finalists], nan=-np.inf).argmax(1)
    corrected = min(gains[best].gain, _left_out_gain(field, W == 0, picked, sign))
    if not field.fresh.all():
        corrected = min(corrected, _left_out_gain(field, (W == 0) & field.fresh, picked, sign))
    low = min(gains[best].simultaneous_low, corrected)
    ratio = observed[best] / sd[best] if sd[best] > 1e-11 else 0.0
    return Choice(
        gains=gains, winner=best, corrected_gain=corrected, optimism=gains[best].gain - corrected, low=low,
        high=gains[best].high, p_value=float((1 + (largest >= ratio).sum()) / (1 + draws)), critical=critical,
    )


def _left_out_gain(field: Field, left_out: np.ndarray, picked: np.ndarray, sign: float) -> float:
    """Mean gain of the finalist picked in each draw (draws,) on the rows that the draw left out (draws, n)."""
    outside = np.stack([_gains(field.pairs[j], left_out.astype(np.float32), sign) for j in field.finalists], 1)
    return float(np.nanmean(outside[np.arange(len(picked)), picked]))


def _gains(pair: tuple[Measured, Measured], weights: np.ndarray, sign: float) -> np.ndarray:
    return sign * (pair[0].scores(weights) - pair[1].scores(weights))
