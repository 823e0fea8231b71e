"""Lesson 1: an initialisation is a toolbox; the last layer may only combine what lies in it."""

from __future__ import annotations

import numpy as np
import torch

from dualcore.evidence.ridge import decompose_features, feature_weights
from dualcore.kernels import fully_connected, random_network, to_sphere
from dualcore.lessons.fitting import explained
from dualcore.lessons.records import Fitted, Toolbox

PLACES, ROWS = 241, 61
SHOWN = 12  # tools that are drawn
LEAST = 0.95
PENALTY = 1e-7  # of the mean eigenvalue: the curves carry no noise
CURVES = {
    "trend": lambda x: 0.8 * x,
    "hill": lambda x: 2 * np.exp(-12 * x**2) - 1,
    "step": lambda x: np.tanh(25 * (x - 0.2)),
    "waves": lambda x: np.sin(6 * np.pi * x),
}


def fit_curves(width: int, seed: int) -> Toolbox:
    """Fit four curves on [-1, 1] with the last layer of a random network of one ReLU layer.

    width : number of random features; seed : of the initialisation
    """
    x = np.linspace(-1, 1, PLACES)
    skeleton = fully_connected(1, "relu")
    inputs = to_sphere(torch.from_numpy(1.5 * x)[:, None].float())
    F = random_network(skeleton, width, seed, (2,)).features(inputs).double()
    Y = torch.from_numpy(np.stack([f(x) for f in CURVES.values()], 1))
    rows = torch.arange(0, PLACES, (PLACES - 1) // (ROWS - 1))
    d = decompose_features(F[rows])
    W, b = feature_weights(d, F[rows], Y[rows], PENALTY * max(d.scale, 1e-12))
    fitted = F @ W + b
    share = explained(Y, fitted)
    tools = (F[:, :SHOWN] / F[:, :SHOWN].abs().amax(0).clamp_min(1e-9)).T
    return Toolbox(
        width=width, seed=seed, x=x.tolist(), tools=tools.tolist(), rows=len(rows), least=LEAST,
        curves=[
            Fitted(name=name, target=Y[:, i].tolist(), fit=fitted[:, i].tolist(), explained=float(share[i]), succeeds=bool(share[i] >= LEAST))
            for i, name in enumerate(CURVES)
        ],
    )  # fmt: skip
