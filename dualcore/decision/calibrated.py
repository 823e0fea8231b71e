"""What evidence was worth so far: the small model that turns evidence into forecasts, and its record.

Four differences decide a verdict: the last layer on new rows against its left-out score; full
training against the last layer; the best other model against it; twice the rows against it. Each is
forecast as a shifted and scaled Student t (5 degrees of freedom: real differences have heavier tails
than a Gaussian) whose few parameters are fitted on cases where the truth was measured
(``learning.fit``, benchmarks/backtest). ``record.json`` beside this file holds the parameters and
every case they come from.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

import numpy as np

from dualcore.evidence.records import Evidence
from dualcore.record import Record

RECORD = Path(__file__).with_name("record.json")
Z = 1.6448536269514722
DEGREES = 5
FEATURES = ("constant", "image", "signal", "probe", "trees", "linear", "doubling", "headroom", "small")


class Spread(Record):
    """difference = shift + slope * forecast, standard deviation sqrt((scale * stated)^2 + floor^2 + rows / n)."""

    shift: float = 0.0
    slope: float = 1.0
    scale: float = 1.0
    floor: float = 0.0
    rows: float = 0.0

    def mean(self, forecast: float) -> float:
        return self.shift + self.slope * forecast

    def sd(self, stated: float, n: int) -> float:
        return math.sqrt((self.scale * stated) ** 2 + self.floor**2 + self.rows / n)


class Calibration(Record):
    """Parameters of the forecasts, all in the unit of a score with maximum 1.

    gain : weights of FEATURES for what full training adds to the last layer; gain_spread by kind of data
    sharpness : exponent of the probabilities of the four verdicts (1 = as drawn)
    """

    version: str
    datasets: int
    cases: int
    last: Spread
    gain: list[float]
    gain_spread: dict[Literal["table", "image", "series", "audio"], Spread]
    other: Spread
    doubled: Spread
    sharpness: float = 1.0


class Seen(Record):
    """What the evidence of one case said, in the unit of a score with maximum 1; larger is better."""

    kind: Literal["table", "image", "series", "audio"]
    rows: int
    p_value: float
    chance: float
    score: float
    sd: float
    features: list[float]
    other: float | None  # best measured other model minus the last layer
    other_sd: float | None
    doubled: float | None  # forecast of twice the rows minus the last layer
    doubled_sd: float | None
    most: float = 1.0  # the best value that the metric can take


def metric_scale(evidence: Evidence) -> float:
    """One natural unit: 1 for scores with maximum 1, the target's spread for RMSE and MAE."""
    if evidence.metric in ("rmse", "mae"):
        return evidence.dataset.target_std or 1.0
    return 1.0


def seen(evidence: Evidence) -> Seen:
    """The few numbers of ``evidence`` that the forecasts use."""
    unit, sign = metric_scale(evidence), 1.0 if evidence.greater_is_better else -1.0
    last, curve = evidence.last_layer, evidence.curve
    other = best_other(evidence)
    doubled = doubled_sd = None
    if curve.fitted and curve.doubled is not None:
        doubled = max(0.0, sign * (curve.doubled - last.score)) / unit
        doubled_sd = (curve.doubled_high - curve.doubled_low) / (2 * Z) / unit
    return Seen(
        kind=evidence.dataset.kind, rows=evidence.manifest.rows_used, p_value=evidence.null.p_value,
        chance=sign * evidence.references[0].score / unit, score=sign * last.score / unit, sd=(last.high - last.low) / (2 * Z) / unit,
        features=features(evidence), other=None if other is None else other[0] / unit, other_sd=None if other is None else other[1] / unit,
        doubled=doubled, doubled_sd=doubled_sd, most=1.0 if evidence.greater_is_better else 0.0,
    )


def best_other(evidence: Evidence) -> tuple[float, float] | None:
    """(mean, standard deviation) of the best other measured model minus the last layer, in the metric; larger is better."""
    sign = 1.0 if evidence.greater_is_better else -1.0
    gaps = []
    for r in evidence.references:
        if r.score is not None and r.gain is not None and r.name not in ("majority", "mean"):
            gaps.append((-r.gain, (r.gain_high - r.gain_low) / (2 * Z)))
    chosen = next((c for c in evidence.candidates if c.chosen), None)
    for c in evidence.candidates:
        if not c.chosen:
            # Measured on the same rows, so their errors move together: half the variance is shared.
            sd = math.hypot(c.high - c.low, chosen.high - chosen.low) / (2 * Z) * math.sqrt(0.5)
            gaps.append((sign * (c.score - chosen.score), sd))
    if not gaps:
        return None
    draws = np.random.default_rng(0).standard_normal((len(gaps), 400))
    best = np.max([m + s * d for (m, s), d in zip(gaps, draws, strict=True)], axis=0)
    return float(best.mean()), float(best.std())


