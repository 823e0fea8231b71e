"""Decisions put on record without the evidence of their gates, for tests of what lies behind a gate."""

from dualcore.records.audit import note
from dualcore.records.models import Evaluation, GateDecision


def decided(services, user, evaluation_id: str, *actions: str) -> None:
    """At the first gate the first action, at the second the next, and so on."""
    with services._database.write() as session:
        project_id = session.get_one(Evaluation, evaluation_id).project_id
        for stage, action in enumerate(actions, 1):
            row = GateDecision(
                project_id=project_id, number=stage, stage=stage, evaluation_id=evaluation_id, recommended=action, action=action,
                reason="", conditions="", planned=0, avoided=0, spent=0, protocol="1.0", user=user.id, user_name=user.name,
            )
            session.add(row)
            note(session, user.id, "decision_made", project_id, row)
