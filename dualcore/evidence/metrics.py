"""The metrics people expect, on one footing: arrays in, a float out, direction known.

A classification prediction is an (n, C) matrix of probabilities; the label is chosen by
``argmax p_c / prior_c**tilt``: tilt 0 is right for accuracy, tilt 1 is the Bayes rule for
balanced accuracy, so one calibrated model serves every metric.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

CLASSIFICATION = ("accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "log_loss")
REGRESSION = ("r2", "rmse", "mae")
# Resampling the scored rows leaves out that other training rows would give another model. Measured on repeated splits
# (benchmarks/coverage_of_intervals.py), 90 % intervals without this factor held the score in 82 % of the cases.
TRAINING_SPREAD = 1.25
_LOWER_IS_BETTER = {"log_loss", "rmse", "mae"}


def greater_is_better(metric: str) -> bool:
    return metric not in _LOWER_IS_BETTER


def metrics_for(task: str) -> tuple[str, ...]:
    return CLASSIFICATION if task == "classification" else REGRESSION


@dataclass(frozen=True)
class Prediction:
    """Out-of-sample predictions of one model.

    values : (n, C) probabilities, or (n, 1) real values
    """

    values: np.ndarray
    tilt: float = 0.0
    prior: np.ndarray | None = None

    def labels(self) -> np.ndarray:
        """Predicted class codes (n,)."""
        if self.tilt == 0 or self.prior is None:
            return self.values.argmax(1)
        return (self.values / np.maximum(self.prior, 1e-12) ** self.tilt).argmax(1)

    def take(self, rows: np.ndarray) -> Prediction:
        return Prediction(self.values[rows], self.tilt, self.prior)


def _auc(y: np.ndarray, p: np.ndarray) -> float:
    """ROC AUC; for several classes the mean of one-against-rest over the classes present."""
    classes = range(1, 2) if p.shape[1] == 2 else range(p.shape[1])
    parts = [roc_auc_score(y == c, p[:, c]) for c in classes if 0 < (y == c).sum() < len(y)]
    return float(np.mean(parts)) if parts else float("nan")


def _per_class(y: np.ndarray, predicted: np.ndarray, n_classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hit = np.bincount(y[y == predicted], minlength=n_classes).astype(float)
    return hit, np.bincount(y, minlength=n_classes), np.bincount(predicted, minlength=n_classes)


def score(metric: str, y: np.ndarray, prediction: Prediction) -> float:
    """Value of ``metric``. ``y``: class codes or values (n,). NaN when it is not defined (one class)."""
    p = prediction.values
    if metric == "accuracy":
        return float((prediction.labels() == y).mean())
    if metric in ("balanced_accuracy", "macro_f1"):
        hit, true, guessed = _per_class(y, prediction.labels(), p.shape[1])
        present = true > 0
        if metric == "balanced_accuracy":
            return float((hit[present] / true[present]).mean())
        seen = present | (guessed > 0)
        return float((2 * hit[seen] / (true[seen] + guessed[seen])).mean())
    if metric == "roc_auc":
        return _auc(y, p)
    if metric == "log_loss":
        return float(-np.log(np.clip(p[np.arange(len(y)), y], 1e-12, 1)).mean())
    error = y - p[:, 0]
    if metric == "mae":
        return float(np.abs(error).mean())
    if metric == "rmse":
        return float(np.sqrt((error**2).mean()))
    spread = ((y - y.mean()) ** 2).mean()
    return float(1 - (error**2).mean() / spread) if spread > 0 else float("nan")


def all_scores(task: str, y: np.ndarray, prediction: Prediction) -> dict[str, float]:
    values = {m: score(m, y, prediction) for m in metrics_for(task)}
    return {m: v for m, v in values.items() if np.isfinite(v)}


def resampled_scores(
    metric: str, y: np.ndarray, prediction: Prediction, groups: np.ndarray | None, draws: int, seed: int
) -> np.ndarray:
    """Bootstrap draws (draws,) of the score; rows of one group are drawn together."""
    rng = np.random.default_rng(seed)
    n = len(y)
    if metric == "accuracy":
        # Jeffreys posterior: keeps a width when every row is right, where the bootstrap has none.
        right = int((prediction.labels() == y).sum())
        posterior = rng.beta(right + 0.5, n - right + 0.5, draws)
        if groups is None:
            return posterior
    if groups is not None:
        _, codes = np.unique(groups, return_inverse=True)
        members = np.split(np.argsort(codes, kind="stable"), np.cumsum(np.bincount(codes))[:-1])
    out = []
    for _ in range(draws):
        if groups is None:
            rows = rng.integers(0, n, n)
        else:
            rows = np.concatenate([members[g] for g in rng.integers(0, len(members), len(members))])
        out.append(score(metric, y[rows], prediction.take(rows)))
    out = np.array(out)
    if metric == "accuracy" and out.std() < posterior.std():
        return posterior
    return out[np.isfinite(out)] if np.isfinite(out).any() else np.full(draws, np.nan)


def interval(
    point: float, draws: np.ndarray, *, extra_sd: float = 0.0, fresh_ratio: float = 0.0, level: float = 0.9
) -> tuple[float, float]:
    """Interval around ``point`` from bootstrap ``draws``.

    extra_sd : further standard deviation (initialisation seeds)
    fresh_ratio : n / m when the score will be read on m fresh rows; 0 for an unlimited number
    """
    tail = (1 - level) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    z = 1.6448536269514722 if level == 0.9 else float(np.sqrt(2) * _erfinv(level))
    down, up = (max(point - low, 0.0), max(high - point, 0.0))
    scale = np.sqrt(TRAINING_SPREAD**2 + fresh_ratio)
    down = float(np.hypot(down * scale, z * extra_sd))
    up = float(np.hypot(up * scale, z * extra_sd))
    return point - down, point + up


def _erfinv(p: float) -> float:
    from scipy.special import erfinv

    return float(erfinv(p))


def clip_to_range(metric: str, low: float, high: float) -> tuple[float, float]:
    """Keep an interval inside the values that the metric can take."""
    if metric in ("accuracy", "balanced_accuracy", "macro_f1", "roc_auc"):
        return max(low, 0.0), min(high, 1.0)
    if metric == "r2":
        return low, min(high, 1.0)
    return max(low, 0.0), high
