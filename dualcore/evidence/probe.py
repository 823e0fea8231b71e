"""Does tuning the hidden layers pay? A short paired probe.

Start from the last-layer solution of a small network, train every layer for a number of steps that
is known before the first (so that the same probe can be run again), and compare on rows that neither saw with the last layer of the full representation fitted on the
same rows: tuning has to beat what is already there, not the small network it began with. The
last epoch is scored, never the best one, so the validation rows choose nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import torch

from dualcore.evidence import metrics
from dualcore.evidence.fulltraining import flops_per_example
from dualcore.evidence.lastlayer import Representation, Split, fit_last_layer, probabilities
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.records import Probe
from dualcore.evidence.ridge import feature_weights

SMALLEST = 120
BATCH = 64
EPOCHS_OF_FULL_TRAINING = 60
# One step on one core of an ordinary machine: what it takes besides its operations, and operations per second (float32).
STEP_SECONDS, STEP_FLOPS = 1.5e-3, 2e10


def tuning_probe(
    make_network: Callable[[], torch.nn.Module], rep: Representation, X: np.ndarray, y: np.ndarray, n_classes: int,
    metric: str, split: Split, nominal_seconds: float, seed: int, should_stop: Callable[[], None], device: str = "cpu",
) -> Probe:
    """Tune all layers for ``steps_within(nominal_seconds)`` steps and compare with the last layer alone.

    make_network : makes the small random network whose forward gives features (m, D)
    rep : the representation that was evaluated, on the same rows as X
    X : (n, ...) float32 encoded inputs; y : codes or values (n,)
    """
    n = len(y)
    if n < SMALLEST:
        return Probe(ran=False, reason="too_few_rows")
    fit_rows, held = _hold_out(n, y, n_classes, split, seed)
    torch.manual_seed(seed)
    network = make_network().to(device)
    inputs = torch.from_numpy(X)
    F = network.features(inputs[fit_rows], device=device)
    inside, outside = y[fit_rows.numpy()], y[held.numpy()]
    shift, spread = (0.0, 1.0) if n_classes else (float(inside.mean()), float(inside.std()) or 1.0)
    last = fit_last_layer(Representation(F, False), inside, n_classes, metric, Split.of(len(fit_rows)))
    W, b = feature_weights(last.decomposition, F, last.Y, last.penalty)
    head = torch.nn.Linear(*W.shape).to(device)
    scale = last.temperature if n_classes else 1.0
    with torch.no_grad():
        head.weight.copy_(W.T * scale)
        head.bias.copy_(b * scale)
    model = torch.nn.Sequential(network, head)
    loss = torch.nn.CrossEntropyLoss() if n_classes else torch.nn.MSELoss()
    targets = torch.from_numpy(inside.astype(np.int64)) if n_classes else torch.from_numpy((inside - shift) / spread).float()[:, None]

    def predict() -> Prediction:
        model.eval()
        with torch.inference_mode():
            raw = torch.cat([model(part.to(device)).float().cpu() for part in inputs[held].split(256)])
        model.train()
        values = torch.softmax(raw, 1).numpy() if n_classes else raw.double().numpy() * spread + shift
        return Prediction(values, last.tilt, last.prior)

    before = _last_layer_alone(rep, y, n_classes, metric, fit_rows, held)
    trajectory = [(0.0, metrics.score(metric, outside, predict()))]
    steps = steps_within(nominal_seconds, 3 * BATCH * flops_per_example(model, tuple(inputs.shape[1:]), device))
    spent, epoch_seconds = _train(model, loss, inputs[fit_rows], targets, steps, seed, should_stop, device,
                                  lambda t: trajectory.append((t, metrics.score(metric, outside, predict()))))
    after = predict()
    sign = 1.0 if metrics.greater_is_better(metric) else -1.0
    rng = np.random.default_rng(seed)
    draws = []
    for _ in range(300):
        rows = rng.integers(0, len(outside), len(outside))
        draws.append(sign * (metrics.score(metric, outside[rows], after.take(rows)) - metrics.score(metric, outside[rows], before.take(rows))))
    low, high = np.nanquantile(draws, [0.05, 0.95])
    first, final = metrics.score(metric, outside, before), metrics.score(metric, outside, after)
    if not np.isfinite([first, final, low, high]).all():
        return Probe(ran=False, reason="not_finite")
    return Probe(
        ran=True, gain=sign * (final - first), low=float(low), high=float(high), before=first, after=final,
        rows=len(fit_rows), validation_rows=len(held), seconds=spent, trajectory=trajectory, steps=steps,
        full_training_seconds=epoch_seconds * EPOCHS_OF_FULL_TRAINING * n / len(fit_rows),
    )


def _last_layer_alone(
    rep: Representation, y: np.ndarray, n_classes: int, metric: str, fit_rows: torch.Tensor, held: torch.Tensor
) -> Prediction:
    """Predictions for the held-out rows of the evaluated last layer, fitted on the same rows as the probe."""
    inside = y[fit_rows.numpy()]
    sub = rep.subset(fit_rows)
    fit = fit_last_layer(sub, inside, n_classes, metric, Split.of(len(fit_rows)))
    weights = sub.weights(fit.decomposition, torch.arange(len(fit_rows)), fit.Y, fit.penalty)
    raw = rep.apply(weights, held, fit_rows)
    if n_classes:
        return Prediction(probabilities(raw, fit.temperature).numpy(), fit.tilt, fit.prior)
    return Prediction(raw.numpy() * (inside.std() or 1.0) + inside.mean())


def _hold_out(n: int, y: np.ndarray, n_classes: int, split: Split, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(fit rows, held-out rows), a quarter held out: the latest, whole groups, or a stratified draw."""
    if split.kind == "time_ordered":
        return split.folds[-1]
    rng = np.random.default_rng(seed)
    key = rng.random(n)
    if split.units is not None:
        key = rng.random(split.units.max() + 1)[split.units]
        rows = torch.from_numpy(np.argsort(key, kind="stable"))
        cut = n - n // 4
        while cut < n - 1 and key[rows[cut]] == key[rows[cut - 1]]:
            cut += 1
        return rows[:cut], rows[cut:]
    order = np.lexsort((key, y)) if n_classes else np.argsort(y, kind="stable")
    held = np.zeros(n, dtype=bool)
    held[order[rng.integers(0, 4) :: 4]] = True
    rows = torch.arange(n)
    return rows[torch.from_numpy(~held)], rows[torch.from_numpy(held)]


