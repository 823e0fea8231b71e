"""The approval sheet: one page in the form that Japanese companies circulate (ringi), and the same in English.

The stages are mapped to the phases that procurement knows from the METI contract guideline on AI: assessment (stage 1),
proof of concept (stages 2 and 3), development (stage 4) and retraining (in use).
"""

from __future__ import annotations

from dualcore.present import format as fmt
from dualcore.present.figures.style import FONT
from dualcore.present.words import say
from dualcore.record import Record
from dualcore.report.clean import short
from dualcore.report.document import html_page, table, text
from dualcore.report.dossier import Dossier
from dualcore.report.pdf import one_page
from dualcore.report.story import Story, amount, story

SEALS = ("decider", "director", "manager", "section", "author")
LONG, LINE = 320, 170  # letters of a free text, and of one line of a list, that one page has room for


class Row(Record):
    """One labelled field with its lines."""

    key: str
    label: str
    lines: list[str]


class PhaseRow(Record):
    """One line of the schedule. ``cost``: None where there is no estimate."""

    key: str
    phase: str
    stage: str
    days: str
    cost: float | None
    cost_text: str
    state: str


class Ringi(Record):
    """What the sheet says; texts are plain. Money before tax."""

    title: str
    date: str
    author: str
    subject: str
    rows: list[Row]
    schedule: list[PhaseRow]
    cost: float
    foot: str


def ringi(dossier: Dossier, language: str) -> Ringi:
    """The content of the sheet: it asks for the human decision where there is one, else for what is recommended."""
    d, told = dossier, story(dossier, language)
    chosen = d.option(d.action)
    cost = chosen.cost if chosen else 0.0
    rows = [
        ("purpose", [short(told.question, LONG), told.goal]), ("content", _content(d, told, language)),
        ("basis", _basis(d, told, language)), ("cost", _cost(d, cost, language)), ("effect", _effect(d, language)),
        ("risk", [short(r, LINE) for r in told.risks[:3]]), ("gates", _gates(d, told, language)), ("alternatives", _alternatives(d, language)),
        ("attached", [say("ringi.attached_text", language)]),
    ]  # fmt: skip
    return Ringi(
        title=say("ringi.title", language), date=d.day(d.made), author=short(d.author, 40), subject=_subject(d, language),
        rows=[Row(key=k, label=say(f"ringi.{k}", language), lines=lines) for k, lines in rows], schedule=_schedule(d, language), cost=cost, foot=told.foot,
    )  # fmt: skip


def _subject(d: Dossier, language: str) -> str:
    model = d.verdict.recommended_model
    name = short(d.project.name, 60)
    if d.action == "adopt" and model in ("linear", "boosted_trees"):
        return say("ringi.subject.adopt_simple", language, name=name, model=say(f"model.{model}", language))
    return say(f"ringi.subject.{d.action}", language, name=name)


def _content(d: Dossier, told: Story, language: str) -> list[str]:
    if d.action == d.verdict.decision:
        return [told.headline, say("report.next_line", language, step=told.next_step)]
    return [say(f"result.sentence.{d.action}", language)]


def _basis(d: Dossier, told: Story, language: str) -> list[str]:
    last, made = d.evidence.last_layer, d.decision
    lines = [say(
        "ringi.basis_text", language, verdict=told.verdict, confidence=told.confidence, metric=fmt.metric_name(d.evidence.metric, language),
        score=fmt.score(last.score, last.low, last.high), interval=fmt.interval(last.low, last.high, language),
        goal=fmt.score(d.verdict.goal, last.low, last.high),
    )]  # fmt: skip
    lines += [short(r, LINE) for r in told.reasons[:2]] + [short(s, LINE) for s in told.stages]
    if made is not None:
        line = told.decisions[d.decisions.index(made)]
        lines.append(say("ringi.basis_decided", language, when=line.when, who=short(line.who, 40), action=line.action, how=line.how))
        if made.reason:
            lines.append(say("ringi.basis_reason", language, reason=short(made.reason, LINE)))
        if made.conditions:
            lines.append(say("ringi.basis_conditions", language, conditions=short(made.conditions, LINE)))
    return lines


