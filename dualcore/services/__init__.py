"""The use cases. Pages and the command line call these and nothing below them.

Every use case takes the person who asks first, and checks what that person may see and do.
"""

from __future__ import annotations

from dualcore.decision.track import TrackRecord, track_record
from dualcore.records.access import LOCAL_USER, ROLES, User
from dualcore.records.views import (
    DatasetView,
    DecisionInput,
    DecisionView,
    DemoView,
    EvaluationView,
    GateView,
    JobView,
    OutcomeInput,
    OutcomeView,
    ProjectInput,
    ProjectView,
    StageView,
    UploadView,
)
from dualcore.services.data import Data
from dualcore.services.effects import ChangedVerdict, Effects, ProtocolEffect
from dualcore.services.gates import Gates
from dualcore.services.models import FORMS, Models, Predicted
from dualcore.services.operations import Operations
from dualcore.services.people import MEMBER_ROLES, MemberView, People, PersonView
from dualcore.services.portfolio import Portfolios
from dualcore.services.protocols import Protocols, ProtocolView, RevisionView
from dualcore.services.reports import Reports
from dualcore.services.sharing import ShareView, Sharing, Snapshot
from dualcore.services.stages import Stages
from dualcore.services.transfer import EmbeddingsView, Transfers
from dualcore.settings import Settings

__all__ = [
    "FORMS",
    "LOCAL_USER",
    "MEMBER_ROLES",
    "ROLES",
    "ChangedVerdict",
    "DatasetView",
    "DecisionInput",
    "DecisionView",
    "DemoView",
    "EmbeddingsView",
    "EvaluationView",
    "GateView",
    "JobView",
    "MemberView",
    "OutcomeInput",
    "OutcomeView",
    "PersonView",
    "Predicted",
    "ProjectInput",
    "ProjectView",
    "ProtocolEffect",
    "ProtocolView",
    "RevisionView",
    "Services",
    "ShareView",
    "Snapshot",
    "StageView",
    "TrackRecord",
    "UploadView",
    "User",
    "open_services",
]


def open_services(settings: Settings | None = None) -> Services:
    """The use cases on a database that is brought up to date first; one object serves all threads."""
    return Services(settings or Settings())


class Services(Data, Portfolios, Reports, Gates, Transfers, Stages, Models, Effects, Protocols, People, Sharing, Operations):
    """All use cases of one installation. Thread-safe."""

    def track_record(self) -> TrackRecord | None:
        """How right the verdicts were on public data; None while nothing was recorded."""
        return track_record()
