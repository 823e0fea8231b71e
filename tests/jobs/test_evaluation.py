"""The real path: a file is stored, evaluated by the worker in its own process, judged, and predicted with."""

import io
import time

import numpy as np
import pandas as pd
import pytest

from dualcore.decision.records import Terms
from dualcore.errors import DataError, NotAllowed, NotFound
from dualcore.intake.records import Question
from dualcore.jobs.worker import Worker
from dualcore.services import ProjectInput, Services, User

MINA, KEN = (User(name.lower(), name, frozenset({"decider"})) for name in ("Mina", "Ken"))
FAST = {"job_seconds": 5.0}


@pytest.fixture
def services(settings):
    return Services(settings.model_copy(update=FAST))


def table(rows: int = 160) -> bytes:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(rows, 3)).round(3), columns=["a", "b", "c"])
    frame["=part"] = np.where(frame.a * frame.b > 0, "=good", "bad")
    return frame.to_csv(index=False).encode()


def attached(services, content: bytes):
    project = services.create_project(MINA, ProjectInput(name="Parts", terms=Terms(goal=0.8)))
    upload = services.inspect_upload(MINA, project.id, io.BytesIO(content), "parts.csv")
    question = Question(target="=part")
    return project, upload, services.attach_dataset(MINA, project.id, upload.sha256, upload.filename, question=question)


def run_to_the_end(services, job_id):
    worker = Worker(services.settings)
    end = time.monotonic() + 120
    while services.job(MINA, job_id).active:
        assert time.monotonic() < end
        worker.step()
        time.sleep(0.05)
    return services.job(MINA, job_id)


def test_from_upload_to_verdict_and_predictions(services):
    project, upload, dataset = attached(services, table())
    assert (upload.kind, upload.rows, upload.size_bytes) == ("table", 160, len(table()))
    assert [c.name for c in upload.columns] == upload.preview_columns == ["a", "b", "c", "=part"]
    assert len(upload.preview[0]) == 4
    assert (dataset.profile.rows, dataset.profile.target) == (160, "=part")

    job = run_to_the_end(services, services.start_evaluation(MINA, project.id).id)
    assert (job.state, job.error, job.progress) == ("done", None, 1.0)
    assert [s.code for s in job.steps][0] == "read"

    view = services.evaluation(MINA, job.result_id)
    assert view == services.latest_evaluation(MINA, project.id)
    assert view.dataset == dataset
    assert view.evidence.goal == 0.8
    shown = services.project(MINA, project.id)
    assert (shown.stage, shown.decision, shown.evaluations) == (1, view.verdict.decision, 1)

    revised = services.revise_verdict(MINA, view.id, Terms(goal=0.999, value=0))
    assert (revised.evidence, revised.terms.goal) == (view.evidence, 0.999)
    assert services.project(MINA, project.id).decision == revised.verdict.decision
    with pytest.raises(NotAllowed):
        services.revise_verdict(KEN, view.id, Terms())

    lines = services.predict(MINA, view.id, io.BytesIO(table(20)), "new.csv").decode("utf-8-sig").splitlines()
    assert len(lines) == 21
    assert lines[0].startswith("'=part")
    assert not any(line.startswith("=") for line in lines)
    with pytest.raises(NotAllowed):
        services.predict(KEN, view.id, io.BytesIO(table(20)), "new.csv")


def test_the_same_file_and_choices_keep_the_dataset_version(services):
    project, upload, first = attached(services, table())
    question = Question(target="=part")
    assert services.attach_dataset(MINA, project.id, upload.sha256, upload.filename, question=question).id == first.id
    other = services.attach_dataset(MINA, project.id, upload.sha256, upload.filename, question=Question(target="a"))
    assert other.id != first.id
    assert services.dataset(MINA, project.id).profile.task == "regression"


def test_a_file_that_cannot_be_used_is_refused_and_nothing_is_attached(services):
    project = services.create_project(MINA, ProjectInput(name="Empty"))
    with pytest.raises(DataError):
        services.inspect_upload(MINA, project.id, io.BytesIO(b""), "empty.csv")
    assert services.dataset(MINA, project.id) is None


def test_a_file_that_changed_after_it_was_stored_fails_the_job_in_words(services):
    project, upload, _ = attached(services, table())
    services._store.path(upload.sha256).write_bytes(table(80))
    job = run_to_the_end(services, services.start_evaluation(MINA, project.id).id)
    assert (job.state, job.error.code) == ("failed", "file_changed")


def test_predicting_needs_an_evaluation(services):
    with pytest.raises(NotFound):
        services.predict(MINA, "nothing", io.BytesIO(table()), "new.csv")
