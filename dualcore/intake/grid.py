"""From a grid of cells to a header and data rows: title lines, missing header, totals, footnotes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from dualcore.intake import cells
from dualcore.intake.reading import Reading, listed

_LOOK = 200  # rows that decide about the header
_TITLE_LINES = 30  # a header is looked for in so many first rows
_FOOTER = (
    "合計", "小計", "総計", "計", "平均", "最大", "最小", "標準偏差", "以上", "※", "注", "備考", "出典",
    "total", "sum", "average", "mean", "count", "note", "source", "*",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """Cells of one record and the line it starts on (1-based)."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class Grid:
    """Column names (unique) and the data rows, all of the same width."""

    names: list[str]
    rows: list[list[str]]
    header_row: int  # 0-based row in the file; -1 = there was none


def to_grid(rows: list[Row], reading: Reading) -> Grid:
    """Find header and data in raw rows; says what it left out.

    Raises
    ------
    DataError
        ``empty_file`` or ``no_rows``.
    """
    filled = [i for i, r in enumerate(rows) if any(c.strip() for c in r.cells)]
    if not filled:
        reading.fail("empty_file")
    width = _width([rows[i] for i in filled[:_LOOK]])
    asked = reading.options.header_row
    header = asked if asked is not None else _header(rows, filled, width)
    if header >= len(rows):
        reading.fail("header_row_missing", row=header + 1, rows=len(rows))
    if header < 0:
        body = [rows[i] for i in filled]
        names = [f"column_{i + 1}" for i in range(width)]
        if asked is None:
            reading.note("no_header", "warning", columns=width, first=listed(body[0].cells, 4))
    else:
        names = _names(rows[header].cells, reading)
        body = [rows[i] for i in filled if i > header]
        above = [i for i in filled if i < header]
        if above:
            reading.note("title_lines_skipped", lines=len(above), header_line=rows[header].line)
    if not body:
        reading.fail("no_rows", columns=len(names))
    body = _without_footer(body, len(names), reading)
    return Grid(names, _even(body, len(names), reading), header)


def _width(rows: list[Row]) -> int:
    """The width most rows have, trailing blanks ignored where all rows share them."""
    return Counter(len(r.cells) for r in rows).most_common(1)[0][0]


def _is_number(cell: str) -> bool:
    value = cells.parse_number(cell) if cell.strip() else None
    return value is not None and value == value


def _header(rows: list[Row], filled: list[int], width: int) -> int:
    """Row of the header: the first one that names (nearly) every column; -1 when it holds data."""
    candidates = [i for i in filled if i < _TITLE_LINES]
    first = next(
        (i for i in candidates if sum(bool(c.strip()) for c in rows[i].cells) >= 0.9 * width and len(rows[i].cells) >= width), None
    )
    if first is None:
        return filled[0]
    head = rows[first].cells
    body = [rows[i].cells for i in filled if i > first][:_LOOK]
    body = [b for b in body if len(b) == len(head)]
    if len(body) < 2:
        return first
    step = max(1, len(head) // 500)
    numeric = [j for j in range(0, len(head), step) if sum(_is_number(b[j]) for b in body) > 0.7 * len(body)]
    if not numeric:
        words = [h.strip() for h in head]
        seen = sum(any(w == b[j].strip() for b in body[:50]) for j, w in enumerate(words))
        return -1 if seen > 0.7 * len(words) and len(words) > 1 else first
    numbers = [head[j] for j in numeric if _is_number(head[j])]
    if len(numbers) <= 0.5 * len(numeric):
        return first
    values = [cells.parse_number(n) or 0.0 for n in numbers]
    counting = len(values) >= 3 and all(b - a == values[1] - values[0] > 0 for a, b in zip(values, values[1:], strict=False))
    return first if counting else -1


def _names(head: list[str], reading: Reading) -> list[str]:
    """Unique, trimmed column names; repeats become ``name.1``, blanks ``column_7``."""
    names, repeats, seen = [], [], Counter()
    clean = [" ".join(c.replace("\ufeff", "").split()) for c in head]
    taken = set(clean)
    for i, name in enumerate(clean):
        base = name or f"column_{i + 1}"
        unique = base
        while seen[unique] or (unique != name and unique in taken):
            seen[base] += 1
            unique = f"{base}.{seen[base] - 1}"
        if unique != base:
            repeats.append(unique)
        seen[unique] += 1
        names.append(unique)
    if repeats:
        reading.note("duplicate_names", "warning", names=listed(repeats))
    return names


def _without_footer(body: list[Row], width: int, reading: Reading) -> list[Row]:
    """Leave out totals, averages and remarks below the data."""
    end = len(body)
    while end > 1 and len(body) - end < 10 and _is_footer(body[end - 1], body[max(0, end - 20) : end - 1], width):
        end -= 1
    if end < len(body):
        reading.note("footer_skipped", rows=len(body) - end, first=listed([r.cells[0] for r in body[end:]], 3))
    return body[:end]


def _is_footer(row: Row, above: list[Row], width: int) -> bool:
    filled = [c.strip() for c in row.cells if c.strip()]
    typical = sorted(sum(bool(c.strip()) for c in r.cells) for r in above)
    usual = typical[len(typical) // 2] if typical else width
    starts = filled[0].lower().startswith(_FOOTER) and not _is_number(filled[0])
    if starts and len(filled) < usual:
        return True
    return len(filled) == 1 and usual >= 3 and not _is_number(filled[0])


def _even(body: list[Row], width: int, reading: Reading) -> list[list[str]]:
    """Rows of exactly ``width`` cells; rows that do not fit are left out and their lines named."""
    good, bad = [], []
    for row in body:
        extra = row.cells[width:]
        if len(row.cells) < width or any(c.strip() for c in extra):
            bad.append(row.line)
        else:
            good.append(row.cells[:width] if extra else row.cells)
    if not good:
        reading.fail("no_rows", columns=width)
    if bad:
        reading.note("ragged_rows", "warning", rows=len(bad), lines=listed([str(b) for b in bad], 10), columns=width)
    return good
