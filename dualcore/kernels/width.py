"""The width law: how far a random network of width r is from its dual kernel, error = c / sqrt(r)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from dualcore.kernels.activations import activation
from dualcore.kernels.dual import dual_cost, dual_kernel
from dualcore.kernels.networks import empirical_kernel, random_network
from dualcore.kernels.shapes import split_views
from dualcore.kernels.skeletons import Skeleton

WIDE = 8192
DUAL_FLOPS = 2e9  # a few seconds on two cores; beyond it a wide network is the reference


@dataclass(frozen=True)
class KernelErrors:
    """errors (number of widths, number of seeds): relative Frobenius errors of the centred kernels.

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
    seeds = list(seeds)
    views, shape = split_views(skeleton, X)
    exact = _has_dual(skeleton) and dual_cost(skeleton, len(views[0]), None, shape) <= dual_flops
    if exact:
        K = dual_kernel(skeleton, X)
    else:
        K = empirical_kernel(random_network(skeleton, WIDE, max(seeds) + 1, shape), X)
    K = _centre(K)
    errors, actual = [], []
    for width in widths:
        networks = [random_network(skeleton, width, seed, shape) for seed in seeds]
        actual.append(networks[0].out_features)
        errors.append([float((_centre(empirical_kernel(n, X)) - K).norm() / K.norm()) for n in networks])
    return KernelErrors(tuple(actual), np.array(errors), "dual_kernel" if exact else "wide_network")


def _has_dual(skeleton: Skeleton) -> bool:
    """Positions have any variance: their dual is known for homogeneous activations, erf and gelu."""
    return skeleton.rank == 0 or all(activation(n.activation).any_variance for n in skeleton.nodes)


def _centre(K: torch.Tensor) -> torch.Tensor:
    return K - K.mean(0) - K.mean(1)[:, None] + K.mean()


def width_for_error(constant: float, error: float) -> int:
    """Width at which the law constant / sqrt(width) falls to ``error``."""
    return math.ceil((constant / error) ** 2)
