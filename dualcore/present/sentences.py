"""Reasons, changes and notes as sentences: figures formatted for the reader, then put in place."""

from __future__ import annotations

from dualcore.decision.protocols import GROUPS, Change
from dualcore.decision.records import Reason, Verdict
from dualcore.intake.records import Note
from dualcore.present import format as fmt
from dualcore.present.words import WORDS, say

_SIGNED = {"gain", "measured", "tuning"}
_SHARES = {"level", "ratio", "limit"}
_COUNTS = {"rows", "needed", "used", "asked"}


def _field(name: str, value: object, fields: dict, currency: str, language: str) -> str:
    if name == "name":
        return say(f"model.{value}", language)
    if name == "metric":
        return fmt.metric_name(str(value), language)
    if name == "decision":
        return say(f"verdict.{value}", language)
    if name == "skeleton":
        key = f"skeleton.{value}"
        return say(key, language) if key in WORDS else str(value)
    if isinstance(value, str):
        return value
    if value is None:
        return "–"
    if name in _SHARES:
        return fmt.percent(value)
    if name == "seconds":
        return fmt.duration(value, language)
    if name == "p":
        return "< 0.01" if value < 0.01 else fmt.number(value, 2)
    if name == "net":
        return fmt.money(value, currency, language)
    if name in _COUNTS or (name in ("low", "high") and "rows" in fields):
        return fmt.count(value)
    if name in _SIGNED or (name in ("low", "high") and "gain" in fields):
        return fmt.points(value)
    return fmt.score(value)


def reason_sentence(reason: Reason, verdict: Verdict, language: str, prefix: str = "reason") -> str:
    """``reason.<code>`` (or ``change.<code>``) with its figures."""
    fields = {k: _field(k, v, reason.fields, verdict.currency, language) for k, v in reason.fields.items()}
    return say(f"{prefix}.{reason.code}", language, **fields)


def headline(verdict: Verdict, language: str) -> str:
    """The answer in one sentence; it names the simpler model where that is the one to use."""
    return say(_for_model(f"result.sentence.{verdict.decision}", verdict), language)


def next_sentence(verdict: Verdict, language: str) -> str:
    """What to do next, with the model that it is about."""
    return say(_for_model(f"next.{verdict.next_step}", verdict), language)


def _for_model(key: str, verdict: Verdict) -> str:
    """The sentence that names the recommended model, where the catalogue has one."""
    special = f"{key}.{verdict.recommended_model}"
    return special if special in WORDS else key


def change_rows(changes: list[Change], language: str) -> list[tuple[str, str, str]]:
    """(threshold, before, after) of every difference between two versions of the protocol."""
    return [(threshold_name(c.name, language), _setting(c.before, language), _setting(c.after, language)) for c in changes]


def threshold_name(name: str, language: str) -> str:
    """The threshold's name; with its group where several courses have one of the same name."""
    words = say(f"protocol.{name}", language)
    group = next((g for g, names in GROUPS.items() if name in names), None)
    if group not in ("days", "gpu", "ratio"):
        return words
    return say("protocol.days", language, group=say(f"protocol.group.{group}", language), name=words)


def _setting(value: bool | int | float, language: str) -> str:
    if isinstance(value, bool):
        return say("protocol.yes" if value else "protocol.no", language)
    return f"{value:,.6g}"


def note_sentence(note: Note, language: str) -> str:
    """``note.<code>`` with counts and lists written out."""
    fields = {}
    for name, value in note.fields.items():
        if isinstance(value, list):
            value = ("、" if language == "ja" else ", ").join(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            value = fmt.count(value)
        elif isinstance(value, float):
            value = fmt.significant(value, 3)
        fields[name] = value
    return say(f"note.{note.code}", language, **fields)
