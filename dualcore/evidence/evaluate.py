"""Stage 1: train the last layer only and measure what a go / no-go needs.

``evaluate`` knows two callables, ``on_progress(fraction, step)`` and ``should_stop()``; it never
touches the labels of the test part except to read the final test score.
"""

from __future__ import annotations

import platform
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import sklearn
import torch

from dualcore.errors import DataError, JobCancelled
from dualcore.evidence import baselines, ceiling, coverage, curve, lastlayer, metrics, null, probe, represent, where
from dualcore.evidence.lastlayer import LastLayerFit, Representation, Split
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.records import (
    Candidate,
    Ceiling,
    Cost,
    Coverage,
    CurvePoint,
    DatasetFacts,
    Evidence,
    KernelError,
    LastLayer,
    Manifest,
    Null,
    Probe,
    Reference,
    WidthPoint,
)
from dualcore.intake import Dataset, Note, fit_encoder
from dualcore.kernels import Skeleton, kernel_error, width_for_error

VERSION = "0.1.0"
PROTOCOL = "1.0"
STEPS = {  # step -> expected share of the time, for the progress bar
    "encode": 4, "choose": 16, "last_layer": 20, "seeds": 8, "null": 10, "baselines": 14, "curve": 8, "coverage": 10, "probe": 10,
}
BOOTSTRAP = 400
CHOICE_ROWS = 1200
SEED_ROWS = 1000
PROBE_ROWS = 4000
LARGEST = 20_000


@dataclass(frozen=True)
class EvaluateOptions:
    """What to evaluate. ``budget_seconds`` bounds the optional parts on two cores; it is not a hard stop."""

    skeleton: str | dict = "auto"
    metric: str | None = None
    goal: float | None = None
    seed: int = 0
    device: str = "auto"
    budget_seconds: float = 60.0
    permutations: int = 200
    n_seeds: int = 5


@dataclass(frozen=True)
class Evaluation:
    """Evidence, and the model whose score it is."""

    evidence: Evidence
    model: LastLayerModel


@dataclass
class Clock:
    """Progress, cancel, seconds per step and floating point operations of one run."""

    on_progress: Callable[[float, str], None]
    asked_to_stop: Callable[[], bool]
    started: float = field(default_factory=time.perf_counter)
    steps: dict[str, float] = field(default_factory=dict)
    flops: float = 0.0
    _current: str = ""
    _since: float = 0.0

    def step(self, name: str) -> None:
        now = time.perf_counter()
        if self._current:
            self.steps[self._current] = self.steps.get(self._current, 0.0) + now - self._since
        self._current, self._since = name, now
        names = list(STEPS)
        done = sum(STEPS[n] for n in names[: names.index(name)]) if name in STEPS else sum(STEPS.values())
        self.check()
        self.on_progress(done / sum(STEPS.values()), name)

    def check(self) -> None:
        if self.asked_to_stop():
            raise JobCancelled

    def count(self, flops: float) -> None:
        self.flops += flops

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started


