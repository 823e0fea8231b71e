"""The approval sheet as an Excel sheet on one A4 page, to fill in or to paste into a company's own form."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from dualcore.present.words import say
from dualcore.report.cells import BOX, HEAD, put_number, put_text, set_height, set_widths
from dualcore.report.dossier import Dossier
from dualcore.report.ringi import SEALS, Ringi, ringi

WIDTHS = [17, 17, 9, 13, 13, 13, 13, 13]  # letters; A label, B to H content; D to H the boxes for the seals
LAST = len(WIDTHS)
CONTENT = sum(WIDTHS[1:])
SCHEDULE = ((2, 2), (3, 4), (5, 6), (7, 7), (8, 8))  # first and last column of phase, stage, time, cost, state


def ringi_workbook(dossier: Dossier, language: str) -> bytes:
    """The sheet as a .xlsx file."""
    content, book = ringi(dossier, language), Workbook()
    sheet = book.active
    sheet.title = content.title[:31]
    set_widths(sheet, WIDTHS)
    setup = sheet.page_setup
    setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight = 9, "portrait", 1, 1
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    _merged(sheet, 1, 1, LAST)
    put_text(sheet.cell(1, 1), content.title, bold=True, size=18).alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 34
    _head(sheet, content, language)
    row = _field(sheet, 8, say("ringi.subject", language), [content.subject], bold=True)
    for field in content.rows:
        if field.key == "attached":
            row = _schedule(sheet, row, content, language)
        row = _field(sheet, row, field.label, field.lines)
        if field.key == "cost" and content.cost:
            row = _amount(sheet, row, content, dossier, language)
    row = _field(sheet, row, say("ringi.result", language), [say("ringi.result_boxes", language)])
    put_text(sheet.cell(row, 1), content.foot, wrap=False, size=8, ink="5B6876")
    sheet.print_area = f"A1:H{row}"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _merged(sheet: Worksheet, row: int, first: int, last: int, down: int = 0) -> None:
    if last > first or down:
        sheet.merge_cells(start_row=row, start_column=first, end_row=row + down, end_column=last)


def _boxed(sheet: Worksheet, row: int, first: int, last: int, down: int = 0) -> None:
    for r in range(row, row + down + 1):
        for c in range(first, last + 1):
            sheet.cell(r, c).border = BOX


def _head(sheet: Worksheet, content: Ringi, language: str) -> None:
    """Number, date, department and author at the left, the boxes for the seals at the right."""
    for offset, (key, value) in enumerate((("number", ""), ("date", content.date), ("section", ""), ("author", content.author))):
        row = 3 + offset
        put_text(sheet.cell(row, 1), say(f"ringi.{key}", language)).fill = HEAD
        put_text(sheet.cell(row, 2), value)
        _boxed(sheet, row, 1, 2)
        sheet.row_dimensions[row].height = 24
    for offset, seal in enumerate(SEALS):
        column = 4 + offset
        put_text(sheet.cell(3, column), say(f"ringi.seal.{seal}", language)).alignment = Alignment(horizontal="center", vertical="center")
        sheet.cell(3, column).fill = HEAD
        _merged(sheet, 4, column, column, 1)
        put_text(sheet.cell(4, column), content.author if seal == "author" else "", ink="777777").alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        _boxed(sheet, 3, column, column, 2)
    _merged(sheet, 6, 4, 5)
    put_text(sheet.cell(6, 4), say("ringi.decided_on", language)).fill = HEAD
    _merged(sheet, 6, 6, LAST)
    _boxed(sheet, 6, 4, LAST)


def _field(sheet: Worksheet, row: int, label: str, lines: list[str], bold: bool = False) -> int:
    """A labelled field over the whole width; gives the next row."""
    put_text(sheet.cell(row, 1), label, bold=True).fill = HEAD
    _merged(sheet, row, 2, LAST)
    cell = put_text(sheet.cell(row, 2), lines[0] if lines else "", bold=bold)
    if len(lines) > 1:
        # Lines of one cell: each was made a single line before they are joined.
        cell.value = "\n".join(put_text(sheet.cell(row, 2), line).value for line in lines)
        cell.data_type = "s"
        cell.quotePrefix = cell.value[:1] in tuple("=+-@")
    _boxed(sheet, row, 1, LAST)
    set_height(sheet, row, [(str(cell.value), CONTENT), (label, WIDTHS[0])])
    return row + 1


def _amount(sheet: Worksheet, row: int, content: Ringi, dossier: Dossier, language: str) -> int:
    """The cost once more as a number, for sums and forms."""
    put_text(sheet.cell(row, 1), say("ringi.column.cost", language)).fill = HEAD
    put_number(sheet.cell(row, 2), content.cost, "money", bold=True)
    put_text(sheet.cell(row, 3), dossier.verdict.currency)
    _merged(sheet, row, 3, LAST)
    _boxed(sheet, row, 1, LAST)
    return row + 1


def _schedule(sheet: Worksheet, row: int, content: Ringi, language: str) -> int:
    names = [say(f"ringi.column.{k}", language) for k in ("phase", "stage", "days", "cost", "state")]
    put_text(sheet.cell(row, 1), say("ringi.schedule", language), bold=True)
    _merged(sheet, row, 1, 1, len(content.schedule))
    widths = [sum(WIDTHS[a - 1 : b]) for a, b in SCHEDULE]
    for offset, p in enumerate([None, *content.schedule]):
        cells = names if p is None else [p.phase, p.stage, p.days, p.cost_text, p.state]
        for place, ((first, last), words) in enumerate(zip(SCHEDULE, cells)):
            cell = sheet.cell(row + offset, first)
            if p is not None and place == 3 and p.cost is not None:
                put_number(cell, p.cost, "money")
            else:
                put_text(cell, words, bold=p is None)
            if p is None:
                cell.fill = HEAD
            _merged(sheet, row + offset, first, last)
        _boxed(sheet, row + offset, 1, LAST)
        sheet.cell(row + offset, 1).fill = HEAD
        set_height(sheet, row + offset, list(zip(cells, widths)))
    return row + 1 + len(content.schedule)
