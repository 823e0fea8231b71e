import os
import time
import uuid

import pytest
from sqlalchemy import create_engine, make_url

from dualcore.jobs.queue import Queue
from dualcore.records.database import Database, migrate, open_engine
from dualcore.records.models import Job
from dualcore.settings import Settings


@pytest.fixture
def settings(tmp_path):
    """Settings on an empty SQLite file; on PostgreSQL where DUALCORE_TEST_POSTGRES names a server's URL."""
    server = os.environ.get("DUALCORE_TEST_POSTGRES")
    if server is None:
        return Settings(home=tmp_path / "home")
    name = f"test_{uuid.uuid4().hex}"
    with create_engine(server, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    return Settings(home=tmp_path / "home", database_url=url)


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
