"""The networks that full training means: what a practitioner would train on each kind of data.

Plain, well known shapes: a perceptron with two hidden layers; three convolution blocks with batch
normalisation over an image; the fully convolutional network of Wang, Yan and Oates (2017,
arXiv 1611.06455) over a series. ``skeletons`` of a fully connected kind belong to the family "mlp",
convolutional ones to "conv".
"""

from __future__ import annotations

import math

import torch
from torch import nn

from dualcore.kernels import Skeleton

LONGEST = 512  # series beyond are read with a stride


def family_of(skeleton: Skeleton) -> str:
    """"conv" when the skeleton has a convolution, else "mlp"."""
    return "conv" if any(node.op == "conv" for node in skeleton.nodes) else "mlp"


def families(kind: str) -> tuple[str, ...]:
    """The families that full training tries on data of this kind."""
    return ("mlp",) if kind == "table" else ("conv", "mlp")


def build(family: str, shape: tuple[int, ...], outputs: int, seed: int) -> nn.Module:
    """A network with torch's own initialisation.

    shape : of one encoded input: (d,), (c, length) or (c, h, w)
    """
    torch.manual_seed(seed)
    if family == "mlp":
        return mlp(math.prod(shape), outputs)
    return conv_series(shape, outputs) if len(shape) == 2 else conv_image(shape, outputs)


def mlp(inputs: int, outputs: int, width: int = 512, depth: int = 2) -> nn.Module:
    """``depth`` hidden layers of ``width`` ReLUs."""
    sizes = [inputs] + [width] * depth
    hidden = [m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(nn.Flatten(), *hidden, nn.Linear(width, outputs))


def conv_image(shape: tuple[int, ...], outputs: int, width: int = 32) -> nn.Module:
    """Three blocks of convolution, batch normalisation, ReLU and max pooling; then the mean over positions."""
    channels = [shape[0], width, 2 * width, 4 * width]
    layers: list[nn.Module] = []
    side = min(shape[1:])
    for a, b in zip(channels, channels[1:]):
        layers += [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
        if side >= 4:
            layers.append(nn.MaxPool2d(2))
            side //= 2
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels[-1], outputs))


def conv_series(shape: tuple[int, ...], outputs: int, width: int = 32) -> nn.Module:
    """Three blocks of convolution (8, 5, 3), batch normalisation and ReLU; then the mean over time."""
    stride = -(-shape[1] // LONGEST)
    layers: list[nn.Module] = []
    for a, b, window, step in ((shape[0], width, 8, stride), (width, 2 * width, 5, 1), (2 * width, width, 3, 1)):
        layers += [nn.Conv1d(a, b, window, stride=step, padding=window // 2, bias=False), nn.BatchNorm1d(b), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(width, outputs))
