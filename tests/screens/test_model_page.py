"""Use the model: the section on the result page, predictions with their drift warning, three downloads."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
import pytest

from dualcore.errors import DataError, NotFound
from dualcore.evidence.drift import ColumnDrift, Drift
from dualcore.evidence.predictions import PredictionReport
from dualcore.present.drift import drift_headline, drift_rows, how_to_read
from dualcore.present.words import say
from dualcore.records import models
from dualcore.services import FORMS, LOCAL_USER
from tests.evidence.problems import dataset, table
from tests.evidence.test_export import fit

from .test_each_page import texts


@pytest.fixture
def with_model(filled, services, tmp_path):
    """Id of an evaluation whose model predicts numbers."""
    fit(dataset(table(150, 1, task="regression")), "fc1").save(tmp_path / "model")
    sha = services._store.put_file(tmp_path / "model")[0]
    view = services.latest_evaluation(LOCAL_USER, filled[1])
    with services._database.write() as session:
        session.get_one(models.Evaluation, view.id).model_sha = sha
    return view.id


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_result_page_offers_the_model_where_there_is_one(open_page, filled, with_model, language):
    app = open_page("result", language, project=filled[1])
    assert not app.exception
    assert say("model.lead", language) in texts(app) and app.button(key="model_predict") and app.button(key="model_download")
    without = open_page("result", language, project=filled[0])
    assert say("model.none", language) in texts(without)
    assert not [b for b in without.button if b.key in ("model_predict", "model_download")]


def test_the_download_dialog_has_three_forms(open_page, filled, with_model):
    app = open_page("result", "ja", project=filled[1])
    app.button(key="model_download").click().run()
    assert not app.exception and not app.error
    taken = {e.proto.id for e in app.get("download_button")}
    assert all(any(f"take_{form}" in key for key in taken) for form in FORMS)


def test_files_of_all_three_forms(services, with_model, tmp_path):
    import dualcore

    names = {f: zipfile.ZipFile(io.BytesIO(services.export_model(LOCAL_USER, with_model, f))).namelist() for f in ("safetensors", "onnx")}
    assert names == {
        "safetensors": ["model.json", "model.safetensors", "README.md"], "onnx": ["model.onnx", "model.json", "README.md"],
    }  # fmt: skip
    (tmp_path / "again.npz").write_bytes(services.export_model(LOCAL_USER, with_model, "sklearn"))
    assert dualcore.load_estimator(tmp_path / "again.npz").predict(table(5, 2).drop(columns="target")).shape == (5,)
    with pytest.raises(DataError):
        services.export_model(LOCAL_USER, with_model, "pickle")


def test_predictions_come_with_interval_and_warning(services, with_model):
    content = table(120, 3).drop(columns="target").assign(x2=lambda f: f.x2 + 2).to_csv(index=False).encode()
    found = services.predict_file(LOCAL_USER, with_model, io.BytesIO(content), "new.csv", 0.8)
    frame = pd.read_csv(io.BytesIO(found.csv), encoding="utf-8-sig")
    assert list(frame.columns) == ["target", "target_low80", "target_high80"] and len(frame) == 120
    assert found.report.drift.status == "drift" and found.report.drift.drifted[0].name == "x2"
    with pytest.raises(DataError, match="0.3"):
        services.predict_file(LOCAL_USER, with_model, io.BytesIO(content), "new.csv", 0.3)


def test_without_a_model_there_is_nothing_to_take(services, filled):
    view = services.latest_evaluation(LOCAL_USER, filled[0])
    with pytest.raises(NotFound):
        services.export_model(LOCAL_USER, view.id, "onnx")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_answer_about_drift_has_its_sentence(language):
    moved = ColumnDrift(name="x", psi=0.4, p_value=0.0001, missing_before=0.0, missing_now=0.1, unseen=0.04, findings=["values", "missing", "unseen"])
    figure = moved.model_copy(update={"name": "2", "summary": "mean", "findings": ["values"]})
    cases = {
        "few": Drift(status="few", rows=3), "unknown": Drift(status="unknown", rows=30), "same": Drift(status="same", rows=30, training_rows=100),
        "columns": Drift(status="drift", rows=30, columns=[moved, figure]), "overall": Drift(status="drift", rows=30, overall=True),
    }
    said = {name: drift_headline(d, language) for name, d in cases.items()}
    assert len({text for _, text in said.values()}) == 5
    assert {name: loud for name, (loud, _) in said.items()} == {"few": "info", "unknown": "info", "same": "ok", "columns": "warning", "overall": "warning"}
    rows = drift_rows(cases["columns"], language)
    assert rows[0][0] == "x" and "10" in rows[0][1] and rows[1][0] == say("drift.summary.mean", language, channel="2")
    report = PredictionReport(rows=3, target="price", classes=[], level=0.9, half_width=12.3456, drift=cases["few"])
    assert "price_low90" in how_to_read(report, language) and "12.3" in how_to_read(report, language)
    assert how_to_read(report.model_copy(update={"half_width": None}), language) == say("predict.no_interval", language)
