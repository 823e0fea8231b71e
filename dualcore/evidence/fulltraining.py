"""Full training: all layers, a small honest search, early stopping on validation rows.

What a team would do with the investment, kept cheap: per family a few learning rates and weight decays, each judged on
validation rows that it did not see; the best of them is trained once more on all rows for the
number of epochs that was best. This is the truth that verdicts are held against (docs/backtest.md),
and the training that the starter kit of stage 4 repeats.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dualcore.errors import NumericalError
from dualcore.evidence import families, metrics
from dualcore.evidence.descent import Recipe, descend
from dualcore.evidence.metrics import Prediction

SEARCH = {  # (learning rate, weight decay)
    "mlp": ((1e-3, 1e-4), (3e-4, 1e-4), (1e-3, 1e-2), (3e-4, 1e-2)),
    "conv": ((3e-3, 1e-3), (1e-3, 1e-3)),
}
TIE = 1e-3


@dataclass(frozen=True)
class Trial:
    """One setting of the search; ``score`` on validation rows, in the metric."""

    family: str
    rate: float
    decay: float
    score: float
    epochs: int  # best epoch
    seconds: float
    flops: float


@dataclass(frozen=True)
class FullTraining:
    """The search and the network that came out of it.

    model : on encoded inputs; ``predict`` turns it into predictions
    seconds, flops : of everything, the trials that lost included
    """

    trials: tuple[Trial, ...]
    best: Trial
    model: nn.Module
    n_classes: int
    shift: float
    scale: float
    seconds: float
    flops: float

    def predict(self, X: np.ndarray) -> Prediction:
        """X (m, ...) encoded inputs -> probabilities (m, C) or values (m, 1)."""
        return predictions(self.model, torch.from_numpy(X), self.n_classes, self.shift, self.scale)


def predictions(model: nn.Module, inputs: torch.Tensor, n_classes: int, shift: float, scale: float) -> Prediction:
    model.eval()
    with torch.inference_mode():
        raw = torch.cat([model(part).double() for part in inputs.split(512)])
    return Prediction(torch.softmax(raw, 1).numpy() if n_classes else raw.numpy() * scale + shift)


def train_fully(
    X: np.ndarray, y: np.ndarray, n_classes: int, metric: str, fit_rows: np.ndarray, held: np.ndarray, chosen: tuple[str, ...],
    seed: int = 0, should_stop: Callable[[], None] = lambda: None,
) -> FullTraining:
    """Search the families ``chosen`` with validation rows ``held``, then train the best setting on all rows.

    X (n, ...) float32 encoded inputs; y (n,) codes when n_classes > 0, else values
    """
    start = time.perf_counter()
    inputs = torch.from_numpy(np.ascontiguousarray(X, dtype=np.float32))
    shift, scale = (0.0, 1.0) if n_classes else (float(y[fit_rows].mean()), float(y[fit_rows].std()) or 1.0)
    targets = torch.from_numpy(y.astype(np.int64)) if n_classes else torch.from_numpy((y - shift) / scale).float()[:, None]
    loss = nn.CrossEntropyLoss() if n_classes else nn.MSELoss()
    sign = 1.0 if metrics.greater_is_better(metric) else -1.0
    outputs, shape = max(1, n_classes), tuple(inputs.shape[1:])
    a, b = torch.from_numpy(fit_rows), torch.from_numpy(held)
    tie, spread = ("log_loss", 1.0) if n_classes else ("rmse", scale)
    trials = []
    for family in chosen:
        cost = flops_per_example(families.build(family, shape, outputs, seed), shape)
        # Where convolutions are the natural choice, two settings of the perceptron are enough.
        for rate, decay in SEARCH[family][: 4 if inputs.ndim == 2 else 2]:
            model = families.build(family, shape, outputs, seed)
            begin = time.perf_counter()

            def validate(model=model) -> float:
                ahead = predictions(model, inputs[b], n_classes, shift, scale)
                # Few validation rows tie often: the loss decides between equal scores.
                return sign * metrics.score(metric, y[held], ahead) - TIE * metrics.score(tie, y[held], ahead) / spread

            recipe = _recipe(family, len(a), rate, decay)
            try:
                run = descend(model, inputs[a], targets[a], loss, recipe, seed, validate, should_stop)
            except NumericalError:
                continue  # this rate diverges; the others remain
            trials.append(Trial(family, rate, decay, sign * run.best_score, run.best_epoch, time.perf_counter() - begin, 3 * cost * run.seen))
    if not trials:
        raise NumericalError("not_finite")
    best = max(trials, key=lambda t: sign * t.score)
    model = families.build(best.family, shape, outputs, seed)
    recipe = replace(_recipe(best.family, len(a), best.rate, best.decay), stop_after=max(1, best.epochs))
    run = descend(model, inputs, targets, loss, recipe, seed, None, should_stop)
    flops = sum(t.flops for t in trials) + 3 * flops_per_example(model, shape) * run.seen
    return FullTraining(tuple(trials), best, model, n_classes, shift, scale, time.perf_counter() - start, flops)


def _recipe(family: str, n: int, rate: float, decay: float) -> Recipe:
    """Convolutions with batch normalisation need half as many passes as a perceptron."""
    recipe = Recipe.for_rows(n, rate, decay)
    if family == "mlp":
        return recipe
    epochs = max(16, recipe.epochs // 2)
    return replace(recipe, epochs=epochs, patience=max(6, epochs // 4))


def flops_per_example(model: nn.Module, shape: tuple[int, ...], device: str = "cpu") -> float:
    """Floating point operations of one forward pass for one example; training takes three times as many."""
    counter = FlopCounterMode(display=False)
    model.eval()
    with counter, torch.no_grad():
        model(torch.zeros(1, *shape, device=device))
    return float(counter.get_total_flops())
