"""Which stored files a project may read: those that were uploaded to it, and no others.

Files are named by the hash of their content, so a hash is no secret: whoever knows that of somebody else's file must not
come by the file through it. What was uploaded stands in the audit trail, and what was attached in the project's datasets.
"""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dualcore.errors import NotFound
from dualcore.records.access import User
from dualcore.records.audit import note
from dualcore.records.models import AuditEntry, Dataset

KEPT = "file_kept"


def holds(session: Session, project_id: str, sha256: str) -> bool:
    """Whether the file was uploaded to the project."""
    attached = select(Dataset.id).where(
        Dataset.project_id == project_id, or_(Dataset.file_sha == sha256, Dataset.test_sha == sha256)
    )
    if session.scalar(attached.limit(1)) is not None:
        return True
    lines = select(AuditEntry.details).where(AuditEntry.project_id == project_id, AuditEntry.action == KEPT)
    return any(details["sha256"] == sha256 for details in session.scalars(lines))


def must_hold(session: Session, project_id: str, *hashes: str | None) -> None:
    """Raises NotFound (``file_gone``, as for a file that does not exist) unless all were uploaded to the project."""
    for sha256 in hashes:
        if sha256 is not None and not holds(session, project_id, sha256):
            raise NotFound("file_gone")


def keep(session: Session, user: User, project_id: str, sha256: str, filename: str, size: int) -> None:
    """Put on record that the person uploaded the file to the project."""
    if not holds(session, project_id, sha256):
        note(session, user.id, KEPT, project_id, sha256=sha256, filename=filename, bytes=size)
