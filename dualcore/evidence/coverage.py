"""Kernel coverage: which part of the target the initial representation sees.

Cumulative target power (Canatar, Bordelon, Pehlevan 2021, arXiv 2006.13198) is measured with
held-out eigenfunctions: eigenfunctions phi_j come from one half of the rows, their coefficients
a_j = mean(phi_j y) from that half and b_j from the other half, so that

    C(k) = sum_{j <= k} a_j b_j / Var y

is unbiased for the power of the first k eigenfunctions and has mean 0 when the labels are noise.
(In sample, C(k) always reaches 1 and says nothing.)
"""

from __future__ import annotations

import numpy as np
import torch

from dualcore.evidence.lastlayer import LastLayerFit
from dualcore.evidence.records import Coverage, KernelError, PowerPoint, Shares

ROWS = 1500
NULL_DRAWS = 60


def _centre(K: torch.Tensor) -> torch.Tensor:
    return K - K.mean(0) - K.mean(1)[:, None] + K.mean()


def _half_eigenfunctions(K: torch.Tensor, a: torch.Tensor, b: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Leading eigenfunctions of half ``a``, of unit mean square there, on ``a`` and (Nystrom) on ``b``."""
    Kaa, Kba = K[a][:, a], K[b][:, a]
    s, U = torch.linalg.eigh(_centre(Kaa))
    s, U = s.flip(0)[:count].clamp_min(1e-12 * s.max()), U.flip(1)[:, :count]
    cross = Kba - Kba.mean(1)[:, None] - Kaa.mean(0)[None, :] + Kaa.mean()
    root = np.sqrt(len(a))
    return U * root, cross @ U / s * root


def cumulative_power(K: torch.Tensor, Y: torch.Tensor, seed: int) -> list[PowerPoint]:
    """C(k) at log-spaced k with the 90 % band of permuted labels. K (n, n), Y (n, C) float64."""
    n = len(Y)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(n, generator=generator)
    halves = order[: n // 2], order[n // 2 :]
    count = max(1, min(len(halves[0]) // 3, 300))
    bases = [
        (x, y, *_half_eigenfunctions(K, x, y, count)) for x, y in (halves, halves[::-1])
    ]

    def power(target: torch.Tensor) -> np.ndarray:
        total = target.var(0, correction=0).sum()
        sums = torch.zeros(count, dtype=K.dtype)
        for a, b, on_a, on_b in bases:
            centred_a, centred_b = target[a] - target[a].mean(0), target[b] - target[b].mean(0)
            sums += ((on_a.T @ centred_a / len(a)) * (on_b.T @ centred_b / len(b))).sum(1)
        return (sums.cumsum(0) / (2 * total)).numpy()

    measured = power(Y)
    null = np.stack([power(Y[torch.randperm(n, generator=generator)]) for _ in range(NULL_DRAWS)])
    low, high = np.quantile(null, [0.05, 0.95], axis=0)
    ks = np.unique(np.round(np.geomspace(1, count, 24)).astype(int))
    return [
        PowerPoint(k=int(k), power=float(measured[k - 1]), null_low=float(low[k - 1]), null_high=float(high[k - 1]))
        for k in ks
    ]


def shares(explained: float, squared_limit: float | None, noise: float, reliable: bool) -> Shares:
    """Split the target's variance into explained, data gap, coverage gap and noise (theory, section 5).

    explained : 1 - left-out squared error; squared_limit : its limit with unlimited rows, or None
    noise : share that neighbours' residuals call noise
    """
    now = float(np.clip(1 - explained, 0, 1))
    limit = now if squared_limit is None else float(np.clip(squared_limit, 0, now))
    noise = float(np.clip(noise, 0, now))
    gap = max(0.0, limit - noise)
    data = max(0.0, now - max(limit, noise))
    return Shares(
        explained=1 - now, data_gap=data, coverage_gap=gap, noise=max(0.0, now - data - gap), index=gap,
        reliable=reliable and squared_limit is not None,
    )


def coverage(K: torch.Tensor, Y: torch.Tensor, fit: LastLayerFit, error: KernelError | None, parts: Shares, seed: int) -> Coverage:
    """Assemble the coverage record; K, Y on at most ``ROWS`` rows, ``fit`` on all."""
    s = torch.linalg.eigvalsh(_centre(K)).flip(0).clamp_min(0)
    return Coverage(
        cumulative_power=cumulative_power(K, Y, seed),
        effective_dimension=fit.decomposition.effective_dimension(fit.penalty),
        spectrum=(s[:200] / s.sum().clamp_min(1e-300)).tolist(),
        kernel_error=error,
        specificity=parts,
        rows=len(Y),
    )
