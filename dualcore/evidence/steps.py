"""The steps of stage 1: each takes the run and what earlier steps found, and returns a record."""

from __future__ import annotations

import time

import numpy as np
import torch

from dualcore.evidence import (
    baselines,
    calibration,
    ceiling,
    coverage,
    curve,
    lastlayer,
    metrics,
    null,
    order,
    probe,
    represent,
    where,
)
from dualcore.evidence.lastlayer import LastLayerFit, Representation, Split
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.records import (
    Candidate,
    Ceiling,
    Coverage,
    CurvePoint,
    Errors,
    KernelError,
    LastLayer,
    Null,
    OrderCheck,
    Probe,
    Reference,
    WidthPoint,
)
from dualcore.evidence.ridge import Decomposition
from dualcore.evidence.run import LARGEST, Run
from dualcore.evidence.streamed import StreamedFit
from dualcore.intake import Dataset, Note
from dualcore.kernels import Skeleton, width_law

CHOICE_ROWS, CHOICE_WIDTH = 1200, 1024
FIRST_LOOK_ROWS, FIRST_LOOK_WIDTH, FIRST_LOOK_FROM = 400, 512, 4  # rows, features, more candidates than this
SEED_ROWS = 800
PROBE_ROWS = 2400


def choose_step(run: Run) -> tuple[Skeleton, list[Candidate]]:
    """The skeleton asked for; or the simplest of a small set that is within half a standard error of the best.

    Where there are many candidates a first look at few rows and features keeps the best two and, so that convolution can
    be held against fully connected layers, the best of each kind; only they are compared, on the same rows.
    """
    asked = represent.resolve(run.options.skeleton, run.data.kind)
    if asked is not None:
        return asked, []
    skeletons, rows, few = represent.candidates(run.data.kind), run.draw(CHOICE_ROWS), run.draw(FIRST_LOOK_ROWS)
    sign = 1 if metrics.greater_is_better(run.metric) else -1
    if len(skeletons) > FIRST_LOOK_FROM and len(few) < len(rows):
        looks = [sign * _compared(run, s, few, FIRST_LOOK_WIDTH)[2].score for s in skeletons]
        skeletons = represent.finalists(skeletons, looks)
    found = [_compared(run, skeleton, rows, CHOICE_WIDTH) for skeleton in skeletons]
    best = max(found, key=lambda f: sign * f[2].score)
    for at, (_, fit, _) in enumerate(found):
        gap, sd = run.paired(best[1].prediction, fit.prediction, run.y[rows][fit.rows])
        if gap <= 0.5 * sd:
            chosen = at
            break
    return found[chosen][0], [c.model_copy(update={"chosen": i == chosen}) for i, (*_, c) in enumerate(found)]


def _compared(run: Run, skeleton: Skeleton, rows: np.ndarray, width: int) -> tuple[Skeleton, LastLayerFit, Candidate]:
    run.clock.check()
    begin, split = time.perf_counter(), run.split_of(rows)
    rep = run.builder.build(skeleton, width, run.options.seed, rows)
    fit = lastlayer.fit_last_layer(rep, run.y[rows], run.C, run.metric, split)
    units = None if split.units is None else split.units[fit.rows]
    value, low, high = run.spread(run.y[rows][fit.rows], fit.prediction, units)
    return skeleton, fit, Candidate(name=skeleton.name, score=value, low=low, high=high, seconds=time.perf_counter() - begin)


