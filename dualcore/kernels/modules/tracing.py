"""Which layer of a torch module reads which value: its forward pass as a small typed graph, by torch.fx.

Nothing is inferred from the order of attributes; what the forward pass does not show is not known.
"""

from __future__ import annotations

import builtins
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import fx, nn

from dualcore.errors import SkeletonError
from dualcore.kernels.activations import Activation
from dualcore.kernels.modules.recognise import function_kind, layer_rank, module_kind

PASSING = ("same", "shape", "scale")  # one value in, the same value out, up to form and a factor
THROUGH = (*PASSING, "pool", "sum", "join", "softmax")
_META = ("shape", "dtype", "device", "ndim")


@dataclass(frozen=True)
class Step:
    """One operation of the forward pass.

    kind : input, layer, activation, norm, pool, sum, join, scale, same, shape, softmax, constant (a parameter or buffer
        that is read directly), meta (a size, not a value), unknown, or output
    label : the path of a module, or the name of a function
    inputs : names of the steps whose values it reads
    factor : of scale, what the value is multiplied by
    """

    name: str
    kind: str
    label: str
    inputs: tuple[str, ...]
    module: nn.Module | None = None
    activation: Activation | None = None
    factor: float = 1.0


@dataclass(frozen=True)
class Trace:
    """The steps in the order of the forward pass; ``graph`` runs them with torch's own code."""

    module: nn.Module
    graph: fx.GraphModule
    steps: dict[str, Step]

    @cached_property
    def readers(self) -> dict[str, list[Step]]:
        """By name: the steps that read the value."""
        out: dict[str, list[Step]] = {name: [] for name in self.steps}
        for step in self.steps.values():
            for name in dict.fromkeys(step.inputs):
                out[name].append(step)
        return out

    @property
    def layers(self) -> list[Step]:
        return [s for s in self.steps.values() if s.kind == "layer"]

    @property
    def inputs(self) -> list[Step]:
        return [s for s in self.steps.values() if s.kind == "input"]

    @cached_property
    def calls(self) -> Counter:
        """By id of a weight: how often the forward pass uses it."""
        return Counter(id(p) for s in self.steps.values() if s.module is not None for p in s.module.parameters())

    @cached_property
    def depth(self) -> dict[str, int]:
        """By name: layers on the longest path up to and including the step."""
        out: dict[str, int] = {}
        for step in self.steps.values():
            out[step.name] = max((out[i] for i in step.inputs), default=0) + (step.kind == "layer")
        return out

    def source(self, step: Step) -> Step:
        """What a step reads first, behind changes of form and scale."""
        before = self.steps[step.inputs[0]]
        while before.kind in PASSING and before.inputs:
            before = self.steps[before.inputs[0]]
        return before

    def norm_behind(self, step: Step) -> Step | None:
        """The norm layer that alone reads a value, or None."""
        readers = self.readers[step.name]
        while len(readers) == 1 and readers[0].kind in PASSING:
            readers = self.readers[readers[0].name]
        return readers[0] if len(readers) == 1 and readers[0].kind == "norm" else None

    def reached(self, step: Step) -> Iterator[Step]:
        """The first activations, layers, outputs or unknown operations that a value reaches, in the order of the pass."""
        found, waiting, seen = set(), [step.name], set()
        while waiting:
            for reader in self.readers[waiting.pop()]:
                if reader.kind in (*THROUGH, "norm"):
                    if reader.name not in seen:
                        seen.add(reader.name)
                        waiting.append(reader.name)
                else:
                    found.add(reader.name)
        return (s for s in self.steps.values() if s.name in found)

    def is_readout(self, step: Step) -> bool:
        """True when nothing but the output lies behind."""
        return self.norm_behind(step) is None and {s.kind for s in self.reached(step)} == {"output"}


class _Tracer(fx.Tracer):
    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return layer_rank(m) is not None or super().is_leaf_module(m, module_qualified_name)


