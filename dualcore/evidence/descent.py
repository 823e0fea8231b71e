"""Gradient descent on a module: one loop for full training, for tuning block by block, and for their checkpoints.

AdamW with warm-up and a cosine to zero; scored on validation rows after every epoch; the best epoch
is kept. A checkpoint holds everything that the next epoch needs, so a run that was interrupted
continues as if nothing had happened.
"""

from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch

from dualcore.errors import NumericalError

Tensor = torch.Tensor
CLIP = 1.0


@dataclass(frozen=True)
class Recipe:
    """How to descend.

    rate, decay : AdamW's learning rate and weight decay
    batch : examples per step
    epochs : at most; the cosine reaches zero there
    patience : epochs without a better validation score before it ends
    stop_after : end after so many epochs, on the same cosine; None = all
    """

    rate: float = 1e-3
    decay: float = 1e-4
    batch: int = 64
    epochs: int = 60
    patience: int = 12
    stop_after: int | None = None

    @classmethod
    def for_rows(cls, n: int, rate: float = 1e-3, decay: float = 1e-4) -> Recipe:
        """Batch and length that suit ``n`` rows: many passes over few rows, fewer over many."""
        batch = 16 if n < 200 else 32 if n < 1000 else 64 if n < 5000 else 128
        epochs = int(min(200, max(24, 3000 / math.sqrt(n))))
        return cls(rate, decay, batch, epochs, max(8, epochs // 5))


@dataclass
class Descent:
    """Where a run stands. ``history``: (epoch, validation score turned so that larger is better).

    best_score, best_tie : of the best epoch; ``best_tie`` decided between equal scores
    """

    epoch: int = 0
    best_epoch: int = 0
    best_score: float = -math.inf
    best_tie: float = -math.inf
    seconds: float = 0.0
    seen: int = 0
    history: list[tuple[int, float]] = field(default_factory=list)


def descend(
    model: torch.nn.Module,
    inputs: Tensor,
    targets: Tensor,
    loss: Callable[[Tensor, Tensor], Tensor],
    recipe: Recipe,
    seed: int,
    validate: Callable[[], float | tuple[float, float]] | None = None,
    should_stop: Callable[[], None] = lambda: None,
    on_epoch: Callable[[Descent], None] = lambda state: None,
    checkpoint: Path | None = None,
    device: str = "cpu",
) -> Descent:
    """Train the parameters of ``model`` that require gradients, in place.

    inputs (n, ...), targets (n, ...) on the CPU; batches go to ``device``
    validate : score after an epoch, larger is better, or (score, what decides between equal scores); the best epoch's
        weights are restored at the end, and the weights before the first step take part in the comparison. None: run all
        epochs and keep the last.
    should_stop : called before every step; raises to cancel
    checkpoint : file that is written after every epoch and read when it exists
    """
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=recipe.rate, weight_decay=recipe.decay)
    state, best = Descent(), None
    if checkpoint is not None and checkpoint.exists():
        state, best = _resume(checkpoint, model, optimiser)
    elif validate is not None:
        _note(state, validate())
        best = copy.deepcopy(model.state_dict())
    steps = -(-len(inputs) // recipe.batch)
    last = recipe.epochs if recipe.stop_after is None else min(recipe.epochs, recipe.stop_after)
    while state.epoch < last:
        if validate is not None and state.epoch - state.best_epoch >= recipe.patience:
            break
        start = time.perf_counter()
        _epoch(model, inputs, targets, loss, recipe, seed, state, optimiser, parameters, steps, should_stop, device)
        state.seconds += time.perf_counter() - start
        state.epoch += 1
        if validate is not None:
            if _note(state, validate()):
                best = copy.deepcopy(model.state_dict())
        if checkpoint is not None:
            _keep(checkpoint, model, optimiser, state, best)
        on_epoch(state)
    if best is not None:
        model.load_state_dict(best)
    model.eval()
    return state


def _note(state: Descent, found: float | tuple[float, float]) -> bool:
    """Write down the score of this epoch; True when it is the best so far."""
    score, tie = found if isinstance(found, tuple) else (found, -math.inf)
    state.history.append((state.epoch, score))
    if (score, tie) <= (state.best_score, state.best_tie):
        return False
    state.best_score, state.best_tie, state.best_epoch = score, tie, state.epoch
    return True


def _epoch(model, inputs, targets, loss, recipe, seed, state, optimiser, parameters, steps, should_stop, device) -> None:
    model.train()
    # One generator per epoch: a run that goes on from a checkpoint sees the same order.
    generator = torch.Generator().manual_seed(seed * 100_003 + state.epoch)
    total, warm = recipe.epochs * steps, min(100, recipe.epochs * steps // 10)
    for i, rows in enumerate(torch.randperm(len(inputs), generator=generator).split(recipe.batch)):
        should_stop()
        if len(rows) == 1 and len(inputs) > 1:
            continue  # batch normalisation has no variance of one row
        at = state.epoch * steps + i
        rate = recipe.rate * min(1.0, (at + 1) / max(1, warm)) * 0.5 * (1 + math.cos(math.pi * at / total))
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.zero_grad(set_to_none=True)
        value = loss(model(inputs[rows].to(device)), targets[rows].to(device))
        if not torch.isfinite(value):
            raise NumericalError("not_finite")
        value.backward()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimiser.step()
        state.seen += len(rows)


def _keep(path: Path, model, optimiser, state: Descent, best) -> None:
    """Write the checkpoint beside its place and move it there: a crash leaves the old one."""
    new = path.with_suffix(".new")
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "state": vars(state), "best": best}, new)
    os.replace(new, path)


def _resume(path: Path, model, optimiser) -> tuple[Descent, dict | None]:
    kept = torch.load(path, weights_only=True, map_location="cpu")
    model.load_state_dict(kept["model"])
    optimiser.load_state_dict(kept["optimiser"])
    return Descent(**kept["state"]), kept["best"]
