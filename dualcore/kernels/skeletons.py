"""Computation skeletons: the architecture as a DAG of named nodes (Daniely, Frostig, Singer 2016, section 4).

A node stands for all positions of its layer. ``conv`` gives every position its own window; ``pool`` and
``global_pool`` average values of one network over positions (weight shared, so not a skeleton of the paper but of
Novak et al. 2019, arXiv 1810.05148); ``activation`` acts on its input without new weights.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace

from dualcore.errors import SkeletonError
from dualcore.kernels.activations import activation

OPS = ("input", "dense", "conv", "activation", "pool", "global_pool", "flatten", "add", "join")
PADDINGS = ("same", "valid", "circular")
WEIGHTED = ("dense", "conv")


@dataclass(frozen=True)
class Node:
    """One layer.

    bias_share : beta in [0, 1], the share of a pre-activation's variance that comes from its bias
    window, stride, dilation, padding : of conv; for pool, ``window`` is the number of cells per axis
    weights : shares of the inputs of add and join (non-negative, sum 1); None = equal
    """

    name: str
    op: str
    inputs: tuple[str, ...] = ()
    activation: str = "identity"
    bias_share: float = 0.0
    window: int | None = None
    stride: int = 1
    dilation: int = 1
    padding: str = "same"
    weights: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Skeleton:
    """A validated DAG of nodes in any order; the last node of the topological order is the output.

    rank : spatial axes of the input: 0 vector (n, d), 1 series (n, c, length), 2 image (n, c, h, w)
    """

    name: str
    nodes: tuple[Node, ...]
    rank: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(self.nodes))
        _validate(self)
        object.__setattr__(self, "nodes", tuple(_ordered(self)))

    @property
    def output(self) -> Node:
        return self.nodes[-1]

    @property
    def size(self) -> int:
        """Number of layers that are not inputs, |S| per position."""
        return sum(node.op != "input" for node in self.nodes)

    @property
    def depth(self) -> int:
        """Weighted layers on the longest path."""
        longest: dict[str, int] = {}
        for node in self.nodes:
            longest[node.name] = max((longest[i] for i in node.inputs), default=0) + (node.op in WEIGHTED)
        return longest[self.output.name]

    def depth_scale(self) -> float:
        """Layers after which two inputs can no longer be told apart (or merge), -1 / ln f'(rho*); inf at criticality."""
        layer = next((n for n in self.nodes if n.op in WEIGHTED and n.activation != "identity"), None)
        if layer is None:
            return math.inf
        slope = _fixed_point_slope(layer.activation, layer.bias_share)
        return math.inf if abs(slope - 1) < 1e-9 or slope <= 0 else abs(-1 / math.log(slope))

    def warnings(self) -> list[tuple[str, dict]]:
        """(code, fields) of what a user should know before evaluating; sentences under ``architecture.<code>``."""
        out = []
        scale = self.depth_scale()
        if self.depth > 3 * scale:
            out.append(("too_deep", {"depth": self.depth, "scale": round(scale, 1)}))
        elif math.isinf(scale) and self.rank == 0 and self.depth > 20:
            out.append(("very_deep", {"depth": self.depth}))
        weighted = [n for n in self.nodes if n.op in WEIGHTED and n.activation != "identity"]
        if len(weighted) == 1 and weighted[0].bias_share == 0 and self.rank == 0 and activation(weighted[0].activation).blind_spot:
            out.append(("blind_spot", {"name": weighted[0].activation}))
        return out

    def to_dict(self) -> dict:
        nodes = [{k: (list(v) if isinstance(v, tuple) else v) for k, v in asdict(n).items() if v is not None} for n in self.nodes]
        return {"name": self.name, "rank": self.rank, "nodes": nodes}

    @classmethod
    def from_dict(cls, data: dict) -> Skeleton:
        """Raises SkeletonError naming the node or field that is wrong."""
        try:
            nodes = [
                Node(**{k: (tuple(v) if isinstance(v, list) else v) for k, v in node.items()}) for node in data["nodes"]
            ]
            return cls(str(data["name"]), tuple(nodes), int(data.get("rank", 0)))
        except (KeyError, TypeError, AttributeError) as error:
            raise SkeletonError("not_a_skeleton", reason=str(error)) from error

    def to_json(self) -> str:
        return json.dumps(self.to_dict(), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Skeleton:
        try:
            return cls.from_dict(json.loads(text))
        except json.JSONDecodeError as error:
            raise SkeletonError("not_a_skeleton", reason=str(error)) from error

    def layout(self) -> tuple[list[tuple[Node, float, float]], list[tuple[str, str]]]:
        """((node, x, y) with x the layer and y the lane centred on 0, edges) for drawing."""
        layer: dict[str, int] = {}
        for node in self.nodes:
            layer[node.name] = max((layer[i] + 1 for i in node.inputs), default=0)
        lanes: dict[int, list[Node]] = {}
        for node in self.nodes:
            lanes.setdefault(layer[node.name], []).append(node)
        placed = [
            (node, float(x), i - (len(members) - 1) / 2) for x, members in lanes.items() for i, node in enumerate(members)
        ]
        return placed, [(i, node.name) for node in self.nodes for i in node.inputs]


def _fixed_point_slope(name: str, beta: float) -> float:
    import torch

    sigma = activation(name)
    rho = torch.tensor([0.5], dtype=torch.float64)
    for _ in range(2000):
        rho = sigma.dual(beta + (1 - beta) * rho)
    at_one = float((1 - beta) * sigma.dual_derivative(torch.ones(1, dtype=torch.float64)))
    if float(rho) > 1 - 1e-3:
        return at_one
    return float((1 - beta) * sigma.dual_derivative(beta + (1 - beta) * rho))


def _validate(skeleton: Skeleton) -> None:
    names = [n.name for n in skeleton.nodes]
    if len(set(names)) != len(names):
        raise SkeletonError("node_twice", name=next(n for n in names if names.count(n) > 1))
    if skeleton.rank not in (0, 1, 2):
        raise SkeletonError("unknown_rank", rank=skeleton.rank)
    if not any(n.op == "input" for n in skeleton.nodes):
        raise SkeletonError("no_input_node")
    for node in skeleton.nodes:
        _validate_node(node, set(names), skeleton.rank)
    used = {i for n in skeleton.nodes for i in n.inputs}
    ends = [n for n in names if n not in used]
    if len(ends) != 1:
        raise SkeletonError("dangling_nodes", names=", ".join(ends[:-1] or ends))


def _validate_node(node: Node, names: set[str], rank: int) -> None:
    if node.op not in OPS:
        raise SkeletonError("unknown_op", name=node.name, op=node.op, known=", ".join(OPS))
    for i in node.inputs:
        if i not in names:
            raise SkeletonError("unknown_input", name=node.name, input=i)
    few, many = (0, 0) if node.op == "input" else (2, 99) if node.op in ("add", "join") else (1, 1)
    if not few <= len(node.inputs) <= many:
        raise SkeletonError("wrong_number_of_inputs", name=node.name, found=len(node.inputs), needed=few)
    if not 0 <= node.bias_share <= 1:
        raise SkeletonError("bias_share_range", name=node.name, value=node.bias_share)
    if node.op == "conv" and (rank == 0 or not node.window or node.window < 1 or node.padding not in PADDINGS):
        raise SkeletonError("bad_window", name=node.name)
    if node.op in ("pool", "global_pool", "flatten") and rank == 0:
        raise SkeletonError("needs_positions", name=node.name, op=node.op)
    if node.op == "pool" and (not node.window or node.window < 1):
        raise SkeletonError("bad_window", name=node.name)
    if node.weights is not None and (len(node.weights) != len(node.inputs) or min(node.weights) < 0 or abs(sum(node.weights) - 1) > 1e-9):
        raise SkeletonError("bad_weights", name=node.name)
    activation(node.activation)


def _ordered(skeleton: Skeleton) -> list[Node]:
    waiting, done, out = list(skeleton.nodes), set(), []
    while waiting:
        ready = [n for n in waiting if all(i in done for i in n.inputs)]
        if not ready:
            raise SkeletonError("cycle", names=", ".join(n.name for n in waiting))
        out += ready
        done |= {n.name for n in ready}
        waiting = [n for n in waiting if n.name not in done]
    return out


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