def trace(module: nn.Module) -> Trace:
    """The forward pass of a module as steps.

    Raises SkeletonError "not_traceable" when it depends on the data or does what torch.fx cannot follow, and
    "bad_argument" when ``module`` is no nn.Module or has parameters without a shape yet.
    """
    if not isinstance(module, nn.Module):
        raise SkeletonError("bad_argument", argument="module", value=type(module).__name__, accepted="torch.nn.Module")
    lazy = [n for n, p in module.named_parameters() if isinstance(p, nn.UninitializedParameter)]
    if lazy:
        raise SkeletonError("bad_argument", argument="module", value=f"{lazy[0]} (uninitialized)", accepted="initialized parameters")
    tracer = _Tracer()
    if tracer.is_leaf_module(module, ""):
        module = nn.Sequential(module)
    with torch.random.fork_rng(devices=[]):
        try:
            graph = tracer.trace(module)
        except Exception as error:  # the user's own code runs here, on stand-ins for tensors: anything may go wrong in it
            raise SkeletonError("not_traceable", reason=f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}") from error
    steps: dict[str, Step] = {}
    for node in graph.nodes:
        steps[node.name] = _step(node, steps, module)
    return Trace(module, fx.GraphModule(module, graph), steps)


def _step(node: fx.Node, steps: dict[str, Step], root: nn.Module) -> Step:
    reads = [n.name for n in node.all_input_nodes]
    if node.op in ("placeholder", "get_attr", "output"):
        kind = {"placeholder": "input", "get_attr": "constant", "output": "output"}[node.op]
        return Step(node.name, kind, str(node.target), tuple(reads))
    values = tuple(n for n in reads if steps[n].kind != "meta")
    if node.op == "call_module":
        module = root.get_submodule(node.target)
        kind, sigma = module_kind(module)
        return Step(node.name, kind, node.target, values, module, sigma)
    label = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
    if reads and (not values or _asks_for_form(node)):
        return Step(node.name, "meta", label, tuple(reads))
    return _function(node, steps, label, values)


def _asks_for_form(node: fx.Node) -> bool:
    kind, _ = function_kind(node.target, (), {}) if node.op == "call_method" else ("", None)
    return kind == "meta" or (node.target is builtins.getattr and node.args[1] in _META)


def _function(node: fx.Node, steps: dict[str, Step], label: str, values: tuple[str, ...]) -> Step:
    others = (*node.args[1:], *(v for k, v in node.kwargs.items() if k != "input"))
    traced = any(isinstance(v, fx.Node) for v in others)
    two = node.args[:2] if len(node.args) > 1 else ()
    if traced and not (len(two) == 2 and function_kind(node.target, (), {})[0] in ("sum", "shape", "same")):
        # An argument that is a value itself (a gate, a learned scale, a slope per channel) is beyond this description.
        return Step(node.name, "unknown", label, values)
    kind, sigma = function_kind(node.target, tuple(node.args[1:]), dict(node.kwargs))
    factor = 1.0
    if kind == "sum" and not _adds_values(node, steps):
        kind = "unknown"
    if kind == "join":
        values = tuple(n.name for n in node.args[0]) if node.args and isinstance(node.args[0], list | tuple) else values
    if kind == "scale":
        kind, factor = _factor(node, label)
    return Step(node.name, kind, label, values, None, sigma, factor)


def _adds_values(node: fx.Node, steps: dict[str, Step]) -> bool:
    parts = node.args[:2]
    if len(parts) != 2 or node.kwargs.get("alpha", 1) != 1:
        return False
    return all(isinstance(p, fx.Node) and steps[p.name].kind not in ("constant", "meta") for p in parts)


def _factor(node: fx.Node, label: str) -> tuple[str, float]:
    """A product with a number, written in either order; division only by a number."""
    if label.startswith("neg"):
        return "scale", -1.0
    numbers = [a for a in node.args[:2] if isinstance(a, int | float)]
    if len(numbers) != 1 or node.kwargs or not math.isfinite(numbers[0]):
        return "unknown", 1.0
    if "div" not in label:
        return "scale", float(numbers[0])
    if isinstance(node.args[1], fx.Node) or not numbers[0]:
        return "unknown", 1.0
    return "scale", 1 / numbers[0]
