"""Every page in both languages, empty and with data: it runs, answers, and shows no traceback."""

from __future__ import annotations

import re

import pytest

from dualcore.present.words import WORDS, say

PAGES = ("home", "new_project", "data", "architecture", "evaluate", "result", "track_record", "glossary", "compare")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def texts(app) -> str:
    """Everything that the page says in the main part."""
    kinds = ("title", "subheader", "markdown", "caption", "error", "warning", "info", "success")
    return "\n".join(e.value for k in kinds for e in getattr(app.main, k))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_an_empty_installation_teaches(open_page, page, language):
    app = open_page(page, language)
    assert not app.exception and not app.error
    assert app.title[0].value
    assert (JAPANESE.search(texts(app)) is not None) == (language == "ja")
    assert not re.search(r"\{[a-z_]+\}", texts(app))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("which", [0, 1])
def test_a_project_with_a_verdict(open_page, filled, page, language, which):
    app = open_page(page, language, project=filled[which])
    assert not app.exception and not app.error, texts(app)
    assert app.title[0].value
    assert "Traceback" not in texts(app)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_result_says_verdict_numbers_reasons_and_next_step(open_page, filled, language):
    app = open_page("result", language, project=filled[0])
    assert say("result.sentence.adopt", language) in app.title[0].value
    assert len(app.metric) == 3
    assert app.metric[0].value == "0.91" and "0.88" in app.metric[0].delta
    assert len(app.get("plotly_chart")) >= 8
    assert say("next.pilot", language) in texts(app)


def test_names_of_people_are_shown_as_written(open_page, filled):
    page = texts(open_page("data", project=filled[0]))
    assert r"\*\*f\*\*" in page and "**f**" not in page
    home = texts(open_page("home"))
    assert r"\<script\>" in home and "<script>" not in home and ":red[y]" not in home


def test_other_terms_are_judged_without_measuring_again(open_page, filled, services):
    from dualcore.services import LOCAL_USER

    app = open_page("result", project=filled[0])
    goal = next(n for n in app.number_input if n.label == WORDS["terms.goal"][0])
    goal.set_value(0.99)
    next(b for b in app.button if b.label == WORDS["result.revise"][0]).click().run()
    after = services.latest_evaluation(LOCAL_USER, filled[0])
    assert after.verdict.goal == 0.99 and after.verdict.decision != "adopt"


def test_a_new_project_needs_nothing_but_a_click(open_page, services):
    from dualcore.services import LOCAL_USER

    app = open_page("new_project")
    next(b for b in app.button if b.label == WORDS["new.create"][0]).click().run()
    assert not app.exception and not app.error
    assert [p.name for p in services.list_projects(LOCAL_USER)] == [WORDS["new.unnamed"][0]]


@pytest.mark.parametrize("preset", ["fc3", "residual"])
def test_the_architecture_reacts_to_the_choice(open_page, filled, preset):
    app = open_page("architecture", "en", project=filled[0])
    assert len(app.get("plotly_chart")) == 0
    app.radio[0].set_value(preset).run()
    assert not app.exception and not app.error
    assert len(app.get("plotly_chart")) == 3
    before = texts(app)
    app.slider(key=f"depth_{preset}").set_value(12).run()
    assert texts(app) != before


def test_a_link_to_a_project_that_is_gone_is_said_in_one_sentence(open_page):
    app = open_page("result", "en", project="nope")
    assert len(app.error) == 1 and "nope" not in app.error[0].value
    assert not app.exception


def test_the_language_follows_the_browser_and_then_the_switch(services):
    from streamlit.testing.v1 import AppTest

    from tests.screens.conftest import FRAME

    app = AppTest.from_file(str(FRAME), default_timeout=60).run()
    assert app.session_state["language"] == "ja"
    app.sidebar.get("button_group")[0].set_value("en").run()
    assert app.title[0].value == WORDS["home.title"][1]


def test_a_defect_is_logged_under_a_number_and_shows_no_traceback(open_page, services, monkeypatch, caplog):
    from dualcore.services import Services

    monkeypatch.setattr(Services, "portfolio", lambda *_: 1 / 0)
    app = open_page("home", "en")
    assert "could not be shown" in app.error[0].value and "ZeroDivision" not in app.error[0].value
    reference = re.search(r"number ([0-9a-f]{8})", app.error[0].value).group(1)
    assert reference in caplog.text
