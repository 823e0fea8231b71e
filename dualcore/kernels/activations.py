"""Activations and their duals (Daniely, Frostig, Singer 2016, arXiv 1602.05897, sections 3 and 4.2).

The dual of an activation is sigma^(rho) = E sigma(X) sigma(Y) for centred Gaussians of unit variance and
correlation rho. Everything here is normalised: sigma / ||sigma|| with ||sigma||^2 = E sigma(X)^2, so the dual is 1
at rho = 1. Closed forms where there is one; else nested Gauss-Legendre panels split at the kinks, interpolated at 64
Chebyshev nodes of theta = arccos(rho), where the dual is smooth (in rho it is not).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from numpy.polynomial import legendre

from dualcore.errors import SkeletonError

Tensor = torch.Tensor
NODES = 64


@dataclass(frozen=True)
class Activation:
    """A pointwise function with its dual.

    function : tensor -> tensor, not normalised
    norm2 : E sigma(X)^2
    closed_dual, closed_derivative : raw duals of sigma and sigma' where known, float64 tensors of rho
    kinks : points where sigma or its derivative jumps
    homogeneous : sigma(a x) = a^degree sigma(x) for a > 0, with this degree, or None
    closed_general : (covariance, variance, variance) -> raw dual and its derivative in the covariance, where known
    """

    name: str
    function: Callable[[Tensor], Tensor]
    norm2: float
    closed_dual: Callable[[Tensor], Tensor] | None = None
    closed_derivative: Callable[[Tensor], Tensor] | None = None
    kinks: tuple[float, ...] = ()
    homogeneous: int | None = None
    closed_general: Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]] | None = None
    _series: dict = field(default_factory=dict, compare=False, repr=False)

    def __call__(self, x: Tensor) -> Tensor:
        return self.function(x)

    @property
    def gain(self) -> float:
        """1 / ||sigma||: multiply by it to normalise."""
        return self.norm2**-0.5

    @property
    def any_variance(self) -> bool:
        """True when the dual is known for Gaussians of any variance."""
        return self.homogeneous is not None or self.closed_general is not None

    def dual(self, rho):
        """Normalised dual at correlations rho in [-1, 1]; tensor or array in, the same out."""
        return self._apply(rho, self.closed_dual, lambda: _theta_series(self.function, self.kinks))

    def dual_derivative(self, rho):
        """Derivative of the normalised dual, the dual of sigma' / ||sigma||."""
        if self.closed_derivative is None:
            return self._apply(rho, None, lambda: _theta_series(_derivative_of(self.function), self.kinks), "derivative")
        return self._apply(rho, self.closed_derivative, None)

    def _apply(self, rho, closed, make, key="dual"):
        if not isinstance(rho, Tensor):
            return self._apply(torch.as_tensor(np.asarray(rho, dtype=np.float64)), closed, make, key).numpy()
        r = rho.to(torch.float64).clamp(-1, 1)
        if closed is not None:
            return (closed(r) / self.norm2).to(rho.dtype)
        if key not in self._series:
            self._series[key] = make()
        return (_clenshaw(self._series[key].to(r.device), 2 * torch.arccos(r) / math.pi - 1) / self.norm2).to(rho.dtype)

    def hermite_power(self, count: int) -> np.ndarray:
        """Shares a_n^2 of the energy in the orthonormal Hermite polynomials n = 0 .. count - 1."""
        x, w = _panels(self.kinks)
        values = self.function(torch.from_numpy(x)).numpy()
        out, before, now = [], np.zeros_like(x), np.ones_like(x)
        for n in range(count):
            out.append(float((w * values * now).sum()) ** 2 / self.norm2)
            before, now = now, (x * now - math.sqrt(n) * before) / math.sqrt(n + 1)
        return np.array(out)

    @property
    def critical_bias(self) -> float:
        """Bias share at which depth neither merges nor separates inputs, 1 - 1 / sigma^'(1); 0 when always ordered."""
        slope = float(self.dual_derivative(torch.ones(1, dtype=torch.float64)))
        return max(0.0, 1 - 1 / slope)

    @property
    def blind_spot(self) -> bool:
        """True when a parity of high degrees is missing: one bias-free layer cannot represent those parts."""
        power = self.hermite_power(24)
        return bool(power[10::2].max() < 1e-10 or power[11::2].max() < 1e-10)


