"""Stage 4: a plan of the full investment - phases, gates, money - from what was measured and agreed.

Nothing is measured here. Days come from the protocol, GPU hours from the measured time of one training and a stated speed
ratio, the probability of reaching the goal from the verdict or, when it was run, from the tuning itself.

The money is that of a decision tree with a stop at every gate, evaluated by simulation: the score F of full training is
normal around its forecast; each gate sees it with the error of its own measurement and stops the spending when its
criterion is missed. What is earned is the value of the goal when the last gate is passed and F reaches the goal.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

from dualcore.decision.forecast import metric_scale, tuning_gain
from dualcore.decision.records import Protocol, Terms, Verdict
from dualcore.evidence.records import Evidence, Metric
from dualcore.evidence.stages import Reevaluation, Tuning
from dualcore.record import Record

OUTER, INNER = 300, 200  # draws: of what the measured score leaves open, and of what training and gates add
Z = 1.6448536269514722
REPRODUCE_SHARE = 0.1  # of the days of an investment: data pipeline and the stage's score once more, by the kit
TRAININGS = 30  # trainings of a full search: ten settings with three seeds each
TUNE_TRAININGS = 5  # trainings' worth of stage 3: its blocks and splits together
SPEED_RATIO = 10.0  # how many times faster a GPU is taken to be than the CPU that was measured on
LEAST_CHANCE = 1e-3  # a forecast of 0 or 1 would leave the simulation nothing to vary

PhaseCode = Literal["reproduce", "tune", "train", "deploy"]
GateCode = Literal["reproduced", "pays", "reaches"]


class Phase(Record):
    """One phase; days are working days from the start, money in the plan's currency."""

    code: PhaseCode
    start: float
    days: float
    gpu_hours: float
    cost: float
    done: bool = False  # stage 3 has been run already: nothing is spent again


class Gate(Record):
    """The stop at the end of a phase. Probabilities 0..1, money in the plan's currency."""

    code: GateCode
    day: float
    threshold: float  # the score, in the metric, below (above, where less is better) which one stops
    passes: float  # probability of passing, for those who get here
    spent: float  # all costs up to this gate
    ahead: float  # expected value of going on once it is passed: value less what is still to be spent
    ahead_low: float  # 90 % interval, as in Plan.net_low
    ahead_high: float
    chance: float  # probability that the goal is reached, once it is passed


class Plan(Record):
    """Stage 4. Intervals: 90 %."""

    metric: Metric
    greater_is_better: bool
    goal: float
    goal_assumed: bool
    currency: str
    phases: list[Phase]
    gates: list[Gate]
    days: float  # all phases
    gpu_hours: float
    cost: float  # when every gate is passed
    expected_cost: float  # the early stops counted in
    chance: float  # probability that the goal is reached and the result is brought into use
    net: float  # expected value less expected cost
    net_low: float  # interval of the expectation: what the interval of the measured score leaves open
    net_high: float
    outcome_low: float  # in nine of ten cases the result itself lies between these
    outcome_high: float
    loss: float  # probability of ending with a loss
    worthwhile: bool
    chance_from: Literal["verdict", "tuning"]
    reevaluated: float | None = None  # corrected gain of a better candidate that is counted in
    seconds: float | None  # one training, measured; None = the protocol's hours are used
    trainings: int
    speed_ratio: float  # GPU against the device that was measured on
    budget_gpu_hours: float  # what the protocol sets aside
    protocol_version: str
    terms: Terms
    draws: int
    seed: int


@dataclass(frozen=True)
class _Outlook:
    """Full training's score is normal, turned so that larger is better: mean, and the two parts of its spread."""

    goal: float
    mean: float
    measured_sd: float  # from the interval of what was measured
    training_sd: float  # what training may add or take
    source: str


