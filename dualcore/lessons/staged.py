"""Lesson 7: paying for everything at once, against looking first and paying where it is worth it.

Projects are drawn: the score of the last layer is normal around a level that makes full training reach the goal in a given
share of them. What full training and other models add, and how far the evaluation's own figure is off, are drawn from the
images and signals of the track record (``decision.track``): there full training has something to add. Courses, costs and
the choice after the evaluation are those of ``decision``: learnt on one half of the projects and paid on the other.
"""

from __future__ import annotations

import numpy as np

from dualcore.decision.forecast import Forecast
from dualcore.decision.information import ACTIONS, choices, payoffs
from dualcore.decision.records import Protocol, Terms
from dualcore.decision.track import track_record
from dualcore.decision.verdict import costs_of
from dualcore.lessons.records import Path, Staged

DRAWS, SPREAD, Z = 8000, 0.15, 1.6448536269514722
CHANCES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)


def projects(chance: float, seed: int = 0) -> tuple[Forecast, np.ndarray, np.ndarray]:
    """(true scores with the goal at 0, the last layer's score as measured, the best other model's as measured)."""
    known = [c for c in track_record().cases if c.seen.kind != "table"]
    rng = np.random.default_rng(seed)
    picked = rng.integers(0, len(known), DRAWS)
    of = lambda f: np.array([f(c) for c in known])[picked]  # noqa: E731
    gain, other = of(lambda c: c.truth.full - c.truth.last), of(lambda c: c.truth.other - c.truth.last)
    error = of(lambda c: c.seen.score - c.truth.last)
    measured_other = of(lambda c: (c.seen.other or 0.0) + c.seen.score - c.truth.last)
    last = SPREAD * rng.standard_normal(DRAWS)
    last -= np.quantile(np.maximum(last, last + gain), 1 - chance)
    return Forecast(last, last + gain, last + other, last, 1.0, 1.0), last + error, last + measured_other


def compare_paths(chance: float, seed: int = 0) -> Staged:
    """Mean money per project of three ways to proceed, at the protocol's and the terms' default costs.

    chance : share of the projects in which the goal is reached after full training
    """
    terms, protocol = Terms(), Protocol()
    costs = costs_of(terms, protocol)
    ahead, seen_last, seen_other = projects(chance, seed)
    u = payoffs(ahead, 0.0, terms.value, costs, np.ones(DRAWS, dtype=bool))
    invest, rows = ACTIONS.index("invest"), np.arange(DRAWS)
    look = costs["reevaluate"]
    ways = {
        "at_once": (np.full(DRAWS, invest), 0.0),
        "staged": (choices(u, [seen_last, seen_other]), look),
        "foresight": (u.argmax(1), 0.0),
    }
    paths, net = [], {}
    for code, (chosen, cost) in ways.items():
        net[code] = u[rows, chosen] - cost
        won = (u[rows, chosen] + _paid(chosen, ahead, costs)) / terms.value
        mean, half = _mean(net[code])
        paths.append(Path(
            code=code, net=mean, low=mean - half, high=mean + half, spent=float(terms.value * won.mean() - mean),
            invested=float((chosen == invest).mean()),
        ))
    saves, half = _mean(net["staged"] - net["at_once"])
    return Staged(
        chance=chance, value=terms.value, invest=costs["invest"], evaluation=look, currency=terms.currency, draws=DRAWS,
        paths=paths, saves=saves, saves_low=saves - half, saves_high=saves + half,
    )  # fmt: skip


def _mean(values: np.ndarray) -> tuple[float, float]:
    """(mean, half of its 90 % interval)."""
    return float(values.mean()), float(Z * values.std() / np.sqrt(len(values)))


def _paid(chosen: np.ndarray, ahead: Forecast, costs: dict[str, float]) -> np.ndarray:
    """What each project costs on the chosen course, as ``payoffs`` counts it: after an investment only success is adopted."""
    reached = np.maximum(ahead.last_layer, ahead.full) >= 0
    by_action = {
        "stop": np.zeros(len(chosen)), "adopt": np.full(len(chosen), costs["adopt"]), "other": np.full(len(chosen), costs["adopt"]),
        "invest": costs["invest"] + costs["adopt"] * reached,
    }  # fmt: skip
    return np.stack([by_action[a] for a in ACTIONS], 1)[np.arange(len(chosen)), chosen]


def loss_at_most() -> float:
    """The most that one project can lose on average, with a tenth to spare: for the scale of the picture."""
    costs = costs_of(Terms(), Protocol())
    return 1.1 * (costs["invest"] + costs["adopt"])