@dataclass
class Run:
    """What the steps of one evaluation share."""

    data: Dataset
    options: EvaluateOptions
    clock: Clock
    metric: str
    builder: represent.Builder
    split: Split
    y: np.ndarray
    encoder: object
    notes: list[Note]

    @property
    def C(self) -> int:
        return len(self.data.classes)

    @property
    def n(self) -> int:
        return len(self.y)

    def draw(self, size: int) -> np.ndarray:
        """At most ``size`` rows in their own order; whole units where rows belong together."""
        if self.n <= size:
            return np.arange(self.n)
        rng = np.random.default_rng(self.options.seed)
        if self.split.kind == "grouped":
            order = rng.permutation(self.split.units.max() + 1)
            rank = np.empty_like(order)
            rank[order] = np.arange(len(order))
            return np.sort(np.argsort(rank[self.split.units], kind="stable")[:size])
        if not self.C:
            return np.sort(rng.choice(self.n, size, replace=False))
        order = np.lexsort((rng.random(self.n), self.y))  # stratified: every n/size-th row by class
        return np.sort(order[np.linspace(0, self.n - 1, size).astype(int)])

    def split_of(self, rows: np.ndarray) -> Split:
        if len(rows) == self.n:
            return self.split
        groups = None if self.data.groups is None else self.data.groups[rows]
        return Split.of(len(rows), groups, None if self.data.time is None else self.data.time[rows])

    def score(self, y: np.ndarray, prediction: Prediction) -> float:
        return metrics.score(self.metric, y, prediction)


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
    run, sampled = _prepare(dataset, options, clock)
    clock.step("choose")
    skeleton, compared = _choose(run)
    clock.step("last_layer")
    width = represent.default_width(run.n, skeleton)
    rep = run.builder.build(skeleton, width, options.seed)
    fit = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, run.split)
    clock.count(9.0 * min(rep.matrix.shape) ** 3 + 2.0 * rep.matrix.shape[0] * rep.matrix.shape[1] * 25)
    model = LastLayerModel.of(dataset, run.encoder, skeleton, run.builder, rep, fit, width, options.seed)
    clock.step("seeds")
    seed_scores, seed_width = _seeds(run, skeleton)
    last_layer = _last_layer_record(run, rep, fit, width, seed_scores, seed_width, model)
    clock.step("null")
    chance = _null(run, rep)
    clock.step("baselines")
    references = _references(run, fit)
    clock.step("curve")
    learning = _curve(run, rep, fit, last_layer)
    clock.step("coverage")
    covered, roof = _coverage(run, skeleton, rep, fit, learning, references)
    clock.step("probe")
    tuned = _probe(run, skeleton, rep)
    errors = _where(run, fit)
    clock.step("done")
    evidence = Evidence(
        dataset=_facts(run),
        skeleton=skeleton.to_dict(),
        metric=run.metric,
        greater_is_better=metrics.greater_is_better(run.metric),
        goal=options.goal,
        last_layer=last_layer,
        references=references,
        null=chance,
        ceiling=roof,
        curve=learning.curve,
        coverage=covered,
        probe=tuned,
        candidates=compared,
        errors=errors,
        notes=run.notes,
        cost=Cost(seconds=clock.seconds, flops=clock.flops, steps=clock.steps, peak_memory_bytes=_peak_memory()),
        manifest=_manifest(run, started, sampled),
    )
    return Evaluation(evidence, model)


def _prepare(data: Dataset, options: EvaluateOptions, clock: Clock) -> tuple[Run, bool]:
    clock.step("encode")
    metric = options.metric or ("accuracy" if data.task == "classification" else "r2")
    if metric not in metrics.metrics_for(data.task):
        raise DataError("metric_does_not_fit", metric=metric, task=data.task, known=", ".join(metrics.metrics_for(data.task)))
    device = _device(options.device)
    notes = list(data.notes)
    sampled = data.n > LARGEST
    if sampled:
        notes.append(Note(code="rows_sampled", level="warning", fields={"used": LARGEST, "rows": data.n}))
        data = _sample(data, LARGEST, options.seed)
    encoder = fit_encoder(data)
    builder = represent.Builder(encoder.transform(data.X), device, clock.check, clock.count)
    split = Split.of(data.n, data.groups, data.time)
    return Run(data, options, clock, metric, builder, split, data.y, encoder, notes), sampled


def _sample(data: Dataset, size: int, seed: int) -> Dataset:
    from dataclasses import replace

    rng = np.random.default_rng(seed)
    rows = np.sort(rng.choice(data.n, size, replace=False))
    X = data.X.iloc[rows].reset_index(drop=True) if hasattr(data.X, "iloc") else data.X[rows]
    take = lambda a: None if a is None else a[rows]  # noqa: E731
    return replace(data, X=X, y=data.y[rows], time=take(data.time), groups=take(data.groups))


def _device(asked: str) -> str:
    if asked == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if asked == "cuda" and not torch.cuda.is_available():
        raise DataError("no_cuda")
    return asked


