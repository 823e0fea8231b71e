import time

import pytest

from dualcore.jobs.queue import Queue
from dualcore.records.database import Database, migrate, open_engine
from dualcore.records.models import Job
from dualcore.settings import Settings


@pytest.fixture
def settings(tmp_path, database_url):
    """Settings on an empty database."""
    return Settings(home=tmp_path / "home", database_url=database_url)


@pytest.fixture
def database(settings):
    engine = open_engine(settings.database_url)
    migrate(engine)
    return Database(engine)


@pytest.fixture
def queue(database):
    return Queue(database)


@pytest.fixture
def row(database):
    """Reads a job's row as another process sees it."""

    def read(job_id: str) -> Job:
        with database.read() as session:
            return session.get_one(Job, job_id)

    return read


@pytest.fixture
def wait():
    """Waits until ``check()`` holds; fails after ``seconds``. ``step`` is called in between."""

    def until(check, seconds=60.0, step=lambda: time.sleep(0.05)):
        end = time.monotonic() + seconds
        while not check():
            assert time.monotonic() < end, "it did not happen in time"
            step()

    return until
