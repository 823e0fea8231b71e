"""The report as Markdown, for engineers: figures with their place in the record, and how to reproduce them."""

from __future__ import annotations

import json

from dualcore.present import format as fmt
from dualcore.present.architecture import skeleton_name
from dualcore.present.escape import markdown as escaped
from dualcore.present.words import say
from dualcore.report.dossier import Dossier
from dualcore.report.numbers import curve, levels, money, numbers
from dualcore.report.story import Story, story
from dualcore.report.workbook import unit_words


def markdown(dossier: Dossier, language: str) -> str:
    """The whole report; texts that people wrote are escaped, so that they show as they were written."""
    d, told = dossier, story(dossier, language)
    head = lambda key: f"\n## {say(f'report.head.{key}', language)}\n"  # noqa: E731
    parts = [f"# {escaped(told.name)}\n", f"{escaped(told.question)}\n", f"{escaped(told.goal)}\n"]
    parts += [head("verdict"), f"**{escaped(told.headline)}** {escaped(told.verdict_line)}\n", *(f"1. {escaped(r)}" for r in told.reasons)]
    parts.append(f"\n{escaped(say('report.next_line', language, step=told.next_step))} {escaped(told.next_cost)}")
    parts += [head("figures"), _figures(d, language), head("level"), _levels(d, language), head("money"), _money(d, language), f"\n{escaped(told.money_basis)}"]
    parts += [head("curve"), _curve(d, language), head("candidates"), _candidates(d, language)]
    parts += [head("changes"), *(f"- {escaped(c)}" for c in told.changes), head("risks"), *(f"- {escaped(r)}" for r in told.risks)]
    parts += [head("stages"), *([f"- {escaped(s)}" for s in told.stages] or [say("report.nothing_found", language)])]
    parts += [head("plan"), _plan(told, language), head("decisions"), _decisions(told, language)]
    parts += [head("provenance"), _table([say("report.column.item", language), say("report.column.content", language)], [[f.label, f.text] for f in told.provenance])]
    parts += [f"\n## {say('report.reproduce', language)}\n", say("report.reproduce_text", language), _command(d), _skeleton(d)]
    return "\n".join(parts) + "\n"


def _table(head: list[str], rows: list[list[str]], numeric: frozenset[int] = frozenset()) -> str:
    line = lambda cells: "| " + " | ".join(cells) + " |"  # noqa: E731
    rule = ["---:" if i in numeric else "---" for i in range(len(head))]
    return "\n".join([line(map(escaped, head)), line(rule), *(line(map(escaped, row)) for row in rows)])


def exact(value: float | None) -> str:
    """Six significant digits; whole numbers whole."""
    return "" if value is None else f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.6g}"


def _names(language: str, *keys: str) -> list[str]:
    return [say(key if "." in key else f"report.column.{key}", language) for key in keys]


def _figures(d: Dossier, language: str) -> str:
    rows = [[n.label, exact(n.value), exact(n.low), exact(n.high), unit_words(n, d, language), n.source] for n in numbers(d, language)]
    return _table(_names(language, "item", "value", "low", "high", "unit", "source"), rows, frozenset({1, 2, 3}))


def _levels(d: Dossier, language: str) -> str:
    rows = [[r.label, exact(r.value), exact(r.low), exact(r.high)] for r in levels(d, language)]
    return _table(_names(language, "result.model", "value", "low", "high"), rows, frozenset({1, 2, 3}))


def _money(d: Dossier, language: str) -> str:
    names = _names(language, "result.course", "result.probability", "result.cost", "result.value", "result.net", "unit")
    rows = [[r.label, exact(r.probability), exact(r.cost), exact(r.value), exact(r.net), d.verdict.currency] for r in money(d, language)]
    return _table(names, rows, frozenset({1, 2, 3, 4}))


def _curve(d: Dossier, language: str) -> str:
    kind = lambda r: say("report.figure.forecast" if r.forecast else "report.figure.measured", language)  # noqa: E731
    rows = [[exact(r.rows), kind(r), exact(r.score), exact(r.low), exact(r.high)] for r in curve(d)]
    return _table(_names(language, "rows", "kind", "value", "low", "high"), rows, frozenset({0, 2, 3, 4}))


def _candidates(d: Dossier, language: str) -> str:
    mark = lambda c: say("report.yes", language) if c.chosen else ""  # noqa: E731
    rows = [[skeleton_name(c.name, language), exact(c.score), exact(c.low), exact(c.high), fmt.number(c.seconds, 1), mark(c)] for c in d.evidence.candidates]
    return _table(_names(language, "item", "value", "low", "high", "seconds", "chosen"), rows, frozenset({1, 2, 3, 4}))


def _plan(told: Story, language: str) -> str:
    phases = _table([say(f"plan.column.{k}", language) for k in ("phase", "days", "gpu", "cost")], [[p.name, p.days, p.gpu_hours, p.cost] for p in told.phases])
    gates = [[g.name, g.when, g.criterion, g.passes, g.spent] for g in told.gates]
    return phases + "\n\n" + _table([say(f"plan.column.{k}", language) for k in ("gate", "when", "stop", "passes", "spent")], gates)


def _decisions(told: Story, language: str) -> str:
    if not told.decisions:
        return say("report.no_decisions", language)
    head = [say("report.column.when", language)] + [say(f"gates.column.{k}", language) for k in ("who", "stage", "action", "reason", "conditions")]
    return _table(head, [[m.when, m.who, m.stage, f"{m.action} ({m.how})", m.reason, m.conditions] for m in told.decisions])


def _command(d: Dossier) -> str:
    return f"\n```\npython -m dualcore replay dualcore-{d.evaluation.id}.json DATA\n```\n"


def _skeleton(d: Dossier) -> str:
    """The architecture as JSON; a fence longer than any run of backticks in it."""
    code = json.dumps(d.evidence.skeleton, ensure_ascii=False, indent=1)
    fence = "`" * 4
    while fence in code:
        fence += "`"
    return f"{fence}json\n{code}\n{fence}"