def _spread(run: Run, y: np.ndarray, prediction: Prediction, units: np.ndarray | None, sd: float = 0.0, fresh: float = 0.0):
    """(score, low, high): 90 % interval clipped to the metric's range."""
    value = run.score(y, prediction)
    draws = metrics.resampled_scores(run.metric, y, prediction, units, BOOTSTRAP, run.options.seed)
    low, high = metrics.interval(value, draws, extra_sd=sd, fresh_ratio=fresh)
    return value, *metrics.clip_to_range(run.metric, low, high)


def _units(run: Run, rows: np.ndarray) -> np.ndarray | None:
    return None if run.split.units is None else run.split.units[rows]


def _choose(run: Run) -> tuple[Skeleton, list[Candidate]]:
    """The skeleton asked for; or the simplest of a small set that is within half a standard error of the best."""
    asked = represent.resolve(run.options.skeleton, run.data.kind)
    if asked is not None:
        return asked, []
    rows = run.draw(CHOICE_ROWS)
    split = run.split_of(rows)
    found = []
    for skeleton in represent.candidates(run.data.kind):
        run.clock.check()
        begin = time.perf_counter()
        rep = run.builder.build(skeleton, 1024, run.options.seed, rows)
        fit = lastlayer.fit_last_layer(rep, run.y[rows], run.C, run.metric, split)
        units = None if split.units is None else split.units[fit.rows]
        observed = run.y[rows][fit.rows]
        value, low, high = _spread(run, observed, fit.prediction, units)
        found.append((skeleton, fit, observed, Candidate(
            name=skeleton.name, score=value, low=low, high=high, seconds=time.perf_counter() - begin)))
    sign = 1 if metrics.greater_is_better(run.metric) else -1
    best = max(found, key=lambda f: sign * f[3].score)
    for item in found:
        gap, sd = _paired(run, best[1].prediction, item[1].prediction, item[2])
        if gap <= 0.5 * sd:
            chosen = item
            break
    return chosen[0], [c.model_copy(update={"chosen": c is chosen[3]}) for *_, c in found]


def _paired(run: Run, a: Prediction, b: Prediction, y: np.ndarray, units: np.ndarray | None = None) -> tuple[float, float]:
    """(mean, standard deviation) of the gain of a over b on the same rows, in the metric's direction."""
    sign = 1 if metrics.greater_is_better(run.metric) else -1
    gap = sign * (run.score(y, a) - run.score(y, b))
    rng = np.random.default_rng(run.options.seed)
    n = len(y)
    draws = []
    for _ in range(120):
        rows = rng.integers(0, n, n)
        draws.append(run.score(y[rows], a.take(rows)) - run.score(y[rows], b.take(rows)))
    return gap, float(np.nanstd(draws))


def _seeds(run: Run, skeleton: Skeleton) -> tuple[list[float], int]:
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


def _last_layer_record(
    run: Run, rep: Representation, fit: LastLayerFit, width: int, seed_scores: list[float], seed_width: int, model: LastLayerModel
) -> LastLayer:
    data, observed = run.data, run.y[fit.rows]
    # The spread between initialisations shrinks like 1/sqrt(width); the exact route has none.
    sd = 0.0 if rep.is_kernel or len(seed_scores) < 2 else float(np.std(seed_scores, ddof=1)) * np.sqrt(seed_width / width)
    fresh = 0.0 if data.y_test is None else len(observed) / max(1, len(data.y_test))
    value, low, high = _spread(run, observed, fit.prediction, _units(run, fit.rows), sd, fresh)
    test = (None, None, None)
    if data.y_test is not None and len(data.y_test):
        test = _spread(run, data.y_test, model.predict_encoded(model.encoder.transform(data.X_test)), None)
    random_score = None
    if run.split.kind != "leave_one_out":
        loose = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, Split.of(run.n), fit.decomposition)
        random_score = run.score(run.y, loose.prediction)
    return LastLayer(
        score=value, low=low, high=high, loo_score=value if random_score is None else random_score,
        test_score=test[0], test_low=test[1], test_high=test[2],
        metrics=metrics.all_scores(data.task, observed, fit.prediction),
        penalty=fit.penalty, route="exact" if rep.is_kernel else "features", estimate_from=run.split.kind,
        random_split_score=random_score, width=None if rep.is_kernel else rep.matrix.shape[1],
        seed_scores=seed_scores, seed_width=seed_width or None,
        calibration_error=lastlayer.calibration_error(observed, fit.prediction.values) if run.C else None, path=fit.path,
    )


