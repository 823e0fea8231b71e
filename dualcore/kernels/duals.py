"""An activation and its dual (Daniely, Frostig, Singer 2016, arXiv 1602.05897, sections 3 and 4.2).

The dual of an activation is sigma^(rho) = E sigma(X) sigma(Y) for centred Gaussians of unit variance and correlation
rho. Everything here is normalised: sigma / ||sigma|| with ||sigma||^2 = E sigma(X)^2, so the dual is 1 at rho = 1.
Closed forms where there is one; else nested Gauss-Legendre panels split at the kinks, interpolated at 64 Chebyshev nodes
of theta = arccos(rho), where the dual is smooth (in rho it is not).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.polynomial import chebyshev, legendre

from dualcore.errors import SkeletonError

Tensor = torch.Tensor
Function = Callable[[Tensor], Tensor]
NODES = 64
REACH = 12.0  # the Gaussian weight beyond is 1e-32
_EDGES = np.array([-12.0, -9, -7, -5.5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5.5, 7, 9, 12])
_GAUSS = legendre.leggauss(24)


@dataclass(frozen=True, eq=False)
class Activation:
    """A pointwise function with its dual.

    function : tensor -> tensor, not normalised
    norm2 : E sigma(X)^2
    closed_dual, closed_derivative : raw duals of sigma and sigma' where known, of float64 tensors rho and arccos(rho)
    kinks : points where sigma or its derivative jumps
    jumps : sigma itself jumps; its dual then has no finite slope at rho = 1
    homogeneous : sigma(a x) = a^degree sigma(x) for a > 0, with this degree, or None
    closed_general : (covariance, variance, variance) -> raw dual and its derivative in the covariance, where known
    edges : panels of the quadrature
    """

    name: str
    function: Function
    norm2: float
    closed_dual: Callable[[Tensor, Tensor], Tensor] | None = None
    closed_derivative: Callable[[Tensor, Tensor], Tensor] | None = None
    kinks: tuple[float, ...] = ()
    jumps: bool = False
    homogeneous: int | None = None
    closed_general: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]] | None = None
    edges: np.ndarray = field(default_factory=lambda: _EDGES, repr=False)
    _series: dict = field(default_factory=dict, repr=False)

    def __call__(self, x: Tensor) -> Tensor:
        """sigma(x), not normalised."""
        return self.function(x)

    def normalised(self, x: Tensor) -> Tensor:
        """sigma(x) / ||sigma||."""
        return self.function(x) * self.gain

    @property
    def gain(self) -> float:
        """1 / ||sigma||: multiply by it to normalise."""
        return self.norm2**-0.5

    @property
    def any_variance(self) -> bool:
        """True when the dual is known in closed form for Gaussians of any variance."""
        return self.homogeneous is not None or self.closed_general is not None

    def dual(self, rho):
        """Normalised dual at correlations in [-1, 1]; a float, an array or a tensor gives the same kind.

        Raises SkeletonError when a correlation is not a number or lies outside.
        """
        return _like(rho, lambda r: self._at(r, torch.arccos(r), self.closed_dual, "dual"))

    def dual_derivative(self, rho):
        """Derivative of the normalised dual, the dual of sigma' / ||sigma||; infinite at -1 and 1 where sigma jumps."""
        return _like(rho, lambda r: self._at(r, torch.arccos(r), self.closed_derivative, "slope"))

    def dual_at_angle(self, angle: np.ndarray) -> np.ndarray:
        """Normalised dual at rho = cos(angle), free of the rounding of rho."""
        a = torch.as_tensor(angle, dtype=torch.float64)
        return self._at(torch.cos(a), a, self.closed_dual, "dual").numpy()

    def slope_at_angle(self, angle: np.ndarray) -> np.ndarray:
        """Derivative of the normalised dual at rho = cos(angle), free of the rounding of rho."""
        a = torch.as_tensor(angle, dtype=torch.float64)
        return self._at(torch.cos(a), a, self.closed_derivative, "slope").numpy()

    def _at(self, r: Tensor, angle: Tensor, closed, kind: str) -> Tensor:
        if closed is not None:
            return closed(r, angle) / self.norm2
        if kind == "slope" and self.jumps:
            raise SkeletonError("no_derivative", name=self.name)
        if kind not in self._series:
            function = self.function if kind == "dual" else derivative_of(self.function)
            self._series[kind] = _theta_series(function, self.kinks, self.edges)
            if kind == "dual":  # exact at rho = 1, where interpolation can be off by 1e-13
                self._series[kind][0] += self.norm2 - chebyshev.chebval(-1.0, self._series[kind])
        t = (2 * angle / math.pi - 1).cpu().numpy()
        return torch.from_numpy(np.asarray(chebyshev.chebval(t, self._series[kind]))).to(r) / self.norm2

    def hermite_coefficients(self, count: int) -> np.ndarray:
        """Coefficients a_n (count,) of sigma / ||sigma|| in the orthonormal Hermite polynomials; the squares sum to 1."""
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise SkeletonError("bad_argument", argument="count", value=count, accepted="0, 1, ...")
        x, w = panels(self.edges, self.kinks)
        values = w * self.function(torch.from_numpy(x)).numpy()
        out, before, now = np.empty(count), np.zeros_like(x), np.ones_like(x)
        for n in range(count):
            out[n] = values @ now
            before, now = now, (x * now - math.sqrt(n) * before) / math.sqrt(n + 1)
        return out * self.gain

    @property
    def slope(self) -> float:
        """sigma^'(1) = E sigma'^2 / E sigma^2: how a layer spreads nearly equal inputs; infinite where sigma jumps."""
        return math.inf if self.jumps else float(self.slope_at_angle(np.zeros(1))[0])

    @property
    def critical_bias(self) -> float:
        """Bias share at which depth neither merges nor separates inputs, 1 - 1 / sigma^'(1); 0 when always ordered."""
        return max(0.0, 1 - 1 / self.slope) if self.slope > 0 else 0.0

    @property
    def blind_spot(self) -> bool:
        """True when a parity of high degrees is missing: one bias-free layer cannot represent those parts."""
        power = self.hermite_coefficients(24) ** 2
        return bool(power[10::2].max() < 1e-10 or power[11::2].max() < 1e-10)


