"""Stage 1: train the last layer only and measure what a go / no-go needs.

``evaluate`` knows two callables, ``on_progress(fraction, step)`` and ``should_stop()``; it never
touches the labels of the test part except to read the final test score.
"""

from __future__ import annotations

import platform
import resource
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np
import sklearn
import torch

from dualcore.evidence import lastlayer, metrics, represent, steps, streamed
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.records import Cost, DatasetFacts, Evidence, Manifest
from dualcore.evidence.run import Clock, EvaluateOptions, Run, prepare_run
from dualcore.intake import Dataset

VERSION = "0.1.0"
PROTOCOL = "1.0"
@dataclass(frozen=True)
class Evaluation:
    """Evidence, and the model whose score it is."""

    evidence: Evidence
    model: LastLayerModel


def evaluate(
    dataset: Dataset,
    options: EvaluateOptions | None = None,
    on_progress: Callable[[float, str], None] = lambda fraction, step: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Evaluation:
    """Run stage 1 on ``dataset``.

    Parameters
    ----------
    on_progress : called with (fraction in [0, 1], step code) at the start of every step
    should_stop : polled at least every second or so; True raises JobCancelled

    Raises
    ------
    DataError : when the metric does not fit the task, or the device is not there
    SkeletonError : when the skeleton does not fit the data
    """
    options = options or EvaluateOptions()
    clock = Clock(on_progress, should_stop)
    started = datetime.now(UTC).isoformat(timespec="seconds")
    run, sampled = prepare_run(dataset, options, clock)
    skeleton, compared, rep, fit, whole, model = _fitted(dataset, options, run, sampled)
    measured = run.data if whole is None else dataset  # the rows of the last layer's score; the other figures keep to the draw
    clock.step("seeds")
    seed_scores, seed_width = steps.seeds_step(run, skeleton)
    last_layer = steps.last_layer_record(run, rep, fit, seed_scores, seed_width, model, whole, measured.y)
    clock.step("null")
    chance, ordered = steps.null_step(run, rep)
    clock.step("baselines")
    references = steps.references_step(run, fit)
    clock.step("curve")
    learning = steps.curve_step(run, rep, whole or fit, last_layer, len(measured.y))
    clock.step("coverage")
    covered, roof = steps.coverage_step(run, skeleton, rep, fit, learning, references, (whole or fit).squared_error)
    clock.step("probe")
    tuned = steps.probe_step(run, skeleton, rep)
    errors = steps.where_step(measured, whole or fit)
    clock.step("done")
    evidence = Evidence(
        dataset=_facts(run, measured.y),
        skeleton=skeleton.to_dict(),
        metric=run.metric,
        greater_is_better=metrics.greater_is_better(run.metric),
        goal=options.goal,
        last_layer=last_layer,
        references=references,
        null=chance,
        order=ordered,
        ceiling=roof,
        curve=learning.curve,
        coverage=covered,
        probe=tuned,
        candidates=compared,
        errors=errors,
        notes=run.notes,
        cost=Cost(seconds=clock.seconds, flops=clock.flops, steps=clock.steps, peak_memory_bytes=_peak_memory()),
        manifest=_manifest(run, started, sampled, len(measured.y)),
    )
    return Evaluation(evidence, model)


def fit_model(dataset: Dataset, options: EvaluateOptions | None = None) -> LastLayerModel:
    """The model of ``evaluate`` without the evidence.  Raises as ``evaluate``."""
    options = options or EvaluateOptions()
    run, sampled = prepare_run(dataset, options, Clock(lambda fraction, step: None, lambda: False))
    return _fitted(dataset, options, run, sampled)[-1]


def _fitted(dataset: Dataset, options: EvaluateOptions, run: Run, sampled: bool) -> tuple:
    """(skeleton, candidates compared, representation, fit on the run's rows, fit on all rows or None, model)"""
    clock = run.clock
    clock.step("choose")
    skeleton, compared = steps.choose_step(run)
    clock.step("last_layer")
    width = options.width or represent.default_width(run.n)
    build = run.builder.features if options.width else run.builder.build
    rep = build(skeleton, width, options.seed)
    fit = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, run.split)
    clock.count(9.0 * min(rep.matrix.shape) ** 3 + 2.0 * rep.matrix.shape[0] * rep.matrix.shape[1] * 25)
    whole = streamed.fit_all_rows(dataset, run, skeleton, width, options.seed) if sampled else None
    if whole is not None:
        run.notes[:] = [steps.drawn_note(run, dataset) if n.code == "rows_sampled" else n for n in run.notes]
    measured = run.data if whole is None else dataset
    model = LastLayerModel.of(measured, run.encoder, skeleton, run.builder, rep, whole or fit, width, options.seed)
    return skeleton, compared, rep, fit, whole, model


def _facts(run: Run, y: np.ndarray) -> DatasetFacts:
    data = run.data
    return DatasetFacts(
        name=data.name, sha256=data.sha256, kind=data.kind, task=data.task, rows=data.profile.rows,
        test_rows=0 if data.y_test is None else len(data.y_test), inputs=int(np.prod(run.builder.X.shape[1:])), target=data.target,
        classes=list(data.classes), class_counts=np.bincount(y, minlength=run.C).tolist() if run.C else [],
        target_std=None if run.C else float(y.std()),
    )


def _manifest(run: Run, started: str, sampled: bool, used: int) -> Manifest:
    return Manifest(
        dualcore=VERSION, python=platform.python_version(), torch=torch.__version__, numpy=np.__version__,
        sklearn=sklearn.__version__, device=run.builder.device, seed=run.options.seed, started=started, rows_used=used,
        sampled=sampled, rows_drawn=run.n if used > run.n else None, protocol=PROTOCOL, options=asdict(run.options), question=run.data.question.model_dump(),
        reading=run.data.options.model_dump(), threads=torch.get_num_threads(),
    )


def _peak_memory() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024
