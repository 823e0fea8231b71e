"""The track record: how often verdicts were right, as measured by the backtest (docs/backtest.md)."""

from __future__ import annotations

import json
from functools import cache

from dualcore.decision.calibrated import RECORD
from dualcore.decision.learning_records import Case
from dualcore.record import Record

Interval = tuple[float, float, float]  # value, and its 90 % interval


class Bin(Record):
    """Cases to which about the same probability was given: what was said, and how often it happened."""

    said: float
    happened: float
    cases: int


class Claim(Record):
    """Quality of one probability. skill: Brier score against the base rate, and against a predictor of score and size."""

    brier: float
    base_rate: float
    skill: float
    skill_against_simple: float
    calibration_error: float
    cases: int
    reliability: list[Bin]


class Confidence(Record):
    calibration_error: float
    reliability: list[Bin]


class Money(Record):
    """Mean money per case for one price list. valued: the course of the highest expected value, which the page shows too."""

    value: float
    invest: float
    ours: float
    valued: float
    always: float
    never: float
    oracle: float


class CostRatio(Record):
    """Stage 1 as a share of full training, on whole datasets."""

    cpu_median: float
    cpu_worst: float
    flops_median: float
    flops_worst: float


class CurveQuality(Record):
    """How often the score at twice the rows lay in the forecast's 90 % interval."""

    held: float
    width: float
    cases: int


class Results(Record):
    """Every dataset judged with parameters that it did not inform."""

    datasets: int
    cases: int
    judged: int
    agreement: Interval
    balanced: Interval
    by_verdict: dict[str, Interval | None]
    recall: dict[str, float]
    counts: dict[str, int]
    primary: dict[str, int]
    noise_told_to_go: list[str]
    reach: Claim
    reach_tuned: Claim
    gain: Claim
    confidence: Confidence
    regret: list[Money]
    cost: CostRatio
    tables_within_002: float
    curve: CurveQuality


class TrackRecord(Record):
    version: str
    results: Results
    cases: list[Case]


@cache
def track_record() -> TrackRecord | None:
    """The record that is shipped, of the parameters in force; None when they were not judged yet."""
    stored = json.loads(RECORD.read_text(encoding="utf-8"))
    if not stored["cases"]:
        return None
    return TrackRecord(version=stored["calibration"]["version"], results=stored["results"], cases=stored["cases"])
