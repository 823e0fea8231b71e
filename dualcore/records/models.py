"""The database tables. Rows never leave ``records``, ``jobs`` and ``services``; pages get views."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dualcore.decision.records import Protocol, Terms, Verdict
from dualcore.evidence.records import Evidence
from dualcore.evidence.stages import StageResult
from dualcore.intake.records import Note, Profile, Question, ReadOptions
from dualcore.records.types import RecordJson, UtcDateTime, now
from dualcore.records.views import ErrorView, StepView

ACTIVE_SQL = "state IN ('queued', 'running')"


def new_id() -> str:
    """A short random id that can stand in an address."""
    return secrets.token_hex(8)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: UtcDateTime}


class Project(Base):
    __tablename__ = "project"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text, default="")
    predict: Mapped[str] = mapped_column(Text, default="")
    metric: Mapped[str | None] = mapped_column(String(32))
    terms: Mapped[Terms] = mapped_column(RecordJson(Terms))
    owner: Mapped[str] = mapped_column(String(200), index=True)
    stage: Mapped[int] = mapped_column(default=0)
    decision: Mapped[str | None] = mapped_column(String(32))
    confidence: Mapped[float | None]
    demo: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(default=now)
    updated: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    deleted_at: Mapped[datetime | None]

    __table_args__ = (Index("project_demo", "owner", "demo", unique=True),)


class Dataset(Base):
    """Never changed after it was written; a new upload makes a new row."""

    __tablename__ = "dataset"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(Text)
    file_sha: Mapped[str] = mapped_column(String(64))
    test_filename: Mapped[str | None] = mapped_column(Text)
    test_sha: Mapped[str | None] = mapped_column(String(64))
    options: Mapped[ReadOptions] = mapped_column(RecordJson(ReadOptions))
    question: Mapped[Question] = mapped_column(RecordJson(Question))
    profile: Mapped[Profile] = mapped_column(RecordJson(Profile))
    notes: Mapped[list[Note]] = mapped_column(RecordJson(list[Note]))
    created: Mapped[datetime] = mapped_column(default=now)


class Evaluation(Base):
    __tablename__ = "evaluation"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), index=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id"))
    skeleton: Mapped[Any] = mapped_column(JSON)  # "auto", a preset's name or Skeleton.to_dict()
    metric: Mapped[str | None] = mapped_column(String(32))
    seed: Mapped[int]
    evidence: Mapped[Evidence] = mapped_column(RecordJson(Evidence))
    verdict: Mapped[Verdict] = mapped_column(RecordJson(Verdict))
    model_sha: Mapped[str | None] = mapped_column(String(64))
    created: Mapped[datetime] = mapped_column(default=now)


class VerdictRevision(Base):
    """Every verdict that was given on an evaluation: who asked, when, under which terms."""

    __tablename__ = "verdict_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluation.id"), index=True)
    user: Mapped[str] = mapped_column(String(200))
    verdict: Mapped[Verdict] = mapped_column(RecordJson(Verdict))
    created: Mapped[datetime] = mapped_column(default=now)


class StageRun(Base):
    """One run of a stage beyond the last layer, from the evaluation it starts from."""

    __tablename__ = "stage_run"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), index=True)
    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluation.id"))
    kind: Mapped[str] = mapped_column(String(16))
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[Any] = mapped_column(RecordJson(StageResult))
    file_sha: Mapped[str | None] = mapped_column(String(64))  # weights or model that the stage produced
    created: Mapped[datetime] = mapped_column(default=now)


class ProtocolVersion(Base):
    """Every version of the company's protocol; the newest is in force."""

    __tablename__ = "protocol"

    id: Mapped[int] = mapped_column(primary_key=True)
    protocol: Mapped[Protocol] = mapped_column(RecordJson(Protocol))
    note: Mapped[str] = mapped_column(Text, default="")
    locked: Mapped[bool] = mapped_column(default=False)
    user: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(default=now)


class Registration(Base):
    """What was fixed before a stage was run: goal, money and thresholds. One per job; never changed."""

    __tablename__ = "registration"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(String(16), unique=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), index=True)
    stage: Mapped[int]
    terms: Mapped[Terms] = mapped_column(RecordJson(Terms))
    protocol: Mapped[Protocol] = mapped_column(RecordJson(Protocol))
    cost: Mapped[float]  # planned, in the terms' currency
    late: Mapped[bool]  # terms or protocol differ from those that earlier evidence of this stage was asked under
    user: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(default=now)