def _clenshaw(c: Tensor, t: Tensor) -> Tensor:
    """Chebyshev series at t in [-1, 1]."""
    b1, b2, double = torch.zeros_like(t), torch.zeros_like(t), 2 * t
    for k in range(len(c) - 1, 0, -1):
        b1, b2 = torch.addcmul(c[k] - b2, double, b1), b1
    return torch.addcmul(c[0] - b2, t, b1)


def _derivative_of(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    def derivative(x: Tensor) -> Tensor:
        with torch.enable_grad():
            z = x.detach().clone().requires_grad_(True)
            return torch.autograd.grad(function(z).sum(), z)[0]

    return derivative


_EDGES = (-12.0, -9.0, -7.0, -5.5, -4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.5, 7.0, 9.0, 12.0)


def _panels(breaks) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and Gaussian weights on panels split at ``breaks``."""
    edges = np.unique(np.concatenate([_EDGES, [b for b in breaks if -12 < b < 12]]))
    x, w = legendre.leggauss(24)
    half, mid = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    nodes = (mid[:, None] + half[:, None] * x).ravel()
    weights = (half[:, None] * w).ravel() * np.exp(-(nodes**2) / 2) / math.sqrt(2 * math.pi)
    return nodes, weights


def _theta_series(function: Callable[[Tensor], Tensor], kinks: tuple[float, ...]) -> Tensor:
    """Chebyshev coefficients in theta of the raw dual."""
    t = np.cos((2 * np.arange(NODES) + 1) * np.pi / (2 * NODES))
    values = [_dual_at(function, kinks, float(np.cos((v + 1) * math.pi / 2))) for v in t]
    k = np.arange(NODES)
    c = 2 / NODES * np.cos(k[:, None] * np.arccos(t)[None, :]) @ np.array(values)
    c[0] /= 2
    # Coefficients below rounding cost time and add noise.
    return torch.from_numpy(c[: np.flatnonzero(np.abs(c) > 1e-16 * np.abs(c).max())[-1] + 1])


def _dual_at(function, kinks, rho: float) -> float:
    """E sigma(X) sigma(rho X + s Z): inner panels split where the argument meets a kink, outer ones graded there."""
    s = math.sqrt(max(0.0, 1 - rho * rho))
    steps = (0, 0.5, 1, 2, 4, 8)
    graded = [k / rho + sign * s * j for k in kinks if rho for j in steps for sign in (-1, 1)]
    x, w = _panels([*kinks, *graded])
    inner = np.zeros_like(x)
    base = np.array(_EDGES)
    cuts = np.clip((np.array(kinks)[None, :] - rho * x[:, None]) / s, -12, 12) if kinks else np.empty((len(x), 0))
    edges = np.sort(np.concatenate([np.tile(base, (len(x), 1)), cuts], 1), 1)
    u, v = legendre.leggauss(24)
    for j in range(edges.shape[1] - 1):
        half, mid = (edges[:, j + 1] - edges[:, j]) / 2, (edges[:, j + 1] + edges[:, j]) / 2
        z = mid[:, None] + half[:, None] * u
        weight = half[:, None] * v * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
        inner += (weight * function(torch.from_numpy(rho * x[:, None] + s * z)).numpy()).sum(1)
    return float((w * function(torch.from_numpy(x)).numpy() * inner).sum())


def _step(x: Tensor) -> Tensor:
    # Written as floats at once: by way of booleans it takes ten times as long.
    return torch.ge(x.detach(), 0, out=torch.empty_like(x, requires_grad=False))


def _relu_dual(r: Tensor) -> Tensor:
    theta = torch.arccos(r)
    return (torch.sqrt((1 - r * r).clamp_min(0)) + (math.pi - theta) * r) / (2 * math.pi)


def _abs_dual(r: Tensor) -> Tensor:
    return 2 / math.pi * (torch.sqrt((1 - r * r).clamp_min(0)) + r * torch.arcsin(r))


def _step_dual(r: Tensor) -> Tensor:
    return (math.pi - torch.arccos(r)) / (2 * math.pi)


def _relu2_dual(r: Tensor) -> Tensor:
    theta = torch.arccos(r)
    return (3 * torch.sin(theta) * r + (math.pi - theta) * (1 + 2 * r * r)) / (2 * math.pi)


def _relu2_slope(r: Tensor) -> Tensor:
    theta = torch.arccos(r)
    return (4 * torch.sin(theta) + 4 * (math.pi - theta) * r) / (2 * math.pi)


def _gelu_dual(r: Tensor) -> Tensor:
    return r / 4 + 1 / (2 * math.pi * torch.sqrt(4 - r * r)) + r / (2 * math.pi) * torch.arcsin(r / 2)


def _gelu_slope(r: Tensor) -> Tensor:
    root = torch.sqrt(4 - r * r)
    return 0.25 + r / (2 * math.pi) / root**3 + torch.arcsin(r / 2) / (2 * math.pi) + r / (2 * math.pi * root)


def _gelu_general(c: Tensor, p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
    """The dual for variances p, q and covariance c, and its derivative in c (Price: the dual of the derivative)."""
    P, Q = 1 + p, 1 + q
    D = P * Q - c * c
    angle = torch.arcsin(c / torch.sqrt(P * Q))
    value = c / 4 + c * angle / (2 * math.pi) + (p * q - c * c + c * c / P + c * c / Q) / (2 * math.pi * torch.sqrt(D))
    # d/dc of the three terms above
    top, change = p * q - c * c + c * c / P + c * c / Q, -2 * c + 2 * c / P + 2 * c / Q
    slope = 0.25 + (angle + c / torch.sqrt(D) + change / torch.sqrt(D) + top * c / D**1.5) / (2 * math.pi)
    return value, slope


def _leaky(a: float) -> Activation:
    p, q = ((1 + a) / 2) ** 2, ((1 - a) / 2) ** 2
    return Activation(
        f"leaky_relu:{a:g}", lambda x: F.leaky_relu(x, a), (1 + a * a) / 2, lambda r: p * r + q * _abs_dual(r),
        lambda r: p + q * 2 / math.pi * torch.arcsin(r), (0.0,), 1,
    )


def _elu(alpha: float) -> Activation:
    return _from_function(f"elu:{alpha:g}", lambda x: F.elu(x, alpha), (0.0,))


def _erf(b: float) -> Activation:
    c = 2 * b * b / (1 + 2 * b * b)

    def general(k: Tensor, p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
        root, k = torch.sqrt((1 + 2 * b * b * p) * (1 + 2 * b * b * q)), 2 * b * b * k
        return 2 / math.pi * torch.arcsin(k / root), 4 * b * b / math.pi / torch.sqrt(root**2 - k**2)

    return Activation(
        f"erf:{b:g}", lambda x: torch.erf(b * x), 2 / math.pi * math.asin(c), lambda r: 2 / math.pi * torch.arcsin(c * r),
        lambda r: 2 / math.pi * c / torch.sqrt(1 - (c * r) ** 2), (), None, general,
    )


def _sin(a: float) -> Activation:
    e, q = math.exp(-a * a), a * a
    return Activation(f"sin:{a:g}", lambda x: torch.sin(a * x), e * math.sinh(q), lambda r: e * torch.sinh(q * r), lambda r: e * q * torch.cosh(q * r))


def _cos(a: float) -> Activation:
    e, q = math.exp(-a * a), a * a
    return Activation(f"cos:{a:g}", lambda x: torch.cos(a * x), e * math.cosh(q), lambda r: e * torch.cosh(q * r), lambda r: e * q * torch.sinh(q * r))


def _exp(a: float) -> Activation:
    q = a * a
    return Activation(f"exp:{a:g}", lambda x: torch.exp(a * x), math.exp(2 * q), lambda r: torch.exp(q * (1 + r)), lambda r: q * torch.exp(q * (1 + r)))


def _hermite(n: float) -> Activation:
    n = int(n)

    def function(x: Tensor) -> Tensor:
        before, now = torch.zeros_like(x), torch.ones_like(x)
        for k in range(n):
            before, now = now, (x * now - math.sqrt(k) * before) / math.sqrt(k + 1)
        return now

    return Activation(f"hermite:{n}", function, 1.0, lambda r: r**n, lambda r: n * r ** max(n - 1, 0))


def _monomial(m: float) -> Activation:
    m = int(m)
    c = {m - 2 * k: (math.factorial(m) / (2**k * math.factorial(k) * math.factorial(m - 2 * k))) ** 2 * math.factorial(m - 2 * k)
         for k in range(m // 2 + 1)}
    return Activation(
        f"monomial:{m}", lambda x: x**m, sum(c.values()), lambda r: sum(v * r**p for p, v in c.items()),
        lambda r: sum((v * p * r ** (p - 1) for p, v in c.items() if p), torch.zeros_like(r)),
    )


def _quadratic(a: float, b: float, c: float) -> Activation:
    return Activation(
        f"quadratic:{a:g},{b:g},{c:g}", lambda x: a * x * x + b * x + c, (a + c) ** 2 + b * b + 2 * a * a,
        lambda r: (a + c) ** 2 + b * b * r + 2 * a * a * r * r, lambda r: b * b + 4 * a * a * r,
    )


_FIXED = {
    "identity": lambda: Activation("identity", lambda x: x, 1.0, lambda r: r, torch.ones_like, (), 1),
    "step": lambda: Activation("step", _step, 0.5, _step_dual, lambda r: 1 / (2 * math.pi * torch.sqrt(1 - r * r)), (0.0,), 0),
    "sign": lambda: Activation("sign", torch.sign, 1.0, lambda r: 2 / math.pi * torch.arcsin(r), lambda r: 2 / (math.pi * torch.sqrt(1 - r * r)), (0.0,), 0),
    "relu": lambda: Activation("relu", torch.relu, 0.5, _relu_dual, _step_dual, (0.0,), 1),
    "relu2": lambda: Activation("relu2", lambda x: torch.relu(x) ** 2, 1.5, _relu2_dual, _relu2_slope, (0.0,), 2),
    "abs": lambda: Activation("abs", torch.abs, 1.0, _abs_dual, lambda r: 2 / math.pi * torch.arcsin(r), (0.0,), 1),
    "gaussian": lambda: Activation("gaussian", lambda x: torch.exp(-x * x / 2), 3**-0.5, lambda r: (4 - r * r) ** -0.5, lambda r: r * (4 - r * r) ** -1.5),
    "gelu": lambda: Activation("gelu", F.gelu, 1 / 3 + 1 / (2 * math.pi * math.sqrt(3)), _gelu_dual, _gelu_slope, (), None, _gelu_general),
}
_NUMERIC = {
    "gelu_tanh": (lambda x: F.gelu(x, approximate="tanh"), ()), "tanh": (torch.tanh, ()), "sigmoid": (torch.sigmoid, ()),
    "silu": (F.silu, ()), "softplus": (F.softplus, ()), "selu": (F.selu, (0.0,)),
    "hardtanh": (F.hardtanh, (-1.0, 1.0)), "relu6": (F.relu6, (0.0, 6.0)), "arctan": (torch.arctan, ()),
}
_FAMILIES = {
    "leaky_relu": (_leaky, (0.2,)), "elu": (_elu, (1.0,)), "erf": (_erf, (1.0,)), "sin": (_sin, (1.0,)), "cos": (_cos, (1.0,)), "exp": (_exp, (1.0,)),
    "hermite": (_hermite, (1,)), "monomial": (_monomial, (2,)), "quadratic": (_quadratic, (1.0, 0.0, 0.0)),
}
ACTIVATIONS = tuple(sorted([*_FIXED, *_NUMERIC, *_FAMILIES]))


def activation(spec: str | Activation | Callable[[Tensor], Tensor], kinks: tuple[float, ...] = (), **parameters: float) -> Activation:
    """An activation by name ("relu", "leaky_relu:0.2", "erf:1"), or of any pointwise torch function.

    kinks : for a function, the points where it or its derivative jumps
    parameters : another way to write the numbers, in their order: activation("leaky_relu", a=0.2)

    Raises SkeletonError when the name is unknown or its parameters cannot be read.
    """
    if isinstance(spec, Activation):
        return spec
    if callable(spec):
        return _from_function(getattr(spec, "__name__", "custom"), spec, tuple(kinks))
    return _by_name(f"{spec}:{','.join(f'{v:.17g}' for v in parameters.values())}" if parameters else spec)


def _from_function(name: str, function, kinks: tuple[float, ...]) -> Activation:
    x, w = _panels(kinks)
    norm2 = float((w * function(torch.from_numpy(x)).numpy() ** 2).sum())
    if not 0 < norm2 < math.inf:
        raise SkeletonError("activation_norm", name=name)
    return Activation(name, function, norm2, kinks=kinks)


@lru_cache(maxsize=256)
def _by_name(spec: str) -> Activation:
    name, _, parameters = spec.partition(":")
    if name in _FIXED and not parameters:
        return _FIXED[name]()
    if name in _NUMERIC and not parameters:
        return _from_function(name, *_NUMERIC[name])
    if name in _FAMILIES:
        make, default = _FAMILIES[name]
        try:
            return make(*([float(p) for p in parameters.split(",")] if parameters else default))
        except (ValueError, TypeError) as error:
            raise SkeletonError("activation_parameters", name=spec) from error
    raise SkeletonError("unknown_activation", name=spec, known=", ".join(ACTIVATIONS))
