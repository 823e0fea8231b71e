"""The activations by name, with the closed forms of their duals (Cho and Saul 2009; Williams 1997; and derived).

Raw duals are given as functions of rho and theta = arccos(rho); ``Activation`` divides them by E sigma(X)^2.
"""

from __future__ import annotations

import difflib
import inspect
import math
from collections.abc import Callable
from functools import lru_cache

import torch
import torch.nn.functional as F

from dualcore.errors import SkeletonError
from dualcore.kernels.duals import Activation, Function, from_function

Tensor = torch.Tensor
PI = math.pi


def _step(x: Tensor) -> Tensor:
    # Written as floats at once: by way of booleans it takes ten times as long.
    return torch.ge(x.detach(), 0, out=torch.empty_like(x, requires_grad=False))


def _relu_dual(r: Tensor, a: Tensor) -> Tensor:
    return (torch.sin(a) + (PI - a) * r) / (2 * PI)


def _abs_dual(r: Tensor, a: Tensor) -> Tensor:
    return 2 / PI * (torch.sin(a) + r * (PI / 2 - a))


def _sign_dual(r: Tensor, a: Tensor) -> Tensor:
    return 1 - 2 / PI * a


def _step_dual(r: Tensor, a: Tensor) -> Tensor:
    return (PI - a) / (2 * PI)


def _relu2_dual(r: Tensor, a: Tensor) -> Tensor:
    return (3 * torch.sin(a) * r + (PI - a) * (1 + 2 * r * r)) / (2 * PI)


def _relu2_slope(r: Tensor, a: Tensor) -> Tensor:
    return (4 * torch.sin(a) + 4 * (PI - a) * r) / (2 * PI)


def _gelu_dual(r: Tensor, a: Tensor) -> Tensor:
    return r / 4 + 1 / (2 * PI * torch.sqrt(4 - r * r)) + r / (2 * PI) * torch.arcsin(r / 2)


def _gelu_slope(r: Tensor, a: Tensor) -> Tensor:
    root = torch.sqrt(4 - r * r)
    return 0.25 + r / (2 * PI) / root**3 + torch.arcsin(r / 2) / (2 * PI) + r / (2 * PI * root)


