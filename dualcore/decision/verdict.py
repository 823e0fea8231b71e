"""From evidence, terms and protocol to a verdict with reasons and money.

The verdict is the decision that is most likely to be right in hindsight. Money stands above it:
a dearer course is not recommended where a cheaper one is at least as likely to reach the goal,
nor any course that costs more than it is expected to return. Confidence is the probability that the
decision is right, never more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from dualcore.decision.forecast import Forecast, forecast, has_signal, metric_scale, tuning_gain
from dualcore.decision.information import information
from dualcore.decision.reasons import (
    findings,
    next_step,
    reasons_for,
    recommended_model,
    remarks_for,
    simple_reaching,
    would_change,
)
from dualcore.decision.records import Option, Protocol, Reason, Terms, Verdict
from dualcore.decision.seeds import unsettled
from dualcore.decision.simple import SIMPLE, better, without_unusable
from dualcore.evidence.records import Evidence


def recommend(evidence: Evidence, terms: Terms | None = None, protocol: Protocol | None = None) -> Verdict:
    """Recommend stop, adopt, re-evaluate or invest.

    terms : goal and money; without a goal, the best that was measured (or that tuning promises)
        less the smallest improvement that matters is taken, and the verdict says so
    """
    protocol = protocol or Protocol()
    terms = terms or Terms(goal=evidence.goal, minimum_gain=protocol.minimum_gain)
    evidence, unusable = without_unusable(evidence)
    ahead = forecast(evidence, protocol)
    goal = terms.goal if terms.goal is not None else assumed_goal(evidence, terms, protocol)
    costs = costs_of(terms, protocol)
    outlook, judged = settled(evidence, ahead, goal, costs, terms, protocol)
    decision = judged.decision
    known = findings(evidence, goal, terms, protocol)
    reasons = reasons_for(decision, judged.forced, known)
    model = recommended_model(decision, evidence, goal, terms, protocol)
    worth = information(evidence, ahead, goal, terms, protocol, costs, outlook.signal)
    return Verdict(
        decision=decision,
        confidence=judged.confidence,
        reasons=reasons,
        would_change=would_change(decision, evidence, goal, terms, protocol),
        next_step=next_step(decision, evidence, goal, protocol, model),
        next_step_cost=costs["tune" if decision == "invest" else decision],
        goal=goal,
        goal_assumed=terms.goal is None,
        probabilities=outlook.chances,
        options=judged.options,
        avoided=0.0 if decision == "invest" else costs["invest"],
        currency=terms.currency,
        protocol=protocol,
        terms=terms,
        recommended_model=model,
        remarks=unusable + remarks_for(evidence, protocol, known, reasons),
        information=worth.stages,
        perfect_information=worth.perfect,
    )


def settled(
    evidence: Evidence, ahead: Forecast, goal: float, costs: dict[str, float], terms: Terms, protocol: Protocol
) -> tuple[Outlook, Judged]:
    """The outlook at ``goal`` and the decision, which is re-evaluate where the initialisations disagree."""
    outlook = outlook_at(evidence, ahead, goal, protocol)
    judged = judge(evidence, outlook, costs, terms, protocol)

    def again(moved: Evidence) -> tuple[Judged, Outlook]:
        there = outlook_at(moved, forecast(moved, protocol), goal, protocol)
        return judge(moved, there, costs, terms, protocol), there

    if (reason := unsettled(evidence, judged, again)) is not None:
        judged = replace(judged, decision="re-evaluate", forced=reason, confidence=outlook.chances["re-evaluate"])
    return outlook, judged


@dataclass(frozen=True)
class Outlook:
    """What is expected at one goal: probability of each decision being right, of each course reaching the goal."""

    goal: float
    chances: dict[str, float]
    reach: dict[str, float]
    signal: float  # probability that there is anything to find


@dataclass(frozen=True)
class Judged:
    decision: str
    forced: Reason | None  # the rule that decided alone
    options: list[Option]
    confidence: float


def outlook_at(evidence: Evidence, ahead: Forecast, goal: float, protocol: Protocol) -> Outlook:
    """Probabilities at ``goal``, the possibility that there is no signal at all counted in."""
    signal = signal_probability(evidence, goal, protocol)
    chances = {d: signal * c for d, c in ahead.probabilities(goal).items()}
    chances["stop"] += 1 - signal
    return Outlook(goal, chances, {d: signal * r for d, r in ahead.reaches(goal).items()}, signal)


def signal_probability(evidence: Evidence, goal: float, protocol: Protocol) -> float:
    """Probability that a relation exists, given the p-value of the permutation test; 1 where the test found one.

    At even odds before, no alternative can make the absence of a relation less probable than
    1 / (1 + 1 / (-e p ln p)) for p < 1/e, and than one half beyond (Sellke, Bayarri and Berger 2001,
    The American Statistician 55); that bound is taken. A goal that chance alone reaches needs no relation.
    """
    p = evidence.null.p_value
    chance = evidence.references[0].score
    if has_signal(evidence, protocol) or chance is not None and better(evidence, chance, goal):
        return 1.0
    if p >= 1 / math.e:
        return 0.5
    odds = -math.e * p * math.log(p)
    return 1 - odds / (1 + odds)


def judge(evidence: Evidence, outlook: Outlook, costs: dict[str, float], terms: Terms, protocol: Protocol) -> Judged:
    """The decision at one goal under given money; ``evidence`` without unusable references."""
    options = _options(outlook, costs, terms)
    decision, forced = _decide(evidence, outlook, options, protocol)
    return Judged(decision, forced, options, _confidence(decision, outlook.chances, forced, options, terms))


def assumed_goal(evidence: Evidence, terms: Terms, protocol: Protocol) -> float:
    """Within the smallest improvement that matters of the best measured course, and clearly above chance.

    Where chance is already close to the best (rare classes), the middle between the two.
    """
    sign = 1.0 if evidence.greater_is_better else -1.0
    small = terms.minimum_gain * metric_scale(evidence)
    scores = [evidence.last_layer.score] + [r.score for r in evidence.references if r.score is not None]
    best = max(sign * s for s in scores)
    gain, sd = tuning_gain(evidence, protocol)
    if evidence.probe.ran and gain > sd:
        best = max(best, sign * evidence.last_layer.score + gain)
    chance = sign * evidence.references[0].score
    return sign * max(best - small, chance + min(small, max(0.0, best - chance) / 2))


def costs_of(terms: Terms, protocol: Protocol) -> dict[str, float]:
    """Cost of each course, and of the two stages before an investment ("reevaluate", "tune")."""

    def cost(days: float, hours: float) -> float:
        return days * terms.day_cost + hours * terms.gpu_hour_cost

    again = cost(protocol.days_reevaluate, protocol.gpu_hours_reevaluate)
    return {
        "stop": 0.0,
        "adopt": cost(protocol.days_adopt, protocol.gpu_hours_adopt),
        "re-evaluate": again,
        "invest": cost(protocol.days_invest, protocol.gpu_hours_invest),
        "reevaluate": again,
        "tune": cost(protocol.days_tune, protocol.gpu_hours_tune),
    }


def _options(outlook: Outlook, costs: dict[str, float], terms: Terms) -> list[Option]:
    """Money of each course. What succeeds must also be brought into use, so adopting is paid on success."""
    out = []
    for decision in ("stop", "adopt", "re-evaluate", "invest"):
        reach, cost = outlook.reach[decision], costs[decision]
        if decision in ("re-evaluate", "invest"):
            cost += reach * costs["adopt"]
        value = reach * terms.value
        out.append(Option(decision=decision, probability=reach, cost=cost, value=value, net=value - cost))
    return out


def _decide(evidence: Evidence, outlook: Outlook, options: list[Option], protocol: Protocol) -> tuple[str, Reason | None]:
    """(decision, the rule that decided alone or None)."""
    chances, p = outlook.chances, evidence.null.p_value
    if not has_signal(evidence, protocol):
        seen = [r for r in evidence.references if r.name in SIMPLE and r.score is not None and r.gain_high is not None and r.gain_high < 0]
        if seen:
            best = min(seen, key=lambda r: r.gain)
            return "re-evaluate", Reason(code="others_see_signal", fields={"name": best.name, "p": p})
        return "stop", Reason(code="no_signal", fields={"p": p})
    decision, forced = max(chances, key=chances.get), None
    net, reach = {o.decision: o.net for o in options}, {o.decision: o.probability for o in options}
    if decision == "invest" and reach["re-evaluate"] >= reach["invest"]:
        decision = "re-evaluate"  # the cheaper course is at least as likely to reach the goal
    elif decision == "stop" and simple_reaching(evidence, outlook.goal) is not None:
        decision = "re-evaluate"  # what a simple model has measured is not given up
    elif decision != "re-evaluate" and chances[decision] < protocol.least_confidence:
        fields = {"confidence": chances[decision], "least": protocol.least_confidence, "decision": decision}
        decision, forced = "re-evaluate", Reason(code="confidence_low", fields=fields)
    if decision != "stop" and net[decision] < 0:
        return "stop", Reason(code="not_worth_it", fields={"net": net[decision]})
    return decision, forced


def _confidence(decision: str, chances: dict, forced: Reason | None, options: list[Option], terms: Terms) -> float:
    """Probability that the decision is right. Where money alone said stop: that no course which could pay reaches the goal."""
    value = chances[decision]
    if forced is not None and forced.code == "not_worth_it":
        paying = [o.probability for o in options if o.decision != "stop" and terms.value > o.cost]
        value = 1 - max(paying, default=0.0)
    return float(min(max(value, 0.0), 0.99))
