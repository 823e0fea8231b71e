"""Initialisation as the theory of random networks wants it: every pre-activation of variance 1, a chosen part of it bias.

Weights N(0, (1 - beta) / (f m)) with f the fan-in and m the second moment of one neuron that the layer reads, biases
N(0, beta) (Daniely, Frostig, Singer 2016, arXiv 1602.05897, sections 4.1 and 5.1). For inner ReLU layers and beta = 0 this
is He's initialisation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn.utils import parametrize

from dualcore.errors import SkeletonError
from dualcore.kernels.modules import moments as m
from dualcore.kernels.modules.records import InitReport, Remark
from dualcore.kernels.modules.report import report
from dualcore.kernels.modules.signals import as_sample
from dualcore.kernels.modules.tracing import Step, Trace, trace
from dualcore.kernels.modules.walk import LayerState, Walk, is_float

Tensor = torch.Tensor
Beta = float | str | dict[str, float]
READOUTS = ("normal", "zero", "keep")


def diagnose_init(module: nn.Module, sample: Tensor | np.ndarray | Sequence[Tensor] | None = None) -> InitReport:
    """What the present weights do to a signal, layer by layer; nothing is changed, not even running statistics.

    Parameters
    ----------
    sample : a batch (n, ...) like the data that the module will see, one for each of its inputs; None = the analytic part
        only. The batch passes as in the first training step: batch normalisation uses its statistics, dropout is left out

    Raises
    ------
    SkeletonError : when the module cannot be traced or has no layer that is understood, or the sample does not fit it
    """
    traced = _traced(module)
    given = None if sample is None else as_sample(traced, sample)
    before = Walk(traced, given).run()
    alone = {s.name: why for s in traced.steps.values() if s.kind in ("layer", "norm") and (why := untouchable(traced, s)) is not None}
    return report(traced, before, None, set(), alone, {})


def correct_init_(
    module: nn.Module, beta: Beta = "critical", *, sample: Tensor | np.ndarray | Sequence[Tensor] | None = None, seed: int = 0,
    readout: str = "normal", orthogonal: bool = False,
) -> InitReport:
    """Draw the weights of a module anew, in place, so that signals keep their size and their differences through depth.

    Parameters
    ----------
    beta : share of a pre-activation's variance that comes from its bias: "critical" = the share at which the following
        activation neither merges nor separates inputs in depth, a number in [0, 1] for all hidden layers, or such numbers by
        layer name (the others critical)
    sample : a batch (n, ...) like the data, one for each input; it gives the size of the inputs, and what pooling and
        unknown operations do to a signal. None: inputs of mean square 1, and layers behind such operations are left alone
    seed : of the generator on the CPU; the same seed gives the same weights on every device
    readout : of the last layer, behind which there is no activation: "normal" (variance 1, no bias), "zero" or "keep"
    orthogonal : rows of weights orthogonal in blocks instead of independent, with the same variance

    Raises
    ------
    SkeletonError : as for ``diagnose_init``, and when another argument is not accepted
    """
    if readout not in READOUTS:
        raise SkeletonError("bad_argument", argument="readout", value=readout, accepted=" | ".join(READOUTS))
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise SkeletonError("bad_argument", argument="seed", value=seed, accepted="0, 1, ...")
    traced = _traced(module)
    _check_beta(traced, beta)
    given = None if sample is None else as_sample(traced, sample)
    before = Walk(traced, given).run()
    correction = _Correction(traced, beta, seed, readout, orthogonal)
    after = Walk(traced, given, correction.apply)
    correction.states = after.states
    after.run()
    settings = {"seed": seed, "beta": str(beta), "readout": readout, "orthogonal": orthogonal}
    return report(traced, before, after, correction.changed, correction.alone, settings)


def _traced(module: nn.Module) -> Trace:
    found = trace(module)
    if not found.layers:
        raise SkeletonError("no_layers", module=type(module).__name__)
    return found


def _check_beta(traced: Trace, beta: Beta) -> None:
    names = [s.label for s in traced.layers if not traced.is_readout(s)]
    if isinstance(beta, dict):
        unknown = [str(n) for n in beta if n not in names]
        if unknown:
            raise SkeletonError("bad_argument", argument="beta", value=", ".join(unknown), accepted=" | ".join(dict.fromkeys(names)) or "-")
    for name, value in beta.items() if isinstance(beta, dict) else [("beta", beta)]:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (number and 0 <= value <= 1) and not (value == "critical" and isinstance(value, str)):
            argument = name if name == "beta" else f"beta[{name!r}]"
            raise SkeletonError("bad_argument", argument=argument, value=value, accepted="critical | 0 ... 1 | {layer: 0 ... 1}")


class _Correction:
    """Sets layers and norms one after the other, when a ``Walk`` comes by."""

    def __init__(self, traced: Trace, beta: Beta, seed: int, readout: str, orthogonal: bool) -> None:
        self.trace, self.beta, self.seed, self.readout, self.orthogonal = traced, beta, seed, readout, orthogonal
        self.generator = torch.Generator().manual_seed(seed)
        self.states: dict[str, LayerState] = {}
        self.changed: set[str] = set()
        self.alone: dict[str, Remark] = {}

    def apply(self, step: Step, source: m.Moments | None) -> None:
        why = untouchable(self.trace, step)
        if why is not None:
            self.alone[step.name] = why
        elif step.kind == "norm":
            self._norm(step)
        elif self.trace.is_readout(step):
            self._readout(step, source)
        else:
            self._hidden(step, source)

    def _hidden(self, step: Step, source: m.Moments | None) -> None:
        norm = self.trace.norm_behind(step)
        level = self._level(step, source, norm is not None)
        if level is None:
            return
        share = 0.0 if norm is not None else self._share(step)
        if norm is not None:
            self._say(step, "norm_behind")
        if share > 0 and step.module.bias is None:
            self._say(step, "no_bias", beta=round(share, 4))
            share = 0.0
        self._draw(step, (1 - share) / (step.module.weight[0].numel() * level), share)

    def _readout(self, step: Step, source: m.Moments | None) -> None:
        if self.readout == "keep":
            self._say(step, "readout_kept")
            return
        level = 1.0 if self.readout == "zero" else self._level(step, source, False)
        if level is not None:
            variance = 0.0 if self.readout == "zero" else 1 / (step.module.weight[0].numel() * level)
            self._draw(step, variance, 0.0)

    def _level(self, step: Step, source: m.Moments | None, free: bool) -> float | None:
        """Second moment of what a layer reads; None (and the layer left alone) where it cannot be known.

        free : a norm behind makes the scale of the layer irrelevant
        """
        read = self.trace.source(step).label
        if source is not None and source.level > 0:
            if source.basis != "known":
                self._say(step, f"{source.basis}_moment", name=read, moment=round(source.level, 4))
            return source.level
        if free:
            return 1.0
        self.alone[step.name] = Remark(code="reads_nothing" if source is not None else "not_known", fields={"name": read})
        return None

    def _norm(self, step: Step) -> None:
        weight, bias = m.affine(step.module)
        share = self._share(step)
        if weight is None or bias is None:
            if share > 0:
                self._say(step, "no_affine", beta=round(share, 4))
            return
        if not bool(weight.any()):
            self._say(step, "zero_norm_kept")
        elif self.trace.source(step).kind == "layer" or share > 0:
            weight.fill_(math.sqrt(1 - share))
            bias.copy_(torch.randn(bias.shape, generator=self.generator, dtype=torch.float64) * math.sqrt(share))
            self.changed.add(step.name)

    def _share(self, step: Step) -> float:
        """The bias share that is wanted where ``step`` gives the pre-activation."""
        layer = self.trace.source(step) if step.kind == "norm" else step
        wanted = self.beta.get(layer.label, "critical") if isinstance(self.beta, dict) else self.beta
        reached = list(self.trace.reached(step))
        sigmas = {s.activation.name: s.activation for s in reached if s.kind == "activation"}
        if wanted != "critical":
            # Between two linear layers, or in front of a layer that no activation follows, a given number still counts.
            return float(wanted)
        if len(sigmas) > 1:
            self._say(step, "several_activations", names=", ".join(sigmas))
        strange = [s.label for s in reached if s.kind == "unknown"]
        if strange:
            self._say(step, "unknown_behind", name=strange[0])
        share = next(iter(sigmas.values())).critical_bias if sigmas else 0.0
        if share < 1:
            return share
        # A function that jumps separates inputs at every share below 1, and at 1 nothing of the input is left.
        self._say(step, "no_critical_share", name=next(iter(sigmas)))
        return 0.0

    def _draw(self, step: Step, variance: float, share: float) -> None:
        weight, bias = step.module.weight, step.module.bias
        groups = getattr(step.module, "groups", 1)
        rows = (_orthogonal if self.orthogonal else _gaussian)(weight.shape[0], weight[0].numel(), groups, self.generator)
        weight.copy_(rows.reshape(weight.shape) * math.sqrt(variance))
        if bias is not None:
            bias.copy_(torch.randn(bias.shape, generator=self.generator, dtype=torch.float64) * math.sqrt(share))
        self.changed.add(step.name)

    def _say(self, step: Step, code: str, **fields: str | float) -> None:
        self.states.setdefault(step.name, LayerState()).remarks.append(Remark(code=code, fields=fields))


def _gaussian(rows: int, fan_in: int, groups: int, generator: torch.Generator) -> Tensor:
    return torch.randn(rows, fan_in, generator=generator, dtype=torch.float64)


def _orthogonal(rows: int, fan_in: int, groups: int, generator: torch.Generator) -> Tensor:
    """Rows of squared length fan_in, orthogonal in blocks of at most fan_in; each group has its own, as it has its own inputs."""
    count = rows // groups
    blocks = -(-count // fan_in)
    Q, R = torch.linalg.qr(torch.randn(groups * blocks, fan_in, min(count, fan_in), generator=generator, dtype=torch.float64))
    Q = Q * R.diagonal(dim1=1, dim2=2).sign()[:, None, :]  # the sign makes the directions uniform
    directions = Q.transpose(1, 2).reshape(groups, -1, fan_in)[:, :count]
    return directions.reshape(rows, fan_in) * math.sqrt(fan_in)


def untouchable(traced: Trace, step: Step) -> Remark | None:
    """Why a layer or norm must not be set, as far as that is seen without a signal."""
    module = step.module
    parameters = list(module.parameters())
    hidden = [n for n in ("weight", "bias") if getattr(module, n, None) is not None and n not in module._parameters]
    if parametrize.is_parametrized(module) or hidden:
        return Remark(code="parametrised")
    if not is_float(module):
        return Remark(code="not_float", fields={"dtype": str(parameters[0].dtype).removeprefix("torch.")})
    if any(not p.requires_grad for p in parameters):
        return Remark(code="frozen")
    if any(traced.calls[id(p)] > 1 for p in parameters):
        return Remark(code="shared", fields={"times": max(traced.calls[id(p)] for p in parameters)})
    return None
