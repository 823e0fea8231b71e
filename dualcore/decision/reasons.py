"""The reasons of a verdict, strongest first, and what would change it: codes with figures."""

from __future__ import annotations

from dualcore.decision.forecast import metric_scale, tuning_gain
from dualcore.decision.records import Option, Protocol, Reason, Terms
from dualcore.evidence.records import Evidence, Reference

SHOWN = 3
SIMPLE = ("linear", "boosted_trees")
# Which findings speak for which decision; the rest may still be named after them.
SPEAKS_FOR = {
    "adopt": ("reaches_goal", "simple_not_better", "tuning_adds_little", "convolution_helps", "signal"),
    "stop": ("no_signal", "not_worth_it", "below_goal", "ceiling_below_goal", "tuning_adds_little", "more_data_not_enough", "others_below_goal"),
    "re-evaluate": ("others_see_signal", "simple_better", "simple_reaches_goal", "more_data_helps", "wide_interval", "below_goal", "signal"),
    "invest": ("tuning_gains", "room_below_ceiling", "below_goal", "kind_gains_from_tuning", "more_data_not_enough", "convolution_helps", "signal"),
}


def _better(evidence: Evidence, value: float, goal: float) -> bool:
    return value >= goal if evidence.greater_is_better else value <= goal


def _best_simple(evidence: Evidence) -> Reference | None:
    """The better of linear model and boosted trees."""
    found = [r for r in evidence.references if r.name in SIMPLE and r.score is not None and r.gain is not None]
    return min(found, key=lambda r: r.gain, default=None)


def findings(evidence: Evidence, goal: float, terms: Terms, protocol: Protocol) -> dict[str, Reason]:
    """Every statement that the evidence supports, by code."""
    last, small = evidence.last_layer, terms.minimum_gain * metric_scale(evidence)
    out: dict[str, Reason] = {}

    def say(code: str, **fields) -> None:
        out[code] = Reason(code=code, fields=fields)

    metric = {"metric": evidence.metric}
    if evidence.null.p_value <= protocol.significance:
        say("signal", score=last.score, low=evidence.null.low, high=evidence.null.high, p=evidence.null.p_value, **metric)
    code = "reaches_goal" if _better(evidence, last.score, goal) else "below_goal"
    say(code, score=last.score, low=last.low, high=last.high, goal=goal, **metric)
    if last.low < goal < last.high:
        say("wide_interval", low=last.low, high=last.high, goal=goal, **metric)
    _about_simple_models(evidence, goal, small, say)
    _about_data(evidence, goal, small, say)
    _about_tuning(evidence, goal, small, protocol, say)
    return out


def _about_simple_models(evidence: Evidence, goal: float, small: float, say) -> None:
    simple = _best_simple(evidence)
    if simple is None:
        return
    fields = {"name": simple.name, "score": simple.score, "goal": goal, "gain": abs(simple.gain), "metric": evidence.metric}
    if simple.gain < -small:
        say("simple_better", **fields)
    elif simple.gain > small:
        say("simple_not_better", **fields)
    else:
        say("simple_as_good", **fields)
    if _better(evidence, simple.score, goal):
        say("simple_reaches_goal", **fields)
    else:
        say("others_below_goal", **fields)
    by_name = {c.name: c for c in evidence.candidates}
    chosen = next((c for c in evidence.candidates if c.chosen), None)
    flat = [c for n, c in by_name.items() if n.startswith("fc")]
    if chosen and flat and chosen.name.startswith(("conv", "residual-conv")):
        gain = abs(chosen.score - max(flat, key=lambda c: c.score if evidence.greater_is_better else -c.score).score)
        if gain > small:
            say("convolution_helps", gain=gain, metric=evidence.metric)


