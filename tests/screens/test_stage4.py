"""The pages of the investment and of transfer, empty, with a verdict, and with a result."""

import numpy as np
import pytest

from dualcore.errors import NotFound
from dualcore.present.words import WORDS, say
from dualcore.records import models
from dualcore.services import LOCAL_USER
from tests.present.test_plan_transfer import compared
from tests.screens.test_each_page import texts


def _with_transfer(services, project_id: str, reading: str) -> None:
    view = services.latest_evaluation(LOCAL_USER, project_id)
    with services._database.write() as session:
        session.add(models.StageRun(project_id=project_id, evaluation_id=view.id, kind="transfer", params={}, result=compared(reading), file_sha=None))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_plan_shows_money_gates_and_assumptions(open_page, filled, services, language):
    app = open_page("invest", language, project=filled[0])
    assert not app.exception and not app.error
    assert len(app.metric) == 3 and len(app.get("plotly_chart")) == 2 and len(app.dataframe) == 2
    for code in ("reproduced", "pays", "reaches"):
        assert say(f"plan.gate.{code}", language) in texts(app)
    plan = services.plan(LOCAL_USER, services.latest_evaluation(LOCAL_USER, filled[0]).id)
    assert f"{100 * plan.chance:.0f}" in app.metric[1].value
    assert say("plan.kit.no_model", language) in texts(app)


def test_another_gpu_changes_the_plan(open_page, filled):
    app = open_page("invest", "en", project=filled[0])
    assert "speed ratio 10" in texts(app)
    app.select_slider(key="plan_speed").set_value(50.0).run()
    assert not app.exception and "speed ratio 50" in texts(app)


@pytest.mark.parametrize("page", ["invest", "transfer"])
def test_without_an_evaluation_the_page_says_what_comes_first(open_page, services, page):
    from dualcore.services import ProjectInput

    project = services.create_project(LOCAL_USER, ProjectInput(name="x"))
    app = open_page(page, "en", project=project.id)
    assert app.title[0].value == WORDS["plan.none.title" if page == "invest" else "transfer.none.title"][1] and not app.exception


@pytest.mark.parametrize("reading", ["pretrained", "even", "random", "no_signal"])
def test_the_reading_of_a_comparison_is_the_title(open_page, filled, services, reading):
    _with_transfer(services, filled[0], reading)
    app = open_page("transfer", "en", project=filled[0])
    assert not app.exception and say(f"transfer.reading.{reading}", "en") in app.title[0].value
    assert say("transfer.caution", "en") in texts(app) and len(app.get("plotly_chart")) == 1


def test_the_verdict_says_so_when_pretrained_features_win(open_page, filled, services):
    assert "gain +0.050" not in texts(open_page("result", "en", project=filled[0])).replace("\\", "")
    _with_transfer(services, filled[0], "pretrained")
    assert "gain +0.050" in texts(open_page("result", "en", project=filled[0])).replace("\\", "")


def test_only_encoders_of_the_administrator_can_be_chosen(open_page, filled, services, tmp_path, monkeypatch):
    assert not [s for s in open_page("transfer", project=filled[0]).selectbox if s.key == "encoder_name"]
    (tmp_path / "encoders").mkdir()
    (tmp_path / "encoders" / "vision.pt").write_bytes(b"x")
    monkeypatch.setenv("DUALCORE_ENCODERS", str(tmp_path / "encoders"))
    import streamlit as st

    st.cache_resource.clear()
    chosen = [s for s in open_page("transfer", project=filled[0]).selectbox if s.key == "encoder_name"]
    assert chosen[0].options == ["vision.pt"]
    view = services.latest_evaluation(LOCAL_USER, filled[0])
    for name in ("../vision.pt", "/etc/passwd", "vision.pt"):  # this installation has no folder
        with pytest.raises(NotFound):
            services.start_transfer(LOCAL_USER, view.id, encoder=name)


def test_stored_embeddings_start_a_job_with_their_hash(filled, services, tmp_path):
    np.save(tmp_path / "e.npy", np.zeros((5, 3)))
    kept = services.keep_embeddings(LOCAL_USER, filled[0], tmp_path / "e.npy", "e.npy")
    assert (kept.rows, kept.dimensions) == (5, 3)
    view = services.latest_evaluation(LOCAL_USER, filled[0])
    job = services.start_transfer(LOCAL_USER, view.id, kept)
    assert job.kind == "transfer" and job.params["options"]["embeddings_sha"] == kept.sha256
    assert services.start_transfer(LOCAL_USER, view.id, kept).id == job.id
