"""The dual kernel of a skeleton on vectors (Daniely, Frostig, Singer 2016, section 4.2), node by node:

    input       kappa(x, y) = <x, y>                (unit vectors)
    dense       sigma^(beta + (1 - beta) kappa)
    activation  sigma^(kappa)
    add, join   sum_u q_u kappa_u,  q_u = 1 / |in| unless given
"""

from __future__ import annotations

import torch

from dualcore.errors import SkeletonError
from dualcore.kernels.activations import activation
from dualcore.kernels.skeletons import Skeleton

Tensor = torch.Tensor
TILE_BYTES = 256 * 2**20


def dual_kernel(skeleton: Skeleton, X: Tensor, Y: Tensor | None = None, *, memory_bytes: int = TILE_BYTES) -> Tensor:
    """Dual kernel between the rows of X (n, d) and Y (m, d); of X with itself when Y is None.

    memory_bytes : bound on the working memory beside the result; tiles of rows are sized by it

    Raises SkeletonError for skeletons over positions, whose kernels are estimated by random networks.
    """
    if skeleton.rank:
        raise SkeletonError("no_closed_kernel", name=skeleton.name)
    X = X.to(torch.float64) if X.dtype != torch.float32 else X
    other = X if Y is None else Y.to(X.dtype)
    out = torch.empty(len(X), len(other), dtype=X.dtype, device=X.device)
    rows = max(1, int(memory_bytes // (X.element_size() * max(1, len(other)) * (skeleton.size + 4))))
    for start in range(0, len(X), rows):
        # Only the columns from the diagonal on when the result is symmetric.
        first = start if Y is None else 0
        out[start : start + rows, first:] = _tile(skeleton, X[start : start + rows], other[first:])
    if Y is None:
        out = out.triu() + out.triu(1).T
    return out


def _tile(skeleton: Skeleton, X: Tensor, Y: Tensor) -> Tensor:
    kernels: dict[str, Tensor] = {}
    for node in skeleton.nodes:
        if node.op == "input":
            kernels[node.name] = X @ Y.T
            continue
        shares = node.weights or [1 / len(node.inputs)] * len(node.inputs)
        kernel = sum(q * kernels[i] for q, i in zip(shares, node.inputs, strict=True))
        if node.op == "dense":
            kernel = node.bias_share + (1 - node.bias_share) * kernel
        if node.op in ("dense", "activation") and node.activation != "identity":
            kernel = activation(node.activation).dual(kernel.clamp(-1, 1))
        kernels[node.name] = kernel
    return kernels[skeleton.output.name]