def seeds_step(run: Run, skeleton: Skeleton) -> tuple[list[float], int]:
    """Scores of independent random networks on the same rows."""
    if represent.is_linear(skeleton):
        return [], 0
    rows = run.draw(SEED_ROWS if skeleton.rank == 0 else SEED_ROWS // 2)
    split, width = run.split_of(rows), 512
    scores = []
    for i in range(run.options.n_seeds):
        run.clock.check()
        rep = run.builder.features(skeleton, width, run.options.seed + 1 + i, rows)
        fit = lastlayer.fit_last_layer(rep, run.y[rows], run.C, run.metric, split)
        scores.append(run.score(run.y[rows][fit.rows], fit.prediction))
    return scores, width


def drawn_note(run: Run, data: Dataset) -> Note:
    """Which figures come from all rows and which from a draw of them."""
    return Note(code="rows_drawn", fields={"used": run.n, "rows": data.n})


def last_layer_record(
    run: Run, rep: Representation, fit: LastLayerFit, seed_scores: list[float], seed_width: int, model: LastLayerModel,
    whole: StreamedFit | None, y: np.ndarray,
) -> LastLayer:
    """``fit`` on the rows of the run; ``whole`` on all rows, where they are more: its score is the record's. y: its targets."""
    data, scored = run.data, whole or fit
    split, width = (run.split, None if rep.is_kernel else rep.matrix.shape[1]) if whole is None else (whole.folds.split(), len(whole.weights[0]))
    observed, units = y[scored.rows], None if split.units is None else split.units[scored.rows]
    # The spread between initialisations shrinks like 1/sqrt(width); the exact route has none.
    sd = 0.0 if width is None or len(seed_scores) < 2 else float(np.std(seed_scores, ddof=1)) * np.sqrt(seed_width / width)
    fresh = 0.0 if data.y_test is None else len(observed) / max(1, len(data.y_test))
    value, low, high = run.spread(observed, scored.prediction, units, sd, fresh)
    test = (None, None, None)
    if data.y_test is not None and len(data.y_test):
        test = run.spread(data.y_test, model.predict(data.X_test), None)
    random_score = None
    if run.split.kind != "leave_one_out":
        loose = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, Split.of(run.n), fit.decomposition)
        random_score = run.score(run.y, loose.prediction)
    calibrated = None
    if run.C:
        some = np.arange(len(observed))  # every so many rows: resampling all of them tells no more
        some = some if whole is None else some[:: -(-len(some) // LARGEST)]
        calibrated = calibration.measure(scored if whole is None else whole.take(some), observed[some], split, run.options.seed)
    return LastLayer(
        score=value, low=low, high=high, loo_score=value if random_score is None else random_score,
        test_score=test[0], test_low=test[1], test_high=test[2],
        metrics=metrics.all_scores(data.task, observed, scored.prediction),
        penalty=scored.penalty, route=rep.route if whole is None else "features",
        estimate_from=run.split.kind if whole is None else whole.folds.kind, random_split_score=random_score, width=width,
        seed_scores=seed_scores, seed_width=seed_width or None,
        calibration_error=None if calibrated is None else calibrated.methods[0].error, calibration=calibrated, path=scored.path,
    )


def _sub_representation(run: Run, rep: Representation, rows: np.ndarray) -> Representation:
    return rep if len(rows) == run.n else rep.subset(torch.from_numpy(rows))


def null_step(run: Run, rep: Representation) -> tuple[Null, OrderCheck | None]:
    """The permutation null; and, where no time column is known, whether the order of the file matters."""
    rows = run.draw(null.ROWS if run.C <= 10 else null.ROWS // 2)
    part = _sub_representation(run, rep, rows)
    d = part.decompose()
    checked = _order_check(run, rep, rows, part, d) if run.data.time is None else None
    run.clock.check()
    groups = None if run.split.kind != "grouped" else run.split.units[rows]
    if groups is not None and run.split.blocks is None:
        groups = None  # groups too large to leave out in closed form keep their rows, not their labels
    found = null.permutation_null(part, run.y[rows], run.C, run.metric, run.options.permutations, run.options.seed, groups, d)
    return found, checked


def _order_check(run: Run, rep: Representation, rows: np.ndarray, part: Representation, d: Decomposition) -> OrderCheck | None:
    if run.split.kind == "grouped":
        rows = rows[np.sort(np.unique(run.split.units[rows], return_index=True)[1])]  # one row of each group
        part = _sub_representation(run, rep, rows)
        d = part.decompose()
    checked = order.check_order(part, d, run.y[rows], run.C, run.metric, run.options.permutations, run.options.seed)
    said = order.note_of(checked, float(run.y.std()) if run.metric in ("rmse", "mae") else 1.0)
    if said is not None:
        run.notes.append(said)
    return checked


def references_step(run: Run, fit: LastLayerFit) -> list[Reference]:
    flat = run.builder.X.reshape(run.n, -1)
    problem = baselines.Problem(flat, run.y, run.C, run.metric, run.split)
    out = []
    models = (baselines.constant, baselines.linear, lambda p: baselines.boosted_trees(p, run.options.budget_seconds * 0.3))
    for make in models:
        run.clock.check()
        out.append(_reference(run, fit, make(problem)))
    return out


def _reference(run: Run, fit: LastLayerFit, base: baselines.Baseline) -> Reference:
    if base.prediction is None:
        return Reference(name=base.name, score=None, seconds=base.seconds, remark=base.remark)
    value, low, high = run.spread(run.y[base.rows], base.prediction, run.units(base.rows))
    common, mine, theirs = np.intersect1d(fit.rows, base.rows, return_indices=True)
    gain, sd = run.paired(fit.prediction.take(mine), base.prediction.take(theirs), run.y[common])
    test_score = None
    if run.data.y_test is not None and len(run.data.y_test):
        new = run.encoder.transform(run.data.X_test).reshape(len(run.data.y_test), -1)
        test_score = run.score(run.data.y_test, Prediction(base.fit()(new)))
    return Reference(
        name=base.name, score=value, low=low, high=high, test_score=test_score, seconds=base.seconds, remark=base.remark,
        gain=gain, gain_low=gain - 1.645 * sd, gain_high=gain + 1.645 * sd,
    )


def curve_step(run: Run, rep: Representation, fit: LastLayerFit | StreamedFit, last: LastLayer, rows: int) -> curve.CurveFit:
    """Subsets of the run's rows; the last point is ``last``, the score on so many ``rows``."""
    full = CurvePoint(rows=rows, score=last.score, low=last.low, high=last.high)
    return curve.learning_curve(
        rep, run.y, run.C, run.metric, run.split, full, fit.squared_error, run.options.goal, run.options.seed, run.clock.check
    )


def _kernel_error(run: Run, skeleton: Skeleton) -> KernelError | None:
    """Width law on the user's own rows; None for a linear skeleton, which has no random part, and where all rows drawn
    are the same: then there is no kernel to be wrong about."""
    if represent.is_linear(skeleton):
        return None
    rows = run.draw(200 if skeleton.rank == 0 else 80)
    widths = (32, 64, 128, 256, 512)
    inputs = run.builder.inputs(skeleton, rows)
    views = inputs if isinstance(inputs, list | tuple) else [inputs]
    if all(bool((v == v[:1]).all()) for v in views):
        return None
    law = width_law(skeleton, inputs, widths, range(run.options.seed, run.options.seed + 6))
    measured = law.measured
    points = [
        WidthPoint(width=int(w), error=float(e.mean()), low=float(max(0, e.mean() - 1.645 * s)), high=float(e.mean() + 1.645 * s))
        for w, e, s in zip(measured.widths, measured.errors, measured.errors.std(1, ddof=1), strict=True)
    ]
    return KernelError(
        points=points, constant=law.constant, slope=law.slope, slope_low=law.slope_low, slope_high=law.slope_high,
        reference=measured.reference, rows=len(rows), width_for_5_percent=law.width_for(0.05)[0],
    )


def coverage_step(
    run: Run, skeleton: Skeleton, rep: Representation, fit: LastLayerFit, learning: curve.CurveFit,
    references: list[Reference], squared_error: float,
) -> tuple[Coverage, Ceiling]:
    """squared_error : left-out share of the variance, of the fit that the last layer's score is from"""
    rows = run.draw(coverage.ROWS)
    index = torch.from_numpy(rows)
    roof, noise = _ceiling(run, rep, fit, references)
    run.clock.check()
    parts = coverage.shares(
        1 - squared_error, learning.squared_limit, noise, roof.reliable, coverage.explained_sd(fit, run.units(fit.rows)),
        learning.squared_limit_sd, run.options.seed,
    )
    error = _kernel_error(run, skeleton)
    return coverage.coverage(rep.gram(index), fit.Y[index], fit, error, parts, run.options.seed), roof


def _ceiling(run: Run, rep: Representation, fit: LastLayerFit, references: list[Reference]) -> tuple[Ceiling, ceiling.Noise]:
    """The ceiling, and the noise share of the target's variance."""
    views = ceiling.make_views(run.builder.X, rep, run.y, run.C, fit.penalty, run.split.units, run.options.seed)
    noise = ceiling.noise_share(views, float(fit.Y[torch.from_numpy(views.rows)].var(0, correction=0).sum()))
    if not run.C:
        return ceiling.regression_ceiling(noise, float(run.y.var()), run.metric, run.n), noise
    sign = 1 if metrics.greater_is_better(run.metric) else -1
    reached = [run.score(run.y[fit.rows], fit.prediction)] + [r.score for r in references if r.score is not None]
    return ceiling.classification_ceiling(views, run.y, run.C, run.metric, max(reached, key=lambda s: sign * s)), noise


def _probe_seconds(run: Run) -> float:
    """Longer where tuning often pays: on images and signals. Nominal: it fixes the number of steps, not the time."""
    return run.options.budget_seconds * (0.03 if run.data.kind == "table" else 0.1)


def probe_step(run: Run, skeleton: Skeleton, rep: Representation) -> Probe:
    if represent.is_linear(skeleton):
        return Probe(ran=False, reason="linear")
    options = run.options
    rows = run.draw(PROBE_ROWS)
    width = 256 if skeleton.rank == 0 else 768
    return probe.tuning_probe(
        lambda: run.builder.network(skeleton, width, options.seed), _sub_representation(run, rep, rows),
        run.builder.inputs(skeleton, rows).numpy(), run.y[rows], run.C, run.metric, run.split_of(rows),
        _probe_seconds(run), options.seed, run.clock.check, run.builder.device,
    )


def where_step(data: Dataset, fit: LastLayerFit | StreamedFit) -> Errors:
    """``data``: the rows that ``fit`` is on."""
    order = np.argsort(fit.rows)
    frame = data.X if hasattr(data.X, "iloc") else None
    return where.where_errors_are(data.y[fit.rows[order]], fit.prediction.take(order), fit.rows[order], data.classes, frame, data.time)


