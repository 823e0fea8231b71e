"""One pass of kernels through the nodes of a skeleton, for pairs (x, x) or for a block of pairs (x, y).

    input        kappa(x, y) = <x, y>, over the channels of a position; divided by their number for norm "entry"
    dense, conv  kappa = sigma^(s),  s = beta + (1 - beta) mean kappa_in
                 tangent = sigma^'(s) (s + (1 - beta) mean tangent_in)
    others       averages of kappa and tangent alike

For pairs (x, y) at equal positions the pass carries half the squared distance of the pre-activations,
(kappa(x, x) + kappa(y, y)) / 2 - kappa(x, y), instead of kappa: means act on it in the same way, the bias drops out, and
inputs that are nearly equal stay apart in every digit, however deep the skeleton.

A network with shared weights that averages over positions needs kernels between all pairs of positions (Novak et al.
2019, arXiv 1810.05148); they are carried as they are. Elsewhere equal positions are enough. Variances other than 1
(pixels, pooled values) are carried along: exact for positively homogeneous activations and those with a closed form.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch

from dualcore.errors import SkeletonError
from dualcore.kernels import fused
from dualcore.kernels.activations import activation
from dualcore.kernels.buffers import Buffers
from dualcore.kernels.duals import Activation
from dualcore.kernels.series import DualSeries, dual_series, gap_and_slope
from dualcore.kernels.skeletons import WEIGHTED, Node, Skeleton
from dualcore.kernels.windows import image_window_mean, pool_mean, same_positions, window_mean

Tensor = torch.Tensor
UNIT = 1e-5  # inputs normalised in float32 count as unit vectors
NEAR = {torch.float64: 1e-6, torch.float32: 3e-3}  # relative distance below which products have lost half their digits


@dataclass
class Value:
    """What a node has for a block: (lead..., *P) for equal positions, (lead..., *P, *P) for all pairs (``full``).

    values : kernel; half squared distance if ``apart``
    """

    values: Tensor
    tangent: Tensor | None
    lead: int
    axes: int
    full: bool

    @property
    def apart(self) -> bool:
        return self.lead == 2 and not self.full

    def map(self, function: Callable[[Tensor], Tensor], axes: int, full: bool) -> Value:
        return Value(function(self.values), None if self.tangent is None else function(self.tangent), self.lead, axes, full)

    def dims(self, axis: int) -> tuple[int, ...]:
        first = self.lead + axis
        return (first, first + self.axes) if self.full else (first,)


@dataclass
class Variances:
    """By node, for every example: kernel of the value with itself (n, *P) before and behind the activation.

    deviations : square roots of those before, taken once for all the tiles that read them
    """

    before: dict[str, Tensor] = field(default_factory=dict)
    behind: dict[str, Tensor] = field(default_factory=dict)
    deviations: dict[str, Tensor] = field(default_factory=dict)

    def rows(self, start: int, count: int) -> Variances:
        stop = start + count
        return Variances(*({k: v[start:stop] for k, v in part.items()} for part in (self.before, self.behind, self.deviations)))

    @staticmethod
    def join(parts: list[Variances]) -> Variances:
        before, behind = ({k: torch.cat([getattr(p, f)[k] for p in parts]) for k in getattr(parts[0], f)} for f in ("before", "behind"))
        return Variances(before, behind, {k: v.sqrt() for k, v in before.items()})


class Pass:
    """Propagates one block: ``run(X)`` pairs every example with itself and fills ``mine``; ``run(X, Y)`` pairs the rows
    of X with those of Y and reads the variances ``mine`` of X and ``yours`` of Y. ``buffers`` serve all blocks."""

    def __init__(
        self, skeleton: Skeleton, tangent: bool = False, mine: Variances | None = None, yours: Variances | None = None,
        buffers: Buffers | None = None,
    ) -> None:
        self.skeleton, self.tangent, self.buffers = skeleton, tangent, buffers or Buffers(0)
        self.mine, self.yours = mine or Variances(), yours
        self.full, self.axes = needs_all_pairs(skeleton), skeleton.axes

    def run(self, X: list[Tensor], Y: list[Tensor] | None = None) -> Tensor:
        """Kernel, or tangent kernel with the read-out, of X with itself (n,), or of X with Y (n, m)."""
        values: dict[str, Value] = {}
        last_use = {name: i for i, node in enumerate(self.skeleton.nodes) for name in node.inputs}
        inputs = iter(range(len(X)))
        for i, node in enumerate(self.skeleton.nodes):
            if node.op == "input":
                k = next(inputs)
                value = self._input(node, X[k], None if Y is None else Y[k])
            else:
                # What nobody reads any more may be changed in place.
                free = Y is not None and len(node.inputs) == 1 and last_use[node.inputs[0]] == i
                value = self._node(node, [values[name] for name in node.inputs], free)
            values[node.name] = value
            if value.lead == 1:
                self.mine.behind[node.name] = self._diagonal(value).values.clone()
            for name in [name for name, last in last_use.items() if last == i]:
                self._drop(values.pop(name), values)
        name = self.skeleton.output.name
        out = self._flat(values[name], name)
        K = out.values
        if out.apart:
            p, q = (v.behind[name].reshape(v.behind[name].shape[0], -1).mean(1) / 2 for v in (self.mine, self.yours))
            K = K.neg_().add_(p.unsqueeze(1)).add_(q.unsqueeze(0))
        return K if out.tangent is None else K + out.tangent

    def _drop(self, value: Value, values: dict[str, Value]) -> None:
        in_use = [t for v in values.values() for t in (v.values, v.tangent) if t is not None]
        for tensor in (value.values, value.tangent):
            if tensor is not None:
                self.buffers.give(tensor, in_use)

    # Inputs

    def _input(self, node: Node, x: Tensor, y: Tensor | None) -> Value:
        rank, full, shape = self.axes[node.name], self.full[node.name], x.shape[2:]
        factor = 1 / divisor(node, rank, x.shape[1])
        if rank:
            x, y = x.flatten(2).contiguous(), None if y is None else y.flatten(2).contiguous()
        lead = 1 if y is None else 2
        if y is None:
            own = self.buffers.empty((len(x), x.shape[2], x.shape[2]), x) if full else None
            K = (torch.bmm(x.transpose(1, 2), x, out=own) if full else x.square().sum(1)).mul_(factor)
        elif rank == 0:
            K = _distances(x, y, self.mine.behind[node.name] / factor, self.yours.behind[node.name] / factor, self.buffers)
            K = K if factor == 1 else K.mul_(factor)
        else:
            K = _position_pairs(x, y, full, factor, self.buffers)
        K = K.reshape(*K.shape[:lead], *shape, *(shape if full else ()))
        return Value(K, self.buffers.zeros(K) if self.tangent else None, lead, rank, full)

    # Other nodes

    def _node(self, node: Node, inputs: list[Value], free: bool) -> Value:
        full = self.full[node.name]
        if node.op in ("dense", "join"):
            inputs = [self._flat(v, name) for v, name in zip(inputs, node.inputs)]
        elif not full and node.op not in ("pool", "global_pool"):
            inputs = [self._diagonal(v, name) for v, name in zip(inputs, node.inputs)]
        value = inputs[0] if len(inputs) == 1 else _mix(node, inputs)
        if node.op == "flatten":
            return self._flat(value, node.inputs[0])
        if node.op in ("pool", "global_pool"):
            return self._average(node, value, full)
        if node.op == "conv":
            value = value.map(lambda K: self._windows(K, value, node), value.axes, value.full)
        if node.op in ("dense", "activation") and not free:
            value = value.map(self.buffers.copy, value.axes, value.full)
        return self._layer(node, value) if node.op in (*WEIGHTED, "activation") else value

    def _windows(self, K: Tensor, value: Value, node: Node) -> Tensor:
        windows = tuple(node.on(axis) for axis in range(value.axes))
        both = image_window_mean(K, value.lead, windows, self.buffers) if value.full and value.axes == 2 else None
        if both is not None:
            return both
        out = K
        for axis in range(value.axes):
            before, out = out, window_mean(out, value.dims(axis), windows[axis], self.buffers)
            if before is not K:
                self.buffers.give(before, [out])
        return out

    def _average(self, node: Node, value: Value, full: bool) -> Value:
        if node.op == "global_pool":
            value = value.map(lambda K: K.flatten(value.lead).mean(-1), 0, True)
        else:
            value = value.map(lambda K: _pooled(K, value, node), value.axes, True)
        return value if full else self._diagonal(value, node.name)

    def _diagonal(self, value: Value, name: str = "") -> Value:
        """Equal positions only, of the value of node ``name``."""
        if not value.full:
            return value
        value = value.map(lambda K: same_positions(K, value.lead), value.axes, False)
        if value.apart:
            value.values = self._mean(self.mine.behind[name], self.yours.behind[name]) - value.values
        return value

    def _flat(self, value: Value, name: str) -> Value:
        """Positions become features: the mean over equal positions."""
        if not value.axes:
            return value
        value = self._diagonal(value, name)
        return value.map(lambda K: K.flatten(value.lead).mean(-1), 0, False)

    @staticmethod
    def _mean(p: Tensor, q: Tensor) -> Tensor:
        return (p.unsqueeze(1) + q.unsqueeze(0)) / 2

    def _covariance(self, value: Value, name: str) -> Tensor:
        """The kernel before the activation, also where distances are carried."""
        if not value.apart:
            return value.values
        return self._mean(self.mine.before[name], self.yours.before[name]) - value.values

    def _layer(self, node: Node, value: Value) -> Value:
        """Weights and bias where the node has them, then its activation."""
        K, T, apart = value.values, value.tangent, value.apart
        if node.op in WEIGHTED and node.beta:
            K = K.mul_(1 - node.beta) if apart else K.mul_(1 - node.beta).add_(node.beta)
            T = None if T is None else T.mul_(1 - node.beta)
        value = Value(K, T, value.lead, value.axes, value.full)
        if value.lead == 1:
            self.mine.before[node.name] = self._diagonal(value).values.clone()
        if node.activation == "identity":
            if T is not None and node.op in WEIGHTED:
                value.tangent = T + self._covariance(value, node.name)
            return value
        return self._activate(node, activation(node.activation), value)

    def _activate(self, node: Node, sigma: Activation, value: Value) -> Value:
        if self.tangent and sigma.jumps:
            raise SkeletonError("no_tangent_kernel", name=node.name, activation=sigma.name)
        p = self.mine.before[node.name]
        q = p if value.lead == 1 else self.yours.before[node.name]
        if sigma.homogeneous is None and not (_unit(p) and _unit(q)):
            return self._closed_form(node, sigma, value, p, q)
        degree = -1 if sigma.homogeneous is None else sigma.homogeneous
        # A node without weights adds no tangent of its own: what the layers add, s, is taken off beforehand.
        T = value.tangent
        if T is not None and node.op == "activation":
            T = T - self._covariance(value, node.name)
        series = dual_series(sigma, value.values.dtype)
        if value.lead == 1 and not value.full:
            K, T = _with_itself(p, T, degree, series)
        else:
            sides = (p.sqrt(),) * 2 if value.lead == 1 else (self.mine.deviations[node.name], self.yours.deviations[node.name])
            compute = _fused_activation if value.values.device.type == "cpu" else _activation
            K, T = compute(value, T, *sides, degree, series)
        if degree == 0:
            K = self._with_zeros(sigma, K, value, p, q)
        return Value(K, T, value.lead, value.axes, value.full)

    def _closed_form(self, node: Node, sigma: Activation, value: Value, p: Tensor, q: Tensor) -> Value:
        if sigma.closed_general is None:
            raise SkeletonError("needs_unit_variance", name=node.name, activation=sigma.name)
        c = self._covariance(value, node.name)
        left, right = _sides(p, q, value)
        K, slope = (part / sigma.norm2 for part in sigma.closed_general(c, left, right))
        T = value.tangent
        if T is not None:
            T = slope * (T if node.op == "activation" else c + T)
        if value.apart:
            own = [sigma.closed_general(v, v, v)[0] / sigma.norm2 for v in (p, q)]
            K = self._mean(*own) - K
        return Value(K, T, value.lead, value.axes, value.full)

    @staticmethod
    def _with_zeros(sigma: Activation, K: Tensor, value: Value, p: Tensor, q: Tensor) -> Tensor:
        """Degree 0 (step, sign): a constant zero gives sigma(0), which is not a limit of the dual."""
        left, right = (side == 0 for side in _sides(p, q, value))
        if not bool((left | right).any()):
            return K
        zero = torch.zeros(1, dtype=torch.float64)
        at_zero = float(sigma(zero)) * sigma.gain
        mean = math.sqrt(float(sigma.dual(zero)))
        product = torch.where(left & right, at_zero**2, torch.where(left | right, at_zero * mean, K))
        if not value.apart:
            return product
        squares = torch.where(left, at_zero**2, 1.0) / 2 + torch.where(right, at_zero**2, 1.0) / 2
        return torch.where(left | right, (squares - product).to(K), K)


def divisor(node: Node, rank: int, channels: int) -> float:
    """What the kernel of an input is divided by: its channels where every number has mean square 1."""
    if isinstance(node.norm, str):
        return float(channels) if node.norm == "entry" or (node.norm == "auto" and rank) else 1.0
    return float(node.norm)


def needs_all_pairs(skeleton: Skeleton) -> dict[str, bool]:
    """By node: must its kernel be known between all pairs of positions?"""
    full = dict.fromkeys((n.name for n in skeleton.nodes), False)
    for node in reversed(skeleton.nodes):
        wanted = node.op in ("pool", "global_pool") or (full[node.name] and node.op in ("conv", "activation", "add"))
        for name in node.inputs:
            full[name] |= wanted
    return full


def _unit(variance: Tensor) -> bool:
    return bool(((variance - 1).abs() < UNIT).all())


def _sides(p: Tensor, q: Tensor, value: Value) -> tuple[Tensor, Tensor]:
    """Variances of both sides in the shape of the value's entries, up to broadcasting."""
    if value.full:
        P = (1,) * value.axes
        p, q = p.reshape(*p.shape, *P), q.reshape(len(q), *P, *q.shape[1:])
    return (p, q) if value.lead == 1 else (p.unsqueeze(1), q.unsqueeze(0))


