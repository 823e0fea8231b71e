"""How good could any model be on these inputs? A nearest-neighbour estimate, with its limits said.

Classification: Cover and Hart 1967 bound the best possible error R* by the one-nearest-neighbour
error R1, R* >= (C-1)/C (1 - sqrt(1 - C R1/(C-1))); the smallest bound over several
representations is used (Renggli et al., arXiv 2010.08410). Regression: half the mean squared
difference of neighbours' residuals estimates the noise variance (Rice 1984, on residuals).
Both are asymptotic: with few rows the neighbour is far away and the ceiling looks lower than it
is. So the estimate is given only with ``ROWS_PER_CLASS`` rows in every class, and only if it has
settled: from half the rows to all of them it must not have moved by more than ``SETTLED``.

Scores of the last layer serve as a representation too, but only from a model fitted on *other*
rows than those compared (``Views.fitted``): leave-one-out scores of a row move away from its own
label, so that neighbours in them share labels even when there is nothing to find.

Validated by injecting known label noise (FeeBee, arXiv 2108.13034): benchmarks/ceiling.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from dualcore.evidence.lastlayer import Representation, encode_target
from dualcore.evidence.records import Ceiling
from dualcore.evidence.transferability import cover_hart_lower

ROWS_PER_CLASS = 1000
FITTED = 2000  # rows at most that the cross-fitted scores are learned from
QUERIES = 3000  # rows at most whose neighbour is looked up
DIMENSIONS = 64  # of the principal components; wider inputs are not compared raw
RAW_DIMENSIONS = 256
SETTLED = 0.02  # change of the estimated error, or noise share, over the last doubling of the rows
Z = 1.6448536269514722


@dataclass(frozen=True)
class Views:
    """Representations of the rows that the estimate compares; none of these rows fitted the scores.

    rows : (m,) numbers of the compared rows; named : name -> (m, d) float32
    residual : (m, C) target minus cross-fitted prediction, in units of the encoded target
    units : (m,) numbers of groups or stretches of time whose rows are never neighbours, or None
    """

    rows: np.ndarray
    named: dict[str, torch.Tensor]
    residual: np.ndarray
    units: np.ndarray | None


def make_views(
    X: np.ndarray, rep: Representation, y: np.ndarray, n_classes: int, penalty: float, units: np.ndarray | None, seed: int
) -> Views:
    """Split the rows, fit the last layer on one part and describe the other part.

    X : (n, ...) encoded inputs; rep : representation of the same rows; penalty : of the fit on all rows
    """
    n = len(y)
    order = _shuffled(n, units, np.random.default_rng(seed))
    size = min(n // 2, FITTED)
    fitted, rows = order[:size], order[size:]
    if units is not None and len(np.unique(units)) > 1:
        rows = rows[~np.isin(units[rows], units[fitted])]
    Y = encode_target(y if n_classes else (y - y.mean()) / (y.std() or 1.0), n_classes)
    scores = _fit_elsewhere(rep, Y, torch.from_numpy(fitted), torch.from_numpy(rows), penalty * size / n)
    flat = torch.from_numpy(np.ascontiguousarray(X[rows].reshape(len(rows), -1))).to(torch.float32)
    named = {"scores": scores.to(torch.float32), "components": _components(flat)}
    if flat.shape[1] <= RAW_DIMENSIONS:
        named["inputs"] = flat
    if not rep.is_kernel:
        named["features"] = _components(rep.matrix[torch.from_numpy(rows)].to(torch.float32))
    return Views(rows, named, (Y[torch.from_numpy(rows)] - scores).numpy(), None if units is None else units[rows])


def _shuffled(n: int, units: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
    if units is None:
        return rng.permutation(n)
    rank = rng.permutation(units.max() + 1)
    return np.lexsort((rng.random(n), rank[units]))


def _fit_elsewhere(rep: Representation, Y: torch.Tensor, fitted: torch.Tensor, rows: torch.Tensor, penalty: float) -> torch.Tensor:
    """(m, C) float64 predictions for ``rows`` of a ridge with intercept on ``fitted``."""
    K = rep.gram(fitted)
    if rep.is_kernel:
        cross = rep.matrix[rows][:, fitted].to(torch.float64)
    mean = K.mean(0)
    inner = K - mean[None, :] - mean[:, None] + mean.mean()
    target = Y[fitted] - Y[fitted].mean(0)
    factor = torch.linalg.cholesky(inner + penalty * torch.eye(len(K), dtype=K.dtype))
    alpha = torch.cholesky_solve(target, factor)
    alpha = alpha - alpha.mean(0)
    if rep.is_kernel:
        raw = cross @ alpha
    else:
        F = rep.matrix
        W = F[fitted].to(torch.float64).T @ alpha
        raw = torch.cat([F[part].to(torch.float64) @ W for part in rows.split(4096)])
    return raw - mean @ alpha + Y[fitted].mean(0)


def _components(F: torch.Tensor) -> torch.Tensor:
    """The leading principal components, each in its own spread, on the rows given."""
    centred = F - F.mean(0)
    if F.shape[1] <= DIMENSIONS:
        return centred / centred.std(0).clamp_min(1e-6)
    generator = torch.Generator().manual_seed(0)
    sketch = torch.randn(F.shape[1], DIMENSIONS + 16, generator=generator)
    for _ in range(2):  # subspace iteration (Halko, Martinsson, Tropp 2011); torch.svd_lowrank is not seeded
        sketch, _ = torch.linalg.qr(centred.T @ (centred @ sketch))
    _, _, V = torch.linalg.svd(centred @ sketch, full_matrices=False)
    return centred @ (sketch @ V.T)[:, :DIMENSIONS]


def nearest(F: torch.Tensor, queries: np.ndarray, pool: np.ndarray, units: np.ndarray | None = None) -> np.ndarray:
    """For each query row, its nearest row of the pool other than itself (and of another unit). F: (m, d)."""
    codes = torch.arange(len(F)) if units is None else torch.from_numpy(np.asarray(units, dtype=np.int64))
    at, reference = torch.from_numpy(queries), torch.from_numpy(pool)
    P = F[reference]
    square = P.square().sum(1)
    found = []
    for part in at.split(1024):
        distance = square[None, :] - 2 * F[part] @ P.T
        distance[codes[part][:, None] == codes[reference][None, :]] = torch.inf
        found.append(distance.argmin(1))
    return pool[torch.cat(found).numpy()]


def _spread(m: int, size: int) -> np.ndarray:
    return np.linspace(0, m - 1, min(m, size)).astype(int)


@dataclass(frozen=True)
class Noise:
    """Best possible error (classification) or noise share of the variance (regression): estimate and 90 % interval.

    by_view : the estimate in each representation; moved : how far the smallest fell over the last doubling of the rows
    """

    value: float
    low: float
    high: float
    by_view: dict[str, float]
    moved: float


def bayes_error(views: Views, y: np.ndarray, n_classes: int, balanced: bool = False, seed: int = 0) -> Noise:
    """Smallest Cover-Hart bound over the views. y: (n,) codes of all rows.

    balanced : the error with every class equally frequent. Rows of the frequent classes are left out until
        all are equally frequent; weighting the errors alone would leave the neighbours' classes unbalanced.
    """
    codes = y[views.rows]
    pool = np.arange(len(codes))
    if balanced:
        rng, least = np.random.default_rng(seed), int(np.bincount(codes, minlength=n_classes).min())
        pool = np.sort(np.concatenate([rng.choice(np.flatnonzero(codes == c), least, replace=False) for c in range(n_classes)]))
    queries, half = pool[_spread(len(pool), QUERIES)], pool[::2]
    errors, earlier = {}, {}
    for name, F in views.named.items():
        errors[name] = float((codes[nearest(F, queries, pool, views.units)] != codes[queries]).mean())
        earlier[name] = float((codes[nearest(F, queries, half, views.units)] != codes[queries]).mean())
    R1 = min(errors.values())
    # Pairs share rows, hence the factor 2 on the binomial variance; +1/4 keeps a width at no error.
    sd = np.sqrt(2 * (R1 * (1 - R1) + 0.25 / len(queries)) / len(queries))
    low, value, high = (float(cover_hart_lower(np.clip(e, 0, 1), n_classes)) for e in (R1 - Z * sd, R1, R1 + Z * sd))
    before = float(cover_hart_lower(min(earlier.values()), n_classes))
    return Noise(value, low, high, {k: float(cover_hart_lower(e, n_classes)) for k, e in errors.items()}, before - value)


def noise_share(views: Views, total: float) -> Noise:
    """Share of the target's variance that neighbours do not share: min over views of mean ||e_i - e_nn||^2 / 2 / total."""
    e = views.residual
    everything = np.arange(len(e))
    queries = everything[_spread(len(e), QUERIES)]
    own = np.square(e).sum(1)
    shares, earlier, spreads = {}, {}, {}
    for name, F in views.named.items():
        for found, pool in ((shares, everything), (earlier, everything[::2])):
            gap = np.square(e[queries] - e[nearest(F, queries, pool, views.units)]).sum(1) / 2
            found[name] = float(min(gap.mean(), own.mean())) / max(total, 1e-300)
        # The factor 2 on the variance, because pairs share rows.
        spreads[name] = float(np.sqrt(2 * np.square(e[queries]).sum(1).var() / len(queries))) / max(total, 1e-300)
    best = min(shares, key=shares.get)
    value, half = shares[best], Z * spreads[best]
    clip = lambda v: float(np.clip(v, 0, 1))  # noqa: E731
    moved = min(earlier.values()) - value
    return Noise(clip(value), clip(value - half), clip(value + half), shares, moved)


