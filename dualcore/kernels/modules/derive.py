"""The skeleton of an existing network: what its last layer could express before training, as an exact kernel.

Every value of the network is followed as a node and a factor: E h(x) h(y) of one neuron = factor * kernel of the node, for
random weights with the variances that the present weights have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import fx, nn

from dualcore.errors import Reasons, SkeletonError
from dualcore.kernels.activations import ACTIVATIONS
from dualcore.kernels.modules import moments as m
from dualcore.kernels.modules.recognise import BATCH_NORMS, layer_rank
from dualcore.kernels.modules.signals import as_sample
from dualcore.kernels.modules.tracing import PASSING, Step, Trace, trace
from dualcore.kernels.modules.walk import Walk
from dualcore.kernels.skeletons import Node, Skeleton

UNIT = 0.1  # how far the variance in front of an activation may be from 1 where the size of its input changes its shape


@dataclass(frozen=True)
class _Value:
    """node : its name; linear : nothing but a Gaussian so far, so that an activation may act on it; centred : mean 0"""

    node: str
    factor: float
    linear: bool
    centred: bool
    rank: int


def skeleton_of(module: nn.Module, sample: torch.Tensor | np.ndarray | Sequence[torch.Tensor]) -> Skeleton:
    """The skeleton whose dual kernel random networks with the weight variances of ``module`` approach when they are wide.

    The last layer, behind which there is no activation, is the read-out and no part of it. Inputs are divided by their mean
    square on the sample; activations other than positively homogeneous ones, erf and gelu want inputs of equal length.

    Parameters
    ----------
    sample : a batch (n, ...) like the data, one for each input of the module

    Raises
    ------
    SkeletonError : "no_skeleton" naming every operation that has no place in a skeleton, and why; else as ``diagnose_init``
    """
    traced = trace(module)
    walk = Walk(traced, as_sample(traced, sample)).run()
    return _Derivation(traced, walk).skeleton(type(module).__name__)


class _Derivation:
    def __init__(self, traced: Trace, walk: Walk) -> None:
        self.trace, self.walk = traced, walk
        self.nodes: list[Node] = []
        self.values: dict[str, _Value] = {}
        self.reasons: list[tuple[str, str, dict]] = []
        self.calls = {n.name: n for n in traced.graph.graph.nodes}
        self.samples = dict(zip((s.name for s in traced.inputs), walk.sample))

    def skeleton(self, name: str) -> Skeleton:
        readouts = {s.name for s in self.trace.layers if self.trace.is_readout(s)}
        ends: list[_Value] = []
        for step in self.trace.steps.values():
            if step.kind in ("constant", "meta") or any(i in readouts for i in step.inputs):
                readouts.add(step.name)  # what lies behind a read-out belongs to it
            elif step.name in readouts:
                ends += [self.values[i] for i in step.inputs if i in self.values]
            elif step.kind == "output":
                ends += [self.values[i] for i in step.inputs if i in self.values]
            else:
                self._follow(step)
        if len({e.node for e in ends}) > 1:
            self._no("output", "derive.several_outputs", names=", ".join(dict.fromkeys(e.node for e in ends)))
        if self.reasons or not ends:
            unique = {(n, c, str(f)): (n, c, f) for n, c, f in self.reasons}
            raise SkeletonError("no_skeleton", name=name, reasons=Reasons(unique.values()))
        return Skeleton(name, tuple(self._needed(ends[0].node)), self._rank())

    def _rank(self) -> int:
        return next(n.rank for n in self.nodes if n.op == "input")

    def _needed(self, end: str) -> list[Node]:
        """Nodes that lead to the output."""
        wanted, out = {end}, []
        for node in reversed(self.nodes):
            if node.name in wanted:
                wanted |= set(node.inputs)
                out.append(node)
        return out[::-1]

    def _no(self, name: str, code: str, **fields: object) -> None:
        self.reasons.append((name, code, fields))

    def _add(self, node: Node, factor: float, linear: bool, centred: bool, rank: int) -> _Value:
        self.nodes.append(node)
        return _Value(node.name, factor, linear, centred, rank)

    def _follow(self, step: Step) -> None:
        sources = [self.values.get(i) for i in step.inputs]
        if step.kind == "input":
            value = self._input(step)
        elif step.kind in ("unknown", "softmax"):
            # Said even where what it reads is unclear already: every obstacle is named.
            self._no(step.label, "derive.operation", kind=self._kind(step))
            return
        elif any(s is None for s in sources):
            self._obvious(step)
            return
        else:
            value = getattr(self, f"_{step.kind}")(step, sources)
        # With an obstacle there will be no skeleton, but what lies behind it is looked at all the same.
        if value is not None:
            self.values[step.name] = value

    def _kind(self, step: Step) -> str:
        return step.label if step.module is None else type(step.module).__name__

    def _obvious(self, step: Step) -> None:
        """Behind another obstacle only what the operation itself shows can be said."""
        if step.kind == "layer":
            self._convolution(step)
        elif step.kind == "norm":
            self._norm(step, [])
        elif step.kind == "pool":
            self._pooling(step, 2)

    # Layers

    def _input(self, step: Step) -> _Value | None:
        x = self.samples[step.name]
        rank = x.ndim - 2
        if not x.is_floating_point() or rank not in (0, 1, 2):
            self._no(step.label, "derive.input", shape=str(tuple(x.shape)))
            return None
        moment = self.walk.values[step.name].level
        return self._add(Node(step.name, "input", norm=moment * x.shape[1], rank=rank), moment, False, False, rank)

    def _layer(self, step: Step, sources: list[_Value]) -> _Value | None:
        source, module, found = sources[0], step.module, len(self.reasons)
        rank = layer_rank(module)
        window = self._convolution(step)
        if self.trace.calls[id(module.weight)] > 1:
            self._no(step.label, "derive.shared")
        if rank != source.rank:
            self._no(step.label, "derive.positions", kind=type(module).__name__)
        if window is None or len(self.reasons) > found:
            return None
        weight, bias = module.weight.detach().double(), module.bias
        gain = float(weight.square().mean()) * weight[0].numel() * source.factor
        shift = 0.0 if bias is None else float(bias.detach().double().square().mean())
        if gain + shift == 0:
            self._no(step.label, "derive.nothing")
            return None
        node = Node(step.label, "conv" if rank else "dense", (source.node,), beta=shift / (gain + shift), **window)
        return self._add(node, gain + shift, True, True, rank)

    def _convolution(self, step: Step) -> dict | None:
        """Window, stride, dilation and padding as a node has them, {} for a Linear; None (and why) where it cannot."""
        module, found = step.module, len(self.reasons)
        rank = layer_rank(module)
        if not rank:
            return {}
        if rank > 2:
            self._no(step.label, "derive.operation", kind=type(module).__name__)
        if module.groups > 1:
            self._no(step.label, "derive.groups", groups=module.groups)
        reach = [d * (k - 1) for d, k in zip(module.dilation, module.kernel_size)]
        sides = [r / 2 for r in reach] if module.padding == "same" else [0] * rank if isinstance(module.padding, str) else list(module.padding)
        padding: object = tuple(int(s) for s in sides)
        if not any(sides):
            padding = "valid"
        elif module.padding_mode == "circular" and all(2 * s == r for s, r in zip(sides, reach)):
            padding = "circular"
        elif module.padding_mode != "zeros" or any(s != int(s) for s in sides):
            self._no(step.label, "derive.padding", mode=module.padding_mode)
        if len(self.reasons) > found:
            return None
        return {"window": tuple(module.kernel_size), "stride": tuple(module.stride), "dilation": tuple(module.dilation), "padding": padding}

    def _norm(self, step: Step, sources: list[_Value]) -> _Value | None:
        """Batch normalisation in evaluation mode is a fixed factor and shift per channel, and is merged into its layer."""
        module = step.module
        if not isinstance(module, BATCH_NORMS) or module.training or module.running_mean is None:
            self._no(step.label, "derive.norm_training" if isinstance(module, BATCH_NORMS) else "derive.norm", kind=type(module).__name__)
            return None
        layer = self.trace.source(step)
        if not sources or layer.kind != "layer" or len(self.trace.readers[layer.name]) != 1 or not self.nodes or self.nodes[-1].name != layer.label:
            if sources:
                self._no(step.label, "derive.norm_apart", kind=type(module).__name__)
            return None
        node, value = self.nodes.pop(), sources[0]
        scale = (module.running_var.double() + module.eps).rsqrt() * (1 if module.weight is None else module.weight.detach().double())
        shift = (0 if module.bias is None else module.bias.detach().double()) - module.running_mean.double() * scale
        weight, bias = layer.module.weight.detach().double(), layer.module.bias
        ratio = float((weight.flatten(1).square().mean(1) * scale.square()).mean() / weight.square().mean())
        offset = shift + (0 if bias is None else bias.detach().double() * scale)
        gain, share = value.factor * (1 - node.beta) * ratio, float(offset.square().mean())
        return self._add(replace(node, beta=share / (gain + share)), gain + share, True, True, value.rank)

    # Activations

    def _activation(self, step: Step, sources: list[_Value]) -> _Value | None:
        source, sigma = sources[0], step.activation
        if not source.linear:
            self._no(step.label, "derive.not_gaussian", activation=sigma.name)
            return None
        if sigma.name.partition(":")[0] not in ACTIVATIONS:
            self._no(step.label, "derive.unnamed_activation", activation=sigma.name)
            return None
        if sigma.homogeneous is None:
            variances = self.walk.values[step.inputs[0]].second.flatten()
            worst = float(variances[(variances - 1).abs().argmax()])
            if abs(worst - 1) > UNIT:
                self._no(self.trace.source(step).label, "derive.not_unit", activation=sigma.name, variance=round(worst, 3))
        mean, second = m.gaussian_moments(sigma, source.factor)
        centred = abs(mean) < 1e-9 * math.sqrt(second)
        last = self.nodes[-1]
        if last.name == source.node and last.op in ("dense", "conv") and last.activation == "identity" and self._only_reader(step):
            self.nodes[-1] = replace(last, activation=sigma.name)
            return _Value(last.name, second, False, centred, source.rank)
        return self._add(Node(step.name, "activation", (source.node,), sigma.name), second, False, centred, source.rank)

    def _only_reader(self, step: Step) -> bool:
        """Does nothing else read the layer in front of an activation?"""
        before = self.trace.steps[step.inputs[0]]
        while len(self.trace.readers[before.name]) == 1 and before.kind in (*PASSING, "norm"):
            before = self.trace.steps[before.inputs[0]]
        return len(self.trace.readers[before.name]) == 1

    # Everything that only averages

    def _same(self, step: Step, sources: list[_Value]) -> _Value:
        return sources[0]

    def _scale(self, step: Step, sources: list[_Value]) -> _Value:
        return replace(sources[0], factor=sources[0].factor * step.factor**2)

    def _shape(self, step: Step, sources: list[_Value]) -> _Value | None:
        source, before, after = sources[0], self.walk.shapes[step.inputs[0]], self.walk.shapes[step.name]
        if before == after or (source.rank == 0 and math.prod(after[1:]) == before[1] and len(after) == 2):
            return source
        if len(after) == 2 and after[0] == before[0]:
            if not source.rank:  # positions were averaged away already
                return source
            return self._add(Node(step.name, "flatten", (source.node,)), source.factor, False, source.centred, 0)
        self._no(step.label, "derive.reshape", before=str(before), after=str(after))
        return None

    def _pool(self, step: Step, sources: list[_Value]) -> _Value | None:
        source = sources[0]
        if source.rank == 0:
            self._no(step.label, "derive.operation", kind=self._kind(step))
            return None
        node = self._pooling(step, source.rank)
        if node is None:
            return None
        rank = 0 if node.op == "global_pool" else source.rank
        return self._add(replace(node, inputs=(source.node,)), source.factor, source.linear, source.centred, rank)

    def _pooling(self, step: Step, rank: int) -> Node | None:
        before, after = self.walk.shapes[step.inputs[0]], self.walk.shapes[step.name]
        kind, node = self._kind(step), self.calls[step.name]
        if "max" in kind.lower() or "lp" in kind.lower():
            self._no(step.label, "derive.max_pooling", kind=kind)
            return None
        if kind == "mean":
            axes = node.args[1] if len(node.args) > 1 else node.kwargs.get("dim", ())
            axes = {a % len(before) for a in (axes if isinstance(axes, list | tuple) else [axes])}
            if axes == set(range(2, len(before))):
                return Node(step.name, "global_pool", ("",))
        elif "adaptive" in kind.lower():
            if math.prod(after[2:]) == 1:
                return Node(step.name, "global_pool", ("",))
            if len(set(after[2:])) == 1:
                return Node(step.name, "pool", ("",), window=after[2])
        else:
            window, stride = _average(step.module, node, rank)
            if window is not None and list(after[2:]) == [(p - w) // s + 1 for p, w, s in zip(before[2:], window, stride)]:
                return Node(step.name, "pool", ("",), window=window, stride=stride, padding="valid")
        self._no(step.label, "derive.pooling", kind=kind)
        return None

    def _sum(self, step: Step, sources: list[_Value]) -> _Value | None:
        moments = [self.walk.values[i] for i in step.inputs]
        if any(a.roots & b.roots for i, a in enumerate(moments) for b in moments[:i]):
            self._no(step.label, "derive.sum_dependent")
        if sum(not s.centred for s in sources) > 1:
            self._no(step.label, "derive.sum_of_means")
        if len({s.rank for s in sources}) > 1 or len({self.walk.shapes[i] for i in step.inputs}) > 1:
            self._no(step.label, "derive.reshape", before=str(self.walk.shapes[step.inputs[0]]), after=str(self.walk.shapes[step.name]))
        return self._mixed(step, sources, [1.0] * len(sources), all(s.linear for s in sources), all(s.centred for s in sources))

    def _join(self, step: Step, sources: list[_Value]) -> _Value | None:
        sizes = [float(self.walk.shapes[i][1]) for i in step.inputs]
        if self.walk.shapes[step.name][1] != sum(sizes) or len({s.rank for s in sources}) > 1:
            self._no(step.label, "derive.join")
        # Side by side, values of different variance are no longer one Gaussian.
        return self._mixed(step, sources, [s / sum(sizes) for s in sizes], False, all(s.centred for s in sources))

    def _mixed(self, step: Step, sources: list[_Value], parts: list[float], linear: bool, centred: bool) -> _Value | None:
        """Sums and joins alike are means of kernels for the layer that reads them."""
        ops = {n.op for n in self.nodes if n.name in {s.node for s in sources}}
        # Inputs and flattened values have widths of their own, which only a join of vectors allows for.
        wide, rank = bool(ops & {"input", "flatten", "join"}), sources[0].rank
        if wide and rank:
            self._no(step.label, "derive.join")
        level = sum(p * s.factor for p, s in zip(parts, sources, strict=True))
        weights = tuple(p * s.factor / level for p, s in zip(parts, sources, strict=True))
        node = Node(step.name, "join" if wide else "add", tuple(s.node for s in sources), weights=weights)
        return self._add(node, level, linear and not wide, centred, rank)


def _average(module: nn.Module | None, call: fx.Node, rank: int) -> tuple[tuple[int, ...] | None, tuple[int, ...]]:
    """Window and stride of an average pooling without padding; None where it has one or divides by another number."""
    if module is not None:
        window, stride, padding, other = module.kernel_size, module.stride, module.padding, getattr(module, "divisor_override", None)
    else:
        given = dict(zip(("kernel_size", "stride", "padding"), call.args[1:])) | dict(call.kwargs)
        window, padding, other = given.get("kernel_size"), given.get("padding", 0), given.get("divisor_override")
        stride = given.get("stride") or window
    window, stride, padding = (tuple(v) if isinstance(v, list | tuple) else (v,) * rank for v in (window, stride, padding))
    return (None if any(padding) or other is not None else window), stride
