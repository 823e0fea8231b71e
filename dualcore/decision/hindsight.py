"""Which verdict turned out right, once the truth is known (definition in docs/decisions/0005-verdict.md)."""

from __future__ import annotations

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
    """All verdicts that count as right: the one that the scores give, and those that follow when one score that lies
    within one standard error of the goal is put on its other side (a tie)."""
    scores = ((truth.last, truth.last_se), (truth.full, truth.full_se), (truth.other, truth.other_se), (truth.doubled, truth.doubled_se))
    reached = [score is not None and score >= goal for score, _ in scores]
    right = {_verdict(reached)}
    for place, (score, se) in enumerate(scores):
        if score is not None and abs(score - goal) <= se:
            right.add(_verdict([not r if i == place else r for i, r in enumerate(reached)]))
    return right


def _verdict(reached: list[bool]) -> str:
    last, full, other, doubled = reached
    return right_verdict(last, full, other or doubled)
