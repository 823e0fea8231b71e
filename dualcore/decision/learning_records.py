"""A case of the record: evidence and truth beside each other."""

from __future__ import annotations

from dualcore.decision.calibrated import Seen
from dualcore.decision.hindsight import Truth
from dualcore.record import Record


class Case(Record):
    """One case of the record: what its evidence said, and the truth. ``weight``: cases of one dataset share one vote."""

    dataset: str
    part: int
    seen: Seen
    truth: Truth
    goals: list[float] = []
    weight: float = 1.0
