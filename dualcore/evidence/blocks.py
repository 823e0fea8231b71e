"""A network with a trained last layer, cut into blocks that can be tuned one after another from the output.

A body knows its blocks, the output's first. With k blocks free, ``stem`` is everything that no free block changes:
it is computed once and kept, or behind ``no_grad``, so that tuning the last block costs no pass through the rest.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dualcore.evidence import families
from dualcore.kernels import Skeleton, adapt, correct_init_
from dualcore.kernels.networks import RandomNetwork
from dualcore.kernels.skeletons import WEIGHTED

Tensor = torch.Tensor
MOST_BLOCKS = 6  # deeper networks: neighbouring layers share a block
SAMPLE = 256  # rows that the initialisation of a family network is corrected on
WEIGHTS = (nn.Linear, nn.Conv1d, nn.Conv2d)


def levels(skeleton: Skeleton) -> list[list[str]]:
    """Names of the weighted nodes that belong to one block, the output's block first; empty for a linear skeleton.

    Nodes at the same depth form one level (the branches of a multi-scale convolution are one block); a skeleton of more
    than ``MOST_BLOCKS`` levels joins neighbours.
    """
    if all(node.activation == "identity" for node in skeleton.nodes):
        return []
    depth: dict[str, int] = {}
    for node in skeleton.nodes:
        depth[node.name] = max((depth[i] for i in node.inputs), default=0) + (node.op in WEIGHTED)
    found: dict[int, list[str]] = {}
    for node in skeleton.nodes:
        if node.op in WEIGHTED:
            found.setdefault(depth[node.name], []).append(node.name)
    return _joined([found[d] for d in sorted(found, reverse=True)])


def _joined(groups: list[list]) -> list[list]:
    """At most MOST_BLOCKS lists of neighbours, as even as possible; the remainder goes to the input's side."""
    count = min(MOST_BLOCKS, len(groups))
    ends = [len(groups) * i // count for i in range(count + 1)] if count else []
    return [sum(groups[a:b], []) for a, b in zip(ends, ends[1:])]


class SkeletonBody(RandomNetwork):
    """A random network of a skeleton whose upper blocks can be free.

    sample : inputs that the first convolutions are adapted to, as stage 1 adapts them; None = as drawn
    names : of the blocks, the output's first
    """

    def __init__(self, skeleton: Skeleton, width: int, seed: int, input_shape: tuple, sample: Tensor | None = None) -> None:
        super().__init__(skeleton, width, seed, input_shape)
        if sample is not None and adapt.adapts(skeleton):
            adapt.adapt_(self, sample, seed)
        self._levels = levels(skeleton)
        self.names = ["+".join(level) for level in self._levels]
        self.release(0)

    def release(self, count: int) -> None:
        """Free the ``count`` blocks nearest to the output, and freeze the rest."""
        free = {name for level in self._levels[:count] for name in level}
        live: set[str] = set()
        for node in self.skeleton.nodes:
            if node.name in free or live & set(node.inputs):
                live.add(node.name)
        self._live = [node for node in self.skeleton.nodes if node.name in live]
        needed = {i for node in self._live for i in node.inputs} - live or {self.skeleton.output.name}
        # In the order of the skeleton: the cut must be the same on every run.
        self._cut = [node.name for node in self.skeleton.nodes if node.name in needed]
        for parameters in (self.weights, self.biases):
            for name, value in parameters.items():
                value.requires_grad_(name in {n.replace(".", "_") for n in free})

    def block_parameters(self, index: int) -> int:
        """Number of parameters of one block."""
        keys = {name.replace(".", "_") for name in self._levels[index]}
        return sum(v.numel() for ps in (self.weights, self.biases) for n, v in ps.items() if n in keys)

    def stem(self, x: Tensor) -> Tensor:
        """Values (n, m) at the cut below the free blocks, flattened and joined."""
        live, values = {node.name for node in self._live}, {}
        for node in self.skeleton.nodes:
            if node.name not in live:
                values[node.name] = x if node.op == "input" else self._node(node, [values[i] for i in node.inputs])
        return torch.cat([values[name].flatten(1) for name in self._cut], 1)

    def tail(self, z: Tensor) -> Tensor:
        """From the cut to the normalised representation (n, D)."""
        parts = z.split([math.prod(self.shapes[name]) for name in self._cut], 1)
        values = {name: part.reshape(-1, *self.shapes[name]) for name, part in zip(self._cut, parts)}
        for node in self._live:
            values[node.name] = self._node(node, [values[i] for i in node.inputs])
        name = self.skeleton.output.name
        out = values[name].flatten(1)
        out = out / math.sqrt(out.shape[1] * self.square[name])
        return out if self.scale is None else out * self.scale


class FamilyBody(nn.Module):
    """A practitioner's network (``families``) with corrected initialisation and without its last layer.

    sample : (m, ...) inputs that the initialisation is corrected on, and the batch statistics are taken from
    """

    def __init__(self, family: str, shape: tuple[int, ...], seed: int, sample: Tensor) -> None:
        super().__init__()
        network = families.build(family, shape, 2, seed)
        correct_init_(network, sample=sample[:SAMPLE], seed=seed)
        _settle(network, sample)
        self.layers = nn.Sequential(*list(network)[:-1])
        self.out_features, self.input_shape = network[-1].in_features, shape
        starts = [i for i, m in enumerate(self.layers) if isinstance(m, WEIGHTS)]
        # A block reaches from one weighted layer to the next: normalisation and activation belong to it.
        groups = _joined([[i] for i in reversed(starts)])
        self._starts = [min(group) for group in groups]
        self.names = ["+".join(f"{type(self.layers[i]).__name__.lower()}_{starts.index(i) + 1}" for i in reversed(g)) for g in groups]
        self.release(0)

    def release(self, count: int) -> None:
        """Free the ``count`` blocks nearest to the output, and freeze the rest."""
        self._from = self._starts[count - 1] if count else len(self.layers)
        for i, layer in enumerate(self.layers):
            for parameter in layer.parameters():
                parameter.requires_grad_(i >= self._from)
        self.eval()
        with torch.no_grad():
            blank = next(self.layers.parameters()).new_zeros(1, *self.input_shape)
            self._cut_shape = tuple(self.layers[: self._from](blank).shape[1:])

    def block_parameters(self, index: int) -> int:
        """Number of parameters of one block."""
        end = self._starts[index - 1] if index else len(self.layers)
        return sum(p.numel() for layer in self.layers[self._starts[index] : end] for p in layer.parameters())

    def train(self, mode: bool = True) -> FamilyBody:
        """Frozen normalisation keeps its statistics: only free blocks are ever in training mode."""
        super().train(mode)
        for layer in self.layers[: self._from]:
            layer.eval()
        return self

    def stem(self, x: Tensor) -> Tensor:
        """Values (n, m) at the cut below the free blocks, flattened."""
        return self.layers[: self._from](x).flatten(1)

    def tail(self, z: Tensor) -> Tensor:
        """From the cut to the representation (n, D)."""
        return self.layers[self._from :](z.reshape(-1, *self._cut_shape)).flatten(1)


def _settle(network: nn.Module, sample: Tensor) -> None:
    """Running statistics of batch normalisation, where there is any, as the averages over ``sample``."""
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # cumulative average
    network.train()
    with torch.no_grad():
        for part in sample.split(SAMPLE):
            if len(part) > 1:
                network(part)
    for norm in norms:
        norm.momentum = 0.1
    network.eval()


class Tuned(nn.Module):
    """A body and its last layer; reads what ``inputs_for`` gives.

    stretch : factor of the representation before the last layer: gradient descent moves it well when every feature, not
        the whole vector, is of size 1
    kept : whether that is the values at the cut already
    """

    def __init__(self, body: SkeletonBody | FamilyBody, outputs: int, stretch: float = 1.0) -> None:
        super().__init__()
        self.body, self.head, self.kept, self.stretch = body, nn.Linear(body.out_features, outputs), False, stretch

    def release(self, count: int) -> None:
        """Free the last layer and the ``count`` blocks nearest to the output."""
        self.body.release(count)
        self.kept = False

    @torch.no_grad()
    def features(self, x: Tensor, batch: int = 256) -> Tensor:
        """What the last layer reads, (n, D) float32 on the CPU."""
        self.eval()
        device = self.head.weight.device
        return torch.cat([self.body.tail(self.body.stem(part.to(device))).cpu() for part in x.split(batch)])

    @torch.no_grad()
    def inputs_for(self, x: Tensor, keep_bytes: float, batch: int = 256) -> Tensor:
        """The values (n, m) at the cut when they fit into ``keep_bytes``, else ``x`` itself. Sets how ``forward`` reads."""
        device = self.head.weight.device
        self.eval()
        size = self.body.stem(x[:1].to(device)).numel()
        self.kept = 4.0 * size * len(x) <= keep_bytes
        return torch.cat([self.body.stem(part.to(device)).cpu() for part in x.split(batch)]) if self.kept else x

    def forward(self, z: Tensor) -> Tensor:
        """Outputs (n, C)."""
        if not self.kept:
            with torch.no_grad():
                z = self.body.stem(z)
        return self.head(self.stretch * self.body.tail(z))

    def flops(self) -> tuple[float, float]:
        """Floating point operations of one example below the cut and above it."""
        counter = FlopCounterMode(display=False)
        self.eval()
        with torch.no_grad():
            z = torch.zeros(1, *self.body.input_shape, device=self.head.weight.device)
            with counter:
                z = self.body.stem(z)
            stem = float(counter.get_total_flops())
            with FlopCounterMode(display=False) as upper:
                self.head(self.body.tail(z))
        return stem, float(upper.get_total_flops())
