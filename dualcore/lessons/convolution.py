"""Lesson 4: a pattern that may stand anywhere; a convolution looks for it everywhere, dense layers learn every place anew."""

from __future__ import annotations

import numpy as np
import torch

from dualcore.evidence import metrics
from dualcore.evidence.lastlayer import Representation, Split, encode_target, fit_last_layer
from dualcore.evidence.metrics import Prediction
from dualcore.kernels import Skeleton, convolutional, fully_connected, random_network
from dualcore.lessons.fitting import spread
from dualcore.lessons.records import Convolution

LENGTH, ROWS, FRESH, NOISE = 48, 90, 300, 0.35
SHIFTS = (0, 2, 4, 8, 16, 36)
WIDTH, DRAWS, WINDOW = 400, 4, 9
# Three events of the same energy that differ in the order of their parts alone.
PATTERNS = np.array([[0, 1, 2, 1, 0, -1, -2, -1, 0], [0, -1, -2, -1, 0, 1, 2, 1, 0], [0, 2, 0, -2, 0, 2, 0, -2, 0]]) / np.array([[12**0.5], [12**0.5], [4.0]]) * 3


def signals(n: int, shift: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(n, 1, LENGTH) float32 with one pattern each, displaced by up to ``shift`` places, and its class (n,)."""
    y = np.arange(n) % len(PATTERNS)
    start = (LENGTH - WINDOW) // 2 - shift // 2 + rng.integers(0, shift + 1, n)
    X = NOISE * rng.standard_normal((n, 1, LENGTH))
    for i in range(n):
        X[i, 0, start[i] : start[i] + WINDOW] += PATTERNS[y[i]]
    return X.astype(np.float32), y


def skeletons() -> dict[str, Skeleton]:
    return {
        "connected": fully_connected(1, "relu", 0.1),
        "convolutional": convolutional(1, "relu", 0.1, axes=1, window=WINDOW, readout="mean"),
    }


def accuracy(skeleton: Skeleton, X: np.ndarray, y: np.ndarray, fresh: np.ndarray, truth: np.ndarray, seed: int) -> float:
    """Accuracy on fresh signals of the last layer on ``WIDTH`` random features."""
    shape = (lambda A: torch.from_numpy(A)) if skeleton.rank else (lambda A: torch.from_numpy(A).flatten(1) / LENGTH**0.5)
    network = random_network(skeleton, WIDTH, seed, tuple(shape(X).shape[1:]))
    F, G = network.features(shape(X)), network.features(shape(fresh))
    rep = Representation(F, False)
    fit = fit_last_layer(rep, y, len(PATTERNS), "accuracy", Split.of(len(y)))
    W, b = rep.weights(fit.decomposition, torch.arange(len(y)), encode_target(y, len(PATTERNS)), fit.penalty)
    return metrics.score("accuracy", truth, Prediction(torch.softmax(G.double() @ W + b, -1).numpy()))


def move_pattern(shift: int) -> Convolution:
    """The same last layer on dense and on convolutional random features, for patterns that move by up to ``shift`` places."""
    scores: dict[str, list[float]] = {name: [] for name in skeletons()}
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)
        (X, y), (fresh, truth) = signals(ROWS, shift, rng), signals(FRESH, shift, rng)
        if seed == 0:
            examples = [(int(c), X[i, 0].tolist()) for c in range(len(PATTERNS)) for i in np.flatnonzero(y == c)[:3]]
        for name, skeleton in skeletons().items():
            scores[name].append(accuracy(skeleton, X, y, fresh, truth, seed))
    return Convolution(
        shift=shift, length=LENGTH, rows=ROWS, fresh_rows=FRESH, chance=1 / len(PATTERNS), examples=examples,
        connected=spread(scores["connected"]), convolutional=spread(scores["convolutional"]),
    )  # fmt: skip
