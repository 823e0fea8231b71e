"""One run of stage 1: its options, its clock, and what its steps share."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch

from dualcore.errors import DataError, JobCancelled
from dualcore.evidence import metrics, represent
from dualcore.evidence.lastlayer import Split
from dualcore.evidence.metrics import Prediction
from dualcore.intake import Dataset, Encoder, Note, fit_encoder

STEPS = {  # step -> expected share of the time, for the progress bar
    "encode": 4,
    "choose": 16,
    "last_layer": 20,
    "seeds": 8,
    "null": 10,
    "baselines": 14,
    "curve": 8,
    "coverage": 10,
    "probe": 10,
}
BOOTSTRAP = 400
LARGEST = 20_000


@dataclass(frozen=True)
class EvaluateOptions:
    """What to evaluate. ``budget_seconds`` bounds the optional parts on two cores; it is not a hard stop.

    width : number of random features; None takes the exact kernel where it is affordable, else a width that suits the rows
    """

    skeleton: str | dict = "auto"
    metric: str | None = None
    goal: float | None = None
    seed: int = 0
    device: str = "auto"
    budget_seconds: float = 60.0
    width: int | None = None
    permutations: int = 200
    n_seeds: int = 5


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
    _said: float = 0.0

    def step(self, name: str) -> None:
        now = time.perf_counter()
        if self._current:
            self.steps[self._current] = self.steps.get(self._current, 0.0) + now - self._since
        self._current, self._since = name, now
        names = list(STEPS)
        done = sum(STEPS[n] for n in names[: names.index(name)]) if name in STEPS else sum(STEPS.values())
        self.check()
        self.on_progress(done / sum(STEPS.values()), name)

    def part(self, share: float) -> None:
        """A share of the present step is done; said at most once a second."""
        now = time.perf_counter()
        if now - self._said >= 1.0:
            names = list(STEPS)
            done = sum(STEPS[n] for n in names[: names.index(self._current)]) + share * STEPS[self._current]
            self._said = now
            self.on_progress(done / sum(STEPS.values()), self._current)

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
    encoder: Encoder
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

    def units(self, rows: np.ndarray) -> np.ndarray | None:
        """Numbers of the units that are drawn together in the bootstrap."""
        return None if self.split.units is None else self.split.units[rows]

    def spread(
        self, y: np.ndarray, prediction: Prediction, units: np.ndarray | None, sd: float = 0.0, fresh: float = 0.0
    ) -> tuple[float, float, float]:
        """(score, low, high): 90 % interval clipped to the metric's range."""
        value = self.score(y, prediction)
        if len(y) > LARGEST and (self.metric != "accuracy" or units is not None):
            draws = self._few_resampled(y, prediction, units, value)
        else:
            draws = metrics.resampled_scores(self.metric, y, prediction, units, BOOTSTRAP, self.options.seed)
        low, high = metrics.interval(value, draws, extra_sd=sd, fresh_ratio=fresh)
        return value, *metrics.clip_to_range(self.metric, low, high)

    def _few_resampled(self, y: np.ndarray, prediction: Prediction, units: np.ndarray | None, value: float) -> np.ndarray:
        """Bootstrap of ``LARGEST`` rows with deviations scaled to all of them (m out of n; Bickel, Goetze, van Zwet 1997)."""
        rng = np.random.default_rng(self.options.seed)
        if units is None:
            rows, scale = rng.choice(len(y), LARGEST, replace=False), np.sqrt(LARGEST / len(y))
        else:  # whole units: they are what is drawn
            codes = np.unique(units, return_inverse=True)[1]
            count = codes.max() + 1
            some = rng.permutation(count) < max(min(count, 40), round(count * LARGEST / len(y)))
            rows, scale = np.flatnonzero(some[codes]), np.sqrt(some.sum() / count)
        few, part = prediction.take(rows), None if units is None else units[rows]
        draws = metrics.resampled_scores(self.metric, y[rows], few, part, BOOTSTRAP, self.options.seed)
        return value + (draws - self.score(y[rows], few)) * scale

    def paired(self, a: Prediction, b: Prediction, y: np.ndarray) -> tuple[float, float]:
        """(mean, standard deviation) of the gain of a over b on the same rows, in the metric's direction."""
        sign = 1 if metrics.greater_is_better(self.metric) else -1
        gap = sign * (self.score(y, a) - self.score(y, b))
        rng = np.random.default_rng(self.options.seed)
        draws = []
        for _ in range(120):
            rows = rng.integers(0, len(y), len(y))
            draws.append(self.score(y[rows], a.take(rows)) - self.score(y[rows], b.take(rows)))
        return gap, float(np.nanstd(draws))


def prepare_run(data: Dataset, options: EvaluateOptions, clock: Clock) -> tuple[Run, bool]:
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


