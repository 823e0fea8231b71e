"""What would each course reach? Draws of the four scores that hindsight will compare.

last layer, full training of the same architecture, the best other model, and the last layer with
twice the rows: their joint distribution given the evidence. Everything is turned so that larger
is better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dualcore.decision.records import Protocol
from dualcore.evidence.records import Evidence

DRAWS = 8000
Z = 1.6448536269514722


@dataclass(frozen=True)
class Forecast:
    """Draws (DRAWS,) of each score, turned so that larger is better; ``scale`` is one natural unit of the metric."""

    last_layer: np.ndarray
    full: np.ndarray
    other: np.ndarray
    doubled: np.ndarray
    sign: float
    scale: float

    def probabilities(self, goal: float) -> dict[str, float]:
        """Probability that each decision turns out right for ``goal`` (definition in docs/decisions/0005)."""
        g = self.sign * goal
        now, tuned = self.last_layer >= g, self.full >= g
        elsewhere = (self.other >= g) | (self.doubled >= g)
        return {
            "adopt": float(now.mean()),
            "invest": float((~now & tuned).mean()),
            "re-evaluate": float((~now & ~tuned & elsewhere).mean()),
            "stop": float((~now & ~tuned & ~elsewhere).mean()),
        }

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


def metric_scale(evidence: Evidence) -> float:
    """One natural unit: 1 for scores with maximum 1, the target's spread for RMSE and MAE."""
    if evidence.metric in ("rmse", "mae"):
        return evidence.dataset.target_std or 1.0
    return 1.0


def has_signal(evidence: Evidence, protocol: Protocol) -> bool:
    return evidence.null.p_value <= protocol.significance


def forecast(evidence: Evidence, protocol: Protocol) -> Forecast:
    rng = np.random.default_rng(evidence.manifest.seed)
    sign = 1.0 if evidence.greater_is_better else -1.0
    scale = metric_scale(evidence)
    last = evidence.last_layer
    sd = max((last.high - last.low) / (2 * Z), 1e-9)
    now = sign * last.score + sd * rng.standard_normal(DRAWS)
    gain, gain_sd = tuning_gain(evidence, protocol)
    full = now + gain + gain_sd * rng.standard_normal(DRAWS)
    return Forecast(now, full, _others(evidence, now, sign, rng), _doubled(evidence, now, sign, rng), sign, scale)


def tuning_gain(evidence: Evidence, protocol: Protocol) -> tuple[float, float]:
    """(mean, standard deviation) of what full training adds to the last layer, in the metric.

    A prior from measured cases of the same kind, combined with the probe by their precisions. A
    short probe says little about a long training, so it carries a further uncertainty.
    """
    scale = metric_scale(evidence)
    if not has_signal(evidence, protocol):
        return 0.0, protocol.noise_gain_sd * scale
    mean, sd = protocol.tuning_prior[evidence.dataset.kind]
    mean, sd = mean * scale, sd * scale
    probe = evidence.probe
    if probe.ran:
        error = float(np.hypot((probe.high - probe.low) / (2 * Z), protocol.probe_sd * scale))
        weight = sd**2 / (sd**2 + error**2)
        mean, sd = mean + weight * (probe.gain - mean), sd * float(np.sqrt(1 - weight))
    return mean, sd


def _others(evidence: Evidence, now: np.ndarray, sign: float, rng: np.random.Generator) -> np.ndarray:
    best = np.full(len(now), -np.inf)
    for r in evidence.references:
        if r.score is None or r.gain is None or r.name in ("majority", "mean"):
            continue
        sd = max((r.gain_high - r.gain_low) / (2 * Z), 1e-9)
        best = np.maximum(best, now - (r.gain + sd * rng.standard_normal(len(now))))
    chosen = next((c for c in evidence.candidates if c.chosen), None)
    for c in evidence.candidates:
        if c.chosen:
            continue
        # Measured on the same rows, so their errors move together: half the variance is shared.
        sd = np.hypot(c.high - c.low, chosen.high - chosen.low) / (2 * Z) * np.sqrt(0.5)
        best = np.maximum(best, now + sign * (c.score - chosen.score) + sd * rng.standard_normal(len(now)))
    return best


def _doubled(evidence: Evidence, now: np.ndarray, sign: float, rng: np.random.Generator) -> np.ndarray:
    curve = evidence.curve
    if not curve.fitted:
        return now
    gain = sign * (curve.doubled - evidence.last_layer.score)
    sd = max((curve.doubled_high - curve.doubled_low) / (2 * Z), 0.25 * abs(gain), 1e-9)
    return now + np.maximum(gain + sd * rng.standard_normal(len(now)), 0.0)
