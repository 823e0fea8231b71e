"""Rights, for every public use case there is: a new one that forgets to check fails here.

The arguments are made from the names and types of the parameters; a name that is not known yet fails, so that somebody
thinks about it.
"""

from __future__ import annotations

import inspect
import io
import typing

import pytest
from sqlalchemy import select

from dualcore.decision import recommend
from dualcore.decision.records import Protocol, Terms
from dualcore.errors import DualcoreError, NotAllowed, NotFound
from dualcore.intake.records import Question, ReadOptions
from dualcore.records import models
from dualcore.records.verdicts import record_verdict
from dualcore.services import DecisionInput, OutcomeInput, ProjectInput, Services, User
from dualcore.settings import Settings
from tests.decided import decided
from tests.present import sample, tuning_sample

MARK = "MINA-S-SECRET-PROJECT"
MINA = User("https://issuer|mina", "Mina", frozenset({"decider"}))
EVE = User("https://issuer|eve", "Eve", frozenset({"decider"}))  # a high role, and nothing to do with the project
VERA = User("https://issuer|vera", "Vera", frozenset({"viewer"}))  # let into the project as a decider, and no more than a viewer
ANNA = User("https://issuer|anna", "Anna", frozenset({"analyst"}))  # an analyst in the project
ADMIN = User("https://issuer|ada", "Ada", frozenset({"admin"}))

# Use cases that need no person, and why that is right.
OPEN = {
    "track_record": "figures about public data that come with the program",
    "health": "two truth values for whoever watches the server",
    "readiness": "truth values for whoever watches the server",
    "metrics": "counts and times for whoever watches the server; the address asks for a token",
    "purge": "removes only what is past its thirty days, whoever asks",
    "demos": "the catalogue of demo data that comes with the program",
    "encoders": "names of files that the administrator put up for choice",
    "signed_in": "makes the person out of a checked token",
    "open_share": "its secret is the key: tests of its own",
}
PREDICATES = ("may", "may_share")  # answer with False instead of refusing
ONE_PROJECT = {"project_id", "evaluation_id", "job_id", "stage_id", "share_id", "items"}
MANAGE = ("delete_project", "restore_project", "add_member", "remove_member", "share", "revoke_share", "decide")
USE_CASES = sorted(
    name for name, value in inspect.getmembers(Services, inspect.isfunction) if not name.startswith("_")
)
WITH_PERSON = [name for name in USE_CASES if name not in OPEN]


def parameters(name: str) -> dict[str, inspect.Parameter]:
    found = dict(inspect.signature(getattr(Services, name)).parameters)
    return {n: p for n, p in found.items() if n not in ("self", "user") and p.default is inspect.Parameter.empty}


IN_A_PROJECT = [name for name in WITH_PERSON if ONE_PROJECT & set(parameters(name))]
ELSEWHERE = [name for name in WITH_PERSON if name not in IN_A_PROJECT]


@pytest.fixture
def services(tmp_path):
    (tmp_path / "demo").mkdir()
    return Services(Settings(home=tmp_path / "home", demo_dir=tmp_path / "demo"))


@pytest.fixture
def ids(services) -> dict[str, typing.Any]:
    """What stands in Mina's project: one of everything."""
    project = services.create_project(MINA, ProjectInput(name=MARK, question=MARK, terms=Terms(goal=0.88)))
    with services._database.write() as session:
        for person in (VERA, ANNA):
            role = "decider" if person is VERA else "analyst"
            session.add(models.Member(project_id=project.id, user_id=person.id, role=role))
        for person in (MINA, EVE, VERA, ANNA, ADMIN):
            session.add(models.Person(id=person.id, name=person.name, email=f"{person.name.lower()}@example.com"))
        dataset = models.Dataset(
            project_id=project.id, sha256="b" * 64, filename="f.csv", file_sha="a" * 64, options=ReadOptions(),
            question=Question(), profile=sample.profile(), notes=[],
        )  # fmt: skip
        session.add(dataset)
        session.flush()
        made = sample.evidence()
        verdict = recommend(made, terms=project.terms)
        evaluation = models.Evaluation(
            project_id=project.id, dataset_id=dataset.id, skeleton="auto", seed=0, evidence=made, verdict=verdict
        )
        session.add(evaluation)
        session.flush()
        record_verdict(session, evaluation, verdict, MINA.id)
        run = models.StageRun(
            project_id=project.id, evaluation_id=evaluation.id, kind="tune", params={}, result=tuning_sample.tuning()
        )
        session.add(run)
        session.flush()
        evaluation_id, stage_id = evaluation.id, run.id
    decided(services, MINA, evaluation_id, "stop")
    job = services.start_evaluation(MINA, project.id)
    services.share(MINA, evaluation_id, 7)
    return {
        "project_id": project.id, "evaluation_id": evaluation_id, "job_id": job.id, "stage_id": stage_id,
        "share_id": services.shares(MINA, project.id)[0].id, "decision_id": services.decisions(MINA, project.id)[0].id,
        "items": [project.id, evaluation_id],
    }  # fmt: skip


