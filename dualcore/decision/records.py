"""Protocol, terms and verdict: what is recommended, why, and what would change it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from dualcore.record import Record

Decision = Literal["stop", "adopt", "re-evaluate", "invest"]
Model = Literal["last_layer", "linear", "boosted_trees"]


class Terms(Record):
    """What the project asked: goal and money. Money in ``currency`` units."""

    goal: float | None = None
    # Smallest improvement that matters, in the metric; for RMSE and MAE as a share of the target's spread.
    minimum_gain: float = Field(0.02, ge=0)
    value: float = Field(10_000_000, ge=0)  # worth of reaching the goal, once
    day_cost: float = Field(80_000, ge=0)  # one engineering day
    gpu_hour_cost: float = Field(500, ge=0)
    currency: Literal["JPY", "USD", "EUR"] = "JPY"


class Protocol(Record):
    """Versioned thresholds: the company-wide standard under which a verdict is given.

    What each one means, and how far it may be moved, stands in ``protocols.RULES``; the bounds here are the same.
    """

    version: str = Field("1.0", min_length=1, max_length=40)
    # evidence
    significance: float = Field(0.01, ge=0.0005, le=0.2)  # p-value above which no signal is claimed; strict, since several skeletons are tried
    permutations: int = Field(200, ge=50, le=5000)
    interval: float = Field(0.9, ge=0.5, le=0.99)  # level at which an interval settles a question
    ceiling_rows: int = Field(1000, ge=1000, le=100_000)  # rows per class below which the noise ceiling is not used
    max_candidates: int = Field(24, ge=2, le=200)  # that one re-evaluation may compare
    # rules
    minimum_gain: float = Field(0.02, ge=0.0, le=0.5)  # default of new projects, as in Terms
    prefer_simple: bool = True  # a simpler model that is as good is recommended over a network
    least_confidence: float = Field(0.4, ge=0.0, le=0.95)  # below it the answer is re-evaluate
    # cost of the courses
    days_adopt: float = Field(5, ge=0, le=1000)  # engineering days to bring a model into use
    days_reevaluate: float = Field(3, ge=0, le=1000)
    days_tune: float = Field(5, ge=0, le=1000)  # stage 3 up to its first stop
    days_invest: float = Field(30, ge=0, le=1000)
    gpu_hours_adopt: float = Field(0, ge=0, le=100_000)
    gpu_hours_reevaluate: float = Field(1, ge=0, le=100_000)
    gpu_hours_tune: float = Field(8, ge=0, le=100_000)
    gpu_hours_invest: float = Field(100, ge=0, le=100_000)
    # cost of an evaluation as a share of one full training
    cost_ratio_target: float = Field(0.10, gt=0, le=1)
    cost_ratio_limit: float = Field(0.25, gt=0, le=1)
    # measured figures, no choices of a company
    probe_sd: float = Field(0.05, ge=0)  # how far a short probe may lie from a full training
    noise_gain_sd: float = Field(0.01, ge=0)  # spread of what full training adds where there is no signal

    @model_validator(mode="before")
    @classmethod
    def _of_before(cls, values: object) -> object:
        """Verdicts stored before the calibrated forecast carry a prior by kind of data that is no longer used."""
        if isinstance(values, dict) and "tuning_prior" in values:
            return {k: v for k, v in values.items() if k != "tuning_prior"}
        return values


class Reason(Record):
    """Rendered as ``reason.<code>`` with the fields."""

    code: str
    fields: dict[str, float | int | str | None] = {}


class Option(Record):
    """One possible course with its money; all in the terms' currency."""

    decision: Decision
    probability: float  # that the goal is reached on this course
    cost: float
    value: float  # expected value before cost
    net: float


class Information(Record):
    """What knowing more would be worth before deciding; money in the terms' currency."""

    stage: Literal["reevaluate", "tune"]
    perfect: float  # if the stage told the truth without error (EVPPI)
    sample: float  # with the error that such a stage has (EVSI): up to here it is worth paying
    low: float  # 90 % interval of ``sample`` from the finite number of draws
    high: float
    cost: float
    net: float  # sample - cost
    changes: float  # probability that the stage leads to another course than today's best, 0..1


class Verdict(Record):
    decision: Decision
    confidence: float  # probability that hindsight agrees, 0..1
    reasons: list[Reason]  # strongest first
    would_change: list[Reason]  # rendered as ``change.<code>``
    next_step: str  # rendered as ``next.<next_step>``
    next_step_cost: float
    goal: float
    goal_assumed: bool  # True when nobody set a goal
    probabilities: dict[str, float]  # decision -> probability that it is the right one
    options: list[Option]
    avoided: float  # cost of full investment that this verdict does not spend
    currency: str
    protocol: Protocol
    terms: Terms
    # What follows was added later: stored verdicts read back with the defaults.
    recommended_model: Model | None = None  # which model to use, where one is good enough
    remarks: list[Reason] = []  # what the reader must know besides; rendered as ``reason.<code>``
    information: list[Information] = []
    perfect_information: float = 0.0  # worth of knowing every outcome beforehand (EVPI)
    occasion: Literal["evaluation", "terms", "protocol"] = "evaluation"  # why this verdict was given
