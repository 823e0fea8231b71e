"""The steps of ``portable`` as an ONNX graph. One input, "encoded"; outputs as ``onnx_bytes`` says.

The network runs in float32 as dualcore's does, kernels and the last layer in float64: where the penalty is small,
coefficients are large and cancel, and float32 would lose the digits that are promised (1e-5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.portable import Portable

OPSET = 20  # the first with Gelu, and with "wrap" for circular margins (19)
IR_VERSION = 9


@dataclass
class Graph:
    """Nodes and constants as they come; ``add`` gives the name of the node's output."""

    nodes: list = field(default_factory=list)
    constants: dict[str, np.ndarray] = field(default_factory=dict)
    made: int = 0

    def add(self, op: str, *inputs: str, output: str | None = None, **attributes) -> str:
        from onnx import helper

        self.made += output is None
        output = output or f"v{self.made}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], **attributes))
        return output

    def constant(self, value, kind=np.float32) -> str:
        array = np.asarray(value, dtype=kind)
        name = f"c{len(self.constants)}"
        self.constants[name] = array
        return name


def onnx_bytes(model: LastLayerModel, found: Portable, metadata: dict[str, str]) -> bytes:
    """The ONNX file of ``found``, the portable form of ``model``.

    Input "encoded" float32 (n, *shape). Outputs for classes: "probabilities" float32 (n, C) and "label" int64 (n,), the
    place in ``classes``; for values: "value" float32 (n, 1), and where the interval is known "low" and "high" (90 %).
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    g = Graph()
    values = {"encoded": "encoded"}
    for step in found.steps:
        values[step["output"]] = _STEPS[step["op"]](g, step, values, found.tensors)
    outputs = _outputs(g, model, values["raw"])
    graph = helper.make_graph(
        g.nodes, "dualcore_last_layer", [helper.make_tensor_value_info("encoded", TensorProto.FLOAT, ["n", *found.shape])],
        [helper.make_tensor_value_info(name, kind, shape) for name, kind, shape in outputs],
        [numpy_helper.from_array(array, name) for name, array in g.constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="dualcore")
    helper.set_model_props(made, metadata)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def _outputs(g: Graph, model: LastLayerModel, raw: str) -> list[tuple[str, int, list]]:
    from onnx import TensorProto

    s, double = model.settings, np.float64
    if s["classes"]:
        p = g.add("Softmax", g.add("Mul", raw, g.constant(s["temperature"], double)), axis=1)
        g.add("Cast", p, output="probabilities", to=TensorProto.FLOAT)
        weight = np.maximum(np.array(s["prior"]), 1e-12) ** -float(s["tilt"])
        g.add("ArgMax", g.add("Mul", p, g.constant(weight, double)), output="label", axis=1, keepdims=0)
        return [("probabilities", TensorProto.FLOAT, ["n", len(s["classes"])]), ("label", TensorProto.INT64, ["n"])]
    value = g.add("Add", g.add("Mul", raw, g.constant(s["scale"], double)), g.constant(s["shift"], double))
    ends, width = {"value": value}, model.half_width()
    if width is not None:
        ends |= {"low": g.add("Sub", value, g.constant(width, double)), "high": g.add("Add", value, g.constant(width, double))}
    for name, source in ends.items():
        g.add("Cast", source, output=name, to=TensorProto.FLOAT)
    return [(name, TensorProto.FLOAT, ["n", 1]) for name in ends]


def _flatten(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    return g.add("Flatten", values[step["input"]], axis=1)


def _sphere(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    longer = g.add("Pad", values[step["input"]], g.constant([0, 0, 0, 1], np.int64), g.constant(1.0))
    return g.add("Div", longer, g.add("ReduceL2", longer, g.constant([1], np.int64), keepdims=1))


def _products(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    rows = g.constant(tensors[step["rows"]].T / step["divisor"], np.float64)
    return g.add("MatMul", _double(g, values[step["input"]]), rows)


def _mix(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    total = None
    for name, share in zip(step["inputs"], step["shares"]):
        part = values[name]
        factor = share * (1 - step["beta"])
        part = part if factor == 1 else g.add("Mul", part, g.constant(factor, np.float64))
        total = part if total is None else g.add("Add", total, part)
    return total if not step["beta"] else g.add("Add", total, g.constant(step["beta"], np.float64))


def _dual(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    one, zero, two = (g.constant(v, np.float64) for v in (1.0, 0.0, 2.0))
    rho = g.add("Min", g.add("Max", values[step["input"]], g.constant(-1.0, np.float64)), one)
    near = g.add("GreaterOrEqual", rho, zero)
    u = g.add("Sqrt", g.add("Sub", one, g.add("Abs", rho)))
    x = g.add("Sub", g.add("Mul", u, two), one)
    gap = g.add("Mul", u if step["power"] == 1 else g.add("Mul", u, u), _series(g, step["near"], x, step["basis"]))
    return g.add("Where", near, g.add("Sub", one, gap), _series(g, step["far"], x, step["basis"]))


def _series(g: Graph, coefficients: list[float], x: str, basis: str) -> str:
    """Horner's rule, or Clenshaw's recurrence."""
    number = lambda v: g.constant(v, np.float64)  # noqa: E731
    if basis == "powers":
        total = g.add("Add", g.add("Mul", x, number(coefficients[-1])), number(coefficients[-2]))
        for c in coefficients[-3::-1]:
            total = g.add("Add", g.add("Mul", total, x), number(c))
        return total
    twice = g.add("Mul", x, number(2.0))
    zero = g.add("Mul", x, number(0.0))
    b1, b2 = g.add("Add", zero, number(coefficients[-1])), zero
    for c in coefficients[-2:0:-1]:
        b1, b2 = g.add("Add", g.add("Sub", g.add("Mul", twice, b1), b2), number(c)), b1
    return g.add("Add", g.add("Sub", g.add("Mul", x, b1), b2), number(coefficients[0]))


def _dense(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    flat = [g.add("Flatten", values[name], axis=1) for name in step["inputs"]]
    joined = flat[0] if len(flat) == 1 else g.add("Concat", *flat, axis=1)
    z = g.add("MatMul", joined, g.constant(tensors[step["weight"]].T))
    return z if step["bias"] is None else g.add("Add", z, g.constant(tensors[step["bias"]]))


def _conv(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    source, W = values[step["input"]], tensors[step["weight"]]
    left, right = ([m[side] for m in step["margins"]] for side in (0, 1))
    if any(left + right):
        mode = "wrap" if step["around"] == "wrap" else "constant"
        source = g.add("Pad", source, g.constant([0, 0, *left, 0, 0, *right], np.int64), mode=mode)
    z = g.add("Conv", source, g.constant(W), strides=step["stride"], dilations=step["dilation"])
    if step["border"] is not None:
        z = g.add("Mul", z, g.constant(tensors[step["border"]]))
    if step["bias"] is None:
        return z
    return g.add("Add", z, g.constant(tensors[step["bias"]].reshape(-1, *[1] * len(left))))


def _pool(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    out, matrices = values[step["input"]], [g.constant(tensors[name]) for name in step["averages"]]
    if len(matrices) == 1:
        return g.add("MatMul", out, matrices[0])
    turn = {"perm": [0, 1, 3, 2]}
    down = g.add("MatMul", g.add("Transpose", out, **turn), matrices[0])  # (n, c, w, cells)
    return g.add("MatMul", g.add("Transpose", down, **turn), matrices[1])


def _global_pool(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    kept = g.add("Reshape", values[step["input"]], g.constant([0, 0, -1], np.int64))
    return g.add("ReduceMean", kept, g.constant([2], np.int64), keepdims=0)


def _add(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    names, factors, signs = step["inputs"], step["factors"], tensors[step["signs"]]
    total = g.add("Mul", values[names[0]], g.constant(factors[0]))
    for name, factor, sign in zip(names[1:], factors[1:], signs):
        by = (factor * sign).reshape(-1, *[1] * step["axes"])
        total = g.add("Add", total, g.add("Mul", values[name], g.constant(by)))
    return total


def _join(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    parts = [g.add("Mul", g.add("Flatten", values[n], axis=1), g.constant(f)) for n, f in zip(step["inputs"], step["factors"])]
    return g.add("Concat", *parts, axis=1)


def _scale(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    return g.add("Mul", values[step["input"]], g.constant(tensors[step["by"]] if "by" in step else step["factor"]))


def _last_layer(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    product = g.add("MatMul", _double(g, values[step["input"]]), g.constant(tensors[step["weight"]], np.float64))
    return g.add("Add", product, g.constant(tensors[step["bias"]], np.float64))


def _double(g: Graph, name: str) -> str:
    from onnx import TensorProto

    return g.add("Cast", name, to=TensorProto.DOUBLE)


def _copy(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    return values[step["input"]]


def _activation(g: Graph, step: dict, values: dict, tensors: dict) -> str:
    return _FUNCTIONS[step["function"]](g, values[step["input"]], *step["parameters"])


def _times(g: Graph, x: str, factor: float) -> str:
    return x if factor == 1 else g.add("Mul", x, g.constant(factor))


def _hermite(g: Graph, x: str, n: float = 1) -> str:
    before, now = _times(g, x, 0.0), g.add("Add", _times(g, x, 0.0), g.constant(1.0))
    for k in range(int(n)):
        step = g.add("Sub", g.add("Mul", x, now), _times(g, before, k**0.5))
        before, now = now, _times(g, step, (k + 1) ** -0.5)
    return now


def _quadratic(g: Graph, x: str, a: float = 1.0, b: float = 0.0, c: float = 0.0) -> str:
    inner = g.add("Add", _times(g, x, a), g.constant(b))
    return g.add("Add", g.add("Mul", inner, x), g.constant(c))


def _gaussian(g: Graph, x: str) -> str:
    return g.add("Exp", _times(g, g.add("Mul", x, x), -0.5))


def _relu2(g: Graph, x: str) -> str:
    r = g.add("Relu", x)
    return g.add("Mul", r, r)


def _step_function(g: Graph, x: str) -> str:
    from onnx import TensorProto

    return g.add("Cast", g.add("GreaterOrEqual", x, g.constant(0.0)), to=TensorProto.FLOAT)


def _clip(low: float, high: float) -> Callable[[Graph, str], str]:
    return lambda g, x: g.add("Clip", x, g.constant(low), g.constant(high))


def _cos(g: Graph, x: str, a: float = 1.0) -> str:
    return g.add("Cos", _times(g, x, a))


_FUNCTIONS: dict[str, Callable[..., str]] = {
    "identity": lambda g, x: x, "step": _step_function, "sign": lambda g, x: g.add("Sign", x), "relu": lambda g, x: g.add("Relu", x),
    "relu2": _relu2, "abs": lambda g, x: g.add("Abs", x), "gaussian": _gaussian, "gelu": lambda g, x: g.add("Gelu", x),
    "gelu_tanh": lambda g, x: g.add("Gelu", x, approximate="tanh"), "leaky_relu": lambda g, x, a=0.2: g.add("LeakyRelu", x, alpha=a),
    "elu": lambda g, x, a=1.0: g.add("Elu", x, alpha=a), "erf": lambda g, x, b=1.0: g.add("Erf", _times(g, x, b)),
    "sin": lambda g, x, a=1.0: g.add("Sin", _times(g, x, a)), "cos": _cos, "exp": lambda g, x, a=1.0: g.add("Exp", _times(g, x, a)),
    "hermite": _hermite, "monomial": lambda g, x, m=2: g.add("Pow", x, g.constant(float(int(m)))), "quadratic": _quadratic,
    "tanh": lambda g, x: g.add("Tanh", x), "sigmoid": lambda g, x: g.add("Sigmoid", x),
    "silu": lambda g, x: g.add("Mul", x, g.add("Sigmoid", x)), "softplus": lambda g, x: g.add("Softplus", x),
    "selu": lambda g, x: g.add("Selu", x), "hardtanh": _clip(-1.0, 1.0), "relu6": _clip(0.0, 6.0), "arctan": lambda g, x: g.add("Atan", x),
}  # fmt: skip
_STEPS: dict[str, Callable[[Graph, dict, dict, dict], str]] = {
    "flatten": _flatten, "sphere": _sphere, "products": _products, "mix": _mix, "dual": _dual, "dense": _dense, "conv": _conv,
    "pool": _pool, "global_pool": _global_pool, "add": _add, "join": _join, "scale": _scale, "last_layer": _last_layer, "copy": _copy,
    "activation": _activation,
}  # fmt: skip
