"""Text columns become typed columns: numbers, dates, categories or free text."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dualcore.intake import cells
from dualcore.intake.limits import Limits
from dualcore.intake.records import Column

_DIGITS = re.compile(r"\d+")
_ONLY_PLAIN = re.compile(r"[^0-9eE.+\-\n]")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_EXCEL_DAYS = (20_000, 80_000)  # 1954 to 2119


@dataclass(frozen=True)
class Typed:
    """One typed column: float64, datetime64 or str values and what was found on the way."""

    values: pd.Series
    role: str  # numeric, categorical, date, text, constant, empty
    missing: int
    distinct: int
    unreadable: int = 0  # filled cells of a number column that hold no number
    infinite: int = 0
    unit: str = ""
    examples: tuple[str, ...] = ()

    def record(self, name: str) -> Column:
        """The public record of this column."""
        numbers = self.values.dropna() if self.values.dtype.kind == "f" else self.values.iloc[:0]
        return Column(
            name=name,
            role=self.role,
            missing=self.missing,
            distinct=self.distinct,
            examples=list(self.examples),
            low=float(numbers.min()) if len(numbers) else None,
            high=float(numbers.max()) if len(numbers) else None,
        )


def type_column(name: str, raw: pd.Series, limits: Limits, decimal: str = ".") -> Typed:
    """Type one column of a table.

    Parameters
    ----------
    raw : Series
        Text as read from the file, or values that already have a type (Parquet, DataFrame).
    """
    kind = raw.dtype.kind
    if kind == "M" or isinstance(raw.dtype, pd.DatetimeTZDtype):
        naive = raw.dt.tz_localize(None) if raw.dt.tz is not None else raw
        return _finish(naive.astype("datetime64[us]").rename(name), "date")
    if kind in "iuf" or pd.api.types.is_numeric_dtype(raw.dtype) and not pd.api.types.is_bool_dtype(raw.dtype):
        return _numbers(name, raw.to_numpy(np.float64, na_value=np.nan), limits)
    texts = ["" if _is_missing(v) else str(v).strip() for v in raw.tolist()]
    return _type_texts(name, texts, limits, decimal)


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _type_texts(name: str, texts: list[str], limits: Limits, decimal: str) -> Typed:
    if decimal == "." and not _ONLY_PLAIN.search("\n".join(texts)) and not _codes(texts):
        try:
            return _maybe_dates(name, np.array([t or "nan" for t in texts], dtype=np.float64), texts, limits)
        except ValueError:  # for instance "2015-02-04": only number characters, yet no number
            pass
    codes, unique = pd.factorize(np.array(texts, dtype=object))
    counts = np.bincount(codes, minlength=len(unique))
    blank = np.array([u.lower() in cells.MISSING for u in unique])
    filled = int(counts[~blank].sum())
    if not filled:
        return Typed(pd.Series(np.nan, index=range(len(texts)), name=name), "empty", len(texts), 0)
    numbers, unit = _parse_numbers(unique, counts, blank, limits, decimal)
    if numbers is not None and not _codes([u for u, b in zip(unique, blank, strict=True) if not b]):
        values = np.array([math.nan if v is None else v for v in numbers])[codes]
        unreadable = int(counts[[v is None for v in numbers]].sum())
        return replace(_numbers(name, values, limits), unreadable=unreadable, unit=unit)
    dates = cells.parse_dates(list(unique), name)
    readable = int(sum(c for c, d in zip(counts, dates, strict=True) if d is not None))
    if readable >= limits.date_share * filled:
        values = pd.Series(pd.to_datetime(pd.Series(dates, dtype="datetime64[us]")).to_numpy()[codes], name=name)
        return replace(_finish(values, "date"), unreadable=filled - readable)
    names = np.array([None if b else u for u, b in zip(unique, blank, strict=True)], dtype=object)
    return _words(pd.Series(names[codes], name=name, dtype="str"))


def _codes(texts: list[str]) -> bool:
    """Digits with leading zeros are codes (postal code, part number), not amounts."""
    return sum(len(t) > 1 and t[0] == "0" and t.isdigit() for t in texts[:1000]) > 0.2 * max(1, len(texts[:1000]))


def _parse_numbers(
    unique: np.ndarray, counts: np.ndarray, blank: np.ndarray, limits: Limits, decimal: str
) -> tuple[list[float | None] | None, str]:
    """Numbers of the distinct texts (None where unreadable), or None when it is no number column."""
    filled = counts[~blank].sum()
    found = [cells.parse_number(u, decimal) for u in unique]
    # Words for "unknown" say nothing about the column's type, so they do not count against it.
    unknown = np.array([u.lower() in cells.NOT_A_NUMBER for u in unique])
    readable = np.array([v is not None and not math.isnan(v) for v in found])
    if readable.any() and counts[readable].sum() >= limits.numeric_share * (filled - counts[unknown].sum()):
        return found, ""
    pairs = [cells.WITH_UNIT.fullmatch(u) for u in unique]
    units = Counter()
    for pair, count in zip(pairs, counts, strict=True):
        if pair:
            units[pair[2].strip()] += int(count)
    unit, share = units.most_common(1)[0] if units else ("", 0)
    if share < limits.numeric_share * filled:
        return None, ""
    ours = [cells.parse_number(p[1], decimal) if p and p[2].strip() == unit else v for p, v in zip(pairs, found, strict=True)]
    return ours, unit


def _numbers(name: str, values: np.ndarray, limits: Limits) -> Typed:
    infinite = np.abs(values) > limits.largest_number
    values = np.where(infinite, np.nan, values)
    return replace(_finish(pd.Series(values, name=name), "numeric"), infinite=int(infinite.sum()))


def _maybe_dates(name: str, values: np.ndarray, texts: list[str], limits: Limits) -> Typed:
    """Numbers that the column's name declares to be dates: Excel serial numbers, 20240131."""
    if cells.DATE_NAME.search(name) and np.isfinite(values).any():
        known = values[np.isfinite(values)]
        if re.search(r"date|日付|日時|年月日|測定日|excel", name, re.IGNORECASE) and _EXCEL_DAYS[0] < known.min() <= known.max() < _EXCEL_DAYS[1]:
            dates = [None if math.isnan(v) else cells.from_excel_serial(v) for v in values]
            return _finish(pd.Series(dates, name=name, dtype="datetime64[us]"), "date")
        if known.min() >= 19_000_101 and known.max() <= 20_991_231:
            dates = cells.parse_dates(texts, name)
            if sum(d is not None for d in dates) >= limits.date_share * len(known):
                return _finish(pd.Series(dates, name=name, dtype="datetime64[us]"), "date")
    return _numbers(name, values, limits)


