"""What a presenter can say about a project, slide by slide: sentences that rest on its evidence, verdict, plan and decisions.

Plain text in the reader's language; texts written by people (the target's name, a decision's reason) are repeated as they
are, so whoever shows a phrase as Markdown or HTML escapes it. Every figure is one of the records', formatted.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from dualcore.decision.plan import Plan
from dualcore.decision.reasons import CAUTIONS
from dualcore.decision.track import track_record
from dualcore.present import format as fmt
from dualcore.present.questions import board_questions
from dualcore.present.sentences import next_sentence, reason_sentence
from dualcore.present.told import Told
from dualcore.records.views import DecisionView, EvaluationView

__all__ = ["SLIDES", "board_questions", "speaker_notes"]

# In the order in which they are shown; the last one is the appendix with the board's likely questions.
SLIDES = ("question", "verdict", "reasons", "money", "coverage", "risk", "next", "questions")


def speaker_notes(
    view: EvaluationView, plan: Plan | None, decisions: Sequence[DecisionView], language: str, zone: str = "UTC"
) -> dict[str, str]:
    """What to say on each slide, by the slide's key in the order of ``SLIDES``; sentences one after the other.

    plan : of the full investment; None where none was made
    decisions : of the project, the newest first
    zone : IANA name of the place whose dates are meant
    """
    told = Told(view, plan, decisions, language, zone)
    tellers = (_question, _verdict, _reasons, _money, _coverage, _risk, _next, _questions)
    between = "" if language == "ja" else " "
    return {slide: between.join(tell(told)) for slide, tell in zip(SLIDES, tellers, strict=True)}


def _question(told: Told) -> list[str]:
    facts = told.evidence.dataset
    key = "phrases.question.open" if told.verdict.goal_assumed else "phrases.question.goal"
    fields = {"rows": fmt.count(facts.rows), "target": facts.target, "metric": told.metric, "goal": told.goal}
    return [
        told.say(key, value=told.money(told.verdict.terms.value), **fields),
        told.say("phrases.question.staged", time=fmt.duration(told.evidence.cost.seconds, told.language)),
    ]


def _verdict(told: Told) -> list[str]:
    verdict = told.verdict
    fields: dict[str, str] = {"metric": told.metric, "measured": told.measured, "goal": told.goal}
    code: str = verdict.decision
    simple = told.reference(verdict.recommended_model) if verdict.recommended_model else None
    if code == "adopt" and simple is not None:
        code = "simple"
        fields |= {"name": told.say(f"reference.{simple.name}"), "simple": told.within(simple.score, simple.low, simple.high)}
    elif code == "stop" and not told.signal:
        code, fields = "no_signal", fields | told.chance
    elif code == "stop":
        fields["avoided"] = told.money(verdict.avoided)
    elif code == "invest":
        fields["chance"] = told.share(told.option("invest").probability)
    out = [told.say(f"phrases.verdict.{code}", **fields), told.say("phrases.verdict.confidence", confidence=fmt.number(verdict.confidence))]
    return out + ([told.say("phrases.verdict.limits")] if verdict.decision in ("stop", "re-evaluate") else [])


def _reasons(told: Told) -> list[str]:
    found = [reason_sentence(r, told.verdict, told.language) for r in told.verdict.reasons]
    return [told.say(f"phrases.reasons.{place}", reason=reason) for place, reason in enumerate(found[:3], 1)]


def _money(told: Told) -> list[str]:
    verdict, chosen, full = told.verdict, told.option(told.verdict.decision), told.option("invest")
    out = []
    if verdict.decision == "stop":
        out.append(told.say("phrases.money.stop"))
    elif chosen is not None:
        out.append(told.say("phrases.money.chosen", **told.priced(chosen)))
    if full is not None and verdict.decision != "invest":
        out.append(told.say("phrases.money.full", **told.priced(full)))
        out.append(told.say("phrases.money.avoided", avoided=told.money(verdict.avoided)))
    best = max(verdict.options, key=lambda o: o.net, default=None)
    if best is not None and chosen is not None and best.net > chosen.net:
        out.append(told.say("phrases.money.dearer", best=told.course(best.decision), net=told.money(best.net)))
    if verdict.decision == "invest" and told.plan is not None:
        out.append(_planned(told, told.plan))
    pays = max((i for i in verdict.information if i.net > 0), key=lambda i: i.net, default=None)
    if pays is not None:
        worth = {name: told.money(_two(getattr(pays, name))) for name in ("sample", "low", "high", "cost")}
        out.append(told.say("phrases.money.know", stage=told.say(f"information.stage.{pays.stage}"), **worth))
    terms = verdict.terms
    return [*out, told.say("phrases.money.basis", value=told.money(terms.value), day=told.money(terms.day_cost))]


def _two(value: float) -> float:
    """Two significant digits: simulated money supports no more."""
    return float(f"{value:.1e}")


def _planned(told: Told, plan: Plan) -> str:
    amounts = {"cost": plan.cost, "expected": plan.expected_cost, "net": plan.net, "low": plan.net_low, "high": plan.net_high}
    shown = {name: told.money(_two(amount)) for name, amount in amounts.items()}
    return told.say("phrases.money.plan", days=fmt.count(plan.days), loss=told.share(plan.loss), **shown)


def _coverage(told: Told) -> list[str]:
    best, beyond = told.power()
    out = []
    if best is not None:
        key = "phrases.coverage.signal" if beyond else "phrases.coverage.nothing"
        out.append(told.say(key, k=fmt.count(best.k), power=fmt.percent(best.power), null=fmt.percent(best.null_high)))
    shares = told.evidence.coverage.specificity
    parts = ("explained", "data_gap", "coverage_gap", "noise")
    out.append(told.say("phrases.coverage.shares", **{name: _share(shares, name) for name in parts}))
    gap = _gap(shares) if shares.reliable else "unreliable"
    out.append(told.say(f"phrases.coverage.{gap}"))
    if gap == "coverage_gap":
        out.append(told.say("phrases.coverage.tune" if told.verdict.decision in ("invest", "re-evaluate") else "phrases.coverage.not_now"))
    return out


def _share(shares, name: str) -> str:
    low, high = shares.intervals.get(name, (None, None))
    text = fmt.percent(getattr(shares, name))
    return text if low is None or high <= low else f"{text} ({fmt.percent(low)}–{fmt.percent(high)})"


def _gap(shares) -> str:
    """The largest gap where its interval lies above the others', else ``open``."""
    gaps = {name: getattr(shares, name) for name in ("coverage_gap", "data_gap", "noise")}
    largest = max(gaps, key=gaps.__getitem__)
    if not shares.intervals:
        return "open"
    apart = all(shares.intervals[largest][0] > shares.intervals[other][1] for other in gaps if other != largest)
    return largest if apart else "open"