def from_function(name: str, function: Function, kinks: tuple[float, ...] = (), homogeneous: int | None = None) -> Activation:
    """An activation from any pointwise torch function.

    Raises SkeletonError when it is not a pointwise function of torch tensors, its mean square is not a finite positive
    number, or the quadrature does not settle (a kink that was not named, or too many oscillations).
    """
    edges, before = _EDGES, None
    for _ in range(6):
        x, w = panels(edges, kinks)
        terms = w * _values(name, function, x) ** 2
        norm2 = float(terms.sum())
        # Where the last panel still counts, the function outgrows the Gaussian weight.
        if not 0 < norm2 < math.inf or terms[np.abs(x) > REACH - 1].sum() > 1e-9 * norm2:
            raise SkeletonError("activation_norm", name=name)
        if before is not None and abs(norm2 - before) < 1e-13 * norm2:
            jumps = any(_jumps(function, k) for k in kinks)
            return Activation(name, function, norm2, None, None, tuple(kinks), jumps, homogeneous, None, edges)
        before, edges = norm2, np.sort(np.append(edges, (edges[1:] + edges[:-1]) / 2))
    raise SkeletonError("activation_rough", name=name, kinks=", ".join(f"{k:g}" for k in kinks) or "-")


def _values(name: str, function: Function, x: np.ndarray) -> np.ndarray:
    try:
        values = function(torch.from_numpy(x))
    except Exception as error:  # the user's own code: anything may go wrong in it
        raise SkeletonError("activation_not_pointwise", name=name, reason=f"{type(error).__name__}: {error}") from error
    if not isinstance(values, Tensor) or values.shape != x.shape:
        raise SkeletonError("activation_not_pointwise", name=name, reason=str(getattr(values, "shape", type(values).__name__)))
    return values.detach().double().numpy()


