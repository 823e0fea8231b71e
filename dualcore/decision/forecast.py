"""What would each course reach? Draws of the four scores that hindsight will compare.

last layer, full training of the same architecture, the best other model, and the last layer with
twice the rows: their joint distribution given the evidence, calibrated on cases whose truth is
known (``calibrated``). Everything is turned so that larger is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dualcore.decision.calibrated import calibration, draw, forecasts, metric_scale, seen
from dualcore.decision.hindsight import VERDICTS
from dualcore.decision.records import Protocol
from dualcore.evidence.records import Evidence

DRAWS = 8000

__all__ = ["DRAWS", "Forecast", "forecast", "has_signal", "metric_scale", "tuning_gain"]


@dataclass(frozen=True)
class Forecast:
    """Draws (DRAWS,) of each score, turned so that larger is better; ``scale`` is one natural unit of the metric."""

    last_layer: np.ndarray
    full: np.ndarray
    other: np.ndarray
    doubled: np.ndarray
    sign: float
    scale: float
    sharpness: float = 1.0

    def probabilities(self, goal: float) -> dict[str, float]:
        """Probability that each decision turns out right for ``goal`` (definition in docs/decisions/0005)."""
        g = self.sign * goal
        now, tuned = self.last_layer >= g, self.full >= g
        elsewhere = (self.other >= g) | (self.doubled >= g)
        chances = np.array([now.mean(), (~now & tuned).mean(), (~now & ~tuned & elsewhere).mean(), (~now & ~tuned & ~elsewhere).mean()])
        chances = chances**self.sharpness
        return dict(zip(VERDICTS, (chances / chances.sum()).tolist(), strict=True))

    def reaches(self, goal: float) -> dict[str, float]:
        """Probability that the goal is met when one follows each course."""
        g = self.sign * goal
        now = self.last_layer >= g
        return {
            "adopt": float(now.mean()),
            "invest": float((now | (self.full >= g)).mean()),
            "re-evaluate": float((now | (self.other >= g) | (self.doubled >= g)).mean()),
            "stop": 0.0,
        }

    def gains(self, least: float) -> float:
        """Probability that full training adds at least ``least`` (in the metric) to the last layer."""
        return float((self.full - self.last_layer >= least).mean())


def has_signal(evidence: Evidence, protocol: Protocol) -> bool:
    return evidence.null.p_value <= protocol.significance


def forecast(evidence: Evidence, protocol: Protocol) -> Forecast:
    known, unit = calibration(), metric_scale(evidence)
    draws = draw(seen(evidence), known, DRAWS, evidence.manifest.seed)
    last, full = unit * draws["last"], unit * draws["full"]
    if not has_signal(evidence, protocol):
        # Where nothing can be told from chance, there is nothing that tuning could build on.
        rng = np.random.default_rng(evidence.manifest.seed + 1)
        full = last + protocol.noise_gain_sd * unit * rng.standard_normal(DRAWS)
    return Forecast(
        last, full, unit * draws["other"], unit * draws["doubled"], 1.0 if evidence.greater_is_better else -1.0, unit, known.sharpness
    )


def tuning_gain(evidence: Evidence, protocol: Protocol) -> tuple[float, float]:
    """(mean, standard deviation) of what full training adds to the last layer, in the metric."""
    unit = metric_scale(evidence)
    if not has_signal(evidence, protocol):
        return 0.0, protocol.noise_gain_sd * unit
    mean, sd = forecasts(seen(evidence), calibration())["gain"]
    return mean * unit, sd * unit