def _about_data(evidence: Evidence, goal: float, small: float, say) -> None:
    curve, roof, last = evidence.curve, evidence.ceiling, evidence.last_layer
    if curve.fitted:
        gain = abs(curve.doubled - last.score)
        fields = {"rows": 2 * curve.points[-1].rows, "doubled": curve.doubled, "gain": gain, "goal": goal, "metric": evidence.metric}
        if _better(evidence, curve.doubled, goal) and not _better(evidence, last.score, goal):
            say("more_data_helps", **fields)
        elif not _better(evidence, curve.doubled, goal):
            say("more_data_not_enough", **fields)
    if roof.estimate is not None and roof.reliable:
        if not _better(evidence, roof.estimate, goal):
            say("ceiling_below_goal", ceiling=roof.estimate, goal=goal, metric=evidence.metric)
        elif abs(roof.estimate - last.score) > 2 * small:
            say("room_below_ceiling", ceiling=roof.estimate, score=last.score, metric=evidence.metric)
    if last.random_split_score is not None and abs(last.random_split_score - last.score) > small:
        say("random_split_flatters", random=last.random_split_score, score=last.score, metric=evidence.metric)


def _about_tuning(evidence: Evidence, goal: float, small: float, protocol: Protocol, say) -> None:
    gain, sd = tuning_gain(evidence, protocol)
    probe = evidence.probe
    fields = {"gain": gain, "low": gain - 1.645 * sd, "high": gain + 1.645 * sd, "metric": evidence.metric}
    if gain > small and probe.ran and probe.gain > 0:
        say("tuning_gains", measured=probe.gain, **fields)
    elif gain > small:
        say("kind_gains_from_tuning", **fields)
    else:
        say("tuning_adds_little", **fields)


def reasons_for(
    decision: str, forced: Reason | None, evidence: Evidence, goal: float, terms: Terms, protocol: Protocol, options: list[Option]
) -> list[Reason]:
    """The three strongest reasons; what decided alone comes first, cautions before weak support."""
    known = findings(evidence, goal, terms, protocol)
    order = [forced] if forced else []
    order += [known[c] for c in SPEAKS_FOR[decision] if c in known and (forced is None or c != forced.code)]
    if decision == "adopt" and "simple_as_good" in known:
        order.insert(1, known["simple_as_good"])
    if "random_split_flatters" in known:
        order.insert(min(1, len(order)), known["random_split_flatters"])
    return order[:SHOWN]


def would_change(decision: str, evidence: Evidence, goal: float, terms: Terms, protocol: Protocol) -> list[Reason]:
    """What evidence or terms would lead to another verdict."""
    last, curve = evidence.last_layer, evidence.curve
    out = []
    if decision == "adopt":
        if _better(evidence, last.score, goal):
            out.append(Reason(code="goal_above", fields={"value": last.low if evidence.greater_is_better else last.high, "metric": evidence.metric}))
        out.append(Reason(code="new_data_worse", fields={"goal": goal, "metric": evidence.metric}))
    else:
        if not _better(evidence, last.score, goal):
            out.append(Reason(code="goal_at", fields={"value": last.score, "metric": evidence.metric}))
        if curve.rows_for_goal is not None and curve.rows_for_goal > curve.points[-1].rows:
            out.append(Reason(code="more_rows", fields={"rows": curve.rows_for_goal, "low": curve.rows_for_goal_low, "high": curve.rows_for_goal_high}))
        if decision == "stop":
            out.append(Reason(code="new_inputs"))
        need = abs(goal - last.score)
        if decision != "invest" and need > 0.25 * terms.minimum_gain * metric_scale(evidence):
            out.append(Reason(code="tuning_would_have_to_add", fields={"gain": need, "metric": evidence.metric}))
        if decision == "invest":
            out.append(Reason(code="first_block_gains_nothing"))
    return out[:SHOWN]


def next_step(decision: str, evidence: Evidence, goal: float) -> str:
    """Code of the next step (catalogue keys ``next.<code>``)."""
    if decision == "adopt":
        return "pilot"
    if decision == "invest":
        return "tune_first_block"
    simple = _best_simple(evidence)
    if decision == "stop":
        return "look_for_inputs" if evidence.null.p_value > 0.05 else "record_and_close"
    if simple is not None and _better(evidence, simple.score, goal):
        return "try_simple_model"
    curve = evidence.curve
    if curve.fitted and _better(evidence, curve.doubled, goal):
        return "collect_rows"
    return "compare_architectures"
