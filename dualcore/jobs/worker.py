"""The worker: claims jobs and watches over one child process per job.

``python -m dualcore.jobs.worker`` serves until it is told to end (several may share a database);
with ``--embedded`` it is the one worker of a server on this machine and ends after that server.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Literal

import psutil

from dualcore import logs
from dualcore.jobs.locks import app_lock, worker_lock
from dualcore.jobs.queue import BACKGROUND, Claim, LeaseLost, Queue
from dualcore.records.database import Database, migrate, open_engine
from dualcore.settings import ROOT, Settings

POLL_SECONDS = 0.2
RENEW_SECONDS = 5
REAP_SECONDS = 5
GRACE_SECONDS = 5  # from the wish to stop to SIGTERM, and from there to SIGKILL
LINGER_SECONDS = 10  # without a server, so that a restart finds the worker still there
MEMORY_SHARE = 0.8  # of the machine, that one job may use where no limit is set
RUN = [sys.executable, "-m", "dualcore.jobs.run"]

log = logging.getLogger("dualcore.worker")


@dataclass
class Child:
    """A job's process. ``end`` says why we stop it, when we do."""

    claim: Claim
    process: subprocess.Popen
    started: float
    renewed: float
    end: Literal["", "limit", "memory", "make_way", "shutdown"] = ""
    memory: int = 0  # largest seen (bytes, resident, with its own children)
    terminated: float | None = None

    def terminate(self) -> None:
        """SIGTERM to the whole process group; SIGKILL when that did not help for GRACE_SECONDS."""
        if self.terminated is None:
            self.terminated = time.monotonic()
            self._signal(signal.SIGTERM)
        elif time.monotonic() - self.terminated >= GRACE_SECONDS:
            self._signal(signal.SIGKILL)

    def measure(self) -> int:
        """Resident memory of the process and its children now (bytes)."""
        try:
            process = psutil.Process(self.process.pid)
            total = sum(p.memory_info().rss for p in (process, *process.children(recursive=True)))
        except psutil.Error:
            return 0  # it has just ended
        self.memory = max(self.memory, total)
        return total

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass  # it ended between the check and the signal


class Worker:
    """Runs up to ``settings.workers`` jobs at a time.

    Parameters
    ----------
    command : list of str
        Starts a job's process; job id and attempt are appended.
    embedded : bool
        Serve only while a server holds the app lock.
    """

    def __init__(self, settings: Settings, command: list[str] = RUN, embedded: bool = False) -> None:
        self.settings = settings
        self.command = command
        self.embedded = embedded
        self.queue = Queue(Database(open_engine(settings.database_url)))
        self.children: list[Child] = []
        self._memory = 1_000_000 * (settings.job_memory_mb or 0) or int(MEMORY_SHARE * psutil.virtual_memory().total)
        self._ending = False
        self._reaped = 0.0
        self._served = time.monotonic()

    def serve(self) -> None:
        """Work until SIGTERM or SIGINT, or (embedded) until the server has been gone for a while."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        while not self._over():
            self.step()
            time.sleep(POLL_SECONDS)

    def step(self) -> None:
        """One round: look after the children, take back lost jobs, claim what there is room for."""
        for child in list(self.children):
            self._look_after(child)
        if time.monotonic() - self._reaped >= REAP_SECONDS:
            self._reaped = time.monotonic()
            self.queue.reap()
        if self._ending or not self._has_server():
            return
        if len(self.children) < self.settings.workers:
            if claim := self.queue.claim():
                self.children.append(self._start(claim))
        elif self.queue.person_waits():
            self._make_way()

    def _end(self, number: int, frame: object) -> None:
        self._ending = True

    def _has_server(self) -> bool:
        if not self.embedded or app_lock(self.settings.home).held(exclusively=False):
            self._served = time.monotonic()
            return True
        return False

    def _over(self) -> bool:
        if self._ending:
            for child in self.children:
                child.end = "shutdown"
            return not self.children
        gone = self.embedded and time.monotonic() - self._served >= LINGER_SECONDS
        return gone and not self.children

    def _make_way(self) -> None:
        """Put background work back so that a person does not wait for it."""
        if any(child.end for child in self.children):
            return  # room is being made already
        if child := next((c for c in self.children if c.claim.priority == BACKGROUND), None):
            child.end = "make_way"

    def _start(self, claim: Claim) -> Child:
        threads = str(max(1, _cores() // self.settings.workers))
        names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LOKY_MAX_CPU_COUNT")
        environment = {**self.settings.environment(), **dict.fromkeys(names, threads)}
        self.settings.logs.mkdir(parents=True, exist_ok=True)
        log.info("job %s: attempt %s starts", claim.id, claim.attempt)
        with open(self.settings.logs / f"job-{claim.id}.log", "ab") as output:
            process = subprocess.Popen(
                [*self.command, claim.id, str(claim.attempt)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Child(claim, process, time.monotonic(), time.monotonic())

    def _look_after(self, child: Child) -> None:
        try:
            if child.process.poll() is not None:
                self.children.remove(child)
                self._conclude(child)
                return
            asked = self.queue.asked_to_stop(child.claim)
            if time.monotonic() - child.renewed >= RENEW_SECONDS:
                child.renewed = time.monotonic()
                self.queue.renew(child.claim)
        except LeaseLost:
            # The row has ended (the process is about to) or belongs to another attempt.
            asked = GRACE_SECONDS if time.monotonic() - child.renewed >= GRACE_SECONDS else None
        if time.monotonic() - child.started >= self.settings.job_limit_seconds:
            child.end = child.end or "limit"
        if self._memory and child.measure() > self._memory:
            child.end = child.end or "memory"
        if child.end or (asked is not None and asked >= GRACE_SECONDS):
            child.terminate()

    def _conclude(self, child: Child) -> None:
        """Write how a process ended that did not write it itself."""
        code, claim = child.process.returncode, child.claim
        log.info("job %s: attempt %s ended with status %s", claim.id, claim.attempt, code)
        if not self.queue.running(claim):
            return
        if self.queue.asked_to_stop(claim) is not None:
            self.queue.cancelled(claim)
        elif child.end == "memory":
            limit = self._memory // 1_000_000
            self.queue.fail(claim, "job_over_memory", limit_mb=limit, used_mb=child.memory // 1_000_000, job=claim.id)
        elif child.end == "limit":
            self.queue.fail(claim, "job_too_long", minutes=round(self.settings.job_limit_seconds / 60))
        elif child.end:
            self.queue.release(claim, counts=child.end == "shutdown")
        elif code == -signal.SIGKILL:
            self.queue.fail(claim, "job_killed", job=claim.id)
        elif code < 0:
            self.queue.fail(claim, "job_signal", signal=signal.Signals(-code).name, job=claim.id)
        else:
            self.queue.fail(claim, "job_exit", status=code, job=claim.id)


def _cores() -> int:
    """Cores that this process may use (fewer than the machine's in a container)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main(arguments: list[str], command: list[str] = RUN) -> int:
    """Serve; with ``--embedded`` end at once when another embedded worker serves this home."""
    settings = Settings()
    logs.configure(settings.log)
    embedded = "--embedded" in arguments
    if embedded and not _only_one(settings):
        log.info("another worker serves %s", settings.home)
        return 0
    migrate(open_engine(settings.database_url))
    Worker(settings, command, embedded).serve()
    return 0


def _only_one(settings: Settings) -> bool:
    lock = worker_lock(settings.home)
    for _ in range(5):
        if lock.take():
            return True
        time.sleep(0.1)  # a server that only looks holds the lock for a moment
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
