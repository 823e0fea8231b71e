"""First and second moments of a network's values over its random weights (``E h`` and ``E h^2`` of one neuron)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from dualcore.kernels.activations import Activation
from dualcore.kernels.duals import derivative_of, panels
from dualcore.kernels.modules.recognise import layer_rank
from dualcore.kernels.modules.tracing import Step

Tensor = torch.Tensor
_CONVOLVE = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


@dataclass(frozen=True)
class Moments:
    """Of one value of the forward pass.

    second, mean : float64, by position (*P), or () where they are the same everywhere
    gaussian : centred Gaussian over the random weights, so that what an activation does to it is known
    roots : the layers (or inputs) whose random weights it is linear in: values with other roots are uncorrelated
    channels : None where not known without a sample
    basis : "known" from the weights, "measured" on the batch, or "approximate", as if a value were Gaussian that is not
    """

    second: Tensor
    mean: Tensor
    gaussian: bool
    roots: frozenset[str]
    channels: int | None = None
    basis: str = "known"

    @property
    def level(self) -> float:
        """Mean of the second moment over positions."""
        return float(self.second.mean())

    def flat(self) -> Moments:
        return replace(self, second=self.second.mean(), mean=self.mean.mean())


@dataclass(frozen=True)
class PreActivation:
    """Second moment of a layer's output by position, split into what weights and bias give.

    lowest : the smallest part of the weights' share that is left at a border of zeros, 1 without
    """

    weights: Tensor
    bias: float
    lowest: float = 1.0

    @property
    def variance(self) -> float:
        return float(self.weights.mean()) + self.bias

    @property
    def bias_share(self) -> float | None:
        return self.bias / self.variance if self.variance > 0 else None


def of_layer(module: nn.Module, source: Moments, positions: tuple[int, ...] | None) -> PreActivation:
    """From the actual weights of a Linear or convolution; ``positions`` of what it reads, None when not known."""
    weight = module.weight.detach().double()
    gain = float(weight.square().mean()) * weight[0].numel()
    bias = 0.0 if module.bias is None else float(module.bias.detach().double().square().mean())
    if layer_rank(module) and positions is not None:
        seen = over_windows(module, source.second.expand(positions))
        inside = over_windows(module, torch.ones(positions, dtype=torch.float64))
        return PreActivation(gain * seen, bias, float(inside.min()))
    return PreActivation(gain * source.second.mean(), bias)


def over_windows(module: nn.Module, profile: Tensor) -> Tensor:
    """Sum over the windows of a convolution divided by the whole window, of values (*P) at the positions it reads."""
    rank, x = profile.ndim, profile[None, None]
    sides: list[int] = []
    for axis in reversed(range(rank)):
        reach = module.dilation[axis] * (module.kernel_size[axis] - 1)
        if isinstance(module.padding, str):
            sides += [reach // 2, reach - reach // 2] if module.padding == "same" else [0, 0]
        else:
            sides += [module.padding[axis]] * 2
    x = F.pad(x, sides, mode="constant" if module.padding_mode == "zeros" else module.padding_mode)
    ones = torch.full((1, 1, *module.kernel_size), 1 / math.prod(module.kernel_size), dtype=torch.float64)
    return _CONVOLVE[rank](x, ones, stride=module.stride, dilation=module.dilation)[0, 0]


def behind_layer(step: Step, pre: PreActivation) -> Moments:
    second = pre.weights + pre.bias
    return Moments(second, torch.zeros_like(second), True, frozenset([step.name]), step.module.weight.shape[0])


def behind_norm(module: nn.Module, source: Moments | None, name: str) -> Moments:
    """A normalisation gives second moment 1, times its affine parameters."""
    weight, bias = affine(module)
    second = torch.tensor(norm_scale(weight) + norm_shift(bias), dtype=torch.float64)
    gaussian = source is not None and source.gaussian
    roots = frozenset([name]) if source is None else source.roots
    channels = None if source is None else source.channels
    return Moments(second, torch.zeros_like(second), gaussian, roots, getattr(module, "num_features", channels))


def affine(module: nn.Module) -> tuple[Tensor | None, Tensor | None]:
    return getattr(module, "weight", None), getattr(module, "bias", None)


def norm_scale(weight: Tensor | None) -> float:
    return 1.0 if weight is None else float(weight.detach().double().square().mean())


def norm_shift(bias: Tensor | None) -> float:
    return 0.0 if bias is None else float(bias.detach().double().square().mean())


def behind_activation(sigma: Activation, source: Moments) -> Moments:
    """Exact for a centred Gaussian; for another value as if it were Gaussian with its mean and variance."""
    centre = source.mean if not source.gaussian else torch.zeros_like(source.second)
    variance = (source.second - centre.square()).clamp(min=0)
    centre, variance = torch.broadcast_tensors(centre, variance)
    pairs, where = torch.unique(torch.stack([centre.flatten(), variance.flatten()], 1), dim=0, return_inverse=True)
    found = torch.tensor([gaussian_moments(sigma, float(v), float(c)) for c, v in pairs], dtype=torch.float64)[where]
    first, second = found[:, 0].reshape(variance.shape), found[:, 1].reshape(variance.shape)
    return Moments(second, first, False, source.roots, source.channels, source.basis if source.gaussian else "approximate")


def gaussian_moments(sigma: Activation, variance: float, mean: float = 0.0) -> tuple[float, float]:
    """E sigma(x) and E sigma(x)^2 for x ~ N(mean, variance)."""
    return _expect(sigma, sigma.function, variance, mean)


def slope_at(sigma: Activation, variance: float, bias_share: float) -> float | None:
    """chi = (1 - beta) q E sigma'^2 / E sigma^2 at variance q: how a layer multiplies small distances of correlations.

    None where sigma jumps, or is zero at this variance.
    """
    if sigma.jumps or variance <= 0:
        return None
    below = gaussian_moments(sigma, variance)[1]
    steep = _expect(sigma, derivative_of(sigma.function), variance, 0.0)[1]
    return (1 - bias_share) * variance * steep / below if below > 0 else None


def _expect(sigma: Activation, function: Callable[[Tensor], Tensor], variance: float, mean: float) -> tuple[float, float]:
    deviation = math.sqrt(variance)
    breaks = [(k - mean) / deviation for k in sigma.kinks] if deviation else []
    x, w = panels(sigma.edges, breaks)
    values = function(torch.from_numpy(mean + deviation * x)).detach().numpy()
    return float(w @ values), float(w @ np.square(values))


def of_sum(parts: list[Moments]) -> Moments | None:
    """Of independent values; None where they share random weights."""
    if any(a.roots & b.roots for i, a in enumerate(parts) for b in parts[:i]):
        return None
    if len({p.second.shape for p in parts}) > 1:
        parts = [p.flat() for p in parts]
    mean = sum(p.mean for p in parts)
    second = sum(p.second for p in parts) + mean.square() - sum(p.mean.square() for p in parts)
    return Moments(second, mean, all(p.gaussian for p in parts), _roots(parts), parts[0].channels, _basis(parts))


def of_join(parts: list[Moments], sizes: list[int | None]) -> Moments | None:
    """Mean weighted by the number of neurons; None where that is not known."""
    if any(s is None for s in sizes):
        return None
    if len({p.second.shape for p in parts}) > 1:
        parts = [p.flat() for p in parts]
    shares = [s / sum(sizes) for s in sizes]
    second = sum(q * p.second for q, p in zip(shares, parts, strict=True))
    mean = sum(q * p.mean for q, p in zip(shares, parts, strict=True))
    # Values of different variance side by side are no longer one Gaussian.
    gaussian = all(p.gaussian and abs(p.level - parts[0].level) < 1e-9 * parts[0].level for p in parts)
    return Moments(second, mean, gaussian, _roots(parts), sum(sizes), _basis(parts))


def _roots(parts: list[Moments]) -> frozenset[str]:
    return frozenset().union(*(p.roots for p in parts))


def _basis(parts: list[Moments]) -> str:
    """The least certain of all."""
    found = {p.basis for p in parts}
    return next(b for b in ("approximate", "measured", "known") if b in found)


def measured(value: Tensor, roots: frozenset[str], gaussian: bool = False) -> Moments:
    """On the batch, over everything."""
    x = value.detach().double()
    return Moments(x.square().mean().cpu(), x.mean().cpu(), gaussian, roots, value.shape[1] if value.ndim > 1 else 1, "measured")
