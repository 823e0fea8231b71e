"""What is it worth to know more before deciding? Preposterior analysis on the draws of the forecast.

Without further information the best course has the expected value max_a E[u(a)]. A stage shows a
statistic z first, so its value is E_z[max_a E[u(a) | z]] - max_a E[u(a)] (Raiffa and Schlaifer 1961,
"Applied statistical decision theory", chapter 4; EVPI and EVSI). E[u(a) | z] is estimated from the draws by means
over cells of z, a form of the nonparametric regression of Strong, Oakley, Brennan and Breeze
(2015, Medical Decision Making 35, "Estimating the expected value of sample information using the
probabilistic sensitivity analysis sample"). The rule that picks a course from z is learnt on one half
of the draws and paid on the other, and the halves are swapped: a rule that fits noise gains nothing,
so the estimate errs low, never high, on average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dualcore.decision.forecast import Forecast, metric_scale
from dualcore.decision.records import Information, Protocol, Terms
from dualcore.evidence.records import Evidence

Z = 1.6448536269514722
CELLS = 24  # per statistic when there is one, and per axis / 2 when there are two
LEAST = 12.0  # weight, in draws, of the overall mean in every cell
ACTIONS = ("stop", "adopt", "other", "invest")


@dataclass(frozen=True)
class Worth:
    """Information of the stages, and the worth of knowing everything."""

    stages: list[Information]
    perfect: float


def information(
    evidence: Evidence, ahead: Forecast, goal: float, terms: Terms, protocol: Protocol, costs: dict[str, float], signal: float = 1.0
) -> Worth:
    """Value of re-evaluation (stage 2) and of tuning the first blocks (stage 3) before a decision.

    Stage 2 measures the last layer and the best other model once more, as precisely as now; stage 3
    shows what full training reaches, up to the error of a short probe. ``signal``: probability that
    there is anything to find; otherwise no course reaches the goal.
    """
    rng = np.random.default_rng(evidence.manifest.seed + 1)
    u = payoffs(ahead, goal, terms.value, costs, rng.random(len(ahead.last_layer)) < signal)
    last = evidence.last_layer
    measured = max((last.high - last.low) / (2 * Z), 1e-9)
    probe = max(protocol.probe_sd * metric_scale(evidence), 1e-9)
    shown = {
        "reevaluate": ([ahead.last_layer, ahead.other], measured),
        "tune": ([ahead.full], probe),
    }
    stages = []
    for stage, (truths, error) in shown.items():
        truths = [_finite(x) for x in truths]
        blurred = [x + error * rng.standard_normal(len(x)) for x in truths]
        # Knowing the truth can only be worth more than knowing it with error: what the draws say otherwise is their noise.
        sample, low, high, changes = worth_of(u, blurred)
        perfect = max(sample, worth_of(u, truths)[0])
        cost = costs[stage]
        stages.append(Information(
            stage=stage, perfect=perfect, sample=sample, low=low, high=high, cost=cost, net=sample - cost, changes=changes
        ))
    return Worth(stages, max(0.0, float(u.max(1).mean() - u.mean(0).max())))


def payoffs(ahead: Forecast, goal: float, value: float, costs: dict[str, float], real: np.ndarray) -> np.ndarray:
    """Net money (draws, 4) of ACTIONS: stop, use the last layer, use the best other model, invest in full training.

    What is used costs ``costs["adopt"]``, whether it turns out to reach the goal or not; after an
    investment only what succeeded is brought into use.
    """
    g = ahead.sign * goal
    now, other = real & (ahead.last_layer >= g), real & (ahead.other >= g)
    tuned = now | (real & (ahead.full >= g))
    u = np.zeros((len(now), len(ACTIONS)))
    u[:, 1] = value * now - costs["adopt"]
    u[:, 2] = value * other - costs["adopt"]
    u[:, 3] = tuned * (value - costs["adopt"]) - costs["invest"]
    return u


def worth_of(u: np.ndarray, statistics: list[np.ndarray]) -> tuple[float, float, float, float]:
    """(value, low, high, share of draws with another course than today's best) of seeing ``statistics`` first.

    u : (draws, actions) net money; statistics : one or two arrays (draws,)
    """
    today = int(u.mean(0).argmax())
    chosen = choices(u, statistics)
    gained, moved = u[np.arange(len(u)), chosen] - u[:, today], chosen != today
    value = float(gained.mean())
    error = Z * float(gained.std()) / np.sqrt(len(u))
    if value <= 0:
        return 0.0, 0.0, max(0.0, value + error), 0.0
    return value, max(0.0, value - error), value + error, float(moved.mean())


def choices(u: np.ndarray, statistics: list[np.ndarray]) -> np.ndarray:
    """The course (draws,) that each draw is given once ``statistics`` are seen, by the rule learnt on the other half of them."""
    halves = np.arange(len(u)) % 2
    chosen, cell = np.zeros(len(u), dtype=np.int64), _cells(statistics)
    for half in (0, 1):
        learn, pay = halves == half, halves != half
        chosen[pay] = _rule(u[learn], cell[learn])[cell[pay]]
    return chosen


def _rule(u: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """The best course of each cell, its mean drawn towards the overall mean where draws are few."""
    n_cells = CELLS * CELLS
    counts = np.bincount(cell, minlength=n_cells)
    sums = np.stack([np.bincount(cell, weights=u[:, a], minlength=n_cells) for a in range(u.shape[1])], axis=1)
    return ((sums + LEAST * u.mean(0)) / (counts + LEAST)[:, None]).argmax(1)


def _cells(statistics: list[np.ndarray]) -> np.ndarray:
    """Number of the quantile cell of every draw, 0 .. CELLS^2 - 1."""
    count = CELLS if len(statistics) == 1 else CELLS // 2
    cell = np.zeros(len(statistics[0]), dtype=np.int64)
    for x in statistics:
        edges = np.unique(np.quantile(x, np.linspace(0, 1, count + 1)[1:-1]))
        cell = cell * count + np.searchsorted(edges, x)
    return cell


def _finite(x: np.ndarray) -> np.ndarray:
    """Draws of a course that does not exist (-inf) as a constant: it tells nothing."""
    known = x[np.isfinite(x)]
    return np.where(np.isfinite(x), x, known.min() - 1.0 if len(known) else 0.0)
