"""The company's protocol: read, change, carry in and out, lock; judge old evidence under it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select

from dualcore.decision import recommend
from dualcore.decision.protocols import Change, check, differences, from_file, next_version, to_json, to_toml
from dualcore.decision.records import Decision, Protocol
from dualcore.decision.sensitivity import Sensitivity, sensitivity
from dualcore.errors import DataError, NotAllowed, NotFound
from dualcore.record import Record
from dualcore.records import audit
from dualcore.records.access import User, own_evaluation, require
from dualcore.records.models import ProtocolVersion, VerdictRevision
from dualcore.records.protocols import newest_version, protocol_in_force
from dualcore.records.rows import evaluation_view
from dualcore.records.verdicts import record_verdict
from dualcore.records.views import EvaluationView
from dualcore.services.evaluations import Evaluations

NOTE_LENGTH = 2000


class ProtocolView(Record):
    """One entry of the protocol's history. The built-in protocol, before any change, has id 0 and no date."""

    id: int
    protocol: Protocol
    note: str
    locked: bool
    user: str
    created: datetime | None
    changes: list[Change]  # against the entry before
    in_force: bool


class RevisionView(Record):
    """One verdict that was given on an evaluation."""

    created: datetime
    user: str
    occasion: str
    decision: Decision
    confidence: float
    goal: float
    protocol: str  # version


class Protocols(Evaluations):
    def protocol(self, user: User) -> ProtocolView:
        """The protocol in force for new evaluations."""
        return self.protocol_history(user)[0]

    def protocol_history(self, user: User) -> list[ProtocolView]:
        """Every version and every locking, the newest first; the built-in protocol is the last."""
        with self._database.read() as session:
            rows = list(session.scalars(select(ProtocolVersion).order_by(ProtocolVersion.id)))
        first = ProtocolView(
            id=0, protocol=Protocol(), note="", locked=False, user="", created=None, changes=[], in_force=not rows
        )
        out = [first]
        for row in rows:
            out.append(ProtocolView(
                id=row.id, protocol=row.protocol, note=row.note, locked=row.locked, user=row.user, created=row.created,
                changes=differences(out[-1].protocol, row.protocol), in_force=row is rows[-1],
            ))
        return out[::-1]

    def change_protocol(self, user: User, values: Protocol, note: str, based_on: int | None = None) -> ProtocolView:
        """Make ``values`` the next version; its version is numbered here.

        Parameters
        ----------
        note : why; it may not be empty
        based_on : id of the entry that the person saw; when another came in between, nothing is written

        Raises
        ------
        DataError
            ``protocol_note``, ``protocol_same`` (nothing differs), ``protocol_meanwhile``, and those of ``check``.
        NotAllowed
            ``role_needed`` (a decider), ``protocol_locked``.
        """
        require(user, "decider")
        note = note.strip()[:NOTE_LENGTH]
        if not note:
            raise DataError("protocol_note")
        check(values)
        with self._database.write() as session:
            newest = newest_version(session)
            if newest is not None and newest.locked:
                raise NotAllowed("protocol_locked", version=newest.protocol.version)
            if based_on is not None and based_on != (0 if newest is None else newest.id):
                raise DataError("protocol_meanwhile", version=newest.protocol.version)
            before = protocol_in_force(session)
            if not differences(before, values):
                raise DataError("protocol_same", version=before.version)
            made = values.model_copy(update={"version": next_version(before.version)})
            row = ProtocolVersion(protocol=made, note=note, locked=False, user=user.id)
            session.add(row)
            audit.note(session, user.id, "protocol_changed", None, row, version=made.version, note=note)
        return self.protocol(user)

    def lock_protocol(self, user: User, locked: bool = True) -> ProtocolView:
        """Lock the protocol against changes, or unlock it; both stand in the history.

        Raises NotAllowed (``role_needed``, ``protocol_unlock``) when somebody who is no administrator does so.
        """
        with self._database.write() as session:
            newest = newest_version(session)
            now = newest is not None and newest.locked
            if now and not locked and not user.has("admin"):
                raise NotAllowed("protocol_unlock")
            require(user, "admin")
            if now != locked:
                row = ProtocolVersion(protocol=protocol_in_force(session), note="", locked=locked, user=user.id)
                session.add(row)
                action = "protocol_locked" if locked else "protocol_unlocked"
                audit.note(session, user.id, action, None, row, version=row.protocol.version)
        return self.protocol(user)

    def export_protocol(
        self, user: User, entry_id: int | None = None, form: Literal["json", "toml"] = "json", comments: dict[str, str] | None = None
    ) -> str:
        """The file of the protocol in force, or of one entry of the history.  Raises NotFound.

        comments : for TOML, a line to stand above each threshold
        """
        history = self.protocol_history(user)
        found = history[0] if entry_id is None else next((v for v in history if v.id == entry_id), None)
        if found is None:
            raise NotFound("no_protocol")
        return to_toml(found.protocol, found.note, comments) if form == "toml" else to_json(found.protocol, found.note)

    def import_protocol(self, user: User, content: str | bytes, filename: str, note: str) -> ProtocolView:
        """Make the protocol of a file the next version here.  Raises DataError (see ``protocols.from_file``), NotAllowed."""
        return self.change_protocol(user, from_file(content, filename), note)

    def judge_by_present_protocol(self, user: User, evaluation_id: str) -> EvaluationView:
        """Judge the evidence of an old evaluation under the protocol in force; recorded as a revision of its own kind."""
        with self._database.write() as session:
            evaluation = own_evaluation(session, user, evaluation_id, "edit")
            verdict = recommend(evaluation.evidence, terms=evaluation.verdict.terms, protocol=protocol_in_force(session))
            record_verdict(session, evaluation, verdict.model_copy(update={"occasion": "protocol"}), user.id)
            session.flush()
            return evaluation_view(session, evaluation)

    def verdict_history(self, user: User, evaluation_id: str) -> list[RevisionView]:
        """Every verdict on the evaluation, the newest first.  Raises NotFound, NotAllowed."""
        with self._database.read() as session:
            own_evaluation(session, user, evaluation_id)
            mine = select(VerdictRevision).where(VerdictRevision.evaluation_id == evaluation_id)
            rows = session.scalars(mine.order_by(VerdictRevision.id.desc()))
            return [
                RevisionView(
                    created=r.created, user=r.user, occasion=r.verdict.occasion, decision=r.verdict.decision,
                    confidence=r.verdict.confidence, goal=r.verdict.goal, protocol=r.verdict.protocol.version,
                )
                for r in rows
            ]

    def sensitivity(self, user: User, evaluation_id: str) -> Sensitivity:
        """Where the present verdict of an evaluation would change.  Raises NotFound, NotAllowed."""
        view = self.evaluation(user, evaluation_id)
        return sensitivity(view.evidence, view.verdict.terms, view.verdict.protocol)
