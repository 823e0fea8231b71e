"""From evidence, terms and protocol to a verdict with reasons and money.

The verdict is the decision that is most likely to be right in hindsight. Money stands above it:
a dearer course is not recommended where a cheaper one is at least as likely to reach the goal,
nor any course that costs more than it is expected to return.
"""

from __future__ import annotations

from dualcore.decision.forecast import Forecast, forecast, has_signal, metric_scale, tuning_gain
from dualcore.decision.reasons import next_step, reasons_for, would_change
from dualcore.decision.records import Option, Protocol, Reason, Terms, Verdict
from dualcore.evidence.records import Evidence


def recommend(evidence: Evidence, terms: Terms | None = None, protocol: Protocol | None = None) -> Verdict:
    """Recommend stop, adopt, re-evaluate or invest.

    terms : goal and money; without a goal, the best that was measured (or that tuning promises)
        less the smallest improvement that matters is taken, and the verdict says so
    """
    terms, protocol = terms or Terms(goal=evidence.goal), protocol or Protocol()
    ahead = forecast(evidence, protocol)
    goal = terms.goal if terms.goal is not None else assumed_goal(evidence, terms, protocol)
    chances = ahead.probabilities(goal)
    options = _options(ahead, goal, terms, protocol)
    decision, forced = _decide(evidence, chances, options, protocol)
    confidence = _confidence(evidence, decision, chances, forced, protocol)
    reasons = reasons_for(decision, forced, evidence, goal, terms, protocol, options)
    step = next_step(decision, evidence, goal)
    return Verdict(
        decision=decision,
        confidence=confidence,
        reasons=reasons,
        would_change=would_change(decision, evidence, goal, terms, protocol),
        next_step=step,
        next_step_cost=_costs(terms, protocol)[decision],
        goal=goal,
        goal_assumed=terms.goal is None,
        probabilities=chances,
        options=options,
        avoided=0.0 if decision == "invest" else _costs(terms, protocol)["invest"],
        currency=terms.currency,
        protocol=protocol,
        terms=terms,
    )


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


def _costs(terms: Terms, protocol: Protocol) -> dict[str, float]:
    return {
        "stop": 0.0,
        "adopt": protocol.days_adopt * terms.day_cost,
        "re-evaluate": protocol.days_reevaluate * terms.day_cost,
        "invest": protocol.days_invest * terms.day_cost + protocol.gpu_hours_invest * terms.gpu_hour_cost,
    }


def _options(ahead: Forecast, goal: float, terms: Terms, protocol: Protocol) -> list[Option]:
    """Money of each course. What succeeds must also be brought into use, so adopting is paid on success."""
    costs, reach = _costs(terms, protocol), ahead.reaches(goal)
    out = []
    for decision in ("stop", "adopt", "re-evaluate", "invest"):
        cost = costs[decision]
        if decision in ("re-evaluate", "invest"):
            cost += reach[decision] * costs["adopt"]
        value = reach[decision] * terms.value
        out.append(Option(decision=decision, probability=reach[decision], cost=cost, value=value, net=value - cost))
    return out


def _decide(
    evidence: Evidence, chances: dict[str, float], options: list[Option], protocol: Protocol
) -> tuple[str, Reason | None]:
    """(decision, the rule that decided alone or None)."""
    if not has_signal(evidence, protocol):
        better = [r for r in evidence.references[1:] if r.score is not None and r.gain_high is not None and r.gain_high < 0]
        if better:
            best = min(better, key=lambda r: r.gain)
            return "re-evaluate", Reason(code="others_see_signal", fields={"name": best.name, "p": evidence.null.p_value})
        return "stop", Reason(code="no_signal", fields={"p": evidence.null.p_value})
    decision = max(chances, key=chances.get)
    net, reach = {o.decision: o.net for o in options}, {o.decision: o.probability for o in options}
    if decision == "invest" and reach["re-evaluate"] >= reach["invest"]:
        decision = "re-evaluate"  # the cheaper course is at least as likely to reach the goal
    if decision != "stop" and net[decision] < 0:
        return "stop", Reason(code="not_worth_it", fields={"net": net[decision]})
    return decision, None


def _confidence(evidence: Evidence, decision: str, chances: dict, forced: Reason | None, protocol: Protocol) -> float:
    value = chances[decision]
    if forced is not None and forced.code == "no_signal":
        # One minus the chance that a real but weak signal hides: small once p is well above the threshold.
        value = max(value, 1 - 0.5 * protocol.significance / max(evidence.null.p_value, protocol.significance))
    if forced is not None and forced.code == "not_worth_it":
        value = 1 - 0.5 * value
    return float(min(max(value, 0.0), 0.99))
