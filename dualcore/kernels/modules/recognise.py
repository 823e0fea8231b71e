"""What a torch module or function is: an activation by name, or one of the few kinds that moments can be followed through."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from dualcore.kernels.activations import Activation, activation
from dualcore.kernels.duals import from_function

LAYERS: dict[type[nn.Module], int] = {nn.Linear: 0, nn.Conv1d: 1, nn.Conv2d: 2, nn.Conv3d: 3}
NORMS = (
    nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm, nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d,
    nn.LayerNorm, nn.GroupNorm, nn.RMSNorm,
)
BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)
INSTANCE_NORMS = (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)
DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout, nn.FeatureAlphaDropout)
DROPOUT_FUNCTIONS = (F.dropout, F.dropout1d, F.dropout2d, F.dropout3d, F.alpha_dropout, F.feature_alpha_dropout)
_POOLS = (
    nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d, nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d, nn.MaxPool1d,
    nn.MaxPool2d, nn.MaxPool3d, nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d, nn.LPPool1d, nn.LPPool2d,
)
_FUNCTIONS: dict[Callable | str, str] = {
    torch.add: "sum", operator.add: "sum", operator.iadd: "sum", "add": "sum", "add_": "sum", torch.cat: "join", torch.concat: "join",
    operator.mul: "scale", operator.imul: "scale", torch.mul: "scale", "mul": "scale", "mul_": "scale", operator.truediv: "scale",
    operator.itruediv: "scale", torch.div: "scale", "div": "scale", "div_": "scale", operator.neg: "scale", torch.neg: "scale", "neg": "scale",
    F.avg_pool1d: "pool", F.avg_pool2d: "pool", F.adaptive_avg_pool1d: "pool", F.adaptive_avg_pool2d: "pool", F.max_pool1d: "pool",
    F.max_pool2d: "pool", F.adaptive_max_pool1d: "pool", F.adaptive_max_pool2d: "pool", torch.mean: "pool", "mean": "pool",
    torch.softmax: "softmax", F.softmax: "softmax", F.log_softmax: "softmax", torch.log_softmax: "softmax", "softmax": "softmax",
    "log_softmax": "softmax", torch.flatten: "shape", torch.reshape: "shape", torch.squeeze: "shape", torch.unsqueeze: "shape",
    torch.permute: "shape", torch.transpose: "shape", "flatten": "shape", "view": "shape", "reshape": "shape", "squeeze": "shape",
    "unsqueeze": "shape", "permute": "shape", "transpose": "shape", "contiguous": "same", "clone": "same", "detach": "same",
    "float": "same", "double": "same", "to": "same", "size": "meta", "dim": "meta", "numel": "meta", len: "meta",
    **dict.fromkeys(DROPOUT_FUNCTIONS, "same"),
}
_ACTIVATION_MODULES: dict[type[nn.Module], Callable[[nn.Module], str | Activation]] = {
    nn.ReLU: lambda m: "relu", nn.SiLU: lambda m: "silu", nn.Tanh: lambda m: "tanh", nn.Sigmoid: lambda m: "sigmoid",
    nn.SELU: lambda m: "selu", nn.ReLU6: lambda m: "relu6", nn.LeakyReLU: lambda m: f"leaky_relu:{m.negative_slope:.15g}",
    nn.ELU: lambda m: f"elu:{m.alpha:.15g}", nn.GELU: lambda m: _gelu(m.approximate), nn.Softplus: lambda m: _softplus(m.beta, m.threshold),
    nn.Hardtanh: lambda m: _hardtanh(m.min_val, m.max_val), nn.CELU: lambda m: _celu(m.alpha),
    nn.Hardswish: lambda m: from_function("hardswish", F.hardswish, (-3.0, 3.0)), nn.Mish: lambda m: from_function("mish", F.mish),
    nn.Hardsigmoid: lambda m: from_function("hardsigmoid", F.hardsigmoid, (-3.0, 3.0)),
    nn.Softsign: lambda m: from_function("softsign", F.softsign, (0.0,)), nn.Tanhshrink: lambda m: from_function("tanhshrink", F.tanhshrink),
    nn.LogSigmoid: lambda m: from_function("logsigmoid", F.logsigmoid),
    nn.Softshrink: lambda m: from_function(f"softshrink({m.lambd:g})", nn.Softshrink(m.lambd), (-m.lambd, m.lambd)),
}
# Of functions and methods: (positional arguments behind the tensor, keyword arguments) -> activation.
_ACTIVATION_FUNCTIONS: dict[Callable | str, Callable[[tuple, dict], str | Activation]] = {
    **{f: (lambda a, k: "relu") for f in (F.relu, torch.relu, torch.relu_, F.relu_, "relu", "relu_")},
    **{f: (lambda a, k: "tanh") for f in (F.tanh, torch.tanh, torch.tanh_, "tanh", "tanh_")},
    **{f: (lambda a, k: "sigmoid") for f in (F.sigmoid, torch.sigmoid, torch.sigmoid_, "sigmoid", "sigmoid_")},
    **{f: (lambda a, k: "erf") for f in (torch.erf, torch.special.erf, "erf")},
    **{f: (lambda a, k: "sin") for f in (torch.sin, "sin")}, **{f: (lambda a, k: "cos") for f in (torch.cos, "cos")},
    **{f: (lambda a, k: "exp") for f in (torch.exp, "exp")}, **{f: (lambda a, k: "sign") for f in (torch.sign, "sign")},
    **{f: (lambda a, k: "abs") for f in (torch.abs, operator.abs, builtins.abs, "abs", "abs_")},
    **{f: (lambda a, k: "arctan") for f in (torch.atan, torch.arctan, "atan", "arctan")},
    **{f: (lambda a, k: "monomial:2") for f in (torch.square, "square")},
    **{f: (lambda a, k: _power(_given(a, k, 0, "exponent", None))) for f in (torch.pow, operator.pow, "pow")},
    F.silu: lambda a, k: "silu", F.selu: lambda a, k: "selu", torch.selu: lambda a, k: "selu", F.relu6: lambda a, k: "relu6",
    F.gelu: lambda a, k: _gelu(_given(a, k, 0, "approximate", "none")), F.elu: lambda a, k: f"elu:{_given(a, k, 0, 'alpha', 1.0):.15g}",
    F.leaky_relu: lambda a, k: f"leaky_relu:{_given(a, k, 0, 'negative_slope', 0.01):.15g}",
    F.softplus: lambda a, k: _softplus(_given(a, k, 0, "beta", 1.0), _given(a, k, 1, "threshold", 20.0)),
    F.hardtanh: lambda a, k: _hardtanh(_given(a, k, 0, "min_val", -1.0), _given(a, k, 1, "max_val", 1.0)),
    F.celu: lambda a, k: _celu(_given(a, k, 0, "alpha", 1.0)), F.mish: lambda a, k: from_function("mish", F.mish),
    F.hardswish: lambda a, k: from_function("hardswish", F.hardswish, (-3.0, 3.0)),
}


def module_kind(module: nn.Module) -> tuple[str, Activation | None]:
    """(kind, activation) of a torch.nn module; "unknown" where moments cannot be followed."""
    if layer_rank(module) is not None:
        return "layer", None
    if type(module) in _ACTIVATION_MODULES:
        return "activation", activation(_ACTIVATION_MODULES[type(module)](module))
    # One slope for all channels is a leaky ReLU as long as it is not trained.
    if type(module) is nn.PReLU and module.num_parameters == 1:
        return "activation", activation(f"leaky_relu:{float(module.weight.detach()):.15g}")
    if isinstance(module, NORMS):
        return "norm", None
    if isinstance(module, _POOLS):
        return "pool", None
    if isinstance(module, (nn.Identity, *DROPOUTS)):
        return "same", None
    if isinstance(module, nn.Flatten | nn.Unflatten):
        return "shape", None
    return ("softmax" if isinstance(module, nn.Softmax | nn.LogSoftmax | nn.Softmax2d) else "unknown"), None


def function_kind(target: Callable | str, arguments: tuple, keywords: dict) -> tuple[str, Activation | None]:
    """The same for a function or the name of a tensor method, with its arguments behind the tensor."""
    if target in _ACTIVATION_FUNCTIONS:
        spec = _ACTIVATION_FUNCTIONS[target](arguments, keywords)
        return ("unknown", None) if spec is None else ("activation", activation(spec))
    return _FUNCTIONS.get(target, "unknown"), None


def layer_rank(module: nn.Module) -> int | None:
    """Spatial axes of a Linear (0) or convolution, or None; a subclass counts when its forward pass is torch's own."""
    for kind, rank in LAYERS.items():
        if isinstance(module, kind) and type(module).forward is kind.forward:
            return rank
    return None


def _given(arguments: tuple, keywords: dict, index: int, name: str, default):
    return arguments[index] if len(arguments) > index else keywords.get(name, default)


def _gelu(approximate: str) -> str:
    return "gelu" if approximate == "none" else "gelu_tanh"


def _power(exponent: object) -> str | None:
    return f"monomial:{exponent:g}" if isinstance(exponent, int | float) and exponent == int(exponent) and 0 < exponent <= 20 else None


def _softplus(beta: float, threshold: float) -> str | Activation:
    if (beta, threshold) == (1, 20):
        return "softplus"
    return from_function(f"softplus({beta:g},{threshold:g})", lambda x: F.softplus(x, beta, threshold), (threshold / beta,))


def _hardtanh(low: float, high: float) -> str | Activation:
    if (low, high) == (-1, 1):
        return "hardtanh"
    return from_function(f"hardtanh({low:g},{high:g})", lambda x: F.hardtanh(x, low, high), (low, high))


def _celu(alpha: float) -> str | Activation:
    return "elu:1" if alpha == 1 else from_function(f"celu({alpha:g})", lambda x: F.celu(x, alpha), (0.0,))
