"""The figures as an Excel workbook: every number at full precision, with its unit, meaning and place in the record."""

from __future__ import annotations

import io

from openpyxl import Workbook

from dualcore.present import format as fmt
from dualcore.present.architecture import skeleton_name
from dualcore.present.words import say
from dualcore.report.cells import put_head, put_number, put_text, set_height, set_widths
from dualcore.report.clean import short
from dualcore.report.dossier import Dossier
from dualcore.report.numbers import ReportNumber, curve, levels, money, numbers
from dualcore.report.story import Story, story


def workbook(dossier: Dossier, language: str) -> bytes:
    """The workbook as a .xlsx file: figures, levels, money, plan, curve, candidates, decisions, provenance."""
    book, told = Workbook(), story(dossier, language)
    book.remove(book.active)
    _figures(book, dossier, told, language)
    _levels(book, dossier, language)
    _money(book, dossier, language)
    _plan(book, dossier, told, language)
    _curve(book, dossier, language)
    _candidates(book, dossier, language)
    _decisions(book, dossier, language)
    _provenance(book, told, language)
    book.properties.title = short(told.name, 200)
    book.properties.creator = short(dossier.author, 200)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, key: str, language: str, names: list[str], widths: list[float]):
    sheet = book.create_sheet(say(f"report.head.{key}", language).replace(":", " ")[:31])
    put_head(sheet, 1, names)
    set_widths(sheet, widths)
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = "landscape", 9, 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return sheet


def _columns(language: str, *keys: str) -> list[str]:
    return [say(key if "." in key else f"report.column.{key}", language) for key in keys]


def unit_words(number: ReportNumber, dossier: Dossier, language: str) -> str:
    """The unit of a figure in words."""
    metric = fmt.metric_name(dossier.evidence.metric, language)
    return say(f"report.unit.{number.unit}", language, metric=metric, currency=dossier.verdict.currency)


def _figures(book: Workbook, d: Dossier, told: Story, language: str) -> None:
    sheet = _sheet(book, "figures", language, _columns(language, "item", "value", "low", "high", "unit", "meaning", "source"), [44, 16, 14, 14, 26, 62, 48])
    for row, n in enumerate(numbers(d, language), 2):
        put_text(sheet.cell(row, 1), n.label)
        for column, value in ((2, n.value), (3, n.low), (4, n.high)):
            put_number(sheet.cell(row, column), value, n.unit, bold=column == 2)
        for column, words in ((5, unit_words(n, d, language)), (6, n.meaning), (7, n.source)):
            put_text(sheet.cell(row, column), words)
        set_height(sheet, row, [(n.label, 44), (n.meaning, 62)])
    last = sheet.max_row + 2
    for offset, words in enumerate((told.name, told.question, told.verdict_line, told.headline, *told.reasons)):
        put_text(sheet.cell(last + offset, 1), words, bold=offset in (0, 3), wrap=False)


def _levels(book: Workbook, d: Dossier, language: str) -> None:
    sheet = _sheet(book, "level", language, _columns(language, "result.model", "value", "low", "high", "source"), [34, 14, 14, 14, 48])
    for row, r in enumerate(levels(d, language), 2):
        put_text(sheet.cell(row, 1), r.label, bold=r.own)
        for column, value in ((2, r.value), (3, r.low), (4, r.high)):
            put_number(sheet.cell(row, column), value, "score")
        put_text(sheet.cell(row, 5), r.source)


def _money(book: Workbook, d: Dossier, language: str) -> None:
    names = _columns(language, "result.course", "report.recommended", "result.probability", "result.cost", "result.value", "result.net", "unit", "source")
    sheet = _sheet(book, "money", language, names, [18, 12, 16, 16, 18, 18, 10, 40])
    for row, r in enumerate(money(d, language), 2):
        put_text(sheet.cell(row, 1), r.label, bold=r.recommended)
        put_text(sheet.cell(row, 2), say("report.yes", language) if r.recommended else "")
        put_number(sheet.cell(row, 3), r.probability, "share")
        for column, value in ((4, r.cost), (5, r.value), (6, r.net)):
            put_number(sheet.cell(row, column), value, "money", bold=r.recommended)
        put_text(sheet.cell(row, 7), d.verdict.currency)
        put_text(sheet.cell(row, 8), r.source)