def _cost(d: Dossier, cost: float, language: str) -> list[str]:
    lines = [say("ringi.cost_text", language, cost=amount(d, cost, language)) if cost else say("ringi.cost_free", language)]
    if d.action in ("invest", "re-evaluate"):
        lines.append(say("ringi.cost_most", language, cost=amount(d, d.plan.cost, language)))
    return [*lines, say("ringi.cost_tax", language)]


def _effect(d: Dossier, language: str) -> list[str]:
    chosen, lines = d.option(d.action), []
    if chosen is not None and d.action != "stop":
        lines.append(say(
            "ringi.effect_text", language, chance=fmt.percent(chosen.probability), value=amount(d, chosen.value, language),
            net=amount(d, chosen.net, language), worth=amount(d, d.verdict.terms.value, language),
        ))  # fmt: skip
    avoided = d.decision.avoided if d.decision is not None else d.verdict.avoided
    if avoided > 0 and d.action != "invest":
        lines.append(say("ringi.effect_avoided", language, avoided=amount(d, avoided, language)))
    return lines or ["–"]


def _gates(d: Dossier, told: Story, language: str) -> list[str]:
    changes = [say("ringi.gate_review", language, text=short(c, LINE)) for c in told.changes[:2]]
    if d.action in ("stop", "adopt"):
        return changes
    return [say("ringi.gate_text", language, name=g.name, when=g.when, criterion=g.criterion) for g in told.gates] + changes[:1]


def _alternatives(d: Dossier, language: str) -> list[str]:
    return [
        say("ringi.alternative", language, name=say(f"verdict.{o.decision}", language), cost=amount(d, o.cost, language), net=amount(d, o.net, language))
        for o in d.verdict.options
        if o.decision != d.action
    ] or ["–"]


def _schedule(d: Dossier, language: str) -> list[PhaseRow]:
    """Assessment is done; the request covers the phase that the action belongs to."""
    t, p = d.verdict.terms, d.verdict.protocol
    phases = {x.code: x for x in d.plan.phases}
    poc = p.days_reevaluate * t.day_cost + p.gpu_hours_reevaluate * t.gpu_hour_cost + phases["tune"].cost
    whole = [phases[c] for c in ("reproduce", "train", "deploy")]
    pilot = d.action == "adopt"
    development = phases["deploy"].cost if pilot else sum(x.cost for x in whole)
    days = phases["deploy"].days if pilot else sum(x.days for x in whole)
    ran = d.reevaluation is not None or d.tuning is not None
    states = {
        "assessment": "done",
        "poc": "asked" if d.action in ("re-evaluate", "invest") else "partly" if ran else "not",
        "development": {"adopt": "pilot", "stop": "not"}.get(d.action, "next"),
        "retraining": "not" if d.action == "stop" else "next",
    }
    seconds = d.evidence.cost.seconds
    done = say("ringi.days.done", language, date=d.day(d.evaluation.created), time=fmt.duration(seconds, language))
    planned = lambda n: say("ringi.days.planned", language, days=fmt.number(n, 0))  # noqa: E731
    lines = {
        "assessment": (done, seconds / 3600 * t.gpu_hour_cost), "poc": (planned(p.days_reevaluate + phases["tune"].days), poc),
        "development": (planned(days), development), "retraining": (say("ringi.days.later", language), None),
    }  # fmt: skip
    return [
        PhaseRow(
            key=key, phase=say(f"ringi.phase.{key}", language), stage=say(f"ringi.stage.{key}", language), days=when, cost=cost,
            cost_text=say("ringi.cost.later", language) if cost is None else amount(d, cost, language), state=say(f"ringi.state.{states[key]}", language),
        )
        for key, (when, cost) in lines.items()
    ]  # fmt: skip


