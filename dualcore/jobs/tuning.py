"""The stage "tune": from a job's options to stage 3."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dualcore.decision.records import Protocol, Terms
from dualcore.decision.steps import judge
from dualcore.evidence.stages import Tuning
from dualcore.evidence.tuning import TuneOptions, tune

if TYPE_CHECKING:
    from dualcore.jobs.stages import Work

LIMIT_SHARE = 0.9  # of the time that a job may take


def run_tuning(work: Work) -> tuple[Tuning, Path]:
    """Tune under the terms and the protocol that the options carry: they are stored with the result.

    options : network, minutes (time at most), terms, protocol; what is missing has its default
    """
    asked = work.params
    terms, protocol = Terms.model_validate(asked.get("terms", {})), Protocol.model_validate(asked.get("protocol", {}))
    seconds = min(60.0 * float(asked.get("minutes", 15)), LIMIT_SHARE * work.settings.job_limit_seconds)
    options = TuneOptions(
        network=asked.get("network", "skeleton"), budget_seconds=seconds, minimum_gain=terms.minimum_gain, decide=judge(terms, protocol)
    )
    return tune(work.dataset, work.evidence, options, work.on_progress, work.should_stop, work.folder)
