"""The effect of a protocol on stored evaluations: whose, how many, how fast; and the file as TOML."""

from __future__ import annotations

import time

import pytest

from dualcore.decision import Protocol, Terms, recommend
from dualcore.errors import DataError
from dualcore.intake.records import Question, ReadOptions
from dualcore.records import models
from dualcore.services import LOCAL_USER, Services, User
from dualcore.settings import Settings
from tests.present import sample

MINA, KEN = (User(n.lower(), n, frozenset({"decider"})) for n in ("Mina", "Ken"))


@pytest.fixture
def services(tmp_path):
    return Services(Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'test.sqlite3'}"))


def fill(services, owner: str, projects: int, each: int) -> None:
    evidence = sample.evidence(False)
    weak = evidence.model_copy(update={"null": evidence.null.model_copy(update={"p_value": 0.03})})
    verdicts = [(e, recommend(e, Terms(goal=0.7))) for e in (evidence, weak)]
    with services._database.write() as session:
        for i in range(projects):
            project = models.Project(name=f"{owner} {i}", owner=owner, terms=Terms(goal=0.7))
            session.add(project)
            session.flush()
            data = models.Dataset(
                project_id=project.id, sha256="b" * 64, filename="f.csv", file_sha="a" * 64, options=ReadOptions(), question=Question(),
                profile=sample.profile(False), notes=[],
            )  # fmt: skip
            session.add(data)
            session.flush()
            for j in range(each):
                found, verdict = verdicts[j % 2]
                session.add(models.Evaluation(
                    project_id=project.id, dataset_id=data.id, skeleton="auto", metric=None, seed=0, evidence=found, verdict=verdict, model_sha=None,
                ))  # fmt: skip


def test_only_what_a_person_may_see_is_judged(services):
    fill(services, "mina", 2, 2)
    fill(services, "ken", 1, 2)
    seen = services.protocol_effect(MINA, Protocol(significance=0.05))
    assert seen.judged == 4 and {c.project for c in seen.changed} == {"mina 0", "mina 1"} and len(seen.changed) == 2
    assert all(c.effect.because == ["significance"] and c.effect.after.decision == "adopt" for c in seen.changed)
    assert services.protocol_effect(LOCAL_USER, Protocol(significance=0.05)).judged == 6
    gone = seen.changed[0].project_id
    services.delete_project(MINA, gone)
    assert services.protocol_effect(MINA, Protocol(significance=0.05)).judged == 2


def test_nothing_is_written_and_impossible_thresholds_are_refused(services):
    fill(services, "mina", 1, 2)
    before = services.evaluations(MINA, services.list_projects(MINA)[0].id)
    services.protocol_effect(MINA, Protocol(significance=0.05))
    assert services.evaluations(MINA, services.list_projects(MINA)[0].id) == before
    with pytest.raises(DataError):
        services.protocol_effect(MINA, Protocol(significance=0.001))


def test_500_evaluations_are_judged_within_a_few_seconds(services):
    fill(services, "mina", 50, 10)
    start = time.perf_counter()
    found = services.protocol_effect(MINA, Protocol(significance=0.05, days_invest=60))
    first = time.perf_counter() - start
    assert found.judged == 500 and len(found.changed) == 250
    start = time.perf_counter()
    assert services.protocol_effect(MINA, Protocol(significance=0.05, days_invest=60)).changed == found.changed
    assert first < 10 and time.perf_counter() - start < 2  # 1.3 s and 0.1 s on an idle machine


def test_a_protocol_travels_as_toml(services):
    services.change_protocol(LOCAL_USER, Protocol(significance=0.05), "strict")
    text = services.export_protocol(LOCAL_USER, form="toml", comments={"significance": "p"})
    services.change_protocol(LOCAL_USER, Protocol(), "back")
    made = services.import_protocol(LOCAL_USER, text, "standard.toml", "again")
    assert made.protocol.significance == 0.05 and made.protocol.version == "1.3"
