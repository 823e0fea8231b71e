"""The metrics of the evaluation. Probabilities p (n, C) or values (n, 1) against y: class codes or values (n,)."""

import numpy as np


def labels(p, tilt, prior):
    """argmax p_c / prior_c^tilt: tilt 1 serves balanced accuracy, 0 accuracy."""
    return (p / np.maximum(prior, 1e-12) ** tilt).argmax(1)


def score(metric, y, p, tilt=0.0, prior=None):
    if metric in ("r2", "rmse", "mae"):
        return _of_values(metric, y, p[:, 0])
    prior = np.ones(p.shape[1]) if prior is None else np.asarray(prior)
    if metric == "log_loss":
        return float(-np.log(np.clip(p[np.arange(len(y)), y], 1e-12, 1)).mean())
    if metric == "roc_auc":
        classes = range(1, 2) if p.shape[1] == 2 else range(p.shape[1])
        parts = [_auc(y == c, p[:, c]) for c in classes if 0 < (y == c).sum() < len(y)]
        return float(np.mean(parts))
    guess = labels(p, tilt, prior)
    if metric == "accuracy":
        return float((guess == y).mean())
    hit, true, guessed = (np.bincount(v, minlength=p.shape[1]).astype(float) for v in (y[y == guess], y, guess))
    if metric == "balanced_accuracy":
        return float((hit[true > 0] / true[true > 0]).mean())
    if metric == "macro_f1":
        seen = (true > 0) | (guessed > 0)
        return float((2 * hit[seen] / (true[seen] + guessed[seen])).mean())
    raise ValueError(f"unknown metric {metric!r}")


def _of_values(metric, y, predicted):
    error = y - predicted
    if metric == "mae":
        return float(np.abs(error).mean())
    if metric == "rmse":
        return float(np.sqrt((error**2).mean()))
    return float(1 - (error**2).mean() / ((y - y.mean()) ** 2).mean())


def _auc(positive, value):
    """Area under the ROC curve: share of pairs in the right order, ties count half."""
    _, place, count = np.unique(value, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    ones = positive.sum()
    return (rank[positive].sum() - ones * (ones + 1) / 2) / (ones * (len(value) - ones))