def _gelu_general(c: Tensor, p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
    """The dual for variances p, q and covariance c, and its derivative in c (Price: the dual of the derivative)."""
    P, Q = 1 + p, 1 + q
    D = P * Q - c * c
    angle = torch.arcsin(c / torch.sqrt(P * Q))
    value = c / 4 + c * angle / (2 * PI) + (p * q - c * c + c * c / P + c * c / Q) / (2 * PI * torch.sqrt(D))
    # d/dc of the three terms above
    top, change = p * q - c * c + c * c / P + c * c / Q, -2 * c + 2 * c / P + 2 * c / Q
    slope = 0.25 + (angle + c / torch.sqrt(D) + change / torch.sqrt(D) + top * c / D**1.5) / (2 * PI)
    return value, slope


def _leaky(a: float = 0.2) -> Activation:
    p, q = ((1 + a) / 2) ** 2, ((1 - a) / 2) ** 2
    return Activation(
        f"leaky_relu:{a:.15g}", lambda x: F.leaky_relu(x, a), (1 + a * a) / 2, lambda r, t: p * r + q * _abs_dual(r, t),
        lambda r, t: p + q * _sign_dual(r, t), (0.0,), False, 1,
    )


def _elu(alpha: float = 1.0) -> Activation:
    return from_function(f"elu:{alpha:.15g}", lambda x: F.elu(x, alpha), (0.0,))


def _erf(b: float = 1.0) -> Activation:
    c = 2 * b * b / (1 + 2 * b * b)

    def general(k: Tensor, p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
        root, k = torch.sqrt((1 + 2 * b * b * p) * (1 + 2 * b * b * q)), 2 * b * b * k
        return 2 / PI * torch.arcsin(k / root), 4 * b * b / PI / torch.sqrt(root**2 - k**2)

    return Activation(
        f"erf:{b:.15g}", lambda x: torch.erf(b * x), 2 / PI * math.asin(c), lambda r, t: 2 / PI * torch.arcsin(c * r),
        lambda r, t: 2 / PI * c / torch.sqrt(1 - (c * r) ** 2), closed_general=general,
    )


def _sin(a: float = 1.0) -> Activation:
    e, q = math.exp(-a * a), a * a
    return Activation(
        f"sin:{a:.15g}", lambda x: torch.sin(a * x), e * math.sinh(q), lambda r, t: e * torch.sinh(q * r),
        lambda r, t: e * q * torch.cosh(q * r), closed_general=_waves(q, -1),
    )


def _cos(a: float = 1.0) -> Activation:
    e, q = math.exp(-a * a), a * a
    return Activation(
        f"cos:{a:.15g}", lambda x: torch.cos(a * x), e * math.cosh(q), lambda r, t: e * torch.cosh(q * r),
        lambda r, t: e * q * torch.sinh(q * r), closed_general=_waves(q, 1),
    )


def _waves(s: float, sign: int) -> Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]:
    """cos (sign 1) and sin (sign -1): half of E cos(a(u - v)) and E cos(a(u + v)), added or subtracted."""

    def general(c: Tensor, p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
        apart, together = torch.exp(s * (c - (p + q) / 2)), torch.exp(-s * (c + (p + q) / 2))
        return (apart + sign * together) / 2, s * (apart - sign * together) / 2

    return general


def _exp(a: float = 1.0) -> Activation:
    s = a * a

    def general(c: Tensor, p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
        value = torch.exp(s * ((p + q) / 2 + c))
        return value, s * value

    return Activation(
        f"exp:{a:.15g}", lambda x: torch.exp(a * x), math.exp(2 * s), lambda r, t: torch.exp(s * (1 + r)),
        lambda r, t: s * torch.exp(s * (1 + r)), closed_general=general,
    )


def _gaussian_general(c: Tensor, p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
    D = (1 + p) * (1 + q) - c * c
    return D**-0.5, c * D**-1.5


def _hermite(n: float = 1) -> Activation:
    n = _count("n", n)

    def function(x: Tensor) -> Tensor:
        before, now = torch.zeros_like(x), torch.ones_like(x)
        for k in range(n):
            before, now = now, (x * now - math.sqrt(k) * before) / math.sqrt(k + 1)
        return now

    return Activation(f"hermite:{n}", function, 1.0, lambda r, t: r**n, lambda r, t: n * r ** max(n - 1, 0))


def _monomial(m: float = 2) -> Activation:
    m = _count("m", m)
    c = {m - 2 * k: (math.factorial(m) / (2**k * math.factorial(k) * math.factorial(m - 2 * k))) ** 2 * math.factorial(m - 2 * k)
         for k in range(m // 2 + 1)}
    # x^m has a sign where m is odd: homogeneous of degree m, as the dual for other variances shows.
    return Activation(
        f"monomial:{m}", lambda x: x**m, sum(c.values()), lambda r, t: sum(v * r**p for p, v in c.items()),
        lambda r, t: sum((v * p * r ** (p - 1) for p, v in c.items() if p), torch.zeros_like(r)), homogeneous=m,
    )


def _quadratic(a: float = 1.0, b: float = 0.0, c: float = 0.0) -> Activation:
    def general(k: Tensor, p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
        return (a * p + c) * (a * q + c) + b * b * k + 2 * a * a * k * k, b * b + 4 * a * a * k

    return Activation(
        f"quadratic:{a:.15g},{b:.15g},{c:.15g}", lambda x: a * x * x + b * x + c, (a + c) ** 2 + b * b + 2 * a * a,
        lambda r, t: (a + c) ** 2 + b * b * r + 2 * a * a * r * r, lambda r, t: b * b + 4 * a * a * r, closed_general=general,
    )


def _count(argument: str, value: float) -> int:
    if value != int(value) or not 0 <= value <= 20:
        raise SkeletonError("bad_argument", argument=argument, value=value, accepted="0, 1, ... 20")
    return int(value)


def _identity() -> Activation:
    return Activation("identity", lambda x: x, 1.0, lambda r, t: r, lambda r, t: torch.ones_like(r), homogeneous=1)


def _numeric(name: str, function: Function, *kinks: float) -> Callable[[], Activation]:
    return lambda: from_function(name, function, kinks)


_MAKERS: dict[str, Callable[..., Activation]] = {
    "identity": _identity,
    "step": lambda: Activation("step", _step, 0.5, _step_dual, lambda r, a: 1 / (2 * PI * torch.sin(a)), (0.0,), True, 0),
    "sign": lambda: Activation("sign", torch.sign, 1.0, _sign_dual, lambda r, a: 2 / (PI * torch.sin(a)), (0.0,), True, 0),
    "relu": lambda: Activation("relu", torch.relu, 0.5, _relu_dual, _step_dual, (0.0,), False, 1),
    "relu2": lambda: Activation("relu2", lambda x: torch.relu(x) ** 2, 1.5, _relu2_dual, _relu2_slope, (0.0,), False, 2),
    "abs": lambda: Activation("abs", torch.abs, 1.0, _abs_dual, _sign_dual, (0.0,), False, 1),
    "gaussian": lambda: Activation(
        "gaussian", lambda x: torch.exp(-x * x / 2), 3**-0.5, lambda r, a: (4 - r * r) ** -0.5, lambda r, a: r * (4 - r * r) ** -1.5,
        closed_general=_gaussian_general,
    ),
    "gelu": lambda: Activation(
        "gelu", F.gelu, 1 / 3 + 1 / (2 * PI * math.sqrt(3)), _gelu_dual, _gelu_slope, closed_general=_gelu_general
    ),
    "leaky_relu": _leaky, "elu": _elu, "erf": _erf, "sin": _sin, "cos": _cos, "exp": _exp, "hermite": _hermite,
    "monomial": _monomial, "quadratic": _quadratic,
    "gelu_tanh": _numeric("gelu_tanh", lambda x: F.gelu(x, approximate="tanh")), "tanh": _numeric("tanh", torch.tanh),
    "sigmoid": _numeric("sigmoid", torch.sigmoid), "silu": _numeric("silu", F.silu), "softplus": _numeric("softplus", F.softplus),
    "selu": _numeric("selu", F.selu, 0.0), "hardtanh": _numeric("hardtanh", F.hardtanh, -1.0, 1.0),
    "relu6": _numeric("relu6", F.relu6, 0.0, 6.0), "arctan": _numeric("arctan", torch.arctan),
}
ACTIVATIONS = tuple(sorted(_MAKERS))
_REGISTERED: dict[str, Activation] = {}


def activation(spec: str | Activation | Function, kinks: tuple[float, ...] = (), **parameters: float) -> Activation:
    """An activation by name ("relu", "leaky_relu:0.2"), or of any pointwise torch function.

    Parameters
    ----------
    spec : a name of ``ACTIVATIONS`` or one given to ``register_activation``, a function tensor -> tensor, or an Activation
    kinks : of a function, the points where it or its derivative jumps
    parameters : numbers by name instead of behind the colon: activation("leaky_relu", a=0.2)

    Raises
    ------
    SkeletonError (a ValueError) : when the name is unknown (with the nearest names), a parameter is unknown or cannot be
        read, or the function is not usable
    """
    if isinstance(spec, Activation):
        return spec
    if callable(spec):
        return from_function(getattr(spec, "__name__", "custom"), spec, _kinks(kinks))
    if not isinstance(spec, str):
        raise SkeletonError("bad_argument", argument="spec", value=spec, accepted="a name, a function of a tensor")
    if len(kinks):
        raise SkeletonError("bad_argument", argument="kinks", value=kinks, accepted=f"(); {spec} knows its own")
    if parameters:
        return _by_keywords(spec, parameters)
    return _REGISTERED.get(spec) or _by_name(spec)


def register_activation(name: str, function: Function, kinks: tuple[float, ...] = ()) -> Activation:
    """Make a function of your own usable by ``name`` in skeletons and their JSON, in this process.

    Raises SkeletonError when the name belongs to another activation or the function is not usable.
    """
    if not isinstance(name, str) or name in _MAKERS or ":" in name or not name:
        raise SkeletonError("bad_argument", argument="name", value=name, accepted="a text without ':' that is no name of ACTIVATIONS")
    _REGISTERED[name] = from_function(name, function, _kinks(kinks))
    return _REGISTERED[name]


def _kinks(kinks: object) -> tuple[float, ...]:
    try:
        found = tuple(float(k) for k in kinks)
    except (TypeError, ValueError):
        found = (math.nan,)
    if not all(map(math.isfinite, found)):
        raise SkeletonError("bad_argument", argument="kinks", value=kinks, accepted="(k1, k2, ...)")
    return found


@lru_cache(maxsize=256)
def _by_name(spec: str) -> Activation:
    name, _, numbers = str(spec).partition(":")
    make = _maker(name)
    try:
        values = [float(p) for p in numbers.split(",")] if numbers else []
    except ValueError as error:
        raise SkeletonError("activation_parameters", name=spec, accepted=_usage(name)) from error
    if len(values) > len(inspect.signature(make).parameters) or not all(map(math.isfinite, values)):
        raise SkeletonError("activation_parameters", name=spec, accepted=_usage(name))
    try:
        made = make(*values)
        usable = 0 < made.norm2 < math.inf
    except (OverflowError, ZeroDivisionError):
        usable = False
    if not usable:
        raise SkeletonError("activation_norm", name=spec)
    return made


def _by_keywords(name: str, parameters: dict[str, float]) -> Activation:
    accepted = list(inspect.signature(_maker(name)).parameters.items())
    if set(parameters) - {key for key, _ in accepted}:
        raise SkeletonError("activation_parameters", name=f"{name}({', '.join(parameters)})", accepted=_usage(name))
    values = [parameters.get(key, parameter.default) for key, parameter in accepted]
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        raise SkeletonError("activation_parameters", name=f"{name}({', '.join(f'{k}={v!r}' for k, v in parameters.items())})", accepted=_usage(name))
    return _by_name(f"{name}:{','.join(f'{v:.17g}' for v in values)}")


def _maker(name: str) -> Callable[..., Activation]:
    if name not in _MAKERS:
        known = [*ACTIVATIONS, *_REGISTERED]
        near = difflib.get_close_matches(name.lower(), known, 3, 0.5)
        raise SkeletonError("unknown_activation", name=name, near=", ".join(near) or "-", known=", ".join(known))
    return _MAKERS[name]


def _usage(name: str) -> str:
    arguments = inspect.signature(_maker(name)).parameters.values()
    return name + (":" + ",".join(f"{p.default:g}" for p in arguments) if arguments else "")