def steps_within(seconds: float, flops: float) -> int:
    """Steps of ``flops`` operations that an ordinary core takes in so many seconds: no clock decides what is measured."""
    return max(40, round(seconds / (STEP_SECONDS + flops / STEP_FLOPS)))


def _train(model, loss, inputs, targets, steps, seed, should_stop, device, record) -> tuple[float, float]:
    """Take ``steps`` steps; returns (seconds spent, seconds of one epoch)."""
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-4)
    trained, seen, done, shown = 0.0, 0, 0, {round(steps * share) for share in (0.25, 0.5, 0.75, 1.0)}
    start = time.perf_counter()
    while done < steps:
        for rows in torch.randperm(len(inputs), generator=generator).split(BATCH):
            should_stop()
            t = time.perf_counter()
            # Warm up over the first tenth, then fall to zero: the last step is the one that is scored.
            progress = done / steps
            for group in optimiser.param_groups:
                group["lr"] = 1e-3 * min(1.0, progress * 10 + 0.05) * (1 - progress)
            optimiser.zero_grad(set_to_none=True)
            loss(model(inputs[rows].to(device)), targets[rows].to(device)).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            seen, done = seen + len(rows), done + 1
            trained += time.perf_counter() - t
            if done in shown:
                record(trained)
            if done == steps:
                break
    return time.perf_counter() - start, trained / max(seen, 1) * len(inputs)
