"""Computation skeletons: the architecture as a DAG of named nodes (Daniely, Frostig, Singer 2016, section 4).

A node stands for all positions of its layer. ``conv`` gives every position its own window; ``pool`` and
``global_pool`` average values of one network over positions (weight shared, so not a skeleton of the paper but of
Novak et al. 2019, arXiv 1810.05148); ``activation`` acts on its input without new weights.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import NamedTuple

from dualcore.errors import SkeletonError
from dualcore.kernels.activations import activation

PerAxis = int | tuple[int, ...]
OPS = ("input", "dense", "conv", "activation", "pool", "global_pool", "flatten", "add", "join")
PADDINGS = ("same", "valid", "circular")
NORMS = ("auto", "group", "entry")
WEIGHTED = ("dense", "conv")
_FORMER = {"bias_share": "beta"}  # stored by version 0.1.0
_ARITY = {"input": (0, 0), "dense": (1, 999), "add": (2, 999), "join": (2, 999)}  # else exactly one


class AxisWindow(NamedTuple):
    """``cells``: the axis is cut into ``window`` cells instead of sliding windows."""

    cells: bool
    window: int
    stride: int
    dilation: int
    padding: str | int


@dataclass(frozen=True)
class Node:
    """One layer.

    inputs : several for add, join and dense, which takes their mean kernel
    beta : in [0, 1], the share of a pre-activation's variance that comes from its bias
    window, stride, dilation : of conv, in positions; a number, or one for each axis
    padding : of conv. "same" divides by the true number of neighbours at the border, "circular" wraps around, "valid"
        leaves windows out that do not fit; a number (or one for each axis) adds that many zeros on either side and
        divides by the whole window, as torch.nn.Conv2d does: at the border variance is lost.
        Of pool: "valid" = sliding windows of length ``window``; else ``window`` cells cover each axis evenly
    weights : shares of several inputs (non-negative, sum 1); None = equal
    norm : of an input. "group": the channels of a position form a unit vector; "entry": every number has mean square
        1, so the kernel is divided by the number of channels; "auto": group for vectors, entry for positions; a number: the
        kernel is divided by it
    rank : of an input, its spatial axes, where they differ from the skeleton's
    """

    name: str
    op: str
    inputs: tuple[str, ...] = ()
    activation: str = "identity"
    beta: float = 0.0
    window: PerAxis | None = None
    stride: PerAxis = 1
    dilation: PerAxis = 1
    padding: str | PerAxis = "same"
    weights: tuple[float, ...] | None = None
    norm: str | float = "auto"
    rank: int | None = None

    def __post_init__(self) -> None:
        for field in ("inputs", "window", "stride", "dilation", "padding", "weights"):
            if isinstance(getattr(self, field), list):
                object.__setattr__(self, field, tuple(getattr(self, field)))

    def on(self, axis: int) -> AxisWindow:
        """Window, stride, dilation and padding along one axis."""
        values = [v[axis] if isinstance(v, tuple) else v for v in (self.window, self.stride, self.dilation, self.padding)]
        return AxisWindow(self.op == "pool" and values[3] != "valid", *values)

    @property
    def shares(self) -> tuple[float, ...]:
        """Shares q_u of the inputs."""
        return self.weights or (1 / max(1, len(self.inputs)),) * len(self.inputs)


@dataclass(frozen=True)
class Skeleton:
    """A validated DAG of nodes in any order; the last node of the topological order is the output.

    rank : spatial axes of the inputs: 0 vector (n, d), 1 series (n, c, length), 2 image (n, c, h, w); an input node may
        name its own
    """

    name: str
    nodes: tuple[Node, ...]
    rank: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.nodes, list | tuple):
            raise SkeletonError("bad_argument", argument="nodes", value=self.nodes, accepted='(Node("name", "op", ...), ...)')
        object.__setattr__(self, "nodes", tuple(self.nodes))
        _validate(self)
        object.__setattr__(self, "nodes", tuple(_ordered(self)))
        _validate_flow(self)

    @property
    def output(self) -> Node:
        return self.nodes[-1]

    @property
    def inputs(self) -> list[Node]:
        return [node for node in self.nodes if node.op == "input"]

    @property
    def axes(self) -> dict[str, int]:
        """By node: spatial axes of its value."""
        out: dict[str, int] = {}
        for node in self.nodes:
            if node.op == "input":
                out[node.name] = self.rank if node.rank is None else node.rank
            else:
                out[node.name] = out[node.inputs[0]] if node.op in ("conv", "pool", "activation", "add") else 0
        return out

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
        slope = _fixed_point_slope(layer.activation, layer.beta)
        if abs(abs(slope) - 1) < 1e-9:
            return math.inf
        # A slope of 0 (beta = 1, even polynomials at 0) leaves nothing after one layer.
        return abs(1 / math.log(abs(slope))) if slope else 0.0

    def warnings(self) -> list[tuple[str, dict]]:
        """(code, fields) of what a user should know before evaluating; sentences under ``architecture.<code>``."""
        out = []
        scale = self.depth_scale()
        if self.depth > 3 * scale and (self.depth > 1 or any(n.beta == 1 for n in self.nodes)):
            out.append(("too_deep", {"depth": self.depth, "scale": round(scale, 1)}))
        elif math.isinf(scale) and self.rank == 0 and self.depth > 20:
            out.append(("very_deep", {"depth": self.depth}))
        weighted = [n for n in self.nodes if n.op in WEIGHTED and n.activation != "identity"]
        if len(weighted) == 1 and weighted[0].beta == 0 and self.rank == 0 and activation(weighted[0].activation).blind_spot:
            out.append(("blind_spot", {"name": weighted[0].activation}))
        return out

    def to_dict(self) -> dict:
        nodes = [{k: (list(v) if isinstance(v, tuple) else v) for k, v in asdict(n).items() if v is not None} for n in self.nodes]
        return {"name": self.name, "rank": self.rank, "nodes": nodes}

    @classmethod
    def from_dict(cls, data: dict) -> Skeleton:
        """Raises SkeletonError naming the node or field that is wrong."""
        try:
            nodes = [Node(**{_FORMER.get(k, k): (tuple(v) if isinstance(v, list) else v) for k, v in n.items()}) for n in data["nodes"]]
            return cls(str(data["name"]), tuple(nodes), data.get("rank", 0))
        except (KeyError, TypeError, AttributeError) as error:
            raise SkeletonError("not_a_skeleton", reason=str(error)) from error

    def to_json(self) -> str:
        """Raises SkeletonError when an activation is a function that has no name (see ``register_activation``)."""
        for node in self.nodes:
            if not isinstance(node.activation, str):
                raise SkeletonError("activation_without_name", name=node.name, activation=getattr(node.activation, "__name__", "?"))
        return json.dumps(self.to_dict(), indent=1)

    @classmethod
    def from_json(cls, text: str) -> Skeleton:
        try:
            return cls.from_dict(json.loads(text))
        except (TypeError, json.JSONDecodeError) as error:
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
    for i, node in enumerate(skeleton.nodes):
        if not isinstance(node, Node) or not isinstance(node.name, str) or not isinstance(node.inputs, tuple):
            raise SkeletonError("bad_argument", argument=f"nodes[{i}]", value=node, accepted='Node("name", "op", ("input", ...))')
    names = [n.name for n in skeleton.nodes]
    if len(set(names)) != len(names):
        raise SkeletonError("node_twice", name=next(n for n in names if names.count(n) > 1))
    if not any(n.op == "input" for n in skeleton.nodes):
        raise SkeletonError("no_input_node")
    for node in skeleton.nodes:
        _validate_node(node, set(names))
    _ordered(skeleton)
    used = {i for n in skeleton.nodes for i in n.inputs}
    ends = [n for n in names if n not in used]
    if len(ends) != 1:
        raise SkeletonError("dangling_nodes", names=", ".join(ends))


def _validate_node(node: Node, names: set[str]) -> None:
    if node.op not in OPS:
        raise SkeletonError("unknown_op", name=node.name, op=node.op, known=", ".join(OPS))
    for i in node.inputs:
        if i not in names:
            raise SkeletonError("unknown_input", name=node.name, input=i)
    few, many = _ARITY.get(node.op, (1, 1))
    if not few <= len(node.inputs) <= many:
        raise SkeletonError("wrong_number_of_inputs", name=node.name, found=len(node.inputs), needed=few)
    if not isinstance(node.beta, int | float) or isinstance(node.beta, bool) or not 0 <= node.beta <= 1:
        raise SkeletonError("beta_range", name=node.name, value=node.beta)
    divides = isinstance(node.norm, int | float) and not isinstance(node.norm, bool) and 0 < node.norm < math.inf
    if node.norm not in NORMS and not divides:
        raise SkeletonError("unknown_norm", name=node.name, norm=node.norm, known=", ".join(NORMS))
    if (node.activation != "identity" and node.op not in (*WEIGHTED, "activation")) or (node.beta and node.op not in WEIGHTED):
        raise SkeletonError("not_a_layer", name=node.name, op=node.op)
    if node.weights is not None and not _are_shares(node.weights, len(node.inputs)):
        raise SkeletonError("bad_weights", name=node.name, value=node.weights)
    for field in _settings_of_others(node):
        raise SkeletonError("no_such_setting", name=node.name, op=node.op, field=field, value=getattr(node, field))
    activation(node.activation)


def _are_shares(weights: object, count: int) -> bool:
    if not isinstance(weights, tuple) or len(weights) != count or not all(isinstance(w, int | float) for w in weights):
        return False
    return all(w >= 0 for w in weights) and abs(sum(weights) - 1) <= 1e-9


def _settings_of_others(node: Node) -> list[str]:
    """Fields that the kind of node would not heed: refused, for whoever set them expects an effect."""
    unused = [] if node.op == "input" else ["norm", "rank"]
    if node.op != "conv":
        unused.append("dilation")
    if node.op not in ("conv", "pool"):
        unused += ["window", "stride", "padding"]
    elif node.op == "pool" and node.padding != "valid":
        unused.append("stride")
    return [f for f in unused if getattr(node, f) != Node.__dataclass_fields__[f].default]


def _validate_window(node: Node, axes: int) -> None:
    for field, least in (("window", 1), ("stride", 1), ("dilation", 1), ("padding", 0)):
        value = getattr(node, field)
        if field == "padding" and value in PADDINGS:
            continue
        numbers = value if isinstance(value, tuple) else (value,) * axes
        if len(numbers) != axes or any(not isinstance(v, int) or isinstance(v, bool) or v < least for v in numbers):
            raise SkeletonError(f"bad_{'padding' if field == 'padding' else 'window'}", name=node.name, field=field, value=value, axes=axes, least=least)


def _validate_flow(skeleton: Skeleton) -> None:
    """Positions must still be there where a node needs them, and elementwise nodes must act on Gaussian values."""
    axes, gaussian = skeleton.axes, {}
    for node in skeleton.nodes:
        source = [axes[i] for i in node.inputs]
        if node.op == "input" and (not isinstance(axes[node.name], int) or isinstance(axes[node.name], bool) or not 0 <= axes[node.name] <= 2):
            raise SkeletonError("unknown_rank", name=node.name, rank=axes[node.name])
        if node.op in ("conv", "pool", "global_pool", "flatten") and not source[0]:
            raise SkeletonError("needs_positions", name=node.name, op=node.op)
        if node.op in ("conv", "pool"):
            _validate_window(node, source[0])
        if node.op == "add" and len(set(source)) > 1:
            raise SkeletonError("shapes_differ", name=node.name, shapes=", ".join(node.inputs))
        # The dual of an activation is an expectation over Gaussians; what has passed one is no longer Gaussian.
        if node.op == "activation" and not gaussian[node.inputs[0]]:
            raise SkeletonError("activation_needs_linear", name=node.name, input=node.inputs[0])
        linear = node.op in WEIGHTED and node.activation == "identity"
        gaussian[node.name] = linear or (node.op in ("pool", "global_pool", "add") and all(gaussian[i] for i in node.inputs))


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
