"""Snapshots that anybody with the link may read until a day: made, listed, withdrawn, opened.

A link carries a secret of 256 random bits; only its SHA-256 is kept, so that neither the database nor a backup opens a
link. What a snapshot shows is copied when the link is made, without rows, labels or file names of the data, and is erased
when the link is withdrawn, or has expired and another one is made.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from dualcore.decision.records import Verdict
from dualcore.errors import DataError, NotAllowed, NotFound, Word
from dualcore.evidence.records import Errors, Evidence
from dualcore.record import Record
from dualcore.records.access import User, may, own_evaluation, owned
from dualcore.records.audit import note
from dualcore.records.demos import read_catalogue
from dualcore.records.models import Project, Share
from dualcore.records.types import now
from dualcore.services.projects import Projects

LONGEST_DAYS = 90
MOST_LINKS = 50  # valid at a time, per project
SECRET_BYTES = 32
SECRET_LETTERS = 128  # longer ones are not even hashed
PAGE = "snapshot"


class Snapshot(Record):
    """What a link shows, frozen when it was made."""

    name: dict[str, str]  # of the project, by language
    question: dict[str, str]
    evidence: Evidence  # without what would show single rows of the data
    verdict: Verdict
    user_name: str  # who shared it
    evaluated: datetime
    made: datetime
    expires: datetime

    def words(self, language: str) -> tuple[str, str]:
        """Name and question in the reader's language."""
        return self.name[language], self.question[language]


class ShareView(Record):
    """One link of a project; its secret is known to nobody but those who hold it."""

    id: str
    project_id: str
    evaluation_id: str
    state: Literal["valid", "withdrawn", "expired"]
    user: str
    created: datetime
    expires: datetime


class Sharing(Projects):
    def share(self, user: User, evaluation_id: str, days: int) -> str:
        """Make a link to a snapshot of the evaluation as it stands now; gives its address within this installation.

        The address is told this once and cannot be told again.

        Raises
        ------
        NotAllowed
            Unless the person may manage the project or decide in it.
        DataError
            ``share_days`` beyond 1 to 90 days; ``share_full`` with 50 valid links in the project.
        """
        if not 1 <= days <= LONGEST_DAYS:
            raise DataError("share_days", days=days, most=LONGEST_DAYS)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        with self._database.write() as session:
            evaluation = own_evaluation(session, user, evaluation_id)
            project = session.get_one(Project, evaluation.project_id)
            _must_share(session, user, project)
            _erase_expired(session)
            made = now()
            valid = select(func.count()).where(Share.project_id == project.id, Share.revoked.is_(None), Share.expires > made)
            if session.scalar(valid) >= MOST_LINKS:
                raise DataError("share_full", most=MOST_LINKS)
            name, question = self._words(project)
            shown = Snapshot(
                name=name, question=question, evidence=without_rows(evaluation.evidence), verdict=evaluation.verdict, user_name=user.name,
                evaluated=evaluation.created, made=made, expires=made + timedelta(days=days),
            )  # fmt: skip
            row = Share(
                secret_sha=_sha(secret), project_id=project.id, evaluation_id=evaluation.id, content=shown.model_dump(mode="json", round_trip=True),
                expires=shown.expires, user=user.id,
            )  # fmt: skip
            session.add(row)
            session.flush()
            note(session, user.id, "share_made", project.id, share=row.id, evaluation=evaluation.id, expires=shown.expires)
        return f"{PAGE}?key={secret}"

    def _words(self, project: Project) -> tuple[dict[str, str], dict[str, str]]:
        """Name and question by language; a demo project that nobody renamed has both."""
        for demo in read_catalogue(self.settings.demo_dir) if project.demo else ():
            if demo.id == project.demo and project.name in demo.name.values():
                return dict(demo.name), dict(demo.text)
        return {lang: project.name for lang in ("ja", "en")}, {lang: project.question for lang in ("ja", "en")}

    def shares(self, user: User, project_id: str) -> list[ShareView]:
        """The links of a project, the newest first.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            _must_share(session, user, owned(session, user, project_id))
            rows = session.scalars(select(Share).where(Share.project_id == project_id).order_by(Share.created.desc(), Share.id))
            return [_view(row) for row in rows]

    def may_share(self, user: User, project_id: str) -> bool:
        """For what a page offers; every action checks again by itself."""
        return self.may(user, project_id, "manage") or self.may(user, project_id, "decide")

    def revoke_share(self, user: User, share_id: str) -> ShareView:
        """Withdraw a link at once and erase what it showed.  Raises NotFound ``share_gone``, NotAllowed."""
        with self._database.write() as session:
            row = session.get(Share, share_id)
            if row is None:
                raise NotFound("share_gone")
            _must_share(session, user, owned(session, user, row.project_id))
            if row.revoked is None:
                row.revoked, row.content = now(), {}
                note(session, user.id, "share_withdrawn", row.project_id, share=row.id)
            return _view(row)

    def open_share(self, secret: str, noted: bool = False) -> Snapshot:
        """What the link with this secret shows; needs no person.

        noted : the trail knows of this reading already

        Raises
        ------
        NotFound
            ``share_gone``, the same for a link that is unknown, expired, withdrawn, or of a deleted project.
        """
        if not 0 < len(secret) <= SECRET_LETTERS:
            raise NotFound("share_gone")
        with self._database.read() as session:
            row = session.scalar(select(Share).where(Share.secret_sha == _sha(secret)))
            gone = row is None or _state(row) != "valid" or session.get_one(Project, row.project_id).deleted_at is not None
            if gone:
                raise NotFound("share_gone")
            content, place = row.content, (row.project_id, row.id)
        if not noted:
            with self._database.write() as session:
                note(session, "", "share_opened", place[0], share=place[1])
        return Snapshot.model_validate(content)


def without_rows(evidence: Evidence) -> Evidence:
    """The evidence as far as figures and pictures need it: no rows, labels, columns or file names of the data."""
    manifest = evidence.manifest.model_copy(update={"options": {}, "question": {}, "reading": {}})
    facts = evidence.dataset.model_copy(update={"name": "", "target": "", "classes": [], "class_counts": []})
    last = evidence.last_layer.model_copy(update={"calibration": None, "path": []})
    return evidence.model_copy(update={
        "dataset": facts, "last_layer": last, "errors": Errors(), "notes": [], "manifest": manifest,
        "null": evidence.null.model_copy(update={"scores": []}), "skeleton": {"name": evidence.skeleton.get("name", "")},
    })  # fmt: skip


def _must_share(session: Session, user: User, project: Project) -> None:
    if not (may(session, user, project, "manage") or may(session, user, project, "decide")):
        raise NotAllowed("role_needed", role=Word("role.decider"))


def _erase_expired(session: Session) -> None:
    """Erase what links showed that have expired; they stay listed."""
    old = update(Share).where(Share.expires <= now(), Share.revoked.is_(None))
    session.execute(old.values(content={}, revoked=Share.expires))


def _sha(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _state(row: Share) -> Literal["valid", "withdrawn", "expired"]:
    if row.expires <= now():
        return "expired"
    return "valid" if row.revoked is None else "withdrawn"


def _view(row: Share) -> ShareView:
    return ShareView(
        id=row.id, project_id=row.project_id, evaluation_id=row.evaluation_id, state=_state(row), user=row.user, created=row.created,
        expires=row.expires,
    )  # fmt: skip