def arguments(name: str, ids: dict[str, typing.Any], person: User) -> dict[str, typing.Any]:
    """Good values for everything that the use case asks for."""
    by_type = {
        Terms: Terms(goal=0.5), Protocol: Protocol(significance=0.02), ProjectInput: ProjectInput(name="other"),
        OutcomeInput: OutcomeInput(reached_by="nothing"), ReadOptions: ReadOptions(),
        DecisionInput: DecisionInput(
            stage="last_layer", evaluation_id=ids["evaluation_id"], action="stop", reason="because", seen=ids["decision_id"]
        ),
    }  # fmt: skip
    by_name = {
        **ids, "file": io.BytesIO(b"a,b\n1,2\n"), "filename": "x.csv", "upload_sha": "a" * 64, "demo_id": "small", "kind": "tune",
        "language": "en", "note": "why", "locked": True, "content": b"{}", "person_id": person.id, "member_id": ANNA.id,
        "whom": EVE.id, "role": "decider", "days": 7, "need": "view", "form": "onnx", "format": "markdown", "ids": [MINA.id],
        "stage": "last_layer",
    }  # fmt: skip
    hints = typing.get_type_hints(getattr(Services, name))
    out = {}
    for key in parameters(name):
        known = by_type.get(hints[key]) if isinstance(hints[key], type) else None
        assert known is not None or key in by_name, f"{name}() asks for {key!r}: say here what a good value is"
        out[key] = by_name[key] if known is None else known
    return out


def everything(services) -> str:
    """All rows of all tables."""
    with services._database.read() as session:
        return repr([session.execute(select(table)).all() for table in models.Base.metadata.sorted_tables])


def test_every_use_case_takes_the_person_or_says_why_not():
    without = [n for n in USE_CASES if next(iter(list(inspect.signature(getattr(Services, n)).parameters)[1:]), "") != "user"]
    assert sorted(without) == sorted(OPEN)
    assert len(IN_A_PROJECT) > 35


@pytest.mark.parametrize("name", IN_A_PROJECT)
def test_a_stranger_is_refused(services, ids, name):
    before = everything(services)
    call = getattr(services, name)
    if name in PREDICATES:
        assert call(EVE, **arguments(name, ids, EVE)) is False
    else:
        with pytest.raises((NotAllowed, NotFound)) as caught:
            call(EVE, **arguments(name, ids, EVE))
        assert MARK not in str(caught.value)
    assert everything(services) == before


@pytest.mark.parametrize("name", IN_A_PROJECT)
def test_a_viewer_reads_and_changes_nothing(services, ids, name):
    before = everything(services)
    try:
        getattr(services, name)(VERA, **arguments(name, ids, VERA))
    except DualcoreError as error:
        refused = isinstance(error, NotAllowed)
    else:
        refused = False
    after = everything(services)
    assert after == before
    if name in (*MANAGE, "update_project", "start_evaluation", "start_stage", "inspect_upload", "attach_dataset", "keep_embeddings"):
        assert refused or name == "restore_project"


@pytest.mark.parametrize("name", MANAGE)
def test_an_analyst_neither_decides_nor_gives_access_nor_deletes(services, ids, name):
    if name == "restore_project":
        services.delete_project(MINA, ids["project_id"])
    with pytest.raises(NotAllowed) as caught:
        getattr(services, name)(ANNA, **arguments(name, ids, ANNA))
    assert caught.value.code == "role_needed"


@pytest.mark.parametrize("name", ELSEWHERE)
def test_beyond_projects_a_viewer_sees_nothing_of_others_and_changes_nothing(services, ids, name):
    before = everything(services)
    nobody = User("https://issuer|nobody", "Nobody", frozenset({"viewer"}))
    try:
        found = getattr(services, name)(nobody, **arguments(name, ids, nobody))
    except DualcoreError as error:
        found = str(error)
    assert MARK not in repr(found) and ids["project_id"] not in repr(found)
    assert everything(services) == before


@pytest.mark.parametrize("name", ["people", "set_role", "create_project", "change_protocol", "lock_protocol", "seed_demo_projects"])
def test_what_asks_for_a_role_refuses_a_viewer(services, ids, name):
    with pytest.raises(NotAllowed):
        getattr(services, name)(VERA, **arguments(name, ids, VERA))


def test_the_hash_of_somebody_else_s_file_gives_no_access_to_it(services, ids):
    table = b"x,y\n" + b"".join(b"%d,%d\n" % (i * 7919 % 13, i % 2) for i in range(60))
    hers = services.inspect_upload(MINA, ids["project_id"], io.BytesIO(table), "hers.csv")
    mine = services.create_project(EVE, ProjectInput(name="mine")).id
    own = services.inspect_upload(EVE, mine, io.BytesIO(table.replace(b"x,y", b"p,q")), "own.csv")
    for call in (
        lambda: services.inspect_again(EVE, mine, hers.sha256, "x.csv", ReadOptions()),
        lambda: services.attach_dataset(EVE, mine, hers.sha256, "x.csv"),
        lambda: services.attach_dataset(EVE, mine, own.sha256, "x.csv", test_sha=hers.sha256, test_filename="t.csv"),
    ):
        with pytest.raises(NotFound) as caught:
            call()
        assert caught.value.code == "file_gone"
    assert services.dataset(EVE, mine) is None
    # A stage looks files up by the hashes in its options.
    options = {"embeddings_sha": own.sha256, "filename": "e.csv", "data": {"file_sha": own.sha256}}
    with pytest.raises(NotFound) as caught:
        services.start_stage(MINA, ids["evaluation_id"], "transfer", options)
    assert caught.value.code == "file_gone"
    # Who uploads the same content has it.
    services.inspect_upload(EVE, mine, io.BytesIO(table), "same.csv")
    assert services.attach_dataset(EVE, mine, hers.sha256, "same.csv").file_sha == hers.sha256
    assert services.inspect_again(MINA, ids["project_id"], hers.sha256, "hers.csv", ReadOptions()).sha256 == hers.sha256


def test_who_started_a_job_and_lost_the_project_no_longer_sees_it(services, ids):
    job = services.start_evaluation(ANNA, ids["project_id"], seed=3)
    assert services.job(ANNA, job.id).owner == ANNA.id
    services.remove_member(MINA, ids["project_id"], ANNA.id)
    with pytest.raises(NotAllowed):
        services.job(ANNA, job.id)
