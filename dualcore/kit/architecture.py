"""A skeleton as PyTorch code and as the description of its dual kernel.

Names in the code are made here from letters, digits and underscores alone: a skeleton may come from a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import torch
from numpy.polynomial import chebyshev

from dualcore.errors import SkeletonError
from dualcore.kernels import RandomNetwork, Skeleton, activation
from dualcore.kernels.activations import ACTIVATIONS
from dualcore.kernels.propagate import divisor
from dualcore.kernels.skeletons import WEIGHTED, Node
from dualcore.kernels.windows import margins

SERIES = 96  # terms of a dual in the angle: below 1e-12 for every activation
HEAD = '''"""{title}

{count} features per example. weights.safetensors holds the initial weights: variance (1 - beta) / (fan-in ||sigma||^2),
biases of variance beta, so that every pre-activation starts with variance 1 (arXiv 1602.05897, section 4.1).
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

import activations


class Network(nn.Module):
    """features(x) (n, {count}) and a linear read-out of them."""

    def __init__(self, outputs):
        super().__init__()
{state}        self.head = nn.Linear({count}, outputs)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def features(self, x):
        """x (n, {shape})"""
{body}
    def forward(self, x):
        return self.head(self.features(x))
'''

FLAT = '''"""{title}: a linear model; its features are the {count} inputs themselves."""

from torch import nn


