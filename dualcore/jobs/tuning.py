"""The stage "tune": from a job's options to stage 3.

Checkpoints lie in a folder that the work names, not the job: when the process was killed and a person starts the same
work again, the new job goes on where the old one stood, as a second attempt of one job does.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from dualcore.decision.records import Protocol, Terms
from dualcore.decision.steps import judge, looks_further
from dualcore.evidence.stages import Tuning
from dualcore.evidence.tuning import TuneOptions, tune

if TYPE_CHECKING:
    from dualcore.jobs.stages import Work

LIMIT_SHARE = 0.9  # of the time that a job may take
KEPT_SECONDS = 7 * 86_400  # checkpoints of work that nobody took up again


def run_tuning(work: Work) -> tuple[Tuning, Path]:
    """Tune under the terms and the protocol that the options carry: they are stored with the result.

    options : network, minutes (time at most), terms, protocol, width and epochs; what is missing has its default
    """
    asked = work.params
    terms, protocol = Terms.model_validate(asked.get("terms", {})), Protocol.model_validate(asked.get("protocol", {}))
    seconds = min(60.0 * float(asked.get("minutes", 15)), LIMIT_SHARE * work.settings.job_limit_seconds)
    options = TuneOptions(
        network=asked.get("network", "skeleton"), budget_seconds=seconds, minimum_gain=terms.minimum_gain, width=asked.get("width"),
        epochs=asked.get("epochs"), decide=judge(terms, protocol), ahead=looks_further(terms, protocol),
    )
    folder = _folder(work)
    record, file = tune(work.dataset, work.evidence, options, work.on_progress, work.should_stop, folder)
    kept = work.folder / file.name
    shutil.copyfile(file, kept)
    shutil.rmtree(folder, ignore_errors=True)
    return record, kept


def _folder(work: Work) -> Path:
    """The folder of this work's checkpoints; those left long ago go."""
    evidence = work.evidence
    about = [evidence.dataset.sha256, evidence.skeleton, evidence.metric, evidence.manifest.seed, work.params]
    folder = work.folder.parent / f"tune-{hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:16]}"
    for old in work.folder.parent.glob("tune-*"):
        if old != folder and time.time() - old.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
    return folder