CSS = """
@page { size: A4; margin: 13mm 15mm 12mm 15mm; }
* { box-sizing: border-box; }
body { font-family: FAMILY; font-size: SIZEpt; line-height: 1.5; color: #111; background: #fff; margin: 0 auto; max-width: 180mm; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums; }
h1 { text-align: center; font-size: 18pt; letter-spacing: SPACE; margin: 0 0 3mm; font-weight: 700; }
.top { display: flex; justify-content: space-between; align-items: flex-end; margin-bottom: 3mm; gap: 4mm; }
table { border-collapse: collapse; width: 100%; } td, th { border: 0.25mm solid #333; padding: 1mm 2mm; text-align: left; vertical-align: top; font-weight: 400; }
table.meta { width: 76mm; table-layout: fixed; } table.meta th { width: 29mm; background: #f1f3f5; }
table.seals { width: 94mm; table-layout: fixed; } table.seals th { text-align: center; background: #f1f3f5; padding: 0.5mm; white-space: nowrap; font-size: 0.9em; }
table.seals td { height: 17mm; text-align: center; vertical-align: middle; color: #777; }
table.form > tbody > tr > th { width: 31mm; background: #f1f3f5; font-weight: 700; } .form p { margin: 0; }
table.form table { margin: 0; table-layout: fixed; font-size: 0.92em; line-height: 1.4; } table.form table td, table.form table th { border: 0.2mm solid #999; padding: 0.6mm 1.5mm; }
table.form td.in { padding: 0; } .in th:nth-child(1) { width: 18%; } .in th:nth-child(2) { width: 28%; } .in th:nth-child(3) { width: 20%; } .in th:nth-child(4) { width: 16%; } td.n, th.n { text-align: right; } .foot { color: #555; font-size: 7.5pt; margin-top: 2mm; }
@media screen { body { padding: 24px 16px; max-width: 760px; } .top { flex-wrap: wrap; } }
"""
SIZES = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0, 6.5)


def ringi_html(dossier: Dossier, language: str, size: float = SIZES[0]) -> str:
    """The sheet as a page of its own; ``size``: of the type, in points."""
    sheet = ringi(dossier, language)
    label = lambda key: text(say(f"ringi.{key}", language))  # noqa: E731
    meta = "".join(
        f"<tr><th>{label(key)}</th><td>{text(value)}</td></tr>" for key, value in (("number", ""), ("date", sheet.date), ("section", ""), ("author", sheet.author))
    )
    seals = "".join(f"<th>{label(f'seal.{s}')}</th>" for s in SEALS), "".join(f"<td>{text(sheet.author) if s == 'author' else ''}</td>" for s in SEALS)
    result = f"<tr><th colspan=2>{label('decided_on')}</th><td colspan=3 style='height:6mm'></td></tr>"
    rows = [f"<tr><th>{label('subject')}</th><td><b>{text(sheet.subject)}</b></td></tr>"]
    for row in sheet.rows:
        if row.key == "attached":
            head = [say(f"ringi.column.{k}", language) for k in ("phase", "stage", "days", "cost", "state")]
            cells = [[p.phase, p.stage, p.days, p.cost_text, p.state] for p in sheet.schedule]
            rows.append(f'<tr><th>{label("schedule")}</th><td class="in">{table(head, cells, {3})}</td></tr>')
        rows.append(f"<tr><th>{text(row.label)}</th><td>{''.join(f'<p>{text(line)}</p>' for line in row.lines)}</td></tr>")
    rows.append(f"<tr><th>{label('result')}</th><td>{label('result_boxes')}</td></tr>")
    body = (
        f'<h1>{text(sheet.title)}</h1><div class="top"><table class="meta"><tbody>{meta}</tbody></table>'
        f'<table class="seals"><tbody><tr>{seals[0]}</tr><tr>{seals[1]}</tr>{result}</tbody></table></div>'
        f'<table class="form"><tbody>{"".join(rows)}</tbody></table><p class="foot">{text(sheet.foot)}</p>'
    )
    css = CSS.replace("FAMILY", FONT).replace("SIZE", str(size)).replace("SPACE", "0.6em" if language == "ja" else "0.05em")
    return html_page(f"{sheet.title}: {sheet.subject}", language, css, body)


def ringi_pdf(dossier: Dossier, language: str) -> bytes:
    """The sheet on exactly one A4 page: the type is as large as the content lets it be.

    Raises DataError (``report_no_engine``, ``report_no_font``).
    """
    return one_page([ringi_html(dossier, language, size) for size in SIZES])
