"""One pass of kernels through the nodes of a skeleton, for pairs (x, x) or for a block of pairs (x, y).

    input        kappa(x, y) = <x, y>, over the channels of a position; divided by their number for norm "entry"
    dense, conv  kappa = sigma^(s),  s = beta + (1 - beta) mean kappa_in
                 tangent = sigma^'(s) (s + (1 - beta) mean tangent_in)
    others       averages of kappa and tangent alike

A network with shared weights that averages over positions needs kernels between all pairs of positions (Novak et al.
2019, arXiv 1810.05148); elsewhere equal positions are enough. Variances other than 1 (pixels, pooled values) are
carried along: exact for positively homogeneous activations, erf and gelu.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import torch

from dualcore.errors import SkeletonError
from dualcore.kernels.activations import Activation, activation
from dualcore.kernels.skeletons import Node, Skeleton
from dualcore.kernels.windows import pool_mean, same_positions, window_mean

Tensor = torch.Tensor
UNIT = 1e-5  # inputs normalised in float32 count as unit vectors
NEAR = 1e-6


@dataclass
class Value:
    """kernel and tangent (lead..., *P) for equal positions, or (lead..., *P, *P) for all pairs of positions (``full``)."""

    kernel: Tensor
    tangent: Tensor | None
    lead: int
    axes: int
    full: bool

    def map(self, function, axes: int, full: bool) -> Value:
        return Value(function(self.kernel), None if self.tangent is None else function(self.tangent), self.lead, axes, full)

    def diagonal(self) -> Value:
        return self.map(lambda K: same_positions(K, self.lead), self.axes, False) if self.full else self

    def flat(self) -> Value:
        """Positions become features: the mean over equal positions."""
        if not self.axes:
            return self
        value = self.diagonal()
        return value.map(lambda K: K.flatten(value.lead).mean(-1), 0, False)

    def dims(self, axis: int) -> tuple[int, ...]:
        first = self.lead + axis
        return (first, first + self.axes) if self.full else (first,)


@dataclass
class Pass:
    """Propagates one block of pairs.

    variances : by node, of the values that enter its activation, (n, *P) for every example; filled in by the pass
        over (x, x) and read by the pass over blocks (rows of x, rows of y)
    """

    skeleton: Skeleton
    tangent: bool = False
    variances: dict[str, Tensor] = field(default_factory=dict)
    others: dict[str, Tensor] | None = None

    def run(self, X: list[Tensor], Y: list[Tensor] | None = None) -> Value:
        """Kernel of the output node of X with itself, example by example, or of X with Y."""
        values: dict[str, Value] = {}
        full, last_use = needs_all_pairs(self.skeleton), _last_use(self.skeleton)
        inputs = iter(range(len(X)))
        for i, node in enumerate(self.skeleton.nodes):
            if node.op == "input":
                k = next(inputs)
                values[node.name] = self._input(node, X[k], None if Y is None else Y[k], full[node.name])
            else:
                values[node.name] = self._node(node, [values[name] for name in node.inputs], full[node.name])
            for name in [name for name, last in last_use.items() if last == i]:
                values.pop(name, None)
        return values[self.skeleton.output.name].flat()

    def _input(self, node: Node, x: Tensor, y: Tensor | None, full: bool) -> Value:
        rank = self.skeleton.rank
        shape = x.shape[2:]
        if rank:
            x, y = x.flatten(2), None if y is None else y.flatten(2)
        if rank == 0:
            K = x.square().sum(1) if y is None else _inner(x, y)
        elif y is None:
            K = torch.einsum("acp,acq->apq", x, x) if full else x.square().sum(1)
        else:
            K = torch.einsum("acp,bcq->abpq" if full else "acp,bcp->abp", x, y)
        if node.norm == "entry" or (node.norm == "auto" and rank):
            K = K / x.shape[1]
        lead = 1 if y is None else 2
        K = K.reshape(*K.shape[:lead], *shape, *(shape if full else ()))
        return Value(K, torch.zeros_like(K) if self.tangent else None, lead, rank, full)

    def _node(self, node: Node, inputs: list[Value], full: bool) -> Value:
        if node.op in ("dense", "join"):
            inputs = [v.flat() for v in inputs]
        elif not full and node.op not in ("pool", "global_pool"):
            inputs = [v.diagonal() for v in inputs]
        value = inputs[0] if len(inputs) == 1 else _mix(node, inputs)
        if node.op == "flatten":
            return value.flat()
        if node.op == "global_pool":
            return value.map(lambda K: K.flatten(value.lead).mean(-1), 0, False)
        if node.op == "pool":
            value = value.map(lambda K: _by_axis(pool_mean, K, value, node), value.axes, True)
            return value if full else value.diagonal()
        if node.op == "conv":
            value = value.map(lambda K: _by_axis(window_mean, K, value, node), value.axes, value.full)
        if node.op in ("dense", "conv"):
            value = self._weights(node, value)
        if node.op in ("dense", "conv", "activation") and node.activation != "identity":
            value = self._activate(node, value)
        return value

    def _weights(self, node: Node, value: Value) -> Value:
        s = node.bias_share + (1 - node.bias_share) * value.kernel
        T = None if value.tangent is None else s + (1 - node.bias_share) * value.tangent
        return Value(s, T, value.lead, value.axes, value.full)

    def _activate(self, node: Node, value: Value) -> Value:
        sigma = activation(node.activation)
        if value.lead == 1:
            own = value.diagonal().kernel
            self.variances[node.name] = own
            left = right = own
        else:
            left, right = self.variances[node.name].unsqueeze(1), self.others[node.name].unsqueeze(0)
        if value.full:
            P = (1,) * value.axes
            left = left.reshape(*left.shape, *P)
            right = right.reshape(*right.shape[: value.lead], *P, *right.shape[value.lead :])
        K, slope = general_dual(node.name, sigma, value.kernel, left, right, value.tangent is not None)
        return Value(K, None if slope is None else slope * value.tangent, value.lead, value.axes, value.full)


def general_dual(name: str, sigma: Activation, c: Tensor, p: Tensor, q: Tensor, slope: bool) -> tuple[Tensor, Tensor | None]:
    """E sigma(u) sigma(v) / ||sigma||^2 and, if asked, its derivative in c, for Gaussians with variances p, q, covariance c.

    Raises SkeletonError when the variances are not 1 and the activation has no closed form for that, or when the
    tangent kernel is asked of an activation with jumps.
    """
    if slope and sigma.homogeneous == 0:
        raise SkeletonError("no_tangent_kernel", name=name, activation=sigma.name)
    root = torch.sqrt(p * q)
    # Rounding must not move equal inputs apart: arccos would turn one unit in the last place into 1e-8.
    rho = c / torch.where(root > 0, root, 1)
    rho = torch.where(1 - rho.abs() < 4 * torch.finfo(rho.dtype).eps, rho.sign(), rho)
    if sigma.homogeneous is None and not (_unit(p) and _unit(q)):
        if sigma.closed_general is None:
            raise SkeletonError("needs_unit_variance", name=name, activation=sigma.name)
        K, D = sigma.closed_general(c, p, q)
        return K / sigma.norm2, D / sigma.norm2 if slope else None
    K = sigma.dual(rho)
    D = sigma.dual_derivative(rho) if slope else None
    degree = sigma.homogeneous
    if degree is None:
        return K, D
    if degree == 0:
        return _with_zeros(sigma, K, p, q), None
    return K * root**degree, D * root ** (degree - 1) if slope else None


def _unit(variance: Tensor) -> bool:
    return bool(((variance - 1).abs() < UNIT).all())


def _with_zeros(sigma: Activation, K: Tensor, p: Tensor, q: Tensor) -> Tensor:
    """Degree 0 (step, sign): a constant zero gives sigma(0), which is not a limit of the dual."""
    one, both = (p == 0) ^ (q == 0), (p == 0) & (q == 0)
    if not bool((one | both).any()):
        return K
    zero = torch.zeros(1, dtype=torch.float64)
    at_zero = float(sigma(zero)) * sigma.gain
    mean = math.sqrt(float(sigma.dual(zero)))
    return torch.where(both, at_zero**2, torch.where(one, at_zero * mean, K))


def _inner(X: Tensor, Y: Tensor) -> Tensor:
    """X Y^T, with (nearly) equal and opposite rows from their distance, so that equal rows give exactly |x|^2."""
    K = X @ Y.T
    p, q = X.square().sum(1), Y.square().sum(1)
    mean = (p[:, None] + q[None, :]) / 2
    i, j = torch.nonzero(mean - K.abs() < NEAR * mean, as_tuple=True)
    # Few pairs as a rule; slices bound the memory when there are many.
    for rows in torch.arange(len(i), device=i.device).split(65_536):
        a, b = X[i[rows]], Y[j[rows]]
        same = K[i[rows], j[rows]] > 0
        gap = torch.where(same[:, None], a - b, a + b).square().sum(1) / 2
        m = mean[i[rows], j[rows]]
        K[i[rows], j[rows]] = torch.where(same, m - gap, gap - m)
    return K


def _by_axis(function, K: Tensor, value: Value, node: Node) -> Tensor:
    for axis in range(value.axes):
        K = function(K, value.dims(axis), node)
    return K


def _mix(node: Node, inputs: list[Value]) -> Value:
    """Weighted mean of kernels: concatenated or added branches with independent weights."""
    first = inputs[0]

    def mean(parts):
        return sum(q * part for q, part in zip(node.shares, parts, strict=True))

    T = None if first.tangent is None else mean([v.tangent for v in inputs])
    return Value(mean([v.kernel for v in inputs]), T, first.lead, first.axes, first.full)


def needs_all_pairs(skeleton: Skeleton) -> dict[str, bool]:
    """By node: must its kernel be known between all pairs of positions?"""
    full = dict.fromkeys((n.name for n in skeleton.nodes), False)
    for node in reversed(skeleton.nodes):
        wanted = node.op in ("pool", "global_pool") or (full[node.name] and node.op in ("conv", "activation", "add"))
        for name in node.inputs:
            full[name] |= wanted
    return full


def _last_use(skeleton: Skeleton) -> dict[str, int]:
    return {name: i for i, node in enumerate(skeleton.nodes) for name in node.inputs}
