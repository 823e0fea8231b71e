"""Windows and averages over positions, one axis at a time, for kernels between positions.

A kernel holds either equal positions only, (..., *P), or all pairs of positions, (..., *P, *P). ``dims`` names the
one or two dimensions that belong to one spatial axis.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch

from dualcore.kernels import fused
from dualcore.kernels.buffers import Buffers
from dualcore.kernels.skeletons import AxisWindow

Tensor = torch.Tensor
JOINED = 2048


def output_length(w: AxisWindow, positions: int) -> int:
    """Positions of one axis behind a conv or pool node; below 1 when the window does not fit."""
    if w.cells:
        return min(w.window, positions)
    return (positions + sum(margins(w)) - w.dilation * (w.window - 1) - 1) // w.stride + 1


def margins(w: AxisWindow) -> tuple[int, int]:
    """Positions added on the left and on the right of an axis before a convolution."""
    if w.padding == "valid":
        return 0, 0
    if isinstance(w.padding, int):
        return w.padding, w.padding
    reach = w.dilation * (w.window - 1)
    return reach // 2, reach - reach // 2


def true_degree(w: AxisWindow, positions: int) -> Tensor:
    """Number of inputs that exist in every window of one axis (positions out,), float64."""
    ones = torch.ones(positions, dtype=torch.float64)
    return _sum_by_slices(ones, (0,), w, torch.ones(output_length(w, positions), dtype=torch.float64))


def window_mean(K: Tensor, dims: tuple[int, ...], w: AxisWindow, buffers: Buffers) -> Tensor:
    """Mean over windows. Of pairs of positions: over pairs with the same offset, which share a weight; where the border
    is divided by the true degree, by the geometric mean of the two, as the rescaled network does."""
    scale = (_degree(w, K.shape[dims[0]]) ** (-1 / len(dims))).to(K)
    if w.padding == "circular":
        K = _wrapped(K, dims, w)
        w = w._replace(padding="valid")
    if K.device.type != "cpu":
        return _sum_by_slices(K, dims, w, scale)
    return _sum_fused(K.contiguous(), dims, w, scale, buffers)


def image_window_mean(K: Tensor, lead: int, axes: tuple[AxisWindow, AxisWindow], buffers: Buffers) -> Tensor | None:
    """``window_mean`` along both axes of all pairs of positions (lead..., H, W, H, W); None where it has to go one by one."""
    H, W = K.shape[lead : lead + 2]
    plain = all(w.stride == 1 and w.padding != "circular" and output_length(w, n) == n for w, n in zip(axes, (H, W)))
    if not plain or K.device.type != "cpu":
        return None
    (steps_h, weights_h), (steps_w, weights_w) = (
        _taps(axes[0], H, W, 1, K.dtype, 2), _taps(axes[1], W, 1, H, K.dtype, 2)
    )
    scale_h, scale_w = ((_degree(w, n) ** -0.5).to(K.dtype).numpy() for w, n in zip(axes, (H, W)))
    shape, K, out = (-1, H, W, H * W), K.contiguous(), buffers.empty(tuple(K.shape), K)
    band = np.empty((W, H * W), scale_h.dtype)
    fused.shifted_sum_images(
        K.numpy().reshape(shape), out.numpy().reshape(shape), band, steps_h, steps_w, steps_h * W, weights_h, weights_w, scale_h, scale_w
    )
    return out


def _sum_fused(K: Tensor, dims: tuple[int, ...], w: AxisWindow, scale: Tensor, buffers: Buffers) -> Tensor:
    length, inner = K.shape[dims[0]], math.prod(K.shape[dims[-1] + 1 :])
    if w.stride != 1 or len(scale) != length:
        return _sum_strided(K, dims, w, scale)
    out = buffers.empty(tuple(K.shape), K)
    between = math.prod(K.shape[dims[0] + 1 : dims[1]] if len(dims) == 2 else K.shape[: dims[0]])
    joined = _joined(between, length * inner)
    steps, weights = _taps(w, length, inner, joined, K.dtype, len(dims))
    n = joined * length * inner
    if len(dims) == 1:
        fused.shifted_sum(K.numpy().reshape(-1, n), out.numpy().reshape(-1, n), steps * inner, weights)
    else:
        shape = (math.prod(K.shape[: dims[0]]), length, between // joined, n)
        fused.shifted_sum_pairs(K.numpy().reshape(shape), out.numpy().reshape(shape), steps, steps * inner, weights, scale.numpy())
    return out


@lru_cache(maxsize=256)
def _joined(rows: int, length: int) -> int:
    """How many short rows to treat as one: long loops over contiguous memory are several times faster."""
    return next(j for j in range(max(1, min(rows, JOINED // length)), 0, -1) if rows % j == 0)


def _degree(w: AxisWindow, positions: int) -> Tensor:
    if w.padding == "same":
        return true_degree(w, positions)
    return torch.full((output_length(w, positions),), float(w.window), dtype=torch.float64)


@lru_cache(maxsize=256)
def _taps(w: AxisWindow, length: int, inner: int, joined: int, dtype: torch.dtype, dims: int) -> tuple[np.ndarray, np.ndarray]:
    """Offsets of the taps, and their weights (taps, joined * length * inner) in every position of a row."""
    scale = (_degree(w, length) ** (-1 / dims)).to(dtype).numpy()
    steps = np.arange(w.window) * w.dilation - margins(w)[0]
    here = np.arange(length)
    inside = [(here + s >= 0) & (here + s < length) for s in steps]
    return steps, np.stack([np.tile(np.repeat(scale * part, inner), joined) for part in inside])


def _sum_strided(K: Tensor, dims: tuple[int, ...], w: AxisWindow, scale: Tensor) -> Tensor:
    shape = list(K.shape)
    for d in dims:
        shape[d] = len(scale)
    out = K.new_empty(shape)

    def view(A: Tensor) -> np.ndarray:
        cuts = [0, *[edge for d in dims for edge in (d, d + 1)], A.ndim]
        return A.numpy().reshape([math.prod(A.shape[a:b]) for a, b in zip(cuts, cuts[1:])])

    function = fused.strided_sum if len(dims) == 1 else fused.strided_sum_pairs
    function(view(K), view(out), w.window, w.stride, w.dilation, margins(w)[0], scale.numpy())
    return out


def _sum_by_slices(K: Tensor, dims: tuple[int, ...], w: AxisWindow, scale: Tensor) -> Tensor:
    """The same by tensor operations, for any device."""
    count = len(scale)
    left, right = margins(w)
    for d in dims:
        K = _padded(K, d, left, right)
    total = None
    for tap in range(w.window):
        part = K
        for d in dims:
            part = part.narrow(d, tap * w.dilation, w.stride * (count - 1) + 1)
            part = part[(slice(None),) * d + (slice(None, None, w.stride),)]
        total = part.clone() if total is None else total.add_(part)
    for d in dims:
        total *= scale.view(*[-1 if i == d else 1 for i in range(total.ndim)])
    return total


def _wrapped(K: Tensor, dims: tuple[int, ...], w: AxisWindow) -> Tensor:
    left, right = margins(w)
    length = K.shape[dims[0]]
    for d in dims:
        K = K.index_select(d, torch.arange(-left, length + right, device=K.device) % length)
    return K


def _padded(K: Tensor, dim: int, left: int, right: int) -> Tensor:
    if not left and not right:
        return K
    shape = list(K.shape)
    shape[dim] += left + right
    out = K.new_zeros(shape)
    out.narrow(dim, left, K.shape[dim]).copy_(K)
    return out


def pool_matrix(w: AxisWindow, positions: int) -> Tensor:
    """Averages of one axis (cells, positions), float64: sliding windows, or cells that cover the axis evenly."""
    cells = output_length(w, positions)
    A = torch.zeros(cells, positions, dtype=torch.float64)
    for i in range(cells):
        if w.cells:
            start, stop = i * positions // cells, -(-(i + 1) * positions // cells)
        else:
            start, stop = i * w.stride, i * w.stride + w.window
        A[i, start:stop] = 1 / (stop - start)
    return A


def pool_mean(K: Tensor, dims: tuple[int, ...], w: AxisWindow) -> Tensor:
    """Averages over cells in every dimension of ``dims``."""
    A = pool_matrix(w, K.shape[dims[0]]).to(K)
    for d in dims:
        K = torch.movedim(torch.movedim(K, d, -1) @ A.T, -1, d)
    return K


def same_positions(K: Tensor, lead: int) -> Tensor:
    """(lead..., *P) from all pairs of positions (lead..., *P, *P)."""
    rank = (K.ndim - lead) // 2
    P = K.shape[lead : lead + rank]
    flat = K.reshape(*K.shape[:lead], math.prod(P), math.prod(P))
    # A copy: the kernel itself may be changed in place, or be large.
    return flat.diagonal(dim1=-2, dim2=-1).clone().reshape(*K.shape[:lead], *P)
