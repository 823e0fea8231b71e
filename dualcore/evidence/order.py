"""Does the order of the rows in the file matter? A random split is only honest where it does not.

Two questions on the same rows, both answered from one decomposition of the evaluated representation:

1. Can late rows be told from early ones by their inputs? Left-out AUC against the labels "early" and "late" permuted.
2. Does the score fall when whole stretches of the file are left out together, against random blocks of the same size?
   Both sides lose the same number of rows, so the gap is the order's, not the learning curve's.

Everything is done within classes (or fifths of the target): a file that is sorted by its target is not drifting.
"""

from __future__ import annotations

import numpy as np
import torch

from dualcore.evidence import metrics
from dualcore.evidence.lastlayer import Representation, calibrate, encode_target, probabilities
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.null import smallest_error
from dualcore.evidence.records import OrderCheck
from dualcore.evidence.ridge import Decomposition, leave_out
from dualcore.intake import Note

SMALLEST = 100
BLOCKS = 5
RANDOM = 4  # random partitions that the ordered one is held against
STRETCHES = 40  # neighbours in the file are drawn together in the bootstrap
DRAWS = 200
SIGNIFICANT = 0.01
CLEAR, OBVIOUS = 0.6, 0.75  # AUC: below the first nothing is said; from the second on even where the score does not suffer


def check_order(
    rep: Representation, d: Decomposition, y: np.ndarray, n_classes: int, metric: str, permutations: int, seed: int
) -> OrderCheck | None:
    """``rep``, ``d`` and ``y`` on the same rows, in the order of the file, each unit once; None where they are too few."""
    n = len(y)
    if n < SMALLEST:
        return None
    rng = np.random.default_rng(seed)
    strata = _strata(y, n_classes)
    late = _parts(strata, 2)
    auc, chance, p_value = _told_apart(d, late, strata, permutations, rng)
    scores = _Blocked(rep, d, y, n_classes, metric)
    ordered = scores.predict(_parts(strata, BLOCKS))
    loose = [scores.predict(_shuffled(_parts(strata, BLOCKS), strata, rng)) for _ in range(RANDOM)]
    sign = 1 if metrics.greater_is_better(metric) else -1
    score = lambda prediction, rows: metrics.score(metric, y[rows], prediction.take(rows))  # noqa: E731
    everything = np.arange(n)
    random, honest = float(np.mean([score(p, everything) for p in loose])), score(ordered, everything)
    stretches = np.array_split(everything, STRETCHES)
    gaps = []
    for i in range(DRAWS):
        rows = np.concatenate([stretches[s] for s in rng.integers(0, STRETCHES, STRETCHES)])
        gaps.append(sign * (score(loose[i % RANDOM], rows) - score(ordered, rows)))
    gap, sd = sign * (random - honest), float(np.nanstd(gaps))
    return OrderCheck(
        rows=n, auc=auc, chance=chance, p_value=p_value, random_score=random, ordered_score=honest,
        gap=gap, gap_low=gap - 1.645 * sd, gap_high=gap + 1.645 * sd,
    )


def note_of(check: OrderCheck | None, scale: float) -> Note | None:
    """What to say about it. ``scale``: one natural unit of the metric."""
    if check is None or check.p_value > SIGNIFICANT or check.auc < CLEAR:
        return None
    if check.gap_low > 0.005 * scale:
        fields = {"auc": round(check.auc, 2), "random": round(check.random_score, 3), "ordered": round(check.ordered_score, 3)}
        return Note(code="order_drift", level="warning", fields=fields)
    return Note(code="order_seen", fields={"auc": round(check.auc, 2)}) if check.auc >= OBVIOUS else None


def _strata(y: np.ndarray, n_classes: int) -> np.ndarray:
    if n_classes:
        return y.astype(np.int64)
    return np.argsort(np.argsort(y, kind="stable"), kind="stable") * 5 // len(y)


def _parts(strata: np.ndarray, count: int) -> np.ndarray:
    """(n,) which of ``count`` successive parts of its stratum each row belongs to."""
    part = np.zeros(len(strata), dtype=np.int64)
    for s in np.unique(strata):
        rows = np.flatnonzero(strata == s)
        part[rows] = np.arange(len(rows)) * count // len(rows)
    return part


def _shuffled(part: np.ndarray, strata: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    out = part.copy()
    for s in np.unique(strata):
        rows = np.flatnonzero(strata == s)
        out[rows] = rng.permutation(part[rows])
    return out


def _told_apart(d: Decomposition, late: np.ndarray, strata: np.ndarray, permutations: int, rng: np.random.Generator) -> tuple[float, float, float]:
    """(left-out AUC of late against early, its 95 % quantile by chance, p-value of the left-out error)."""
    targets = [late] + [_shuffled(late, strata, rng) for _ in range(permutations)]
    loss, raw = smallest_error(d, torch.from_numpy(np.stack(targets, 1).astype(np.float64)), d.path()[::3], None, len(targets))
    found = [_auc(r[:, 0].numpy(), t) for r, t in zip(raw, targets, strict=True)]
    p_value = (1 + int((loss[1:] <= loss[0]).sum())) / (1 + permutations)
    return found[0], float(np.quantile(found[1:], 0.95)), p_value


def _auc(score: np.ndarray, label: np.ndarray) -> float:
    rank = np.empty(len(score))
    rank[np.argsort(score, kind="stable")] = np.arange(1, len(score) + 1)
    ones = int(label.sum())
    return float((rank[label == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(label) - ones)))


class _Blocked:
    """Predictions of rows whose block was left out, at the penalty that leave-one-out prefers."""

    def __init__(self, rep: Representation, d: Decomposition, y: np.ndarray, n_classes: int, metric: str) -> None:
        self.d, self.n_classes, self.metric = d, n_classes, metric
        self.shift, self.spread = (0.0, 1.0) if n_classes else (float(y.mean()), float(y.std()) or 1.0)
        self.Y = encode_target(y if n_classes else (y - self.shift) / self.spread, n_classes)
        penalties = d.path()[::3]
        left = leave_out(d, self.Y, penalties)
        best = int((left - self.Y).square().mean((1, 2)).argmin())
        self.penalty = penalties[best : best + 1]
        self.temperature = float(calibrate(left[best : best + 1], torch.from_numpy(y.astype(np.int64)))[0]) if n_classes else 1.0
        self.prior = np.bincount(y, minlength=n_classes) / len(y) if n_classes else None

    def predict(self, part: np.ndarray) -> Prediction:
        blocks = [torch.from_numpy(np.flatnonzero(part == b)) for b in np.unique(part)]
        raw = leave_out(self.d, self.Y, self.penalty, blocks)[0]
        if self.n_classes:
            return Prediction(probabilities(raw, self.temperature).numpy(), 1.0 if self.metric == "balanced_accuracy" else 0.0, self.prior)
        return Prediction(raw.numpy() * self.spread + self.shift)
