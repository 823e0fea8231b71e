"""The reasons of a verdict, strongest first, remarks, and what would change it: codes with figures."""

from __future__ import annotations

from dualcore.decision.forecast import metric_scale, tuning_gain
from dualcore.decision.records import Protocol, Reason, Terms
from dualcore.decision.simple import as_good, at_level, best_simple, better
from dualcore.evidence.records import Candidate, Evidence, Reference

SHOWN = 3
# Which findings speak for which decision; the rest may still be named after them.
SPEAKS_FOR = {
    "adopt": ("simpler_model_recommended", "reaches_goal", "simple_not_better", "simple_as_good", "tuning_adds_little", "convolution_helps", "order_carries_nothing", "signal"),
    "stop": (
        "no_signal", "not_worth_it", "below_goal", "ceiling_below_goal", "tuning_adds_little", "more_data_not_enough", "others_below_goal",
    ),
    "re-evaluate": (
        "others_see_signal", "simple_better", "simple_reaches_goal", "more_data_helps", "wide_interval", "more_data_pays_more",
        "other_skeleton_better", "simple_as_good", "below_goal", "signal",
    ),
    "invest": (
        "tuning_gains", "room_below_ceiling", "below_goal", "kind_gains_from_tuning", "more_data_not_enough", "convolution_helps", "signal",
    ),
}
# Doubts about the score itself, the gravest first: one stands among the reasons, the others among the remarks.
CAUTIONS = ("leak_suspected", "random_split_flatters", "drift_suspected")
NOTES = {"dominant_column": "leak_suspected", "drift": "drift_suspected"}  # what intake found -> caution


def findings(evidence: Evidence, goal: float, terms: Terms, protocol: Protocol) -> dict[str, Reason]:
    """Every statement that the evidence supports, by code."""
    last, small = evidence.last_layer, terms.minimum_gain * metric_scale(evidence)
    out: dict[str, Reason] = {}

    def say(code: str, **fields) -> None:
        out[code] = Reason(code=code, fields=fields)

    metric = {"metric": evidence.metric}
    if evidence.null.p_value <= protocol.significance:
        say("signal", score=last.score, low=evidence.null.low, high=evidence.null.high, p=evidence.null.p_value, **metric)
    code = "reaches_goal" if better(evidence, last.score, goal) else "below_goal"
    say(code, score=last.score, low=last.low, high=last.high, goal=goal, **metric)
    low, high = at_level(last.low, last.high, protocol.interval)
    if low < goal < high:
        say("wide_interval", low=low, high=high, goal=goal, level=protocol.interval, **metric)
    _about_simple_models(evidence, goal, small, say)
    plain = as_good(evidence, terms, protocol, metric_scale(evidence))
    if plain is not None and better(evidence, plain.score, goal):
        low, high = at_level(plain.gain_low, plain.gain_high, protocol.interval)
        say(
            "simpler_model_recommended", name=plain.name, score=plain.score, goal=goal, gain=plain.gain, low=low, high=high,
            level=protocol.interval, least=small, **metric,
        )
    _about_skeletons(evidence, small, say)
    _about_data(evidence, goal, small, protocol, say)
    _about_tuning(evidence, goal, small, protocol, say)
    return out


def _about_simple_models(evidence: Evidence, goal: float, small: float, say) -> None:
    simple = best_simple(evidence)
    if simple is None:
        return
    fields = {"name": simple.name, "score": simple.score, "goal": goal, "gain": abs(simple.gain), "metric": evidence.metric}
    if simple.gain < -small:
        say("simple_better", **fields)
    elif simple.gain > small:
        say("simple_not_better", **fields)
    else:
        say("simple_as_good", **fields)
    say("simple_reaches_goal" if better(evidence, simple.score, goal) else "others_below_goal", **fields)


