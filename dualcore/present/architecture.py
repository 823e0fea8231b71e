"""What the architecture page draws: presets, the chosen skeleton, its dual activation, its depth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from dualcore.evidence.represent import candidates
from dualcore.kernels import Skeleton, activation, preset, presets
from dualcore.present.words import WORDS, say

CORRELATIONS = np.linspace(-1, 1, 101)
STARTS = (0.0, 0.3, 0.6, 0.9)
LAYERS = 20
WIDTHS = (256, 512, 1024, 2048, 4096)
ACTIVATIONS = ("relu", "gelu", "tanh", "erf", "silu", "leaky_relu:0.2", "sin", "abs")


@dataclass(frozen=True)
class Choice:
    """What a person chose; None = as the preset has it."""

    name: str
    activation: str | None = None
    bias_share: float | None = None
    depth: int | None = None
    width: int | None = None  # random features; None = dualcore decides by the number of rows

    def skeleton(self) -> Skeleton:
        """The skeleton of the choice.  Raises SkeletonError."""
        return preset(self.name, activation=self.activation, beta=self.bias_share, depth=self.depth)


def preset_names(kind: str) -> list[str]:
    """The presets that suit the kind of data, simple ones first."""
    return list(presets(kind))


def compared_names(kind: str) -> list[str]:
    """The presets that an evaluation compares when it is left to choose."""
    return [skeleton.name for skeleton in candidates(kind)]


def skeleton_name(name: str, language: str) -> str:
    """A preset in the reader's words; a skeleton of somebody's own keeps its name."""
    key = f"skeleton.{name}"
    return say(key, language) if key in WORDS else name


def weighted_layer(skeleton: Skeleton) -> tuple[str, float]:
    """Activation and bias share of the first layer with weights."""
    node = next(n for n in skeleton.nodes if n.op in ("dense", "conv"))
    after = next((n.activation for n in skeleton.nodes if n.op == "activation"), node.activation)
    return (after if node.activation == "identity" else node.activation), node.beta


def settings_of(name: str) -> set[str]:
    """Which of activation, bias_share and depth the preset lets a person set."""
    if name == "linear":
        return set()
    if name == "conv1d-multiscale":
        return {"activation", "bias_share"}
    return {"activation", "bias_share", "depth"}


def dual_curve(name: str, bias_share: float) -> list[tuple[float, float]]:
    """(correlation before, correlation behind) one layer, bias included."""
    after = activation(name).dual(bias_share + (1 - bias_share) * CORRELATIONS)
    return [(float(a), float(b)) for a, b in zip(CORRELATIONS, after)]


def degeneration(name: str, bias_share: float, residual: bool = False) -> dict[float, list[float]]:
    """Correlation of two inputs behind layers 0..LAYERS, by their correlation at the start.

    residual : layers after the first are blocks whose kernel is the mean of before and behind
    """
    sigma = activation(name)
    paths = [np.array(STARTS)]
    for layer in range(LAYERS):
        after = np.asarray(sigma.dual(bias_share + (1 - bias_share) * paths[-1]))
        paths.append((paths[-1] + after) / 2 if residual and layer else after)
    return {start: [float(step[i]) for step in paths] for i, start in enumerate(STARTS)}


def evaluation_device() -> str:
    """Where an evaluation on this machine runs: ``"cuda"`` or ``"cpu"``."""
    return "cuda" if torch.cuda.is_available() else "cpu"
