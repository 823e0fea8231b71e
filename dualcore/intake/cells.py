"""Cells as people type them: numbers with units and currency, dates of Japan, Europe and the US."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import datetime, timedelta

# Blank in any column.
MISSING = frozenset({"", "na", "n/a", "nan", "null", "#n/a", "#na", "<na>", "nat"})
# Blank in a column of numbers; in a column of words they may be a category of their own.
NOT_A_NUMBER = frozenset({"-", "--", "---", "?", ".", "*", "none", "nil", "nd", "n.d.", "unknown", "不明", "欠測", "欠損", "なし"})

PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
DECIMAL_COMMA = re.compile(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)?,\d+(?:[eE][+-]?\d+)?")
MONEY_BEFORE = re.compile(r"^([+-]?)\s*(?:[¥$€£₩]|JPY|USD|EUR|US\$)\s*")
MONEY_AFTER = re.compile(r"\s*(?:円|ドル|ユーロ|元|€|JPY|USD|EUR|%)$")
WITH_UNIT = re.compile(r"([+-]?[\d.,]+(?:[eE][+-]?\d+)?)\s*([^\d\s.,][^\d]{0,11})")

_INFINITE = frozenset({"inf", "+inf", "-inf", "infinity", "-infinity", "+infinity"})


def parse_number(text: str, decimal: str = ".") -> float | None:
    """The number in one cell.

    Returns
    -------
    float or None
        NaN for a blank, an infinity for an infinite or overflowing number, None when the
        cell holds something else. Full-width digits, thousands separators, currency signs,
        percent signs and the triangle for negative numbers are understood.
    """
    text = text.strip()
    if decimal == "." and PLAIN.fullmatch(text) and text.isascii():
        return float(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
        text = re.sub(r"^[▲△]\s*", "-", text)
    low = text.lower()
    if low in MISSING:
        return math.nan
    if low in _INFINITE:
        return -math.inf if low.startswith("-") else math.inf
    text = MONEY_AFTER.sub("", MONEY_BEFORE.sub(r"\1", text))
    if decimal == "," and DECIMAL_COMMA.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    elif THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    return float(text) if PLAIN.fullmatch(text) and text.isascii() else None


_TIME = r"(?:[T\s]*(?P<H>\d{1,2})[:時](?P<M>\d{1,2})(?:[:分](?P<S>\d{1,2})(?:\.(?P<F>\d+))?)?[秒分]?)?(?:Z|[+-]\d\d:?\d\d)?"
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})[-/.年]\s?(?P<m>\d{1,2})[-/.月]\s?(?P<d>\d{1,2})日?" + _TIME)
_ERA = re.compile(r"(?P<era>[MTSHR]|明治|大正|昭和|平成|令和)\.?(?P<y>\d{1,2}|元)[./年-](?P<m>\d{1,2})[./月-](?P<d>\d{1,2})日?" + _TIME)
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})[-/.](?P<y>\d{4}|\d{2})" + _TIME)
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)" + _TIME)
_ERA_START = {"M": 1867, "明治": 1867, "T": 1911, "大正": 1911, "S": 1925, "昭和": 1925, "H": 1988, "平成": 1988, "R": 2018, "令和": 2018}
DATE_NAME = re.compile(r"date|time|day|日付|日時|年月日|測定日|検査日|製造日|受注日|時刻|excel|serial", re.IGNORECASE)
_EXCEL_EPOCH = datetime(1899, 12, 30)


def parse_dates(texts: list[str], name: str = "") -> list[datetime | None]:
    """Each text as a date, None where it is none.

    Day and month of ``a/b/year`` are told apart by the whole column: a number above 12 decides,
    otherwise ``/`` means month first (as in the US) and ``.`` or ``-`` day first (as in Europe).
    ``20240131`` counts only when the column's name speaks of dates.
    """
    texts = [unicodedata.normalize("NFKC", t).strip() if not t.isascii() else t.strip() for t in texts]
    last = [m for m in (_YEAR_LAST.fullmatch(t) for t in texts) if m]
    day_first = any(int(m["a"]) > 12 for m in last)
    if last and not day_first and not any(int(m["b"]) > 12 for m in last):
        day_first = last[0]["sep"] != "/"
    compact = bool(DATE_NAME.search(name))
    return [_one_date(t, day_first, compact) for t in texts]


def _one_date(text: str, day_first: bool, compact: bool) -> datetime | None:
    if not text or not (text[0].isdigit() or text[0] in "MTSHR明大昭平令"):
        return None
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    elif match := _ERA.fullmatch(text):
        year = _ERA_START[match["era"]] + (1 if match["y"] == "元" else int(match["y"]))
        month, day = int(match["m"]), int(match["d"])
    elif match := _YEAR_LAST.fullmatch(text):
        year = int(match["y"])
        year += 0 if year > 99 else 2000 if year < 70 else 1900
        first, second = int(match["a"]), int(match["b"])
        day, month = (first, second) if day_first else (second, first)
    elif compact and (match := _COMPACT.fullmatch(text)):
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    else:
        return None
    fraction = int((match["F"] or "0")[:6].ljust(6, "0"))
    try:
        return datetime(year, month, day, int(match["H"] or 0), int(match["M"] or 0), int(match["S"] or 0), fraction)
    except ValueError:  # 31 February: looks like a date and is none
        return None


def from_excel_serial(days: float) -> datetime:
    """The date of an Excel serial number (days since 1899-12-30)."""
    return _EXCEL_EPOCH + timedelta(days=days)
