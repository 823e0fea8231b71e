"""Reasons, changes and notes as sentences: figures formatted for the reader, then put in place."""

from __future__ import annotations

from dualcore.decision.records import Reason, Verdict
from dualcore.intake.records import Note
from dualcore.present import format as fmt
from dualcore.present.words import say

_SIGNED = {"gain", "measured"}


def _field(name: str, value: object, fields: dict, currency: str, language: str) -> str:
    if name == "name":
        return say(f"model.{value}", language)
    if name == "metric":
        return fmt.metric_name(str(value), language)
    if value is None:
        return "–"
    if name == "p":
        return "< 0.01" if value < 0.01 else fmt.number(value, 2)
    if name == "net":
        return fmt.money(value, currency, language)
    if name == "rows" or (name in ("low", "high") and "rows" in fields):
        return fmt.count(value)
    if name in _SIGNED or (name in ("low", "high") and "gain" in fields):
        return fmt.points(value)
    return fmt.score(value)


def reason_sentence(reason: Reason, verdict: Verdict, language: str, prefix: str = "reason") -> str:
    """``reason.<code>`` (or ``change.<code>``) with its figures."""
    fields = {k: _field(k, v, reason.fields, verdict.currency, language) for k, v in reason.fields.items()}
    return say(f"{prefix}.{reason.code}", language, **fields)


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
