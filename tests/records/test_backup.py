"""Backup, restore, verification, purge, and migration of data that is there."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import inspect, text

from dualcore.cli import main
from dualcore.decision.records import Terms
from dualcore.errors import DataError
from dualcore.records import models
from dualcore.records.audit import note, verify
from dualcore.records.backup import backup, check, referenced, restore
from dualcore.records.database import Database, migrate, open_engine
from dualcore.records.purge import UNDO_DAYS, purge
from dualcore.records.store import FileStore
from dualcore.records.types import now
from dualcore.services import OutcomeInput, ProjectInput
from tests.postgres import BOTH
from tests.test_gates import DECIDER, OWNER, answer, judged, services  # noqa: F401 - fixtures


@pytest.fixture
def full(services, judged):  # noqa: F811
    """An installation with every kind of row, and its stored file."""
    answer(services, judged)
    made = services.decisions(OWNER, judged[0])[0]
    services.record_outcome(OWNER, judged[0], made.id, OutcomeInput(reached_by="full", score=0.9, note="雑音あり"))
    sha, _ = services._store.put(io.BytesIO(b"a,b\n1,2\n"))
    with services._database.write() as session:
        dataset = session.query(models.Dataset).one()
        dataset.file_sha = sha
    return services, judged[0], sha


def rows(database):
    with database.engine.connect() as connection:
        names = sorted(set(inspect(connection).get_table_names()) - {"alembic_version"})
        return {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in names}


def other(tmp_path, server, kind):
    url = f"sqlite:///{tmp_path / 'other' / 'x.sqlite3'}" if kind == "sqlite" else server.new_database()
    return Database(open_engine(url)), FileStore(tmp_path / "other" / "files")


@BOTH
@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_a_backup_comes_back_whole_also_in_the_other_database(full, into, tmp_path, request):
    services_, project, sha = full
    server = request.getfixturevalue("postgres_server") if into == "postgresql" else None
    info = backup(services_._database, services_._store, tmp_path / "b.zip")
    database, store = other(tmp_path, server, into)
    assert restore(database, store, tmp_path / "b.zip") == info
    assert rows(database) == rows(services_._database)
    assert store.path(sha).read_bytes() == b"a,b\n1,2\n"
    before = services_.decisions(DECIDER, project)
    services_._database, services_._store = database, store
    assert services_.decisions(DECIDER, project) == before
    assert check(database, store).trail.faults == []
    services_.record_outcome(OWNER, project, before[0].id, OutcomeInput(reached_by="nothing"))  # numbering goes on
    with pytest.raises(DataError, match="nothing is overwritten"):
        restore(database, store, tmp_path / "b.zip")


@BOTH
def test_a_damaged_backup_is_refused(full, tmp_path, request):
    services_, _, sha = full
    backup(services_._database, services_._store, tmp_path / "b.zip")

    def changed(name, content):
        with zipfile.ZipFile(tmp_path / "b.zip") as old, zipfile.ZipFile(tmp_path / "c.zip", "w") as new:
            for item in old.namelist():
                new.writestr(item, content(old.read(item)) if item == name else old.read(item))
        return tmp_path / "c.zip"

    def without_last_line(lines):
        return b"".join(lines.splitlines(keepends=True)[:-1])

    def promoted(lines):
        return lines.replace(b'"invest"', b'"stop"')

    damages = [
        (f"files/{sha}", lambda _: b"other"), ("tables/audit.jsonl", without_last_line), ("tables/decision.jsonl", promoted),
        ("manifest.json", lambda _: b"{}"),
    ]
    for place, (name, content) in enumerate(damages):
        database = Database(open_engine(f"sqlite:///{tmp_path / f'{place}.sqlite3'}"))
        with pytest.raises(DataError) as caught:
            restore(database, FileStore(tmp_path / f"files{place}"), changed(name, content))
        assert caught.value.code in ("backup_damaged", "backup_unreadable"), name
    (tmp_path / "d.zip").write_bytes((tmp_path / "b.zip").read_bytes()[:-100])
    with pytest.raises(DataError, match="cannot be read"):
        restore(Database(open_engine(f"sqlite:///{tmp_path / 'd.sqlite3'}")), FileStore(tmp_path / "files"), tmp_path / "d.zip")


def test_a_changed_and_a_lost_file_are_found(full):
    services_, _, sha = full
    assert check(services_._database, services_._store).sound
    place = services_._store.path(sha)
    place.write_bytes(b"better")
    assert check(services_._database, services_._store).changed == [sha]
    place.unlink()
    assert check(services_._database, services_._store).missing == [sha]


def test_the_commands_back_up_verify_and_restore(full, tmp_path, monkeypatch, capsys):
    services_, _, sha = full
    monkeypatch.setenv("DUALCORE_HOME", str(services_.settings.home))
    assert main(["backup", str(tmp_path / "b.zip")]) == 0
    assert main(["verify"]) == 0
    seal = capsys.readouterr().out.strip().splitlines()[-1]
    monkeypatch.setenv("DUALCORE_HOME", str(tmp_path / "new"))
    assert main(["restore", str(tmp_path / "b.zip"), "--language", "ja"]) == 0
    capsys.readouterr()
    assert main(["verify"]) == 0 and capsys.readouterr().out.strip().splitlines()[-1] == seal
    next((tmp_path / "new" / "files").rglob(sha)).write_bytes(b"x")
    assert main(["verify"]) == 1 and sha in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "b.zip")]) == 2 and "nothing is overwritten" in capsys.readouterr().err


@BOTH
def test_thirty_days_after_deletion_a_project_goes_and_the_trail_stays_sound(full):
    services_, project, sha = full
    kept = services_.create_project(OWNER, ProjectInput(name="Other"))
    services_.delete_project(OWNER, project)
    day = timedelta(days=1)
    assert purge(services_._database, services_._store, now() + (UNDO_DAYS - 1) * day) == []
    services_.restore_project(OWNER, project)
    assert purge(services_._database, services_._store, now() + 99 * day) == []
    services_.delete_project(OWNER, project)
    assert purge(services_._database, services_._store, now() + (UNDO_DAYS + 1) * day) == [project]
    assert [p.id for p in services_.list_projects(OWNER)] == [kept.id]
    assert services_.list_projects(OWNER, deleted=True) == []
    counts = rows(services_._database)
    assert all(counts[t] == 0 for t in ("decision", "outcome", "registration", "verdict_revision", "dataset", "evaluation", "job"))
    with services_._database.read() as session:
        assert verify(session).faults == [] and referenced(session) == set()


def test_an_upload_of_today_outlives_a_purge(full):
    services_, project, sha = full
    fresh, _ = services_._store.put(io.BytesIO(b"about to be attached"))
    services_.delete_project(OWNER, project)
    purge(services_._database, services_._store, now() + timedelta(days=UNDO_DAYS + 1))
    assert services_._store.path(fresh)


FIRST_ROWS = {
    "0001": [
        ("project", {"id": "p", "name": "軸受", "question": "", "predict": "", "terms": json.dumps(Terms(goal=0.9).model_dump()),
                     "owner": "me", "stage": 1, "created": "2026-01-01 00:00:00", "updated": "2026-01-01 00:00:00"}),
    ],
    "0002": [
        ("protocol", {"id": 1, "protocol": json.dumps({"version": "1.1"}), "note": "n", "locked": False, "user": "me",
                      "created": "2026-01-02 00:00:00"}),
    ],
}  # fmt: skip


@BOTH
@pytest.mark.parametrize("version", ["0001", "0002"])
def test_every_earlier_schema_is_brought_up_with_its_data(database_url, version):
    engine = open_engine(database_url)
    migrate(engine, version)
    with engine.begin() as connection:
        for name, values in [pair for v in FIRST_ROWS if v <= version for pair in FIRST_ROWS[v]]:
            columns = ", ".join(f'"{c}"' for c in values)
            connection.execute(text(f"INSERT INTO {name} ({columns}) VALUES ({', '.join(f':{c}' for c in values)})"), values)
    migrate(engine)
    with Database(engine).write() as session:
        project = session.get_one(models.Project, "p")
        assert (project.name, project.terms.goal) == ("軸受", 0.9)
        note(session, "me", "looked", "p")
    with Database(engine).read() as session:
        found = verify(session)
        assert found.faults == [] and found.lines == 2
        assert session.query(models.ProtocolVersion).count() == (version >= "0002")
