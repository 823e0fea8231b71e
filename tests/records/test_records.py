"""Database: migrations, SQLite settings, typed columns, and transactions of two processes."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from dualcore.decision.records import Terms
from dualcore.records.database import Database, migrate, open_engine
from dualcore.records.models import Base, Job, Project
from tests.postgres import BOTH


@pytest.fixture
def engine(database_url):
    engine = open_engine(database_url)
    migrate(engine)
    return engine


@BOTH
def test_migrations_can_be_run_again_and_keep_the_rows(engine):
    with Database(engine).write() as session:
        session.add(Project(name="keep", owner="me", terms=Terms()))
    migrate(engine)
    with Database(engine).read() as session:
        assert session.scalars(select(Project.name)).all() == ["keep"]


@BOTH
def test_migrations_give_exactly_the_tables_of_the_models(engine):
    assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


@BOTH
def test_two_servers_may_migrate_at_the_same_time(database_url):
    errors = []

    def run():
        try:
            migrate(open_engine(database_url))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_sqlite_is_set_up_for_several_processes(engine):
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA busy_timeout")) == 20_000


def test_an_in_memory_database_is_refused():
    with pytest.raises(ValueError, match="file"):
        open_engine("sqlite://")


@BOTH
def test_foreign_keys_hold(engine):
    with pytest.raises(IntegrityError), Database(engine).write() as session:
        session.add(Job(owner="me", kind="evaluate", project_id="nowhere", key="k", params={}))


@BOTH
def test_times_come_back_in_utc(engine):
    tokyo = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=9)))
    with Database(engine).write() as session:
        session.add(Project(id="t", name="n", owner="me", terms=Terms(), created=tokyo))
    with Database(engine).read() as session:
        created = session.get_one(Project, "t").created
    assert created == tokyo
    assert created.tzinfo is UTC


@BOTH
def test_records_come_back_typed_and_a_number_that_json_lacks_is_refused(engine):
    with Database(engine).write() as session:
        session.add(Project(id="t", name="n", owner="me", terms=Terms(goal=0.9)))
    with Database(engine).read() as session:
        assert session.get_one(Project, "t").terms == Terms(goal=0.9)
    with pytest.raises(StatementError), Database(engine).write() as session:
        session.add(Project(name="n", owner="me", terms=Terms(value=float("inf"))))


def test_a_read_then_write_waits_for_another_writer(engine):
    """Two threads count up the same number; without the early write lock one would fail or be lost."""
    database = Database(engine)
    with database.write() as session:
        session.add(Project(id="n", name="0", owner="me", terms=Terms()))
    errors = []

    def count():
        try:
            for _ in range(20):
                with database.write() as session:
                    project = session.get_one(Project, "n")
                    project.name = str(int(project.name) + 1)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with database.read() as session:
        assert session.get_one(Project, "n").name == "40"
