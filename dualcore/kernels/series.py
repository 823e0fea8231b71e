"""The dual of an activation as polynomials that lose no digits, and cost the same for every activation.

With t = 1 - rho and u = sqrt(t) every dual is smooth in u on [0, 1] (u = sqrt(2) sin(theta / 2), and duals are smooth in
theta), also where it is not smooth in rho (relu: (1 - rho)^(3/2); step: (1 - rho)^(1/2)). Kept are

    rho >= 0:  gap 1 - dual = u^power G(u)   in relative precision, so that two nearly equal inputs stay apart
    rho < 0:   dual itself, a polynomial in sqrt(1 + rho)

as Chebyshev series, and likewise the slope. Where the slope S is known, G(u) = integral of 2 s S(u s) over s in [0, 1]:
no difference of nearly equal numbers is ever taken.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.polynomial import chebyshev, legendre

from dualcore.kernels.activations import Activation

Tensor = torch.Tensor
NODES = 96
_NUMPY = {torch.float64: np.float64, torch.float32: np.float32}
_ROUNDING = {torch.float64: 3e-16, torch.float32: 2e-9}


@dataclass(frozen=True)
class DualSeries:
    """Coefficients in x = 2 u - 1 (ascending) of the four functions above; slopes are None for jumps.

    plain : they are those of powers of x, which take half the time, where that loses nothing; else Chebyshev coefficients
    """

    plain: bool
    power: int
    near: np.ndarray
    far: np.ndarray
    near_slope: np.ndarray | None
    far_slope: np.ndarray | None


@lru_cache(maxsize=128)
def dual_series(sigma: Activation, dtype: torch.dtype) -> DualSeries:
    """Series of an activation, cut where terms are below the rounding of ``dtype``."""
    u = (1 + np.cos((2 * np.arange(NODES) + 1) * np.pi / (2 * NODES))) / 2
    angle = 2 * np.arcsin(u / math.sqrt(2))
    if sigma.jumps:
        near = _fit_times_u(1 - sigma.dual_at_angle(angle), u, dtype)
        return _series(1, [near, _fit(sigma.dual_at_angle(np.pi - angle), dtype), None, None], dtype)
    s, w = legendre.leggauss(64)
    s, w = (s + 1) / 2, w / 2
    inner = sigma.slope_at_angle(2 * np.arcsin(np.outer(u, s) / math.sqrt(2)))
    fitted = [
        _fit(inner @ (2 * s * w), dtype), _fit(sigma.dual_at_angle(np.pi - angle), dtype),
        _fit(sigma.slope_at_angle(angle), dtype), _fit(sigma.slope_at_angle(np.pi - angle), dtype),
    ]
    return _series(2, fitted, dtype)


def _series(power: int, fitted: list[np.ndarray | None], dtype: torch.dtype) -> DualSeries:
    powers = [None if c is None else chebyshev.cheb2poly(c) for c in fitted]
    # In powers of x rounding grows with the size of the coefficients, and cancels with nothing in Chebyshev's form.
    plain = all(c is None or np.abs(p).sum() <= 4 * np.abs(c).sum() for c, p in zip(fitted, powers))
    # The conversion drops zeros at the end, which make the number of terms a multiple of four.
    kept = [None if c is None else np.pad(c, (0, len(f) - len(c))).astype(_NUMPY[dtype]) for c, f in zip(powers if plain else fitted, fitted)]
    return DualSeries(plain, power, *kept)


def _fit_times_u(values: np.ndarray, u: np.ndarray, dtype: torch.dtype) -> np.ndarray:
    """Series G with u G(u) nearest to ``values``, whose rounding a division by u would blow up."""
    basis = chebyshev.chebvander(2 * u - 1, NODES // 2 - 1)
    return _cut(np.linalg.lstsq(basis * u[:, None], values, rcond=None)[0], dtype)


def _fit(values: np.ndarray, dtype: torch.dtype) -> np.ndarray:
    """Coefficients of the series through ``values`` at the Chebyshev nodes."""
    k = np.arange(NODES)
    # Reduced before the cosine: large arguments would lose the digits that decide where the series ends.
    c = 2 / NODES * np.cos((k[:, None] * (2 * k[None, :] + 1)) % (4 * NODES) * np.pi / (2 * NODES)) @ values
    c[0] /= 2
    return _cut(c, dtype)


def _cut(c: np.ndarray, dtype: torch.dtype) -> np.ndarray:
    """The terms before eight in a row are below the rounding; what comes behind those is noise."""
    small = np.abs(c) <= _ROUNDING[dtype] * max(np.abs(c).max(), 1e-300)
    end = next((k for k in range(2, len(c)) if small[k : k + 8].all()), len(c))
    # The compiled evaluation takes four terms at a time.
    return np.pad(c[:end], (0, -end % 4))


def gap_and_slope(series: DualSeries, t: Tensor, slope: bool) -> tuple[Tensor, Tensor | None]:
    """1 - dual and, if asked, the derivative of the dual, at t = 1 - rho in [0, 2]."""
    near = t <= 1
    u = torch.where(near, t, 2 - t).sqrt()
    x = 2 * u - 1
    gap = torch.where(near, u**series.power * _sum(series.near, x, series.plain), 1 - _sum(series.far, x, series.plain))
    if not slope:
        return gap, None
    return gap, torch.where(near, _sum(series.near_slope, x, series.plain), _sum(series.far_slope, x, series.plain))


def _sum(coefficients: np.ndarray, x: Tensor, plain: bool) -> Tensor:
    """Horner's rule, or Clenshaw's recurrence."""
    c = coefficients.tolist()
    b1, b2 = torch.full_like(x, c[-1]), torch.zeros_like(x)
    if plain:
        for value in reversed(c[:-1]):
            b1 = b1 * x + value
        return b1
    for k in range(len(c) - 2, 0, -1):
        b1, b2 = 2 * x * b1 + (c[k] - b2), b1
    return x * b1 + (c[0] - b2)