def _with_itself(p: Tensor, T: Tensor | None, degree: int, series: DualSeries) -> tuple[Tensor, Tensor | None]:
    """The dual behind values of variance p paired with themselves, where the correlation is 1."""
    if T is not None:
        slope = float(gap_and_slope(series, p.new_zeros(1), True)[1])
        T = slope * p ** max(degree - 1, 0) * (p + T)
    return p ** max(degree, 0), T


def _activation(value: Value, T: Tensor | None, sp: Tensor, sq: Tensor, degree: int, series) -> tuple[Tensor, Tensor | None]:
    """The dual behind values with standard deviations sp, sq, by tensor operations (see ``fused.activate``)."""
    K, (a, c) = value.values, _sides(sp, sq, value)
    root, lost = a * c, (a - c) ** 2 / 2
    safe = torch.where(root > 0, root, 1)
    snap = 4 * torch.finfo(K.dtype).eps
    t = (K - lost) / safe if value.apart else (root - K) / safe
    if not value.apart:
        t = torch.where(t < snap, 0, t)
    t = torch.where(root > 0, t, 0).clamp(0, 2)
    t = torch.where(t > 2 - snap, 2, t)
    gap, slope = gap_and_slope(series, t, T is not None)
    if T is not None:
        covariance = root + lost - K if value.apart else K
        T = root ** max(degree - 1, 0) * slope * (covariance + T)
    if degree < 0:
        return (gap if value.apart else 1 - gap), T
    behind = root**degree
    return ((a**degree - c**degree) ** 2 / 2 + behind * gap if value.apart else behind * (1 - gap)), T


