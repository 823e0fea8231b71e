"""At which goal, cost or value would the verdict change? The same evidence judged again and again.

The forecast is drawn once; only goal and money move. Nothing is measured again.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from dualcore.decision.forecast import Forecast, forecast
from dualcore.decision.records import Decision, Protocol, Terms
from dualcore.decision.seeds import unsettled
from dualcore.decision.simple import without_unusable
from dualcore.decision.verdict import Judged, Outlook, assumed_goal, costs_of, judge, outlook_at
from dualcore.evidence.records import Evidence
from dualcore.record import Record

GOALS = 61  # of the strip
MAP_GOALS = 41
FACTORS = tuple(float(10 ** (k / 10)) for k in range(-15, 16))  # of today's money: a thirtieth to thirty times
TAIL = 0.01  # draws beyond are not looked at
STEPS = 20  # of the bisection that places a switch
RANGES = {"r2": (None, 1.0), "log_loss": (0.0, None), "rmse": (0.0, None), "mae": (0.0, None)}  # else 0..1


class Switch(Record):
    """Where the verdict changes along the goals; ``before`` is given below ``goal``, ``after`` above it."""

    goal: float
    before: Decision
    after: Decision


class MoneyMap(Record):
    """Decisions [goal][factor] when one amount is ``factor`` times today's."""

    amount: Literal["invest", "value"]
    today: float  # the amount now, in the terms' currency
    goals: list[float]
    factors: list[float]
    decisions: list[list[Decision]]

    def changes_at(self, goal: float, decision: str) -> tuple[float | None, float | None]:
        """Nearest amounts below and above today's at which the decision at ``goal`` is another one; None when there is none."""
        row = self.decisions[int(np.abs(np.array(self.goals) - goal).argmin())]
        here = int(np.abs(np.log(self.factors)).argmin())
        down = next((self.today * self.factors[i] for i in range(here - 1, -1, -1) if row[i] != decision), None)
        up = next((self.today * self.factors[i] for i in range(here + 1, len(row)) if row[i] != decision), None)
        return down, up


class Sensitivity(Record):
    goal: float  # today's
    decision: Decision  # at today's goal and money
    goals: list[float]  # ascending
    decisions: list[Decision]
    confidence: list[float]
    switches: list[Switch]
    maps: list[MoneyMap]
    currency: str


def sensitivity(evidence: Evidence, terms: Terms, protocol: Protocol) -> Sensitivity:
    """Verdicts over goals, and over goals times money.

    terms, protocol : those of the verdict; a goal that was assumed there is assumed here in the same way
    """
    evidence, _ = without_unusable(evidence)
    ahead = forecast(evidence, protocol)
    goal = terms.goal if terms.goal is not None else assumed_goal(evidence, terms, protocol)
    low, high = _range(evidence, ahead, goal)
    costs = costs_of(terms, protocol)

    drawn: dict[float, Forecast] = {}  # of each initialisation, by its score

    def open_between_seeds(outlook: Outlook, judged: Judged) -> bool:
        def again(moved: Evidence) -> tuple[Judged, Outlook]:
            score = moved.last_layer.score
            if score not in drawn:
                drawn[score] = forecast(moved, protocol)
            there = outlook_at(moved, drawn[score], outlook.goal, protocol)
            return judge(moved, there, costs, terms, protocol), there

        return unsettled(evidence, judged, again) is not None

    def judged(at: float) -> tuple[str, float]:
        outlook = outlook_at(evidence, ahead, at, protocol)
        found = judge(evidence, outlook, costs, terms, protocol)
        if open_between_seeds(outlook, found):
            return "re-evaluate", outlook.chances["re-evaluate"]
        return found.decision, found.confidence

    goals = sorted({*np.linspace(low, high, GOALS).tolist(), goal})
    found = [judged(g) for g in goals]
    switches = []
    for a, b, left, right in zip(goals, goals[1:], found, found[1:]):
        if left[0] != right[0]:
            switches.append(_switch(a, b, left[0], right[0], lambda g: judged(g)[0]))
    axis = sorted({*np.linspace(low, high, MAP_GOALS).tolist(), goal})
    outlooks = [outlook_at(evidence, ahead, g, protocol) for g in axis]
    # Whether the initialisations agree is asked at today's money only: it hardly hangs on money, and takes five judgements.
    split = [open_between_seeds(o, judge(evidence, o, costs, terms, protocol)) for o in outlooks]
    maps = [_map(amount, evidence, axis, outlooks, split, terms, protocol) for amount in ("invest", "value")]
    return Sensitivity(
        goal=goal, decision=found[goals.index(goal)][0], goals=goals, decisions=[d for d, _ in found],
        confidence=[c for _, c in found], switches=switches, maps=maps, currency=terms.currency,
    )


def _range(evidence: Evidence, ahead: Forecast, goal: float) -> tuple[float, float]:
    """Goals worth looking at: from what the last layer almost surely reaches to what hardly any draw of any course does."""
    draws = [x[np.isfinite(x)] for x in (ahead.last_layer, ahead.full, ahead.other, ahead.doubled)]
    ends = [ahead.sign * float(np.quantile(x, 1 - TAIL)) for x in draws if len(x)]
    ends += [goal, ahead.sign * float(np.quantile(ahead.last_layer, TAIL))]
    low, high = min(ends), max(ends)
    pad = 0.1 * (high - low) or 0.01
    least, most = RANGES.get(evidence.metric, (0.0, 1.0))
    low = low - pad if least is None else max(least, low - pad)
    high = high + pad if most is None else min(most, high + pad)
    return min(low, goal), max(high, goal)


def _switch(a: float, b: float, before: str, after: str, decide) -> Switch:
    """The place between ``a`` and ``b`` where ``before`` ends. A third verdict that lives only in between is not looked for."""
    for _ in range(STEPS):
        middle = (a + b) / 2
        if decide(middle) == before:
            a = middle
        else:
            b = middle
    return Switch(goal=(a + b) / 2, before=before, after=after)


def _map(
    amount: str, evidence: Evidence, goals: list[float], outlooks: list[Outlook], split: list[bool], terms: Terms, protocol: Protocol
) -> MoneyMap:
    costs = costs_of(terms, protocol)
    decisions = []
    for outlook, disagree in zip(outlooks, split):
        row = []
        for factor in FACTORS:
            money, changed = (costs, terms.model_copy(update={"value": terms.value * factor}))
            if amount == "invest":
                money, changed = {**costs, "invest": costs["invest"] * factor}, terms
            found = judge(evidence, outlook, money, changed, protocol)
            row.append("re-evaluate" if disagree and found.forced is None else found.decision)
        decisions.append(row)
    today = costs["invest"] if amount == "invest" else terms.value
    return MoneyMap(amount=amount, today=today, goals=goals, factors=list(FACTORS), decisions=decisions)
