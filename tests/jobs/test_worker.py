"""The worker and its child processes: how every way of ending shows on the row."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import update

from dualcore.jobs import worker as worker_module
from dualcore.jobs.embedded import embedded_worker, worker_serves
from dualcore.jobs.queue import BACKGROUND
from dualcore.jobs.worker import Worker
from dualcore.present.words import say
from dualcore.records.models import Job
from dualcore.records.types import now

KINDS = str(Path(__file__).with_name("kinds.py"))
RUN = [sys.executable, KINDS, "run"]
WORKER = [sys.executable, KINDS, "worker", "--embedded"]


@pytest.fixture
def worker(settings, database):
    made = Worker(settings, RUN)
    yield made
    for child in made.children:
        os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


@pytest.fixture
def turn(worker):
    """One round of the worker and a short pause."""

    def step():
        worker.step()
        time.sleep(0.05)

    return step


def test_a_job_runs_in_its_own_process_and_reports(queue, worker, row, wait, turn):
    job_id = queue.add("me", "sleep", {"seconds": 1.5})
    wait(lambda: row(job_id).progress > 0.3, step=turn)
    assert worker.children[0].process.pid != os.getpid()
    assert row(job_id).eta_seconds is not None
    wait(lambda: row(job_id).state == "done", step=turn)
    job = row(job_id)
    assert (job.progress, job.result_id, job.error) == (1.0, "result", None)
    assert [step.code for step in job.steps] == ["part0", "part1", "part2"]
    assert all(step.seconds > 0.2 for step in job.steps)


def test_cancel_stops_a_running_job_within_a_second_or_two(queue, row, wait, turn):
    job_id = queue.add("me", "sleep", {"seconds": 60})
    wait(lambda: row(job_id).progress > 0, step=turn)
    queue.cancel(job_id)
    asked = time.monotonic()
    wait(lambda: row(job_id).state == "cancelled", step=turn)
    assert time.monotonic() - asked < 2


def test_a_job_over_its_memory_is_stopped_and_others_go_on(settings, database, queue, row, wait):
    worker = Worker(settings.model_copy(update={"job_memory_mb": 350, "workers": 2}), RUN)
    greedy, other = queue.add("me", "greedy", {}), queue.add("me", "sleep", {"seconds": 1})

    def turn():
        worker.step()
        time.sleep(0.05)

    wait(lambda: not worker.children and row(greedy).ended is not None, step=turn)
    job = row(greedy)
    assert (job.state, job.error.code, job.error.fields["limit_mb"]) == ("failed", "job_over_memory", 350)
    assert job.error.fields["used_mb"] > 350
    assert row(other).state == "done"


def test_a_job_that_does_not_listen_is_killed(queue, worker, row, wait, turn, monkeypatch):
    monkeypatch.setattr(worker_module, "GRACE_SECONDS", 0.5)
    job_id = queue.add("me", "deaf", {})
    wait(lambda: row(job_id).step == "deaf", step=turn)
    process = worker.children[0].process
    queue.cancel(job_id)
    wait(lambda: row(job_id).state == "cancelled", step=turn)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("die", "job_killed", "memory"),
        ("leave", "job_exit", "status 3"),
        ("refuse", "no_dataset", "{x}"),
        ("hungry", "job_memory", "Memory ran out"),
        ("broken", "job_defect", "ZeroDivisionError"),
    ],
)
def test_a_job_that_fails_says_why(queue, row, wait, turn, kind, code, words):
    job_id = queue.add("me", kind, {})
    wait(lambda: row(job_id).state == "failed", step=turn)
    error = row(job_id).error
    assert error.code == code
    for language in ("ja", "en"):
        sentence = say(f"error.{error.code}", language, **error.fields)
        assert "secret detail" not in sentence
    assert words in sentence


def test_a_kill_from_outside_is_told_as_such(queue, worker, row, wait, turn):
    job_id = queue.add("me", "sleep", {"seconds": 60})
    wait(lambda: row(job_id).progress > 0, step=turn)
    os.kill(worker.children[0].process.pid, signal.SIGKILL)
    wait(lambda: row(job_id).state == "failed", step=turn)
    assert row(job_id).error.code == "job_killed"


def test_a_job_beyond_the_time_limit_is_stopped(queue, settings, database, row, wait):
    worker = Worker(settings.model_copy(update={"job_limit_seconds": 2.0}), RUN)
    job_id = queue.add("me", "sleep", {"seconds": 60})
    wait(lambda: row(job_id).state == "failed", step=lambda: (worker.step(), time.sleep(0.05)))
    assert row(job_id).error.code == "job_too_long"


def test_background_work_makes_way_for_a_person(queue, row, wait, turn):
    slow = queue.add("me", "sleep", {"seconds": 60}, priority=BACKGROUND)
    wait(lambda: row(slow).progress > 0, step=turn)
    quick = queue.add("me", "sleep", {"seconds": 0.1})
    wait(lambda: row(quick).state == "done", step=turn)
    wait(lambda: row(slow).attempt == 2, step=turn)
    assert row(slow).interruptions == 0


@pytest.fixture
def start_worker(settings):
    """Starts worker processes; those still there at the end are killed."""
    started = []

    def start():
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(WORKER[:-1], env=settings.environment(), start_new_session=True, **quiet))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_worker_that_is_told_to_end_leaves_its_job_for_the_next(queue, start_worker, row, wait):
    job_id = queue.add("me", "sleep", {"seconds": 1.5})
    first = start_worker()
    wait(lambda: row(job_id).progress > 0)
    first.terminate()
    first.wait(60)
    assert (row(job_id).state, row(job_id).interruptions) == ("queued", 1)
    second = start_worker()
    wait(lambda: row(job_id).state == "done")
    second.terminate()
    second.wait(60)
    assert row(job_id).attempt == 2


def test_a_killed_worker_takes_its_child_along_and_the_job_is_run_again(queue, database, start_worker, row, wait):
    job_id = queue.add("me", "sleep", {"seconds": 60})
    first = start_worker()
    wait(lambda: row(job_id).progress > 0)
    child = psutil.Process(first.pid).children()[0]
    first.kill()
    first.wait()
    wait(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, seconds=5)
    with database.write() as session:  # as if the lease had run out
        session.execute(update(Job).values(lease_until=now()))
    queue.reap()
    assert (row(job_id).state, row(job_id).interruptions) == ("queued", 1)


def test_the_embedded_worker_starts_once_and_ends_after_its_server(queue, settings, row, wait):
    with embedded_worker(settings, WORKER), embedded_worker(settings, WORKER):
        job_id = queue.add("me", "sleep", {"seconds": 0.2})
        wait(lambda: row(job_id).state == "done")
        started = (settings.logs / "worker.log").read_text()
        long_id = queue.add("me", "sleep", {"seconds": 2.5})
        wait(lambda: row(long_id).progress > 0)
        assert worker_serves(settings)
    # The server is gone, the running job is not.
    wait(lambda: row(long_id).state == "done")
    assert row(long_id).attempt == 1
    assert started.count("attempt 1 starts") == 1


def test_a_dead_embedded_worker_is_started_again(queue, settings, row, wait):
    with embedded_worker(settings, WORKER):
        wait(lambda: worker_serves(settings))
        home = str(settings.home)
        mine = [p for p in psutil.Process().children() if p.environ().get("DUALCORE_HOME") == home]
        assert len(mine) == 1
        mine[0].kill()
        job_id = queue.add("me", "sleep", {"seconds": 0.1})
        wait(lambda: row(job_id).state == "done")
