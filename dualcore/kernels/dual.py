"""Dual and tangent kernels of a skeleton between two batches (Daniely, Frostig, Singer 2016, section 4.2)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from dualcore.errors import SkeletonError
from dualcore.kernels import fused
from dualcore.kernels.buffers import Buffers
from dualcore.kernels.parallel import each
from dualcore.kernels.precision import full_precision
from dualcore.kernels.propagate import Pass, Variances, needs_all_pairs
from dualcore.kernels.shapes import check_values, node_shapes, split_views
from dualcore.kernels.skeletons import Skeleton

Tensor = torch.Tensor
Inputs = Tensor | np.ndarray | Sequence[Tensor]
MEMORY_BYTES = 256 * 2**20
TILE_ROWS = 256  # tiles that stay in the cache are faster than large ones ...
CACHED_BYTES = 2**21  # ... and one array of theirs should leave room for the next
LIVE = 6  # arrays of the size of the largest node that are alive together
ACTIVATION_FLOPS = 60.0


def dual_kernel(
    skeleton: Skeleton, X: Inputs, Y: Inputs | None = None, *, dtype: torch.dtype = torch.float64,
    memory_bytes: int = MEMORY_BYTES, allow_tf32: bool = False,
) -> Tensor:
    """What last-layer training can express: the kernel that wide random networks of the skeleton approach.

    Parameters
    ----------
    X : (n, d) vectors, (n, c, length) series or (n, c, h, w) images, tensors or arrays. Vectors are unit vectors
        (``to_sphere``) unless every activation is positively homogeneous (relu, abs, step, ...) or has a closed form for
        any variance (``Activation.any_variance``). A skeleton with several inputs takes a sequence of such tensors, or
        their stack (n, inputs, ...)
    Y : (m, ...), or None for X itself; then only half of the kernel is computed
    dtype : torch.float64 or torch.float32, of the computation and of the result
    memory_bytes : bound on the working memory beside inputs and result, down to one pair at a time
    allow_tf32 : let CUDA shorten float32 products to ten bits, with errors of 1e-3

    Returns
    -------
    (n, m) tensor on the device of X

    Raises
    ------
    SkeletonError (a ValueError) : when the inputs do not fit the skeleton, or are not unit vectors where they must be
    NumericalError (a ValueError) : when X or Y holds values that are not finite
    """
    return _kernel(skeleton, X, Y, dtype, memory_bytes, allow_tf32, False)


def tangent_kernel(
    skeleton: Skeleton, X: Inputs, Y: Inputs | None = None, *, dtype: torch.dtype = torch.float64,
    memory_bytes: int = MEMORY_BYTES, allow_tf32: bool = False,
) -> Tensor:
    """What full training reaches in the lazy regime (Jacot et al. 2018, arXiv 1806.07572), read-out included.

    Parameters, result and errors as for ``dual_kernel``; SkeletonError too for step and sign, which have no tangent.
    """
    return _kernel(skeleton, X, Y, dtype, memory_bytes, allow_tf32, True)


def dual_cost(skeleton: Skeleton, n: int, m: int | None, input_shape: tuple[int, ...]) -> float:
    """Floating point operations of the dual kernel of n with m examples (None: of n with themselves), roughly."""
    shapes, full = node_shapes(skeleton, 1, input_shape), needs_all_pairs(skeleton)
    total = 0.0
    for node in skeleton.nodes:
        entries = _entries(shapes[node.name], full[node.name])
        total += entries * len(node.inputs)
        if node.op == "input":
            total += 2 * entries * shapes[node.name][0]
        if node.op == "conv":
            total += entries * sum(node.on(a).window for a in range(len(shapes[node.name]) - 1))
        if node.op in ("pool", "global_pool", "flatten"):
            total += sum(_entries(shapes[i], full[i]) for i in node.inputs) * 4
        if node.activation != "identity":
            total += ACTIVATION_FLOPS * entries
    return total * (n * (n + 1) / 2 if m is None else n * m)


def _entries(shape: tuple[int, ...], full: bool) -> float:
    positions = math.prod(shape[1:])
    return float(positions**2 if full else positions)


def _kernel(skeleton, X, Y, dtype, memory_bytes, allow_tf32, tangent) -> Tensor:
    _accepted(dtype, memory_bytes)
    if not isinstance(skeleton, Skeleton):
        raise SkeletonError("bad_argument", argument="skeleton", value=skeleton, accepted="Skeleton")
    A, shape = _prepare(skeleton, X, dtype, "X")
    B, other_shape = (A, shape) if Y is None else _prepare(skeleton, Y, dtype, "Y")
    if shape != other_shape:
        raise SkeletonError("bad_argument", argument="Y", value=f"(m, {_said(other_shape)})", accepted=f"(m, {_said(shape)}), as X")
    plan = _plan(skeleton, shape, dtype, memory_bytes, tangent)
    n, m, buffers = len(A[0]), len(B[0]), Buffers(memory_bytes / 4)
    out = _result(n, m, A[0])
    with full_precision(out.device, allow_tf32):
        # Variances are kept for two blocks of examples at a time: for all of them they can outgrow the kernel itself.
        for i in range(0, n, plan.block):
            own, diagonal = _own(skeleton, [a[i : i + plan.block] for a in A], plan.side, tangent, buffers)
            for j in range(i if Y is None else 0, m, plan.block):
                columns = [b[j : j + plan.block] for b in B]
                same = Y is None and i == j
                other = own if same else _own(skeleton, columns, plan.side, tangent, buffers)[0]
                part = _Block(skeleton, tangent, [a[i : i + plan.block] for a in A], columns, own, other, same, buffers)
                part.fill(out[i : i + plan.block, j : j + plan.block], plan.side)
                if same:
                    out.diagonal()[i : i + plan.block] = diagonal
                elif Y is None:
                    out[j : j + plan.block, i : i + plan.block] = out[i : i + plan.block, j : j + plan.block].T
    return out


def _result(n: int, m: int, like: Tensor) -> Tensor:
    """Memory for the kernel; numpy asks the system for large pages, of which a transposed write touches far fewer."""
    if like.device.type != "cpu":
        return like.new_empty(n, m)
    return torch.from_numpy(np.empty((n, m), np.float32 if like.dtype == torch.float32 else np.float64))


def _accepted(dtype: torch.dtype, memory_bytes: int) -> None:
    if dtype not in (torch.float32, torch.float64):
        raise SkeletonError("bad_argument", argument="dtype", value=str(dtype), accepted="torch.float32, torch.float64")
    if not isinstance(memory_bytes, int | float) or not memory_bytes > 0:
        raise SkeletonError("bad_argument", argument="memory_bytes", value=memory_bytes, accepted="> 0")


@dataclass(frozen=True)
class _Block:
    """The kernel between two blocks of examples; ``same``: of one with itself."""

    skeleton: Skeleton
    tangent: bool
    A: list[Tensor]
    B: list[Tensor]
    own: Variances
    other: Variances
    same: bool
    buffers: Buffers

    def fill(self, out: Tensor, side: int) -> None:
        # A diagonal tile of a single example is known from the pass over (x, x).
        skipped = side if self.same and side == 1 else 0
        tiles = [(i, j) for i in range(0, out.shape[0], side) for j in range(i + skipped if self.same else 0, out.shape[1], side)]

        def compute(tile: tuple[int, int]) -> None:
            i, j = tile
            block = Pass(self.skeleton, self.tangent, self.own.rows(i, side), self.other.rows(j, side), self.buffers)
            values = block.run([x[i : i + side] for x in self.A], [y[j : j + side] for y in self.B])
            if self.same and i == j:  # the two halves of a diagonal tile differ in the last place
                values = (values + values.T) / 2
            target, mirrored = out[i : i + side, j : j + side], out[j : j + side, i : i + side]
            if self.same and j > i and out.device.type == "cpu":
                fused.place_both(values.contiguous().numpy(), target.numpy(), mirrored.numpy())
            else:
                target.copy_(values)
                if self.same and j > i:
                    mirrored.copy_(values.T)
            self.buffers.give(values, [])

        for _ in each(compute, tiles, out.device.type == "cpu"):
            pass


def _said(shape: tuple) -> str:
    return ", ".join(map(str, shape))


def _prepare(skeleton: Skeleton, X, dtype: torch.dtype, argument: str) -> tuple[list[Tensor], tuple]:
    """Inputs as a list in the order of the input nodes, and the shape of one example."""
    views, shape = split_views(skeleton, X, argument)
    views = [v.to(dtype) for v in views]
    check_values(skeleton, views, argument)
    node_shapes(skeleton, 1, shape)
    return views, shape


@dataclass(frozen=True)
class _Plan:
    """block : examples whose variances are kept; side : examples of a tile, whose pairs are computed together."""

    block: int
    side: int


def _plan(skeleton: Skeleton, shape, dtype, memory_bytes: int, tangent: bool) -> _Plan:
    shapes, full = node_shapes(skeleton, 1, shape), needs_all_pairs(skeleton)
    number = torch.finfo(dtype).bits / 8
    largest = max(_entries(shapes[name], full[name]) for name in full) * number
    arrays = LIVE * (2 if tangent else 1)
    allowed = memory_bytes / 4 / (largest * arrays * torch.get_num_threads())
    cached = CACHED_BYTES / largest
    side = int(max(1, min(TILE_ROWS, math.isqrt(int(allowed)), math.isqrt(int(cached)))))
    # Two blocks, each with the variances before and behind every node and their roots.
    example = 6 * number * sum(_entries(s, False) for s in shapes.values())
    return _Plan(side * max(1, int(memory_bytes / 4 / example) // side), side)


def _own(skeleton: Skeleton, A: list[Tensor], side: int, tangent: bool, buffers: Buffers) -> tuple[Variances, Tensor]:
    """Variances at every node, and the kernel of every example with itself (n,)."""
    parts, values = [], []
    # A tile of side^2 pairs fits; so do side^2 examples with themselves.
    for start in range(0, len(A[0]), side * side):
        own = Pass(skeleton, tangent, buffers=buffers)
        values.append(own.run([x[start : start + side * side] for x in A]))
        parts.append(own.mine)
    return Variances.join(parts), torch.cat(values)