class GateDecision(Base):
    """What a person decided at a gate; a later decision on the same gate has the next number. Never changed."""

    __tablename__ = "decision"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), index=True)
    number: Mapped[int]  # 1, 2, ... within the project: of two who decide at once, one comes too late
    stage: Mapped[int]
    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluation.id"))
    stage_run_id: Mapped[str | None] = mapped_column(ForeignKey("stage_run.id"))
    recommended: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float | None]
    action: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    conditions: Mapped[str] = mapped_column(Text)
    review_on: Mapped[date | None]
    planned: Mapped[float]  # cost of the course that was chosen
    avoided: Mapped[float]  # cost of full investment that the choice does not spend
    spent: Mapped[float]  # by the end of this stage, as the person entered it
    protocol: Mapped[str] = mapped_column(String(40))  # version that the recommendation followed
    user: Mapped[str] = mapped_column(String(200))
    user_name: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (UniqueConstraint("project_id", "number", name="decision_number"),)


class Outcome(Base):
    """What happened after a decision, entered later; the newest one counts. Never changed."""

    __tablename__ = "outcome"

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decision.id"), index=True)
    reached_by: Mapped[str] = mapped_column(String(16))
    score: Mapped[float | None]
    spent: Mapped[float | None]
    benefit: Mapped[float | None]
    note: Mapped[str] = mapped_column(Text)
    user: Mapped[str] = mapped_column(String(200))
    user_name: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(default=now)


class Member(Base):
    """What a person may do in one project of somebody else; ``*`` stands for everybody who is signed in."""

    __tablename__ = "member"

    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(16))
    created: Mapped[datetime] = mapped_column(default=now)


class Person(Base):
    """Who has signed in, and the role given here; None = the role comes from the sign-in."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320), default="")
    role: Mapped[str | None] = mapped_column(String(16))
    seen: Mapped[datetime] = mapped_column(default=now)


class Share(Base):
    """A link to a frozen copy of one view of a project. Only the hash of its secret is kept."""

    __tablename__ = "share"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    secret_sha: Mapped[str] = mapped_column(String(64), unique=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("project.id"), index=True)
    evaluation_id: Mapped[str] = mapped_column(ForeignKey("evaluation.id"))
    content: Mapped[Any] = mapped_column(JSON)
    expires: Mapped[datetime]
    revoked: Mapped[datetime | None]
    user: Mapped[str] = mapped_column(String(200))
    created: Mapped[datetime] = mapped_column(default=now)


class AuditEntry(Base):
    """One line of the audit trail; each carries the hash of the one before (see ``records.audit``)."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created: Mapped[datetime]
    user: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(48))
    project_id: Mapped[str | None] = mapped_column(String(16), index=True)  # no foreign key: outlives the project
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Job(Base):
    """The only truth about a piece of background work (see docs/decisions/0002-jobs.md)."""

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    owner: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32))
    project_id: Mapped[str | None] = mapped_column(ForeignKey("project.id"), index=True)
    key: Mapped[str] = mapped_column(String(64))  # the same work twice has the same key
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    priority: Mapped[int] = mapped_column(default=0)  # 0 = a person waits, 1 = in the background
    state: Mapped[str] = mapped_column(String(16), default="queued")
    attempt: Mapped[int] = mapped_column(default=0)  # only ever grows: names the one who may write
    interruptions: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    progress: Mapped[float] = mapped_column(default=0.0)
    step: Mapped[str] = mapped_column(String(64), default="")
    steps: Mapped[list[StepView]] = mapped_column(RecordJson(list[StepView]), default=list)
    eta_seconds: Mapped[float | None]
    reported: Mapped[datetime | None]  # when progress and eta_seconds were written
    cancel_requested: Mapped[datetime | None]
    created: Mapped[datetime] = mapped_column(default=now)
    started: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    error: Mapped[ErrorView | None] = mapped_column(RecordJson(ErrorView))
    result_id: Mapped[str | None] = mapped_column(String(16))

    __table_args__ = (
        Index("job_state", "state", "priority", "created"),
        Index(
            "job_active_key",
            "key",
            unique=True,
            sqlite_where=text(ACTIVE_SQL),
            postgresql_where=text(ACTIVE_SQL),
        ),
    )
