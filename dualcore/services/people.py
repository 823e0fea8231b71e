"""People: who signs in, which role they have, and who may see which project.

A person is known by issuer and subject of the sign-in, never by an e-mail address: addresses are passed on to other
people, subjects are not (OpenID Connect Core 1.0, sections 2 and 5.7). An address counts only where the issuer says that
it was verified.
"""

from __future__ import annotations

import hashlib
import time
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dualcore.errors import DataError, NotAllowed, NotFound
from dualcore.record import Record
from dualcore.records.access import EVERYBODY, ROLES, User, owned, require
from dualcore.records.audit import note
from dualcore.records.models import AuditEntry, Member, Person
from dualcore.records.types import now
from dualcore.services.installation import Installation

BLOCKED = "blocked"
MEMBER_ROLES = ("viewer", "analyst", "decider")  # an administrator sees every project anyway
ID_LENGTH = NAME_LENGTH = 200
EMAIL_LENGTH = 320
SEEN_AGAIN = timedelta(minutes=10)  # "last seen" is written no more often

Source = Literal["setting", "table", "claim", "default", "blocked"]


class PersonView(Record):
    """Somebody who has signed in."""

    id: str  # "issuer|subject"
    name: str
    email: str  # verified, or ""
    role: str | None  # role now; None = not known before the next sign-in, or blocked
    given: str | None  # what an administrator gave here: a role, "blocked", or None = what the sign-in says
    source: Source  # what decides
    seen: datetime


class MemberView(Record):
    """What somebody may do in one project."""

    user_id: str  # "*" = everybody who is signed in
    name: str  # "" for everybody, and for somebody who never signed in
    email: str
    role: str
    kind: Literal["owner", "person", "everybody"]


