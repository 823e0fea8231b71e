"""What to say to each slide: phrases fitted to this project's evidence, for the speaker notes and the printed report."""

from __future__ import annotations

from dualcore.present import format as fmt
from dualcore.present.words import say
from dualcore.report.dossier import Dossier
from dualcore.report.story import Story, amount


def phrases(dossier: Dossier, told: Story, language: str) -> dict[str, list[str]]:
    """Topic (question, verdict, money, level, curve, risk, stages, plan, decisions, provenance) -> sentences in order."""
    d, e, v = dossier, dossier.evidence, dossier.verdict
    metric = fmt.metric_name(e.metric, language)
    goal = dict(metric=metric, goal=fmt.score(v.goal, e.last_layer.low, e.last_layer.high))
    model = v.recommended_model if v.recommended_model in ("linear", "boosted_trees") else None
    kind = "adopt_simple" if v.decision == "adopt" and model else v.decision
    fields = {"model": say(f"model.{model}", language)} if kind == "adopt_simple" else {}
    return {
        "question": [
            say("notes.question.open", language, name=told.name),
            say("notes.question.goal_assumed" if v.goal_assumed else "notes.question.goal", language, **goal),
            say("notes.question.how", language, time=fmt.duration(e.cost.seconds, language)),
        ],
        "verdict": [
            say("notes.verdict.open", language, verdict=told.verdict, confidence=told.confidence),
            say(f"notes.verdict.{kind}", language, **fields),
            *([say("notes.verdict.reasons", language, n=len(told.reasons)), *told.reasons] if told.reasons else []),
        ],
        "money": [
            say("notes.money.open", language, sentence=told.money),
            say("notes.money.basis", language, value=amount(d, v.terms.value, language)),
        ],
        "level": _level(d, told, language),
        "curve": _curve(d, told, language),
        "risk": [say("notes.risk.open", language), *told.changes],
        "stages": [say("notes.stages.open", language), *told.stages],
        "plan": _plan(d, told, language),
        "decisions": [
            say("notes.decisions.some", language, n=len(d.decisions), overrides=sum(not m.follows for m in d.decisions))
            if d.decisions else say("notes.decisions.none", language)
        ],
        "provenance": [say("notes.provenance", language)],
    }  # fmt: skip


def _level(d: Dossier, told: Story, language: str) -> list[str]:
    e = d.evidence
    lines = [say("notes.level.open", language, sentence=told.level)]
    sign = 1 if e.greater_is_better else -1
    best = max((r for r in e.references if r.score is not None and r.gain is not None), key=lambda r: sign * r.score, default=None)
    if best is not None:
        lines.append(say(
            "notes.level.simple", language, name=say(f"reference.{best.name}", language), score=fmt.score(best.score, best.low, best.high),
            gain=fmt.points(best.gain),
        ))  # fmt: skip
    lines.append(say("notes.level.interval", language))
    lines.append(say("notes.level.random", language))
    if '"relu"' in str(e.skeleton).replace("'", '"'):
        lines.append(say("notes.level.relu", language))
    return lines


def _curve(d: Dossier, told: Story, language: str) -> list[str]:
    shares = d.evidence.coverage.specificity
    values = {name: fmt.percent(getattr(shares, name)) for name in ("explained", "data_gap", "coverage_gap", "noise")}
    lines = [say("notes.curve.open", language, sentence=told.curve), say("notes.curve.shares", language, **values)]
    lines.append(say("notes.curve.special" if shares.reliable else "notes.curve.unreliable", language))
    return lines


def _plan(d: Dossier, told: Story, language: str) -> list[str]:
    first, line = d.plan.gates[0], told.gates[0]
    return [
        say("notes.plan.invest" if d.action == "invest" else "notes.plan.adopt", language), f"{told.plan}{say('report.stop', language)}",
        say("notes.plan.next", language, day=fmt.number(first.day, 0), criterion=line.criterion),
    ]  # fmt: skip