def _risk(told: Told) -> list[str]:
    verdict, last = told.verdict, told.evidence.last_layer
    out = []
    changes = [reason_sentence(c, verdict, told.language, "change") for c in verdict.would_change]
    if changes:
        listed = told.say("phrases.join").join(text[0].lower() + text[1:] for text in changes)
        out.append(told.say("phrases.risk.change", changes=listed))
    if last.test_score is not None:
        test = told.within(last.test_score, last.test_low, last.test_high)
        out.append(told.say("phrases.risk.test", metric=told.metric, test=test))
    else:
        out.append(told.say("phrases.risk.no_test"))
    out += [reason_sentence(r, verdict, told.language) for r in verdict.remarks if r.code in CAUTIONS]
    return out + _recorded(told)


def _recorded(told: Told) -> list[str]:
    """How often such a verdict was right on public data."""
    record, name = track_record(), told.course(told.verdict.decision)
    if record is None:
        return []
    right = record.results.by_verdict.get(told.verdict.decision)
    if right is None:
        return [told.say("phrases.risk.never", decision=name)]
    share, low, high = right
    shown = {"share": fmt.percent(share), "low": fmt.percent(low), "high": fmt.percent(high)}
    return [told.say("phrases.risk.record", decision=name, **shown)]


def _next(told: Told) -> list[str]:
    verdict, made = told.verdict, told.decision
    if made is not None:
        return _decided(told, made)
    out = [told.say("phrases.next.ask", decision=told.course(verdict.decision), next=next_sentence(verdict, told.language))]
    cost = verdict.next_step_cost
    out.append(told.say("phrases.next.cost", cost=told.money(cost)) if cost else told.say("phrases.next.free"))
    if verdict.decision == "invest" and told.plan is not None and told.plan.gates:
        gate, side = told.plan.gates[0], "above" if told.plan.greater_is_better else "below"
        last = told.evidence.last_layer
        stop = told.say(f"plan.stop.{gate.code}.{side}", metric=told.metric, threshold=fmt.score(gate.threshold, last.low, last.high))
        fields = {"day": fmt.count(gate.day), "spent": told.money(_two(gate.spent)), "passes": told.share(gate.passes)}
        out.append(told.say("phrases.next.gate", stop=stop, **fields))
    return [*out, told.say("phrases.next.record")]


def _decided(told: Told, made: DecisionView) -> list[str]:
    date = made.created.astimezone(ZoneInfo(told.zone)).date().isoformat()
    out = [told.say("phrases.next.decided", date=date, who=made.user_name, action=told.course(made.action))]
    if not made.follows:
        out.append(told.say("phrases.next.override", recommended=told.course(made.recommended), reason=made.reason))
    if made.conditions:
        out.append(told.say("phrases.next.conditions", conditions=made.conditions))
    if made.review_on is not None:
        out.append(told.say("phrases.next.review", date=made.review_on.isoformat()))
    return out


def _questions(told: Told) -> list[str]:
    return [told.say("phrases.questions.lead")]
