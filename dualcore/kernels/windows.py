"""Windows and averages over positions, one axis at a time, for kernels between positions.

A kernel holds either equal positions only, (..., *P), or all pairs of positions, (..., *P, *P). ``dims`` names the
one or two dimensions that belong to one spatial axis.
"""

from __future__ import annotations

import math

import torch

from dualcore.kernels.skeletons import Node

Tensor = torch.Tensor


def output_length(node: Node, positions: int) -> int:
    """Positions of one axis behind a conv or pool node; below 1 when the window does not fit."""
    if node.op == "pool" and node.padding != "valid":
        return min(node.window, positions)
    reach = node.dilation * (node.window - 1)
    return ((positions if node.padding != "valid" else positions - reach) - 1) // node.stride + 1


def margins(node: Node) -> tuple[int, int]:
    """Positions added on the left and on the right of an axis before a convolution."""
    if node.padding == "valid":
        return 0, 0
    reach = node.dilation * (node.window - 1)
    return reach // 2, reach - reach // 2


def true_degree(node: Node, positions: int) -> Tensor:
    """Number of inputs that exist in every window of one axis (positions out,), float64."""
    return _window_sum(torch.ones(positions, dtype=torch.float64), (0,), node)


def window_mean(K: Tensor, dims: tuple[int, ...], node: Node) -> Tensor:
    """Mean over windows. Of pairs of positions: over pairs with the same offset, which share a weight; at the border
    the sum is divided by the geometric mean of the two true degrees, as the rescaled network does."""
    degree = true_degree(node, K.shape[dims[0]]).to(K)
    out = _window_sum(K, dims, node)
    for d in dims:
        out /= _along(degree ** (1 / len(dims)), d, out.ndim)
    return out


def _window_sum(K: Tensor, dims: tuple[int, ...], node: Node) -> Tensor:
    count = output_length(node, K.shape[dims[0]])
    left, right = margins(node)
    for d in dims:
        K = _pad(K, d, left, right, node.padding == "circular")
    total = None
    for tap in range(node.window):
        part = K
        for d in dims:
            first = tap * node.dilation
            part = part.narrow(d, first, node.stride * (count - 1) + 1)
            part = part[(slice(None),) * d + (slice(None, None, node.stride),)]
        total = part.clone() if total is None else total.add_(part)
    return total


def _pad(K: Tensor, dim: int, left: int, right: int, circular: bool) -> Tensor:
    if not left and not right:
        return K
    length = K.shape[dim]
    if circular:
        return K.index_select(dim, torch.arange(-left, length + right, device=K.device) % length)
    shape = list(K.shape)
    shape[dim] = length + left + right
    out = K.new_zeros(shape)
    out.narrow(dim, left, length).copy_(K)
    return out


def pool_matrix(node: Node, positions: int) -> Tensor:
    """Averages of one axis (cells, positions), float64: sliding windows, or cells that cover the axis evenly."""
    cells = output_length(node, positions)
    A = torch.zeros(cells, positions, dtype=torch.float64)
    for i in range(cells):
        if node.padding == "valid":
            start, stop = i * node.stride, i * node.stride + node.window
        else:
            start, stop = i * positions // cells, -(-(i + 1) * positions // cells)
        A[i, start:stop] = 1 / (stop - start)
    return A


def pool_mean(K: Tensor, dims: tuple[int, ...], node: Node) -> Tensor:
    """Averages over cells in every dimension of ``dims``."""
    A = pool_matrix(node, K.shape[dims[0]]).to(K)
    for d in dims:
        K = torch.movedim(torch.movedim(K, d, -1) @ A.T, -1, d)
    return K


def same_positions(K: Tensor, lead: int) -> Tensor:
    """(lead..., *P) from all pairs of positions (lead..., *P, *P)."""
    rank = (K.ndim - lead) // 2
    P = K.shape[lead : lead + rank]
    flat = K.reshape(*K.shape[:lead], math.prod(P), math.prod(P))
    return flat.diagonal(dim1=-2, dim2=-1).reshape(*K.shape[:lead], *P)


def _along(values: Tensor, dim: int, ndim: int) -> Tensor:
    return values.view(*[-1 if i == dim else 1 for i in range(ndim)])
