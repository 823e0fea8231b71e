"""The protocol as the company's standard: versions, lock, files, and old evaluations judged by the present one."""

import pytest

from dualcore.cli import main
from dualcore.decision import Protocol, Terms, recommend
from dualcore.errors import DataError, NotAllowed, NotFound
from dualcore.intake.records import Question, ReadOptions
from dualcore.records import models
from dualcore.records.audit import verify
from dualcore.records.verdicts import record_verdict
from dualcore.services import ProjectInput, Services, User
from dualcore.settings import Settings
from tests.present import sample

MINA, KEN = (User(name.lower(), name, frozenset({"decider"})) for name in ("Mina", "Ken"))
ADMIN = User("root", "Administrator", frozenset({"admin"}))


@pytest.fixture
def services(tmp_path):
    (tmp_path / "demo").mkdir()
    return Services(Settings(home=tmp_path / "home", demo_dir=tmp_path / "demo"))


@pytest.fixture
def evaluated(services):
    """Id of an evaluation of Mina's, judged by the built-in protocol."""
    project = services.create_project(MINA, ProjectInput(name="Bearings", terms=Terms(goal=0.88)))
    with services._database.write() as session:
        dataset = models.Dataset(
            project_id=project.id, sha256="b" * 64, filename="f.csv", file_sha="a" * 64, options=ReadOptions(),
            question=Question(), profile=sample.profile(), notes=[],
        )  # fmt: skip
        session.add(dataset)
        session.flush()
        evidence = sample.evidence()
        verdict = recommend(evidence, terms=project.terms)
        row = models.Evaluation(
            project_id=project.id, dataset_id=dataset.id, skeleton="auto", metric=None, seed=0, evidence=evidence, verdict=verdict,
        )  # fmt: skip
        session.add(row)
        session.flush()
        record_verdict(session, row, verdict, MINA.id)
        return row.id


def test_without_changes_the_built_in_protocol_is_in_force(services):
    now = services.protocol(MINA)
    assert (now.id, now.protocol, now.locked, now.in_force) == (0, Protocol(), False, True)


def test_every_change_is_a_version_with_note_person_and_differences(services):
    made = services.change_protocol(MINA, Protocol(significance=0.02), "quality assurance asked", based_on=0)
    assert (made.protocol.version, made.note, made.user, made.in_force) == ("1.1", "quality assurance asked", "mina", True)
    services.change_protocol(KEN, made.protocol.model_copy(update={"days_invest": 60.0}), "dearer now", based_on=made.id)
    history = services.protocol_history(MINA)
    assert [v.protocol.version for v in history] == ["1.2", "1.1", "1.0"]
    assert [[c.name for c in v.changes] for v in history] == [["days_invest"], ["significance"], []]
    assert [v.in_force for v in history] == [True, False, False]


