"""The page of the gates: what is due, the form, overrides, history, and what happened afterwards."""

import re

import pytest
from sqlalchemy import select

from dualcore.kernels import preset
from dualcore.present.words import say
from dualcore.records import models
from dualcore.services import LOCAL_USER, DecisionInput, ProjectInput
from tests.screens.test_each_page import texts


def button(app, key, language="en"):
    return next(b for b in app.button if b.label == say(key, language))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_without_evidence_it_leads_to_the_first_stage(open_page, services, language):
    project = services.create_project(LOCAL_USER, ProjectInput(name="new"))
    app = open_page("gates", language, project=project.id)
    assert not app.exception and app.title[0].value == say("gates.title_none", language)
    assert say("gates.form.send", language) not in [b.label for b in app.button]
    assert say("gates.run", language) in [b.label for b in app.button]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_decision_is_recorded_and_opens_the_next_stage(open_page, filled, services, language):
    app = open_page("gates", language, project=filled[0])
    assert not app.exception and say("stage.last_layer", language) in app.title[0].value
    assert texts(app).count(say("gates.state.locked", language)) == 3
    app.button_group[0].set_value("re-evaluate")
    app.text_area[0].set_value("**bold** <b>x</b> =1+1")
    button(app, "gates.form.send", language).click().run()
    assert not app.exception and not app.error, texts(app)
    made = services.decisions(LOCAL_USER, filled[0])
    assert [(d.action, d.reason) for d in made] == [("re-evaluate", "**bold** <b>x</b> =1+1")]
    shown = texts(app)
    assert say("gates.recorded", language) in shown and shown.count(say("gates.state.locked", language)) == 2
    assert "**bold**" not in shown and "<b>x" not in shown
    assert not re.search(r"\{[a-z_]+\}", shown)


def test_an_override_without_a_reason_is_not_recorded(open_page, filled, services):
    recommended = services.gates(LOCAL_USER, filled[0])[0].recommended
    app = open_page("gates", "en", project=filled[0])
    app.button_group[0].set_value("stop" if recommended != "stop" else "invest")
    button(app, "gates.form.send").click().run()
    assert "needs a reason" in app.error[0].value and services.decisions(LOCAL_USER, filled[0]) == []


def test_somebody_else_was_faster(open_page, filled, services):
    app = open_page("gates", "en", project=filled[0])
    evaluation = services.latest_evaluation(LOCAL_USER, filled[0])
    services.decide(LOCAL_USER, filled[0], DecisionInput(stage="last_layer", evaluation_id=evaluation.id, action="stop", reason="cost"))
    app.button_group[0].set_value("invest")
    app.text_area[0].set_value("the board wants it")
    button(app, "gates.form.send").click().run()
    assert len(services.decisions(LOCAL_USER, filled[0])) == 1


def test_what_happened_is_entered_and_shown(open_page, filled, services):
    evaluation = services.latest_evaluation(LOCAL_USER, filled[0])
    services.decide(LOCAL_USER, filled[0], DecisionInput(stage="last_layer", evaluation_id=evaluation.id, action="stop", reason="cost"))
    app = open_page("gates", "en", project=filled[0])
    app.radio[0].set_value("full")
    button(app, "gates.outcome.send").click().run()
    assert not app.exception
    assert services.decisions(LOCAL_USER, filled[0])[0].right is False
    table = app.dataframe[0].value
    assert table[say("gates.column.outcome", "en")].iloc[0].endswith(say("gates.wrong", "en", right=say("verdict.invest", "en")))


@pytest.mark.parametrize(("page", "key"), [("reevaluate", "reevaluate.start"), ("tune", "tune.start"), ("invest", "plan.kit.make")])
def test_a_closed_stage_offers_the_decision_instead_of_the_start(open_page, filled, services, page, key):
    with services._database.write() as session:
        for row in session.scalars(select(models.Evaluation)):
            row.evidence = row.evidence.model_copy(update={"skeleton": preset("fc2").to_dict()})
    app = open_page(page, "en", project=filled[0])
    labels = [b.label for b in app.button]
    assert say(key, "en") not in labels
    if page != "invest":  # the sample keeps no model, which is said first
        assert say("gates.to_decisions", "en") in labels
