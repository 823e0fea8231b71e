"""Kernel coverage: which part of the target the initial representation sees.

Cumulative target power (Canatar, Bordelon, Pehlevan 2021, arXiv 2006.13198) is measured with
held-out eigenfunctions: eigenfunctions phi_j come from one half of the rows, their coefficients
a_j = mean(phi_j y) from that half and b_j from the other half, so that

    C(k) = sum_{j <= k} a_j b_j / Var y

is unbiased for the power of the first k eigenfunctions and has mean 0 when the labels are noise.
(In sample, C(k) always reaches 1 and says nothing.) The other measures are those of ``measures``.
"""

from __future__ import annotations

import numpy as np
import torch

from dualcore.evidence import measures
from dualcore.evidence.ceiling import Noise
from dualcore.evidence.lastlayer import LastLayerFit
from dualcore.evidence.records import Coverage, KernelError, NormGrowth, PowerPoint, Shares, TailEnergy

ROWS = 1500
NULL_DRAWS = 60
GROWTH_ROWS, GROWTH_ORDERS = 1000, 6
SHARE_DRAWS = 400


def _power(K: torch.Tensor, Y: torch.Tensor, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(C(k) (count,), of permuted labels (NULL_DRAWS, count)) with both halves in both roles."""
    n = len(Y)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    halves = order[: n // 2], order[n // 2 :]
    count = max(1, min(len(halves[0]) // 3, 300))
    bases = []
    for a, b in (halves, halves[::-1]):
        on_a, on_b = measures.held_out_eigenfunctions(K, a.numpy(), b.numpy(), count)
        bases.append((a, b, torch.from_numpy(np.ascontiguousarray(on_a)), torch.from_numpy(on_b)))

    def power(target: torch.Tensor) -> np.ndarray:
        total = target.var(0, correction=0).sum()
        sums = torch.zeros(count, dtype=K.dtype)
        for a, b, on_a, on_b in bases:
            centred_a, centred_b = target[a] - target[a].mean(0), target[b] - target[b].mean(0)
            sums += ((on_a.T @ centred_a / len(a)) * (on_b.T @ centred_b / len(b))).sum(1)
        return (sums.cumsum(0) / (2 * total)).numpy()

    return power(Y), np.stack([power(Y[torch.randperm(n, generator=generator)]) for _ in range(NULL_DRAWS)])


def _points(measured: np.ndarray, null: np.ndarray) -> list[PowerPoint]:
    """C(k) at log-spaced k with the 90 % band of permuted labels."""
    low, high = np.quantile(null, [0.05, 0.95], axis=0)
    ks = np.unique(np.round(np.geomspace(1, len(measured), 24)).astype(int))
    return [
        PowerPoint(k=int(k), power=float(measured[k - 1]), null_low=float(low[k - 1]), null_high=float(high[k - 1]))
        for k in ks
    ]


def _tail(measured: np.ndarray, null: np.ndarray, dimension: float) -> TailEnergy:
    k = int(np.clip(round(dimension), 1, len(measured)))
    low, high = np.quantile(1 - null[:, k - 1], [0.05, 0.95])
    return TailEnergy(k=k, energy=float(1 - measured[k - 1]), null_low=float(low), null_high=float(high))


def _alignment(K: torch.Tensor, Y: torch.Tensor, seed: int) -> tuple[float, float]:
    """(centred alignment, 95 % quantile with permuted labels)."""
    inner, Y = torch.from_numpy(measures.centred(K)), Y - Y.mean(0)
    scale = inner.norm() * (Y.T @ Y).norm()
    generator = torch.Generator().manual_seed(seed + 1)
    draws = torch.cat([Y[torch.randperm(len(Y), generator=generator)] for _ in range(NULL_DRAWS)], 1)
    null = (draws * (inner @ draws)).sum(0).reshape(NULL_DRAWS, -1).sum(1) / scale
    return float((Y * (inner @ Y)).sum() / scale), float(np.quantile(null.numpy(), 0.95))


def _norm_growth(K: torch.Tensor, Y: torch.Tensor, penalty: float, seed: int) -> NormGrowth | None:
    """Growth of the norm with the fitted penalty, per row; None below 64 rows."""
    n = min(len(Y), GROWTH_ROWS)
    if n < 64 or penalty <= 0:
        return None
    part = torch.randperm(len(Y), generator=torch.Generator().manual_seed(seed))[:n]
    inner = measures.centred(K[part][:, part])
    target = Y[part] - Y[part].mean(0)
    target = target / target.square().sum(1).mean().sqrt().clamp_min(1e-12)
    sizes = [n // 8, n // 4, n // 2, n]
    found = measures.rkhs_norm_growth(inner, target, penalty, sizes, GROWTH_ORDERS, seed)
    mean, half = found.values.mean(1), 1.645 * found.values.std(1, ddof=1) / np.sqrt(GROWTH_ORDERS)
    return NormGrowth(
        rows=sizes, values=mean.tolist(), low=np.maximum(mean - half, 0).tolist(), high=(mean + half).tolist(), delta=penalty,
        exponent=found.exponent, exponent_low=found.low, exponent_high=found.high, in_space=found.in_space,
    )


def _parts(explained: float, limit: float | None, noise: float) -> np.ndarray:
    """(explained, data gap, coverage gap, noise) from 1 - left-out error, its limit and the noise share; they sum to 1."""
    now = float(np.clip(1 - explained, 0, 1))
    limit = now if limit is None else float(np.clip(limit, 0, now))
    noise = float(np.clip(noise, 0, now))
    gap, data = max(0.0, limit - noise), max(0.0, now - max(limit, noise))
    return np.array([1 - now, data, gap, max(0.0, now - data - gap)])


def shares(
    explained: float, squared_limit: float | None, noise: Noise, reliable: bool, explained_sd: float = 0.0,
    limit_sd: float = 0.0, seed: int = 0,
) -> Shares:
    """Split the target's variance into explained, data gap, coverage gap and noise (theory, section 5).

    explained : 1 - left-out squared error; squared_limit : its limit with unlimited rows, or None
    noise : share that neighbours' residuals call noise, with its interval
    explained_sd, limit_sd : standard deviations (bootstrap over rows; redrawn power laws)

    The intervals come from drawing the three inputs independently; they do not cover that few rows make
    the noise look larger than it is (``reliable``).
    """
    rng = np.random.default_rng(seed)
    noise_sd = (noise.high - noise.low) / 3.29
    draws = np.stack([
        _parts(explained + explained_sd * a, None if squared_limit is None else squared_limit + limit_sd * b, noise.value + noise_sd * c)
        for a, b, c in rng.standard_normal((SHARE_DRAWS, 3))
    ])
    value, names = _parts(explained, squared_limit, noise.value), ("explained", "data_gap", "coverage_gap", "noise")
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    return Shares(
        **dict(zip(names, value.tolist(), strict=True)), index=float(value[2]), reliable=reliable and squared_limit is not None,
        intervals={m: (float(min(a, v)), float(max(b, v))) for m, a, b, v in zip(names, low, high, value, strict=True)},
    )


def explained_sd(fit: LastLayerFit, units: np.ndarray | None) -> float:
    """Standard deviation of 1 - left-out squared error over draws of rows, or of the units they come in."""
    Y = fit.Y[torch.from_numpy(fit.rows)].numpy()
    error, total = np.square(Y - fit.raw).sum(1), np.square(Y - Y.mean(0)).sum(1)
    # Linearised ratio: the bootstrap's answer for a ratio of means without its draws.
    influence = (error - error.sum() / total.sum() * total) / total.mean()
    if units is None:
        return float(influence.std() / np.sqrt(len(influence)))
    sums = np.bincount(np.unique(units, return_inverse=True)[1], influence)
    return float(np.sqrt(np.square(sums).sum()) / len(influence))


def coverage(K: torch.Tensor, Y: torch.Tensor, fit: LastLayerFit, error: KernelError | None, parts: Shares, seed: int) -> Coverage:
    """Assemble the coverage record; K, Y on at most ``ROWS`` rows, ``fit`` on all."""
    s = torch.linalg.eigvalsh(torch.from_numpy(measures.centred(K))).flip(0).clamp_min(0)
    dimension = fit.decomposition.effective_dimension(fit.penalty)
    measured, null = _power(K, Y, seed)
    aligned, chance = _alignment(K, Y, seed)
    return Coverage(
        cumulative_power=_points(measured, null),
        effective_dimension=dimension,
        spectrum=(s[:200] / s.sum().clamp_min(1e-300)).tolist(),
        kernel_error=error,
        specificity=parts,
        rows=len(Y),
        alignment=aligned,
        alignment_null=chance,
        tail=_tail(measured, null, dimension),
        norm_growth=_norm_growth(K, Y, fit.penalty * min(len(Y), GROWTH_ROWS) / fit.decomposition.n, seed),
    )
