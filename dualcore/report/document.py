"""The report as one HTML page: self-contained, set for A4, charts inline; WeasyPrint makes the PDF from the same text."""

from __future__ import annotations

from html import escape

from dualcore.present import format as fmt
from dualcore.present.figures.style import FONT, LIGHT
from dualcore.present.words import say
from dualcore.report.charts import curve_chart, level_chart, money_chart, plan_chart, shares_chart
from dualcore.report.clean import one_line
from dualcore.report.dossier import Dossier
from dualcore.report.numbers import ReportNumber, money, numbers
from dualcore.report.phrases import phrases
from dualcore.report.story import Story, made_line, story

CSS = """
@page { size: A4; margin: 18mm 17mm 18mm 17mm;
  @bottom-left { content: string(foot); font: 8pt FAMILY; color: #5b6876; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt FAMILY; color: #5b6876; } }
* { box-sizing: border-box; }
body { font-family: FAMILY; font-size: 10pt; line-height: 1.65; color: #1b2733; background: #fff; margin: 0 auto; max-width: 176mm;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.foot { string-set: foot content(); }
h1 { font-size: 20pt; line-height: 1.35; margin: 2mm 0 3mm; }
h2 { font-size: 13pt; line-height: 1.4; margin: 8mm 0 2mm; break-after: avoid; }
h3 { font-size: 10.5pt; margin: 3mm 0 1mm; break-after: avoid; }
p, ul, ol { margin: 1mm 0 2mm; } ul, ol { padding-left: 6mm; }
.eyebrow, .small, .foot { color: #5b6876; font-size: 8.5pt; }
.verdict { border-left: 2.5mm solid VERDICT; padding: 1mm 0 1mm 5mm; margin: 4mm 0 5mm; break-inside: avoid; }
.verdict h1 { color: VERDICT; margin: 0 0 1mm; } .badge { font-weight: 700; color: VERDICT; }
.cards { display: flex; gap: 5mm; margin: 3mm 0; break-inside: avoid; }
.card { flex: 1; border: 0.3mm solid #d5dbe1; border-radius: 1.5mm; padding: 3mm 4mm; }
.card b { display: block; font-size: 16pt; line-height: 1.3; }
figure { margin: 2mm 0 3mm; break-inside: avoid; } figure svg { width: 100%; height: auto; display: block; }
figcaption { color: #5b6876; font-size: 8.5pt; }
table { border-collapse: collapse; width: 100%; font-size: 8.5pt; line-height: 1.45; margin: 2mm 0 4mm; }
th { text-align: left; border-bottom: 0.4mm solid #1b2733; padding: 1mm 2mm 1mm 0; vertical-align: bottom; }
td { border-bottom: 0.2mm solid #d5dbe1; padding: 1mm 2mm 1mm 0; vertical-align: top; }
tr { break-inside: avoid; } thead { display: table-header-group; }
th.n, td.n { text-align: right; white-space: nowrap; padding-left: 2mm; } tr.own td { font-weight: 700; }
.two { display: flex; gap: 8mm; } .two > div { flex: 1; }
.phrases { background: #f4f6f8; padding: 2mm 4mm; font-size: 8.5pt; color: #3a4651; break-inside: avoid; } .phrases ul { margin: 0; } .phrases { break-before: avoid; }
.new { break-before: page; }
@media screen { body { padding: 24px 20px 60px; max-width: 760px; } }
@media screen and (max-width: 560px) { .cards, .two { flex-direction: column; gap: 12px; } table { display: block; overflow-x: auto; } }
"""


def html_page(title: str, language: str, css: str, body: str) -> str:
    """A whole page; ``body`` is HTML already, ``title`` is text."""
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">'
        f"<title>{text(title)}</title><style>{css}</style></head><body>{body}</body></html>"
    )


def text(words: object) -> str:
    """Any text as HTML; characters that HTML or a PDF cannot hold become spaces."""
    return escape(one_line(str(words)), quote=True)


def report_html(dossier: Dossier, language: str) -> str:
    """The whole report."""
    told, d = story(dossier, language), dossier
    say_ = phrases(dossier, told, language)
    parts = [_opening(d, told, language), _cards(d, language), _reasons(told, language)]
    parts.append(_section("level", told.level, language, _figure(level_chart(d, language), told.level_note), say_["level"]))
    body = _figure(money_chart(d, language), say("report.figure.net", language)) + _money(d, language) + f'<p class="small">{text(told.money_basis)}</p>'
    parts.append(_section("money", told.money, language, body, say_["money"]))
    if d.evidence.curve.points:
        body = _figure(curve_chart(d, language), told.curve_note)
        parts.append(_section("curve", told.curve, language, body, say_["curve"][:1]))
    parts.append(_section("coverage", told.coverage, language, _figure(shares_chart(d, language), say("figure.share.read", language)), say_["curve"][1:]))
    parts.append(_risks(told, language))
    if told.stages:
        parts.append(_section("stages", "", language, _items(told.stages)))
    parts.append(_plan(d, told, language, say_["plan"]))
    parts.append(_decisions(told, language))
    parts.append(_figures(numbers(d, language), language))
    parts.append(_provenance(told, language))
    css = CSS.replace("FAMILY", FONT).replace("VERDICT", LIGHT.verdict[d.verdict.decision])
    return html_page(told.name, language, css, "".join(parts))


