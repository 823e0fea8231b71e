"""The width law: how far a random network of width r is from its dual kernel, error = c / sqrt(r)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from dualcore.kernels.dual import dual_kernel
from dualcore.kernels.networks import empirical_kernel, random_network
from dualcore.kernels.skeletons import Skeleton

WIDE = 8192


@dataclass(frozen=True)
class KernelErrors:
    """errors (number of widths, number of seeds): relative Frobenius errors of the centred kernels.

    reference : the dual kernel where the skeleton reads vectors, else a network of ``WIDE`` features
    """

    widths: tuple[int, ...]
    errors: np.ndarray
    reference: Literal["dual_kernel", "wide_network"]


def kernel_error(skeleton: Skeleton, X: torch.Tensor, widths: Iterable[int], seeds: Iterable[int]) -> KernelErrors:
    """Measure the error on the rows X at several widths and seeds.

    Kernels are centred first: deep kernels are nearly constant, and an uncentred error would flatter.
    """
    seeds = list(seeds)
    shape = tuple(X.shape[1:])
    exact = skeleton.rank == 0
    if exact:
        K = dual_kernel(skeleton, X.double())
    else:
        K = empirical_kernel(random_network(skeleton, WIDE, max(seeds) + 1, shape), X)
    K = _centre(K)
    errors, actual = [], []
    for width in widths:
        networks = [random_network(skeleton, width, seed, shape) for seed in seeds]
        actual.append(networks[0].out_features)
        errors.append([float((_centre(empirical_kernel(n, X)) - K).norm() / K.norm()) for n in networks])
    return KernelErrors(tuple(actual), np.array(errors), "dual_kernel" if exact else "wide_network")


def _centre(K: torch.Tensor) -> torch.Tensor:
    return K - K.mean(0) - K.mean(1)[:, None] + K.mean()


def width_for_error(constant: float, error: float) -> int:
    """Width at which the law constant / sqrt(width) falls to ``error``."""
    return math.ceil((constant / error) ** 2)
