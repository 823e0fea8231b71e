"""Stage 3: free the last block of the random network, then the next, and stop where a block no longer pays.

Every step starts from the weights of the step before; the first from the last-layer solution. In each of several
splits some rows train, some choose how long, and others judge: the pooled predictions of the judging rows are
compared, pair by pair, with those of the best model so far. The first step has to beat the evaluated last layer in
full, not the narrower network that it starts from. While it is unclear whether a step pays, up to two further blocks
are looked at; ``spending`` sets what each look has to show. When no step passes, the last-layer model is what comes out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from dualcore.evidence import lastlayer, metrics, represent
from dualcore.evidence.blocks import levels
from dualcore.evidence.descent import Descent
from dualcore.evidence.families import family_of
from dualcore.evidence.looks import Ahead, Decide, Look, matters, within_reach
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.records import Evidence
from dualcore.evidence.run import Clock, EvaluateOptions, Run, prepare_run
from dualcore.evidence.spending import Spending
from dualcore.evidence.stages import Tuning, TuningStep
from dualcore.evidence.tuned import TunedModel
from dualcore.evidence.tunesplits import LEVEL, Splits, paired, splits_of
from dualcore.evidence.tunework import Bench, OutOfBudget, Piece
from dualcore.intake import Dataset
from dualcore.kernels import Skeleton

SMALLEST = 60  # rows: below, a quarter of them cannot tell a gain from chance
MOST_ROWS = 10_000
STEP_SHARE = 0.85  # of the progress; the last training takes the rest


@dataclass(frozen=True)
class TuneOptions:
    """How to tune.

    network : "skeleton", a narrower random network of the evaluated skeleton; "family", the network that a practitioner
        would train on such data (``families``), with corrected initialisation
    seed : None = that of the evaluation
    budget_seconds : the measuring and the last training end at half of it each, whatever has been reached
    minimum_gain : smallest improvement that matters, in the metric (RMSE, MAE: as a share of the target's spread)
    width : features of the tuned network; None takes what the budget allows
    epochs : of one descent at most; None takes what suits the rows
    rate : learning rate of AdamW, behind its warm-up; None takes what suits the network
    decide, ahead : whether a step pays, and whether to look at the next; the rules of the decision room know money, these do not
    """

    network: Literal["skeleton", "family"] = "skeleton"
    seed: int | None = None
    device: str = "auto"
    budget_seconds: float = 900.0
    minimum_gain: float = 0.02
    width: int | None = None
    epochs: int | None = None
    rate: float | None = None
    decide: Decide = matters
    ahead: Ahead = within_reach


@dataclass
class _Found:
    """What the steps have shown so far; predictions are those of the judging rows, all splits one after another.

    latest : of the last step, whether it paid or not
    """

    y: np.ndarray
    base: Prediction
    best: Prediction
    latest: Prediction
    spending: Spending
    best_step: int = 0
    steps: list[TuningStep] = field(default_factory=list)


def tune(
    dataset: Dataset,
    base: Evidence,
    options: TuneOptions | None = None,
    on_progress: Callable[[float, str], None] = lambda fraction, step: None,
    should_stop: Callable[[], bool] = lambda: False,
    folder: Path | None = None,
) -> tuple[Tuning, Path]:
    """Tune the hidden layers block by block, from the last layer that ``base`` evaluated on ``dataset``.

    folder : for checkpoints and the model's file; what an interrupted run of the same work left there is gone on with
    Returns the record, and the file of the model that is best by it (``tuned.load_model`` reads it).

    Raises
    ------
    JobCancelled : when ``should_stop`` says so; the checkpoints stay
    SkeletonError : when the skeleton does not fit the data
    """
    if folder is None:
        raise ValueError("tune needs a folder for its checkpoints and the model")
    options = options or TuneOptions()
    seed = base.manifest.seed if options.seed is None else options.seed
    started = time.perf_counter()
    skeleton = Skeleton.from_dict(base.skeleton)
    on_progress(0.0, "tune_start")
    quiet = Clock(lambda *_: None, should_stop)
    run, _ = prepare_run(dataset, EvaluateOptions(metric=base.metric, seed=seed, device=options.device), quiet)
    about = _about(run, skeleton, base, options, seed)
    if about["reason"] is not None:
        path = _last_layer_file(run, skeleton, base, folder, None)
        return Tuning(**about, ended="no_block", seconds=time.perf_counter() - started, flops=run.clock.flops), path
    rows = run.draw(MOST_ROWS)
    splits = splits_of(run.y[rows], run.C, run.split_of(rows), seed)
    family = about["name"] if options.network == "family" else None
    bench = Bench.of(run, skeleton, family, base, rows, splits, options, seed, folder)
    splits = bench.splits
    found = _start(bench, splits, lambda i: on_progress(0.05 * i / splits.count, "tune_start"))
    ended = _climb(bench, splits, found, options, about, on_progress)
    on_progress(STEP_SHARE, "tune_final")
    path, delivered = _deliver(bench, found, run, skeleton, base, lambda f: on_progress(STEP_SHARE + (1 - STEP_SHARE) * f, "tune_final"))
    value, low, high = run.spread(found.y, found.base, splits.units)
    return Tuning(
        **about | {"blocks": bench.names, "width": bench.recipe.width or None, "rows": len(rows)},
        ended=ended, last_layer=value, last_layer_low=low, last_layer_high=high,
        start=run.score(found.y, bench.pooled([bench.start(i).values for i in range(splits.count)])),
        steps=found.steps, best=found.best_step, delivered=delivered, stopping_rows=len(splits.parts[0].stop),
        validation_rows=len(found.y), folds=splits.count, resumed=bench.resumed, seconds=bench.earlier + time.perf_counter() - started,
        flops=run.clock.flops + bench.flops,
    ), path


def _about(run: Run, skeleton: Skeleton, base: Evidence, options: TuneOptions, seed: int) -> dict:
    family = options.network == "family"
    scale = float(run.y.std()) if run.metric in ("rmse", "mae") else 1.0
    reason = None
    if run.n < SMALLEST:
        reason = "too_few_rows"
    elif not family and not levels(skeleton):
        reason = "linear"
    return {
        "metric": run.metric, "greater_is_better": metrics.greater_is_better(run.metric), "network": options.network,
        "name": _family(run, skeleton) if family else skeleton.name, "width": None, "blocks": [], "reason": reason,
        "rows": run.n, "estimate_from": run.split.kind, "minimum_gain": options.minimum_gain * scale, "seed": seed,
        "device": run.builder.device,
    }


def _family(run: Run, skeleton: Skeleton) -> str:
    return "mlp" if run.data.kind == "table" else family_of(skeleton)


def _start(bench: Bench, splits: Splits, report: Callable[[int], None]) -> _Found:
    """The last layer alone and the network before tuning, on every split."""
    for i in range(splits.count):
        report(i)
        bench.start(i)
    base = bench.pooled([bench.start(i).base for i in range(splits.count)])
    network = bench.pooled([bench.start(i).values for i in range(splits.count)])
    return _Found(bench.y[splits.judged], base, base, network, Spending(len(bench.names), (1 - LEVEL) / 2))


def _climb(
    bench: Bench, splits: Splits, found: _Found, options: TuneOptions, about: dict, on_progress: Callable[[float, str], None]
) -> str:
    """Free one block after another while they pay. Gives how it ended."""
    blocks = len(bench.names)
    for k in range(1, blocks + 1):
        pieces = []
        try:
            for i in range(splits.count):

                def report(state: Descent, k: int = k, i: int = i) -> None:
                    done = (k - 1 + (i + state.epoch / bench.paces[k - 1].epochs) / splits.count) / blocks
                    on_progress(0.05 + (STEP_SHARE - 0.05) * done, f"tune_block{k}")

                pieces.append(bench.piece(k, i, report))
        except OutOfBudget:
            return "budget"
        step, look = _step(bench, splits, found, k, pieces, options, about)
        found.steps.append(step)
        found.latest = bench.pooled([p.values for p in pieces])
        if step.decision == "pays":
            found.best, found.best_step = found.latest, k
            found.spending.claim()
        if k < blocks and not options.ahead(look, step.decision == "pays"):
            return "does_not_pay"
    return "all_blocks"


def _step(
    bench: Bench, splits: Splits, found: _Found, k: int, pieces: list[Piece], options: TuneOptions, about: dict
) -> tuple[TuningStep, Look]:
    now, blocks = bench.pooled([p.values for p in pieces]), len(bench.names)

    def over(old: Prediction) -> tuple[float, float, np.ndarray]:
        return paired(bench.metric, found.y, now, old, splits.units, about["seed"])

    gain, sd, draws = over(found.best)
    bar = found.spending.critical(draws)
    ends = gain - bar * sd, gain + bar * sd
    total, total_sd = (gain, sd) if found.best_step == 0 else over(found.base)[:2]
    score, last, before, earlier = (metrics.score(bench.metric, found.y, p) for p in (now, found.base, found.best, found.latest))
    seconds = sum(p.seconds for p in pieces)
    rise = bench.sign * (score - earlier)
    look = Look(
        k, blocks, last, before, score, gain, *ends, seconds, about["minimum_gain"], about["greater_is_better"],
        added=k - found.best_step, critical=bar, rise=rise,
    )  # fmt: skip
    pays, why = options.decide(look)
    length = max(len(p.history) for p in pieces)
    # A split that ended early keeps its best value from then on.
    padded = [p.history + [p.history[p.epochs]] * (length - len(p.history)) for p in pieces]
    return TuningStep(
        name=bench.names[k - 1], block=k, parameters=bench.parameters[k - 1],
        trained=sum(bench.parameters[:k]) + bench.head_parameters, score=score,
        gain=gain, low=ends[0], high=ends[1], total_gain=total, total_low=total - bar * total_sd, total_high=total + bar * total_sd,
        seconds=seconds, flops=sum(p.flops for p in pieces), epochs=int(np.median([p.epochs for p in pieces])),
        trajectory=[(e, float(np.mean([h[e] for h in padded]))) for e in range(length)],
        decision="pays" if pays else "unclear" if why == "unclear" else "does_not_pay", why=why, over=found.best_step, critical=bar, rise=rise,
    ), look  # fmt: skip


def _deliver(
    bench: Bench, found: _Found, run: Run, skeleton: Skeleton, base: Evidence, report: Callable[[float], None]
) -> tuple[Path, str]:
    """The file of the best model: trained once more on all rows, for as many epochs as were best."""
    if found.best_step == 0:
        return _last_layer_file(run, skeleton, base, bench.folder, bench), "last_layer"
    epochs = [step.epochs for step in found.steps[: found.best_step]]
    try:
        network, fit, delivered = *bench.final(epochs, report), "all_rows"
    except OutOfBudget:
        # The model that was measured on the first split is no worse than its score says.
        network, fit, delivered = bench.weights_of(found.best_step, 0).cpu(), bench.start(0).seen, "first_split"
    data = run.data
    settings = {
        "tilt": fit["tilt"], "prior": fit["prior"], "classes": list(data.classes), "task": data.task,
        "target": data.target, "shift": fit["shift"], "scale": fit["scale"],
    }
    network.release(0)
    path = bench.folder / "model.npz"
    TunedModel(run.encoder, bench.recipe, network, settings).save(path)
    return path, delivered


def _last_layer_file(run: Run, skeleton: Skeleton, base: Evidence, folder: Path, bench: Bench | None) -> Path:
    """The evaluated last layer on all rows, as stage 1 makes it."""
    width = base.last_layer.width or represent.default_width(run.n)
    if bench is not None and bench.representation is not None and len(bench.rows) == run.n:
        rep = bench.representation
    else:
        rep = (run.builder.features if base.last_layer.route == "features" else run.builder.build)(skeleton, width, base.manifest.seed)
    fit = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, run.split)
    path = folder / "model.npz"
    LastLayerModel.of(run.data, run.encoder, skeleton, run.builder, rep, fit, width, base.manifest.seed).save(path)
    return path
