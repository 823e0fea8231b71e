"""The page of stage 3: before, running, and with a result, in both languages."""

import io
import re

import pytest

from dualcore.kernels import preset
from dualcore.present.words import WORDS, say
from dualcore.records import models
from dualcore.services import LOCAL_USER
from tests.decided import decided
from tests.present.tuning_sample import tuning
from tests.screens.test_each_page import texts


@pytest.fixture
def project(services, filled):
    """A project whose evaluation has three blocks to tune; ``project(record)`` adds a result of stage 3."""

    def make(record=None, skeleton="fc3"):
        with services._database.write() as session:
            row = session.query(models.Evaluation).filter_by(project_id=filled[0]).one()
            row.evidence = row.evidence.model_copy(update={"skeleton": preset(skeleton).to_dict()})
            if record is not None:
                sha = services._store.put(io.BytesIO(b"weights"))[0]
                session.add(models.StageRun(project_id=filled[0], evaluation_id=row.id, kind="tune", params={}, result=record, file_sha=sha))
            evaluation_id = row.id
        if not services.decisions(LOCAL_USER, filled[0]):
            decided(services, LOCAL_USER, evaluation_id, "invest")
        return filled[0]

    return make


def button(app, key, language="en"):
    return next(b for b in app.button if b.label == say(key, language))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_before_it_says_what_it_will_do_and_cost(open_page, project, language):
    app = open_page("tune", language, project=project())
    assert not app.exception and not app.error
    # On signals and images the practitioner's network is offered first.
    assert say("tune.plan.blocks_family", language) in texts(app)
    next(r for r in app.radio if r.key == "tune_network").set_value("skeleton").run()
    said = texts(app)
    assert "layer3" in said and "layer1" in said
    assert say("tune.plan.cost", language) in said and "15" in said
    assert not re.search(r"\{[a-z_]+\}", said)


def test_the_start_queues_the_stage_with_terms_and_protocol(open_page, project, services):
    app = open_page("tune", "en", project=project())
    button(app, "tune.start").click().run()
    assert not app.exception and not app.error
    job = services.active_job(LOCAL_USER, project())
    assert job.kind == "tune"
    options = job.params["options"]
    assert (options["network"], options["minutes"], options["terms"]["goal"]) == ("family", 15, 0.88)
    assert options["protocol"]["version"]
    assert app.title[0].value == say("tune.title_running", "en")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("which", ["stop", "keep", "go", "nothing"])
def test_the_result(open_page, project, which, language):
    app = open_page("tune", language, project=project(tuning(which)))
    assert not app.exception and not app.error, texts(app)
    assert not re.search(r"\{[a-z_]+\}", texts(app))
    course = {"keep": "keep_last_layer", "go": "reached", "stop": "stop_after", "nothing": "nothing_to_tune"}[which]
    assert say(f"tune.verdict.{course}", language, block={"go": 2, "stop": 1}.get(which, 0)) in app.title[0].value
    assert len(app.get("plotly_chart")) == (0 if which == "nothing" else 2)
    if which == "stop":
        assert app.metric[0].value == "0.873" and app.metric[1].value == "+0.031"
        frame = app.dataframe[0].value
        assert list(frame[say("tune.column.decision", language)]) == [
            say(f"tune.{k}", language) for k in ("why.gains", "why.may_be_chance", "not_measured")
        ]


def test_a_linear_evaluation_leads_to_the_practitioner_s_network(open_page, project):
    app = open_page("tune", "en", project=project(skeleton="linear"))
    assert app.radio(key="tune_network").value == "family"
    app.radio(key="tune_network").set_value("skeleton").run()
    assert WORDS["tune.nothing_linear"][1] in [i.value for i in app.info]
    assert say("tune.start", "en") not in [b.label for b in app.button]


def test_without_an_evaluation_it_leads_there(open_page, services):
    from dualcore.services import ProjectInput

    project = services.create_project(LOCAL_USER, ProjectInput(name="x"))
    app = open_page("tune", "en", project=project.id)
    assert app.title[0].value == say("tune.none.title", "en")


def test_the_result_page_leads_here():
    from pathlib import Path

    source = (Path(__file__).parents[2] / "pages" / "result.py").read_text(encoding="utf-8")
    assert '"tune_first_block": "tune.py"' in source
