"""Opening the database: SQLite by default, PostgreSQL where several machines work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session

BUSY_SECONDS = 20


def open_engine(url: str) -> Engine:
    """An engine for ``url``; a SQLite file's folder is made, WAL and foreign keys are on."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database in (None, "", ":memory:"):
        raise ValueError("SQLite must be a file: jobs run in processes of their own")
    Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # The driver must not open transactions itself: _begin_sqlite chooses their kind.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails at once when another process wrote
    # in between; taking the write lock at the start waits instead (busy timeout).
    write = connection.get_execution_options().get("dualcore_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def schema_version(connection: Connection) -> str:
    """The version that the tables have."""
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()


def migrate(engine: Engine, version: str = "head") -> None:
    """Bring the tables to a version, the newest by default; does nothing when they are. Safe to run twice at once."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.execution_options(dualcore_write=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4711)")
        config.attributes["connection"] = connection
        command.upgrade(config, version)


class Database:
    """Short transactions on the engine; ``read`` never writes, ``write`` commits at the end."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(dualcore_write=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Commits when the block ends, rolls back when it raises."""
        with Session(self._writer) as session, session.begin():
            yield session
