"""Locks between processes of one machine; the system frees them when a process dies in any way."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class ProcessLock:
    """An advisory lock on a small file.

    Parameters
    ----------
    path : Path
        The lock's file; its content has no meaning.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def take(self, shared: bool = False, wait: bool = False) -> bool:
        """Take the lock until ``release`` or the end of the process; False when another holds it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def held(self, exclusively: bool) -> bool:
        """Whether another holder has the lock (``exclusively``), or anyone at all has it."""
        probe = ProcessLock(self.path)
        if probe.take(shared=exclusively):
            probe.release()
            return False
        return True


def app_lock(home: Path) -> ProcessLock:
    """Shared by all running servers on ``home``."""
    return ProcessLock(home / "app.lock")


def worker_lock(home: Path) -> ProcessLock:
    """Held by the one embedded worker on ``home``."""
    return ProcessLock(home / "worker.lock")
