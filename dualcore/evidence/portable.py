"""A last-layer model as a list of plain steps and named arrays: what every export is written from.

Each step reads values by name and writes one (``output``); the names in capitals are arrays. The operations are those of
the README that goes into the archive (``model_format.md``); nothing of dualcore or torch is needed to follow them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from dualcore.errors import DataError
from dualcore.evidence import represent
from dualcore.evidence.model import LastLayerModel
from dualcore.kernels import RandomNetwork, activation
from dualcore.kernels.activations import ACTIVATIONS
from dualcore.kernels.propagate import divisor
from dualcore.kernels.series import dual_series
from dualcore.kernels.skeletons import WEIGHTED, Node
from dualcore.kernels.windows import margins

FORMAT = "dualcore.model"
VERSION = 1


@dataclass(frozen=True)
class Portable:
    """steps : from "encoded" to "raw" (n, outputs); tensors by name; shape : of one encoded example"""

    steps: list[dict]
    tensors: dict[str, np.ndarray]
    shape: tuple[int, ...]


def portable(model: LastLayerModel) -> Portable:
    """The steps of ``model``.

    Raises
    ------
    DataError : ``export_not_last_layer``, ``export_inputs`` (several inputs), ``export_activation`` (one that only this
        process knows), ``export_variance`` (an input that is no unit vector before a kernel)
    """
    if not isinstance(model, LastLayerModel):
        raise DataError("export_not_last_layer")
    skeleton = model.skeleton
    if len(skeleton.inputs) != 1:
        raise DataError("export_inputs", name=skeleton.name, count=len(skeleton.inputs))
    shape = tuple(model.encoder.settings["shape"])
    linear = represent.is_linear(skeleton)
    steps: list[dict] = []
    tensors: dict[str, np.ndarray] = {}
    source = "encoded"
    if skeleton.rank == 0:
        steps.append({"op": "flatten", "input": source, "output": "flat"})
        source = "flat"
        if not linear:
            steps.append({"op": "sphere", "input": source, "output": "sphere"})
            source = "sphere"
    if model.route == "kernel":
        last = _kernel(model, source, steps, tensors)
    elif linear:
        last = source
    else:
        last = _network(model, shape, source, steps, tensors)
    tensors |= {"coefficients": model.coefficients, "intercept": model.intercept}
    steps.append({"op": "last_layer", "input": last, "weight": "coefficients", "bias": "intercept", "output": "raw"})
    return Portable(steps, {k: np.ascontiguousarray(v) for k, v in tensors.items()}, shape)


def _kernel(model: LastLayerModel, source: str, steps: list[dict], tensors: dict[str, np.ndarray]) -> str:
    """Kernel of new rows with the fitted rows, node by node in float64; gives the name of the last value."""
    skeleton, rows = model.skeleton, model.fitted_inputs
    start, linear = skeleton.inputs[0], represent.is_linear(skeleton)
    by = divisor(start, 0, rows.shape[1])
    if not linear and by != 1.0:
        raise DataError("export_variance", name=skeleton.name, norm=str(start.norm))
    tensors["fitted_rows"] = rows
    names = {start.name: "k0"}
    steps.append({"op": "products", "input": source, "rows": "fitted_rows", "divisor": by, "output": "k0"})
    for i, node in enumerate((n for n in skeleton.nodes if n.op != "input"), 1):
        own = names[node.name] = f"k{i}"
        beta = node.beta if node.op in WEIGHTED else 0.0
        inputs = [names[name] for name in node.inputs]
        steps.append({"op": "mix", "inputs": inputs, "shares": list(node.shares), "beta": beta, "output": own})
        if node.activation != "identity":
            steps.append({"op": "dual", "input": own, "output": f"{own}d", **_dual(node)})
            names[node.name] = f"{own}d"
    return names[skeleton.output.name]


def _dual(node: Node) -> dict:
    found = dual_series(activation(node.activation), torch.float64)
    basis = "powers" if found.plain else "chebyshev"
    return {"activation": node.activation, "basis": basis, "power": found.power, "near": found.near.tolist(), "far": found.far.tolist()}


def _network(model: LastLayerModel, shape: tuple[int, ...], source: str, steps: list[dict], tensors: dict[str, np.ndarray]) -> str:
    """The random network node by node in float32; gives the name of the features."""
    skeleton, s = model.skeleton, model.settings
    builder = represent.Builder(np.zeros((1, *shape), np.float32), "cpu", lambda: None, lambda _: None)
    network = builder.network(skeleton, s["width"], s["seed"], model.fitted)
    names = {skeleton.inputs[0].name: source}
    for i, node in enumerate((n for n in skeleton.nodes if n.op != "input"), 1):
        names[node.name] = f"h{i}"
        steps += _node(network, node, f"h{i}", [names[name] for name in node.inputs], tensors)
    last = names[skeleton.output.name]
    scale = 1 / float(np.sqrt(network.out_features * network.square[skeleton.output.name]))
    steps += [{"op": "flatten", "input": last, "output": "out"}, {"op": "scale", "input": "out", "factor": scale, "output": "features"}]
    if network.scale is None:
        return "features"
    tensors["feature_scale"] = network.scale.numpy()
    steps.append({"op": "scale", "input": "features", "by": "feature_scale", "output": "scaled"})
    return "scaled"


def _node(network: RandomNetwork, node: Node, own: str, sources: list[str], tensors: dict[str, np.ndarray]) -> list[dict]:
    key = node.name.replace(".", "_")
    axes = network.axes[node.name]
    windows = [node.on(axis) for axis in range(axes)]
    out: dict = {"op": node.op, "output": own}
    if node.op in WEIGHTED:
        tensors[f"{own}.weight"] = network.weights[key].detach().numpy()
        out |= {"weight": f"{own}.weight", "bias": None}
        if node.beta > 0:
            tensors[f"{own}.bias"] = network.biases[key].detach().numpy()
            out["bias"] = f"{own}.bias"
    if node.op == "dense":
        out["inputs"] = sources
    elif node.op == "conv":
        border = getattr(network, f"border_{key}", None)
        if border is not None:
            tensors[f"{own}.border"] = border.numpy()
        out |= {
            "input": sources[0], "border": None if border is None else f"{own}.border", "stride": [w.stride for w in windows],
            "dilation": [w.dilation for w in windows], "margins": [list(margins(w)) for w in windows],
            "around": "wrap" if node.padding == "circular" else "zeros",
        }
    elif node.op == "activation":
        out = {"op": "copy", "input": sources[0], "output": own}
    elif node.op == "pool":
        sizes = network.shapes[node.inputs[0]][1:]
        for axis, (w, size) in enumerate(zip(windows, sizes)):
            tensors[f"{own}.average{axis}"] = _averages(w, size, network.shapes[node.name][1 + axis])
        out |= {"input": sources[0], "averages": [f"{own}.average{axis}" for axis in range(axes)]}
    elif node.op in ("global_pool", "flatten"):
        out["input"] = sources[0]
    elif node.op == "add":
        tensors[f"{own}.signs"] = getattr(network, f"signs_{key}").numpy()
        factors = [(q / network.square[name]) ** 0.5 for q, name in zip(node.shares, node.inputs)]
        out |= {"inputs": sources, "factors": factors, "signs": f"{own}.signs", "axes": axes}
    else:
        sizes = [int(np.prod(network.shapes[name])) for name in node.inputs]
        factors = [(q * sum(sizes) / (size * network.square[name])) ** 0.5 for q, size, name in zip(node.shares, sizes, node.inputs)]
        out |= {"op": "join", "inputs": sources, "factors": factors}
    if node.activation == "identity" or node.op not in (*WEIGHTED, "activation"):
        return [out]
    name, _, numbers = node.activation.partition(":")
    if name not in ACTIVATIONS:
        raise DataError("export_activation", name=name, skeleton=network.skeleton.name)
    parameters = [float(v) for v in numbers.split(",")] if numbers else []
    return [out | {"output": f"{own}z"}, {"op": "activation", "input": f"{own}z", "function": name, "parameters": parameters, "output": own}]


def _averages(window, size: int, cells: int) -> np.ndarray:
    """Matrix (positions, cells) whose product with the last axis takes the means of a pool node."""
    out = np.zeros((size, cells), dtype=np.float32)
    for c in range(cells):
        if window.cells:  # as torch's adaptive pooling cuts them
            start, stop = c * size // cells, -(-(c + 1) * size // cells)
        else:
            start = c * window.stride
            stop = start + window.window
        out[start:stop, c] = 1 / (stop - start)
    return out