def _plan(book: Workbook, d: Dossier, told: Story, language: str) -> None:
    names = _columns(language, "plan.column.phase", "start", "length", "plan.column.gpu", "plan.column.cost", "unit")
    sheet = _sheet(book, "plan", language, names, [30, 18, 12, 14, 18, 12, 18, 18, 18])
    for row, p in enumerate(d.plan.phases, 2):
        put_text(sheet.cell(row, 1), told.phases[row - 2].name)
        for column, value, unit in ((2, p.start, "days"), (3, p.days, "days"), (4, p.gpu_hours, "hours"), (5, p.cost, "money")):
            put_number(sheet.cell(row, column), value, unit)
        put_text(sheet.cell(row, 6), d.plan.currency)
    start = sheet.max_row + 2
    names = _columns(language, "plan.column.gate", "plan.column.when", "threshold", "plan.column.passes", "plan.column.spent", "unit", "plan.column.ahead", "plan.column.chance")
    put_head(sheet, start, [*names, say("plan.column.stop", language)])
    for row, g in enumerate(d.plan.gates, start + 1):
        line = told.gates[row - start - 1]
        put_text(sheet.cell(row, 1), line.name)
        values = ((2, g.day, "days"), (3, g.threshold, "score"), (4, g.passes, "share"), (5, g.spent, "money"), (7, g.ahead, "money"), (8, g.chance, "share"))
        for column, value, unit in values:
            put_number(sheet.cell(row, column), value, unit)
        put_text(sheet.cell(row, 6), d.plan.currency)
        put_text(sheet.cell(row, 9), line.criterion, wrap=False)


def _curve(book: Workbook, d: Dossier, language: str) -> None:
    sheet = _sheet(book, "curve", language, _columns(language, "rows", "kind", "value", "low", "high", "source"), [14, 14, 14, 14, 14, 48])
    for row, r in enumerate(curve(d), 2):
        put_number(sheet.cell(row, 1), r.rows, "rows")
        put_text(sheet.cell(row, 2), say("report.figure.forecast" if r.forecast else "report.figure.measured", language))
        for column, value in ((3, r.score), (4, r.low), (5, r.high)):
            put_number(sheet.cell(row, column), value, "score")
        put_text(sheet.cell(row, 6), r.source)


def _candidates(book: Workbook, d: Dossier, language: str) -> None:
    sheet = _sheet(book, "candidates", language, _columns(language, "item", "value", "low", "high", "seconds", "chosen"), [40, 14, 14, 14, 16, 12])
    for row, c in enumerate(d.evidence.candidates, 2):
        put_text(sheet.cell(row, 1), skeleton_name(c.name, language), bold=c.chosen)
        for column, value, unit in ((2, c.score, "score"), (3, c.low, "score"), (4, c.high, "score"), (5, c.seconds, "seconds")):
            put_number(sheet.cell(row, column), value, unit)
        put_text(sheet.cell(row, 6), say("report.yes", language) if c.chosen else "")


def _decisions(book: Workbook, d: Dossier, language: str) -> None:
    keys = ("number", "who", "stage", "recommended", "action", "reason", "conditions", "avoided")
    names = [say("report.column.when", language)] + [say(f"gates.column.{k}", language) for k in keys]
    sheet = _sheet(book, "decisions", language, [*names, say("report.column.unit", language)], [20, 8, 22, 18, 14, 14, 50, 40, 16, 10])
    for row, m in enumerate(d.decisions, 2):
        verdicts = [say(f"verdict.{v}", language) for v in (m.recommended, m.action)]
        cells = [(1, d.minute(m.created)), (3, m.user_name), (4, say(f"stage.{m.stage}", language)), (5, verdicts[0]), (6, verdicts[1]), (7, m.reason), (8, m.conditions), (10, m.currency)]
        for column, words in cells:
            put_text(sheet.cell(row, column), words)
        put_number(sheet.cell(row, 2), m.number, "count")
        put_number(sheet.cell(row, 9), m.avoided, "money")
        set_height(sheet, row, [(m.reason, 50), (m.conditions, 40), (m.user_name, 22)])


def _provenance(book: Workbook, told: Story, language: str) -> None:
    sheet = _sheet(book, "provenance", language, _columns(language, "item", "content"), [32, 90])
    for row, f in enumerate(told.provenance, 2):
        put_text(sheet.cell(row, 1), f.label)
        put_text(sheet.cell(row, 2), f.text)
        set_height(sheet, row, [(f.text, 90)])