def make_plan(
    evidence: Evidence, verdict: Verdict, terms: Terms, protocol: Protocol, tuning: Tuning | None = None,
    reevaluation: Reevaluation | None = None, speed_ratio: float | None = None,
) -> Plan:
    """The plan of a full investment; the same arguments give the same plan.

    tuning, reevaluation : the latest runs of stages 3 and 2, where there are any
    speed_ratio : how many times faster the planned GPU is than the device that was measured on; None = 10 from a CPU, 1
        from a GPU
    """
    ratio = speed_ratio or (SPEED_RATIO if evidence.manifest.device == "cpu" else 1.0)
    done = tuning is not None and tuning.reason is None and bool(tuning.steps)
    phases = _phases(evidence, terms, protocol, done, ratio)
    gained = _switch(reevaluation)
    outlook = _outlook(evidence, verdict, protocol, tuning if done else None, gained or 0.0)
    costs = np.array([p.cost for p in phases])
    run = _simulate(evidence, outlook, costs, terms.value, protocol, done)
    sign = 1.0 if evidence.greater_is_better else -1.0
    low = evidence.last_layer.low if sign > 0 else evidence.last_layer.high
    noise = _gate_noise(evidence, protocol)
    thresholds = (low, sign * (outlook.goal - Z * noise[1]), verdict.goal)
    ends = [p.start + p.days for p in phases]
    gates = [
        Gate(code=code, day=ends[i], threshold=thresholds[i], spent=float(costs[: i + 1].sum()), **run.gate(i))
        for i, code in enumerate(("reproduced", "pays", "reaches"))
    ]
    whole, of_outer = run.net, run.net.mean(1)
    return Plan(
        metric=evidence.metric, greater_is_better=evidence.greater_is_better, goal=verdict.goal, goal_assumed=verdict.goal_assumed,
        currency=terms.currency, phases=phases, gates=gates, days=ends[-1], gpu_hours=sum(p.gpu_hours for p in phases),
        cost=float(costs.sum()), expected_cost=float(run.paid.mean()), chance=float(run.success.mean()), net=float(whole.mean()),
        net_low=float(np.quantile(of_outer, 0.05)), net_high=float(np.quantile(of_outer, 0.95)),
        outcome_low=float(np.quantile(whole, 0.05)), outcome_high=float(np.quantile(whole, 0.95)), loss=float((whole < 0).mean()),
        worthwhile=bool(whole.mean() > 0), chance_from=outlook.source, reevaluated=gained,
        seconds=evidence.probe.full_training_seconds or None, trainings=TRAININGS, speed_ratio=ratio,
        budget_gpu_hours=protocol.gpu_hours_invest, protocol_version=protocol.version, terms=terms, draws=OUTER * INNER,
        seed=evidence.manifest.seed,
    )


def _phases(evidence: Evidence, terms: Terms, protocol: Protocol, done: bool, ratio: float) -> list[Phase]:
    one = evidence.probe.full_training_seconds
    hours = (lambda trainings: trainings * one / 3600 / ratio) if one else None
    first = REPRODUCE_SHARE * protocol.days_invest
    planned = (
        ("reproduce", first, evidence.cost.seconds / 3600 / ratio),
        ("tune", 0.0 if done else protocol.days_tune, 0.0 if done else hours(TUNE_TRAININGS) if hours else protocol.gpu_hours_tune),
        ("train", protocol.days_invest - first, hours(TRAININGS) if hours else protocol.gpu_hours_invest),
        ("deploy", protocol.days_adopt, protocol.gpu_hours_adopt),
    )
    out, day = [], 0.0
    for code, days, gpu in planned:
        cost = days * terms.day_cost + gpu * terms.gpu_hour_cost
        out.append(Phase(code=code, start=day, days=days, gpu_hours=gpu, cost=cost, done=done and code == "tune"))
        day += days
    return out


def _switch(reevaluation: Reevaluation | None) -> float | None:
    """What a better candidate adds, corrected for having been chosen among many."""
    if reevaluation is None or reevaluation.outcome != "switch":
        return None
    return reevaluation.corrected_gain


