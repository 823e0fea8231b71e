"""Delimited text: encoding, separator, quotes and damage, decided from the content."""

from __future__ import annotations

import codecs
import csv
import io
import re

import charset_normalizer

from dualcore.intake.grid import Row
from dualcore.intake.reading import Reading

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HTML = re.compile(r"\s*(?:<!doctype html|<html|<\?xml[^>]*>\s*<!doctype html)", re.IGNORECASE)
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uff61-\uff9f]")
_RARE = re.compile(r"[\u0370-\u03ff\u0400-\u04ff\u2500-\u257f\ue000-\uf8ff]")
_SEPARATORS = ",;\t|"
_COMMA_NUMBER = re.compile(r"[+-]?\d+,\d+")
_SHORT_GROUP = re.compile(r"[+-]?\d+,(?:\d{1,2}|\d{4,})")

csv.field_size_limit(10_000_000)


def decode(data: bytes, reading: Reading) -> tuple[str, str]:
    """Text and the name of its encoding.

    Order: byte order mark, UTF-8, UTF-16 without a mark, then Japanese (CP932, EUC-JP) where
    the result reads as Japanese, then a statistical guess among Western encodings.
    """
    if reading.options.encoding:
        return _decode_as(data, reading.options.encoding, reading), reading.options.encoding
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode_as(data, encoding, reading), encoding
    head = data[:4096]
    if len(head) > 20 and head[1::2].count(0) > 0.4 * len(head) / 2:
        return _decode_as(data, "utf-16-le", reading), "utf-16-le"
    if len(head) > 20 and head[0::2].count(0) > 0.4 * len(head) / 2:
        return _decode_as(data, "utf-16-be", reading), "utf-16-be"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = _decode_other(data, reading)
    reading.note("encoding_assumed", encoding=encoding.upper())
    return text, encoding


def _decode_as(data: bytes, encoding: str, reading: Reading) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        reading.fail("wrong_encoding", encoding=encoding)


def _decode_other(data: bytes, reading: Reading) -> tuple[str, str]:
    best, best_score = None, 0.2
    for encoding in ("cp932", "euc_jp"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        foreign = [c for c in text if ord(c) > 127]
        score = (len(_JAPANESE.findall(text)) - 2 * len(_RARE.findall(text)) - 0.5 * sum("\uff61" <= c <= "\uff9f" for c in foreign)) / max(1, len(foreign))
        if score > best_score:
            best, best_score = (text, encoding), score
    if best:
        return best
    guess = charset_normalizer.from_bytes(data[:200_000]).best()
    for encoding in ([guess.encoding] if guess else []) + ["cp1252", "latin-1"]:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    reading.fail("wrong_encoding", encoding="?")


def read_rows(text: str, reading: Reading) -> tuple[list[Row], str, str]:
    """Rows of a delimited text, its separator, and its decimal mark.

    Raises
    ------
    DataError
        ``web_page``, ``too_many_cells``, or ``damaged_text``.
    """
    if _HTML.match(text[:2000]):
        reading.fail("web_page")
    if "\0" in text:
        lines = [i + 1 for i, line in enumerate(text.split("\n")) if "\0" in line]
        shown = ", ".join(map(str, lines[:10]))
        reading.note("nul_bytes", "warning", lines=shown)
        text = text.replace("\0", "")
    separator = reading.options.separator or _separator(text)
    rows, count = [], 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=False)
    try:
        line = 1
        for record in reader:
            rows.append(Row(line, record))
            line = reader.line_num + 1
            count += len(record)
            if count > reading.limits.cells:
                reading.fail("too_many_cells", limit=reading.limits.cells)
    except csv.Error as error:
        reading.fail("damaged_text", line=reader.line_num, detail=str(error))
    if separator not in (",", "\t") or (separator == "\t" and reading.name.lower().endswith(".csv")):
        reading.note("separator_assumed", separator={"\t": "TAB"}.get(separator, separator))
    decimal = "," if separator != "," and _decimal_comma(rows) else "."
    if decimal == ",":
        reading.note("decimal_comma")
    return rows, separator, decimal


def _separator(text: str) -> str:
    """The separator that cuts the first lines into the same number of cells, the more the better."""
    sample = text[:200_000]
    if len(text) > len(sample):
        sample = sample[: sample.rfind("\n") + 1] or sample
    best, best_score = ",", (0.0, 0)
    for separator in _SEPARATORS:
        try:
            widths = [len(r) for _, r in zip(range(60), csv.reader(io.StringIO(sample, newline=""), delimiter=separator), strict=False) if r]
        except csv.Error:
            continue
        usual = max(set(widths), key=widths.count, default=1)
        score = (widths.count(usual) / max(1, len(widths)), usual) if usual > 1 else (0.0, 1)
        if score > best_score:  # decimal commas cut the rows evenly too, but never the header
            best, best_score = separator, score
    return best


def _decimal_comma(rows: list[Row]) -> bool:
    """Whether the cells write 3,14 for three and a bit; groups of three digits alone prove nothing."""
    with_comma = [c.strip() for r in rows[:500] for c in r.cells[:200] if _COMMA_NUMBER.fullmatch(c.strip())]
    if not with_comma:
        return False
    return sum(bool(_SHORT_GROUP.fullmatch(c)) for c in with_comma) > 0.05 * len(with_comma)
