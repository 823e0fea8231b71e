"""The evidence of stage 1: measured numbers, each with interval and provenance."""

from __future__ import annotations

from typing import Literal

from pydantic import computed_field

from dualcore.intake.records import Note
from dualcore.record import Record

SCHEMA_VERSION = 1
Metric = Literal["accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "log_loss", "r2", "rmse", "mae"]


class DatasetFacts(Record):
    name: str
    sha256: str
    kind: Literal["table", "image", "series", "audio"]
    task: Literal["classification", "regression"]
    rows: int
    test_rows: int
    inputs: int  # encoded inputs per example
    target: str
    classes: list[str]
    class_counts: list[int]
    target_std: float | None = None


class CalibrationMethod(Record):
    """Expected calibration error of the top label; ``low``/``high``: 90 % interval."""

    name: Literal["prevalidated", "split", "none"]
    error: float
    low: float
    high: float
    by_chance: float  # what exact probabilities would show on so many rows, 95 % quantile
    log_loss: float


class ReliabilityBin(Record):
    predicted: float  # mean probability of the top label
    observed: float  # share of rows where it was right, with 90 % interval
    low: float
    high: float
    rows: int


class Calibration(Record):
    """Class probabilities on rows that fitted no temperature; ``bins`` of the method in use (prevalidated)."""

    rows: int
    methods: list[CalibrationMethod]
    bins: list[ReliabilityBin]


class LastLayer(Record):
    """Score of the last-layer fit, in the project's metric. ``low``/``high``: 90 % interval."""

    score: float
    low: float
    high: float
    loo_score: float
    test_score: float | None = None
    test_low: float | None = None
    test_high: float | None = None
    metrics: dict[str, float]  # every metric that applies, out of sample
    penalty: float  # ridge lambda, un-normalised (theory: lambda, not n*lambda)
    route: Literal["exact", "landmarks", "features"]
    estimate_from: Literal["leave_one_out", "streamed_folds", "grouped", "time_ordered"]
    random_split_score: float | None = None  # what a random split would have claimed
    width: int | None = None  # number of features, None on the exact route
    seed_scores: list[float] = []  # one score per initialisation
    seed_width: int | None = None
    calibration_error: float | None = None  # expected calibration error of the probabilities, on rows that did not fit them
    calibration: Calibration | None = None
    path: list[tuple[float, float]] = []  # (lambda, LOO score) over the whole path


class Reference(Record):
    """A simple model measured on the same rows; ``score`` None when it could not be run."""

    name: Literal["majority", "mean", "linear", "boosted_trees"]
    score: float | None
    low: float | None = None
    high: float | None = None
    test_score: float | None = None
    seconds: float = 0.0
    remark: str | None = None  # catalogue key under ``remark.``
    gain: float | None = None  # last layer minus this model, positive = last layer better
    gain_low: float | None = None
    gain_high: float | None = None


class Null(Record):
    """Permutation null of the out-of-sample score."""

    p_value: float
    permutations: int
    scores: list[float]
    low: float  # 90 % chance interval
    high: float


class OrderCheck(Record):
    """Whether the order of the rows in the file matters, within classes or fifths of the target."""

    rows: int
    auc: float  # of telling late rows from early ones, left out; 0.5 = the order says nothing
    chance: float  # its 95 % quantile with the labels permuted
    p_value: float
    random_score: float  # random blocks left out
    ordered_score: float  # as many successive stretches of the file left out
    gap: float  # random minus ordered, turned so that positive = the random split flatters
    gap_low: float
    gap_high: float


class Ceiling(Record):
    """Estimate of the best reachable score; no estimate and ``reliable`` False when the sample cannot tell."""

    estimate: float | None
    low: float | None
    high: float | None
    reliable: bool
    method: str  # catalogue key under ``ceiling.``
    rows_per_class_needed: int = 1000
    rows_per_class: int | None = None  # rows of the smallest class; for regression all rows
    by_view: dict[str, float] = {}  # the same estimate in each representation; the highest score is the estimate


class CurvePoint(Record):
    rows: int
    score: float
    low: float
    high: float


class Curve(Record):
    points: list[CurvePoint]
    fitted: bool  # a power law was fitted
    exponent: float | None = None
    limit: float | None = None  # score with unlimited rows, by the fit
    limit_low: float | None = None
    limit_high: float | None = None
    doubled: float | None = None  # score with twice the rows, by the fit
    doubled_low: float | None = None
    doubled_high: float | None = None
    rows_for_goal: int | None = None
    rows_for_goal_low: int | None = None
    rows_for_goal_high: int | None = None
    forecast: list[CurvePoint] = []


class PowerPoint(Record):
    k: int
    power: float  # share of target power in the k leading eigenfunctions, held-out rows
    null_low: float
    null_high: float


class WidthPoint(Record):
    width: int
    error: float  # mean over seeds of ||K_w - K||_F / ||K||_F
    low: float
    high: float


class KernelError(Record):
    points: list[WidthPoint]
    constant: float  # error = constant / sqrt(width)
    slope: float  # fitted log-log slope; the law says -0.5
    slope_low: float
    slope_high: float
    reference: Literal["dual_kernel", "wide_network"]
    rows: int
    width_for_5_percent: int


class Shares(Record):
    """Specificity index and its parts, shares of the target's variance (sum 1)."""

    explained: float
    data_gap: float
    coverage_gap: float
    noise: float
    index: float  # reproducible but uncovered structure, 0..1
    reliable: bool
    intervals: dict[str, tuple[float, float]] = {}  # 90 % interval of each of the four parts, by name


class TailEnergy(Record):
    """Share of the target outside the ``k`` leading eigenfunctions, on held-out rows, and what permuted labels give."""

    k: int  # effective dimension of the fit, rounded
    energy: float  # 1 - C(k)
    null_low: float
    null_high: float


class NormGrowth(Record):
    """M^2(n)/n, M^2 = y^T (K + delta I)^-1 y, over nested subsets; the target has variance 1."""

    rows: list[int]
    values: list[float]
    low: list[float]  # 90 % interval over the orders of the rows
    high: list[float]
    delta: float
    exponent: float  # of M^2/n in n: -1 = the target lies in the kernel's space, 0 or more = it does not
    exponent_low: float
    exponent_high: float
    in_space: bool | None  # None: the interval does not tell


class Coverage(Record):
    cumulative_power: list[PowerPoint]
    effective_dimension: float
    spectrum: list[float]  # leading eigenvalues of the centred kernel divided by their sum
    kernel_error: KernelError | None
    specificity: Shares
    rows: int  # rows used for the decomposition
    alignment: float | None = None  # centred kernel-target alignment, 0..1
    alignment_null: float | None = None  # 95 % quantile of the alignment with permuted labels
    tail: TailEnergy | None = None
    norm_growth: NormGrowth | None = None


class Probe(Record):
    """Short paired tuning of all layers, started from the last-layer solution."""

    ran: bool
    reason: str | None = None  # catalogue key under ``probe.`` when it did not run
    gain: float | None = None  # validation score after - before, in the metric's direction
    low: float | None = None
    high: float | None = None
    before: float | None = None
    after: float | None = None
    rows: int = 0
    validation_rows: int = 0
    seconds: float = 0.0
    steps: int = 0
    trajectory: list[tuple[float, float]] = []  # (seconds, validation score)
    full_training_seconds: float | None = None  # estimated cost of one full training


class Candidate(Record):
    """One skeleton that was compared; scores on the same rows."""

    name: str
    score: float
    low: float
    high: float
    seconds: float
    chosen: bool = False


class Confusion(Record):
    classes: list[str]
    counts: list[list[int]]  # [true][predicted], out of sample


class Residuals(Record):
    predicted: list[float]
    observed: list[float]


class Segment(Record):
    """A part of the data where the model errs more (or less) than elsewhere."""

    column: str  # column name, or "" when the segment is a class
    value: str
    rows: int
    error: float
    error_elsewhere: float
    low: float
    high: float
    ratio: float


class Suspect(Record):
    """A row whose label the rest of the data contradicts."""

    row: int
    observed: str
    predicted: str
    margin: float


class Errors(Record):
    confusion: Confusion | None = None
    residuals: Residuals | None = None
    segments: list[Segment] = []
    suspects: list[Suspect] = []


class Cost(Record):
    seconds: float
    flops: float
    steps: dict[str, float]  # seconds per step
    peak_memory_bytes: int


class Manifest(Record):
    dualcore: str
    schema_version: int = SCHEMA_VERSION
    python: str
    torch: str
    numpy: str
    sklearn: str
    device: str
    seed: int
    started: str  # ISO 8601, UTC
    rows_used: int  # of the last-layer score
    sampled: bool  # True when some figures come from a draw of the rows
    rows_drawn: int | None = None  # rows of those figures, where the last layer itself used all rows
    protocol: str
    options: dict = {}  # EvaluateOptions as they were; with the two below, everything that ``replay`` needs besides the file
    question: dict = {}  # intake's Question
    reading: dict = {}  # intake's ReadOptions
    threads: int = 1


class Evidence(Record):
    """Everything stage 1 measured. Scores are in ``metric``, out of sample."""

    schema_version: int = SCHEMA_VERSION
    dataset: DatasetFacts
    skeleton: dict  # Skeleton.to_dict() of the evaluated skeleton
    metric: Metric
    greater_is_better: bool
    goal: float | None  # as asked
    last_layer: LastLayer
    references: list[Reference]
    null: Null
    order: OrderCheck | None = None
    ceiling: Ceiling
    curve: Curve
    coverage: Coverage
    probe: Probe
    candidates: list[Candidate]
    errors: Errors
    notes: list[Note]
    cost: Cost
    manifest: Manifest

    @computed_field
    @property
    def baselines(self) -> dict[str, float | None]:
        """Scores of the simple models by name."""
        return {r.name: r.score for r in self.references}

    @property
    def seed_spread(self) -> float:
        """Standard deviation of the score over initialisations, at the width that was evaluated.

        It shrinks like 1/sqrt(width); the exact kernel has no random part, and 0. For landmarks, which come closer to the
        kernel than as many random features, it errs on the large side.
        """
        last = self.last_layer
        if last.route == "exact" or len(last.seed_scores) < 2 or not last.width or not last.seed_width:
            return 0.0
        mean = sum(last.seed_scores) / len(last.seed_scores)
        variance = sum((s - mean) ** 2 for s in last.seed_scores) / (len(last.seed_scores) - 1)
        return (variance * last.seed_width / last.width) ** 0.5

    def reference(self, name: str) -> Reference | None:
        return next((r for r in self.references if r.name == name), None)
