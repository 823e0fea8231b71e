"""The job table: claims, leases, fencing, cancel, idempotence."""

import multiprocessing
from datetime import timedelta

import pytest
from sqlalchemy import update

from dualcore.errors import DataError
from dualcore.jobs.queue import BACKGROUND, LeaseLost, Queue
from dualcore.records.database import Database, open_engine
from dualcore.records.models import Job
from dualcore.records.rows import job_view
from dualcore.records.types import now
from dualcore.records.views import StepView
from tests.postgres import BOTH

pytestmark = BOTH


def _claim_all(url, barrier, results):
    queue = Queue(Database(open_engine(url)))
    barrier.wait()
    mine = []
    while (claim := queue.claim()) is not None:
        mine.append((claim.id, claim.attempt))
    results.put(mine)


def test_two_processes_never_claim_the_same_job(settings, queue):
    ids = {queue.add("me", "sleep", {"n": n}) for n in range(60)}
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(2), context.Queue()
    arguments = (settings.database_url, barrier, results)
    processes = [context.Process(target=_claim_all, args=arguments) for _ in range(2)]
    for process in processes:
        process.start()
    claims = results.get(timeout=60) + results.get(timeout=60)
    for process in processes:
        process.join()
    assert len(claims) == 60
    assert {job_id for job_id, _ in claims} == ids
    assert {attempt for _, attempt in claims} == {1}


def test_the_same_work_is_queued_once_until_it_has_ended(queue, database):
    first = queue.add("me", "sleep", {"a": 1, "b": 2})
    assert queue.add("me", "sleep", {"b": 2, "a": 1}) == first
    claim = queue.claim()
    assert queue.add("me", "sleep", {"a": 1, "b": 2}) == first
    with database.write() as session:
        queue.finish(claim, "r", session)
    assert queue.add("me", "sleep", {"a": 1, "b": 2}) != first


def test_people_go_before_background_work(queue):
    queue.add("me", "sleep", {"n": 1}, priority=BACKGROUND)
    urgent = queue.add("me", "sleep", {"n": 2})
    assert queue.claim().id == urgent


def test_the_queue_goes_round_the_people(queue, database):
    many = [queue.add("ken", "sleep", {"n": n}) for n in range(5)]
    one = queue.add("mina", "sleep", {"n": "hers"})
    other = queue.add("eve", "sleep", {"n": "another"})
    with database.read() as session:
        ahead = {job.id: job_view(session, job).ahead for job in session.query(Job)}
    claimed = [queue.claim().id for _ in range(4)]
    assert claimed == [many[0], one, other, many[1]]
    assert [ahead[i] for i in claimed] == [0, 1, 2, 3]


def test_a_person_may_have_only_so_many_jobs(queue):
    first = queue.add("ken", "sleep", {"n": 0}, most=2)
    queue.add("ken", "sleep", {"n": 1}, most=2)
    with pytest.raises(DataError, match="which is the limit"):
        queue.add("ken", "sleep", {"n": 2}, most=2)
    assert queue.add("ken", "sleep", {"n": 0}, most=2) == first  # the same work again
    queue.add("mina", "sleep", {"n": 2}, most=2)
    queue.cancel(first)
    queue.add("ken", "sleep", {"n": 2}, most=2)


def test_waiting_for_background_work_makes_it_urgent(queue):
    queue.add("me", "sleep", {"n": 1}, priority=BACKGROUND)
    second = queue.add("me", "sleep", {"n": 2}, priority=BACKGROUND)
    queue.add("me", "sleep", {"n": 2})
    assert queue.claim().id == second


def test_an_attempt_that_lost_its_lease_cannot_write(queue, database, row):
    job_id = queue.add("me", "sleep", {})
    old = queue.claim()
    with database.write() as session:
        session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1)))
    assert queue.reap() == 1
    new = queue.claim()
    assert new.attempt == old.attempt + 1
    for change in (
        lambda: queue.report(old, 0.5, [], None),
        lambda: queue.fail(old, "job_defect"),
        lambda: queue.renew(old),
        lambda: queue.asked_to_stop(old),
    ):
        with pytest.raises(LeaseLost):
            change()
    assert row(job_id).state == "running"
    queue.report(new, 0.5, [], None)


def test_interrupted_once_is_queued_again_and_twice_has_failed(queue, row):
    job_id = queue.add("me", "sleep", {})
    queue.release(queue.claim())
    assert row(job_id).state == "queued"
    queue.release(queue.claim())
    assert row(job_id).state == "failed"
    assert row(job_id).error.code == "job_interrupted"


def test_making_way_does_not_count_as_an_interruption(queue, row):
    job_id = queue.add("me", "sleep", {})
    for _ in range(3):
        queue.release(queue.claim(), counts=False)
    assert (row(job_id).state, row(job_id).attempt) == ("queued", 3)


def test_cancelling_a_queued_job_ends_it_and_an_ended_one_stays(queue, row, database):
    job_id = queue.add("me", "sleep", {})
    queue.cancel(job_id)
    assert row(job_id).state == "cancelled"
    assert queue.claim() is None
    done = queue.add("me", "sleep", {"n": 2})
    with database.write() as session:
        queue.finish(queue.claim(), "r", session)
    queue.cancel(done)
    assert (row(done).state, row(done).cancel_requested) == ("done", None)


def test_a_lost_job_that_was_cancelled_is_not_run_again(queue, database, row):
    job_id = queue.add("me", "sleep", {})
    queue.claim()
    queue.cancel(job_id)
    with database.write() as session:
        session.execute(update(Job).values(lease_until=now() - timedelta(seconds=1)))
    queue.reap()
    assert row(job_id).state == "cancelled"


def test_the_remaining_time_counts_down_between_reports(queue, database):
    job_id = queue.add("me", "sleep", {})
    other = queue.add("me", "sleep", {"n": 2})
    claim = queue.claim()
    queue.report(claim, 0.25, [StepView(code="read", fraction=0.25, seconds=1.0)], 30.0)
    with database.write() as session:
        past = now() - timedelta(seconds=12)
        session.execute(update(Job).where(Job.id == job_id).values(reported=past))
    with database.read() as session:
        view = job_view(session, session.get_one(Job, job_id))
        waiting = job_view(session, session.get_one(Job, other))
    assert (view.step, view.progress, view.active) == ("read", 0.25, True)
    assert 17 < view.eta_seconds <= 18
    assert (waiting.ahead, waiting.elapsed_seconds) == (1, 0.0)
