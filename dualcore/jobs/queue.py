"""The job table as a queue: every change of a job is one statement on its row.

A claim gives a worker a *lease* and a new *attempt* number. Every later write names the attempt,
so that a worker which lost its lease can no longer write over the one that took the job on.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from dualcore.errors import DataError
from dualcore.records.database import Database
from dualcore.records.models import Job
from dualcore.records.types import now
from dualcore.records.views import ACTIVE, ErrorView, StepView

LEASE_SECONDS = 20
MAX_INTERRUPTIONS = 1  # after that a job is taken to be the cause, and fails
PERSON, BACKGROUND = 0, 1


class LeaseLost(Exception):
    """The row is no longer ours: another attempt runs, or the job has ended."""


@dataclass(frozen=True)
class Claim:
    """One attempt at a job, as the worker got it."""

    id: str
    attempt: int
    kind: str
    priority: int
    interruptions: int
    params: dict[str, Any]


def claim_of(job: Job) -> Claim:
    """The present attempt of a row."""
    return Claim(job.id, job.attempt, job.kind, job.priority, job.interruptions, job.params)


def work_key(kind: str, params: dict[str, Any]) -> str:
    """The same work has the same key (SHA-256 of kind and params)."""
    return hashlib.sha256(json.dumps([kind, params], sort_keys=True).encode()).hexdigest()


def turn() -> Any:
    """SQL expression: which turn of its owner a queued job is, 0 = the next one.

    Running jobs count as turns that were had, so that whoever queues fifty jobs does not keep others waiting for all of them.
    """
    other = aliased(Job)
    before = (other.state == "running") | (
        (other.state == "queued") & (other.priority == Job.priority)
        & ((other.created < Job.created) | ((other.created == Job.created) & (other.id < Job.id)))
    )
    return select(func.count()).select_from(other).where(other.owner == Job.owner, before).correlate(Job).scalar_subquery()


class Queue:
    """Changes of job rows, each atomic."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, owner: str, kind: str, params: dict[str, Any], project_id: str | None = None, priority: int = PERSON,
        most: int | None = None,
    ) -> str:
        """Queue the work and return the job's id; the id of the same work if that is queued or running.

        Raises DataError (``too_many_jobs``) when the owner has ``most`` jobs queued or running already.
        """
        key = work_key(kind, params)
        same = select(Job.id).where(Job.key == key, Job.state.in_(ACTIVE))
        try:
            with self._database.write() as session:
                if found := session.scalar(same):
                    # A person now waits for what was background work.
                    less = update(Job).where(Job.id == found, Job.priority > priority)
                    session.execute(less.values(priority=priority))
                    return found
                active = select(func.count()).select_from(Job).where(Job.owner == owner, Job.state.in_(ACTIVE))
                if most is not None and priority == PERSON and session.scalar(active) >= most:
                    raise DataError("too_many_jobs", most=most)
                job = Job(owner=owner, kind=kind, params=params, project_id=project_id, key=key, priority=priority)
                session.add(job)
                session.flush()
                return job.id
        except IntegrityError:
            # PostgreSQL: the same work was queued by another process at the same moment.
            with self._database.read() as session:
                found = session.scalar(same)
            if found is None:
                raise
            return found

    def claim(self) -> Claim | None:
        """Take the next queued job, or None when there is none. One statement: no job is taken twice."""
        with self._database.read() as session:
            if session.scalar(select(Job.id).where(Job.state == "queued").limit(1)) is None:
                return None  # looking takes no write lock
        first = (
            select(Job.id)
            .where(Job.state == "queued")
            .order_by(Job.priority, turn(), Job.created, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
            .scalar_subquery()
        )
        started = now()
        take = (
            update(Job)
            .where(Job.id == first)
            .values(
                state="running",
                attempt=Job.attempt + 1,
                lease_until=started + timedelta(seconds=LEASE_SECONDS),
                started=started,
                progress=0.0,
                step="",
                steps=[],
                eta_seconds=None,
                reported=started,
            )
            .returning(Job.id, Job.attempt, Job.kind, Job.priority, Job.interruptions, Job.params)
            .execution_options(synchronize_session=False)
        )
        with self._database.write() as session:
            row = session.execute(take).first()
        return None if row is None else Claim(*row)

    def renew(self, claim: Claim) -> None:
        """Keep the lease.  Raises LeaseLost when it is no longer ours."""
        self._change(claim, lease_until=now() + timedelta(seconds=LEASE_SECONDS))

    def report(self, claim: Claim, progress: float, steps: list[StepView], eta_seconds: float | None) -> None:
        """Write progress (0..1), the steps so far (the last is current) and the remaining time (s)."""
        step = steps[-1].code if steps else ""
        self._change(claim, progress=progress, step=step, steps=steps, eta_seconds=eta_seconds, reported=now())

    def finish(self, claim: Claim, result_id: str, session: Session) -> None:
        """Done; in the caller's transaction, so that result and state appear together."""
        self._set(session, claim, state="done", progress=1.0, eta_seconds=0.0, ended=now(), result_id=result_id)

    def fail(self, claim: Claim, code: str, **fields: object) -> None:
        """Failed for good, with the cause."""
        error = ErrorView(code=code, fields=json.loads(json.dumps(fields, default=str)))
        self._change(claim, state="failed", ended=now(), eta_seconds=None, error=error)

    def cancelled(self, claim: Claim) -> None:
        """The running attempt has stopped because someone asked for it."""
        self._change(claim, state="cancelled", ended=now(), eta_seconds=None)

    def release(self, claim: Claim, counts: bool = True) -> None:
        """The attempt was interrupted: queue the job again, or fail it after too many interruptions.

        ``counts`` False when the job cannot be the cause (a person's job took its place).
        """
        count = claim.interruptions + counts
        if count > MAX_INTERRUPTIONS:
            self.fail(claim, "job_interrupted", times=count)
            return
        fresh = {"lease_until": None, "progress": 0.0, "step": "", "steps": [], "eta_seconds": None}
        self._change(claim, state="queued", interruptions=count, **fresh)

    def reap(self) -> int:
        """Take back the jobs whose lease ran out (their worker died); returns how many."""
        with self._database.read() as session:
            expired = select(Job).where(Job.state == "running", Job.lease_until < now())
            jobs = list(session.scalars(expired))
        for job in jobs:
            claim = claim_of(job)
            try:
                self.cancelled(claim) if job.cancel_requested else self.release(claim)
            except LeaseLost:
                continue  # another worker was quicker
        return len(jobs)

    def cancel(self, job_id: str) -> None:
        """Ask to stop: a queued job is cancelled at once, a running one when it next looks."""
        with self._database.write() as session:
            asked = now()
            queued = update(Job).where(Job.id == job_id, Job.state == "queued")
            session.execute(queued.values(state="cancelled", cancel_requested=asked, ended=asked))
            running = update(Job).where(Job.id == job_id, Job.state == "running", Job.cancel_requested.is_(None))
            session.execute(running.values(cancel_requested=asked))

    def asked_to_stop(self, claim: Claim) -> float | None:
        """Seconds since a stop was asked for, None when not.  Raises LeaseLost."""
        with self._database.read() as session:
            mine = select(Job.cancel_requested).where(
                Job.id == claim.id, Job.attempt == claim.attempt, Job.state == "running"
            )
            row = session.execute(mine).first()
        if row is None:
            raise LeaseLost(claim.id)
        return None if row[0] is None else (now() - row[0]).total_seconds()

    def running(self, claim: Claim) -> bool:
        """True while this attempt is the current one and has not ended."""
        try:
            self.asked_to_stop(claim)
        except LeaseLost:
            return False
        return True

    def person_waits(self) -> bool:
        """True when a job that a person waits for is queued."""
        waiting = select(Job.id).where(Job.state == "queued", Job.priority == PERSON).limit(1)
        with self._database.read() as session:
            return session.scalar(waiting) is not None

    def _change(self, claim: Claim, **values: object) -> None:
        with self._database.write() as session:
            self._set(session, claim, **values)

    @staticmethod
    def _set(session: Session, claim: Claim, **values: object) -> None:
        mine = update(Job).where(Job.id == claim.id, Job.attempt == claim.attempt, Job.state == "running")
        done = session.execute(mine.values(**values).execution_options(synchronize_session=False))
        if done.rowcount != 1:
            raise LeaseLost(claim.id)