def _jumps(function: Function, kink: float) -> bool:
    step = 1e-9 * max(1.0, abs(kink))
    left, right = function(torch.tensor([kink - step, kink + step], dtype=torch.float64)).tolist()
    return abs(right - left) > 1e-5 * (1 + abs(left))


def _like(rho, compute: Callable[[Tensor], Tensor]):
    try:
        r = rho if isinstance(rho, Tensor) else torch.as_tensor(np.asarray(rho, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise SkeletonError("bad_argument", argument="rho", value=rho, accepted="-1 ... 1") from error
    exact = r.to(torch.float64)
    slack = 1e-4  # dot products of float32 vectors
    if not bool((exact.abs() <= 1 + slack).all()):
        worst = exact.flatten()[int((~(exact.abs() <= 1 + slack)).flatten().nonzero()[0])]
        raise SkeletonError("bad_argument", argument="rho", value=float(worst), accepted="-1 ... 1")
    out = compute(exact.clamp(-1, 1))
    if isinstance(rho, Tensor):
        return out.to(r.dtype if r.is_floating_point() else torch.float64)
    return out.numpy() if np.ndim(rho) else float(out)


def derivative_of(function: Function) -> Function:
    """The derivative by automatic differentiation."""

    def derivative(x: Tensor) -> Tensor:
        with torch.enable_grad():
            z = x.detach().clone().requires_grad_(True)
            return torch.autograd.grad(function(z).sum(), z)[0]

    return derivative


def panels(edges: np.ndarray, breaks=()) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and Gaussian weights on panels that are split at ``breaks`` besides."""
    edges = np.unique(np.concatenate([edges, [b for b in breaks if -REACH < b < REACH]]))
    x, w = _GAUSS
    half, mid = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    nodes = (mid[:, None] + half[:, None] * x).ravel()
    return nodes, (half[:, None] * w).ravel() * np.exp(-(nodes**2) / 2) / math.sqrt(2 * math.pi)


def _theta_series(function: Function, kinks: tuple[float, ...], edges: np.ndarray) -> np.ndarray:
    """Chebyshev coefficients in theta of the raw dual."""
    t = np.cos((2 * np.arange(NODES) + 1) * np.pi / (2 * NODES))
    values = np.array([_dual_at(function, kinks, edges, float(np.cos((v + 1) * math.pi / 2))) for v in t])
    k = np.arange(NODES)
    c = 2 / NODES * np.cos(k[:, None] * np.arccos(t)[None, :]) @ values
    c[0] /= 2
    return c


def _dual_at(function: Function, kinks: tuple[float, ...], base: np.ndarray, rho: float) -> float:
    """E sigma(X) sigma(rho X + s Z): inner panels split where the argument meets a kink, outer ones graded there."""
    s = math.sqrt(max(0.0, 1 - rho * rho))
    graded = [k / rho + sign * s * j for k in kinks if rho for j in (0, 0.5, 1, 2, 4, 8) for sign in (-1, 1)]
    x, w = panels(base, [*kinks, *graded])
    inner = np.zeros_like(x)
    cuts = np.clip((np.array(kinks)[None, :] - rho * x[:, None]) / s, -REACH, REACH) if kinks else np.empty((len(x), 0))
    edges = np.sort(np.concatenate([np.tile(base, (len(x), 1)), cuts], 1), 1)
    u, v = _GAUSS
    for j in range(edges.shape[1] - 1):
        half, mid = (edges[:, j + 1] - edges[:, j]) / 2, (edges[:, j + 1] + edges[:, j]) / 2
        z = mid[:, None] + half[:, None] * u
        weight = half[:, None] * v * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
        inner += (weight * function(torch.from_numpy(rho * x[:, None] + s * z)).numpy()).sum(1)
    return float((w * function(torch.from_numpy(x)).numpy() * inner).sum())
