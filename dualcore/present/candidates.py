"""Candidates of a re-evaluation in the reader's words, and what comparing them will take."""

from __future__ import annotations

from dataclasses import dataclass

from dualcore.evidence.records import Evidence
from dualcore.evidence.stages import Entrant, Reevaluation
from dualcore.present.escape import plain
from dualcore.present.words import WORDS, say

GROUPS = {
    "architecture": ("skeleton",),
    "settings": ("bias_share", "activation", "window", "cells"),
    "initialisation": ("seed", "orthogonal", "width"),
    "inputs": ("inputs",),
}
ACTIVATIONS = {"relu": "ReLU", "gelu": "GELU"}


@dataclass(frozen=True)
class Plan:
    """names : group -> candidates in words; seconds : rough computing time, None where stage 1 gives no measure."""

    names: dict[str, list[str]]
    rows: int
    seconds: float | None

    @property
    def count(self) -> int:
        return sum(map(len, self.names.values()))


def skeleton_word(name: str, language: str) -> str:
    """A preset in the reader's words; a skeleton of somebody's own keeps its name."""
    key = f"skeleton.{name}"
    return say(key, language) if key in WORDS else plain(name)


def variant_name(factor: str, value: str, skeleton: str, present: str, language: str) -> str:
    """What a candidate changes. skeleton, present : names of its skeleton and of the present one."""
    if factor == "present":
        return say("variant.present", language, skeleton=skeleton_word(present, language))
    if factor == "skeleton":
        value = skeleton_word(value, language)
    elif factor == "inputs":
        value = say(f"variant.view.{value}", language)
    change = say(f"variant.{factor}", language, value=ACTIVATIONS.get(value, value))
    if factor == "skeleton" or skeleton == present:
        return change
    return say("variant.of", language, skeleton=skeleton_word(skeleton, language), change=change)


def entrant_name(entrant: Entrant, result: Reevaluation, language: str) -> str:
    return variant_name(entrant.factor, entrant.value, entrant.skeleton["name"], result.present.skeleton["name"], language)


def winner_name(result: Reevaluation, language: str) -> str:
    return entrant_name(result.entrants[result.winner], result, language)


def plan(evidence: Evidence, language: str, rows: int | None = None, most: int = 24) -> Plan:
    """What a re-evaluation will compare, by group, and about how long it takes."""
    from dualcore.evidence.reevaluate import ROWS, planned

    found = planned(evidence, most)
    present = evidence.skeleton["name"]
    names = {
        group: [variant_name(v.factor, v.value, v.skeleton.name, present, language) for v in found if v.factor in factors]
        for group, factors in GROUPS.items()
    }
    return Plan({g: n for g, n in names.items() if n}, min(rows or ROWS, evidence.manifest.rows_used), _seconds(evidence, len(found), rows or ROWS))


def _seconds(evidence: Evidence, count: int, rows: int) -> float | None:
    """From what stage 1 took to compare skeletons on at most 1,200 rows; work grows with the square of the rows here."""
    spent = evidence.cost.steps.get("choose", 0.0)
    if len(evidence.candidates) < 2 or spent <= 0:
        return None
    used = min(evidence.manifest.rows_used, rows)
    one = spent / len(evidence.candidates) * (used / min(evidence.manifest.rows_used, 1200)) ** 2
    return one * (1 + count / 4 + count / 18 + count / 81)
