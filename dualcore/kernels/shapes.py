"""Shapes of the values at every node, and inputs of skeletons that read several tensors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch

from dualcore.errors import SkeletonError
from dualcore.kernels.skeletons import Skeleton
from dualcore.kernels.windows import output_length

Tensor = torch.Tensor


def to_sphere(X: Tensor, constant: float = 1.0) -> Tensor:
    """Append ``constant`` as a coordinate (it keeps the norm visible) and scale every row to length 1. X: (n, d)."""
    X = torch.cat([X, X.new_full((len(X), 1), constant)], 1)
    return X / X.norm(dim=1, keepdim=True)


def split_views(skeleton: Skeleton, X: Tensor | Sequence[Tensor]) -> tuple[list[Tensor], tuple]:
    """(one tensor (n, channels, *positions) per input node, shape of one example; a tuple of shapes for several).

    Raises SkeletonError when the number of inputs, of axes or of examples does not fit.
    """
    count = len(skeleton.inputs)
    X = torch.from_numpy(X) if isinstance(X, np.ndarray) else X
    if not isinstance(X, Tensor):
        X = [torch.from_numpy(v) if isinstance(v, np.ndarray) else v for v in X]
        if not all(isinstance(v, Tensor) for v in X):
            raise SkeletonError("not_tensors", name=skeleton.name, found=type(X[0]).__name__ if X else "-")
    views = [X] if isinstance(X, Tensor) and count == 1 else list(X.unbind(1)) if isinstance(X, Tensor) and X.ndim > 1 else list(X)
    shapes = tuple(tuple(v.shape[1:]) for v in views)
    ranks = [skeleton.axes[node.name] for node in skeleton.inputs]
    if len(views) != count or any(len(s) != rank + 1 for s, rank in zip(shapes, ranks)) or len({len(v) for v in views}) != 1:
        raise SkeletonError("shape_does_not_fit", name=skeleton.name, shape=str(shapes[0] if len(shapes) == 1 else shapes))
    return views, shapes[0] if count == 1 else shapes


def node_shapes(skeleton: Skeleton, channels: int, input_shape: tuple) -> dict[str, tuple[int, ...]]:
    """Shape (channels, *positions) of every node's value for one example; weighted nodes have ``channels`` channels.

    Raises SkeletonError when the inputs do not fit or a window is larger than what it reads.
    """
    given = _input_shapes(skeleton, input_shape)
    shapes: dict[str, tuple[int, ...]] = {}
    for node in skeleton.nodes:
        source = [shapes[i] for i in node.inputs]
        if node.op == "input":
            shape = given[node.name]
        elif node.op == "dense":
            shape = (channels,)
        elif node.op in ("conv", "pool"):
            shape = (channels if node.op == "conv" else source[0][0], *(output_length(node.on(a), p) for a, p in enumerate(source[0][1:])))
        elif node.op == "global_pool":
            shape = (source[0][0],)
        elif node.op in ("flatten", "join"):
            shape = (sum(math.prod(s) for s in source),)
        else:
            if len(set(source)) != 1:
                raise SkeletonError("shapes_differ", name=node.name, shapes=", ".join(map(str, source)))
            shape = source[0]
        if min(shape) < 1:
            raise SkeletonError("window_too_large", name=node.name, shape=str(source[0] if source else shape))
        shapes[node.name] = shape
    return shapes


def _input_shapes(skeleton: Skeleton, input_shape: tuple) -> dict[str, tuple[int, ...]]:
    """One shape per input node; a single shape (inputs, channels, ...) stands for equal inputs that are stacked."""
    ranks = {node.name: skeleton.axes[node.name] for node in skeleton.inputs}
    if len(ranks) == 1:
        given = [input_shape]
    elif all(isinstance(s, int) for s in input_shape):
        given = [input_shape[1:]] * (input_shape[0] if input_shape else 0)
    else:
        given = list(input_shape)
    if len(given) != len(ranks) or any(not isinstance(s, Sequence) or len(s) != rank + 1 for s, rank in zip(given, ranks.values())):
        raise SkeletonError("shape_does_not_fit", name=skeleton.name, shape=str(tuple(input_shape)))
    return {name: tuple(int(v) for v in s) for name, s in zip(ranks, given, strict=True)}
