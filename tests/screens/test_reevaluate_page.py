"""The page of stage 2: before, after each outcome, and what its buttons start."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from dualcore.kernels import preset
from dualcore.present.words import say
from dualcore.records import models
from dualcore.services import LOCAL_USER
from tests.decided import decided
from tests.present.test_reevaluation import result

from .test_each_page import texts


@pytest.fixture
def filled(filled, services):
    """Both projects with a whole skeleton: the page lines up its candidates around it."""
    with services._database.write() as session:
        for row in session.scalars(select(models.Evaluation)):
            row.evidence = row.evidence.model_copy(update={"skeleton": preset("fc2").to_dict()})
    for project_id in filled:
        decided(services, LOCAL_USER, services.latest_evaluation(LOCAL_USER, project_id).id, "re-evaluate")
    return filled


def _stored(services, project_id: str, **fields) -> None:
    evaluation = services.latest_evaluation(LOCAL_USER, project_id)
    with services._database.write() as session:
        session.add(
            models.StageRun(
                project_id=project_id, evaluation_id=evaluation.id, kind="reevaluate", params={}, result=result(**fields), file_sha=None
            )
        )


def _button(app, label: str):
    return next(b for b in app.button if b.label == label)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_without_an_evaluation_it_leads_to_stage_1(open_page, services, language):
    from dualcore.services import ProjectInput

    project = services.create_project(LOCAL_USER, ProjectInput(name="new"))
    app = open_page("reevaluate", language, project=project.id)
    assert not app.exception and app.title[0].value == say("reevaluate.no_evaluation.title", language)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("which", [0, 1])
def test_before_it_says_what_is_compared_why_and_at_what_cost(open_page, filled, language, which):
    app = open_page("reevaluate", language, project=filled[which])
    assert not app.exception and not app.error
    shown = texts(app)
    for group in ("architecture", "settings", "initialisation", "inputs"):
        assert say(f"variant.why.{group}", language) in shown
    assert say("reevaluate.plan.cost", language) in shown


def test_the_button_queues_the_comparison_with_the_projects_smallest_gain(open_page, filled, services):
    app = open_page("reevaluate", "en", project=filled[0])
    _button(app, say("reevaluate.start", "en")).click().run()
    job = services.active_job(LOCAL_USER, filled[0])
    assert job.kind == "reevaluate"
    view = services.latest_evaluation(LOCAL_USER, filled[0])
    assert job.params["options"]["minimum_gain"] == view.terms.minimum_gain
    assert app.title[0].value == say("reevaluate.running", "en")


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("outcome", ["keep", "switch", "undecided"])
def test_after_it_answers_and_shows_the_winners_curse(open_page, filled, services, language, outcome):
    numbers = {"keep": (0.021, 0.012, -0.01), "switch": (0.06, 0.05, 0.02), "undecided": (0.06, 0.05, -0.01)}[outcome]
    _stored(services, filled[0], outcome=outcome, raw=numbers[0], corrected=numbers[1], low=numbers[2], rows_needed=2000)
    app = open_page("reevaluate", language, project=filled[0])
    assert not app.exception and not app.error, texts(app)
    assert [m.value for m in app.metric][::2] == [f"+{numbers[0]:.3f}", f"+{numbers[1]:.3f}"]
    assert app.metric[1].value == f"\u2212{numbers[0] - numbers[1]:.3f}"
    assert len(app.get("plotly_chart")) == 3
    assert say(f"reevaluate.badge.{outcome}", language) in texts(app)
    expected = {"keep": "reevaluate.do.verdict", "switch": "reevaluate.do.adopt"}.get(outcome)
    if expected:
        assert _button(app, say(expected, language))
    else:
        assert say("reevaluate.do.more_rows", language, rows="2,200") in [b.label for b in app.button]


def test_the_best_candidate_is_evaluated_once_more_with_everything(open_page, filled, services):
    _stored(services, filled[0], outcome="switch", raw=0.06, corrected=0.05, low=0.02)
    app = open_page("reevaluate", "en", project=filled[0])
    _button(app, say("reevaluate.do.adopt", "en")).click().run()
    job = services.active_job(LOCAL_USER, filled[0])
    assert (job.kind, job.params["skeleton"]["name"], job.params["seed"]) == ("evaluate", "fc3", 0)


def test_a_preparation_of_inputs_leads_to_the_data(open_page, filled, services):
    _stored(services, filled[0], outcome="switch", raw=0.06, corrected=0.05, low=0.02, winner=2)
    app = open_page("reevaluate", "en", project=filled[0])
    assert say("reevaluate.do.transform", "en") in [b.label for b in app.button]
    assert say("reevaluate.do.adopt", "en") not in [b.label for b in app.button]


def test_comparing_again_starts_over(open_page, filled, services):
    _stored(services, filled[0])
    app = open_page("reevaluate", "en", project=filled[0])
    _button(app, say("reevaluate.again", "en")).click().run()
    assert app.title[0].value == say("reevaluate.title", "en")
