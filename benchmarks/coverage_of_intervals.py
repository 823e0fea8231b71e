"""Are the intervals honest? Over repeated splits, how often does the 90 % interval hold the score on unseen rows?

    python -m benchmarks.coverage_of_intervals [splits]

Real datasets that ship with scikit-learn; every split draws 150 training rows and scores the last layer on all others,
so that the noise of the test score itself is small and the interval must cover the sampling of the training rows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
from sklearn import datasets

from dualcore.evidence import lastlayer, metrics
from dualcore.evidence.lastlayer import Representation, Split
from dualcore.evidence.metrics import Prediction
from dualcore.kernels import dual_kernel, preset, to_sphere

ROWS = 150
FIRST_SEED = 5000  # the splits on which the factor was set have other seeds


def problems() -> Iterator[tuple[str, np.ndarray, np.ndarray, int, str]]:
    for name, load, metric in (
        ("breast cancer", datasets.load_breast_cancer, "accuracy"),
        ("digits", datasets.load_digits, "accuracy"),
        ("breast cancer", datasets.load_breast_cancer, "roc_auc"),
        ("digits", datasets.load_digits, "balanced_accuracy"),
        ("breast cancer", datasets.load_breast_cancer, "log_loss"),
        ("diabetes", datasets.load_diabetes, "r2"),
        ("diabetes", datasets.load_diabetes, "rmse"),
        ("diabetes", datasets.load_diabetes, "mae"),
    ):
        X, y = load(return_X_y=True)
        X = (X - X.mean(0)) / (X.std(0) + 1e-9)
        yield name, X, y, 0 if name == "diabetes" else int(y.max()) + 1, metric


def one_split(X, y, n_classes, metric, seed) -> tuple[float, float, float]:
    """(low, high, score on the other rows)."""
    import torch

    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(y))
    a, b = rows[:ROWS], rows[ROWS:]
    inputs = to_sphere(torch.from_numpy(X))
    skeleton = preset("fc2")
    fit = lastlayer.fit_last_layer(Representation(dual_kernel(skeleton, inputs[a]), True), y[a], n_classes, metric, Split.of(ROWS))
    rep = Representation(dual_kernel(skeleton, inputs[a]), True)
    W, c = rep.weights(fit.decomposition, torch.arange(ROWS), fit.Y, fit.penalty)
    raw = dual_kernel(skeleton, inputs[b], inputs[a]) @ W + c
    if n_classes:
        new = Prediction(lastlayer.probabilities(raw, fit.temperature).numpy(), fit.tilt, fit.prior)
    else:
        new = Prediction(raw.numpy() * y[a].std() + y[a].mean())
    value = metrics.score(metric, y[a], fit.prediction)
    draws = metrics.resampled_scores(metric, y[a], fit.prediction, None, 400, seed)
    low, high = metrics.interval(value, draws, fresh_ratio=ROWS / len(b))
    return *metrics.clip_to_range(metric, low, high), metrics.score(metric, y[b], new)


def main() -> None:
    splits = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    print("| dataset | metric | splits | interval holds the score | mean width |\n|---|---|---|---|---|")
    total = []
    for name, X, y, n_classes, metric in problems():
        found = [one_split(X, y, n_classes, metric, seed) for seed in range(FIRST_SEED, FIRST_SEED + splits)]
        hits = [low <= score <= high for low, high, score in found]
        total += hits
        print(f"| {name} | {metric} | {splits} | {np.mean(hits):.3f} | {np.mean([h - lo for lo, h, _ in found]):.3f} |", flush=True)
    print(f"\nall: {np.mean(total):.3f} of {len(total)} (90 % promised)")


if __name__ == "__main__":
    main()
