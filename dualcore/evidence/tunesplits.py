"""Rows that train, rows that end the descent, rows that judge; and the paired gain on the judging rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from dualcore.evidence import metrics
from dualcore.evidence.lastlayer import Split
from dualcore.evidence.metrics import TRAINING_SPREAD, Prediction

STOP_PARTS = 5  # one fifth of the rows that do not judge end the descent
LEVEL = 0.9
DRAWS = 400
_SHARES = ("accuracy", "balanced_accuracy", "macro_f1")


@dataclass(frozen=True)
class Part:
    """One split; row numbers."""

    fit: np.ndarray
    stop: np.ndarray
    judge: np.ndarray

    @property
    def seen(self) -> np.ndarray:
        """Rows that a model which needs no stopping may be fitted on."""
        return np.sort(np.concatenate([self.fit, self.stop]))


@dataclass(frozen=True)
class Splits:
    """judged : judging rows of all parts, one part after another; units : what is drawn together in the bootstrap."""

    parts: list[Part]
    judged: np.ndarray
    units: np.ndarray | None

    @property
    def count(self) -> int:
        return len(self.parts)


def folds_for(n: int, kind: str) -> int:
    """Splits for ``n`` rows: few rows are judged all in turn, many need one split only."""
    count = 5 if n < 600 else 4 if n < 3000 else 2 if n < 6000 else 1
    return min(count, 3) if kind == "time_ordered" else count


def splits_of(y: np.ndarray, n_classes: int, split: Split, seed: int) -> Splits:
    """Cross-fitted splits that respect groups and time.

    time_ordered : the latest parts judge, each after everything it is fitted on; the latest fitted rows stop
    grouped : whole groups; otherwise stratified by class, or by the size of the value
    """
    n = len(y)
    count, rng = folds_for(n, split.kind), np.random.default_rng(seed)
    if split.kind == "time_ordered":
        parts = [_latest(before.numpy(), judge.numpy()) for before, judge in split.folds[-count:]]
    else:
        units = split.units if split.kind == "grouped" else None
        place = _dealt(y, n_classes, units, max(count, 4), rng)
        parts = []
        for i in range(count):
            rest = np.flatnonzero(place != i)
            stop = _dealt(y[rest], n_classes, None if units is None else units[rest], STOP_PARTS, rng) == 0
            parts.append(Part(rest[~stop], rest[stop], np.flatnonzero(place == i)))
    judged = np.concatenate([p.judge for p in parts])
    return Splits(parts, judged, None if split.units is None else split.units[judged])


def first(splits: Splits, count: int) -> Splits:
    """The first ``count`` parts alone: what the time allows."""
    if count >= splits.count:
        return splits
    kept = splits.parts[:count]
    judged = np.concatenate([p.judge for p in kept])
    units = None if splits.units is None else splits.units[: len(judged)]
    return Splits(kept, judged, units)


def _latest(before: np.ndarray, judge: np.ndarray) -> Part:
    """``before`` in the order of time: its last fifth stops."""
    cut = len(before) - max(1, len(before) // STOP_PARTS)
    return Part(before[:cut], before[cut:], judge)


def _dealt(y: np.ndarray, n_classes: int, units: np.ndarray | None, parts: int, rng: np.random.Generator) -> np.ndarray:
    """Number (n,) of the part that every row is dealt to: stratified, or whole units of about equal size."""
    if units is not None:
        names, codes, sizes = np.unique(units, return_inverse=True, return_counts=True)
        order, load, place = rng.permutation(len(names)), np.zeros(parts), np.empty(len(names), dtype=int)
        for unit in order[np.argsort(-sizes[order], kind="stable")]:
            place[unit] = load.argmin()
            load[place[unit]] += sizes[unit]
        return place[codes]
    key = rng.random(len(y))
    order = np.lexsort((key, y)) if n_classes else np.argsort(y + 0.0, kind="stable")
    place = np.empty(len(y), dtype=int)
    # Within every stretch of ``parts`` neighbours each part gets one row, in random order.
    for start in range(0, len(y), parts):
        rows = order[start : start + parts]
        place[rows] = rng.permutation(parts)[: len(rows)]
    return place


def paired_gain(
    metric: str, y: np.ndarray, new: Prediction, old: Prediction, units: np.ndarray | None, looks: int, seed: int
) -> tuple[float, float, float]:
    """(gain, low, high) of ``new`` over ``old`` on the same rows, turned so that larger is better.

    The interval is 90 % for ``looks`` comparisons together (Bonferroni); see ``paired``.
    """
    gain, sd, _ = paired(metric, y, new, old, units, seed)
    half = float(norm.ppf(1 - (1 - LEVEL) / 2 / looks)) * sd
    return gain, gain - half, gain + half


def paired(
    metric: str, y: np.ndarray, new: Prediction, old: Prediction, units: np.ndarray | None, seed: int
) -> tuple[float, float, np.ndarray]:
    """(gain, its standard deviation, draws (DRAWS,) of it), turned so that larger is better.

    From a paired bootstrap over rows or units; the same seed draws the same rows. The standard deviation is widened for
    the model that other training rows would have given (``TRAINING_SPREAD``); the draws are not.
    """
    sign = 1.0 if metrics.greater_is_better(metric) else -1.0
    gain = sign * (metrics.score(metric, y, new) - metrics.score(metric, y, old))
    rng, n = np.random.default_rng(seed), len(y)
    members = None
    if units is not None:
        _, codes = np.unique(units, return_inverse=True)
        members = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    draws = []
    for _ in range(DRAWS):
        if members is None:
            rows = rng.integers(0, n, n)
        else:
            rows = np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])
        draws.append(sign * (metrics.score(metric, y[rows], new.take(rows)) - metrics.score(metric, y[rows], old.take(rows))))
    sd = float(np.nanstd(draws))
    if metric in _SHARES:
        # Rows that only one of the two gets right decide; without any the bootstrap has no width.
        one, other = new.labels() == y, old.labels() == y
        apart = ((one != other).sum() + 1) / n
        sd = max(sd, float(np.sqrt(max(apart - gain**2, 1 / n) / n)) if metric == "accuracy" else float(np.sqrt(apart / n)))
    return float(gain), TRAINING_SPREAD * sd, np.array(draws)