def _about_skeletons(evidence: Evidence, small: float, say) -> None:
    chosen = next((c for c in evidence.candidates if c.chosen), None)
    if chosen is None:
        return
    sign = 1.0 if evidence.greater_is_better else -1.0

    def best(found: list[Candidate]) -> Candidate | None:
        return max(found, key=lambda c: sign * c.score, default=None)

    flat = best([c for c in evidence.candidates if c.name.startswith("fc")])
    if flat and chosen.name.startswith(("conv", "residual-conv")) and sign * (chosen.score - flat.score) > small:
        say("convolution_helps", gain=abs(chosen.score - flat.score), metric=evidence.metric)
    with_order = best([c for c in evidence.candidates if c.name.startswith(("conv", "residual-conv"))])
    if flat and with_order and sign * (with_order.score - flat.score) < 0:
        say("order_carries_nothing", gain=abs(with_order.score - flat.score), metric=evidence.metric)
    top = best(evidence.candidates)
    if sign * (top.score - chosen.score) > small:
        say("other_skeleton_better", skeleton=top.name, score=top.score, gain=abs(top.score - chosen.score), metric=evidence.metric)


def ceiling_reliable(evidence: Evidence, protocol: Protocol) -> bool:
    """Whether the noise ceiling may be used: the estimate says so itself, and the protocol's rows per class are there."""
    roof, counts = evidence.ceiling, evidence.dataset.class_counts
    rows = min(counts) if counts else evidence.manifest.rows_used
    return roof.estimate is not None and roof.reliable and rows >= protocol.ceiling_rows


def _about_data(evidence: Evidence, goal: float, small: float, protocol: Protocol, say) -> None:
    curve, roof, last = evidence.curve, evidence.ceiling, evidence.last_layer
    sign = 1.0 if evidence.greater_is_better else -1.0
    if curve.fitted:
        gain = sign * (curve.doubled - last.score)
        tuning = tuning_gain(evidence, protocol)[0]
        fields = {"rows": 2 * curve.points[-1].rows, "doubled": curve.doubled, "gain": gain, "goal": goal, "metric": evidence.metric}
        if better(evidence, curve.doubled, goal) and not better(evidence, last.score, goal):
            say("more_data_helps", **fields)
        elif not better(evidence, curve.doubled, goal):
            say("more_data_not_enough", **fields)
        if gain > small and gain - tuning > small:
            say("more_data_pays_more", tuning=tuning, **fields)
    if ceiling_reliable(evidence, protocol):
        if not better(evidence, roof.estimate, goal):
            say("ceiling_below_goal", ceiling=roof.estimate, goal=goal, metric=evidence.metric)
        elif abs(roof.estimate - last.score) > 2 * small:
            say("room_below_ceiling", ceiling=roof.estimate, score=last.score, metric=evidence.metric)
    elif roof.estimate is not None and not better(evidence, roof.estimate, goal):
        say("ceiling_uncertain", ceiling=roof.estimate, goal=goal, needed=protocol.ceiling_rows, metric=evidence.metric)
    if last.random_split_score is not None and abs(last.random_split_score - last.score) > small:
        say("random_split_flatters", random=last.random_split_score, score=last.score, metric=evidence.metric)
    for note in evidence.notes:
        if note.code in NOTES:
            say(NOTES[note.code], column=str(note.fields.get("column", "")))


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


def reasons_for(decision: str, forced: Reason | None, known: dict[str, Reason]) -> list[Reason]:
    """The three strongest of the ``known`` findings; what decided alone comes first, a caution before weak support."""
    order = [forced] if forced else []
    order += [known[c] for c in SPEAKS_FOR[decision] if c in known and (forced is None or c != forced.code)]
    if any(r.code == "simpler_model_recommended" for r in order):
        order = [r for r in order if r.code not in ("simple_as_good", "simple_not_better")]
    caution = next((known[c] for c in CAUTIONS if c in known), None)
    if caution is not None:
        order.insert(min(1, len(order)), caution)
    return order[:SHOWN]


