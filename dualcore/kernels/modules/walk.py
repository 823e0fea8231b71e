"""One pass through a traced module: moments of every value from the actual weights, and measured on a batch if there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import torch
from torch import nn

from dualcore.errors import SkeletonError
from dualcore.kernels.modules import moments as m
from dualcore.kernels.modules.recognise import layer_rank
from dualcore.kernels.modules.records import Remark
from dualcore.kernels.modules.signals import Signals, mean_correlation, quiet, second_moment
from dualcore.kernels.modules.tracing import PASSING, Step, Trace

Tensor = torch.Tensor


@dataclass
class LayerState:
    """What was found about a layer or norm when the pass came by."""

    variance: float | None = None
    bias_share: float | None = None
    measured: float | None = None
    correlation: float | None = None
    remarks: list[Remark] = field(default_factory=list)


class Walk:
    """``run`` fills ``states`` (layers and norms by step) and ``values`` (moments by step, None where not known).

    change : called with every layer and norm before it runs, and the moments of what it reads; it may set the weights
    """

    def __init__(self, trace: Trace, sample: list[Tensor] | None, change: Callable[[Step, m.Moments | None], None] | None = None) -> None:
        self.trace, self.sample, self.change = trace, sample, change
        self.values: dict[str, m.Moments | None] = {}
        self.shapes: dict[str, tuple[int, ...]] = {}
        self.states: dict[str, LayerState] = {}
        self.input_moment = 1.0

    def run(self) -> Walk:
        with quiet(self.trace.module):
            if self.sample is None:
                for step in self.trace.steps.values():
                    self._before(step)
                    self._after(step, None)
            else:
                self.input_moment = self._measure_inputs()
                Signals(self.trace, self._before, self._after).run(*self.sample)
        return self

    def _measure_inputs(self) -> float:
        real = [x for x in self.sample if x.is_floating_point()]
        levels = [second_moment(x) for x in real]
        if not all(levels):
            raise SkeletonError("bad_argument", argument="sample", value="0, 0, ...", accepted="x != 0")
        return sum(levels) / len(levels) if levels else 1.0

    def _before(self, step: Step) -> None:
        if self.change is not None and step.kind in ("layer", "norm"):
            self.change(step, self.values[step.inputs[0]])

    def _after(self, step: Step, value: object) -> None:
        tensor = value if isinstance(value, Tensor) and value.is_floating_point() else None
        if tensor is not None:
            self.shapes[step.name] = tuple(tensor.shape)
        known = self._known(step, tensor)
        if known is None and tensor is not None and step.kind not in ("output", "constant", "meta"):
            known = self._measured(step, tensor)
        self.values[step.name] = known
        if step.kind in ("layer", "norm") and step.name in self.states and tensor is not None:
            self.states[step.name].measured = second_moment(tensor)
            self.states[step.name].correlation = mean_correlation(tensor)

    def _known(self, step: Step, tensor: Tensor | None) -> m.Moments | None:
        """What follows from the weights alone."""
        if step.kind == "input":
            return self._input(step, tensor)
        sources = [self.values[i] for i in step.inputs]
        if step.kind == "norm":
            return self._norm(step, sources[0])
        if step.kind == "layer":
            return self._layer(step, sources[0])
        if not sources or any(s is None for s in sources):
            return None
        source = sources[0]
        if step.kind == "activation":
            # Only a centred Gaussian has a known law; what else is measured if it can be.
            return m.behind_activation(step.activation, source) if source.gaussian or tensor is None else None
        if step.kind == "scale":
            return replace(source, second=source.second * step.factor**2, mean=source.mean * step.factor)
        if step.kind == "same":
            return source
        if step.kind == "shape":
            return replace(source.flat(), channels=None if tensor is None else tensor.shape[1] if tensor.ndim > 1 else 1)
        if step.kind == "sum":
            return self._sum(step, sources)
        if step.kind == "join":
            sizes = [s.channels for s in sources]
            if tensor is not None:
                sizes = [int(torch.Size(self.shapes[i]).numel()) for i in step.inputs]
            joined = m.of_join(sources, sizes)
            return joined if joined is None or tensor is None else replace(joined, channels=tensor.shape[1] if tensor.ndim > 1 else 1)
        return None

    def _input(self, step: Step, tensor: Tensor | None) -> m.Moments | None:
        one = torch.ones((), dtype=torch.float64)
        if tensor is None:
            return None if self.sample is not None else m.Moments(one, 0 * one, False, frozenset([step.name]))
        return replace(m.measured(tensor, frozenset([step.name])), basis="known")

    def _sum(self, step: Step, sources: list[m.Moments]) -> m.Moments | None:
        shapes = {self.shapes.get(i) for i in step.inputs}
        return m.of_sum(sources) if len(shapes) == 1 else None

    def _norm(self, step: Step, source: m.Moments | None) -> m.Moments:
        out = m.behind_norm(step.module, source, step.name)
        state = self.states.setdefault(step.name, LayerState())
        state.variance = out.level
        state.bias_share = m.norm_shift(m.affine(step.module)[1]) / out.level if out.level > 0 else None
        return out

    def _layer(self, step: Step, source: m.Moments | None) -> m.Moments | None:
        state = self.states.setdefault(step.name, LayerState())
        if source is None:
            return None
        shape = self.shapes.get(step.inputs[0])
        rank = layer_rank(step.module)
        positions = shape[-rank:] if shape is not None and rank else None
        pre = m.of_layer(step.module, source, positions)
        state.variance, state.bias_share = pre.variance, pre.bias_share
        if pre.lowest < 1 - 1e-9:
            share = float(pre.weights.mean()) / float(pre.weights.max()) if float(pre.weights.max()) else 1.0
            state.remarks.append(Remark(code="border", fields={"lowest": round(pre.lowest, 4), "mean": round(share, 4)}))
        out = m.behind_layer(step, pre)
        return out if rank == 0 or positions is not None else out.flat()

    def _measured(self, step: Step, tensor: Tensor) -> m.Moments:
        sources = [s for i in step.inputs if (s := self.values[i]) is not None]
        roots = frozenset([step.name]).union(*(s.roots for s in sources))
        average = step.kind == "pool" and ("avg" in step.label.lower() or "mean" in step.label.lower() or "Avg" in type(step.module).__name__)
        # An average of centred Gaussians is one; its variance depends on how positions are correlated, so it is measured.
        return m.measured(tensor, roots, average and all(s.gaussian for s in sources) and bool(sources))


def first_readers(trace: Trace, step: Step) -> list[Step]:
    """What reads a value, behind changes of form and scale."""
    out, waiting = [], list(trace.readers[step.name])
    while waiting:
        reader = waiting.pop(0)
        if reader.kind in PASSING:
            waiting += trace.readers[reader.name]
        else:
            out.append(reader)
    return out


def is_float(module: nn.Module) -> bool:
    return all(p.is_floating_point() and not p.is_meta for p in module.parameters())
