"""Cells of an Excel sheet: numbers stay numbers with a format, text can never become a formula."""

from __future__ import annotations

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from dualcore.report.clean import one_line
from dualcore.report.numbers import Unit
from dualcore.report.slideparts import lines_of

FACE = "Yu Gothic"
LONGEST = 32_000  # letters that Excel takes in a cell
FORMATS: dict[Unit, str] = {
    "score": "0.000", "gain": "+0.000;-0.000;0.000", "share": "0%", "probability": "0.000", "money": "#,##0", "rows": "#,##0", "days": "#,##0.0",
    "hours": "#,##0.0", "seconds": "#,##0.0", "number": "#,##0.0", "count": "#,##0",
}  # fmt: skip
THIN, RULE = Side(style="thin", color="333333"), Side(style="thin", color="D5DBE1")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD = PatternFill("solid", fgColor="F1F3F5")


def put_text(cell: Cell, words: object, bold: bool = False, wrap: bool = True, size: float = 10.5, ink: str = "1B2733") -> Cell:
    """Text, whatever it begins with: the cell's type is text, and Excel keeps it so when it is edited."""
    words = one_line(words)[:LONGEST]
    cell.value = words
    cell.data_type = "s"
    cell.quotePrefix = words[:1] in tuple("=+-@")
    cell.font = Font(name=FACE, size=size, bold=bold, color=ink)
    cell.alignment = Alignment(wrap_text=wrap, vertical="top")
    return cell


def put_number(cell: Cell, value: float | None, unit: Unit, bold: bool = False, size: float = 10.5) -> Cell:
    """The stored number at full precision, shown in the unit's format."""
    cell.value = value
    cell.number_format = FORMATS[unit]
    cell.font = Font(name=FACE, size=size, bold=bold, color="1B2733")
    cell.alignment = Alignment(horizontal="right", vertical="top", indent=1)
    return cell


def put_head(sheet: Worksheet, row: int, names: list[str]) -> None:
    """A line of column names."""
    for column, name in enumerate(names, 1):
        cell = put_text(sheet.cell(row, column), name, bold=True)
        cell.fill = HEAD
        cell.border = Border(bottom=THIN)


def set_widths(sheet: Worksheet, widths: list[float]) -> None:
    """Widths in letters."""
    for column, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column]].width = width


def set_height(sheet: Worksheet, row: int, texts: list[tuple[str, float]], size: float = 10.5, least: int = 1) -> None:
    """A row as tall as the tallest of its wrapped texts; pairs of (text, width in letters). Lines are split at newlines."""
    inches = lambda letters: letters * 7 / 96  # noqa: E731 - a letter of the default face is 7 pixels wide
    most = max((sum(lines_of(line, size, inches(width - 1)) for line in words.split("\n")) for words, width in texts), default=least)
    sheet.row_dimensions[row].height = max(most, least) * size * 1.6 + 3
