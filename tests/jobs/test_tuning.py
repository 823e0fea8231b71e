"""Stage 3 as a job: killed with SIGKILL in the middle, it goes on where it stood."""

import io
import os
import signal
import time

import pytest

from dualcore.decision import recommend
from dualcore.evidence.tuned import load_model
from dualcore.intake.records import Question
from dualcore.jobs.worker import Worker
from dualcore.kernels import preset
from dualcore.records import models
from dualcore.services import ProjectInput, Services, User
from tests.decided import decided
from tests.evidence.problems import table
from tests.present import sample

MINA = User("mina", "Mina", frozenset({"decider"}))
OPTIONS = {"width": 32, "epochs": 20, "minutes": 30}


@pytest.fixture
def services(settings):
    return Services(settings)


@pytest.fixture
def evaluation(services):
    """Id of an evaluation of fc1 on 120 rows; only what stage 3 reads is real."""
    project = services.create_project(MINA, ProjectInput(name="Parts"))
    upload = services.inspect_upload(MINA, project.id, io.BytesIO(table(120).to_csv(index=False).encode()), "parts.csv")
    dataset = services.attach_dataset(MINA, project.id, upload.sha256, upload.filename, question=Question(target="target"))
    made = sample.evidence()
    made = made.model_copy(update={
        "skeleton": preset("fc1").to_dict(), "dataset": made.dataset.model_copy(update={"sha256": dataset.sha256}),
    })  # fmt: skip
    with services._database.write() as session:
        row = models.Evaluation(
            project_id=project.id, dataset_id=dataset.id, skeleton="fc1", metric=None, seed=0, evidence=made, verdict=recommend(made),
            model_sha=None,
        )
        session.add(row)
        session.flush()
        made_id = row.id
    decided(services, MINA, made_id, "invest")
    return project.id, made_id


@pytest.mark.timeout(900)  # three processes start one after another
def test_killed_in_the_middle_it_resumes_from_its_checkpoints(services, evaluation, settings, wait):
    project_id, evaluation_id = evaluation
    worker = Worker(settings)
    turn = lambda: (worker.step(), time.sleep(0.02))  # noqa: E731
    first = services.start_stage(MINA, evaluation_id, "tune", OPTIONS)
    left = settings.home / "checkpoints"
    wait(lambda: list(left.glob("tune-*/step1-1.pt")), 400, turn)  # two splits of five are done
    os.kill(worker.children[0].process.pid, signal.SIGKILL)
    wait(lambda: not services.job(MINA, first.id).active, 100, turn)
    assert services.job(MINA, first.id).error.code == "job_killed"
    done = {p.name: p.stat().st_mtime_ns for p in left.glob("tune-*/s*-?.pt")}
    assert len(done) >= 7  # the last layer of five splits, and the first step of two

    second = services.start_stage(MINA, evaluation_id, "tune", OPTIONS)
    assert second.id != first.id
    seen = []

    def look():
        turn()
        seen.extend({p.name: p.stat().st_mtime_ns for p in left.glob("tune-*/s*-?.pt")}.items())

    wait(lambda: not services.job(MINA, second.id).active, 400, look)
    job = services.job(MINA, second.id)
    assert (job.state, job.error) == ("done", None)
    stage = services.stage(MINA, job.result_id)
    assert stage.result.resumed >= 7 and len(stage.result.steps) == 1
    assert {name: when for name, when in seen if name in done} == done  # nothing of it was written again
    assert not list(left.glob("tune-*"))
    assert services.project(MINA, project_id).stage == 3
    assert load_model(services.stage_file(MINA, stage.id)).settings["target"] == "target"


@pytest.mark.timeout(900)
def test_cancelled_it_ends_soon_and_keeps_its_checkpoints(services, evaluation, settings, wait):
    worker = Worker(settings)
    turn = lambda: (worker.step(), time.sleep(0.02))  # noqa: E731
    job = services.start_stage(MINA, evaluation[1], "tune", OPTIONS)
    wait(lambda: list((settings.home / "checkpoints").glob("tune-*/step1-0.pt")), 400, turn)
    services.cancel_job(MINA, job.id)
    wait(lambda: not services.job(MINA, job.id).active, 60, turn)
    assert services.job(MINA, job.id).state == "cancelled"
    assert list((settings.home / "checkpoints").glob("tune-*/*.pt"))