def _opening(d: Dossier, told: Story, language: str) -> str:
    return (
        f'<div class="foot">{text(told.name)} · {text(told.foot)}</div><p class="eyebrow">{text(made_line(d, language))}</p>'
        f"<h2 style='margin-top:2mm'>{text(told.name)}</h2><p>{text(told.question)}</p><p>{text(told.goal)}</p>"
        f'<div class="verdict"><p class="badge">{text(told.verdict_line)}</p><h1>{text(told.headline)}</h1>'
        f"<p>{text(say('report.next_line', language, step=told.next_step))} {text(told.next_cost)}</p></div>"
    )


def _cards(d: Dossier, language: str) -> str:
    """At most three key figures."""
    found = {n.key: n for n in numbers(d, language)}
    third = found["avoided"] if d.verdict.avoided > 0 else found["plan_net"]
    cards = []
    for n in (found["score"], found["confidence"], third):
        below = n.interval(language) or n.meaning
        if n.key == "score":
            below = f"{below} · {say('result.goal', language, goal=found['goal'].text(language))}"
        cards.append(f'<div class="card"><span class="small">{text(n.label)}</span><b>{text(n.text(language))}</b><span class="small">{text(below)}</span></div>')
    return f'<div class="cards">{"".join(cards)}</div>'


def _reasons(told: Story, language: str) -> str:
    listed = "".join(f"<li>{text(r)}</li>" for r in told.reasons)
    return f"<h2>{text(say('report.head.reasons', language))}</h2><ol>{listed}</ol>" if told.reasons else ""


def _section(name: str, finding: str, language: str, body: str, say_: list[str] | None = None) -> str:
    spoken = f'<div class="phrases"><b>{text(say("report.phrases", language))}</b>{_items(say_)}</div>' if say_ else ""
    found = f"<h3>{text(finding)}</h3>" if finding else ""
    return f"<h2>{text(say(f'report.head.{name}', language))}</h2>{found}{body}{spoken}"


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{text(caption)}</figcaption></figure>"


def _items(lines: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{text(line)}</li>' for line in lines)}</ul>"


def table(head: list[str], rows: list[list[str]], numeric: set[int], own: set[int] = frozenset()) -> str:
    """A table of texts; ``numeric`` columns are set to the right, ``own`` rows are bold."""
    side = lambda i: ' class="n"' if i in numeric else ""  # noqa: E731
    top = "".join(f"<th{side(i)}>{text(h)}</th>" for i, h in enumerate(head))
    body = "".join(
        f"<tr{' class=own' if place in own else ''}>{''.join(f'<td{side(i)}>{text(c)}</td>' for i, c in enumerate(row))}</tr>" for place, row in enumerate(rows)
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _money(d: Dossier, language: str) -> str:
    amount = lambda v: fmt.money(v, d.verdict.currency, language)  # noqa: E731
    rows = money(d, language)
    head = [say(f"result.{k}", language) for k in ("course", "probability", "cost", "value", "net")]
    cells = [[r.label, fmt.percent(r.probability), amount(r.cost), amount(r.value), amount(r.net)] for r in rows]
    return table(head, cells, {1, 2, 3, 4}, {i for i, r in enumerate(rows) if r.recommended})


def _risks(told: Story, language: str) -> str:
    halves = [f"<div><h3>{text(say(f'report.head.{k}', language))}</h3>{_items(lines)}</div>" for k, lines in (("changes", told.changes), ("risks", told.risks))]
    return f"<h2>{text(say('report.head.risk', language))}</h2><div class=\"two\">{''.join(halves)}</div>"


def _plan(d: Dossier, told: Story, language: str, say_: list[str]) -> str:
    against = "" if d.verdict.decision == "invest" else f"<p>{text(say('plan.against', language, verdict=told.verdict))}</p>"
    heads = lambda names: [say(f"plan.column.{n}", language) for n in names]  # noqa: E731
    phases = table(heads(("phase", "days", "gpu", "cost")), [[p.name, p.days, p.gpu_hours, p.cost] for p in told.phases], {1, 2, 3})
    gates = table(heads(("gate", "when", "stop", "passes", "spent")), [[g.name, g.when, g.criterion, g.passes, g.spent] for g in told.gates], {3, 4})
    return _section("plan", told.plan, language, against + _figure(plan_chart(d, language), say("figure.plan.read", language)) + phases + gates, say_)


def _decisions(told: Story, language: str) -> str:
    if not told.decisions:
        return _section("decisions", "", language, f"<p>{text(say('report.no_decisions', language))}</p>")
    head = [say("report.column.when", language)] + [say(f"gates.column.{k}", language) for k in ("who", "stage", "action", "reason", "conditions")]
    rows = [[m.when, m.who, m.stage, f"{m.action} ({m.how})", m.reason, m.conditions] for m in told.decisions]
    return _section("decisions", "", language, table(head, rows, set()))


def _figures(found: list[ReportNumber], language: str) -> str:
    head = [say(f"report.column.{k}", language) for k in ("item", "value", "meaning")]
    rows = [[n.label, f"{n.text(language)} {f'({n.interval(language)})' if n.interval(language) else ''}".strip(), n.meaning] for n in found]
    return f"<h2 class=new>{text(say('report.head.figures', language))}</h2>" + table(head, rows, {1})


def _provenance(told: Story, language: str) -> str:
    head = [say(f"report.column.{k}", language) for k in ("item", "content")]
    return f"<h2>{text(say('report.head.provenance', language))}</h2>" + table(head, [[f.label, f.text] for f in told.provenance], set())
