"""Links to snapshots: frozen, without rows of the data, for those who hold the secret, until a day, and on record."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from dualcore.decision import recommend
from dualcore.decision.records import Terms
from dualcore.errors import DataError, NotAllowed, NotFound
from dualcore.intake.records import Question, ReadOptions
from dualcore.records import models
from dualcore.records.audit import verify
from dualcore.records.verdicts import record_verdict
from dualcore.services import ProjectInput, Services, User
from dualcore.services import sharing as room
from dualcore.settings import Settings
from tests.present import sample

OWNER = User("mina", "Mina", frozenset({"analyst"}))
DECIDER = User("ken", "Ken", frozenset({"decider"}))
VIEWER = User("vic", "Vic", frozenset({"viewer"}))
OTHER = User("eve", "Eve", frozenset({"decider"}))


@pytest.fixture
def services(tmp_path):
    (tmp_path / "demo").mkdir()
    return Services(Settings(home=tmp_path / "home", demo_dir=tmp_path / "demo"))


@pytest.fixture
def judged(services):
    """(project id, evaluation id) of Mina's project, which Ken may decide in and Vic may read."""
    project = services.create_project(OWNER, ProjectInput(name="Bearings", question="Which fault?", terms=Terms(goal=0.88)))
    made = sample.evidence()
    with services._database.write() as session:
        dataset = models.Dataset(
            project_id=project.id, sha256="b" * 64, filename="secret-plant.csv", file_sha="a" * 64, options=ReadOptions(), question=Question(),
            profile=sample.profile(False), notes=[],
        )  # fmt: skip
        session.add(dataset)
        for person in (DECIDER, VIEWER):
            session.add(models.Member(project_id=project.id, user_id=person.id, role=max(person.roles)))
        session.flush()
        verdict = recommend(made, terms=project.terms)
        evaluation = models.Evaluation(
            project_id=project.id, dataset_id=dataset.id, skeleton="auto", seed=0, evidence=made, verdict=verdict
        )  # fmt: skip
        session.add(evaluation)
        session.flush()
        record_verdict(session, evaluation, verdict, OWNER.id)
        return project.id, evaluation.id


def secret_of(address):
    return re.fullmatch(r"snapshot\?key=([A-Za-z0-9_-]{43})", address).group(1)


def trail(services):
    with services._database.read() as session:
        assert verify(session).faults == []
        return [(e.action, e.user, e.details) for e in session.scalars(select(models.AuditEntry).order_by(models.AuditEntry.number))]


def test_a_link_opens_the_result_as_it_was(services, judged):
    secret = secret_of(services.share(OWNER, judged[1], 7))
    before = services.evaluation(OWNER, judged[1])
    services.revise_verdict(OWNER, judged[1], Terms(goal=0.99))
    services.update_project(OWNER, judged[0], ProjectInput(name="Renamed", question="Else"))
    found = services.open_share(secret)
    assert found.words("ja") == found.words("en") == ("Bearings", "Which fault?")
    assert found.verdict == before.verdict != services.evaluation(OWNER, judged[1]).verdict
    assert found.evidence.last_layer.score == before.evidence.last_layer.score and found.evidence.curve == before.evidence.curve
    assert found.user_name == "Mina" and found.expires - found.made == timedelta(days=7)


def test_only_the_hash_of_the_secret_is_kept(services, judged):
    secret = secret_of(services.share(OWNER, judged[1], 7))
    assert secret != secret_of(services.share(OWNER, judged[1], 7))
    database = services.settings.home / "dualcore.sqlite3"
    stored = b"".join(p.read_bytes() for p in database.parent.glob(f"{database.name}*"))
    assert secret.encode() not in stored
    with services._database.read() as session:
        assert secret not in str(session.execute(select(models.Share.__table__)).all())


def test_nothing_of_single_rows_is_copied(services, judged):
    services.share(OWNER, judged[1], 7)
    with services._database.read() as session:
        content = str(session.scalar(select(models.Share)).content)
    for word in ("vibration.npz", "secret-plant.csv", "第2", "外輪損傷", "状態", "温度"):
        assert word not in content