def remarks_for(evidence: Evidence, protocol: Protocol, known: dict[str, Reason], shown: list[Reason]) -> list[Reason]:
    """What the reader must know besides the reasons."""
    named = {r.code for r in shown}
    out = [known[c] for c in (*CAUTIONS, "ceiling_uncertain") if c in known and c not in named]
    whole = evidence.probe.full_training_seconds
    if whole and evidence.cost.seconds / whole > protocol.cost_ratio_limit:
        fields = {"ratio": evidence.cost.seconds / whole, "limit": protocol.cost_ratio_limit, "seconds": whole}
        out.append(Reason(code="evaluation_costly", fields=fields))
    if evidence.null.permutations + 1 < protocol.permutations:
        # 199 permutations and the observed order make 200.
        fields = {"used": evidence.null.permutations, "asked": protocol.permutations}
        out.append(Reason(code="fewer_permutations", fields=fields))
    return out


def would_change(decision: str, evidence: Evidence, goal: float, terms: Terms, protocol: Protocol) -> list[Reason]:
    """What evidence or terms would lead to another verdict."""
    last, curve = evidence.last_layer, evidence.curve
    out = []
    if decision == "adopt":
        if better(evidence, last.score, goal):
            sure = last.low if evidence.greater_is_better else last.high
            # Where the goal already lies inside the interval, the score itself is where the chances turn.
            value = sure if better(evidence, sure, goal) else last.score
            out.append(Reason(code="goal_above", fields={"value": value, "metric": evidence.metric}))
        out.append(Reason(code="new_data_worse", fields={"goal": goal, "metric": evidence.metric}))
    else:
        if not better(evidence, last.score, goal):
            out.append(Reason(code="goal_at", fields={"value": last.score, "metric": evidence.metric}))
        if curve.points and curve.rows_for_goal is not None and curve.rows_for_goal > curve.points[-1].rows:
            out.append(Reason(code="more_rows", fields={"rows": curve.rows_for_goal, "low": curve.rows_for_goal_low, "high": curve.rows_for_goal_high}))
        if decision == "stop":
            out.append(Reason(code="new_inputs"))
        need = abs(goal - last.score)
        if decision != "invest" and need > 0.25 * terms.minimum_gain * metric_scale(evidence):
            out.append(Reason(code="tuning_would_have_to_add", fields={"gain": need, "metric": evidence.metric}))
        if decision == "invest":
            out.append(Reason(code="first_block_gains_nothing"))
    return out[:SHOWN]


def next_step(decision: str, evidence: Evidence, goal: float, protocol: Protocol, model: str | None) -> str:
    """Code of the next step (catalogue keys ``next.<code>``)."""
    if decision == "adopt":
        return "pilot" if model == "last_layer" else "pilot_simple"
    if decision == "invest":
        return "tune_first_block"
    if decision == "stop":
        return "look_for_inputs" if evidence.null.p_value > protocol.significance else "record_and_close"
    if model is not None:
        return "try_simple_model"
    curve = evidence.curve
    if curve.fitted and better(evidence, curve.doubled, goal):
        return "collect_rows"
    return "compare_architectures"


def recommended_model(decision: str, evidence: Evidence, goal: float, terms: Terms, protocol: Protocol) -> str | None:
    """Which model to use: the simpler one where it is as good, else the last layer; None where none is good enough yet."""
    scale = metric_scale(evidence)
    if decision == "adopt":
        plain = as_good(evidence, terms, protocol, scale)
        return "last_layer" if plain is None or not better(evidence, plain.score, goal) else plain.name
    simple = simple_reaching(evidence, goal)
    return simple.name if decision == "re-evaluate" and simple is not None else None


def simple_reaching(evidence: Evidence, goal: float) -> Reference | None:
    """The best simple model when it reaches the goal."""
    simple = best_simple(evidence)
    return simple if simple is not None and better(evidence, simple.score, goal) else None
