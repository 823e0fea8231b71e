"""Gates: a stage opens by a decision only; decisions, overrides and outcomes stay on record, and the trail shows any change."""

import threading
from datetime import date

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DatabaseError

from dualcore.decision import recommend
from dualcore.decision.records import Terms
from dualcore.errors import DataError, NotAllowed
from dualcore.intake.records import Question, ReadOptions
from dualcore.records import models
from dualcore.records.audit import verify
from dualcore.records.verdicts import record_verdict
from dualcore.services import DecisionInput, OutcomeInput, ProjectInput, Services, User
from dualcore.settings import Settings
from tests.postgres import BOTH
from tests.present import sample

OWNER = User("mina", "Mina", frozenset({"analyst"}))
DECIDER = User("ken", "Ken", frozenset({"decider"}))
OTHER = User("eve", "Eve", frozenset({"decider"}))
ADMIN = User("root", "Administrator", frozenset({"admin"}))


pytestmark = BOTH


@pytest.fixture
def services(tmp_path, database_url):
    (tmp_path / "demo").mkdir()
    return Services(Settings(home=tmp_path / "home", demo_dir=tmp_path / "demo", database_url=database_url))


def without_protection(session, table: str) -> None:
    """What somebody does who owns the database."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    for (name,) in session.execute(text(f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'")).all():
        session.execute(text(f"DROP TRIGGER {name}"))


@pytest.fixture
def judged(services):
    """(project id, evaluation id) of Mina's project that Ken may decide in."""
    project = services.create_project(OWNER, ProjectInput(name="Bearings", terms=Terms(goal=0.88)))
    with services._database.write() as session:
        dataset = models.Dataset(
            project_id=project.id, sha256="b" * 64, filename="f.csv", file_sha="a" * 64, options=ReadOptions(), question=Question(),
            profile=sample.profile(False), notes=[],
        )
        session.add(dataset)
        session.add(models.Member(project_id=project.id, user_id=DECIDER.id, role="decider"))
        session.flush()
    services.start_evaluation(OWNER, project.id)
    with services._database.write() as session:
        job = session.query(models.Job).one()
        made = sample.evidence()
        verdict = recommend(made, terms=project.terms)
        evaluation = models.Evaluation(
            project_id=project.id, dataset_id=job.params["dataset_id"], skeleton="auto", seed=0, evidence=made, verdict=verdict
        )
        session.add(evaluation)
        session.flush()
        job.state, job.result_id = "done", evaluation.id
        record_verdict(session, evaluation, verdict, OWNER.id)
        return project.id, evaluation.id


def answer(services, judged, action="invest", **more):
    seen = services.decisions(DECIDER, judged[0])
    values = {"stage": "last_layer", "evaluation_id": judged[1], "action": action, "reason": "The board wants it", **more}
    return services.decide(DECIDER, judged[0], DecisionInput(seen=seen[0].id if seen else None, **values))


def trail(services):
    with services._database.read() as session:
        return verify(session)


def test_a_stage_opens_by_a_decision_and_closes_by_another(services, judged):
    project, evaluation = judged
    assert [g.unlocked for g in services.gates(OWNER, project)] == [True, False, False, False]
    for kind in ("reevaluate", "tune"):
        with pytest.raises(NotAllowed, match="not open yet"):
            services.start_stage(OWNER, evaluation, kind)
    answer(services, judged, "re-evaluate")
    assert [g.unlocked for g in services.gates(OWNER, project)] == [True, True, False, False]
    assert services.start_stage(OWNER, evaluation, "reevaluate").state == "queued"
    answer(services, judged, "invest")
    assert [g.unlocked for g in services.gates(OWNER, project)] == [True, True, True, False]
    answer(services, judged, "stop")
    assert [g.unlocked for g in services.gates(OWNER, project)] == [True, False, False, False]
    with pytest.raises(NotAllowed, match="not open yet"):
        services.starter_kit(OWNER, evaluation, "en")


def test_what_was_fixed_before_is_kept_and_later_changes_are_told(services, judged):
    project, evaluation = judged
    gate = services.gates(OWNER, project)[0]
    assert gate.registration.terms.goal == 0.88 and not gate.registration.late and not gate.moved and gate.waiting
    services.revise_verdict(OWNER, evaluation, Terms(goal=0.95))
    gate = services.gates(OWNER, project)[0]
    assert gate.moved and gate.registration.terms.goal == 0.88
    services.update_project(OWNER, project, ProjectInput(name="Bearings", terms=Terms(goal=0.8)))
    services.start_evaluation(OWNER, project, seed=1)
    assert services.gates(OWNER, project)[0].registration.late


def test_a_decision_says_who_when_and_whether_it_follows(services, judged):
    recommended = services.gates(OWNER, judged[0])[0].recommended
    other = next(a for a in ("stop", "adopt", "invest") if a != recommended)
    made = answer(services, judged, other, conditions="500 more rows", review_on=date(2027, 4, 1), spent=1e6)
    assert (made.follows, made.user_name, made.number, made.stage, made.currency) == (False, "Ken", 1, "last_layer", "JPY")
    assert (made.conditions, made.review_on, made.spent) == ("500 more rows", date(2027, 4, 1), 1e6)
    gate = services.gates(OWNER, judged[0])[0]
    assert gate.current and not gate.waiting and gate.decision == made
    assert answer(services, judged, recommended, reason="").follows
    assert [d.number for d in services.decisions(OWNER, judged[0])] == [2, 1]


