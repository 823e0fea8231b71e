"""The width law: how far a random network of width r is from its dual kernel, error = c / sqrt(r)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from dualcore.errors import SkeletonError
from dualcore.kernels.activations import activation
from dualcore.kernels.dual import dual_cost, dual_kernel
from dualcore.kernels.duals import Activation, Function, derivative_of
from dualcore.kernels.networks import empirical_kernel, random_network
from dualcore.kernels.shapes import split_views
from dualcore.kernels.skeletons import Skeleton

WIDE = 8192
DUAL_FLOPS = 2e9  # a few seconds on two cores; beyond it a wide network is the reference


@dataclass(frozen=True)
class KernelErrors:
    """errors (number of widths, number of seeds): relative Frobenius errors of the centred kernels.

    widths : features that the networks really have, which can differ a little from those asked for
    reference : the dual kernel, or a network of ``WIDE`` features where the dual kernel would take too long
    """

    widths: tuple[int, ...]
    errors: np.ndarray
    reference: Literal["dual_kernel", "wide_network"]


def kernel_error(
    skeleton: Skeleton, X: torch.Tensor, widths: Iterable[int], seeds: Iterable[int], *, dual_flops: float = DUAL_FLOPS
) -> KernelErrors:
    """Measure the error on the rows X at several widths and seeds.

    Kernels are centred first: deep kernels are nearly constant, and an uncentred error would flatter.
    """
    widths, seeds = _listed("widths", widths, 1), _listed("seeds", seeds, 1)
    views, shape = split_views(skeleton, X)
    exact = _has_dual(skeleton) and dual_cost(skeleton, len(views[0]), None, shape) <= dual_flops
    if exact:
        K = dual_kernel(skeleton, X)
    else:
        K = empirical_kernel(random_network(skeleton, WIDE, max(seeds) + 1, shape), X)
    scale, K = float(K.abs().max()), _centre(K)
    if not float(K.abs().max()) > 1e-12 * scale:
        raise SkeletonError("bad_argument", argument="X", value=f"{len(views[0])} x 1", accepted=">= 2 different rows")
    errors, actual = [], []
    for width in widths:
        networks = [random_network(skeleton, width, seed, shape) for seed in seeds]
        actual.append(networks[0].out_features)
        errors.append([float((_centre(empirical_kernel(n, X)) - K).norm() / K.norm()) for n in networks])
    return KernelErrors(tuple(actual), np.array(errors), "dual_kernel" if exact else "wide_network")


def _listed(argument: str, given: Iterable[int], least: int) -> list[int]:
    values = list(given) if isinstance(given, Iterable) else []
    if len(set(values)) < least:
        raise SkeletonError("bad_argument", argument=argument, value=given, accepted=f">= {least}")
    return values


def _has_dual(skeleton: Skeleton) -> bool:
    """Positions have any variance: their dual is known for homogeneous activations, erf and gelu."""
    return not any(skeleton.axes.values()) or all(activation(n.activation).any_variance for n in skeleton.nodes)


def _centre(K: torch.Tensor) -> torch.Tensor:
    return K - K.mean(0) - K.mean(1)[:, None] + K.mean()


@dataclass(frozen=True)
class WidthLaw:
    """error = constant / sqrt(width), fitted; intervals are 90 % (bootstrap over seeds).

    slope : of log(error) in log(width), fitted freely: -0.5 where the law holds
    """

    measured: KernelErrors
    constant: float
    constant_low: float
    constant_high: float
    slope: float
    slope_low: float
    slope_high: float

    @property
    def holds(self) -> bool:
        """Whether a slope within 0.1 of -1/2 is compatible with the measurement."""
        return self.slope_low <= -0.4 and self.slope_high >= -0.6

    def width_for(self, error: float) -> tuple[int, int, int]:
        """Width at which the error falls to ``error``: estimate and 90 % interval."""
        return tuple(width_for_error(c, error) for c in (self.constant, self.constant_low, self.constant_high))


def width_law(
    skeleton: Skeleton, X: torch.Tensor, widths: Iterable[int] = (64, 128, 256, 512), seeds: Iterable[int] = range(6), *,
    dual_flops: float = DUAL_FLOPS,
) -> WidthLaw:
    """Measure the kernel error on the rows X at several widths and seeds, and fit the law.

    Raises SkeletonError when there are fewer than two widths or two seeds.
    """
    widths, seeds = _listed("widths", widths, 2), _listed("seeds", seeds, 2)
    return fit_width_law(kernel_error(skeleton, X, widths, seeds, dual_flops=dual_flops))


def fit_width_law(measured: KernelErrors) -> WidthLaw:
    """The law through measured errors."""
    x, count = np.log(np.array(measured.widths, dtype=float)), measured.errors.shape[1]
    draws = np.random.default_rng(0).integers(0, count, (400, count))

    def fit(errors: np.ndarray) -> tuple[float, float]:
        logs = np.log(errors.mean(1))
        return float(np.exp(np.mean(logs + 0.5 * x))), float(np.polyfit(x, logs, 1)[0])

    constants, slopes = np.array([fit(measured.errors[:, d]) for d in draws]).T
    (constant, slope), low, high = fit(measured.errors), 0.05, 0.95
    return WidthLaw(
        measured, constant, *(float(np.quantile(constants, q)) for q in (low, high)), slope,
        *(float(np.quantile(slopes, q)) for q in (low, high)),
    )


def width_for_error(constant: float, error: float) -> int:
    """Width at which the law constant / sqrt(width) falls to ``error``.

    Raises SkeletonError when one of them is not positive and finite.
    """
    for argument, value in (("constant", constant), ("error", error)):
        if not isinstance(value, int | float) or not 0 < value < math.inf:
            raise SkeletonError("bad_argument", argument=argument, value=value, accepted="> 0")
    return math.ceil((constant / error) ** 2)


@dataclass(frozen=True)
class WorstCase:
    """What the paper guarantees for any pair of inputs: true, and far above what is needed. Never size a network by it.

    width : sufficient width; None where neither theorem applies
    theorem : "2" (C-bounded activations, exponential in depth) or "3" (relu, polynomial in depth; its absolute constant
        is not given, so the width is an order of magnitude with constant 1)
    bound : C = max(|sigma|, |sigma'|, |sigma''|) / ||sigma|| of theorem 2
    """

    width: float | None
    theorem: Literal["2", "3", "none"]
    bound: float | None = None


def worst_case_width(skeleton: Skeleton, error: float, failure: float = 0.01, nodes: int | None = None) -> WorstCase:
    """Width that Daniely, Frostig and Singer (2016), theorems 2 and 3, guarantee for one pair of inputs.

    error : |empirical kernel - dual kernel|; failure : probability that it is larger; nodes : |S|, every position of a
    convolution counting as one (None: the layers alone)

    Raises SkeletonError when error or failure is outside (0, 1).
    """
    for argument, value in (("error", error), ("failure", failure)):
        if not isinstance(value, int | float) or not 0 < value < 1:
            raise SkeletonError("bad_argument", argument=argument, value=value, accepted="(0, 1)")
    if nodes is not None and (not isinstance(nodes, int) or nodes < 1):
        raise SkeletonError("bad_argument", argument="nodes", value=nodes, accepted="1, 2, ... | None")
    names = {n.activation for n in skeleton.nodes if n.activation != "identity"}
    depth, size = skeleton.depth, nodes or skeleton.size
    if names == {"relu"}:
        return WorstCase(depth**2 * math.log(size / failure) / error**2, "3")
    bounds = [_bounded(activation(name)) for name in names]
    if not bounds or None in bounds:
        return WorstCase(None, "none")
    C = max(bounds)
    return WorstCase((4 * C**4) ** (depth + 1) * math.log(8 * size / failure) / error**2, "2", C)


def _bounded(sigma: Activation) -> float | None:
    """C of theorem 2, or None for an activation that bends, jumps or grows."""
    if sigma.kinks:
        return None
    x = torch.linspace(-60, 60, 240_001, dtype=torch.float64)
    parts = [sigma.function, derivative_of(sigma.function), _second(sigma.function)]
    values = [part(x).detach().abs() for part in parts]
    edge = x.abs() > 50
    # What is still growing there has no bound; periodic functions have reached theirs long before.
    if any(float(v[edge].max()) > 1.01 * float(v[~edge].max()) for v in values):
        return None
    return max(float(v.max()) for v in values) * sigma.gain


def _second(function: Function) -> Function:
    def second(x: torch.Tensor) -> torch.Tensor:
        z = x.detach().clone().requires_grad_(True)
        first = torch.autograd.grad(function(z).sum(), z, create_graph=True)[0]
        return torch.autograd.grad(first.sum(), z)[0] if first.requires_grad else torch.zeros_like(z)

    return second
