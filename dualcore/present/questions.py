"""The questions a board is likely to ask about this verdict, with answers from its evidence.

Which ones are likely depends on the verdict and on what was found; a question that the evidence cannot answer is answered
with what is missing, never with something general.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dualcore.decision.plan import Plan
from dualcore.decision.reasons import CAUTIONS
from dualcore.decision.simple import best_simple
from dualcore.decision.track import track_record
from dualcore.present import format as fmt
from dualcore.present.sentences import reason_sentence
from dualcore.present.told import Told
from dualcore.records.views import DecisionView, EvaluationView

MOST = 8  # as many as one screen holds in large type
UNSURE = 0.6  # below it the confidence itself is the question
# The likeliest first. Those that ask about a doubt come before all of them where there is one.
LIKELY = {
    "adopt": ("how_sure", "simple", "why_random", "wrong", "track", "bigger_model", "more_data", "do_nothing", "special", "architecture"),
    "stop": ("more_data", "bigger_model", "how_sure", "wrong", "simple", "track", "do_nothing", "why_random", "special", "architecture"),
    "re-evaluate": ("how_sure", "do_nothing", "more_data", "simple", "bigger_model", "wrong", "track", "why_random", "special", "architecture"),
    "invest": ("wrong", "how_sure", "more_data", "simple", "do_nothing", "track", "bigger_model", "why_random", "special", "architecture"),
}  # fmt: skip


def board_questions(
    view: EvaluationView, plan: Plan | None, decisions: Sequence[DecisionView], language: str,
    company: Sequence[DecisionView] = (), most: int = MOST,
) -> list[tuple[str, str]]:
    """(question, answer) pairs, the likeliest first.

    decisions : of the project, the newest first
    company : every decision that the reader may see, for the company's own record
    """
    told = Told(view, plan, decisions, language)
    between = "" if language == "ja" else " "
    codes = [*_doubts(told), *LIKELY[view.verdict.decision]]
    if view.verdict.confidence < UNSURE:
        codes.sort(key=lambda code: code != "how_sure")  # stable: the others keep their order
    answers = dict(_ANSWERS, track=lambda told: _track(told, company))
    found = [(code, answers[code](told)) for code in codes]
    return [(told.say(f"ask.{code}"), between.join(text)) for code, text in found if text][:most]


def _doubts(told: Told) -> list[str]:
    known = {r.code for r in (*told.verdict.reasons, *told.verdict.remarks)}
    out = ["doubt"] if known & set(CAUTIONS) else []
    return [*out, "goal"] if told.verdict.goal_assumed else out


def _doubt(told: Told) -> list[str]:
    found = [r for r in (*told.verdict.reasons, *told.verdict.remarks) if r.code in CAUTIONS]
    return [told.say("answer.doubt", caution=reason_sentence(found[0], told.verdict, told.language))] if found else []


def _goal(told: Told) -> list[str]:
    return [told.say("answer.goal", goal=told.goal, gain=fmt.number(told.verdict.terms.minimum_gain, 3))]


def _more_data(told: Told) -> list[str]:
    curve, common = told.evidence.curve, {"metric": told.metric, "goal": told.goal, "measured": told.measured}
    if not curve.points:
        return []
    most = curve.points[-1].rows
    if not curve.fitted or curve.doubled is None:
        return [told.say("answer.more_data.unfitted", rows=fmt.count(most), **common)]
    doubled = told.within(curve.doubled, curve.doubled_low, curve.doubled_high)
    code = "enough" if told.reaches else "reaches" if told.better(curve.doubled, told.verdict.goal) else "misses"
    if code == "enough":
        common.pop("metric")
    out = [told.say(f"answer.more_data.{code}", rows=fmt.count(2 * most), doubled=doubled, **common)]
    if code != "enough" and curve.rows_for_goal is not None and curve.rows_for_goal_low is not None:
        needed = {"needed": curve.rows_for_goal, "low": curve.rows_for_goal_low, "high": curve.rows_for_goal_high}
        out.append(told.say("answer.more_data.needed", **{k: fmt.count(v) for k, v in needed.items()}))
    return out


def _bigger_model(told: Told) -> list[str]:
    full, probe = told.option("invest"), told.evidence.probe
    out = []
    if full is not None:
        fields = told.priced(full)
        fields.pop("decision")
        out.append(told.say("answer.bigger_model.course", **fields))
    if probe.ran and probe.gain is not None and probe.low is not None and probe.high is not None:
        out.append(told.say("answer.bigger_model.probe", metric=told.metric, **told.gain(probe.low, probe.high, probe.gain)))
    else:
        out.append(told.say("answer.bigger_model.no_probe"))
    ranked = _ranked(told)
    if len(ranked) > 1:
        best = ranked[0]
        score = told.within(best.score, best.low, best.high)
        out.append(told.say("answer.bigger_model.candidates", name=told.architecture(best.name), score=score))
    return out


def _ranked(told: Told) -> list:
    """The compared architectures, the best score first."""
    return sorted(told.evidence.candidates, key=lambda c: c.score, reverse=told.evidence.greater_is_better)


def _how_sure(told: Told) -> list[str]:
    confidence = told.verdict.confidence
    code = "signal" if told.signal else "no_signal"
    fields = {"confidence": fmt.number(confidence), "metric": told.metric, "measured": told.measured, **told.chance}
    out = [told.say(f"answer.how_sure.{code}", **fields)]
    if told.verdict.decision == "re-evaluate" and confidence < UNSURE:
        out.append(told.say("answer.how_sure.low"))
    return out


def _do_nothing(told: Told) -> list[str]:
    stop = told.verdict.decision == "stop"
    option = told.best_forward() if stop else told.option(told.verdict.decision)
    if option is None:
        return []
    fields = told.priced(option)
    fields.pop("cost")
    return [told.say("answer.do_nothing.advised" if stop else "answer.do_nothing.loses", **fields)]


def _track(told: Told, company: Sequence[DecisionView]) -> list[str]:
    record, out = track_record(), []
    if record is not None:
        results, name = record.results, told.course(told.verdict.decision)
        share, low, high = results.agreement
        out.append(told.say(
            "answer.track.public", datasets=fmt.count(results.datasets), judged=fmt.count(results.judged), share=fmt.percent(share),
            low=fmt.percent(low), high=fmt.percent(high),
        ))  # fmt: skip
        mine = results.by_verdict.get(told.verdict.decision)
        if mine is None:
            out.append(told.say("answer.track.never", decision=name))
        else:
            shown = dict(zip(("share", "low", "high"), (fmt.percent(v) for v in mine), strict=True))
            out.append(told.say("answer.track.decision", decision=name, **shown))
    known = [d.recommendation_right for d in company if d.recommendation_right is not None]
    if known:
        out.append(told.say("answer.track.own", known=fmt.count(len(known)), right=fmt.count(sum(known))))
    else:
        out.append(told.say("answer.track.own_none"))
    return out


def _why_random(told: Told) -> list[str]:
    chance = told.chance
    chance.pop("p")
    code = "chance" if told.signal else "no_signal"
    out = [told.say(f"answer.why_random.{code}", metric=told.metric, measured=told.measured, **chance)]
    last, error = told.evidence.last_layer, told.evidence.coverage.kernel_error
    if told.signal and len(last.seed_scores) > 1:
        digits = fmt.digits_for(min(last.seed_scores), max(last.seed_scores))
        spread = {"least": fmt.number(min(last.seed_scores), digits), "most": fmt.number(max(last.seed_scores), digits)}
        out.append(told.say("answer.why_random.seeds", n=fmt.count(len(last.seed_scores)), **spread))
    if told.signal and error is not None:
        out.append(told.say("answer.why_random.kernel", width=fmt.count(error.width_for_5_percent)))
    return out


def _wrong(told: Told) -> list[str]:
    verdict, plan = told.verdict, told.plan
    if verdict.decision == "stop":
        best = told.best_forward()
        chance = told.share(best.probability if best is not None else 0.0)
        out = [told.say("answer.wrong.stop", value=told.money(verdict.terms.value), chance=chance)]
    else:
        option = told.option(verdict.decision)
        if option is None:
            return []
        fields = {"decision": told.course(verdict.decision), "cost": told.money(option.cost), "miss": told.share(1 - option.probability)}
        out = [told.say("answer.wrong.course", **fields)]
    if verdict.decision == "invest" and plan is not None:
        amounts = {"expected": plan.expected_cost, "low": plan.outcome_low, "high": plan.outcome_high}
        shown = {name: told.money(float(f"{amount:.1e}")) for name, amount in amounts.items()}
        out.append(told.say("answer.wrong.plan", loss=told.share(plan.loss), **shown))
    return [*out, told.say("answer.wrong.reversible")]


def _simple(told: Told) -> list[str]:
    chosen = told.verdict.recommended_model
    simple = best_simple(told.evidence)
    if chosen in ("linear", "boosted_trees") and told.reference(chosen) is not None:
        simple = told.evidence.reference(chosen)
    if simple is None or simple.gain_low is None or simple.gain_high is None:
        return [told.say("answer.simple.none")]
    code = "enough" if simple.name == chosen else "reaches" if told.better(simple.score, told.verdict.goal) else "misses"
    fields = {"name": told.say(f"reference.{simple.name}"), "score": told.within(simple.score, simple.low, simple.high)}
    out = [told.say(f"answer.simple.{code}", goal=told.goal, **fields, **told.gain(simple.gain_low, simple.gain_high, simple.gain))]
    return [*out, told.say("answer.simple.cost", time=fmt.duration(simple.seconds, told.language))] if simple.seconds else out


def _special(told: Told) -> list[str]:
    shares = told.evidence.coverage.specificity
    if not shares.reliable:
        return []
    shown = {}
    for name in ("coverage_gap", "explained"):
        low, high = shares.intervals.get(name, (None, None))
        text = fmt.percent(getattr(shares, name))
        shown[name] = text if low is None else f"{text} ({fmt.percent(low)}–{fmt.percent(high)})"
    return [told.say("answer.special", **shown)]


def _architecture(told: Told) -> list[str]:
    ranked = _ranked(told)
    chosen = next((c for c in ranked if c.chosen), None)
    other = next((c for c in ranked if not c.chosen), None)
    if chosen is None or other is None:
        return []
    score = {"score": told.within(chosen.score, chosen.low, chosen.high), "second": told.within(other.score, other.low, other.high)}
    names = {"name": told.architecture(chosen.name), "other": told.architecture(other.name)}
    out = [told.say("answer.architecture", n=fmt.count(len(ranked)), **names, **score)]
    uses = {node.get("activation") for node in told.evidence.skeleton.get("nodes", [])}
    return [*out, told.say("answer.architecture.relu")] if "relu" in uses else out


_ANSWERS: dict[str, Callable[[Told], list[str]]] = {
    "doubt": _doubt, "goal": _goal, "more_data": _more_data, "bigger_model": _bigger_model, "how_sure": _how_sure,
    "do_nothing": _do_nothing, "why_random": _why_random, "wrong": _wrong, "simple": _simple, "special": _special,
    "architecture": _architecture,
}  # fmt: skip
