"""From encoded inputs and a skeleton to what the last layer sees.

Three routes. Skeletons on whole vectors: the exact dual kernel while an n x n decomposition is
cheap; then the same kernel restricted to the span of some rows (landmarks; Williams, Seeger 2000),
which comes closer to it than as many random features; beyond that, and for convolutions, whose
kernels need all pairs of positions, the features of a random network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from dualcore.evidence.lastlayer import Landmarks, Representation
from dualcore.kernels import Skeleton, dual_kernel, preset, presets, random_network, to_sphere

EXACT_ROWS = 3000
LANDMARK_ROWS = 10_000
LANDMARKS = 2500
CANDIDATES = {
    "table": ("linear", "fc1", "fc2", "fc3"),
    "image": ("linear", "fc2", "conv2d", "conv2d-deep"),
    "series": ("linear", "fc2", "conv1d", "conv1d-multiscale"),
    "audio": ("linear", "fc2", "conv1d", "conv1d-multiscale"),
}


@dataclass(frozen=True)
class Builder:
    """Makes representations of the same inputs under any skeleton.

    X : (n, d), (n, c, length) or (n, c, h, w) float32 encoded inputs
    """

    X: np.ndarray
    device: str
    should_stop: Callable[[], None]
    count_flops: Callable[[float], None]

    def inputs(self, skeleton: Skeleton, rows: np.ndarray | None = None, X: np.ndarray | None = None) -> torch.Tensor:
        """The inputs in the shape that the skeleton reads; whole vectors go to the unit sphere."""
        X = self.X if X is None else X
        part = torch.from_numpy(np.ascontiguousarray(X if rows is None else X[rows]))
        if skeleton.rank:
            return part
        flat = part.flatten(1)
        return flat if is_linear(skeleton) else to_sphere(flat)

    def exact(self, skeleton: Skeleton, rows: np.ndarray | None = None) -> Representation:
        inputs = self.inputs(skeleton, rows).to(self.device, torch.float64)
        n, d = inputs.shape
        self.count_flops(n * n * (d + 20.0 * skeleton.depth))
        return Representation(dual_kernel(skeleton, inputs).cpu(), True)

    def network(self, skeleton: Skeleton, width: int, seed: int):
        shape = self.inputs(skeleton, np.arange(1)).shape[1:]
        return random_network(skeleton, width, seed, tuple(shape))

    def features(self, skeleton: Skeleton, width: int, seed: int, rows: np.ndarray | None = None) -> Representation:
        """Features of a random network; for a linear skeleton the inputs themselves."""
        inputs = self.inputs(skeleton, rows)
        if is_linear(skeleton):
            return Representation(inputs, False)
        network = self.network(skeleton, width, seed)
        self.count_flops(float(network.flops(len(inputs))))
        F = network.features(inputs, device=self.device, on_batch=lambda *_: self.should_stop())
        return Representation(F.cpu(), False)

    def landmarks(self, skeleton: Skeleton, seed: int, rows: np.ndarray | None = None) -> Representation:
        """Features K(X, Z) L^-T of the kernel on the span of the landmarks Z, L L^T = K(Z, Z)."""
        inputs = self.inputs(skeleton, rows).to(self.device, torch.float64)
        generator = torch.Generator().manual_seed(seed)
        chosen = torch.randperm(len(inputs), generator=generator)[:LANDMARKS].sort().values
        Z = inputs[chosen]
        K = dual_kernel(skeleton, Z)
        jitter = 1e-10 * K.diagonal().mean()
        back = torch.linalg.inv(torch.linalg.cholesky(K + jitter * torch.eye(len(K), dtype=K.dtype, device=K.device))).T
        self.count_flops(2.0 * len(inputs) * len(Z) * (inputs.shape[1] + len(Z)))
        F = torch.cat([dual_kernel(skeleton, part, Z) @ back for part in inputs.split(2048)])
        return Representation(F.cpu(), False, Landmarks(chosen, back.cpu()))

    def build(self, skeleton: Skeleton, width: int, seed: int, rows: np.ndarray | None = None) -> Representation:
        n = len(self.X) if rows is None else len(rows)
        if skeleton.rank == 0 and n <= EXACT_ROWS:
            return self.exact(skeleton, rows)
        if skeleton.rank == 0 and n <= LANDMARK_ROWS and not is_linear(skeleton):
            return self.landmarks(skeleton, seed, rows)
        return self.features(skeleton, width, seed, rows)


def is_linear(skeleton: Skeleton) -> bool:
    return all(node.activation == "identity" for node in skeleton.nodes) and skeleton.rank == 0


def resolve(skeleton: str | dict, kind: str) -> Skeleton | None:
    """The skeleton that was asked for, or None for "auto".

    Raises SkeletonError when the name is unknown or the dictionary is not a valid skeleton.
    """
    if isinstance(skeleton, dict):
        return Skeleton.from_dict(skeleton)
    return None if skeleton == "auto" else preset(skeleton)


def candidates(kind: str) -> list[Skeleton]:
    """The small set that "let dualcore choose" compares, simplest first."""
    available = presets(kind)
    return [available[name] for name in CANDIDATES[kind] if name in available]


def default_width(n: int) -> int:
    """Number of random features: enough to come near the kernel, few enough to stay in minutes."""
    return 2048 if n <= 12_000 else 1536
