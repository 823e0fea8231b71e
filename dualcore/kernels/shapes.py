"""Shapes of the values at every node, and inputs of skeletons that read several tensors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch

from dualcore.errors import NumericalError, SkeletonError
from dualcore.kernels.skeletons import Skeleton
from dualcore.kernels.windows import output_length

Tensor = torch.Tensor


def to_sphere(X: Tensor, constant: float = 1.0) -> Tensor:
    """Append ``constant`` as a coordinate (it keeps the norm visible) and scale every row to length 1. X: (n, d).

    Raises SkeletonError when X is no matrix of real floating point numbers or ``constant`` no finite number (0 with a row of zeros), NumericalError
    when a value is not finite.
    """
    if not isinstance(X, Tensor) or X.ndim != 2 or not X.is_floating_point():
        found = f"{type(X).__name__} {getattr(X, 'dtype', '')} {tuple(getattr(X, 'shape', ()))}"
        raise SkeletonError("bad_argument", argument="X", value=found, accepted="Tensor float32 | float64 (n, d)")
    if not isinstance(constant, int | float) or not math.isfinite(constant):
        raise SkeletonError("bad_argument", argument="constant", value=constant, accepted="a finite number")
    X = torch.cat([X, X.new_full((len(X), 1), constant)], 1)
    norm = X.norm(dim=1, keepdim=True)
    if not bool(torch.isfinite(norm).all()):
        raise NumericalError("input_not_finite", argument="X")
    if not bool((norm > 0).all()):
        raise SkeletonError("bad_argument", argument="constant", value=constant, accepted="!= 0 (X has rows of zeros)")
    return X / norm


def check_values(skeleton: Skeleton, views: list[Tensor], argument: str) -> None:
    """Raises SkeletonError when there are no examples, NumericalError when a value is not finite."""
    if not len(views[0]):
        raise SkeletonError("no_examples", name=skeleton.name, argument=argument)
    # Anything that is not finite spoils the sum; this is many times faster than to ask every number.
    if not all(bool(torch.isfinite(v.sum())) for v in views if v.is_floating_point()):
        raise NumericalError("input_not_finite", argument=argument)


def split_views(skeleton: Skeleton, X: Tensor | Sequence[Tensor], argument: str = "X") -> tuple[list[Tensor], tuple]:
    """(one tensor (n, channels, *positions) per input node, shape of one example; a tuple of shapes for several).

    Raises SkeletonError when the number of inputs, of axes or of examples does not fit.
    """
    count = len(skeleton.inputs)
    X = _tensor(X)
    if not isinstance(X, Tensor):
        X = [_tensor(v) for v in X] if isinstance(X, Sequence) else [X]
    for v in [X] if isinstance(X, Tensor) else X or [X]:
        if not isinstance(v, Tensor) or v.is_complex() or v.layout != torch.strided:
            found = f"{type(v).__name__} {getattr(v, 'dtype', '')}".strip()
            raise SkeletonError("not_tensors", name=skeleton.name, argument=argument, found=found)
    views = [X] if isinstance(X, Tensor) and count == 1 else list(X.unbind(1)) if isinstance(X, Tensor) and X.ndim > 1 else list(X)
    shapes = tuple(tuple(v.shape[1:]) for v in views)
    ranks = [skeleton.axes[node.name] for node in skeleton.inputs]
    if len(views) != count or any(len(s) != rank + 1 for s, rank in zip(shapes, ranks)) or len({len(v) for v in views}) != 1:
        given = ", ".join(str(tuple(v.shape)) for v in views)
        raise SkeletonError("inputs_do_not_fit", name=skeleton.name, argument=argument, shape=given, accepted=_accepted_shapes(ranks))
    return views, shapes[0] if count == 1 else shapes


def _tensor(value: object) -> object:
    """A tensor from an array of numbers; anything else as it is."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return torch.from_numpy(np.ascontiguousarray(value))
    return value


def _accepted_shapes(ranks: list[int]) -> str:
    return ", ".join(("(n, d)", "(n, c, length)", "(n, c, h, w)")[rank] for rank in ranks)


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
            if node.op == "input":
                raise SkeletonError("inputs_do_not_fit", name=skeleton.name, argument=node.name, shape=str(shape), accepted=">= 1")
            raise SkeletonError(
                "window_too_large", name=node.name, window=node.window, dilation=node.dilation, positions=" x ".join(map(str, source[0][1:]))
            )
        shapes[node.name] = shape
    return shapes


def _input_shapes(skeleton: Skeleton, input_shape: tuple) -> dict[str, tuple[int, ...]]:
    """One shape per input node; a single shape (inputs, channels, ...) stands for equal inputs that are stacked."""
    ranks = {node.name: skeleton.axes[node.name] for node in skeleton.inputs}
    if not isinstance(input_shape, Sequence) or isinstance(input_shape, str):
        raise SkeletonError("inputs_do_not_fit", name=skeleton.name, argument="input_shape", shape=str(input_shape), accepted=_accepted_shapes(list(ranks.values())))
    if len(ranks) == 1:
        given = [input_shape]
    elif all(isinstance(s, int) for s in input_shape):
        given = [input_shape[1:]] * (input_shape[0] if input_shape else 0)
    else:
        given = list(input_shape)
    fits = [isinstance(s, Sequence) and len(s) == rank + 1 and all(isinstance(v, int) for v in s) for s, rank in zip(given, ranks.values())]
    if len(given) != len(ranks) or not all(fits):
        accepted = _accepted_shapes(list(ranks.values()))
        raise SkeletonError("inputs_do_not_fit", name=skeleton.name, argument="input_shape", shape=str(tuple(input_shape)), accepted=f"{accepted} - n")
    return {name: tuple(int(v) for v in s) for name, s in zip(ranks, given, strict=True)}
