"""Backup and restore of a whole installation: one zip with every row and every file.

Rows are JSON lines as stored, files lie under their hash, and the manifest holds the schema's version, the number of
rows, and the seal of the audit trail. A backup of one kind of database can be restored into the other.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, DateTime, Integer, MetaData, Table, func, insert, select, text
from sqlalchemy.orm import Session

from dualcore.errors import DataError
from dualcore.record import Record
from dualcore.records import audit
from dualcore.records.database import Database, migrate, schema_version
from dualcore.records.models import Dataset, Evaluation, StageRun
from dualcore.records.store import FileStore
from dualcore.records.types import now

FORMAT = 1
ROWS = 500


class BackupInfo(Record):
    """What a backup holds."""

    format: int
    schema_version: str
    created: datetime
    rows: dict[str, int]
    files: int
    bytes: int
    seal: str


class Checked(Record):
    """What ``verify`` found. missing: named by a record, not in the store; changed: content is not what its name says."""

    trail: audit.Verified
    files: int
    missing: list[str]
    changed: list[str]

    @property
    def sound(self) -> bool:
        return not (self.trail.faults or self.missing or self.changed)


def _tables(connection: Connection) -> list[Table]:
    """Those of the schema that is there, parents first; JSON and times typed as their columns say."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name != "alembic_version")
    return found.sorted_tables


def _out(value: Any) -> Any:
    if isinstance(value, datetime):
        # SQLite gives times without a zone; they are UTC.
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _in(column: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, DateTime):
        moment = datetime.fromisoformat(value).astimezone(UTC)
        return moment if column.type.timezone else moment.replace(tzinfo=None)
    return date.fromisoformat(value) if isinstance(column.type, Date) else value


def backup(database: Database, store: FileStore, path: Path) -> BackupInfo:
    """Write the backup; work may go on meanwhile: rows are those of one moment, and files are never changed."""
    temporary = path.with_name(f".{path.name}.incoming")
    rows, size, count = {}, 0, 0
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=1) as out:
            level = {"isolation_level": "REPEATABLE READ"} if database.engine.dialect.name == "postgresql" else {}
            with database.engine.connect().execution_options(**level) as connection, connection.begin():
                version = schema_version(connection)
                seal = connection.execute(text("SELECT hash FROM audit ORDER BY number DESC LIMIT 1")).scalar() or audit.FIRST
                for table in _tables(connection):
                    rows[table.name] = _write(connection, table, out)
            for sha in store.everything():
                place = store.path(sha)  # a changed file is not carried on: this raises
                out.write(place, f"files/{sha}", compress_type=zipfile.ZIP_STORED)
                size, count = size + place.stat().st_size, count + 1
            info = BackupInfo(
                format=FORMAT, schema_version=version, created=now(), rows=rows, files=count, bytes=size, seal=seal
            )
            out.writestr("manifest.json", info.model_dump_json(indent=1))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return info


def _write(connection: Connection, table: Table, out: zipfile.ZipFile) -> int:
    # SQLite's reflection knows JSON columns as JSON; times come back as they were written, in UTC.
    count = 0
    with out.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as lines:
        for row in connection.execution_options(stream_results=True, yield_per=ROWS).execute(select(table)).mappings():
            line = json.dumps({key: _out(value) for key, value in row.items()}, ensure_ascii=False)
            lines.write(line.encode() + b"\n")
            count += 1
    return count


def read_manifest(path: Path) -> BackupInfo:
    """Raises DataError (``backup_unreadable``)."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = BackupInfo.model_validate_json(archive.read("manifest.json"))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError("backup_unreadable", name=path.name) from error
    if info.format != FORMAT:
        raise DataError("backup_unreadable", name=path.name)
    return info


def restore(database: Database, store: FileStore, path: Path) -> BackupInfo:
    """Fill an empty installation from a backup, bring it to the newest schema, and check the trail.

    Raises
    ------
    DataError
        ``restore_not_empty`` (nothing is overwritten), ``backup_unreadable``, ``backup_damaged``.
    """
    info = read_manifest(path)
    if _has_rows(database, info.schema_version):
        raise DataError("restore_not_empty")
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("files/"):
                with archive.open(name) as source:
                    if store.put(source)[0] != name.removeprefix("files/"):
                        raise DataError("backup_damaged", name=path.name)
        migrate(database.engine, info.schema_version)
        with database.engine.execution_options(dualcore_write=True).begin() as connection:
            for table in _tables(connection):
                if _read(connection, table, archive) != info.rows.get(table.name, 0):
                    raise DataError("backup_damaged", name=path.name)
    migrate(database.engine)
    with database.read() as session:
        found = audit.verify(session)
    if found.faults or found.seal != info.seal:
        raise DataError("backup_damaged", name=path.name)
    return info


def _has_rows(database: Database, version: str) -> bool:
    with database.engine.connect() as connection:
        if "project" not in {table.name for table in _tables(connection)}:
            return False
        return schema_version(connection) != version or connection.scalar(text("SELECT count(*) FROM project")) > 0


def _read(connection: Connection, table: Table, archive: zipfile.ZipFile) -> int:
    count = 0
    name = f"tables/{table.name}.jsonl"
    if name not in archive.namelist():
        return 0
    with archive.open(name) as lines:
        for page in _pages(lines):
            values = [{c.name: _in(c, row[c.name]) for c in table.columns if c.name in row} for row in page]
            connection.execute(insert(table), values)
            count += len(page)
    key = table.primary_key.columns.values()
    numbered = len(key) == 1 and isinstance(key[0].type, Integer) and table.name != "audit"
    if numbered and connection.dialect.name == "postgresql" and count:
        last = connection.scalar(select(func.max(key[0])))
        connection.execute(text("SELECT setval(pg_get_serial_sequence(:t, :c), :n)"), {"t": table.name, "c": key[0].name, "n": last})
    return count


def _pages(lines: Any) -> Iterator[list[dict[str, Any]]]:
    page: list[dict[str, Any]] = []
    for line in lines:
        page.append(json.loads(line))
        if len(page) == ROWS:
            yield page
            page = []
    if page:
        yield page


def referenced(session: Session) -> set[str]:
    """Hashes of the files that records name."""
    columns = (Dataset.file_sha, Dataset.test_sha, Evaluation.model_sha, StageRun.file_sha)
    return {sha for column in columns for sha in session.scalars(select(column).where(column.is_not(None)).distinct())}


def check(database: Database, store: FileStore) -> Checked:
    """The audit trail, and every stored file against its name."""
    with database.read() as session:
        trail, named = audit.verify(session), referenced(session)
    there, changed = set(), []
    for sha in store.everything():
        there.add(sha)
        try:
            store.path(sha)
        except DataError:
            changed.append(sha)
    return Checked(trail=trail, files=len(there), missing=sorted(named - there), changed=changed)