def classification_ceiling(views: Views, y: np.ndarray, n_classes: int, metric: str, reached: float) -> Ceiling:
    """Ceiling of accuracy or balanced accuracy; no estimate exists here for the other metrics, and none is given.

    reached : the out-of-sample score that some model already has, in the metric; the ceiling is not below it
    """
    per_class = int(np.bincount(y, minlength=n_classes).min())
    if metric not in ("accuracy", "balanced_accuracy"):
        return _withheld("other_metric", per_class)
    if per_class < ROWS_PER_CLASS:
        return _withheld("too_few_rows", per_class)
    found = bayes_error(views, y, n_classes, balanced=metric == "balanced_accuracy")
    if found.moved > SETTLED:
        return _withheld("not_settled", per_class)
    low, estimate, high = (max(1 - e, reached) for e in (found.high, found.value, found.low))
    return Ceiling(
        estimate=estimate, low=low, high=high, reliable=True, method="nearest_neighbour", rows_per_class=per_class,
        by_view={k: 1 - e for k, e in found.by_view.items()},
    )


def regression_ceiling(noise: Noise, variance: float, metric: str, rows: int) -> Ceiling:
    """Ceiling in R2 and RMSE from the noise share; MAE takes the noise for Gaussian."""
    if rows < ROWS_PER_CLASS:
        return _withheld("too_few_rows", rows)
    if noise.moved > SETTLED:
        return _withheld("not_settled", rows)

    def turned(share: float) -> float:
        if metric == "r2":
            return 1 - share
        return (1.0 if metric == "rmse" else float(np.sqrt(2 / np.pi))) * float(np.sqrt(share * variance))

    low, high = sorted((turned(noise.low), turned(noise.high)))
    return Ceiling(
        estimate=turned(noise.value), low=low, high=high, reliable=True, method="neighbour_residuals", rows_per_class=rows,
        by_view={k: turned(min(1.0, v)) for k, v in noise.by_view.items()},
    )


def _withheld(method: str, rows: int) -> Ceiling:
    return Ceiling(estimate=None, low=None, high=None, reliable=False, method=method, rows_per_class=rows)
