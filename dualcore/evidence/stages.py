"""What stages beyond the last layer measured: one record each, told apart by ``kind``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dualcore.evidence.records import Metric
from dualcore.record import Record

StageKind = Literal["reevaluate", "tune", "transfer"]


Factor = Literal["present", "skeleton", "bias_share", "activation", "window", "cells", "width", "seed", "orthogonal", "inputs"]
InputView = Literal["encoded", "ranks", "whitened", "unit_contrast", "differences"]


class Mark(Record):
    """What one candidate reached in one round."""

    rows: int  # rows that were scored
    score: float  # in the metric
    gain: float  # over the present choice on the same rows, positive = better


class Entrant(Record):
    """One candidate of a re-evaluation: one change of the present choice. Gains: positive = candidate better."""

    factor: Factor
    value: str  # what the factor was changed to
    skeleton: dict
    seed: int
    width: int | None  # random features; None = exact kernel
    orthogonal: bool
    inputs: InputView
    adoptable: bool  # stage 1 can be started with it as it is
    marks: list[Mark]  # one per round that it took part in
    gain: float  # of its last round
    low: float  # 90 % interval of this candidate alone
    high: float
    simultaneous_low: float  # lower end that holds for all candidates at once
    seconds: float


class Round(Record):
    rows: int  # rows of the small validation set
    entered: int
    kept: int
    seconds: float


class Reevaluation(Record):
    """Stage 2: candidates compared on small validation sets, the winner's score corrected for having been chosen.

    Scores are leave-one-out (or grouped, or time-ordered) scores of the last layer, in ``metric``; gains are over the
    present choice on the same rows, positive = better.
    """

    kind: Literal["reevaluate"] = "reevaluate"
    metric: Metric
    greater_is_better: bool
    estimate_from: Literal["leave_one_out", "grouped", "time_ordered"]
    outcome: Literal["keep", "switch", "undecided"]
    minimum_gain: float  # smallest gain that is worthwhile, in the metric
    present: Entrant
    present_score: float  # on the rows of the last round
    entrants: list[Entrant]
    rounds: list[Round]
    winner: int  # index of the finalist with the largest gain
    raw_gain: float  # as measured
    raw_low: float  # 90 % interval as if it had been the only candidate
    raw_high: float
    optimism: float  # what choosing the best of many added, on average (the winner's curse)
    corrected_gain: float
    low: float  # 90 % interval that holds although the winner was chosen
    high: float
    raw_score: float  # of the winner, in the metric
    corrected_score: float
    p_value: float  # adjusted for all candidates
    critical: float  # standard deviations that a claim needs; 1.64 with one candidate
    draws: int  # of the paired bootstrap
    fresh_rows: int  # rows of the last round that dropped no candidate; the corrected gain is measured on them
    rows_available: int
    rows_needed: int | None  # for a decision, when undecided
    seed: int
    seconds: float
    flops: float


class TuningStep(Record):
    """One more block freed, counted from the output, and measured on rows that neither trained nor stopped it.

    Gains are turned so that larger is better; their intervals are 90 % for all blocks together.
    """

    name: str  # the block's nodes or layers, joined by +
    block: int  # 1 = nearest to the output
    parameters: int  # of this block
    trained: int  # parameters that were trained: this block, those above it, the last layer
    score: float  # in the metric
    gain: float  # over the best model before this step
    low: float
    high: float
    total_gain: float  # over the last layer alone
    total_low: float
    total_high: float
    seconds: float  # measured, all splits together
    flops: float
    epochs: int  # at which the stopping rows were best, middle of the splits
    trajectory: list[tuple[int, float]]  # (epoch, score on the stopping rows), mean over the splits
    decision: Literal["pays", "unclear", "does_not_pay"]
    over: int | None = None  # step that ``gain`` is over, 0 = the last layer; None = the step before
    critical: float | None = None  # standard deviations that the gain had to lie above zero; None = Bonferroni
    rise: float = 0.0  # gain over the same network one block earlier
    why: str  # catalogue key under ``tune.why.``


class Tuning(Record):
    """Stage 3: hidden layers tuned one block at a time, from the last layer on.

    Rows: ``rows`` in all; in each of ``folds`` splits some train, ``stopping_rows`` of them choose the length of the
    descent before it is repeated on all of these, and others judge.
    """

    kind: Literal["tune"] = "tune"
    metric: Metric
    greater_is_better: bool
    network: Literal["skeleton", "family"]
    name: str  # of the skeleton, or of the family
    width: int | None  # features of the network that was tuned
    blocks: list[str]  # all blocks, the output's first
    reason: str | None = None  # why nothing was tuned: catalogue key under ``tune.reason.``
    ended: Literal["no_block", "does_not_pay", "all_blocks", "budget"]
    last_layer: float | None = None  # score of the last layer alone, on the rows that judge
    last_layer_low: float | None = None
    last_layer_high: float | None = None
    start: float | None = None  # score of the narrower network that tuning starts from, before it
    steps: list[TuningStep] = []
    best: int = 0  # step whose model was kept; 0 = the last layer
    delivered: Literal["last_layer", "all_rows", "first_split"] = "last_layer"  # what the file was trained on
    rows: int
    stopping_rows: int = 0  # per split
    validation_rows: int = 0  # judged in all
    folds: int = 0
    estimate_from: Literal["leave_one_out", "grouped", "time_ordered"]
    minimum_gain: float  # smallest improvement that matters, in the metric
    seed: int
    device: str
    resumed: int = 0  # pieces of work that an interrupted attempt had finished
    seconds: float  # of everything
    flops: float


class TransferScore(Record):
    """One representation under the last layer: ``score`` with its 90 % interval in the metric, and measures beside it."""

    name: Literal["random", "pretrained"]
    dimensions: int | None  # features; None = the dual kernel, which has no number
    score: float
    low: float
    high: float
    penalty: float
    seconds: float  # features and fit
    logme: float | None = None  # log evidence per row; larger is better. Measures: of at most a quarter as many components as rows
    h_score: float | None = None  # None for values to predict
    neighbours_score: float | None = None  # of the nearest neighbours, in the metric


class Transfer(Record):
    """Random initialisation against pretrained features: the same rows, split and last layer.

    ``gain`` of the pretrained features on the same left-out rows, positive = better; ``low``, ``high``: 90 % interval.
    """

    kind: Literal["transfer"] = "transfer"
    metric: Metric
    greater_is_better: bool
    source: Literal["embeddings", "encoder"]
    name: str  # of the file
    sha256: str
    skeleton: str  # of the random initialisation
    rows: int  # scored
    estimate_from: Literal["leave_one_out", "grouped", "time_ordered"]
    random: TransferScore
    pretrained: TransferScore
    chance: float  # score of the majority or the mean
    gain: float
    low: float
    high: float
    reading: Literal["pretrained", "even", "random", "no_signal"]
    neighbours: int
    seed: int
    seconds: float


StageResult = Annotated[Reevaluation | Tuning | Transfer, Field(discriminator="kind")]
