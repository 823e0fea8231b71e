"""Job kinds that only tests have, run by the same child process code as the real ones.

``python tests/jobs/kinds.py run JOB_ID ATTEMPT`` and ``python tests/jobs/kinds.py worker [--embedded]``.
"""

import os
import signal
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dualcore.errors import DataError, JobCancelled
from dualcore.jobs import run, worker

RUN = [sys.executable, __file__, "run"]


def sleep(job: run.Run) -> None:
    """Reports and looks for a stop every 50 ms for ``seconds``."""
    for i in range(int(job.claim.params["seconds"] / 0.05)):
        if job.should_stop():
            raise JobCancelled
        job.report(min(1.0, i * 0.05 / job.claim.params["seconds"]), f"part{i // 10}")
        time.sleep(0.05)
    with job.database.write() as session:
        job.queue.finish(job.claim, "result", session)


def deaf(job: run.Run) -> None:
    """Never looks for a stop, and ignores SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    job.report(0.5, "deaf")
    time.sleep(60)


def die(job: run.Run) -> None:
    """Ends like a process that the system kills for its memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def leave(job: run.Run) -> None:
    """Ends without a word."""
    os._exit(3)


def refuse(job: run.Run) -> None:
    raise DataError("no_dataset", project="{x}")


def hungry(job: run.Run) -> None:
    raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes")


def greedy(job: run.Run) -> None:
    """Takes memory and keeps it."""
    job.report(0.5, "greedy")
    held = [bytearray(os.urandom(1 << 20) * 4) for _ in range(100)]
    time.sleep(60)
    del held


def broken(job: run.Run) -> None:
    raise ZeroDivisionError("secret detail")


KINDS = {kind.__name__: kind for kind in (sleep, deaf, die, leave, refuse, hungry, greedy, broken)}

if __name__ == "__main__":
    role, *arguments = sys.argv[1:]
    sys.exit(run.main(KINDS, arguments) if role == "run" else worker.main(arguments, RUN))
