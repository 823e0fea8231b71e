"""Skeletons that are ready to use: builders, and the presets that suit each kind of data."""

from __future__ import annotations

from dataclasses import replace

from dualcore.errors import SkeletonError
from dualcore.kernels.skeletons import Node, Skeleton


def _chain(name: str, rank: int, layers: list[Node]) -> Skeleton:
    nodes = [Node("input", "input")]
    for layer in layers:
        nodes.append(replace(layer, inputs=(nodes[-1].name,)))
    return Skeleton(name, tuple(nodes), rank)


def linear() -> Skeleton:
    """One linear layer: the kernel of the inputs themselves."""
    return _chain("linear", 0, [Node("layer1", "dense")])


def fully_connected(depth: int = 1, activation: str = "relu", bias_share: float = 0.0) -> Skeleton:
    """``depth`` dense layers on the whole vector."""
    return _chain(f"fc{depth}", 0, [Node(f"layer{i + 1}", "dense", (), activation, bias_share) for i in range(depth)])


def residual(depth: int = 2, activation: str = "relu", bias_share: float = 0.0) -> Skeleton:
    """A dense layer, then ``depth`` residual blocks h <- (h + f(h)) / sqrt(2)."""
    nodes = [Node("input", "input"), Node("layer1", "dense", ("input",), activation, bias_share)]
    for i in range(depth):
        before = nodes[-1].name
        nodes.append(Node(f"block{i + 1}", "dense", (before,), activation, bias_share))
        nodes.append(Node(f"sum{i + 1}", "add", (before, f"block{i + 1}")))
    return Skeleton("residual", tuple(nodes), 0)


def conv1d(depth: int = 1, window: int = 9, pooling: int | str = 8, activation: str = "relu", bias_share: float = 0.1) -> Skeleton:
    """Convolutions along time, then averages over ``pooling`` sections (or over the whole series: "global")."""
    layers = [Node(f"conv{i + 1}", "conv", (), activation, bias_share, window, 1, 2**i) for i in range(depth)]
    return _chain("conv1d" if depth == 1 else "conv1d-deep", 1, [*layers, *_pooled(pooling)])


def _pooled(pooling: int | str) -> list[Node]:
    if pooling == "global":
        return [Node("mean", "global_pool")]
    return [Node("pool", "pool", window=int(pooling)), Node("flatten", "flatten")]


def conv1d_multiscale(window: int = 9, dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 32), activation: str = "relu", bias_share: float = 0.2) -> Skeleton:
    """One random convolution per dilation, pooled over the whole series in two ways: the mean of the activation and
    the proportion of positive values (mean of the step function), as in Rocket (arXiv 1910.13051)."""
    nodes, ends = [Node("input", "input")], []
    for d in dilations:
        nodes.append(Node(f"conv{d}", "conv", ("input",), "identity", bias_share, window, 1, d))
        for kind in (activation, "step"):
            nodes.append(Node(f"{kind}{d}", "activation", (f"conv{d}",), kind))
            nodes.append(Node(f"mean-{kind}{d}", "global_pool", (f"{kind}{d}",)))
            ends.append(f"mean-{kind}{d}")
    return Skeleton("conv1d-multiscale", (*nodes, Node("join", "join", tuple(ends))), 1)


def conv2d(depth: int = 1, window: int = 5, pooling: int | str = 3, activation: str = "relu", bias_share: float = 0.1) -> Skeleton:
    """Convolutions over the image, then averages over a ``pooling`` x ``pooling`` grid (or "global")."""
    layers = [Node(f"conv{i + 1}", "conv", (), activation, bias_share, window if i == 0 else 3, 1 + (i > 0)) for i in range(depth)]
    return _chain("conv2d" if depth == 1 else "conv2d-deep", 2, [*layers, *_pooled(pooling)])


def residual_conv2d(depth: int = 1, window: int = 5, pooling: int | str = 3, activation: str = "relu", bias_share: float = 0.1) -> Skeleton:
    """A convolution, ``depth`` residual convolution blocks, then averages over a grid."""
    nodes = [Node("input", "input"), Node("conv1", "conv", ("input",), activation, bias_share, window, 2)]
    for i in range(depth):
        before = nodes[-1].name
        nodes.append(Node(f"block{i + 1}", "conv", (before,), activation, bias_share, 3))
        nodes.append(Node(f"sum{i + 1}", "add", (before, f"block{i + 1}")))
    for node in _pooled(pooling):
        nodes.append(replace(node, inputs=(nodes[-1].name,)))
    return Skeleton("residual-conv2d", tuple(nodes), 2)


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
    "conv2d-deep": lambda depth=2, **k: conv2d(depth, **k),
    "residual-conv2d": residual_conv2d,
}
_VECTOR = ("linear", "fc1", "fc2", "fc3", "residual")
_BY_KIND = {
    "table": _VECTOR,
    "image": (*_VECTOR, "conv2d", "conv2d-deep", "residual-conv2d"),
    "series": (*_VECTOR, "conv1d", "conv1d-deep", "conv1d-multiscale"),
    "audio": (*_VECTOR, "conv1d", "conv1d-deep", "conv1d-multiscale"),
}


def presets(kind: str) -> dict[str, Skeleton]:
    """The presets that suit a kind of data ("table", "image", "series", "audio"), by name."""
    return {name: preset(name) for name in _BY_KIND[kind]}


def preset(name: str, **changes) -> Skeleton:
    """A preset by name; ``changes`` (activation, bias_share, depth, window, pooling) are passed to its builder when not None.

    Raises SkeletonError when the name is unknown or the preset has no such setting.
    """
    if name not in _BUILDERS:
        raise SkeletonError("unknown_preset", name=name, known=", ".join(_BUILDERS))
    try:
        skeleton = _BUILDERS[name](**{k: v for k, v in changes.items() if v is not None})
    except TypeError as error:
        raise SkeletonError("setting_does_not_fit", name=name, settings=", ".join(changes)) from error
    return replace(skeleton, name=name)
