"""Which verdict turned out right, once the truth is known (definition in docs/decisions/0005-verdict.md)."""

from __future__ import annotations

import itertools

from dualcore.record import Record

VERDICTS = ("adopt", "invest", "re-evaluate", "stop")


class Truth(Record):
    """Scores on rows that no evidence saw, larger is better; se: standard error of each on those rows.

    doubled : the last layer with twice the rows; None when nobody measured it
    """

    last: float
    full: float
    other: float
    doubled: float | None = None
    last_se: float = 0.0
    full_se: float = 0.0
    other_se: float = 0.0
    doubled_se: float = 0.0


def right_verdict(last: bool, full: bool, elsewhere: bool) -> str:
    """The verdict that is right when the last layer, full training, or something else reaches the goal."""
    return "adopt" if last else "invest" if full else "re-evaluate" if elsewhere else "stop"


def right_verdicts(truth: Truth, goal: float) -> set[str]:
    """All verdicts that count as right: every score that lies within one standard error of the goal may be on either side
    of it (a tie). Where all of them tie, as on pure noise, nothing is wrong but what no score supports."""
    sides = []
    for score, se in ((truth.last, truth.last_se), (truth.full, truth.full_se), (truth.other, truth.other_se), (truth.doubled, truth.doubled_se)):
        if score is None:
            sides.append((False,))
        else:
            sides.append((True, False) if abs(score - goal) <= se else (score >= goal,))
    return {right_verdict(last, full, other or doubled) for last, full, other, doubled in itertools.product(*sides)}