def _fused_activation(value: Value, T: Tensor | None, sp: Tensor, sq: Tensor, degree: int, series) -> tuple[Tensor, Tensor | None]:
    """The same for a block on the CPU, in place."""
    K = value.values.contiguous()
    T = None if T is None else T.contiguous()
    if value.axes:
        left, right, repeat = sp.reshape(len(sp), -1), sq.reshape(len(sq), -1), 0
    else:
        left, right, repeat = sp.reshape(-1, 1), sq.reshape(1, -1), 1
    m = right.shape[1]
    if value.full:
        # Rows of K: x, y, position of x; for pairs (x, x): x, position.
        others = len(sq) if value.lead == 2 else 1
        left, repeat = left.reshape(len(sp), 1, m).expand(-1, others, -1).reshape(-1, 1), m
    rows, tangents = K.reshape(-1, m), K.new_empty(0, 0) if T is None else T.reshape(-1, m)
    none = series.near[:0]
    fused.activate(
        rows.numpy(), tangents.numpy(), left.contiguous().numpy(), right.contiguous().numpy(), repeat, not value.apart, degree,
        series.plain, series.power, series.near, series.far, none if T is None else series.near_slope, none if T is None else series.far_slope,
    )
    return K, T


def _distances(X: Tensor, Y: Tensor, p: Tensor, q: Tensor, buffers: Buffers) -> Tensor:
    """Half squared distances (n, m) of the rows of X and Y, whose squared lengths are p and q."""
    K = torch.mm(X, Y.T, out=buffers.empty((len(X), len(Y)), X))
    near = NEAR[X.dtype]
    if X.device.type == "cpu":
        fused.distances(K.numpy(), p.numpy(), q.numpy(), X.contiguous().numpy(), Y.contiguous().numpy(), near)
        return K
    mean = (p[:, None] + q[None, :]) / 2
    i, j = torch.nonzero(mean - K.abs() < near * mean, as_tuple=True)
    same = K[i, j] > 0
    D = mean - K
    for rows in torch.arange(len(i), device=i.device).split(4096):
        a, b, s = X[i[rows]], Y[j[rows]], same[rows]
        gap = torch.where(s[:, None], a - b, a + b).square().sum(1) / 2
        D[i[rows], j[rows]] = torch.where(s, gap, 2 * mean[i[rows], j[rows]] - gap)
    return D