class People(Installation):
    def signed_in(self, claims: Mapping[str, Any]) -> User:
        """The person whom the claims of a sign-in stand for. Call it again whenever something is asked for.

        Writes the person down on first sight and whenever name or verified address change. Every new sign-in, and every
        role that differs from the last one, is a line of the audit trail.

        Parameters
        ----------
        claims : of an ID token whose signature, issuer, audience and nonce were checked: ``iss``, ``sub``, ``exp``,
            ``iat``, and where given ``name``, ``email``, ``email_verified`` and the claim of the roles

        Raises
        ------
        NotAllowed
            ``sign_in_unknown`` (no issuer or subject), ``sign_in_expired``, ``person_blocked``, ``person_no_role``.
        """
        person_id = _person_id(claims)
        if self._ended(claims):
            raise NotAllowed("sign_in_expired")
        name, email = _name(claims), _verified_email(claims)
        with self._database.read() as session:
            person = session.get(Person, person_id)
            known = person is not None and (person.name, person.email) == (name, email)
            fresh = known and now() - person.seen < SEEN_AGAIN and not _later(claims, person.seen)
            given = person.role if person else None
        role, source = self._role(claims, person_id, email, given)
        if not fresh:
            try:
                self._remember(claims, person_id, name, email, role)
            except IntegrityError:  # two windows of the same person at the first sign-in: the other one wrote
                self._remember(claims, person_id, name, email, role)
        if source == BLOCKED:
            raise NotAllowed("person_blocked")
        if role is None:
            raise NotAllowed("person_no_role")
        return User(person_id, name, frozenset({role}))

    def _ended(self, claims: Mapping[str, Any]) -> bool:
        minutes = self.settings.session_minutes
        end = _number(claims, "exp") if minutes is None else _number(claims, "iat") + 60 * minutes
        return time.time() >= end

    def _role(
        self, claims: Mapping[str, Any] | None, person_id: str, email: str, given: str | None
    ) -> tuple[str | None, Source]:
        """The settings' administrators stand above the table, the table above the claim, the claim above the default."""
        if person_id in self.settings.admins or (email and email in self.settings.admins):
            return "admin", "setting"
        if given == BLOCKED:
            return None, "blocked"
        if given in ROLES:
            return given, "table"
        if claims is None:
            return None, "claim" if self.settings.role_claim else "default"
        mapped = [self.settings.role_map[v] for v in _values(claims, self.settings.role_claim) if v in self.settings.role_map]
        if mapped:
            return max(mapped, key=ROLES.index), "claim"
        default = self.settings.default_role
        return None if default == "none" else default, "default"

    def _remember(self, claims: Mapping[str, Any], person_id: str, name: str, email: str, role: str | None) -> None:
        with self._database.write() as session:
            person = session.get(Person, person_id)
            new = person is None
            signed_in_anew = new or _later(claims, person.seen)
            if person is None:
                person = Person(id=person_id, name=name, email=email)
                session.add(person)
            person.name, person.email = name, email
            # Never before the issuer's own clock, or one sign-in would count again and again.
            person.seen = max(now(), datetime.fromtimestamp(_number(claims, "iat", 0.0), UTC))
            if not signed_in_anew:
                return
            before = None if new else _last_role(session, person_id)
            if new:
                note(session, person_id, "person_first_seen", None, role=role)
            elif before != role:
                note(session, person_id, "role_changed", None, person=person_id, before=before, role=role, by="sign-in")
            note(session, person_id, "signed_in", None, role=role)

    def people(self, user: User) -> list[PersonView]:
        """Everybody who has signed in, by name.  Raises NotAllowed for all but administrators."""
        require(user, "admin")
        with self._database.read() as session:
            return [self._view(row) for row in session.scalars(select(Person).order_by(Person.name, Person.id))]

    def _view(self, row: Person) -> PersonView:
        role, source = self._role(None, row.id, row.email, row.role)
        return PersonView(
            id=row.id, name=row.name, email=row.email, role=role, given=row.role, source=source, seen=row.seen
        )  # fmt: skip

    def set_role(self, user: User, person_id: str, role: str | None) -> PersonView:
        """Give a person a role, or ``"blocked"``, or None = what the sign-in says; takes effect at once.

        Raises
        ------
        NotAllowed
            ``role_needed`` for all but administrators, ``last_admin`` when nobody could manage the installation afterwards.
        NotFound, DataError
            ``no_person``, ``role_unknown``.
        """
        require(user, "admin")
        if role is not None and role != BLOCKED and role not in ROLES:
            raise DataError("role_unknown")
        with self._database.write() as session:
            # Locked, so that two administrators cannot take each other's role at the same moment (SQLite: one writer).
            session.scalars(select(Person.id).where(Person.role == "admin").with_for_update()).all()
            self._still_admin(session, user)
            person = session.get(Person, person_id)
            if person is None:
                raise NotFound("no_person")
            lasting = self._role(None, person_id, person.email, role)[0] == "admin"
            if person_id == user.id and not lasting and not self._another_admin(session, person_id):
                raise NotAllowed("last_admin")
            if person.role != role:
                note(session, user.id, "role_changed", None, person=person_id, before=person.role, role=role, by="administrator")
                person.role = role
            return self._view(person)

    def _another_admin(self, session: Session, person_id: str) -> bool:
        others = session.scalars(select(Person).where(Person.id != person_id))
        return any(self._role(None, p.id, p.email, p.role)[0] == "admin" for p in others)

    def _still_admin(self, session: Session, user: User) -> None:
        """Raises NotAllowed when somebody took the role away after ``user`` was looked up."""
        row = session.get(Person, user.id)
        if row is not None and row.role is not None and self._role(None, row.id, row.email, row.role)[0] != "admin":
            require(User(user.id, user.name), "admin")

    def names(self, user: User, ids: Iterable[str]) -> dict[str, str]:
        """What to call people instead of their ids; who never signed in is called by the id."""
        wanted = set(ids)
        with self._database.read() as session:
            rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted))).all()
        return {**{i: i for i in wanted}, **dict(tuple(row) for row in rows)}

    def members(self, user: User, project_id: str) -> list[MemberView]:
        """Who may do what in the project, the owner first.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            project = owned(session, user, project_id)
            rows = session.execute(
                select(Member, Person).outerjoin(Person, Person.id == Member.user_id)
                .where(Member.project_id == project_id).order_by(Person.name, Member.user_id)
            ).all()
            owner = session.get(Person, project.owner)
            out = [_member(project.owner, owner, "admin", "owner")]
            everybody = [_member(EVERYBODY, None, m.role, "everybody") for m, _ in rows if m.user_id == EVERYBODY]
            return out + everybody + [_member(m.user_id, p, m.role, "person") for m, p in rows if m.user_id != EVERYBODY]

    def add_member(self, user: User, project_id: str, whom: str, role: str) -> MemberView:
        """Let somebody into the project, or change what they may do there.

        Parameters
        ----------
        whom : verified e-mail address or id of a person who has signed in before, or ``"*"`` for everybody
        role : "viewer", "analyst" or "decider"; nobody gets more out of it than the own role allows

        Raises
        ------
        NotFound, NotAllowed
            ``no_person`` when nobody with this address or id has signed in yet.
        DataError
            ``role_unknown``, ``member_owner``; ``member_ambiguous`` when several people have the address.
        """
        if role not in MEMBER_ROLES:
            raise DataError("role_unknown")
        with self._database.write() as session:
            project = owned(session, user, project_id, "manage")
            person = None if whom.strip() == EVERYBODY else _find(session, whom)
            member_id = EVERYBODY if person is None else person.id
            if member_id == project.owner:
                raise DataError("member_owner")
            row = session.get(Member, (project_id, member_id))
            before = row.role if row else None
            if row is None:
                session.add(Member(project_id=project_id, user_id=member_id, role=role))
            else:
                row.role = role
            if before != role:
                note(session, user.id, "member_added", project_id, member=member_id, before=before, role=role)
            return _member(member_id, person, role, "everybody" if person is None else "person")

    def remove_member(self, user: User, project_id: str, member_id: str) -> None:
        """Take somebody's access to the project away; does nothing when they have none.  Raises NotFound, NotAllowed."""
        with self._database.write() as session:
            owned(session, user, project_id, "manage")
            row = session.get(Member, (project_id, member_id))
            if row is not None:
                session.delete(row)
                note(session, user.id, "member_removed", project_id, member=member_id, before=row.role)