@pytest.mark.parametrize("change", ["unknown", "expired", "withdrawn", "deleted", "empty", "long"])
def test_every_dead_link_is_answered_alike(services, judged, monkeypatch, change):
    secret = secret_of(services.share(OWNER, judged[1], 1))
    assert services.open_share(secret).verdict.decision
    if change == "expired":
        later = room.now() + timedelta(days=1, seconds=1)
        monkeypatch.setattr(room, "now", lambda: later)
    elif change == "withdrawn":
        services.revoke_share(OWNER, services.shares(OWNER, judged[0])[0].id)
    elif change == "deleted":
        services.delete_project(OWNER, judged[0])
    asked = {"unknown": secret[:-1] + ("A" if secret[-1] != "A" else "B"), "empty": "", "long": "x" * 10_000}.get(change, secret)
    with pytest.raises(NotFound) as told:
        services.open_share(asked)
    assert (told.value.code, told.value.fields) == ("share_gone", {})


def test_what_is_withdrawn_or_expired_is_erased(services, judged, monkeypatch):
    services.share(OWNER, judged[1], 1)
    services.share(OWNER, judged[1], 30)
    kept = [s.id for s in services.shares(OWNER, judged[0])]
    services.revoke_share(OWNER, next(s.id for s in services.shares(OWNER, judged[0]) if (s.expires - s.created).days >= 29))
    later = room.now() + timedelta(days=2)
    monkeypatch.setattr(room, "now", lambda: later)
    services.share(OWNER, judged[1], 1)
    with services._database.read() as session:
        contents = {row.id: row.content for row in session.scalars(select(models.Share))}
    assert [contents[i] for i in kept] == [{}, {}] and sum(bool(c) for c in contents.values()) == 1
    assert sorted(s.state for s in services.shares(OWNER, judged[0])) == ["expired", "valid", "withdrawn"]


def test_who_manages_or_decides_may_share_and_nobody_else(services, judged):
    for person in (OWNER, DECIDER):
        assert services.may_share(person, judged[0])
        services.share(person, judged[1], 1)
    link = services.shares(DECIDER, judged[0])[0].id
    for person in (VIEWER, OTHER):
        assert not services.may_share(person, judged[0])
        for ask in (
            lambda p: services.share(p, judged[1], 1), lambda p: services.shares(p, judged[0]), lambda p: services.revoke_share(p, link)
        ):
            with pytest.raises(NotAllowed):
                ask(person)
    assert [s.state for s in services.shares(OWNER, judged[0])] == ["valid", "valid"]


@pytest.mark.parametrize("days", [0, -1, 91])
def test_a_link_has_an_end(services, judged, days):
    with pytest.raises(DataError, match="1 to 90"):
        services.share(OWNER, judged[1], days)


def test_the_number_of_valid_links_is_bounded(services, judged, monkeypatch):
    monkeypatch.setattr(room, "MOST_LINKS", 2)
    for _ in range(2):
        services.share(OWNER, judged[1], 1)
    with pytest.raises(DataError, match="Withdraw"):
        services.share(OWNER, judged[1], 1)
    services.revoke_share(OWNER, services.shares(OWNER, judged[0])[0].id)
    services.share(OWNER, judged[1], 1)


def test_making_opening_and_withdrawing_stand_in_the_trail(services, judged):
    secret = secret_of(services.share(OWNER, judged[1], 7))
    services.open_share(secret)
    services.open_share(secret, noted=True)
    link = services.shares(OWNER, judged[0])[0].id
    services.revoke_share(DECIDER, link)
    services.revoke_share(DECIDER, link)
    with pytest.raises(NotFound):
        services.open_share(secret)
    found = [(action, user) for action, user, details in trail(services) if details.get("share") == link]
    assert found == [("share_made", "mina"), ("share_opened", ""), ("share_withdrawn", "ken")]
    assert secret not in str(trail(services))
