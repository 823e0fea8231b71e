"""The use cases: who may do what, and what happens when the same thing is asked twice."""

import json

import pytest
from pydantic import ValidationError

from dualcore.decision.records import Terms
from dualcore.errors import DataError, NotAllowed, NotFound
from dualcore.intake.records import Profile, Question, ReadOptions
from dualcore.jobs.queue import BACKGROUND, Queue
from dualcore.records.models import Dataset
from dualcore.services import ProjectInput, Services, User
from dualcore.settings import Settings

MINA = User("mina", "Mina", frozenset({"decider"}))
KEN = User("ken", "Ken", frozenset({"decider"}))
ADMIN = User("root", "Administrator", frozenset({"admin"}))


@pytest.fixture
def services(tmp_path):
    (tmp_path / "demo").mkdir()
    return Services(Settings(home=tmp_path / "home", demo_dir=tmp_path / "demo"))


@pytest.fixture
def project(services):
    return services.create_project(MINA, ProjectInput(name="Returns", question="Which customers return goods?"))


@pytest.fixture
def with_data(services, project):
    """Mina's project with a dataset row."""
    profile = Profile(kind="table", rows=120, task="classification", target="y")
    with services._database.write() as session:
        session.add(
            Dataset(
                project_id=project.id,
                sha256="0" * 64,
                filename="x.csv",
                file_sha="0" * 64,
                options=ReadOptions(),
                question=Question(),
                profile=profile,
                notes=[],
            )
        )
    return project


def test_a_project_is_made_changed_hidden_and_brought_back(services, project):
    assert (project.stage, project.decision, project.active_job) == (0, None, None)
    terms = Terms(goal=0.9, value=1_000)
    changed = services.update_project(MINA, project.id, ProjectInput(name="Refunds", metric="roc_auc", terms=terms))
    assert (changed.name, changed.metric, changed.terms, changed.id) == ("Refunds", "roc_auc", terms, project.id)
    assert services.list_projects(MINA) == [changed]
    services.delete_project(MINA, project.id)
    assert services.list_projects(MINA) == []
    with pytest.raises(NotFound):
        services.project(MINA, project.id)
    assert [p.id for p in services.list_projects(MINA, deleted=True)] == [project.id]
    assert services.restore_project(MINA, project.id).name == "Refunds"
    assert len(services.list_projects(MINA)) == 1


def test_texts_are_kept_as_written(services):
    text = "<b>**x**</b> :red[y] {name} =1+1 'DROP TABLE project;'"
    made = services.create_project(MINA, ProjectInput(name=text, question=text, predict=text))
    read = services.project(MINA, made.id)
    assert (read.name, read.question, read.predict) == (text, text, text)


def test_a_project_needs_a_name():
    with pytest.raises(ValidationError):
        ProjectInput(name="")


def test_nobody_sees_or_touches_another_persons_project(services, with_data):
    job = services.start_evaluation(MINA, with_data.id)
    calls = [
        lambda: services.project(KEN, with_data.id),
        lambda: services.update_project(KEN, with_data.id, ProjectInput(name="x")),
        lambda: services.delete_project(KEN, with_data.id),
        lambda: services.dataset(KEN, with_data.id),
        lambda: services.inspect_upload(KEN, with_data.id, None, "x.csv"),
        lambda: services.inspect_again(KEN, with_data.id, "0" * 64, "x.csv", ReadOptions()),
        lambda: services.attach_dataset(KEN, with_data.id, "0" * 64, "x.csv"),
        lambda: services.start_evaluation(KEN, with_data.id),
        lambda: services.jobs(KEN, with_data.id),
        lambda: services.active_job(KEN, with_data.id),
        lambda: services.job(KEN, job.id),
        lambda: services.cancel_job(KEN, job.id),
        lambda: services.evaluations(KEN, with_data.id),
        lambda: services.latest_evaluation(KEN, with_data.id),
    ]
    for call in calls:
        with pytest.raises(NotAllowed):
            call()
    assert services.list_projects(KEN) == []
    services.delete_project(MINA, with_data.id)
    with pytest.raises(NotFound):
        services.restore_project(KEN, with_data.id + "x")
    with pytest.raises(NotAllowed):
        services.restore_project(KEN, with_data.id)


def test_an_administrator_sees_all_and_the_owner_sees_the_administrators_job(services, with_data):
    assert [p.id for p in services.list_projects(ADMIN)] == [with_data.id]
    job = services.start_evaluation(ADMIN, with_data.id)
    assert services.job(MINA, job.id).owner == ADMIN.id


