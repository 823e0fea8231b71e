"""One job in its own process: ``python -m dualcore.jobs.run JOB_ID ATTEMPT``.

The worker starts it. The process ends with status 0 whenever the row says how the job ended;
any other status means that it died, and the worker writes the cause.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from dualcore import logs
from dualcore.errors import DualcoreError, JobCancelled
from dualcore.jobs.progress import Progress
from dualcore.jobs.queue import Claim, LeaseLost, Queue, claim_of
from dualcore.records.database import Database, open_engine
from dualcore.records.models import Job
from dualcore.records.store import FileStore
from dualcore.settings import Settings

REPORT_SECONDS = 0.3
LOOK_SECONDS = 0.25
ORPHANED = 75

log = logging.getLogger("dualcore.jobs")


@dataclass
class Run:
    """What a job kind gets: its params, and ways to report, to notice a stop, and to store results."""

    claim: Claim
    settings: Settings
    database: Database
    store: FileStore
    queue: Queue

    def __post_init__(self) -> None:
        self._progress = Progress()
        self._reported = 0.0
        self._looked = 0.0
        self._stop = False

    def report(self, fraction: float, step: str) -> None:
        """Progress 0..1 and the step's code; written a few times per second at most."""
        new_step = not self._progress.steps or self._progress.steps[-1].code != step
        self._progress.update(fraction, step)
        if new_step or time.monotonic() - self._reported >= REPORT_SECONDS:
            self._reported = time.monotonic()
            p = self._progress
            self.queue.report(self.claim, p.fraction, p.steps, p.eta_seconds)

    def should_stop(self) -> bool:
        """True once someone asked for a stop.  Raises LeaseLost when the job is no longer ours."""
        if not self._stop and time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            self._stop = self.queue.asked_to_stop(self.claim) is not None
        return self._stop


Kind = Callable[[Run], None]


def main(kinds: dict[str, Kind], arguments: list[str]) -> int:
    """Run the job ``arguments = [job id, attempt]`` and write on its row how it ended."""
    _end_with_parent()
    settings = Settings()
    logs.configure(settings.log)
    logs.about.set(f"job {arguments[0]}")
    database = Database(open_engine(settings.database_url))
    with database.read() as session:
        claim = replace(claim_of(session.get_one(Job, arguments[0])), attempt=int(arguments[1]))
    run = Run(claim, settings, database, FileStore(settings.storage_url, settings.home / "fetched"), Queue(database))
    try:
        _execute(kinds, run)
    except LeaseLost:
        log.warning("job %s: attempt %s is no longer the current one", claim.id, claim.attempt)
    return 0


def _execute(kinds: dict[str, Kind], run: Run) -> None:
    try:
        if run.should_stop():
            raise JobCancelled
        kinds[run.claim.kind](run)
    except LeaseLost:
        raise
    except JobCancelled:
        run.queue.cancelled(run.claim)
    except DualcoreError as error:
        log.info("job %s ended with: %s", run.claim.id, error.code)
        run.queue.fail(run.claim, error.code, **error.fields)
    except Exception as error:
        log.exception("job %s failed", run.claim.id)
        if _out_of_memory(error):
            run.queue.fail(run.claim, "job_memory")
        else:
            run.queue.fail(run.claim, "job_defect", job=run.claim.id, type=type(error).__name__)


def _out_of_memory(error: Exception) -> bool:
    # torch raises RuntimeError on the CPU and a subclass of it on CUDA; only the text tells.
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text


def _end_with_parent() -> None:
    """End this process when the worker that watches it is gone: someone else will take the job on."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(ORPHANED)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


if __name__ == "__main__":
    from dualcore.jobs.evaluation import KINDS

    sys.exit(main(KINDS, sys.argv[1:]))
