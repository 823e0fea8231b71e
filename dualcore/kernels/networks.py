"""Random networks: an r-fold realisation of a skeleton as a torch module (Daniely, Frostig, Singer 2016, section 4.1).

A neuron of node v has weights of variance (1 - beta_v) / (fan-in ||sigma_u||^2), where u is the node it reads, and a
bias of variance beta_v; a vector input counts as one unit vector whatever its number of coordinates. Every
pre-activation then has variance 1. The forward pass returns the normalised representation Psi(x) (n, D), for which
<Psi(x), Psi(y)> tends to the dual kernel at the rate 1 / sqrt(width).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from numbers import Integral

import torch
import torch.nn.functional as F

from dualcore.errors import SkeletonError
from dualcore.kernels.activations import activation
from dualcore.kernels.parallel import each
from dualcore.kernels.precision import full_precision
from dualcore.kernels.propagate import divisor
from dualcore.kernels.shapes import check_values, node_shapes, split_views
from dualcore.kernels.skeletons import WEIGHTED, AxisWindow, Node, Skeleton
from dualcore.kernels.windows import margins, true_degree

Tensor = torch.Tensor
BATCH_BYTES = 2 * 2**20  # the largest value of a batch: what stays in the cache runs several times faster
VECTOR_BATCH = 1024  # vectors: large enough for fast matrix products
REPORT_SECONDS = 0.2


class RandomNetwork(torch.nn.Module):
    """One random network; its parameters can be trained further.

    Attributes
    ----------
    out_features : number of features D
    channels : neurons per position of every weighted node
    shapes : shape of every node's value for one example, (channels, *positions)
    weights, biases : parameters by node name
    scale : (D,) factors of the features, or None; see ``dualcore.kernels.adapt``
    """

    def __init__(self, skeleton: Skeleton, width: int, seed: int, input_shape: tuple | None = None, orthogonal: bool = False) -> None:
        super().__init__()
        if not isinstance(skeleton, Skeleton):
            raise SkeletonError("bad_argument", argument="skeleton", value=skeleton, accepted="Skeleton")
        width, seed = (int(v) if isinstance(v, Integral) and not isinstance(v, bool) else v for v in (width, seed))
        if not isinstance(width, int) or isinstance(width, bool) or not 1 <= width <= 65_536:
            raise SkeletonError("width_range", width=width)
        if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63:
            raise SkeletonError("bad_argument", argument="seed", value=seed, accepted="0, 1, ... 2^63 - 1")
        self.skeleton, self.width, self.seed, self.orthogonal = skeleton, width, seed, orthogonal
        self.axes = skeleton.axes
        self.weights, self.biases = torch.nn.ParameterDict(), torch.nn.ParameterDict()
        self.register_buffer("scale", None)
        self.input_shape: tuple | None = None
        if input_shape is not None:
            node_shapes(skeleton, 1, input_shape)
            self._build(tuple(input_shape))

    def _build(self, input_shape: tuple) -> None:
        """Draw the weights for inputs of this shape."""
        skeleton = self.skeleton
        self.channels = channels_for(skeleton, self.width, input_shape)
        self.shapes = node_shapes(skeleton, self.channels, input_shape)
        self.square = _mean_squares(skeleton, self.shapes)
        self.input_shape = input_shape
        generator = torch.Generator().manual_seed(self.seed)
        for node in skeleton.nodes:
            if node.op in WEIGHTED:
                self._draw(node, generator, self.orthogonal)
            elif node.op == "add":
                # Random signs stand for the random weights of the paper's identity node: they keep the branches
                # uncorrelated, so that variances add up and the kernel of the sum is the mean of the kernels.
                signs = torch.randint(0, 2, (len(node.inputs) - 1, self.shapes[node.name][0]), generator=generator) * 2.0 - 1
                self.register_buffer(f"signs_{_key(node)}", signs)
        self.out_features = math.prod(self.shapes[skeleton.output.name])

    def _draw(self, node: Node, generator: torch.Generator, orthogonal: bool) -> None:
        sizes = [self._fan_in(node, name) for name in node.inputs]
        draw = _orthogonal_rows if orthogonal else _gaussian_rows
        W = draw(self.channels, sum(sizes), generator)
        # Several inputs: each has its share q_u of the variance, whatever its number of neurons.
        variances = [
            (1 - node.beta) * q / (size * self.square[name])
            for q, size, name in zip(node.shares, sizes, node.inputs, strict=True)
        ]
        scale = torch.cat([torch.full((size,), math.sqrt(v)) for size, v in zip(sizes, variances, strict=True)])
        W = W * scale
        if node.op == "conv":
            W = W.reshape(self.channels, self.shapes[node.inputs[0]][0], *[w.window for w in self._windows(node)])
            self._border(node)
        self.weights[_key(node)] = torch.nn.Parameter(W)
        if node.beta > 0:
            self.biases[_key(node)] = torch.nn.Parameter(torch.randn(self.channels, generator=generator) * math.sqrt(node.beta))

    def _fan_in(self, node: Node, name: str) -> int:
        shape = self.shapes[name]
        return math.prod(shape) if node.op == "dense" else shape[0] * math.prod(w.window for w in self._windows(node))

    def _windows(self, node: Node) -> list[AxisWindow]:
        return [node.on(axis) for axis in range(self.axes[node.name])]

    def _border(self, node: Node) -> None:
        """Factors that undo the loss of variance where a window reaches over the border (true in-degree)."""
        factor = torch.ones(())
        for w, positions in zip(self._windows(node), self.shapes[node.inputs[0]][1:]):
            degree = true_degree(w, positions) if w.padding == "same" else torch.full((self.shapes[node.name][factor.ndim + 1],), float(w.window))
            factor = factor[..., None] * torch.sqrt(w.window / degree).float()
        if bool((factor == 1).all()):
            return
        self.register_buffer(f"border_{_key(node)}", factor)

    def forward(self, x: Tensor | Sequence[Tensor]) -> Tensor:
        """Psi (n, D) of inputs x (n, *input_shape); several inputs as a sequence or their stack (n, inputs, ...)."""
        given, shape = split_views(self.skeleton, x)
        if self.input_shape is None:
            self._build(shape)
        views = iter(given)
        values: dict[str, Tensor] = {}
        for node in self.skeleton.nodes:
            values[node.name] = next(views) if node.op == "input" else self._node(node, [values[i] for i in node.inputs])
        name = self.skeleton.output.name
        out = values[name].flatten(1)
        out = out / math.sqrt(out.shape[1] * self.square[name])
        return out if self.scale is None else out * self.scale

    def rescale_(self, scale: Tensor | None) -> None:
        """Multiply feature j by scale[j] from now on; None = as drawn."""
        self.scale = scale

    def _node(self, node: Node, inputs: list[Tensor]) -> Tensor:
        h = inputs[0]
        if node.op == "dense":
            h = h.flatten(1) if len(inputs) == 1 else torch.cat([v.flatten(1) for v in inputs], 1)
            return self._activate(node, F.linear(h, self.weights[_key(node)], self._bias(node)))
        if node.op == "conv":
            return self._activate(node, self._convolve(node, h))
        if node.op == "activation":
            return self._activate(node, h)
        if node.op == "pool":
            return self._pool(node, h)
        if node.op == "global_pool":
            return h.flatten(2).mean(2)
        if node.op == "flatten":
            return h.flatten(1)
        return self._add(node, inputs) if node.op == "add" else self._join(node, inputs)

    def _join(self, node: Node, inputs: list[Tensor]) -> Tensor:
        flat = [value.flatten(1) for value in inputs]
        total = sum(value.shape[1] for value in flat)
        factors = [
            math.sqrt(q * total / (value.shape[1] * self.square[name]))
            for q, value, name in zip(node.shares, flat, node.inputs, strict=True)
        ]
        return torch.cat([value * factor for value, factor in zip(flat, factors, strict=True)], 1)

    def _add(self, node: Node, inputs: list[Tensor]) -> Tensor:
        factors = [math.sqrt(q / self.square[name]) for q, name in zip(node.shares, node.inputs, strict=True)]
        out = factors[0] * inputs[0]
        for sign, factor, value in zip(getattr(self, f"signs_{_key(node)}"), factors[1:], inputs[1:], strict=True):
            out = out + factor * sign.view(-1, *[1] * (value.ndim - 2)) * value
        return out

    def _pool(self, node: Node, h: Tensor) -> Tensor:
        windows = self._windows(node)
        one = len(windows) == 1
        if not windows[0].cells:
            return (F.avg_pool1d if one else F.avg_pool2d)(h, [w.window for w in windows], [w.stride for w in windows])
        cells = self.shapes[node.name][1:]
        return F.adaptive_avg_pool1d(h, cells[0]) if one else F.adaptive_avg_pool2d(h, cells)

    def _bias(self, node: Node) -> Tensor | None:
        return self.biases[_key(node)] if node.beta > 0 else None

    def _convolve(self, node: Node, h: Tensor) -> Tensor:
        windows = self._windows(node)
        edges = [margins(w) for w in windows]
        if any(map(sum, edges)):
            # torch names the last axis first
            h = F.pad(h, [v for edge in reversed(edges) for v in edge], mode="circular" if node.padding == "circular" else "constant")
        border, bias, W = getattr(self, f"border_{_key(node)}", None), self._bias(node), self.weights[_key(node)]
        conv = F.conv1d if len(windows) == 1 else F.conv2d
        stride, dilation = [w.stride for w in windows], [w.dilation for w in windows]
        if border is None:
            return conv(h, W, bias, stride=stride, dilation=dilation)
        z = conv(h, W, None, stride=stride, dilation=dilation)
        return z * border if bias is None else torch.addcmul(bias.view(-1, *[1] * len(windows)), z, border)

    @staticmethod
    def _activate(node: Node, z: Tensor) -> Tensor:
        return z if node.activation == "identity" else activation(node.activation)(z)

    def features(
        self, X: Tensor | Sequence[Tensor], batch_size: int | None = None, device: str | None = None,
        on_batch: Callable[[int, int], None] | None = None, allow_tf32: bool = False,
    ) -> Tensor:
        """Psi (n, D) float32 on the CPU, computed in batches of bounded memory.

        device : where to compute, "cpu" unless told
        on_batch : called with (rows done, rows in all), a few times per second and at the end
        allow_tf32 : let CUDA shorten float32 products to ten bits
        """
        if batch_size is not None and (not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size < 1):
            raise SkeletonError("bad_argument", argument="batch_size", value=batch_size, accepted="1, 2, ... | None")
        views, shape = split_views(self.skeleton, X)
        check_values(self.skeleton, views, "X")
        if self.input_shape is None:
            self._build(shape)
        if shape != self.input_shape and node_shapes(self.skeleton, self.channels, shape) != self.shapes:
            raise SkeletonError("bad_argument", argument="X", value=f"(n, *{shape})", accepted=f"(n, *{self.input_shape})")
        device, n = _device(device), len(views[0])
        size, network = batch_size or self._batch(device), self.to(device)
        out, starts = torch.empty(n, self.out_features), range(0, n, size)

        def compute(start: int) -> None:
            with torch.inference_mode():
                batch = [v[start : start + size].to(device, torch.float32) for v in views]
                out[start : start + size] = network(batch).cpu()

        reported = time.monotonic()
        with full_precision(torch.device(device), allow_tf32):
            for start in each(compute, starts, any(self.axes.values()) and device == "cpu"):
                done = min(start + size, n)
                if on_batch and (done == n or time.monotonic() - reported >= REPORT_SECONDS):
                    on_batch(done, n)
                    reported = time.monotonic()
        return out

    def _batch(self, device: str) -> int:
        if not any(self.axes.values()):
            return VECTOR_BATCH
        largest = 4 * max(math.prod(s) for s in self.shapes.values())
        # A GPU has bandwidth to spare and wants large batches.
        return max(1, BATCH_BYTES * (1 if device == "cpu" else 64) // largest)

    def flops(self, n: int) -> float:
        """Floating point operations of features for n examples (multiplications and additions of weighted layers)."""
        if self.input_shape is None:
            raise SkeletonError("bad_argument", argument="input_shape", value=None, accepted="(d,) | (c, length) | (c, h, w)")
        total = 0.0
        for node in self.skeleton.nodes:
            if node.op in WEIGHTED:
                total += 2.0 * self.weights[_key(node)].numel() * math.prod(self.shapes[node.name][1:])
        return n * total


def random_network(
    skeleton: Skeleton, width: int, seed: int, input_shape: tuple | None = None, orthogonal: bool = False
) -> RandomNetwork:
    """A random network of ``skeleton`` with about ``width`` output features; the same for the same seed on every device.

    Parameters
    ----------
    width : features of the representation, 1 to 65,536. A dense output has exactly ``width`` neurons; behind pooling it
        is channels times cells, behind a join the sum over the branches. All weighted nodes have as many channels.
    seed : of the generator on the CPU that draws all weights
    input_shape : of one example: (d,), (c, length) or (c, h, w); for several inputs a tuple of such shapes. None = that
        of the first inputs that the network sees
    orthogonal : weight rows orthogonal in blocks instead of independent: same limit, smaller kernel error for wide inputs

    Raises
    ------
    SkeletonError : when width or seed are not accepted, or the shape does not fit the skeleton
    """
    return RandomNetwork(skeleton, width, seed, input_shape, orthogonal)


def channels_for(skeleton: Skeleton, width: int, input_shape: tuple) -> int:
    """Channels (neurons per position) with which the network has about ``width`` features."""
    return max(1, round(width / math.prod(node_shapes(skeleton, 1, input_shape)[skeleton.output.name])))


def empirical_kernel(network: RandomNetwork, X: Tensor | Sequence[Tensor], Y: Tensor | Sequence[Tensor] | None = None) -> Tensor:
    """<Psi(x), Psi(y)> (n, m), float64."""
    if not isinstance(network, RandomNetwork):
        raise SkeletonError("bad_argument", argument="network", value=network, accepted="random_network(...)")
    A = network.features(X).double()
    return A @ (A if Y is None else network.features(Y).double()).T


def _device(device: str | None) -> str:
    try:
        torch.empty(0, device=device or "cpu")
    except (RuntimeError, AssertionError) as error:
        raise SkeletonError("bad_argument", argument="device", value=device, accepted="cpu | cuda") from error
    return str(device or "cpu")


def _key(node: Node) -> str:
    return node.name.replace(".", "_")


def _mean_squares(skeleton: Skeleton, shapes: dict[str, tuple[int, ...]]) -> dict[str, float]:
    """By node: the factor s with kernel = mean over channels of h(x) h(y) / s.

    1 / channels for a unit vector, ||sigma||^2 behind an activation, 1 where branches have been brought together.
    """
    out: dict[str, float] = {}
    for node in skeleton.nodes:
        if node.op == "input":
            channels = shapes[node.name][0]
            out[node.name] = divisor(node, skeleton.axes[node.name], channels) / channels
        elif node.op in ("dense", "conv", "activation"):
            out[node.name] = activation(node.activation).norm2
        else:
            out[node.name] = 1.0 if node.op in ("add", "join") else out[node.inputs[0]]
    return out


def _gaussian_rows(rows: int, fan_in: int, generator: torch.Generator) -> Tensor:
    return torch.randn(rows, fan_in, generator=generator)


def _orthogonal_rows(rows: int, fan_in: int, generator: torch.Generator) -> Tensor:
    """Orthogonal rows in blocks of at most fan_in rows, each with the length of a Gaussian vector: then every row alone
    is exactly Gaussian, and one layer has no bias at any fan-in (orthogonal random features, arXiv 1610.09072)."""
    blocks = -(-rows // fan_in)
    Q, R = torch.linalg.qr(torch.randn(blocks, fan_in, min(rows, fan_in), generator=generator))
    Q = Q * R.diagonal(dim1=1, dim2=2).sign()[:, None, :]  # the sign makes the directions uniform
    directions = Q.transpose(1, 2).reshape(-1, fan_in)[:rows]
    return directions * torch.randn(rows, fan_in, generator=generator).norm(dim=1, keepdim=True)
