"""Excel workbooks: the sheet with the data, its cells as text."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

import python_calamine

from dualcore.intake.grid import Row
from dualcore.intake.reading import Reading, listed


def read_rows(data: bytes, reading: Reading) -> tuple[list[Row], str, tuple[str, ...]]:
    """Rows of the chosen sheet, its name, and the names of all visible sheets.

    Without a choice the sheet with the most filled cells is taken, and that is said.

    Raises
    ------
    DataError
        ``damaged_excel``, ``sheet_missing``, ``too_many_cells`` or ``empty_file``.
    """
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        visible = tuple(
            s.name
            for s in book.sheets_metadata
            if s.visible == python_calamine.SheetVisibleEnum.Visible and s.typ == python_calamine.SheetTypeEnum.WorkSheet
        )
        chosen = reading.options.sheet
        if chosen is not None and chosen not in book.sheet_names:
            reading.fail("sheet_missing", sheet=chosen, sheets=listed(visible))
        grids = {name: _cells(book, name, reading) for name in ([chosen] if chosen else visible)}
    except (python_calamine.CalamineError, OSError) as error:
        reading.fail("damaged_excel", detail=str(error)[:120])
    filled = {name: sum(bool(c.strip()) for row in grid for c in row) for name, grid in grids.items()}
    if not any(filled.values()):
        reading.fail("empty_file")
    sheet = max(filled, key=filled.__getitem__)
    if chosen is None and len(visible) > 1:
        reading.note("sheet_assumed", "warning", sheet=sheet, sheets=listed(visible))
    return [Row(i + 1, row) for i, row in enumerate(grids[sheet])], sheet, visible


def _cells(book: python_calamine.CalamineWorkbook, name: str, reading: Reading) -> list[list[str]]:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > reading.limits.cells:
        reading.fail("too_many_cells", limit=reading.limits.cells)
    rows = [[_text(v) for v in row] for row in sheet.to_python(skip_empty_area=False)]
    # Formatting reaches beyond the data: columns without a single value are not columns.
    width = max((max((j + 1 for j, c in enumerate(row) if c), default=0) for row in rows), default=0)
    return [row[:width] for row in rows]


def _text(value: object) -> str:
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return repr(value.total_seconds())
    return str(value)
