"""What is fixed before a stage is run, and which stage may be run: gates open by a person's decision only."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from dualcore.decision.protocols import differences
from dualcore.decision.records import Protocol, Terms
from dualcore.errors import NotAllowed
from dualcore.records.access import User
from dualcore.records.audit import note
from dualcore.records.models import Evaluation, GateDecision, Project, Registration, StageRun
from dualcore.records.protocols import protocol_in_force

LAST_LAYER, REEVALUATE, INTERMEDIATE, FULL = STAGES = (1, 2, 3, 4)
CODES = {1: "last_layer", 2: "reevaluate", 3: "intermediate", 4: "full"}
KINDS = {"reevaluate": REEVALUATE, "tune": INTERMEDIATE}  # kinds of job that stand behind a gate
RUN_KINDS = {place: kind for kind, place in KINDS.items()}


def stage_cost(place: int, terms: Terms, protocol: Protocol) -> float:
    """Planned cost of a stage in the terms' currency; the first is computing time only and counted as nothing."""
    name = {REEVALUATE: "reevaluate", INTERMEDIATE: "tune", FULL: "invest"}.get(place)
    if name is None:
        return 0.0
    days, hours = getattr(protocol, f"days_{name}"), getattr(protocol, f"gpu_hours_{name}")
    return days * terms.day_cost + hours * terms.gpu_hour_cost


def register(session: Session, user: User, job_id: str, project: Project, place: int) -> None:
    """Fix goal, money and thresholds for the job; the same job is registered once."""
    if session.scalar(select(Registration.id).where(Registration.job_id == job_id)) is not None:
        return
    protocol = protocol_in_force(session)
    before = latest_registration(session, project.id, place)
    late = before is not None and _has_evidence(session, project.id, place) and _moved(before, project.terms, protocol)
    row = Registration(
        job_id=job_id, project_id=project.id, stage=place, terms=project.terms, protocol=protocol,
        cost=stage_cost(place, project.terms, protocol), late=late, user=user.id,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # another process registered it at the same moment
        return
    note(session, user.id, "stage_registered", project.id, row, stage=CODES[place], late=late)


def latest_registration(session: Session, project_id: str, place: int) -> Registration | None:
    mine = select(Registration).where(Registration.project_id == project_id, Registration.stage == place)
    return session.scalar(mine.order_by(Registration.id.desc()).limit(1))


def _moved(before: Registration, terms: Terms, protocol: Protocol) -> bool:
    return before.terms != terms or bool(differences(before.protocol, protocol))


def _has_evidence(session: Session, project_id: str, place: int) -> bool:
    if place == LAST_LAYER:
        found = select(Evaluation.id).where(Evaluation.project_id == project_id)
    else:
        found = select(StageRun.id).where(StageRun.project_id == project_id, StageRun.kind == RUN_KINDS.get(place))
    return session.scalar(found.limit(1)) is not None


def latest_decision(session: Session, project_id: str, places: tuple[int, ...] = STAGES) -> GateDecision | None:
    """The newest decision at one of the gates."""
    mine = select(GateDecision).where(GateDecision.project_id == project_id, GateDecision.stage.in_(places))
    return session.scalar(mine.order_by(GateDecision.number.desc()).limit(1))


def unlocked(session: Session, project_id: str, place: int) -> bool:
    """Whether the stage may be run: the newest decision before it must ask for it.

    Re-evaluation asks for "re-evaluate" or "invest" at the first gate, intermediate layers for "invest" at one of the
    first two, full training for "invest" at the third.
    """
    if place == LAST_LAYER:
        return True
    found = latest_decision(session, project_id, tuple(range(1, place)))
    if found is None:
        return False
    if place == REEVALUATE:
        return found.action in ("re-evaluate", "invest")
    return found.action == "invest" and (place == INTERMEDIATE or found.stage == INTERMEDIATE)


def must_be_unlocked(session: Session, project_id: str, place: int) -> None:
    """Raises NotAllowed (``stage_locked``)."""
    if not unlocked(session, project_id, place):
        raise NotAllowed("stage_locked", stage=CODES[place])