def _member(member_id: str, person: Person | None, role: str, kind: Literal["owner", "person", "everybody"]) -> MemberView:
    name, email = (person.name, person.email) if person else ("", "")
    return MemberView(user_id=member_id, name=name, email=email, role=role, kind=kind)


def _find(session: Session, whom: str) -> Person:
    """By id, else by verified address.  Raises NotFound, DataError."""
    sought = whom.strip()
    person = session.get(Person, sought)
    if person is not None:
        return person
    found = list(session.scalars(select(Person).where(Person.email == sought.lower(), Person.email != "").limit(2)))
    if len(found) > 1:
        raise DataError("member_ambiguous")
    if not found:
        raise NotFound("no_person")
    return found[0]


def _last_role(session: Session, person_id: str) -> str | None:
    """The role at the last sign-in, from the newest such line of the trail."""
    lines = select(AuditEntry.details).where(AuditEntry.user == person_id, AuditEntry.action == "signed_in")
    details = session.scalar(lines.order_by(AuditEntry.number.desc()).limit(1))
    return details["role"] if details else None


def _person_id(claims: Mapping[str, Any]) -> str:
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not (isinstance(issuer, str) and isinstance(subject, str) and issuer and subject):
        raise NotAllowed("sign_in_unknown")
    person_id = f"{issuer}|{subject}"
    if len(person_id) > ID_LENGTH:  # subjects may have 255 letters
        person_id = f"{issuer}|sha256:{hashlib.sha256(subject.encode()).hexdigest()}"
    if "|" in issuer or len(person_id) > ID_LENGTH:
        raise NotAllowed("sign_in_unknown")
    return person_id


def _number(claims: Mapping[str, Any], name: str, missing: float = float("-inf")) -> float:
    """A time of the token in seconds since 1970; without one the sign-in counts as over."""
    value = claims.get(name)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else missing


def _later(claims: Mapping[str, Any], moment: datetime) -> bool:
    return _number(claims, "iat") > moment.timestamp() + 0.001  # the database keeps microseconds


def _plain(text: str, length: int) -> str:
    return "".join(letter for letter in text if unicodedata.category(letter)[0] != "C").strip()[:length]


def _name(claims: Mapping[str, Any]) -> str:
    for key in ("name", "preferred_username", "email", "sub"):
        value = claims.get(key)
        if isinstance(value, str) and (plain := _plain(value, NAME_LENGTH)):
            return plain
    return "?"


def _verified_email(claims: Mapping[str, Any]) -> str:
    """In small letters; "" unless the issuer vouches for it."""
    email, verified = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str) or not (verified is True or verified == "true"):
        return ""
    return _plain(email, EMAIL_LENGTH).lower()


def _values(claims: Mapping[str, Any], name: str | None) -> list[str]:
    """What the claim of the roles says: one text, or several. ``a.b`` names b within a where there is no claim ``a.b``."""
    if not name:
        return []
    value: Any = claims.get(name)
    if value is None:
        value = claims
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    return [v for v in (value if isinstance(value, (list, tuple)) else [value]) if isinstance(v, str)]
