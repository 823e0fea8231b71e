"""The worker that is started with the app, and outlives a server that is killed."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dualcore.jobs.locks import app_lock, worker_lock
from dualcore.settings import ROOT, Settings

LOOK_SECONDS = 2
WORKER = [sys.executable, "-m", "dualcore.jobs.worker", "--embedded"]

log = logging.getLogger("dualcore.embedded")


@contextmanager
def embedded_worker(settings: Settings, command: list[str] = WORKER) -> Iterator[None]:
    """While the block runs there is a worker: started when none serves, and again when it dies.

    When the server ends, in whatever way, the worker finishes the running job and ends too, unless
    a new server has come up meanwhile.
    """
    if settings.worker == "external":
        yield
        return
    lock = app_lock(settings.home)
    lock.take(shared=True, wait=True)
    done = threading.Event()
    keeper = threading.Thread(target=_keep, args=(settings, command, done), name="worker-keeper", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
        lock.release()


def worker_serves(settings: Settings) -> bool:
    """Whether the embedded worker of this home is alive."""
    return worker_lock(settings.home).held(exclusively=True)


def _keep(settings: Settings, command: list[str], done: threading.Event) -> None:
    process: subprocess.Popen | None = None
    while True:
        starting = process is not None and process.poll() is None
        if not starting and not worker_serves(settings):
            process = _start(settings, command)
        if done.wait(LOOK_SECONDS):
            return


def _start(settings: Settings, command: list[str]) -> subprocess.Popen:
    settings.logs.mkdir(parents=True, exist_ok=True)
    log.info("starting the worker")
    with open(settings.logs / "worker.log", "ab") as output:
        # A session of its own: a signal to the server's process group must not end a running job.
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=settings.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
