"""Dual and tangent kernels of a skeleton between two batches (Daniely, Frostig, Singer 2016, section 4.2)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from dualcore.errors import NumericalError, SkeletonError
from dualcore.kernels.buffers import Buffers
from dualcore.kernels.parallel import each
from dualcore.kernels.propagate import Pass, Variances, needs_all_pairs
from dualcore.kernels.shapes import node_shapes, split_views
from dualcore.kernels.skeletons import Skeleton

Tensor = torch.Tensor
TILE_BYTES = 256 * 2**20
TILE_ROWS = 256  # tiles that stay in the cache are faster than large ones ...
CACHED_BYTES = 2**20  # ... and one array of theirs should leave room for the next
LIVE = 6  # arrays of the size of the largest node that are alive together
ACTIVATION_FLOPS = 60.0


def dual_kernel(
    skeleton: Skeleton, X: Tensor | Sequence[Tensor], Y: Tensor | Sequence[Tensor] | None = None, *,
    dtype: torch.dtype = torch.float64, memory_bytes: int = TILE_BYTES,
) -> Tensor:
    """What last-layer training can express: the kernel that wide random networks of the skeleton approach.

    Parameters
    ----------
    X : (n, d) vectors, (n, c, length) series or (n, c, h, w) images. Vectors are unit vectors (``to_sphere``) unless
        every activation is positively homogeneous (relu, abs, step, ...), erf or gelu. A skeleton with several inputs
        takes a sequence of such tensors, or their stack (n, inputs, ...)
    Y : (m, ...), or None for X itself; then only half of the kernel is computed
    memory_bytes : bound on the working memory beside the result, down to one pair at a time

    Returns
    -------
    (n, m) tensor on the device of X

    Raises
    ------
    SkeletonError : when the inputs do not fit the skeleton, or are not unit vectors where they must be
    NumericalError : when X or Y holds values that are not finite
    """
    return _kernel(skeleton, X, Y, dtype, memory_bytes, False)


def tangent_kernel(
    skeleton: Skeleton, X: Tensor | Sequence[Tensor], Y: Tensor | Sequence[Tensor] | None = None, *,
    dtype: torch.dtype = torch.float64, memory_bytes: int = TILE_BYTES,
) -> Tensor:
    """What full training reaches in the lazy regime (Jacot et al. 2018, arXiv 1806.07572), read-out included.

    Parameters, result and errors as for ``dual_kernel``; SkeletonError too for step and sign, which have no tangent.
    """
    return _kernel(skeleton, X, Y, dtype, memory_bytes, True)


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


def _kernel(skeleton, X, Y, dtype, memory_bytes, tangent) -> Tensor:
    A, shape = _prepare(skeleton, X, dtype)
    B, other_shape = (A, shape) if Y is None else _prepare(skeleton, Y, dtype)
    if shape != other_shape:
        raise SkeletonError("shape_does_not_fit", name=skeleton.name, shape=str(other_shape))
    side = _tile_side(skeleton, shape, dtype, memory_bytes, tangent)
    own, diagonal = _own(skeleton, A, side, tangent)
    other = own if Y is None else _own(skeleton, B, side, tangent)[0]
    n, m, buffers = len(A[0]), len(B[0]), Buffers()
    out = torch.empty(n, m, dtype=dtype, device=A[0].device)
    tiles = [(i, j) for i in range(0, n, side) for j in range(i if Y is None else 0, m, side)]

    def compute(tile: tuple[int, int]) -> None:
        i, j = tile
        block = Pass(skeleton, tangent, own.rows(i, side), other.rows(j, side), buffers)
        values = block.run([x[i : i + side] for x in A], [y[j : j + side] for y in B])
        out[i : i + side, j : j + side] = values
        if Y is None and j > i:
            out[j : j + side, i : i + side] = values.T

    for _ in each(compute, tiles, out.device.type == "cpu"):
        pass
    if Y is None:
        # The two halves of a diagonal tile differ in the last place; the pass over (x, x) knows the diagonal exactly.
        for i in range(0, n, side):
            tile = out[i : i + side, i : i + side]
            tile.copy_((tile + tile.T) / 2)
        out.diagonal().copy_(diagonal)
    return out


def _prepare(skeleton: Skeleton, X, dtype: torch.dtype) -> tuple[list[Tensor], tuple]:
    """Inputs as a list in the order of the input nodes, and the shape of one example."""
    views, shape = split_views(skeleton, X)
    views = [v.to(dtype) for v in views]
    # Anything that is not finite spoils the sum; this is many times faster than to ask every number.
    if not all(bool(torch.isfinite(v.sum())) for v in views):
        raise NumericalError("not_finite")
    node_shapes(skeleton, 1, shape)
    return views, shape


def _tile_side(skeleton: Skeleton, shape, dtype, memory_bytes: int, tangent: bool) -> int:
    shapes, full = node_shapes(skeleton, 1, shape), needs_all_pairs(skeleton)
    largest = max(_entries(shapes[name], full[name]) for name in full) * torch.finfo(dtype).bits / 8
    arrays = LIVE * (2 if tangent else 1)
    allowed = memory_bytes / (largest * arrays * torch.get_num_threads())
    cached = CACHED_BYTES / largest
    return int(max(1, min(TILE_ROWS, math.isqrt(int(allowed)), math.isqrt(int(cached)))))


def _own(skeleton: Skeleton, A: list[Tensor], side: int, tangent: bool) -> tuple[Variances, Tensor]:
    """Variances at every node, and the kernel of every example with itself (n,)."""
    parts, values = [], []
    # A tile of side^2 pairs fits; so do side^2 examples with themselves.
    for start in range(0, len(A[0]), side * side):
        own = Pass(skeleton, tangent)
        values.append(own.run([x[start : start + side * side] for x in A]))
        parts.append(own.mine)
    if not parts:
        raise SkeletonError("no_examples", name=skeleton.name)
    return Variances.join(parts), torch.cat(values)
