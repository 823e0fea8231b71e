"""The sentences of a report, written once: findings, reasons, risks, provenance, and the phrases to say."""

from __future__ import annotations

from dualcore.decision.steps import weigh_tuning
from dualcore.present import format as fmt
from dualcore.present.architecture import skeleton_name
from dualcore.present.candidates import winner_name
from dualcore.present.figures import plot_curve, plot_score, plot_specificity
from dualcore.present.figures.plan import plot_plan
from dualcore.present.figures.reevaluation import gain_text
from dualcore.present.sentences import headline, next_sentence, note_sentence, reason_sentence
from dualcore.present.words import say
from dualcore.record import Record
from dualcore.records.views import DecisionView
from dualcore.report.clean import short
from dualcore.report.dossier import Dossier

MOST_RISKS = 5
MOST_RATIO = 100  # beyond it there are next to no errors elsewhere, and a ratio says nothing


class Fact(Record):
    """One line of the provenance."""

    label: str
    text: str


class DecisionLine(Record):
    """One human decision in words."""

    when: str
    who: str
    stage: str
    action: str
    how: str  # as recommended, or against which recommendation
    reason: str
    conditions: str
    review_on: str


class GateLine(Record):
    """One gate of the plan in words."""

    name: str
    when: str
    criterion: str
    passes: str
    spent: str


class PhaseLine(Record):
    """One phase of the plan in words."""

    name: str
    days: str
    gpu_hours: str
    cost: str


class Story(Record):
    """What a report says besides its figures; all texts plain, not escaped for any format."""

    name: str
    question: str
    goal: str
    headline: str
    verdict: str  # the word
    confidence: str
    verdict_line: str
    reasons: list[str]
    next_step: str
    next_cost: str
    money: str
    money_basis: str
    level: str
    level_note: str
    curve: str
    curve_note: str
    coverage: str
    changes: list[str]
    risks: list[str]
    stages: list[str]
    plan: str
    phases: list[PhaseLine]
    gates: list[GateLine]
    decisions: list[DecisionLine]
    provenance: list[Fact]
    foot: str


def story(dossier: Dossier, language: str) -> Story:
    """All sentences in the reader's language."""
    d, e, v = dossier, dossier.evidence, dossier.verdict
    last, metric = e.last_layer, fmt.metric_name(e.metric, language)
    goal = fmt.score(v.goal, last.low, last.high)
    confidence, word = fmt.percent(v.confidence), say(f"verdict.{v.decision}", language)
    cost = amount(d, v.next_step_cost, language)
    basis = say(
        "report.money.note", language, value=amount(d, v.terms.value, language), day=amount(d, v.terms.day_cost, language),
        hour=amount(d, v.terms.gpu_hour_cost, language),
    )  # fmt: skip
    if v.options and max(v.options, key=lambda o: o.net).decision != v.decision:
        basis = say("report.two", language, first=basis, second=say("report.money.not_largest", language))
    chance = dict(low=fmt.score(e.null.low, e.null.low, e.null.high), high=fmt.score(e.null.high, e.null.low, e.null.high))
    risks = [reason_sentence(r, v, language) for r in v.remarks]
    risks += [note_sentence(n, language) for n in e.notes if n.level != "info"] + _segments(d, language)
    return Story(
        name=d.project.name, question=d.project.question.strip() or say("report.no_question", language),
        goal=say("report.goal_assumed" if v.goal_assumed else "report.goal_text", language, metric=metric, goal=goal),
        headline=headline(v, language), verdict=word, confidence=confidence,
        verdict_line=say("report.verdict_line", language, verdict=word, confidence=confidence),
        reasons=[reason_sentence(r, v, language) for r in v.reasons[:3]],
        next_step=next_sentence(v, language), next_cost=say("report.next_cost", language, cost=cost) if v.next_step_cost else say("result.next_free", language),
        money=_money(d, language), money_basis=basis,
        level=plot_score(e, v.goal, language, assumed=v.goal_assumed, significance=v.protocol.significance).title,
        level_note=say("report.figure.level_note", language, **chance),
        curve=plot_curve(e, v.goal, language).title, curve_note=say("report.figure.curve_note", language),
        coverage=plot_specificity(e.coverage.specificity, language).title,
        changes=[reason_sentence(c, v, language, "change") for c in v.would_change] or [say("report.no_changes", language)],
        risks=risks[:MOST_RISKS] or [say("report.no_risks", language)], stages=_stages(d, language),
        plan=plot_plan(d.plan, language).title, phases=_phases(d, language), gates=_gates(d, language),
        decisions=[_decision(d, made, language) for made in d.decisions], provenance=_provenance(d, language),
        foot=say("report.foot", language, protocol=v.protocol.version, sha=e.dataset.sha256[:12], seed=e.manifest.seed),
    )  # fmt: skip


