"""The traced graph says what the forward pass does, not what the order of attributes suggests."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dualcore.errors import SkeletonError
from dualcore.kernels.modules.tracing import trace


class Crossed(nn.Module):
    """Attributes in another order than the calls, functional activations, a residual sum divided by sqrt 2."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 3)
        self.second = nn.Linear(8, 8)
        self.first = nn.Linear(4, 8)
        self.unused = nn.ReLU()

    def forward(self, x):
        h = torch.tanh(self.first(x))
        h = (h + self.second(h)) / math.sqrt(2)
        return F.log_softmax(self.head(F.dropout(F.leaky_relu(h, 0.3), 0.5, self.training)), dim=1)


def layers(module):
    traced = trace(module)
    return {s.label: s for s in traced.layers}, traced


def test_the_order_of_the_calls_counts():
    found, traced = layers(Crossed())
    assert list(found) == ["first", "second", "head"]
    assert [traced.source(s).kind for s in found.values()] == ["input", "activation", "activation"]
    assert [s.activation.name for s in traced.reached(found["second"])] == ["leaky_relu:0.3"]
    assert [s.activation.name for s in traced.reached(found["first"]) if s.activation] == ["tanh"]
    assert [traced.is_readout(s) for s in found.values()] == [False, False, True]
    assert next(s for s in traced.steps.values() if s.kind == "scale").factor == pytest.approx(0.5**0.5)
    assert traced.depth["output"] == 3


def one_step(function):
    class Net(nn.Module):
        def forward(self, x):
            return function(x)

    return [s for s in trace(Net()).steps.values() if s.kind not in ("input", "output", "meta")]


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (F.relu, "relu"), (torch.relu, "relu"), (lambda x: x.relu(), "relu"), (lambda x: F.gelu(x), "gelu"),
        (lambda x: F.gelu(x, approximate="tanh"), "gelu_tanh"), (F.silu, "silu"), (lambda x: x.tanh(), "tanh"),
        (lambda x: F.leaky_relu(x, negative_slope=0.2), "leaky_relu:0.2"), (lambda x: F.elu(x, alpha=2.0), "elu:2"), (torch.erf, "erf:1"),
        (lambda x: abs(x), "abs"), (lambda x: x**2, "monomial:2"), (F.softplus, "softplus"), (lambda x: F.softplus(x, beta=2), "softplus(2,20)"),
        (F.hardtanh, "hardtanh"), (lambda x: F.hardtanh(x, -2, 2), "hardtanh(-2,2)"), (torch.sin, "sin:1"), (torch.cos, "cos:1"), (F.selu, "selu"),
    ],
)
def test_functional_activations(function, name):
    (step,) = one_step(function)
    assert (step.kind, step.activation.name) == ("activation", name)
    x = torch.linspace(-3, 3, 31, dtype=torch.float64)
    assert torch.allclose(step.activation(x), function(x), atol=1e-12)


@pytest.mark.parametrize(
    "module",
    [
        nn.ReLU(), nn.LeakyReLU(0.2), nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Tanh(), nn.Sigmoid(), nn.Softplus(), nn.Softplus(3), nn.ELU(0.5),
        nn.SELU(), nn.Hardtanh(), nn.Hardtanh(-0.5, 2), nn.ReLU6(), nn.CELU(2.0), nn.Hardswish(), nn.Mish(), nn.Softsign(), nn.Tanhshrink(),
        nn.LogSigmoid(), nn.Softshrink(0.3), nn.Hardsigmoid(), nn.PReLU(),
    ],
    ids=str,
)
def test_activation_modules(module):
    step = trace(nn.Sequential(module)).steps["_0"]
    x = torch.linspace(-4, 4, 41, dtype=torch.float64)
    assert step.kind == "activation"
    assert torch.allclose(step.activation(x), module.double()(x).detach(), atol=1e-12)


@pytest.mark.parametrize("function", [lambda x: x * torch.sigmoid(x), lambda x: x + 1, lambda x: x[:, :2], lambda x: torch.stack([x, x]), lambda x: x**0.5])
def test_what_is_not_understood_is_unknown(function):
    assert "unknown" in {s.kind for s in one_step(function)}


def test_sizes_are_no_values():
    steps = one_step(lambda x: x.view(x.size(0), -1).reshape(x.shape[0], x.shape[1] * 2))
    assert [s.kind for s in steps] == ["shape", "shape"]
    assert all(len(s.inputs) == 1 for s in steps)


class Depends(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


def test_control_flow_on_data_is_refused_with_its_reason():
    with pytest.raises(SkeletonError, match="control flow") as error:
        trace(Depends())
    assert error.value.code == "not_traceable"


def test_no_module_and_lazy_parameters_are_refused():
    for module in (3, nn.LazyLinear(4)):
        with pytest.raises(ValueError, match="module"):
            trace(module)


def test_a_bare_layer_and_a_subclass_with_torch_s_own_forward_are_layers():
    class Drawn(nn.Linear):
        def reset_parameters(self):
            nn.init.ones_(self.weight)

    assert [type(s.module) for s in trace(nn.Linear(2, 3)).layers] == [nn.Linear]
    assert [type(s.module) for s in trace(nn.Sequential(Drawn(2, 3))).layers] == [Drawn]
