"""For engineers: the correction on a small network, before and after, as in docs/engineers-guide.md."""

from __future__ import annotations

import torch
from torch import nn

from dualcore.kernels import InitReport, correct_init_

LAYERS, WIDTH, INPUTS, BATCH = 12, 64, 20, 128


def correct_example(seed: int = 0) -> InitReport:
    """Correct twelve layers of tanh that start from torch's default; the report has both sides."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers = [nn.Linear(INPUTS, WIDTH), nn.Tanh()]
        for _ in range(LAYERS - 1):
            layers += [nn.Linear(WIDTH, WIDTH), nn.Tanh()]
        model = nn.Sequential(*layers, nn.Linear(WIDTH, 1))
        batch = torch.randn(BATCH, INPUTS)
    return correct_init_(model, sample=batch, seed=seed)
