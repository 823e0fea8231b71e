"""Protocol, terms and verdict: what is recommended, why, and what would change it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dualcore.record import Record

Decision = Literal["stop", "adopt", "re-evaluate", "invest"]


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
    """Versioned thresholds: the company-wide standard under which a verdict is given."""

    version: str = "1.0"
    significance: float = 0.01  # p-value above which no signal is claimed; strict, since several skeletons are tried
    permutations: int = 200
    interval: float = 0.9
    days_adopt: float = 5  # engineering days to bring a last-layer model into use
    days_reevaluate: float = 3
    days_invest: float = 30
    gpu_hours_invest: float = 100
    # What full training added to the last layer, (mean, standard deviation) by kind of data, as a share
    # of the metric's unit: measured on 32 real datasets (docs/decisions/0005-verdict.md).
    tuning_prior: dict[str, tuple[float, float]] = {
        "table": (-0.006, 0.03), "image": (0.045, 0.06), "series": (0.0, 0.05), "audio": (0.0, 0.08),
    }
    probe_sd: float = 0.05  # how far a short probe may lie from a full training
    noise_gain_sd: float = 0.01  # spread of what full training adds where there is no signal


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
