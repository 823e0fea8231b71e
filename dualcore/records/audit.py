"""The audit trail: who did what and when, each line chained to the one before by its hash.

Nothing in it can be changed unnoticed: a changed or missing line breaks the chain from there on, and what a decision,
an outcome, a registration or a verdict says is repeated in its line as a hash, so that a change of the row itself
shows as well. Removing lines from the end is noticed by whoever wrote down the last hash ("seal"), which is why
``verify`` prints it and reports carry it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import JSON, select, type_coerce
from sqlalchemy.orm import Session

from dualcore.record import Record
from dualcore.records.models import (
    AuditEntry,
    Base,
    GateDecision,
    Outcome,
    ProtocolVersion,
    Registration,
    VerdictRevision,
)
from dualcore.records.types import RecordJson, now

FIRST = "0" * 64
LOCK = 4712
# Tables whose rows are repeated in the trail as a hash.
SEALED: tuple[type[Base], ...] = (GateDecision, Outcome, Registration, VerdictRevision, ProtocolVersion)
TABLES = {model.__tablename__: model for model in SEALED}
PAGE = 1000
PURGE = "project_purged"  # its details list the sealed rows that went, as [table, id]


class Fault(Record):
    """Where the trail is broken: rendered as ``audit.fault.<code>``."""

    code: str
    number: int | None = None  # of the line
    table: str | None = None
    row: str | None = None


class Verified(Record):
    lines: int
    seal: str  # hash of the last line
    faults: list[Fault]


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def _line_hash(entry: AuditEntry) -> str:
    parts = [
        entry.number, entry.created.isoformat(), entry.user, entry.action, entry.project_id, entry.details, entry.previous,
    ]  # fmt: skip
    return hashlib.sha256(_canonical(parts).encode()).hexdigest()


def row_hash(session: Session, model: type[Base], row_id: Any) -> str | None:
    """Of the values as stored, records as their JSON: a later version of a record with more fields changes nothing.

    None when there is no such row.
    """
    columns = [
        type_coerce(c, JSON).label(c.key) if isinstance(c.type, RecordJson) else c for c in model.__table__.columns
    ]
    row = session.execute(select(*columns).where(model.id == row_id)).mappings().first()
    if row is None:
        return None
    values = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in row.items()}
    return hashlib.sha256(_canonical(values).encode()).hexdigest()


def note(
    session: Session, user: str, action: str, project_id: str | None = None, row: Base | None = None, /, **details: Any
) -> AuditEntry:
    """Add a line, in the transaction of what it tells about; ``row``: a row of a sealed table, flushed here."""
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        # One writer at a time until the commit; SQLite's write lock does the same.
        session.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    if row is not None:
        details["sealed"] = {"table": row.__tablename__, "id": str(row.id), "sha256": row_hash(session, type(row), row.id)}
    last = session.execute(select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)).first()
    if last is None:
        last = _add(session, 1, FIRST, "", "trail_begins", None, {"sealed": _all_seals(session, row)})
    return _add(session, last.number + 1, last.hash, user, action, project_id, details)


def _all_seals(session: Session, but: Base | None) -> list[dict[str, str]]:
    """Of what was written before there was a trail."""
    out = []
    for name, model in TABLES.items():
        for row_id in session.scalars(select(model.id)):
            if but is None or (but.__tablename__, but.id) != (name, row_id):
                out.append({"table": name, "id": str(row_id), "sha256": row_hash(session, model, row_id)})
    return out


def _add(
    session: Session, number: int, previous: str, user: str, action: str, project_id: str | None, details: dict[str, Any]
) -> AuditEntry:
    entry = AuditEntry(
        number=number, created=now(), user=user, action=action, project_id=project_id,
        details=json.loads(_canonical(details)), previous=previous, hash="",
    )  # fmt: skip
    entry.hash = _line_hash(entry)
    session.add(entry)
    session.flush()
    return entry


def verify(session: Session) -> Verified:
    """Follow the whole chain and compare every sealed row with its line."""
    faults: list[Fault] = []
    number, previous = 0, FIRST
    purges = session.scalars(select(AuditEntry.details).where(AuditEntry.action == PURGE))
    purged = {(table, row) for details in purges for table, row in details["removed"]}
    sealed: dict[str, set[str]] = {name: set() for name in TABLES}
    while True:
        page = session.scalars(
            select(AuditEntry).where(AuditEntry.number > number).order_by(AuditEntry.number).limit(PAGE)
        ).all()
        if not page:
            break
        for entry in page:
            if entry.number != number + 1:
                faults.append(Fault(code="line_missing", number=number + 1))
            elif entry.previous != previous:
                faults.append(Fault(code="chain_broken", number=entry.number))
            if _line_hash(entry) != entry.hash:
                faults.append(Fault(code="line_changed", number=entry.number))
            number, previous = entry.number, entry.hash
            found = entry.details.get("sealed", [])
            for seal in found if isinstance(found, list) else [found]:
                sealed[seal["table"]].add(seal["id"])
                faults += _compare(session, seal, entry.number, (seal["table"], seal["id"]) in purged)
        session.expunge_all()
    for name, model in TABLES.items():
        for row_id in session.scalars(select(model.id)):
            if str(row_id) not in sealed[name]:
                faults.append(Fault(code="row_unknown", table=name, row=str(row_id)))
    return Verified(lines=number, seal=previous, faults=faults)


def _compare(session: Session, seal: dict[str, str], number: int, purged: bool) -> list[Fault]:
    model = TABLES[seal["table"]]
    numbered = model.__table__.columns["id"].type.python_type is int
    found = row_hash(session, model, int(seal["id"]) if numbered else seal["id"])
    if found == seal["sha256"] or (found is None and purged):
        return []
    code = "row_missing" if found is None else "row_changed"
    return [Fault(code=code, number=number, table=seal["table"], row=seal["id"])]
