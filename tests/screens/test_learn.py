"""The course on the screen: every lesson moves, answers, explains, in both languages; the glossary leads to it."""

from __future__ import annotations

import re

import pytest

from dualcore.lessons import ANSWERS, LESSONS, RIGHT, SHOWS
from dualcore.present.words import WORDS, say
from dualcore.present.words.glossary import TERMS

from .test_each_page import JAPANESE, texts

ROOT_PAGES = ("result", "reevaluate", "tune", "invest", "transfer", "protocol", "track_record")
MOVES = {"toolbox": 64, "enough": 8, "coverage": 20, "convolution": 16, "depth": 2, "special": "few", "staged": 0.5}


def picture(app) -> str:
    """The finding and the figure, as they are sent to the browser."""
    chart = app.get("plotly_chart")
    assert len(chart) == 1
    return chart[0].proto.spec


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_moves_and_explains_every_answer(open_page, lesson, language):
    app = open_page("learn", language, lesson=lesson)
    assert not app.exception and not app.error
    assert app.title[0].value == say(f"learn.{lesson}.title", language)
    assert (JAPANESE.search(texts(app)) is not None) == (language == "ja")
    assert not re.search(r"\{[a-z_]+\}", texts(app))
    before = picture(app), texts(app)
    if lesson == "special":
        app.main.get("button_group")[0].set_value(MOVES[lesson]).run()
    else:
        app.select_slider[0].set_value(MOVES[lesson]).run()
    assert not app.exception and not app.error
    after = picture(app), texts(app)
    assert after[0] != before[0], "the picture did not change"
    assert after[1] != before[1], "the finding did not change"
    for answer in ANSWERS:
        app.radio[0].set_value(answer).run()
        said, box = say(f"learn.{lesson}.because{answer}", language), app.success if answer == RIGHT[lesson] else app.warning
        assert len(app.success) + len(app.warning) == 1
        assert said in box[0].value


def test_the_seed_draws_other_tools(open_page):
    app = open_page("learn", "en", lesson="toolbox")
    before = picture(app)
    app.main.get("button_group")[0].set_value(3).run()
    assert picture(app) != before


def test_progress_is_ticked_once_the_question_is_answered(open_page):
    app = open_page("learn", "en", lesson="special")
    app.radio[0].set_value(1).run()
    app.button(key="all_lessons").click().run()
    assert "0 of 7" in app.get("progress")[0].proto.text and say("learn.tick", "en") not in texts(app)
    app.button(key="open_special").click().run()
    app.radio[0].set_value(RIGHT["special"]).run()
    app.button(key="all_lessons").click().run()
    assert "1 of 7" in app.get("progress")[0].proto.text
    assert texts(app).count(say("learn.tick", "en") + "]") == 1


def test_next_and_previous_go_through_all_lessons(open_page):
    app = open_page("learn", "ja", lesson=LESSONS[0])
    assert app.button(key="previous").disabled
    for lesson in LESSONS[1:]:
        app.button(key="next").click().run()
        assert app.title[0].value == WORDS[f"learn.{lesson}.title"][0]
        assert app.query_params["lesson"] == lesson
    app.button(key="previous").click().run()
    assert app.query_params["lesson"] == LESSONS[-2]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_unknown_lesson_is_said_and_the_overview_shown(open_page, language):
    app = open_page("learn", language, lesson="**nope**")
    assert len(app.warning) == 1 and r"\*\*nope" in app.warning[0].value
    assert app.title[0].value == say("learn.title", language)


def test_every_term_of_a_lesson_is_explained():
    assert {term for terms in SHOWS.values() for term in terms} <= set(TERMS)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_glossary_opens_at_the_term_that_was_asked_for(open_page, language):
    app = open_page("glossary", language, term="blind_spot")
    assert not app.exception and not app.error
    headings = [s.value for s in app.subheader]
    assert headings[0] == say("term.blind_spot", language) and len(headings) == len(TERMS) + 1
    app.text_input[0].set_value(say("term.blind_spot", language)).run()
    assert len(app.subheader) < 5


def test_pages_link_only_terms_that_the_glossary_explains():
    from pathlib import Path

    folder = Path(__file__).resolve().parents[2] / "pages"
    for page in ROOT_PAGES:
        text = (folder / f"{page}.py").read_text(encoding="utf-8")
        calls = re.findall(r"_parts\.terms\(([^)]*)\)", text)
        assert calls, f"{page} links no term"
        named = {term for call in calls for term in re.findall(r'"([a-z_0-9]+)"', call)}
        assert named and named <= set(TERMS), f"{page}: {named - set(TERMS)}"