def test_an_override_needs_a_reason(services, judged):
    recommended = services.gates(OWNER, judged[0])[0].recommended
    other = next(a for a in ("stop", "adopt", "invest") if a != recommended)
    with pytest.raises(DataError, match="needs a reason"):
        answer(services, judged, other, reason=" ")
    assert services.decisions(OWNER, judged[0]) == []


def test_only_a_decider_of_the_project_decides(services, judged):
    project, evaluation = judged
    values = DecisionInput(stage="last_layer", evaluation_id=evaluation, action="stop", reason="because")
    with pytest.raises(NotAllowed, match="decider"):
        services.decide(OWNER, project, values)
    for ask in (services.gates, services.decisions, lambda u, p: services.decide(u, p, values)):
        with pytest.raises(NotAllowed, match="may not see"):
            ask(OTHER, project)
    assert services.decide(ADMIN, project, values).user_name == "Administrator"


def test_evidence_of_another_project_or_stage_is_refused(services, judged):
    elsewhere = services.create_project(DECIDER, ProjectInput(name="Mine"))
    values = DecisionInput(stage="last_layer", evaluation_id=judged[1], action="invest", reason="because")
    with pytest.raises(DataError, match="does not belong"):
        services.decide(DECIDER, elsewhere.id, values)
    with pytest.raises(DataError, match="no result"):
        services.decide(DECIDER, judged[0], values.model_copy(update={"stage": "intermediate"}))


def test_of_two_who_decide_at_the_same_moment_one_is_told(services, judged):
    start, told, made = threading.Barrier(2), [], []

    def decide(user, action):
        values = DecisionInput(stage="last_layer", evaluation_id=judged[1], action=action, reason="because")
        start.wait()
        try:
            made.append(services.decide(user, judged[0], values))
        except DataError as error:
            told.append(error)

    threads = [threading.Thread(target=decide, args=pair) for pair in ((DECIDER, "invest"), (ADMIN, "stop"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.code for e in told] == ["decision_meanwhile"] and told[0].fields["name"] == made[0].user_name
    assert services.decisions(DECIDER, judged[0]) == made


def test_hindsight_counts_for_the_company_s_own_record(services, judged):
    made = answer(services, judged, "invest")
    assert made.right is None
    services.record_outcome(OWNER, judged[0], made.id, OutcomeInput(reached_by="open"))
    assert services.decisions(OWNER, judged[0])[0].right is None
    services.record_outcome(OWNER, judged[0], made.id, OutcomeInput(reached_by="nothing", spent=2e6, note="no signal"))
    found = services.all_decisions(DECIDER)
    assert [(d.right, d.outcome.spent) for d in found] == [(False, 2e6)]
    assert services.all_decisions(OTHER) == []


def test_nothing_on_record_can_be_changed_by_the_way_and_a_change_by_force_is_found(services, judged):
    answer(services, judged)
    services.record_outcome(OWNER, judged[0], services.decisions(OWNER, judged[0])[0].id, OutcomeInput(reached_by="full"))
    whole = trail(services)
    assert whole.faults == [] and whole.lines >= 5
    for table in ("decision", "outcome", "registration", "audit"):
        with pytest.raises(DatabaseError, match="append-only"), services._database.write() as session:
            session.execute(text(f'UPDATE {table} SET "user" = \'x\''))
    with services._database.write() as session:  # by somebody who can drop the trigger
        without_protection(session, "decision")
        session.execute(update(models.GateDecision).values(action="stop"))
    assert [f.code for f in trail(services).faults] == ["row_changed"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("UPDATE audit SET details = '{}' WHERE number = 3", "line_changed"),
        ("DELETE FROM audit WHERE number = 3", "line_missing"),
        ("UPDATE audit SET hash = 'x' WHERE number = 3", "chain_broken"),
        ("DELETE FROM verdict_revision", "row_missing"),
        ("INSERT INTO verdict_revision SELECT 99, evaluation_id, 'x', verdict, created FROM verdict_revision LIMIT 1", "row_unknown"),
    ],
)
def test_every_kind_of_tampering_is_found(services, judged, change, code):
    with services._database.write() as session:
        without_protection(session, "audit")
        session.execute(text(change))
    assert code in [f.code for f in trail(services).faults]


def test_what_was_there_before_the_trail_is_sealed_by_its_first_line(services, judged):
    with services._database.write() as session:
        without_protection(session, "audit")
        session.execute(text("DELETE FROM audit"))
    services.update_project(OWNER, judged[0], ProjectInput(name="Renamed"))
    assert trail(services).faults == []
    with services._database.write() as session:
        session.execute(text("UPDATE verdict_revision SET \"user\" = 'x'"))
    assert [f.code for f in trail(services).faults] == ["row_changed"]
