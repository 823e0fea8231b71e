"""The real path of stage 2: an evaluation, and its re-evaluation in the worker's process; cancelled, it ends soon."""

import time

import pytest

from dualcore.jobs.worker import Worker
from dualcore.services import Services
from tests.decided import decided
from tests.jobs.test_evaluation import FAST, MINA, attached, table


@pytest.fixture
def services(settings):
    return Services(settings.model_copy(update=FAST))


def start(services, wait, **options):
    """(evaluation, job of its re-evaluation, one round of the worker)."""
    worker = Worker(services.settings)
    turn = lambda: (worker.step(), time.sleep(0.02))  # noqa: E731
    project, _, _ = attached(services, table())
    first = services.start_evaluation(MINA, project.id, skeleton="linear")
    wait(lambda: not services.job(MINA, first.id).active, 300, turn)
    view = services.evaluation(MINA, services.job(MINA, first.id).result_id)
    decided(services, MINA, view.id, "re-evaluate")
    return view, services.start_stage(MINA, view.id, "reevaluate", options), turn


@pytest.mark.timeout(900)
def test_candidates_are_compared_in_the_worker_under_the_options_of_the_job(services, wait):
    view, job, turn = start(services, wait, minimum_gain=0.05, candidates=6)
    wait(lambda: not services.job(MINA, job.id).active, 400, turn)
    done = services.job(MINA, job.id)
    assert (done.state, done.error, done.progress) == ("done", None, 1.0)
    stage = services.stage(MINA, done.result_id)
    found = stage.result
    assert (stage.kind, stage.evaluation_id, stage.has_file) == ("reevaluate", view.id, False)
    assert (found.kind, found.minimum_gain, found.rows_available) == ("reevaluate", 0.05, 160)
    assert 2 <= len(found.entrants) <= 6
    # The product of two columns decides: a linear present choice gives way to a network.
    assert found.present.skeleton["name"] == "linear" and found.outcome == "switch"
    assert services.stages(MINA, view.project_id, "reevaluate")[0].id == stage.id
    assert services.project(MINA, view.project_id).stage == 2


@pytest.mark.timeout(900)
def test_cancelled_it_ends_soon_and_leaves_no_result(services, wait):
    view, job, turn = start(services, wait)
    wait(lambda: services.job(MINA, job.id).progress > 0, 200, turn)
    services.cancel_job(MINA, job.id)
    asked = time.monotonic()
    wait(lambda: not services.job(MINA, job.id).active, 100, turn)
    assert services.job(MINA, job.id).state == "cancelled"
    assert time.monotonic() - asked < 60
    assert services.stages(MINA, view.project_id, "reevaluate") == []
