"""What every use case stands on: the settings, the database, the file store, the queue of one installation."""

from __future__ import annotations

from dualcore.jobs.queue import Queue
from dualcore.records.database import Database, migrate, open_engine
from dualcore.records.store import FileStore
from dualcore.settings import Settings


class Installation:
    """Thread-safe: holds an engine and a folder, no session."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        engine = open_engine(settings.database_url)
        migrate(engine)
        self._database = Database(engine)
        self._store = FileStore(settings.storage_url, settings.home / "fetched")
        self._queue = Queue(self._database)