def _sub_representation(run: Run, rep: Representation, rows: np.ndarray) -> Representation:
    return rep if len(rows) == run.n else rep.subset(torch.from_numpy(rows))


def _null(run: Run, rep: Representation) -> Null:
    rows = run.draw(null.ROWS if run.C <= 10 else null.ROWS // 2)
    part = _sub_representation(run, rep, rows)
    groups = None if run.split.kind != "grouped" else run.split.units[rows]
    if groups is not None and run.split.blocks is None:
        groups = None  # groups too large to leave out in closed form keep their rows, not their labels
    return null.permutation_null(part, run.y[rows], run.C, run.metric, run.options.permutations, run.options.seed, groups)


def _references(run: Run, fit: LastLayerFit) -> list[Reference]:
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
    value, low, high = _spread(run, run.y[base.rows], base.prediction, _units(run, base.rows))
    common, mine, theirs = np.intersect1d(fit.rows, base.rows, return_indices=True)
    gain, sd = _paired(run, fit.prediction.take(mine), base.prediction.take(theirs), run.y[common])
    test_score = None
    if run.data.y_test is not None and len(run.data.y_test):
        new = run.encoder.transform(run.data.X_test).reshape(len(run.data.y_test), -1)
        test_score = run.score(run.data.y_test, Prediction(base.fit()(new)))
    return Reference(
        name=base.name, score=value, low=low, high=high, test_score=test_score, seconds=base.seconds, remark=base.remark,
        gain=gain, gain_low=gain - 1.645 * sd, gain_high=gain + 1.645 * sd,
    )


def _curve(run: Run, rep: Representation, fit: LastLayerFit, last: LastLayer) -> curve.CurveFit:
    full = CurvePoint(rows=run.n, score=last.score, low=last.low, high=last.high)
    return curve.learning_curve(
        rep, run.y, run.C, run.metric, run.split, full, fit.squared_error, run.options.goal, run.options.seed, run.clock.check
    )


def _kernel_error(run: Run, skeleton: Skeleton) -> KernelError | None:
    """Width law on the user's own rows; None for a linear skeleton, which has no random part."""
    if represent.is_linear(skeleton):
        return None
    rows = run.draw(200 if skeleton.rank == 0 else 80)
    widths = (32, 64, 128, 256, 512)
    inputs = run.builder.inputs(skeleton, rows)
    result = kernel_error(skeleton, inputs, widths, range(run.options.seed, run.options.seed + 6))
    logs, spread = np.log(result.errors.mean(1)), result.errors.std(1, ddof=1)
    x = np.log(np.array(result.widths, dtype=float))
    slope, _ = np.polyfit(x, logs, 1)
    draws = np.random.default_rng(run.options.seed).integers(0, result.errors.shape[1], (200, result.errors.shape[1]))
    slopes = [np.polyfit(x, np.log(result.errors[:, d].mean(1)), 1)[0] for d in draws]
    constant = float(np.exp(np.mean(logs + 0.5 * x)))
    points = [
        WidthPoint(width=int(w), error=float(e.mean()), low=float(max(0, e.mean() - 1.645 * s)), high=float(e.mean() + 1.645 * s))
        for w, e, s in zip(result.widths, result.errors, spread, strict=True)
    ]
    return KernelError(
        points=points, constant=constant, slope=float(slope), slope_low=float(np.quantile(slopes, 0.05)),
        slope_high=float(np.quantile(slopes, 0.95)), reference=result.reference, rows=len(rows),
        width_for_5_percent=int(width_for_error(constant, 0.05)),
    )


def _coverage(
    run: Run, skeleton: Skeleton, rep: Representation, fit: LastLayerFit, learning: curve.CurveFit,
    references: list[Reference],
) -> tuple[Coverage, Ceiling]:
    rows = run.draw(coverage.ROWS)
    index = torch.from_numpy(rows)
    K = rep.gram(index)
    roof, noise = _ceiling(run, rep, fit, references)
    parts = coverage.shares(1 - fit.squared_error, learning.squared_limit, noise, roof.reliable)
    error = _kernel_error(run, skeleton)
    return coverage.coverage(K, fit.Y[index], fit, error, parts, run.options.seed), roof


def _ceiling(run: Run, rep: Representation, fit: LastLayerFit, references: list[Reference]):
    """(ceiling record, noise share) on at most ``ceiling.ROWS`` of the rows that were predicted."""
    keep = fit.rows[np.linspace(0, len(fit.rows) - 1, min(len(fit.rows), ceiling.ROWS)).astype(int)]
    at = np.searchsorted(np.sort(fit.rows), keep)
    residual = (fit.Y[torch.from_numpy(fit.rows)].numpy() - fit.raw)[np.argsort(fit.rows)][at]
    groups = run.split.units[keep] if run.split.kind == "grouped" else None
    flat = torch.from_numpy(run.builder.X.reshape(run.n, -1)[keep])
    views = [flat] + ([] if rep.is_kernel else [rep.matrix[torch.from_numpy(keep)]])
    Y = fit.Y[torch.from_numpy(keep)]
    total = float(Y.var(0, correction=0).sum())
    noise = min(ceiling.noise_share(F, residual, total, groups) for F in views)
    if run.C:
        reached = max([run.score(run.y[fit.rows], fit.prediction)] + [r.score for r in references if r.score is not None])
        roof = ceiling.classification_ceiling(views, run.y[keep], run.C, run.metric, reached, groups)
        return roof, noise
    sd = noise * np.sqrt(3.0 / len(keep))
    return ceiling.regression_ceiling(noise, sd, float(run.y.var()), run.metric, len(keep)), noise


def _probe(run: Run, skeleton: Skeleton, rep: Representation) -> Probe:
    if represent.is_linear(skeleton):
        return Probe(ran=False, reason="linear")
    options = run.options
    rows = run.draw(PROBE_ROWS)
    width = 256 if skeleton.rank == 0 else 768
    return probe.tuning_probe(
        lambda: run.builder.network(skeleton, width, options.seed), _sub_representation(run, rep, rows),
        run.builder.inputs(skeleton, rows).numpy(), run.y[rows], run.C, run.metric, run.split_of(rows),
        min(6.0, options.budget_seconds * 0.1), options.seed, run.clock.check, run.builder.device,
    )


def _where(run: Run, fit: LastLayerFit):
    order = np.argsort(fit.rows)
    frame = run.data.X if hasattr(run.data.X, "iloc") else None
    return where.where_errors_are(
        run.y[fit.rows[order]], fit.prediction.take(order), fit.rows[order], run.data.classes, frame, run.data.time
    )


def _facts(run: Run) -> DatasetFacts:
    data = run.data
    return DatasetFacts(
        name=data.name, sha256=data.sha256, kind=data.kind, task=data.task, rows=data.profile.rows,
        test_rows=0 if data.y_test is None else len(data.y_test), inputs=int(np.prod(run.builder.X.shape[1:])), target=data.target,
        classes=list(data.classes), class_counts=np.bincount(run.y, minlength=run.C).tolist() if run.C else [],
        target_std=None if run.C else float(run.y.std()),
    )


def _manifest(run: Run, started: str, sampled: bool) -> Manifest:
    return Manifest(
        dualcore=VERSION, python=platform.python_version(), torch=torch.__version__, numpy=np.__version__,
        sklearn=sklearn.__version__, device=run.builder.device, seed=run.options.seed, started=started, rows_used=run.n,
        sampled=sampled, protocol=PROTOCOL,
    )


def _peak_memory() -> int:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024