def outline(dossier: Dossier, told: Story, language: str) -> list[tuple[str, str]]:
    """(topic, title) of every slide in order."""
    head = lambda name: say(f"report.head.{name}", language)  # noqa: E731
    latest = say("report.no_decisions", language)
    if told.decisions:
        m = told.decisions[0]
        latest = say("report.decision.latest", language, when=m.when, who=short(m.who, 40), stage=m.stage, action=m.action)
    return [
        (head("question"), told.name), (told.verdict_line, told.headline), (head("money"), told.money), (head("level"), told.level),
        (head("curve"), told.curve), (head("risk"), say("report.risk_title", language)),
        *([(head("stages"), told.stages[-1])] if told.stages else []),
        (head("plan"), told.plan), (head("decisions"), latest), (head("provenance"), head("provenance")),
    ]  # fmt: skip


def made_line(d: Dossier, language: str) -> str:
    """When the report was made, and by whom where that is known."""
    if not d.author:
        return say("report.made", language, date=d.day(d.made))
    return say("report.made_by", language, date=d.day(d.made), who=d.author)


def amount(dossier: Dossier, value: float, language: str) -> str:
    """Money in the dossier's currency."""
    return fmt.money(value, dossier.verdict.currency, language)


def _money(d: Dossier, language: str) -> str:
    v, chosen = d.verdict, d.option(d.verdict.decision)
    word, cost = say(f"verdict.{v.decision}", language), amount(d, chosen.cost if chosen else 0.0, language)
    if v.decision == "stop" and v.avoided > 0:
        return say("report.money.stop", language, avoided=amount(d, v.avoided, language))
    if v.avoided > 0:
        return say("report.money.avoided", language, avoided=amount(d, v.avoided, language), verdict=word, cost=cost)
    if chosen is not None and chosen.net > 0:
        return say("report.money.net", language, verdict=word, cost=cost, net=amount(d, chosen.net, language))
    return say("report.money.loss", language, verdict=word)


def _segments(d: Dossier, language: str) -> list[str]:
    """The one part of the data that fails most, where it fails clearly more than the rest."""
    clear = [s for s in d.evidence.errors.segments if s.low > s.error_elsewhere and 1 < s.ratio < MOST_RATIO]
    worst = max(clear, key=lambda s: s.ratio, default=None)
    if worst is None:
        return []
    values = dict(value=worst.value, ratio=fmt.number(worst.ratio, 1), rows=fmt.count(worst.rows))
    return [say("report.risk.segment", language, column=worst.column, **values) if worst.column else say("report.risk.class", language, **values)]


def _stages(d: Dossier, language: str) -> list[str]:
    found = []
    if d.reevaluation is not None:
        r = d.reevaluation.result
        text = say(f"reevaluate.answer.{r.outcome}", language, n=len(r.entrants), name=winner_name(r, language), gain=gain_text(r.corrected_gain, r))
        found.append(say("report.stage.reevaluate", language, text=text))
    if d.tuning is not None:
        judged = weigh_tuning(d.tuning.result, d.verdict.terms, d.verdict.protocol)
        found.append(say("report.stage.tune", language, text=say(f"tune.verdict.{judged.course}", language, block=judged.block)))
    if d.transfer is not None:
        found.append(say("report.stage.transfer", language, text=say(f"transfer.reading.{d.transfer.result.reading}", language)))
    return found


