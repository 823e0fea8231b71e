"""What the use cases hand to pages and the command line: frozen records, no database objects."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from dualcore.decision.records import Decision, Terms, Verdict
from dualcore.evidence.records import Evidence, Metric
from dualcore.evidence.stages import StageKind, StageResult
from dualcore.intake.records import Column, Kind, Note, Profile, Question, ReadOptions
from dualcore.record import Record

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
ACTIVE = ("queued", "running")


class ProjectInput(Record):
    """What a person fills in about a project. Texts are kept as written and never interpreted."""

    name: str = Field(min_length=1, max_length=200)
    question: str = Field("", max_length=4000)
    predict: str = Field("", max_length=400)  # what to predict, in the person's own words
    metric: Metric | None = None  # None = the usual one for the task
    terms: Terms = Terms()


class StepView(Record):
    """One step of a job: overall progress reached in it (0..1) and the seconds spent in it."""

    code: str  # catalogue key ``job.step.<code>``
    fraction: float
    seconds: float


class ErrorView(Record):
    """Why a job failed: rendered as ``error.<code>`` with the fields."""

    code: str
    fields: dict[str, object] = {}


class JobView(Record):
    id: str
    owner: str
    kind: str
    project_id: str | None
    params: dict[str, object]
    state: JobState
    attempt: int
    progress: float  # 0..1
    step: str  # current step, catalogue key ``job.step.<step>``; "" before the first
    steps: list[StepView]
    eta_seconds: float | None  # remaining time, None while unknown
    elapsed_seconds: float  # since the start of the attempt; 0 while queued
    ahead: int  # jobs that will run before this one; 0 unless queued
    cancel_requested: bool
    created: datetime
    started: datetime | None
    ended: datetime | None
    error: ErrorView | None
    result_id: str | None  # evaluation id when done

    @property
    def active(self) -> bool:
        """True while the job is queued or running."""
        return self.state in ACTIVE


class ProjectView(Record):
    id: str
    name: str
    question: str
    predict: str
    metric: Metric | None
    terms: Terms
    owner: str
    stage: int  # 0 = no evaluation yet, 1 = last layer evaluated, 2 = re-evaluated, 3 = tuned, 4 = full investment
    decision: Decision | None
    confidence: float | None
    kind: Kind | None  # of the latest dataset
    rows: int | None
    demo: str | None  # demo id when this is a demo project
    evaluations: int
    active_job: JobView | None
    created: datetime
    updated: datetime
    deleted: bool


class UploadView(Record):
    """A stored file and what was found in it, before the person has said what to predict."""

    sha256: str
    filename: str
    size_bytes: int
    kind: Kind
    rows: int
    columns: list[Column]
    preview_columns: list[str]
    preview: list[list[str]]  # first rows as text
    suggested: Question
    sheets: list[str]
    options: ReadOptions  # as asked for
    notes: list[Note]


class DatasetView(Record):
    """An immutable version of a project's data."""

    id: str
    project_id: str
    sha256: str  # of the content and of the choices made about it
    filename: str
    file_sha: str
    test_filename: str | None
    test_sha: str | None
    options: ReadOptions
    question: Question
    profile: Profile
    notes: list[Note]
    created: datetime


class DemoView(Record):
    """One demo dataset of the catalogue, texts in both languages."""

    id: str
    file: str
    test_file: str | None = None
    kind: Kind
    name: dict[str, str]  # language -> text
    text: dict[str, str]
    question: Question = Question()
    options: ReadOptions = ReadOptions()

    def project(self, language: str) -> ProjectInput:
        """What a project on this demo starts with."""
        return ProjectInput(name=self.name[language], question=self.text[language])


class EvaluationView(Record):
    id: str
    project_id: str
    dataset: DatasetView
    skeleton: str | dict  # as asked: "auto", a preset's name or Skeleton.to_dict()
    metric: Metric | None  # as asked; the evidence names the one used
    seed: int
    evidence: Evidence
    verdict: Verdict
    terms: Terms  # those of the verdict
    has_model: bool
    created: datetime


class StageView(Record):
    """One run of a stage beyond the last layer."""

    id: str
    project_id: str
    evaluation_id: str  # the stage 1 evaluation that it starts from
    kind: StageKind
    params: dict[str, object]
    result: StageResult
    has_file: bool
    created: datetime
