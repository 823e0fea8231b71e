"""The job kinds of the stages beyond the last layer: from an evaluation to a stored stage run.

A stage gets a folder of its own for checkpoints; it lasts until the job has ended, so that an
attempt which was interrupted goes on where it stood.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dualcore.errors import NotFound
from dualcore.evidence.records import Evidence
from dualcore.evidence.stages import StageKind, StageResult
from dualcore.intake.records import Dataset
from dualcore.jobs.inputs import prepare_row
from dualcore.jobs.reevaluation import run_reevaluation
from dualcore.jobs.run import Run
from dualcore.jobs.transfer import run_transfer
from dualcore.jobs.tuning import run_tuning
from dualcore.records import models

READ_SHARE = 0.03  # progress that reading the files takes
PLACE = {"reevaluate": 2, "tune": 3, "transfer": 2}  # the stage that a project has reached with it


@dataclass(frozen=True)
class Work:
    """What a stage gets: data, the evidence it starts from, its options, and ways to report and to stop.

    folder : for checkpoints; a file that the stage returns beside its record is kept with it
    """

    dataset: Dataset
    evidence: Evidence
    params: dict
    settings: object
    store: object
    on_progress: Callable[[float, str], None]
    should_stop: Callable[[], bool]
    folder: Path


Stage = Callable[[Work], tuple[StageResult, Path | None]]
STAGES: dict[StageKind, Stage] = {"reevaluate": run_reevaluation, "tune": run_tuning, "transfer": run_transfer}


def run_stage(run: Run) -> None:
    """Read the data, run the stage, and write its record and the job in one transaction."""
    params = run.claim.params
    run.report(0.0, "read")
    with run.database.read() as session:
        evaluation = session.get(models.Evaluation, params["evaluation_id"])
        row = None if evaluation is None else session.get(models.Dataset, evaluation.dataset_id)
    if evaluation is None or row is None:
        raise NotFound("no_evaluation")
    folder = run.settings.home / "checkpoints" / run.claim.id
    folder.mkdir(parents=True, exist_ok=True)
    work = Work(
        prepare_row(run.store, row), evaluation.evidence, params["options"], run.settings, run.store,
        lambda fraction, step: run.report(READ_SHARE + (1 - READ_SHARE) * fraction, step), run.should_stop, folder,
    )
    result, file = STAGES[run.claim.kind](work)
    run.report(0.99, "save")
    sha = None if file is None else run.store.put_file(file)[0]
    with run.database.write() as session:
        stage = models.StageRun(
            project_id=evaluation.project_id, evaluation_id=evaluation.id, kind=run.claim.kind, params=params["options"],
            result=result, file_sha=sha,
        )
        session.add(stage)
        session.flush()
        project = session.get_one(models.Project, evaluation.project_id)
        project.stage = max(project.stage, PLACE[run.claim.kind])
        run.queue.finish(run.claim, stage.id, session)
    shutil.rmtree(folder, ignore_errors=True)


KINDS = {kind: run_stage for kind in PLACE}
