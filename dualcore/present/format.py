"""Numbers as a person reads them: scores with intervals, money, durations, counts.

Every function takes the reader's language, ``"ja"`` or ``"en"``. A score never shows more
digits than its interval supports.
"""

from __future__ import annotations

import math

from babel.numbers import format_compact_currency

from dualcore.present.words import say

MINUS = "\u2212"
SPACE = "\u00a0"  # no line break between a number and its unit


def number(value: float | None, digits: int = 2) -> str:
    """``1,234.50``; an en dash when there is no finite value."""
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{abs(value):,.{digits}f}"
    negative = value < 0 and any(c in "123456789" for c in text)
    return (MINUS if negative else "") + text


def count(value: float) -> str:
    """A whole number with thousands separators."""
    return number(value, 0)


def significant(value: float, digits: int = 2) -> str:
    """A number with ``digits`` significant digits, never in exponent form above 1e-4."""
    if not math.isfinite(value) or value == 0:
        return number(value, 0)
    places = digits - 1 - math.floor(math.log10(abs(value)))
    return number(round(value, places), max(0, places))


def percent(share: float | None, digits: int = 0) -> str:
    """A share 0..1 as ``93 %``."""
    return f"{number(None if share is None else 100 * share, digits)}{SPACE}%"


def digits_for(low: float | None, high: float | None, least: int = 2) -> int:
    """Decimals that an interval supports, at least ``least`` when values are of order one."""
    if low is None or high is None or not math.isfinite(high - low) or high == low:
        return least
    size = max(abs(low), abs(high))
    supported = max(0, -math.floor(math.log10(abs(high - low))))
    return min(4, max(supported, least if size < 10 else 0))


def score(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """One score, with the digits its interval supports."""
    return number(value, digits_for(low, high, 2 if value is None or abs(value) < 10 else 1))


def interval(low: float | None, high: float | None, language: str, digits: int | None = None) -> str:
    """The 90 % interval in words; digits from its width unless given."""
    if low is None or high is None:
        return say("format.no_interval", language)
    digits = digits_for(low, high) if digits is None else digits
    return say("format.interval", language, low=number(low, digits), high=number(high, digits))


def score_with_interval(value: float, low: float, high: float, language: str) -> str:
    """A score followed by its interval in brackets."""
    return say("format.with_interval", language, score=score(value, low, high), interval=interval(low, high, language))


def points(difference: float) -> str:
    """A difference of scores with its sign, three decimals at most: ``+0.03``."""
    return signed(difference, 2 if abs(difference) >= 0.01 or difference == 0 else 3)


def signed(value: float, digits: int) -> str:
    """A number that always shows its sign."""
    text = number(value, digits)
    return text if text.startswith(MINUS) else f"+{text}"


def money(amount: float, currency: str, language: str) -> str:
    """Money in steps of 1e4 and 1e8 in Japanese, ``¥12.3M`` in English."""
    if language == "en":
        size = abs(amount) if abs(amount) >= 1000 else round(abs(amount))  # the compact format rounds only what it shortens
        text = format_compact_currency(size, currency, locale="en", fraction_digits=1 if size >= 1000 else 0)
        return (MINUS if amount < 0 else "") + text.replace(".0", "")
    unit = say(f"currency.{currency}", language)
    size = abs(amount)
    for step, key in ((1e8, "format.oku"), (1e4, "format.man")):
        if size >= step:
            digits = 1 if size / step < 10 and round(size / step, 1) % 1 else 0
            return number(amount / step, digits) + say(key, language) + unit
    return number(amount, 0) + unit


def duration(seconds: float, language: str) -> str:
    """A time span in the largest sensible unit: ``12 s``, ``3 min 20 s``, ``2.5 h``."""
    if seconds < 1:
        return say("format.under_second", language)
    if seconds < 59.5:
        return say("format.seconds", language, s=round(seconds))
    if seconds < 3600:
        minutes, rest = divmod(round(seconds), 60)
        return say("format.minutes" if rest == 0 else "format.minutes_seconds", language, m=minutes, s=rest)
    return say("format.hours", language, h=number(seconds / 3600, 1))


def size(octets: float) -> str:
    """Bytes as ``1.2 MB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if octets < 1000 or unit == "GB":
            return f"{octets:.0f}{SPACE}{unit}" if unit == "B" or octets >= 100 else f"{octets:.1f}{SPACE}{unit}"
        octets /= 1000
    raise AssertionError("unreachable")


def metric_name(metric: str, language: str) -> str:
    """The metric as a person calls it."""
    return say(f"metric.{metric}", language)
