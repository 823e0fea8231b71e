"""From encoded inputs and a skeleton to what the last layer sees.

Three routes. Skeletons on whole vectors: the exact dual kernel while an n x n decomposition is
cheap; then the same kernel restricted to the span of some rows (landmarks; Williams, Seeger 2000),
which comes closer to it than as many random features; beyond that, and for convolutions, whose
kernels need all pairs of positions, the features of a random network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch

from dualcore.evidence.lastlayer import Landmarks, Representation
from dualcore.kernels import RandomNetwork, Skeleton, adapt, dual_kernel, preset, presets, random_network, to_sphere

EXACT_ROWS = 2500
LANDMARK_ROWS = 10_000
LANDMARKS = 2000
CANDIDATES = {
    "table": ("linear", "fc1", "fc2", "fc3"),
    "image": ("linear", "fc1", "fc2", "fc3", "conv2d", "conv2d-fine", "conv2d-deep"),
    "series": ("linear", "fc1", "fc2", "fc3", "conv1d-multiscale", "conv1d", "conv1d-deep"),
    "audio": ("linear", "fc1", "fc2", "fc3", "conv1d-multiscale", "conv1d", "conv1d-deep"),
}


@dataclass(frozen=True)
class Builder:
    """Makes representations of the same inputs under any skeleton.

    X : (n, d), (n, c, length) or (n, c, h, w) float32 encoded inputs
    adapted : numbers of data-dependent initialisations that were needed so far
    """

    X: np.ndarray
    device: str
    should_stop: Callable[[], None]
    count_flops: Callable[[float], None]
    adapted: dict[tuple, dict[str, np.ndarray]] = field(default_factory=dict)

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

    def network(self, skeleton: Skeleton, width: int, seed: int, fitted: dict[str, np.ndarray] | None = None) -> RandomNetwork:
        """The random network; with convolutions, adapted to all inputs of this builder (never to labels).

        fitted : numbers of an earlier adaptation (``fitted_numbers``) to use instead; empty = the network as drawn
        """
        shape = self.inputs(skeleton, np.arange(1)).shape[1:]
        network = random_network(skeleton, width, seed, tuple(shape))
        fitted = self.fitted_numbers(skeleton, width, seed) if fitted is None else fitted
        if fitted:
            adapt.restore_(network, {name: torch.from_numpy(v) for name, v in fitted.items()})
        return network

    def fitted_numbers(self, skeleton: Skeleton, width: int, seed: int) -> dict[str, np.ndarray]:
        """What the network of ``features`` has beyond its seed: what a stored model must carry."""
        if is_linear(skeleton) or not adapt.adapts(skeleton):
            return {}
        key = (skeleton.to_json(), width, seed)
        if key not in self.adapted:
            inputs = self.inputs(skeleton)
            network = random_network(skeleton, width, seed, tuple(inputs.shape[1:]))
            self.adapted[key] = {name: v.numpy() for name, v in adapt.adapt_(network, inputs, seed).items()}
        return self.adapted[key]

    def features(
        self, skeleton: Skeleton, width: int, seed: int, rows: np.ndarray | None = None, fitted: dict[str, np.ndarray] | None = None
    ) -> Representation:
        """Features of a random network; for a linear skeleton the inputs themselves."""
        inputs = self.inputs(skeleton, rows)
        if is_linear(skeleton):
            return Representation(inputs, False)
        network = self.network(skeleton, width, seed, fitted)
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
        # float32 is precise to what random features are; sums over rows are taken in float64.
        F = torch.cat([(dual_kernel(skeleton, part, Z) @ back).to(torch.float32) for part in inputs.split(2048)])
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


def finalists(skeletons: list[Skeleton], looks: list[float]) -> list[Skeleton]:
    """After a first look (greater is better), in their own order: the best two, and the best of each kind.

    Kinds are fully connected and convolutional: what the order of the values carries is read off their difference.
    """
    order = sorted(range(len(skeletons)), key=lambda i: -looks[i])
    flat = [i for i in order if skeletons[i].rank == 0 and not is_linear(skeletons[i])]
    keep = {*order[:2], *flat[:1], *[i for i in order if skeletons[i].rank][:1]}
    return [skeleton for i, skeleton in enumerate(skeletons) if i in keep]


def default_width(n: int) -> int:
    """Number of random features: enough to come near the kernel, few enough to stay in minutes.

    Few rows afford more: the last layer is then solved with an n x n matrix, whatever the number of features.
    """
    return 4096 if n <= 1000 else 2048 if n <= 12_000 else 1536
