"""The job kind "reevaluate": stage 2 on the data of an evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dualcore.evidence.reevaluate import ROWS, ReevaluateOptions, reevaluate
from dualcore.evidence.stages import Reevaluation

if TYPE_CHECKING:
    from dualcore.jobs.stages import Work


def run_reevaluation(work: Work) -> tuple[Reevaluation, Path | None]:
    """Options: ``minimum_gain`` (smallest gain that is worthwhile), ``rows`` (of the last round), ``candidates`` (at most)."""
    given = work.params
    options = ReevaluateOptions(
        minimum_gain=float(given.get("minimum_gain", ReevaluateOptions.minimum_gain)),
        rows=int(given.get("rows", ROWS)),
        candidates=int(given.get("candidates", ReevaluateOptions.candidates)),
    )
    return reevaluate(work.dataset, work.evidence, options, work.on_progress, work.should_stop), None