def _phases(d: Dossier, language: str) -> list[PhaseLine]:
    lines = []
    for p in d.plan.phases:
        name = say(f"plan.phase.{p.code}", language)
        lines.append(PhaseLine(
            name=say("plan.phase.done", language, phase=name) if p.done else name,
            days=say("plan.day", language, start=fmt.number(p.start, 0), end=fmt.number(p.start + p.days, 0)),
            gpu_hours=hours(p.gpu_hours), cost=amount(d, p.cost, language),
        ))  # fmt: skip
    return lines


def hours(value: float) -> str:
    """GPU hours; a small share of an hour is not shown as none."""
    return "< 0.1" if 0 < value < 0.05 else fmt.number(value, 1 if 0 < value < 10 else 0)


def _gates(d: Dossier, language: str) -> list[GateLine]:
    plan, side = d.plan, "above" if d.plan.greater_is_better else "below"
    metric = fmt.metric_name(plan.metric, language)
    return [
        GateLine(
            name=say(f"plan.gate.{g.code}", language), when=say("plan.at_day", language, day=fmt.number(g.day, 0)),
            criterion=say(f"plan.stop.{g.code}.{side}", language, metric=metric, threshold=fmt.number(g.threshold, 3)),
            passes=fmt.percent(g.passes), spent=amount(d, g.spent, language),
        )
        for g in plan.gates
    ]  # fmt: skip


def _decision(d: Dossier, made: DecisionView, language: str) -> DecisionLine:
    recommended = say(f"verdict.{made.recommended}", language)
    return DecisionLine(
        when=d.day(made.created), who=made.user_name, stage=say(f"stage.{made.stage}", language), action=say(f"verdict.{made.action}", language),
        how=say("report.decision.follow", language) if made.follows else say("report.decision.override", language, recommended=recommended),
        reason=made.reason, conditions=made.conditions, review_on=made.review_on.isoformat() if made.review_on else "",
    )  # fmt: skip


def _provenance(d: Dossier, language: str) -> list[Fact]:
    e, v, m = d.evidence, d.verdict, d.evidence.manifest
    label = lambda key: say(f"result.provenance.{key}", language)  # noqa: E731
    own = lambda key: say(f"report.provenance.{key}", language)  # noqa: E731
    names = list(dict.fromkeys(made.user_name for made in d.decisions))
    protocol = v.protocol.version
    if m.protocol != protocol:
        protocol = say("result.protocol_two", language, judged=protocol, measured=m.protocol)
    rows = [
        (label("dataset"), e.dataset.name), (label("sha256"), e.dataset.sha256), (own("file_sha"), d.evaluation.dataset.file_sha),
        (label("rows"), say("result.rows_used", language, used=fmt.count(m.rows_used), rows=fmt.count(e.dataset.rows))),
        (label("skeleton"), skeleton_name(e.skeleton["name"], language)), (label("route"), say(f"result.route.{e.last_layer.route}", language)),
        (label("estimate"), say(f"result.estimate.{e.last_layer.estimate_from}", language)),
        (label("null"), say("result.null_text", language, n=fmt.count(e.null.permutations), p=fmt.number(e.null.p_value, 3))),
        (label("protocol"), protocol), (label("seed"), str(m.seed)), (label("device"), say(f"device.{m.device.split(':')[0]}", language)),
        (label("started"), m.started),
        (own("measured_with"), say("report.versions", language, dualcore=m.dualcore, python=m.python, torch=m.torch)),
        (own("reported_with"), say("report.versions", language, **dict(d.versions))),
        (own("made"), say("report.made_text", language, when=d.minute(d.made), who=d.author) if d.author else d.minute(d.made)),
        (own("decided"), say("format.list_join", language).join(names) or say("report.nobody", language)),
        (own("evaluation"), d.evaluation.id),
    ]  # fmt: skip
    return [Fact(label=name, text=text) for name, text in rows]
