"""Is there any signal? Permute the labels, keep everything else, look again.

All permutations share one decomposition. The statistic is the left-out squared error at its own
best penalty, the loss that the last layer minimises: accuracy can sit on the majority share
while the scores already carry signal.
"""

from __future__ import annotations

import numpy as np
import torch

from dualcore.evidence import metrics
from dualcore.evidence.lastlayer import Representation, calibrate, encode_target, probabilities
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.records import Null
from dualcore.evidence.ridge import Decomposition, leave_out

ROWS = 1200


def permutation_null(
    rep: Representation, y: np.ndarray, n_classes: int, metric: str, permutations: int, seed: int,
    groups: np.ndarray | None = None, d: Decomposition | None = None,
) -> Null:
    """Null distribution of the left-out score.

    rep : at most ``ROWS`` rows (the caller draws them)
    d : decomposition of ``rep`` where it is known
    groups : rows of one group keep one label each time (repeated rows would otherwise break the null)
    """
    rng = np.random.default_rng(seed)
    d = d or rep.decompose()
    target = y if n_classes else (y - y.mean()) / (y.std() or 1.0)
    penalties = d.path()[::3]
    blocks = None
    shuffles = [_shuffle(target, groups, rng) for _ in range(permutations)]
    if groups is not None:
        _, codes = np.unique(groups, return_inverse=True)
        order = np.argsort(codes, kind="stable")
        blocks = [torch.from_numpy(b) for b in np.split(order, np.cumsum(np.bincount(codes))[:-1])]
    columns = max(1, n_classes)
    observed = smallest_error(d, encode_target(target, n_classes), penalties, blocks, 1)[0]
    losses, best = [], []
    for batch in _batches(shuffles, max(1, 400 // columns)):
        Y = torch.cat([encode_target(s, n_classes) for s in batch], 1)
        loss, raw = smallest_error(d, Y, penalties, blocks, len(batch))
        losses.extend(loss.tolist())
        best.extend(raw)
    scores = [_metric(metric, s, raw, n_classes) for s, raw in zip(shuffles, best, strict=True)]
    scores = [s for s in scores if np.isfinite(s)] or [float("nan")]
    p_value = (1 + sum(loss <= float(observed[0]) for loss in losses)) / (1 + permutations)
    low, high = np.quantile(scores, [0.05, 0.95])
    return Null(p_value=p_value, permutations=permutations, scores=scores, low=float(low), high=float(high))


def _shuffle(target: np.ndarray, groups: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
    if groups is None:
        return rng.permutation(target)
    _, first, codes = np.unique(groups, return_index=True, return_inverse=True)
    return rng.permutation(target[first])[codes]


def _batches(items: list, size: int):
    for start in range(0, len(items), size):
        yield items[start : start + size]


def smallest_error(d, Y: torch.Tensor, penalties: torch.Tensor, blocks, count: int) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Smallest left-out error of each of ``count`` targets, and the left-out scores there."""
    n = Y.shape[0]
    left = leave_out(d, Y, penalties, blocks)  # (L, n, count * C)
    error = (left - Y).square().sum(1).view(len(penalties), count, -1).sum(2) / n  # (L, count)
    loss, at = error.min(0)
    left = left.view(len(penalties), n, count, -1)
    return loss, [left[at[i], :, i] for i in range(count)]


def _metric(metric: str, y: np.ndarray, raw: torch.Tensor, n_classes: int) -> float:
    if not n_classes:
        return metrics.score(metric, y, Prediction(raw.numpy()))
    prior = np.bincount(y, minlength=n_classes) / len(y)
    if metric == "log_loss":
        raw = probabilities(raw, float(calibrate(raw[None], torch.from_numpy(y.astype(np.int64)))[0]))
    else:
        raw = torch.softmax(raw * 3.0, 1)  # order-preserving; only log loss needs the scale
    tilt = 1.0 if metric == "balanced_accuracy" else 0.0
    return metrics.score(metric, y, Prediction(raw.numpy(), tilt, prior))
