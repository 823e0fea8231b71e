"""Everything that a report says about one project at one evaluation, in one record."""

from __future__ import annotations

import platform
from datetime import datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

from dualcore.decision.plan import Plan
from dualcore.decision.records import Decision, Option, Verdict
from dualcore.evidence.records import Evidence
from dualcore.record import Record
from dualcore.records.views import DecisionView, EvaluationView, ProjectView, StageView


class Versions(Record):
    """Of the software that made the report; those of the measurement stand in the evidence's manifest."""

    dualcore: str
    torch: str
    python: str

    @classmethod
    def here(cls, dualcore: str) -> Versions:
        """Read from what is installed, without importing torch."""
        return cls(dualcore=dualcore, torch=version("torch"), python=platform.python_version())


class Dossier(Record):
    """One project at one evaluation. Stage runs: the newest of each kind on this evaluation, None where it was not run."""

    project: ProjectView
    evaluation: EvaluationView
    reevaluation: StageView | None = None
    tuning: StageView | None = None
    transfer: StageView | None = None
    plan: Plan
    decisions: list[DecisionView] = []  # of the whole project, the newest first
    author: str  # who asked for the report
    made: datetime
    zone: str = "UTC"  # IANA name; dates are those of this place
    versions: Versions

    @property
    def evidence(self) -> Evidence:
        return self.evaluation.evidence

    @property
    def verdict(self) -> Verdict:
        return self.evaluation.verdict

    @property
    def decision(self) -> DecisionView | None:
        """The newest human decision that rests on this evaluation."""
        return next((d for d in self.decisions if d.evaluation_id == self.evaluation.id), None)

    @property
    def action(self) -> Decision:
        """What is asked for: the human decision where there is one, else what the verdict recommends."""
        return self.decision.action if self.decision is not None else self.verdict.decision

    def option(self, decision: Decision) -> Option | None:
        """The course's money; None where the verdict does not price it."""
        return next((o for o in self.verdict.options if o.decision == decision), None)

    def day(self, moment: datetime) -> str:
        """The date of a moment at the dossier's place."""
        return moment.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d")

    def minute(self, moment: datetime) -> str:
        """Date and time of a moment at the dossier's place, with the place named."""
        return f"{moment.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M} ({self.zone})"
