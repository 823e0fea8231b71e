"""Pointwise functions by the names that architecture.json uses; parameters follow behind a colon there."""

import math

import torch
import torch.nn.functional as F


def identity(x):
    return x


def step(x):
    return (x >= 0).to(x.dtype)


def sign(x):
    return torch.sign(x)


def relu(x):
    return torch.relu(x)


def relu2(x):
    return torch.relu(x) ** 2


def abs(x):  # the name in architecture.json
    return torch.abs(x)


def gaussian(x):
    return torch.exp(-x * x / 2)


def gelu(x):
    return F.gelu(x)


def gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


def leaky_relu(x, slope=0.2):
    return F.leaky_relu(x, slope)


def elu(x, alpha=1.0):
    return F.elu(x, alpha)


def erf(x, b=1.0):
    return torch.erf(b * x)


def sin(x, a=1.0):
    return torch.sin(a * x)


def cos(x, a=1.0):
    return torch.cos(a * x)


def exp(x, a=1.0):
    return torch.exp(a * x)


def hermite(x, n=1):
    before, now = torch.zeros_like(x), torch.ones_like(x)
    for k in range(int(n)):
        before, now = now, (x * now - math.sqrt(k) * before) / math.sqrt(k + 1)
    return now


def monomial(x, m=2):
    return x ** int(m)


def quadratic(x, a=1.0, b=0.0, c=0.0):
    return a * x * x + b * x + c


def tanh(x):
    return torch.tanh(x)


def sigmoid(x):
    return torch.sigmoid(x)


def silu(x):
    return F.silu(x)


def softplus(x):
    return F.softplus(x)


def selu(x):
    return F.selu(x)


def hardtanh(x):
    return F.hardtanh(x)


def relu6(x):
    return F.relu6(x)


def arctan(x):
    return torch.arctan(x)