@pytest.mark.parametrize(
    ("values", "note", "based_on", "code"),
    [
        (Protocol(significance=0.02), "  ", 0, "protocol_note"),
        (Protocol(), "why", 0, "protocol_same"),
        (Protocol(significance=0.02), "why", 7, "protocol_meanwhile"),
        (Protocol(significance=0.001), "why", 0, "protocol_permutations"),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_is_written(services, values, note, based_on, code):
    services.change_protocol(KEN, Protocol(days_adopt=6), "first")
    if based_on == 0:
        based_on = services.protocol(MINA).id
    if code == "protocol_same":
        values = services.protocol(MINA).protocol
    with pytest.raises(DataError) as caught:
        services.change_protocol(MINA, values, note, based_on=based_on)
    assert caught.value.code == code
    assert "{" not in str(caught.value)
    assert len(services.protocol_history(MINA)) == 2


def test_a_locked_protocol_does_not_change_until_an_administrator_unlocks(services):
    with pytest.raises(NotAllowed) as caught:
        services.lock_protocol(MINA)
    assert caught.value.code == "role_needed"
    assert services.lock_protocol(ADMIN).locked
    with pytest.raises(NotAllowed) as caught:
        services.change_protocol(ADMIN, Protocol(significance=0.02), "why")
    assert caught.value.code == "protocol_locked"
    with pytest.raises(NotAllowed):
        services.import_protocol(MINA, services.export_protocol(MINA), "p.json", "why")
    with pytest.raises(NotAllowed) as caught:
        services.lock_protocol(MINA, locked=False)
    assert caught.value.code == "protocol_unlock"
    assert not services.lock_protocol(ADMIN, locked=False).locked
    assert services.change_protocol(MINA, Protocol(significance=0.02), "why").protocol.version == "1.1"
    assert [(v.locked, v.user) for v in services.protocol_history(MINA)] == [(False, "mina"), (False, "root"), (True, "root"), (False, "")]
    with services._database.read() as session:
        assert verify(session).faults == []


def test_a_file_carries_the_protocol_to_another_installation(services, tmp_path):
    services.change_protocol(MINA, Protocol(significance=0.02, prefer_simple=False), "ours")
    text = services.export_protocol(MINA)
    (tmp_path / "demo2").mkdir()
    other = Services(Settings(home=tmp_path / "other", demo_dir=tmp_path / "demo2"))
    taken = other.import_protocol(KEN, text.encode(), "ours.json", "from Osaka")
    assert (taken.protocol.significance, taken.protocol.prefer_simple, taken.note) == (0.02, False, "from Osaka")
    assert services.export_protocol(MINA, 0) == Services.export_protocol(other, KEN, 0)
    with pytest.raises(NotFound):
        services.export_protocol(MINA, 99)


def test_an_old_evaluation_keeps_its_protocol_until_it_is_judged_again_and_both_are_on_record(services, evaluated):
    services.change_protocol(MINA, Protocol(days_invest=60.0), "dearer now")
    assert services.evaluation(MINA, evaluated).verdict.protocol.version == "1.0"
    assert services.revise_verdict(MINA, evaluated, Terms(goal=0.9)).verdict.protocol.version == "1.0"
    again = services.judge_by_present_protocol(MINA, evaluated)
    assert (again.verdict.protocol.version, again.verdict.terms.goal) == ("1.1", 0.9)
    assert again.verdict.avoided == 60 * 80_000 + 100 * 500
    assert again.evidence.manifest.protocol == "1.0"
    history = services.verdict_history(MINA, evaluated)
    assert [(r.occasion, r.protocol, r.goal) for r in history] == [("protocol", "1.1", 0.9), ("terms", "1.0", 0.9), ("evaluation", "1.0", 0.88)]
    for call in (services.judge_by_present_protocol, services.verdict_history, services.sensitivity):
        with pytest.raises(NotAllowed):
            call(KEN, evaluated)


def test_the_sensitivity_is_that_of_the_present_verdict(services, evaluated):
    services.revise_verdict(MINA, evaluated, Terms(goal=0.97))
    found = services.sensitivity(MINA, evaluated)
    assert (found.goal, found.decision) == (0.97, services.evaluation(MINA, evaluated).verdict.decision)


def test_a_job_measures_under_the_protocol_in_force_and_writes_its_version():
    from dualcore.evidence import Evaluation
    from dualcore.jobs.evaluation import _options, under_protocol

    protocol = Protocol(version="1.4", permutations=500)
    project = models.Project(terms=Terms(goal=0.9))
    options = _options({"skeleton": "auto", "metric": None, "seed": 0}, project, 5.0, protocol)
    assert options.permutations == 500
    assert under_protocol(Evaluation(sample.evidence(), None), protocol).evidence.manifest.protocol == "1.4"


def test_the_command_line_exports_and_imports(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DUALCORE_HOME", str(tmp_path / "home"))
    file = tmp_path / "p.json"
    assert main(["protocol", "export", "--out", str(file)]) == 0
    file.write_text(file.read_text().replace('"significance": 0.01', '"significance": 0.05'))
    assert main(["protocol", "import", str(file), "--note", "why"]) == 0
    assert "1.1" in capsys.readouterr().out
    assert main(["protocol", "export"]) == 0
    assert '"significance": 0.05' in capsys.readouterr().out
    assert main(["protocol", "import", str(file)]) == 2
    file.write_text("{}")
    assert main(["evaluate", "nothing.csv", "--protocol", str(file)]) == 2
    assert "not a protocol" in capsys.readouterr().err
