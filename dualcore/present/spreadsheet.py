"""Tables as files that spreadsheets open: no cell can start a formula, whatever people wrote."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

Cell = str | float | int | date | datetime | None

# Excel in Japanese also reads the full-width signs as the start of a formula.
_STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]+")
LONGEST_CELL = 32_000  # Excel refuses more than 32,767 characters
WIDEST = 48  # characters


def plain_cell(text: str) -> str:
    """``text`` on one line, with an apostrophe before what a spreadsheet would run."""
    line = _UNFIT.sub(" ", text)[:LONGEST_CELL]
    return f"'{line}" if line.lstrip()[:1] and line.lstrip()[0] in _STARTS else line


def csv_file(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with a byte order mark, so that Excel reads Japanese; dates as ISO 8601."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([plain_cell(name) for name in header])
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    return buffer.getvalue().encode("utf-8-sig")


def _csv_cell(value: Cell) -> object:
    if isinstance(value, str):
        return plain_cell(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return "" if value is None else value


def xlsx_file(title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """One sheet with a frozen, filterable header. Numbers stay numbers; texts are stored as text and never as a formula."""
    book = Workbook()
    sheet = book.active
    sheet.title = re.sub(r"[\[\]:*?/\\]", " ", title)[:31]
    for place, row in enumerate([list(header), *rows], 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(place, column)
            if isinstance(value, str):
                cell.value = _UNFIT.sub(" ", value)[:LONGEST_CELL]
                cell.data_type = "s"  # openpyxl takes a leading "=" for a formula
                cell.quotePrefix = True  # nor does Excel, once somebody edits the cell
            elif isinstance(value, datetime):
                cell.value = value.replace(tzinfo=None)  # Excel knows no zones
                cell.number_format = "yyyy-mm-dd hh:mm"
            else:
                cell.value = value
            if place == 1:
                cell.font = Font(bold=True)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    for column, name in enumerate(header, 1):
        longest = max([len(str(name)), *(len(str(r[column - 1] or "")) for r in rows)])
        sheet.column_dimensions[get_column_letter(column)].width = min(WIDEST, 4 + 1.4 * longest)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
