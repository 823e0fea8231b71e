"""Skeletons that are ready to use: builders, and the presets that suit each kind of data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dualcore.errors import SkeletonError
from dualcore.kernels.skeletons import Node, PerAxis, Skeleton

Readout = str | int


def linear() -> Skeleton:
    """One linear layer: the kernel of the inputs themselves."""
    return _chain("linear", 0, [Node("layer1", "dense")])


def fully_connected(depth: int = 1, activation: str = "relu", beta: float = 0.0) -> Skeleton:
    """``depth`` dense layers on the whole vector.

    Parameters
    ----------
    depth : number of layers, at least 1
    activation : see ``dualcore.activation``
    beta : share of every pre-activation's variance that comes from the bias, in [0, 1]
    """
    _whole("depth", depth)
    return _chain(f"fc{depth}", 0, _dense(depth, activation, beta))


def residual(depth: int = 2, activation: str = "relu", beta: float = 0.0, share: float = 0.5) -> Skeleton:
    """A dense layer, then ``depth`` residual blocks h <- sqrt(1 - share) h + sqrt(share) f(h)."""
    _whole("depth", depth)
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise SkeletonError("bad_argument", argument="share", value=share, accepted="0 ... 1")
    weights = None if share == 0.5 else (1 - share, share)
    nodes = [Node("input", "input"), Node("layer1", "dense", ("input",), activation, beta)]
    for i in range(depth):
        before = nodes[-1].name
        nodes.append(Node(f"block{i + 1}", "dense", (before,), activation, beta))
        nodes.append(Node(f"sum{i + 1}", "add", (before, f"block{i + 1}"), weights=weights))
    return Skeleton("residual", tuple(nodes), 0)


def convolutional(
    depth: int = 1, activation: str = "relu", beta: float = 0.0, *, axes: int = 2, window: PerAxis = 3, stride: PerAxis = 1,
    dilation: PerAxis = 1, padding: str | PerAxis = "same", pool: int | None = None, readout: Readout = "flatten", dense: int = 0,
) -> Skeleton:
    """``depth`` convolutions over a series (axes=1) or an image (axes=2).

    Parameters
    ----------
    window, stride, dilation, padding : of every convolution, see ``Node``
    pool : length of the average-pooling windows behind every convolution, None = no pooling
    readout : "flatten" (every position its own features), "mean" (global average pooling of shared weights, Novak et
        al. 2019, arXiv 1810.05148), or a number of cells per axis that are averaged
    dense : dense layers on top
    """
    _whole("depth", depth)
    _whole("axes", axes, 1, 2)
    _whole("dense", dense, 0)
    layers = []
    for i in range(depth):
        layers.append(Node(f"conv{i + 1}", "conv", (), activation, beta, window, stride, dilation, padding))
        if pool is not None:
            layers.append(Node(f"pool{i + 1}", "pool", (), window=pool, stride=pool, padding="valid"))
    return _chain(f"conv{axes}d", axes, [*layers, *_read_out(readout), *_dense(dense, activation, beta)])


def multi_view(
    views: int | Sequence[Skeleton] = 2, depth: int = 1, activation: str = "relu", beta: float = 0.0, weights: Sequence[float] | None = None
) -> Skeleton:
    """Several inputs joined: the mean of their kernels, then ``depth`` dense layers.

    Parameters
    ----------
    views : number of inputs (vectors), or one skeleton for each input, which may be of different kinds
    depth : dense layers on the joined views; 0 = none
    weights : shares of the views (non-negative, sum 1); None = equal
    """
    _whole("depth", depth, 0)
    if isinstance(views, int):
        _whole("views", views, 2)
        nodes = [Node(f"view{i + 1}", "input") for i in range(views)]
        ends = tuple(n.name for n in nodes)
    else:
        if not isinstance(views, Sequence) or len(views) < 2 or not all(isinstance(v, Skeleton) for v in views):
            raise SkeletonError("bad_argument", argument="views", value=views, accepted=">= 2 | [Skeleton, Skeleton, ...]")
        nodes = [_renamed(f"view{i + 1}.", s, node) for i, s in enumerate(views) for node in s.nodes]
        ends = tuple(f"view{i + 1}.{s.output.name}" for i, s in enumerate(views))
    join = Node("join", "join", ends, weights=tuple(weights) if isinstance(weights, Sequence) else weights)
    top = _chained("join", _dense(depth, activation, beta))
    return Skeleton("multi_view", (*nodes, join, *top), 0)


def _renamed(prefix: str, skeleton: Skeleton, node: Node) -> Node:
    rank = skeleton.axes[node.name] if node.op == "input" else None
    return replace(node, name=prefix + node.name, inputs=tuple(prefix + i for i in node.inputs), rank=rank)


def _dense(depth: int, activation: str, beta: float) -> list[Node]:
    return [Node(f"layer{i + 1}", "dense", (), activation, beta) for i in range(depth)]


def _read_out(readout: Readout) -> list[Node]:
    if readout == "flatten":
        return [Node("flatten", "flatten")]
    if readout in ("mean", "global"):
        return [Node("mean", "global_pool")]
    if isinstance(readout, int) and not isinstance(readout, bool) and readout >= 1:
        return [Node("pool", "pool", window=readout), Node("flatten", "flatten")]
    raise SkeletonError("bad_argument", argument="readout", value=readout, accepted="flatten | mean | 1, 2, ...")


def _chained(start: str, layers: list[Node]) -> list[Node]:
    out = []
    for layer in layers:
        out.append(replace(layer, inputs=(out[-1].name if out else start,)))
    return out


def _chain(name: str, rank: int, layers: list[Node]) -> Skeleton:
    return Skeleton(name, (Node("input", "input"), *_chained("input", layers)), rank)


def _whole(argument: str, value: int, least: int = 1, most: int | None = None) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least or (most is not None and value > most):
        accepted = f">= {least}" if most is None else f"{least} ... {most}"
        raise SkeletonError("bad_argument", argument=argument, value=value, accepted=accepted)


def conv1d(depth: int = 1, window: int = 9, pooling: Readout = 8, activation: str = "relu", beta: float = 0.1) -> Skeleton:
    """Convolutions along time with growing dilation, then averages over ``pooling`` sections (or "mean", over all)."""
    layers = [Node(f"conv{i + 1}", "conv", (), activation, beta, window, 1, 2**i) for i in range(depth)]
    return _chain("conv1d" if depth == 1 else "conv1d-deep", 1, [*layers, *_read_out(pooling)])


def conv1d_multiscale(window: int = 9, dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 32), activation: str = "relu", beta: float = 0.2) -> Skeleton:
    """One random convolution per dilation, pooled over the whole series in two ways: the mean of the activation and
    the proportion of positive values (mean of the step function), as in Rocket (arXiv 1910.13051)."""
    nodes, ends = [Node("input", "input")], []
    for d in dilations:
        nodes.append(Node(f"conv{d}", "conv", ("input",), "identity", beta, window, 1, d))
        for kind in (activation, "step"):
            nodes.append(Node(f"{kind}{d}", "activation", (f"conv{d}",), kind))
            nodes.append(Node(f"mean-{kind}{d}", "global_pool", (f"{kind}{d}",)))
            ends.append(f"mean-{kind}{d}")
    return Skeleton("conv1d-multiscale", (*nodes, Node("join", "join", tuple(ends))), 1)


def conv2d(depth: int = 1, window: int = 5, pooling: Readout = 3, activation: str = "relu", beta: float = 0.1) -> Skeleton:
    """Convolutions over the image, then averages over a ``pooling`` x ``pooling`` grid (or "mean", over all)."""
    layers = [Node(f"conv{i + 1}", "conv", (), activation, beta, window if i == 0 else 3, 1 + (i > 0)) for i in range(depth)]
    return _chain("conv2d" if depth == 1 else "conv2d-deep", 2, [*layers, *_read_out(pooling)])


def residual_conv2d(depth: int = 1, window: int = 5, pooling: Readout = 3, activation: str = "relu", beta: float = 0.1) -> Skeleton:
    """A convolution, ``depth`` residual convolution blocks, then averages over a grid."""
    nodes = [Node("input", "input"), Node("conv1", "conv", ("input",), activation, beta, window, 2)]
    for i in range(depth):
        before = nodes[-1].name
        nodes.append(Node(f"block{i + 1}", "conv", (before,), activation, beta, 3))
        nodes.append(Node(f"sum{i + 1}", "add", (before, f"block{i + 1}")))
    return Skeleton("residual-conv2d", (*nodes, *_chained(nodes[-1].name, _read_out(pooling))), 2)


_BUILDERS = {
    "linear": linear,
    "fc1": lambda depth=1, **k: fully_connected(depth, **k),
    "fc2": lambda depth=2, **k: fully_connected(depth, **k),
    "fc3": lambda depth=3, **k: fully_connected(depth, **k),
    "residual": residual,
    "conv1d": conv1d,
    "conv1d-deep": lambda depth=2, **k: conv1d(depth, **k),
    "conv1d-multiscale": conv1d_multiscale,
    "conv2d": conv2d,
    "conv2d-fine": lambda pooling=6, **k: conv2d(pooling=pooling, **k),
    "conv2d-deep": lambda depth=2, **k: conv2d(depth, **k),
    "residual-conv2d": residual_conv2d,
}
_VECTOR = ("linear", "fc1", "fc2", "fc3", "residual")
_BY_KIND = {
    "table": _VECTOR,
    "image": (*_VECTOR, "conv2d", "conv2d-fine", "conv2d-deep", "residual-conv2d"),
    "series": (*_VECTOR, "conv1d", "conv1d-deep", "conv1d-multiscale"),
    "audio": (*_VECTOR, "conv1d", "conv1d-deep", "conv1d-multiscale"),
}


def presets(kind: str) -> dict[str, Skeleton]:
    """The presets that suit a kind of data ("table", "image", "series", "audio"), by name."""
    if kind not in _BY_KIND:
        raise SkeletonError("bad_argument", argument="kind", value=kind, accepted=" | ".join(_BY_KIND))
    return {name: preset(name) for name in _BY_KIND[kind]}


def preset(name: str, **changes) -> Skeleton:
    """A preset by name; ``changes`` (activation, beta, depth, window, pooling) are passed to its builder when not None.

    Raises SkeletonError when the name is unknown or the preset has no such setting.
    """
    if name not in _BUILDERS:
        raise SkeletonError("unknown_preset", name=name, known=", ".join(_BUILDERS))
    try:
        skeleton = _BUILDERS[name](**{k: v for k, v in changes.items() if v is not None})
    except TypeError as error:
        raise SkeletonError("setting_does_not_fit", name=name, settings=", ".join(changes)) from error
    return replace(skeleton, name=name)