def _outlook(evidence: Evidence, verdict: Verdict, protocol: Protocol, tuning: Tuning | None, gained: float) -> _Outlook:
    sign, scale = (1.0 if evidence.greater_is_better else -1.0), metric_scale(evidence)
    goal = sign * verdict.goal
    if tuning is not None:
        # The tuned model's own score; full training may still differ from it as a short probe does.
        base = sign * (tuning.last_layer if tuning.last_layer is not None else evidence.last_layer.score)
        kept = tuning.steps[tuning.best - 1] if tuning.best else None
        gain, width = (kept.total_gain, kept.total_high - kept.total_low) if kept else (0.0, 0.0)
        measured = np.hypot(width / (2 * Z), _score_sd(evidence))
        return _Outlook(goal, base + gain, float(measured), protocol.probe_sd * scale / 2, "tuning")
    chance = next(o.probability for o in verdict.options if o.decision == "invest")
    measured, training = _score_sd(evidence), max(tuning_gain(evidence, protocol)[1], 1e-9)
    # The normal distribution that reaches the goal with the verdict's probability.
    at = NormalDist().inv_cdf(min(max(chance, LEAST_CHANCE), 1 - LEAST_CHANCE))
    return _Outlook(goal, goal + at * float(np.hypot(measured, training)) + gained, measured, training, "verdict")


def _score_sd(evidence: Evidence) -> float:
    """Standard deviation that the 90 % interval of the measured score stands for."""
    return max((evidence.last_layer.high - evidence.last_layer.low) / (2 * Z), 1e-9)


def _gate_noise(evidence: Evidence, protocol: Protocol) -> tuple[float, float, float]:
    """Standard deviations with which the three gates see the score that matters."""
    own = _score_sd(evidence)
    return own, float(np.hypot(own, protocol.probe_sd * metric_scale(evidence))), own


@dataclass(frozen=True)
class _Simulation:
    """(OUTER, INNER) draws; ``costs`` (4,) of the phases, ``passed`` (3, OUTER, INNER) up to and with each gate."""

    passed: np.ndarray
    success: np.ndarray
    paid: np.ndarray
    net: np.ndarray
    value: float
    costs: np.ndarray

    def gate(self, i: int) -> dict[str, float]:
        """What holds for those who have passed gate i."""
        before = self.passed[i - 1] if i else np.ones_like(self.passed[0])
        here = self.passed[i]
        arrived, through = before.sum(), here.sum()
        still = sum(self.costs[k + 1] * (self.passed[k] if k > i else here) for k in range(i, 3))
        going = self.value * self.success - still
        each = np.where(here.sum(1) > 0, (going * here).sum(1) / np.maximum(here.sum(1), 1), np.nan)
        low, high = (np.nanquantile(each, [0.05, 0.95]) if through else (0.0, 0.0))
        return {
            "passes": float(through / arrived) if arrived else 0.0,
            "ahead": float((going * here).sum() / through) if through else 0.0,
            "ahead_low": float(low), "ahead_high": float(high),
            "chance": float((self.success & here).sum() / through) if through else 0.0,
        }


def _simulate(evidence: Evidence, outlook: _Outlook, costs: np.ndarray, value: float, protocol: Protocol, done: bool) -> _Simulation:
    rng = np.random.default_rng(evidence.manifest.seed)
    draw = lambda: rng.standard_normal((OUTER, INNER))  # noqa: E731 - one line, used four times
    full = outlook.mean + outlook.measured_sd * rng.standard_normal((OUTER, 1)) + outlook.training_sd * draw()
    noise = _gate_noise(evidence, protocol)
    # The score is measured again on the same kind of rows: below the lower end of its interval once in twenty times.
    reproduced = draw() >= -Z
    seen = draw()
    pays = np.ones_like(reproduced) if done else full + noise[1] * seen + Z * noise[1] >= outlook.goal
    reaches = full + noise[2] * draw() >= outlook.goal
    passed = np.logical_and.accumulate(np.stack([reproduced, pays, reaches]))
    success = passed[2] & (full >= outlook.goal)
    paid = costs[0] + np.tensordot(costs[1:], passed, 1)
    return _Simulation(passed, success, paid, value * success - paid, value, costs)
