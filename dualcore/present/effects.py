"""Rows of the table "these past verdicts would change"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dualcore.decision.effect import Decided, Effect
from dualcore.present.sentences import threshold_name
from dualcore.present.words import say


def effect_rows(changed: Sequence[Any], language: str) -> list[tuple[str, str, str, str, str]]:
    """(project, verdict now, would be, because, address of the evaluation) of each changed verdict.

    changed : with ``project``, ``project_id``, ``evaluation_id`` and ``effect``
    """
    out = []
    for one in changed:
        e: Effect = one.effect
        show_model = e.before.decision == e.after.decision
        address = f"/result?project={one.project_id}&evaluation={one.evaluation_id}&lang={language}"
        out.append((one.project, _verdict(e.before, show_model, language), _verdict(e.after, show_model, language), _because(e, language), address))
    return out


def _verdict(found: Decided, show_model: bool, language: str) -> str:
    """The verdict in a word, with the recommended model where only that changes."""
    verdict = say(f"verdict.{found.decision}", language)
    if not show_model or found.model is None:
        return verdict
    return say("protocol.effect.with_model", language, verdict=verdict, model=say(f"model.{found.model}", language))


def _because(e: Effect, language: str) -> str:
    parts = [threshold_name(name, language) for name in e.because]
    parts += [say("protocol.effect.recalculated", language)] if e.recalculated else []
    return ("、" if language == "ja" else ", ").join(parts)
