"""The ``.ts`` text format of the UCR / UEA time series archive (sktime, aeon)."""

from __future__ import annotations

import re

import numpy as np

from dualcore.intake.arrays import Parts, fill_gaps, joined, labels
from dualcore.intake.reading import Reading

_STAMPED = re.compile(r"\(\s*[^(),]*\s*,\s*([^()]*?)\s*\)")


def read_ts(text: str, reading: Reading) -> Parts:
    """Signals and labels of a ``.ts`` file, one or several channels, of equal or unequal length.

    Lines are ``1.0,2.0,?:3.0,4.0,5.0:label``: channels between colons, ``?`` where a value is missing,
    the label last. Time stamps of ``(time, value)`` pairs are dropped.

    Raises
    ------
    DataError
        ts_no_data, ts_no_labels, ts_bad_line, series_too_long, series_too_large
    """
    header, body = _sections(text, reading)
    values = header.get("targetlabel", "").lower().startswith("true")
    named = header.get("classlabel", "").lower().startswith("true")
    if not (values or named) and ("classlabel" in header or "targetlabel" in header):
        reading.fail("ts_no_labels")
    signals, answers = [], []
    channels: int | None = None
    for number, line in body:
        *parts, answer = line.split(":") if ":" in line else (line,)
        if not parts or not answer.strip():
            reading.fail("ts_bad_line", line=number, detail=line[:60])
        channels = channels or len(parts)
        if len(parts) != channels:
            reading.fail("ts_bad_line", line=number, detail=f"{len(parts)} / {channels} channels")
        signals.append(_signal(parts, number, reading))
        answers.append(answer.strip())
    X, missing = fill_gaps(joined(signals, reading), reading.limits)
    if missing:
        reading.note("array_values_missing", "warning", count=missing)
    return Parts("series", X, _labels(answers, values, named, body, reading))


def _sections(text: str, reading: Reading) -> tuple[dict[str, str], list[tuple[int, str]]]:
    """Header fields by lower-case name, and the numbered lines after ``@data``."""
    header: dict[str, str] = {}
    body: list[tuple[int, str]] = []
    in_data = False
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith(("#", "%")):
            continue
        if in_data:
            body.append((number, line))
        elif line.startswith("@"):
            name, _, value = line[1:].partition(" ")
            in_data = name.lower() == "data"
            header[name.lower()] = value.strip()
    if not body:
        reading.fail("ts_no_data")
    return header, body


def _signal(parts: list[str], number: int, reading: Reading) -> np.ndarray:
    """float64 (channels, length) of one line; channels shorter than the longest end in NaN."""
    rows = []
    for part in parts:
        cells = _STAMPED.findall(part) if "(" in part else part.split(",")
        try:
            rows.append([float("nan") if c.strip() in ("?", "") else float(c) for c in cells])
        except ValueError as error:
            reading.fail("ts_bad_line", line=number, detail=str(error))
    length = max(len(r) for r in rows)
    if length == 0:
        reading.fail("ts_bad_line", line=number, detail=":".join(parts)[:60])
    return np.array([r + [float("nan")] * (length - len(r)) for r in rows])


def _labels(answers: list[str], values: bool, named: bool, body: list[tuple[int, str]], reading: Reading) -> np.ndarray:
    if named:
        return np.array(answers, dtype=object)
    try:
        numbers = np.array([float(a) for a in answers])
    except ValueError as error:
        if values:
            bad = next(i for i, a in enumerate(answers) if not _is_number(a))
            reading.fail("ts_bad_line", line=body[bad][0], detail=str(error))
        return np.array(answers, dtype=object)
    return numbers if values else labels(numbers, None, reading.limits)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
