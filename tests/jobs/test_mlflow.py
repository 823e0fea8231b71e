"""MLflow: a real tracking store gets the evaluation; a server that is not there costs a note and nothing else."""

from __future__ import annotations

import json
import sys

import pytest
from test_evaluation import MINA, attached, run_to_the_end, services, table  # noqa: F401 - services is a fixture

from dualcore.decision import recommend
from dualcore.evidence import Evaluation
from dualcore.jobs import mlflow as ours
from tests.present import sample


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A client on an MLflow store of its own (SQLite, artifacts in a folder); the jobs log there."""
    mlflow = pytest.importorskip("mlflow", reason="MLflow is not installed (requirements-mlflow.txt)")
    uri = f"sqlite:///{tmp_path / 'tracking.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "投資判断")
    client = mlflow.MlflowClient(tracking_uri=uri)
    client.create_experiment("投資判断", artifact_location=(tmp_path / "artifacts").as_uri())
    return client


def test_an_evaluation_by_the_worker_is_logged(services, store, tmp_path):  # noqa: F811
    project, _, _ = attached(services, table())
    job = run_to_the_end(services, services.start_evaluation(MINA, project.id).id)
    assert job.state == "done"
    view = services.evaluation(MINA, job.result_id)
    said = [n for n in view.evidence.notes if n.code.startswith("mlflow")]
    assert [n.code for n in said] == ["mlflow_logged"] and said[0].fields["experiment"] == "投資判断"
    run = store.get_run(said[0].fields["run"])
    last = view.evidence.last_layer
    assert run.info.status == "FINISHED"
    assert (run.data.metrics["accuracy"], run.data.metrics["accuracy_low"], run.data.metrics["accuracy_high"]) == (last.score, last.low, last.high)
    assert run.data.tags["verdict"] == view.verdict.decision and run.data.tags["project"] == "Parts"
    assert run.data.params["skeleton"] == view.evidence.skeleton["name"] and int(run.data.params["rows"]) == 160
    path = store.download_artifacts(run.info.run_id, "evidence.json", str(tmp_path))
    stored = json.loads(open(path, encoding="utf-8").read())
    assert stored["last_layer"]["score"] == last.score
    assert json.loads(open(store.download_artifacts(run.info.run_id, "verdict.json", str(tmp_path)), encoding="utf-8").read())["goal"] == 0.8


def evaluation():
    return Evaluation(sample.evidence(False), None)


def test_a_server_that_is_not_there_costs_a_note(monkeypatch):
    pytest.importorskip("mlflow", reason="MLflow is not installed (requirements-mlflow.txt)")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://name:secret@127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    before = evaluation()
    after = ours.logged(before, lambda: recommend(before.evidence), "p")
    added = after.evidence.notes[len(before.evidence.notes) :]
    assert [n.code for n in added] == ["mlflow_failed"] and "secret" not in added[0].fields["reason"]
    assert after.evidence.last_layer == before.evidence.last_layer


def test_without_the_package_or_the_setting_nothing_is_logged(monkeypatch):
    before = evaluation()
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert ours.logged(before, lambda: pytest.fail("no verdict is needed"), "p") is before
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///nowhere.db")
    monkeypatch.setitem(sys.modules, "mlflow", None)
    after = ours.logged(before, lambda: recommend(before.evidence), "p")
    assert after.evidence.notes[-1].code == "mlflow_missing"
