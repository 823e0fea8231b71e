"""Tables: delimited text, Excel, Parquet. The content decides, never the file's name."""

from __future__ import annotations

import io

import pandas as pd

from dualcore.intake import text, workbook
from dualcore.intake.columns import Typed, type_column
from dualcore.intake.grid import Grid, Row, to_grid
from dualcore.intake.reading import Reading, listed

TYPING_NOTES = 8


def frame_from_text(data: bytes, reading: Reading) -> dict[str, Typed]:
    content, _ = text.decode(data, reading)
    if not content.strip():
        reading.fail("empty_file")
    rows, _, decimal = text.read_rows(content, reading)
    return _from_rows(rows, decimal, reading)


def frame_from_excel(data: bytes, reading: Reading) -> tuple[dict[str, Typed], list[str]]:
    """(typed columns, names of the visible sheets)."""
    rows, _, sheets = workbook.read_rows(data, reading)
    return _from_rows(rows, ".", reading), list(sheets)


def frame_from_parquet(data: bytes, reading: Reading) -> dict[str, Typed]:
    import pyarrow
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(io.BytesIO(data))
        if file.metadata.num_rows * file.metadata.num_columns > reading.limits.cells:
            reading.fail("too_many_cells", limit=reading.limits.cells)
        frame = file.read().to_pandas()
    except (pyarrow.ArrowInvalid, pyarrow.ArrowException, OSError):
        reading.fail("parquet_damaged")
    return typed_frame(frame, reading)


def typed_frame(frame: pd.DataFrame, reading: Reading) -> dict[str, Typed]:
    """Type the columns of a frame that already exists in memory."""
    frame = frame.reset_index(drop=True)
    columns = {str(name): frame.iloc[:, i] for i, name in enumerate(frame.columns)}
    return _typed(columns, len(frame), ".", reading)


def _from_rows(rows: list[Row], decimal: str, reading: Reading) -> dict[str, Typed]:
    grid: Grid = to_grid(rows, reading)
    _check_shape(len(grid.rows), len(grid.names), reading)
    columns = dict(zip(grid.names, (pd.Series(values, dtype=object) for values in zip(*grid.rows))))
    return _typed(columns, len(grid.rows), decimal, reading)


def _check_shape(rows: int, columns: int, reading: Reading) -> None:
    if columns > reading.limits.columns and rows < reading.limits.min_rows:
        reading.fail("wide_and_short", rows=rows, columns=columns, needed=reading.limits.min_rows)
    if columns > 10 * reading.limits.columns:
        reading.fail("too_many_columns", columns=columns, limit=10 * reading.limits.columns)


def _typed(columns: dict[str, pd.Series], rows: int, decimal: str, reading: Reading) -> dict[str, Typed]:
    drop = set(reading.options.drop_columns)
    if unknown := drop - set(columns):
        reading.fail("no_column", column=listed(sorted(unknown)), known=listed(list(columns)))
    typed = {n: type_column(n, v, reading.limits, decimal) for n, v in columns.items() if n not in drop}
    _typing_notes(typed, reading)
    return typed


def _typing_notes(typed: dict[str, Typed], reading: Reading) -> None:
    unreadable = {n: t.unreadable for n, t in typed.items() if t.unreadable and t.role == "numeric"}
    if unreadable:
        parts = [f"{n} ({c})" for n, c in sorted(unreadable.items(), key=lambda i: -i[1])]
        reading.note("unreadable_cells", "warning", count=sum(unreadable.values()), columns=listed(parts, TYPING_NOTES))
    infinite = {n: t.infinite for n, t in typed.items() if t.infinite}
    if infinite:
        parts = [f"{n} ({c})" for n, c in infinite.items()]
        reading.note("infinite_cells", "warning", count=sum(infinite.values()), columns=listed(parts, TYPING_NOTES))
    units = [f"{n} [{t.unit}]" for n, t in typed.items() if t.unit]
    if units:
        reading.note("units", columns=listed(units))
    dates = [n for n, t in typed.items() if t.role == "date"]
    if dates:
        reading.note("dates", columns=listed(dates))
