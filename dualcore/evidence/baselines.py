"""Simple models on the same rows and splits: the bar that a network has to clear."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold
from threadpoolctl import threadpool_limits

from dualcore.evidence.lastlayer import Representation, Split, fit_last_layer
from dualcore.evidence.metrics import Prediction

TREE_INPUTS = 120  # beyond, boosted trees see principal components
COMPONENTS = 40
ITERATIONS = 100
LARGE = 3000  # rows; beyond, three folds and early stopping cost little precision


@dataclass(frozen=True)
class Baseline:
    """Out-of-sample predictions of a simple model; prediction None when it could not be run."""

    name: str
    rows: np.ndarray
    prediction: Prediction | None
    seconds: float
    remark: str | None = None
    fit: Callable[[], Callable[[np.ndarray], np.ndarray]] | None = None  # fit on all rows -> values(X)


@dataclass(frozen=True)
class Problem:
    """X (n, d) float32 encoded inputs, y (n,) codes or values, n_classes 0 for regression."""

    X: np.ndarray
    y: np.ndarray
    n_classes: int
    metric: str
    split: Split


def refit_folds(problem: Problem, k: int = 5, seed: int = 0) -> list[tuple[np.ndarray, np.ndarray]]:
    """(fit rows, scored rows) under the problem's own split: time-ordered, grouped or stratified."""
    split, n = problem.split, len(problem.y)
    if split.folds is not None:
        return [(a.numpy(), b.numpy()) for a, b in split.folds]
    rows = np.arange(n)
    if split.kind == "grouped":
        return list(GroupKFold(min(k, len(split.blocks))).split(rows, groups=split.units))
    if problem.n_classes and np.bincount(problem.y).min() >= 2:
        k = int(max(2, min(k, np.bincount(problem.y).min())))
        return list(StratifiedKFold(k, shuffle=True, random_state=seed).split(rows, problem.y))
    return list(KFold(min(k, n), shuffle=True, random_state=seed).split(rows))


def _spread_over_classes(p: np.ndarray, seen: np.ndarray, n_classes: int) -> np.ndarray:
    out = np.zeros((len(p), n_classes))
    out[:, seen] = p
    return out


def _values(model, X: np.ndarray, n_classes: int) -> np.ndarray:
    if n_classes:
        return _spread_over_classes(model.predict_proba(X), model.classes_.astype(int), n_classes)
    return model.predict(X)[:, None]


def constant(problem: Problem) -> Baseline:
    """Class shares, or the mean, of the rows that are not left out."""
    y, C = problem.y, problem.n_classes
    folds = refit_folds(problem)
    rows = np.concatenate([t for _, t in folds])
    if C:
        parts = [np.tile(np.bincount(y[f], minlength=C) / len(f), (len(t), 1)) for f, t in folds]
    else:
        parts = [np.full((len(t), 1), y[f].mean()) for f, t in folds]

    def fit():
        row = np.bincount(y, minlength=C) / len(y) if C else np.array([y.mean()])
        return lambda X: np.tile(row, (len(X), 1))

    return Baseline("majority" if C else "mean", rows, Prediction(np.concatenate(parts)), 0.0, None, fit)


def linear(problem: Problem) -> Baseline:
    """Logistic regression where it is affordable, else ridge with its own penalty path."""
    start = time.perf_counter()
    n, d = problem.X.shape
    if problem.n_classes and n * d * problem.n_classes <= 1e7:
        return _refitted("linear", problem, lambda: LogisticRegression(max_iter=400), None, refit_folds(problem))
    F = torch.from_numpy(problem.X)
    fit = fit_last_layer(Representation(F, False), problem.y, problem.n_classes, problem.metric, problem.split)
    return Baseline("linear", fit.rows, fit.prediction, time.perf_counter() - start, "linear_ridge", lambda: _ridge(F, problem, fit))


def _ridge(F: torch.Tensor, problem: Problem, fit) -> Callable[[np.ndarray], np.ndarray]:
    from dualcore.evidence.ridge import feature_weights

    W, b = feature_weights(fit.decomposition, F, fit.Y, fit.penalty)

    def values(X: np.ndarray) -> np.ndarray:
        raw = torch.from_numpy(X).to(torch.float64) @ W + b
        if problem.n_classes:
            return torch.softmax(raw * fit.temperature, 1).numpy()
        return raw.numpy() * (problem.y.std() or 1.0) + problem.y.mean()

    return values


def boosted_trees(problem: Problem, seconds: float) -> Baseline:
    """Gradient boosting on histograms; on many inputs, on their principal components.

    seconds : nominal; decides beforehand how many folds are run
    """
    X, remark = problem.X, None
    reduce = None
    if X.shape[1] > TREE_INPUTS:
        reduce = PCA(min(COMPONENTS, len(X) - 1), random_state=0).fit(X)
        problem = Problem(reduce.transform(X).astype(np.float32), problem.y, problem.n_classes, problem.metric, problem.split)
        remark = "trees_components"
    leaf = int(max(2, min(20, len(X) // 25)))
    kind = HistGradientBoostingClassifier if problem.n_classes else HistGradientBoostingRegressor
    many = len(X) >= LARGE
    make = lambda: kind(  # noqa: E731
        min_samples_leaf=leaf, random_state=0, max_iter=ITERATIONS, early_stopping=many, n_iter_no_change=5, validation_fraction=0.1
    )
    folds = refit_folds(problem, 3 if many else 5)
    affordable = int(np.clip(seconds / _boosting_seconds(problem), 1, len(folds)))
    if affordable < len(folds):
        folds, remark = folds[:affordable], "fewer_folds"
    result = _refitted("boosted_trees", problem, make, remark, folds)
    if reduce is None or result.fit is None:
        return result
    fit_reduced = result.fit

    def fit():
        values = fit_reduced()
        return lambda new: values(reduce.transform(new).astype(np.float32))

    return Baseline(result.name, result.rows, result.prediction, result.seconds, result.remark, fit)


def _boosting_seconds(problem: Problem) -> float:
    """One fit on an ordinary core, from rows, inputs and trees: no clock decides how many folds are run."""
    n, d = problem.X.shape
    trees = ITERATIONS * (problem.n_classes if problem.n_classes > 2 else 1)
    return trees * (3e-3 + d * (1.2e-8 * n + 2e-5))


@contextmanager
def _fitting():
    """A capped fit is still an honest bar; and the many short parallel regions of these models run best on one thread."""
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def _refitted(name: str, problem: Problem, make: Callable, remark: str | None, folds: list[tuple[np.ndarray, np.ndarray]]) -> Baseline:
    """Refit on each fold and predict its other rows."""
    start = time.perf_counter()
    rows, values = [], []
    try:
        with _fitting():
            for fit_rows, scored in folds:
                if problem.n_classes and len(np.unique(problem.y[fit_rows])) < 2:
                    continue
                model = make().fit(problem.X[fit_rows], problem.y[fit_rows])
                values.append(_values(model, problem.X[scored], problem.n_classes))
                rows.append(scored)
    except ValueError:
        # scikit-learn refuses some odd inputs (for instance constant columns after a split): say so.
        return Baseline(name, np.arange(0), None, time.perf_counter() - start, "model_failed")
    if not rows:
        return Baseline(name, np.arange(0), None, time.perf_counter() - start, "too_few_rows")

    def fit():
        with _fitting():
            model = make().fit(problem.X, problem.y)
        return lambda X: _values(model, X, problem.n_classes)

    prediction = Prediction(np.concatenate(values))
    return Baseline(name, np.concatenate(rows), prediction, time.perf_counter() - start, remark, fit)
