"""What whoever keeps an installation running sees: readiness, figures, log lines without secrets."""

import json
import logging
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from dualcore import logs
from dualcore.present.words import say
from dualcore.services import ProjectInput, Services, User
from dualcore.settings import Settings
from dualcore.web import may_read_metrics
from tests.postgres import BOTH

MINA = User("mina", "Mina", frozenset({"analyst"}))


@pytest.fixture
def services(tmp_path, database_url):
    return Services(Settings(home=tmp_path / "home", demo_dir=tmp_path, database_url=database_url, worker="external"))


@BOTH
def test_figures_count_and_name_nobody(services):
    project = services.create_project(MINA, ProjectInput(name="SECRET"))
    done = services._queue.add("mina", "evaluate", {"n": 1}, project.id)
    claim = services._queue.claim()
    assert claim.id == done
    services._queue.fail(claim, "job_killed", job=done)
    services._queue.add("mina", "tune", {"n": 2}, project.id)
    text = services.metrics().decode()
    assert 'dualcore_jobs{kind="evaluate",state="failed"} 1.0' in text
    assert 'dualcore_jobs_failed_total{code="job_killed"} 1.0' in text
    assert 'dualcore_up{part="database"} 1.0' in text and "dualcore_projects 1.0" in text
    oldest = next(line for line in text.splitlines() if line.startswith("dualcore_queue_oldest_seconds"))
    assert 0 < float(oldest.split()[1]) < 60
    assert not any(word in text for word in ("SECRET", "mina", project.id, done))


def test_not_ready_while_the_store_cannot_be_written(services, monkeypatch):
    assert all(services.readiness().values())

    def refused(*_, **__):
        raise PermissionError

    monkeypatch.setattr("dualcore.records.store.tempfile.mkstemp", refused)
    assert services.readiness() == {"database": True, "worker": True, "store": False, "disk": True}


def test_a_database_that_goes_and_comes_back_is_said_and_nothing_committed_is_lost(tmp_path, postgres_server):
    url = postgres_server.new_database()
    services = Services(Settings(home=tmp_path / "home", demo_dir=tmp_path, database_url=url, worker="external"))
    kept = services.create_project(MINA, ProjectInput(name="before"))
    postgres_server.stop()
    try:
        assert services.health() == {"database": False, "worker": True}
        assert 'dualcore_up{part="database"} 0.0' in services.metrics().decode()
        with pytest.raises(OperationalError):
            services.create_project(MINA, ProjectInput(name="meanwhile"))
    finally:
        postgres_server.start()
    assert services.health()["database"]
    services.create_project(MINA, ProjectInput(name="after"))
    assert {p.name for p in services.list_projects(MINA)} == {"before", "after"}
    assert services.project(MINA, kept.id) == kept


@pytest.mark.parametrize(
    ("token", "headers", "host", "allowed"),
    [
        (None, {}, "127.0.0.1", True),
        (None, {}, "10.0.0.7", False),
        (None, {"x-forwarded-for": "10.0.0.7"}, "127.0.0.1", False),  # a proxy on this machine asks for somebody else
        ("t" * 16, {}, "127.0.0.1", False),
        ("t" * 16, {"authorization": "Bearer " + "t" * 16}, "10.0.0.7", True),
        ("t" * 16, {"authorization": "Bearer " + "u" * 16}, "10.0.0.7", False),
    ],
)
def test_who_may_read_the_figures(token, headers, host, allowed):
    request = SimpleNamespace(headers=headers, client=SimpleNamespace(host=host))
    assert may_read_metrics(request, token) is allowed


@pytest.mark.parametrize("kind", ["text", "json"])
def test_log_lines_name_the_job_and_no_secret(kind, capsys):
    try:
        logs.configure(kind)
        logs.about.set("job 17")
        try:
            raise ValueError("postgresql+psycopg://user:hunter2@db/x")
        except ValueError:
            logging.getLogger("dualcore.jobs").exception("at /snapshot?key=abcDEF-1_2 with Bearer eyJ.x-y")
        written = capsys.readouterr().err
        assert not any(s in written for s in ("hunter2", "abcDEF", "eyJ"))
        assert "user:***@db" in written and "job 17" in written
        if kind == "json":
            line = json.loads(written)
            assert (line["about"], line["level"], line["logger"]) == ("job 17", "ERROR", "dualcore.jobs")
            assert "ValueError" in line["traceback"]
    finally:
        logs.about.set("")
        logger = logging.getLogger("dualcore")
        logger.handlers, logger.propagate = [], True


def test_limits_are_said_in_both_languages():
    for language in ("ja", "en"):
        assert "20" in say("error.too_many_jobs", language, most=20)