def test_starting_twice_gives_the_same_job_and_other_choices_another(services, with_data):
    first = services.start_evaluation(MINA, with_data.id)
    assert services.start_evaluation(MINA, with_data.id).id == first.id
    assert services.start_evaluation(MINA, with_data.id, seed=1).id != first.id
    assert services.start_evaluation(MINA, with_data.id, skeleton="linear").id != first.id
    assert len(services.jobs(MINA, with_data.id)) == 3
    services.cancel_job(MINA, first.id)
    assert services.start_evaluation(MINA, with_data.id).id != first.id


def test_a_job_is_still_there_after_the_application_was_started_again(services, with_data):
    job = services.start_evaluation(MINA, with_data.id)
    again = Services(services.settings)
    assert again.active_job(MINA, with_data.id).id == job.id
    assert again.project(MINA, with_data.id).active_job.state == "queued"


def test_an_evaluation_needs_data(services, project):
    with pytest.raises(DataError) as caught:
        services.start_evaluation(MINA, project.id)
    assert caught.value.code == "no_dataset"


def test_deleting_a_project_cancels_its_jobs(services, with_data):
    job = services.start_evaluation(MINA, with_data.id)
    services.delete_project(MINA, with_data.id)
    assert services.job(MINA, job.id).state == "cancelled"
    assert Queue(services._database).claim() is None


def test_what_does_not_exist_is_not_found(services):
    for call in (services.project, services.job, services.evaluation, services.dataset):
        with pytest.raises(NotFound):
            call(MINA, "nothing")


def test_health_names_what_is_missing(services):
    assert services.health() == {"database": True, "worker": False}
    external = Services(services.settings.model_copy(update={"worker": "external"}))
    assert external.health() == {"database": True, "worker": True}


def test_settings_pass_through_the_environment_of_a_child(services, monkeypatch):
    for name, value in services.settings.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == services.settings


def test_a_storage_elsewhere_keeps_its_address_and_a_folder_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Settings(home=tmp_path, storage_url="s3://bucket/x").storage_url == "s3://bucket/x"
    for url in ("kept", f"file://{tmp_path}/kept"):
        assert Settings(home=tmp_path, storage_url=url).storage_url == str(tmp_path / "kept")


def _catalogue(services):
    rows = "\n".join(f"{i % 7},{(i * 5) % 11},{'ab'[i % 2]}" for i in range(60))
    (services.settings.demo_dir / "small.csv").write_text(f"x,z,label\n{rows}\n")
    entry = {
        "id": "small",
        "file": "small.csv",
        "kind": "table",
        "name": {"ja": "small-ja", "en": "small-en"},
        "text": {"ja": "question-ja", "en": "question-en"},
        "question": {"target": "label"},
    }
    (services.settings.demo_dir / "catalogue.json").write_text(json.dumps([entry]))


def test_demo_projects_are_seeded_once_and_a_deleted_one_stays_deleted(services):
    assert services.demos() == []
    _catalogue(services)
    services.seed_demo_projects(MINA, "en")
    services.seed_demo_projects(MINA, "en")
    (demo,) = services.list_projects(MINA)
    assert (demo.name, demo.question, demo.demo, demo.rows) == ("small-en", "question-en", "small", 60)
    assert demo.active_job.state == "queued"
    assert Queue(services._database).claim().priority == BACKGROUND
    services.delete_project(MINA, demo.id)
    services.seed_demo_projects(MINA, "en")
    assert services.list_projects(MINA) == []


def test_seeding_goes_on_where_it_was_interrupted(services, monkeypatch):
    _catalogue(services)
    with monkeypatch.context() as patched:
        patched.setattr(Services, "attach_demo", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            services.seed_demo_projects(MINA)
    assert services.list_projects(MINA)[0].kind is None
    services.seed_demo_projects(MINA)
    (demo,) = services.list_projects(MINA)
    assert (demo.kind, demo.active_job.state) == ("table", "queued")


def test_a_demo_can_be_attached_to_any_own_project(services, project):
    _catalogue(services)
    assert services.attach_demo(MINA, project.id, "small").filename == "small.csv"
    with pytest.raises(NotFound):
        services.attach_demo(MINA, project.id, "nothing")
    with pytest.raises(NotAllowed):
        services.attach_demo(KEN, project.id, "small")