def features(evidence: Evidence) -> list[float]:
    """FEATURES of one evidence: what may tell how much full training adds, each of the order of 1 at most."""
    unit, sign = metric_scale(evidence), 1.0 if evidence.greater_is_better else -1.0
    last, curve, kind = evidence.last_layer, evidence.curve, evidence.dataset.kind
    probe = 0.0
    if evidence.probe.ran:
        # Shrunk by its own noise: a gain as large as its standard deviation counts half.
        sd = (evidence.probe.high - evidence.probe.low) / (2 * Z) / unit
        gain = evidence.probe.gain / unit
        probe = gain * gain**2 / (gain**2 + sd**2) if gain else 0.0
    ahead = {r.name: -r.gain / unit for r in evidence.references if r.gain is not None and r.score is not None}
    doubling = max(0.0, sign * (curve.doubled - last.score)) / unit if curve.fitted and curve.doubled is not None else 0.0
    headroom = 1 - last.score if evidence.greater_is_better else last.score / unit
    return [
        1.0, float(kind == "image"), float(kind in ("series", "audio")), _bounded(probe), _bounded(max(0.0, ahead.get("boosted_trees", 0.0))),
        _bounded(max(0.0, ahead.get("linear", 0.0))), _bounded(doubling), float(min(max(headroom, 0.0), 1.0)) * float(kind != "table"),
        float(min(1.0, 10 / math.sqrt(evidence.manifest.rows_used))),
    ]


def _bounded(value: float, most: float = 0.2) -> float:
    return float(min(max(value, -most), most))


_OVERRIDE: ContextVar[Calibration | None] = ContextVar("calibration", default=None)


@cache
def _shipped() -> Calibration:
    return Calibration.model_validate(json.loads(RECORD.read_text(encoding="utf-8"))["calibration"])


def calibration() -> Calibration:
    """The parameters in force: those of ``record.json``, unless ``using`` says otherwise."""
    return _OVERRIDE.get() or _shipped()


@contextmanager
def using(known: Calibration) -> Iterator[None]:
    """Judge with other parameters: a company's own record, or one that leaves a dataset out (backtest)."""
    token = _OVERRIDE.set(known)
    try:
        yield
    finally:
        _OVERRIDE.reset(token)


def forecasts(found: Seen, known: Calibration) -> dict[str, tuple[float, float]]:
    """(mean, standard deviation) of the four differences of the module's docstring; other and doubled only when measured."""
    out = {
        "last": (found.score + known.last.mean(0.0), known.last.sd(found.sd, found.rows)),
        "gain": (float(np.dot(known.gain, found.features)), known.gain_spread[found.kind].sd(0.0, found.rows)),
    }
    if found.other is not None:
        out["other"] = known.other.mean(found.other), known.other.sd(found.other_sd, found.rows)
    if found.doubled is not None:
        out["doubled"] = known.doubled.mean(found.doubled), known.doubled.sd(found.doubled_sd, found.rows)
    return out


@lru_cache(maxsize=16)  # the same seed is judged many times: other goals, other thresholds
def _noise(count: int, seed: int) -> tuple[np.ndarray, ...]:
    """Four draws (count,) of the Student t with unit variance."""
    rng = np.random.default_rng(seed)
    drawn = tuple(rng.standard_t(DEGREES, count) * math.sqrt((DEGREES - 2) / DEGREES) for _ in range(4))
    for values in drawn:
        values.flags.writeable = False
    return drawn


def draw(found: Seen, known: Calibration, count: int, seed: int) -> dict[str, np.ndarray]:
    """``count`` joint draws of the four scores: last, full, other, doubled; larger is better, none above the metric's best."""
    ahead = forecasts(found, known)
    first, *others = _noise(count, seed)
    mean, sd = ahead["last"]
    last = np.minimum(mean + sd * first, found.most)
    out = {"last": last}
    for (name, source), noise in zip((("full", "gain"), ("other", "other"), ("doubled", "doubled")), others):
        if source not in ahead:
            out[name] = np.full(count, -np.inf)
            continue
        mean, sd = ahead[source]
        out[name] = np.minimum(last + mean + sd * noise, found.most)
    return out