def _position_pairs(x: Tensor, y: Tensor, full: bool, factor: float, buffers: Buffers) -> Tensor:
    """Of x (a, c, m) and y (b, c, m): products at all pairs of positions, or half squared distances at equal ones."""
    shape = (len(x), len(y), x.shape[2], *((x.shape[2],) if full else ()))
    if x.device.type == "cpu":
        out = buffers.empty(shape, x)
        (fused.position_products if full else fused.position_distances)(x.numpy(), y.numpy(), out.numpy(), factor)
        return out
    if full:
        return torch.einsum("acp,bcq->abpq", x, y) * factor
    out = x.new_zeros(shape)
    for c in range(x.shape[1]):
        out += (x[:, None, c] - y[None, :, c]).square()
    return out * (factor / 2)


def _pooled(K: Tensor, value: Value, node: Node) -> Tensor:
    for axis in range(value.axes):
        K = pool_mean(K, value.dims(axis), node.on(axis))
    return K


def _mix(node: Node, inputs: list[Value]) -> Value:
    """Weighted mean of kernels: concatenated or added branches with independent weights."""
    first = inputs[0]

    def mean(parts: list[Tensor]) -> Tensor:
        return sum(q * part for q, part in zip(node.shares, parts, strict=True))

    T = None if first.tangent is None else mean([v.tangent for v in inputs])
    return Value(mean([v.values for v in inputs]), T, first.lead, first.axes, first.full)
