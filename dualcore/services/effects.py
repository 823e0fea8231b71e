"""Before a protocol is saved: which past verdicts it would change."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Any

from sqlalchemy import select

from dualcore.decision.effect import Effect, effect, relevant
from dualcore.decision.protocols import check
from dualcore.decision.records import Protocol
from dualcore.evidence.records import Evidence
from dualcore.record import Record
from dualcore.records.access import User, visible
from dualcore.records.models import Evaluation, Project
from dualcore.services.evaluations import Evaluations

REMEMBERED = 3000  # evaluations whose evidence, and answers, are kept in memory
ANSWERS = 20_000
AT_ONCE = 200  # rows of one query


class ChangedVerdict(Record):
    project_id: str
    project: str  # its name
    evaluation_id: str
    effect: Effect


class ProtocolEffect(Record):
    """judged : evaluations that the person may see; changed : the newest first; seconds : that it took"""

    judged: int
    changed: list[ChangedVerdict]
    seconds: float


class _Memory:
    """The latest ``size`` values; thread-safe."""

    def __init__(self, size: int) -> None:
        self._size, self._kept, self._lock = size, OrderedDict[tuple, Any](), threading.Lock()

    def get(self, key: tuple) -> tuple[bool, Any]:
        with self._lock:
            if key not in self._kept:
                return False, None
            self._kept.move_to_end(key)
            return True, self._kept[key]

    def put(self, key: tuple, value: Any) -> None:
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


_evidence = _Memory(REMEMBERED)  # never changes once stored
_answers = _Memory(ANSWERS)


class Effects(Evaluations):
    def protocol_effect(self, user: User, values: Protocol) -> ProtocolEffect:
        """Judge all stored evidence that the person may see under ``values``, each under its stored terms. Nothing is written.

        Raises DataError as ``protocols.check`` does.
        """
        start = time.perf_counter()
        check(values)
        with self._database.read() as session:
            mine = select(Evaluation.id, Evaluation.verdict, Project.id, Project.name).join(Project, Project.id == Evaluation.project_id)
            mine = mine.where(visible(user), Project.deleted_at.is_(None)).order_by(Evaluation.created.desc(), Evaluation.id)
            rows = list(session.execute(mine))
            self._read(session, [row[0] for row in rows])
        changed = []
        for evaluation_id, verdict, project_id, name in rows:
            given = verdict.model_dump_json(include={"decision", "terms", "protocol", "recommended_model"})
            key = (self.settings.database_url, evaluation_id, given, relevant(values))
            known, found = _answers.get(key)
            if not known:
                found = effect(self._one(evaluation_id), verdict, values)
                _answers.put(key, found)
            if found is not None:
                changed.append(ChangedVerdict(project_id=project_id, project=name, evaluation_id=evaluation_id, effect=found))
        return ProtocolEffect(judged=len(rows), changed=changed, seconds=time.perf_counter() - start)

    def _read(self, session, ids: list[str]) -> None:
        """Bring the evidence that is not in memory there."""
        missing = [i for i in ids if not _evidence.get((self.settings.database_url, i))[0]][:REMEMBERED]
        for at in range(0, len(missing), AT_ONCE):
            some = select(Evaluation.id, Evaluation.evidence).where(Evaluation.id.in_(missing[at : at + AT_ONCE]))
            for evaluation_id, evidence in session.execute(some):
                _evidence.put((self.settings.database_url, evaluation_id), evidence)

    def _one(self, evaluation_id: str) -> Evidence:
        known, evidence = _evidence.get((self.settings.database_url, evaluation_id))
        if known:
            return evidence
        with self._database.read() as session:
            return session.scalar(select(Evaluation.evidence).where(Evaluation.id == evaluation_id))