class Network(nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.head = nn.Linear({count}, outputs)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def features(self, x):
        """x (n, {count})"""
        return x.flatten(1)

    def forward(self, x):
        return self.head(self.features(x))
'''


def network_code(network: RandomNetwork, name: str) -> tuple[str, dict[str, torch.Tensor]]:
    """(source of network.py, its initial weights by name).

    network : built for the shape of the inputs; one input node

    Raises SkeletonError when the skeleton has several inputs or an activation that only this process knows.
    """
    skeleton = network.skeleton
    if len(skeleton.inputs) != 1:
        raise SkeletonError("kit_inputs", name=skeleton.name, count=len(skeleton.inputs))
    names = {node.name: f"h{i}" for i, node in enumerate(skeleton.nodes)}
    weights, body = _weights(network, names), []
    for node in skeleton.nodes:
        body += [f"# {_plain(node.name)}: {node.op}", *_lines(network, node, names)]
    last = skeleton.output.name
    body.append(f"out = {names[last]}.flatten(1)")
    body.append(f"out = out / math.sqrt(out.shape[1] * {network.square[last]!r})")
    body.append("return out" if network.scale is None else "return out * self.out_scale")
    state = [_declaration(network, key, value) for key, value in weights.items()]
    text = HEAD.format(
        title=f"{_plain(name)}: the evaluated architecture.", count=network.out_features, state="".join(state),
        shape=", ".join(map(str, network.input_shape)), body="".join(f"        {line}\n" for line in body),
    )
    return text, weights


def flat_code(name: str, inputs: int) -> str:
    """network.py of a linear skeleton, whose features are the inputs themselves."""
    return FLAT.format(title=_plain(name), count=inputs)


def _plain(text: str) -> str:
    return re.sub(r"[^\w.-]", "_", text)


def _key(node: Node) -> str:
    return node.name.replace(".", "_")


def _weights(network: RandomNetwork, names: dict[str, str]) -> dict[str, torch.Tensor]:
    """Parameters and fixed buffers under the names of the code."""
    out = {}
    for node in network.skeleton.nodes:
        key, own = _key(node), names[node.name]
        if node.op in WEIGHTED:
            out[f"{own}_weight"] = network.weights[key].detach()
            if node.beta > 0:
                out[f"{own}_bias"] = network.biases[key].detach()
        for kind in ("border", "signs"):
            if (value := getattr(network, f"{kind}_{key}", None)) is not None:
                out[f"{own}_{kind}"] = value
    if network.scale is not None:  # of a network whose thresholds were set by the inputs
        out["out_scale"] = network.scale
    return {k: v.clone().contiguous().cpu() for k, v in out.items()}


def _declaration(network: RandomNetwork, key: str, value: torch.Tensor) -> str:
    shape = ", ".join(map(str, value.shape))
    if key.endswith(("_border", "_signs", "_scale")):
        return f'        self.register_buffer("{key}", torch.ones({shape}))\n'
    return f"        self.{key} = nn.Parameter(torch.empty({shape}))\n"


def _lines(network: RandomNetwork, node: Node, names: dict[str, str]) -> Iterator[str]:
    own, sources = names[node.name], [names[i] for i in node.inputs]
    first = sources[0] if sources else "x"
    if node.op == "input":
        yield f"{own} = x"
    elif node.op == "dense":
        flat = f"{first}.flatten(1)" if len(sources) == 1 else f"torch.cat([{', '.join(f'{s}.flatten(1)' for s in sources)}], 1)"
        bias = f", self.{own}_bias" if node.beta > 0 else ""
        yield f"{own} = {_sigma(node, f'F.linear({flat}, self.{own}_weight{bias})')}"
    elif node.op == "conv":
        yield from _convolution(network, node, own, first)
    elif node.op == "activation":
        yield f"{own} = {_sigma(node, first)}"
    elif node.op == "pool":
        yield f"{own} = {_pool(network, node, first)}"
    elif node.op == "global_pool":
        yield f"{own} = {first}.flatten(2).mean(2)"
    elif node.op == "flatten":
        yield f"{own} = {first}.flatten(1)"
    elif node.op == "add":
        yield from _sum(network, node, own, sources)
    else:
        yield from _join(network, node, own, sources)


def _sigma(node: Node, inner: str) -> str:
    """The activation of a node as a call of the kit's activations.py."""
    name, _, numbers = node.activation.partition(":")
    if name == "identity":
        return inner
    if name not in ACTIVATIONS:
        raise SkeletonError("kit_activation", name=name)
    values = [repr(float(v)) for v in numbers.split(",")] if numbers else []
    return f"activations.{name}({', '.join([inner, *values])})"


def _tuple(values: list[int]) -> str:
    return f"({', '.join(map(str, values))}{',' if len(values) == 1 else ''})"


def _convolution(network: RandomNetwork, node: Node, own: str, source: str) -> Iterator[str]:
    axes = network.axes[node.name]
    windows = [node.on(axis) for axis in range(axes)]
    edges = [margins(w) for w in windows]
    if any(map(sum, edges)):
        mode = "circular" if node.padding == "circular" else "constant"
        yield f'{own} = F.pad({source}, {_tuple([v for edge in reversed(edges) for v in edge])}, mode="{mode}")'
        source = own
    settings = f"stride={_tuple([w.stride for w in windows])}, dilation={_tuple([w.dilation for w in windows])}"
    bordered = getattr(network, f"border_{_key(node)}", None) is not None
    bias = f"self.{own}_bias" if node.beta > 0 else "None"
    if not bordered:
        yield f"{own} = {_sigma(node, f'F.conv{axes}d({source}, self.{own}_weight, {bias}, {settings})')}"
        return
    # The factors at the border make up for neighbours that do not exist; the bias is not scaled.
    yield f"{own} = F.conv{axes}d({source}, self.{own}_weight, None, {settings}) * self.{own}_border"
    if node.beta > 0:
        yield f"{own} = {own} + self.{own}_bias.view(-1, {', '.join('1' * axes)})"
    if node.activation != "identity":
        yield f"{own} = {_sigma(node, own)}"


def _pool(network: RandomNetwork, node: Node, source: str) -> str:
    axes = network.axes[node.name]
    windows = [node.on(axis) for axis in range(axes)]
    if windows[0].cells:
        return f"F.adaptive_avg_pool{axes}d({source}, {_tuple(list(network.shapes[node.name][1:]))})"
    return f"F.avg_pool{axes}d({source}, {_tuple([w.window for w in windows])}, {_tuple([w.stride for w in windows])})"


def _sum(network: RandomNetwork, node: Node, own: str, sources: list[str]) -> Iterator[str]:
    factors = [(q / network.square[name]) ** 0.5 for q, name in zip(node.shares, node.inputs)]
    yield f"{own} = {factors[0]!r} * {sources[0]}"
    axes = ", ".join(["-1", *"1" * network.axes[node.name]])
    for i, (factor, source) in enumerate(zip(factors[1:], sources[1:])):
        yield f"{own} = {own} + {factor!r} * self.{own}_signs[{i}].view({axes}) * {source}"


def _join(network: RandomNetwork, node: Node, own: str, sources: list[str]) -> Iterator[str]:
    sizes = [int(np.prod(network.shapes[name])) for name in node.inputs]
    parts = [
        f"{(q * sum(sizes) / (size * network.square[name])) ** 0.5!r} * {source}.flatten(1)"
        for q, size, name, source in zip(node.shares, sizes, node.inputs, sources)
    ]
    yield f"{own} = torch.cat([{', '.join(parts)}], 1)"


def kernel_description(skeleton: Skeleton, inputs: int) -> dict:
    """Nodes with shares and bias shares, and every dual as a Chebyshev series in the angle: kernel.json.

    Raises SkeletonError when the skeleton is not one of whole vectors with a single input.
    """
    if skeleton.rank or len(skeleton.inputs) != 1:
        raise SkeletonError("kit_inputs", name=skeleton.name, count=len(skeleton.inputs))
    nodes, duals = [], {}
    for node in skeleton.nodes:
        about = {"name": node.name, "op": node.op, "inputs": list(node.inputs), "shares": list(node.shares), "beta": node.beta, "activation": node.activation}
        if node.op == "input":
            about["divisor"] = divisor(node, 0, inputs)
        nodes.append(about)
        if node.activation != "identity" and node.activation not in duals:
            sigma = activation(node.activation)
            duals[node.activation] = {"series": _series(sigma), "degree": sigma.homogeneous}
    return {"nodes": nodes, "duals": duals}


def _series(sigma) -> list[float]:
    """Chebyshev coefficients of the normalised dual in t = 2 arccos(rho) / pi - 1."""
    t = np.cos((2 * np.arange(SERIES) + 1) * np.pi / (2 * SERIES))
    values = sigma.dual_at_angle((t + 1) * np.pi / 2)
    return chebyshev.chebfit(t, values, SERIES - 1).tolist()
