"""What the use cases hand to pages and the command line: frozen records, no database objects."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from dualcore.decision.records import Decision, Protocol, Terms, Verdict
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


Gate = Literal["last_layer", "reevaluate", "intermediate", "full"]
ReachedBy = Literal["last_layer", "full", "other", "nothing", "open"]


class DecisionInput(Record):
    """What a person decides at a gate, under which words."""

    stage: Gate
    evaluation_id: str
    stage_run_id: str | None = None  # the run that the decision rests on; None at the first gate
    action: Decision
    reason: str = Field("", max_length=4000)  # may only be empty where the recommendation is followed
    conditions: str = Field("", max_length=4000)
    review_on: date | None = None
    spent: float = Field(0.0, ge=0)  # money spent on the project until now
    seen: str | None = None  # id of the newest decision that the person saw


class OutcomeInput(Record):
    """What happened after a decision."""

    reached_by: ReachedBy  # what reached the goal in the end; "open" = not known yet
    score: float | None = None  # in the project's metric
    spent: float | None = Field(None, ge=0)  # in all
    benefit: float | None = None  # what it brought
    note: str = Field("", max_length=4000)


class OutcomeView(OutcomeInput):
    user_name: str
    created: datetime


class DecisionView(Record):
    """A human decision at a gate. Money in the project's currency."""

    id: str
    project_id: str
    number: int
    stage: Gate
    evaluation_id: str
    stage_run_id: str | None
    recommended: Decision
    confidence: float | None
    action: Decision
    follows: bool
    reason: str
    conditions: str
    review_on: date | None
    planned: float  # cost of what was chosen
    avoided: float  # cost of full investment that is not spent
    spent: float
    currency: str
    protocol: str  # version
    user: str
    user_name: str
    created: datetime
    outcome: OutcomeView | None = None  # the newest

    @property
    def right(self) -> bool | None:
        """Whether hindsight agrees; None while nobody knows."""
        if self.outcome is None or self.outcome.reached_by == "open":
            return None
        return self.action == RIGHT[self.outcome.reached_by]

    @property
    def recommendation_right(self) -> bool | None:
        """Whether hindsight agrees with what was recommended."""
        if self.outcome is None or self.outcome.reached_by == "open":
            return None
        return self.recommended == RIGHT[self.outcome.reached_by]


RIGHT: dict[str, Decision] = {"last_layer": "adopt", "full": "invest", "other": "re-evaluate", "nothing": "stop"}


class RegistrationView(Record):
    """What was fixed before the run: goal, money, thresholds."""

    terms: Terms
    protocol: Protocol
    cost: float
    late: bool  # other terms or thresholds than those that earlier evidence of this stage was asked under
    user: str
    created: datetime


class GateView(Record):
    """One gate of a project: plan, evidence, recommendation, decision."""

    stage: Gate
    place: int  # 1..4
    unlocked: bool
    cost: float  # planned
    registration: RegistrationView | None  # of the newest run
    evaluation_id: str | None  # the evidence: newest evaluation, and run of the stage
    stage_run_id: str | None
    recommended: Decision | None  # None before there is evidence
    confidence: float | None
    moved: bool  # the verdict shown follows other terms or thresholds than the registered ones
    decision: DecisionView | None  # newest at this gate
    current: bool  # the decision rests on the newest evidence
    waiting: bool  # evidence is there, and nobody has decided on it