def _words(values: pd.Series) -> Typed:
    return _finish(values, "text" if is_free_text(values) else "categorical")


def is_free_text(values: pd.Series) -> bool:
    """Whether a column of words holds sentences rather than categories or codes."""
    filled = values.dropna()
    distinct = filled.nunique()
    if distinct <= 20 or distinct < 0.3 * len(filled):
        return False
    sample = filled.iloc[:: max(1, len(filled) // 2000)]
    if sample.str.replace(_DIGITS, "0", regex=True).nunique() < 0.2 * len(sample):
        return False  # one sentence with changing numbers is a serial number in words
    japanese = sample.str.contains(_JAPANESE).mean() > 0.5
    length = sample.str.len().mean()
    return bool(length >= 12) if japanese else bool(length >= 15 and sample.str.split().str.len().mean() >= 3)


def masked(values: pd.Series) -> pd.Series:
    """Words with every run of digits replaced: the shape of a code (``OT-28`` -> ``OT-0``)."""
    return values.str.replace(_DIGITS, "0", regex=True)


def _finish(values: pd.Series, role: str) -> Typed:
    filled = values.dropna()
    distinct = int(filled.nunique())
    if distinct == 0:
        role = "empty"
    elif distinct == 1:
        role = "constant"
    examples = tuple(_show(v) for v in filled.drop_duplicates().head(3))
    return Typed(values, role, int(values.isna().sum()), distinct, examples=examples)


def _show(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"
