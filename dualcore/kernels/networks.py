"""Random networks: an r-fold realisation of a skeleton as a torch module, with the variances of theory section 1.2.

A neuron of node v gets weights of total variance 1 - beta_v over its fan-in (inputs normalised to mean square 1) and a
bias of variance beta_v. The forward pass returns the normalised representation Psi(x) (n, D), for which
E <Psi(x), Psi(y)> tends to the dual kernel. Vector inputs are unit vectors (``to_sphere``); pixels and samples of a
signal count one unit per channel.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F

from dualcore.errors import SkeletonError
from dualcore.kernels.activations import activation
from dualcore.kernels.skeletons import Node, Skeleton

Tensor = torch.Tensor
BATCH_BYTES = 192 * 2**20


def to_sphere(X: Tensor, constant: float = 1.0) -> Tensor:
    """Append ``constant`` as a coordinate (it keeps the norm visible) and scale every row to length 1. X: (n, d)."""
    X = torch.cat([X, X.new_full((len(X), 1), constant)], 1)
    return X / X.norm(dim=1, keepdim=True)


class RandomNetwork(torch.nn.Module):
    """One random network; its parameters can be trained further.

    Attributes
    ----------
    out_features : number of features D
    shapes : shape of every node's value for one example, (channels, *positions)
    """

    def __init__(self, skeleton: Skeleton, width: int, seed: int, input_shape: tuple[int, ...], orthogonal: bool = False) -> None:
        super().__init__()
        if not 1 <= width <= 65_536:
            raise SkeletonError("width_range", width=width)
        if len(input_shape) != skeleton.rank + 1:
            raise SkeletonError("shape_does_not_fit", name=skeleton.name, shape=str(tuple(input_shape)))
        self.skeleton, self.width, self.seed = skeleton, width, seed
        self.input_shape = tuple(input_shape)
        self.channels = channels_for(skeleton, width, input_shape)
        self._unit_input = skeleton.rank == 0
        self.shapes = _shapes(skeleton, self.channels, self.input_shape)
        generator = torch.Generator().manual_seed(seed)
        self.weights, self.biases = torch.nn.ParameterDict(), torch.nn.ParameterDict()
        for node in skeleton.nodes:
            if node.op in ("dense", "conv"):
                self._draw(node, generator, orthogonal)
            elif node.op == "add":
                # Random signs stand for the random weights of the paper's identity node: they keep the branches
                # uncorrelated, so that variances add up and the kernel of the sum is the mean of the kernels.
                signs = torch.randint(0, 2, (len(node.inputs) - 1, self.channels), generator=generator) * 2.0 - 1
                self.register_buffer(f"signs_{_key(node)}", signs)
        self.out_features = math.prod(self.shapes[skeleton.output.name])

    def _draw(self, node: Node, generator: torch.Generator, orthogonal: bool) -> None:
        source = self.shapes[node.inputs[0]]
        fan_in = math.prod(source) if node.op == "dense" else source[0] * node.window**self.skeleton.rank
        # A unit vector has total length 1, whatever its number of coordinates; other values have mean square 1 each.
        unit = self._unit_input and node.inputs[0] in {n.name for n in self.skeleton.nodes if n.op == "input"}
        scale = math.sqrt((1 - node.bias_share) / (1 if unit else fan_in))
        out = self.channels
        W = torch.randn(out, fan_in, generator=generator)
        if orthogonal:
            W = _orthogonal_rows(W) * math.sqrt(fan_in)
        shape = (out, fan_in) if node.op == "dense" else (out, source[0], *([node.window] * self.skeleton.rank))
        self.weights[_key(node)] = torch.nn.Parameter((W * scale).reshape(shape))
        if node.bias_share > 0:
            self.biases[_key(node)] = torch.nn.Parameter(torch.randn(out, generator=generator) * math.sqrt(node.bias_share))

    def forward(self, x: Tensor) -> Tensor:
        """Psi (n, D) of inputs x (n, *input_shape)."""
        values: dict[str, Tensor] = {}
        for node in self.skeleton.nodes:
            values[node.name] = x if node.op == "input" else self._node(node, [values[i] for i in node.inputs])
        out = values[self.skeleton.output.name].flatten(1)
        # A joined representation is already scaled to mean square 1 / D; others have mean square 1.
        return out / math.sqrt(out.shape[1])

    def _node(self, node: Node, inputs: list[Tensor]) -> Tensor:
        h = inputs[0]
        if node.op == "dense":
            return self._activate(node, F.linear(h.flatten(1), self.weights[_key(node)], self._bias(node)))
        if node.op == "conv":
            return self._activate(node, self._convolve(node, h))
        if node.op == "activation":
            return self._activate(node, h)
        if node.op == "pool":
            pool = F.adaptive_avg_pool1d if self.skeleton.rank == 1 else F.adaptive_avg_pool2d
            return pool(h, node.window)
        if node.op == "global_pool":
            return h.flatten(2).mean(2)
        if node.op == "flatten":
            return h.flatten(1)
        shares = node.weights or [1 / len(inputs)] * len(inputs)
        if node.op == "add":
            return self._add(node, shares, inputs)
        total = sum(value.flatten(1).shape[1] for value in inputs)
        return torch.cat([v.flatten(1) * math.sqrt(q * total / v.flatten(1).shape[1]) for q, v in zip(shares, inputs, strict=True)], 1)

    def _add(self, node: Node, shares, inputs: list[Tensor]) -> Tensor:
        signs = getattr(self, f"signs_{_key(node)}")
        out = math.sqrt(shares[0]) * inputs[0]
        for sign, q, value in zip(signs, shares[1:], inputs[1:], strict=True):
            out = out + math.sqrt(q) * sign.view(-1, *[1] * (value.ndim - 2)) * value
        return out

    def _bias(self, node: Node) -> Tensor | None:
        return self.biases[_key(node)] if node.bias_share > 0 else None

    def _convolve(self, node: Node, h: Tensor) -> Tensor:
        rank = self.skeleton.rank
        if node.padding != "valid":
            left = node.dilation * (node.window - 1) // 2
            right = node.dilation * (node.window - 1) - left
            h = F.pad(h, (left, right) * rank, mode="circular" if node.padding == "circular" else "constant")
        conv = F.conv1d if rank == 1 else F.conv2d
        return conv(h, self.weights[_key(node)], self._bias(node), stride=node.stride, dilation=node.dilation)

    @staticmethod
    def _activate(node: Node, z: Tensor) -> Tensor:
        if node.activation == "identity":
            return z
        sigma = activation(node.activation)
        return sigma(z) * sigma.gain

    def features(
        self, X: Tensor, batch_size: int | None = None, device: str | None = None, on_batch: Callable[[int, int], None] | None = None
    ) -> Tensor:
        """Psi (n, D) float32 on the CPU, computed in batches of bounded memory.

        on_batch : called with (rows done, rows in all) after every batch
        """
        device = device or "cpu"
        largest = max(math.prod(s) for s in self.shapes.values())
        size = batch_size or int(max(1, min(1024, BATCH_BYTES // (4 * 3 * largest))))
        network = self.to(device)
        out = torch.empty(len(X), self.out_features)
        with torch.inference_mode():
            for start in range(0, len(X), size):
                out[start : start + size] = network(X[start : start + size].to(device, torch.float32)).cpu()
                if on_batch:
                    on_batch(min(start + size, len(X)), len(X))
        return out

    def flops(self, n: int) -> float:
        """Floating point operations of features for n examples (multiplications and additions of weighted layers)."""
        total = 0.0
        for node in self.skeleton.nodes:
            if node.op in ("dense", "conv"):
                positions = math.prod(self.shapes[node.name][1:])
                total += 2.0 * self.weights[_key(node)].numel() * positions
        return n * total


def random_network(skeleton: Skeleton, width: int, seed: int, input_shape: tuple[int, ...], orthogonal: bool = False) -> RandomNetwork:
    """A random network of ``skeleton`` with about ``width`` output features; the same for the same seed on every device.

    width : features of the representation: neurons of a dense layer; with pooling, channels times pooled cells
    input_shape : of one example: (d,), (c, length) or (c, h, w)
    """
    return RandomNetwork(skeleton, width, seed, tuple(input_shape), orthogonal)


def channels_for(skeleton: Skeleton, width: int, input_shape: tuple[int, ...]) -> int:
    """Channels (neurons per position) with which the network has about ``width`` features."""
    per_channel = math.prod(_shapes(skeleton, 1, input_shape)[skeleton.output.name])
    return max(1, round(width / per_channel))


def empirical_kernel(network: RandomNetwork, X: Tensor, Y: Tensor | None = None) -> Tensor:
    """<Psi(x), Psi(y)> (n, m), float64."""
    A = network.features(X).double()
    return A @ (A if Y is None else network.features(Y).double()).T


def _key(node: Node) -> str:
    return node.name.replace(".", "_")


def _orthogonal_rows(W: Tensor) -> Tensor:
    """Rows orthonormal in blocks of at most fan_in rows."""
    return torch.cat([torch.linalg.qr(block.T)[0].T for block in W.split(W.shape[1])])


def _shapes(skeleton: Skeleton, channels: int, input_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for node in skeleton.nodes:
        source = [shapes[i] for i in node.inputs]
        if node.op == "input":
            shapes[node.name] = tuple(input_shape)
        elif node.op == "dense":
            shapes[node.name] = (channels,)
        elif node.op == "conv":
            shapes[node.name] = (channels, *(_length(node, p) for p in source[0][1:]))
        elif node.op == "pool":
            shapes[node.name] = (source[0][0], *(node.window for _ in source[0][1:]))
        elif node.op == "global_pool":
            shapes[node.name] = (source[0][0],)
        elif node.op == "flatten":
            shapes[node.name] = (math.prod(source[0]),)
        elif node.op == "join":
            shapes[node.name] = (sum(math.prod(s) for s in source),)
        else:
            if len(set(source)) != 1:
                raise SkeletonError("shapes_differ", name=node.name, shapes=", ".join(map(str, source)))
            shapes[node.name] = source[0]
        if min(shapes[node.name]) < 1:
            raise SkeletonError("window_too_large", name=node.name, shape=str(source[0]))
    return shapes


def _length(node: Node, positions: int) -> int:
    span = node.dilation * (node.window - 1)
    return ((positions if node.padding != "valid" else positions - span) - 1) // node.stride + 1
