"""The protocol in force: the newest version on record, else the built-in one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dualcore.decision.records import Protocol
from dualcore.records.models import ProtocolVersion


def newest_version(session: Session) -> ProtocolVersion | None:
    """The newest row, None while the company has changed nothing."""
    return session.scalar(select(ProtocolVersion).order_by(ProtocolVersion.id.desc()).limit(1))


def protocol_in_force(session: Session) -> Protocol:
    """Under which new evaluations are judged."""
    row = newest_version(session)
    return Protocol() if row is None else row.protocol
