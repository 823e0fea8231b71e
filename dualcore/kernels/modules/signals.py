"""A batch on its way through a traced module, watched step by step without changing the module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
import torch.nn.functional as F
from torch import fx, nn

from dualcore.errors import SkeletonError
from dualcore.kernels.modules.recognise import BATCH_NORMS, DROPOUT_FUNCTIONS, DROPOUTS, INSTANCE_NORMS, layer_rank
from dualcore.kernels.modules.tracing import Step, Trace

Tensor = torch.Tensor
_TORCH_ERRORS = (RuntimeError, ValueError, TypeError, IndexError, AssertionError, NotImplementedError)
_AXES = {0: "", 1: ", length", 2: ", height, width", 3: ", depth, height, width"}


class Signals(fx.Interpreter):
    """Runs the batch and shows every value.

    The forward pass is that of the first training step, whatever mode the module is in, except that dropout is left out:
    batch normalisation takes the statistics of the batch, and running statistics are neither read nor updated.

    before : called with every step before it runs
    after : called with every step and its value
    """

    def __init__(self, trace: Trace, before: Callable[[Step], None], after: Callable[[Step, object], None]) -> None:
        super().__init__(trace.graph)
        self.trace, self.before, self.after = trace, before, after
        self.extra_traceback = False

    def run_node(self, n: fx.Node) -> object:
        step = self.trace.steps[n.name]
        self.before(step)
        try:
            value = super().run_node(n)
        except _TORCH_ERRORS as error:
            shapes = [tuple(v.shape) for v in map(self.env.get, n.all_input_nodes) if isinstance(v, Tensor)]
            raise _does_not_fit(step, self.trace, shapes, error) from error
        self.after(step, value)
        return value

    def call_module(self, target, args, kwargs):
        module = self.fetch_attr(target)
        if isinstance(module, DROPOUTS):
            return args[0]
        if isinstance(module, BATCH_NORMS):
            return F.batch_norm(args[0], None, None, module.weight, module.bias, True, 0.0, module.eps)
        if isinstance(module, INSTANCE_NORMS):
            return F.instance_norm(args[0], None, None, module.weight, module.bias, True, 0.0, module.eps)
        return super().call_module(target, args, kwargs)

    def call_function(self, target, args, kwargs):
        if target in DROPOUT_FUNCTIONS:
            return args[0]
        if target is F.batch_norm:
            raise RuntimeError("functional batch_norm would write its running statistics; use nn.BatchNorm")
        return super().call_function(target, args, kwargs)


def _does_not_fit(step: Step, trace: Trace, shapes: list, error: Exception) -> SkeletonError:
    shape = ", ".join(map(str, shapes))
    if step.module is not None and layer_rank(step.module) is not None and trace.source(step).kind == "input":
        return SkeletonError("bad_argument", argument="sample", value=f"{shape}", accepted=accepted(step.module))
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return SkeletonError("sample_does_not_fit", name=step.label, shape=shape, reason=reason)


def accepted(module: nn.Module) -> str:
    """The shape that a layer reads."""
    rank = layer_rank(module)
    return f"(n, {module.in_channels}{_AXES[rank]})" if rank else f"(n, ..., {module.in_features})"


@contextmanager
def quiet(module: nn.Module) -> Iterator[None]:
    """Without gradients, and with the global random state as it was."""
    devices = sorted({p.device.index for p in module.parameters() if p.device.type == "cuda"})
    with torch.no_grad(), torch.random.fork_rng(devices=devices):
        yield


def as_sample(trace: Trace, sample: Tensor | np.ndarray | Sequence[Tensor]) -> list[Tensor]:
    """One tensor per input of the module, on its device and in its precision (whole numbers stay whole).

    Raises SkeletonError when the number of inputs is another, a tensor has no rows, or holds values that are not finite.
    """
    given = list(sample) if isinstance(sample, list | tuple) else [sample]
    if len(given) != len(trace.inputs):
        names = ", ".join(s.label for s in trace.inputs)
        raise SkeletonError("bad_argument", argument="sample", value=f"{len(given)} tensors", accepted=f"{len(trace.inputs)} ({names})")
    like = next((p for p in trace.module.parameters() if p.is_floating_point()), torch.empty(0))
    out = []
    for value in given:
        if not isinstance(value, Tensor | np.ndarray):
            raise SkeletonError("bad_argument", argument="sample", value=type(value).__name__, accepted="torch.Tensor | numpy.ndarray")
        x = torch.as_tensor(value).detach()
        if x.ndim < 1 or not x.numel():
            raise SkeletonError("bad_argument", argument="sample", value=tuple(x.shape), accepted="(n, ...), n >= 1")
        x = x.to(like) if x.is_floating_point() else x.to(like.device)
        if not bool(torch.isfinite(x).all()):
            raise SkeletonError("bad_argument", argument="sample", value="nan / inf", accepted="-inf < x < inf")
        out.append(x)
    return out


def second_moment(value: Tensor) -> float:
    return float(value.detach().double().square().mean())


def mean_correlation(value: Tensor) -> float | None:
    """Mean cosine between the values of two different examples; None with fewer than two that are not zero."""
    x = value.detach().double().flatten(1)
    norms = x.norm(dim=1)
    x = x[norms > 0] / norms[norms > 0, None]
    n = len(x)
    return float((x.sum(0).square().sum() - n) / (n * (n - 1))) if n > 1 else None
