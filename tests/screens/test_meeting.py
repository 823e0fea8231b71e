"""Meeting mode, the presenter's page, links to views and the page of a snapshot."""

from __future__ import annotations

import re

import pytest

from dualcore.present.phrases import SLIDES
from dualcore.present.words import say
from dualcore.services import LOCAL_USER
from tests.screens.test_each_page import texts

LAST = len(SLIDES)


def htmls(app) -> str:
    return "\n".join(e.proto.body for e in app.get("html"))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("which", [0, 1])
def test_every_slide_says_one_thing_and_its_place(open_page, filled, language, which):
    titles = set()
    for place in [*map(str, range(1, LAST + 1)), f"{LAST}.1"]:
        app = open_page("meeting", language, project=filled[which], slide=place)
        assert not app.exception and not app.error and len(app.title) == 1
        titles.add(app.title[0].value)
        assert say("meeting.place", language, n=place[0], all=LAST) in htmls(app)
        assert len(app.get("plotly_chart")) == (2 if SLIDES[int(place[0]) - 1] in ("money", "coverage") else 0)
        assert not re.search(r"\{[a-z_]+\}", texts(app) + htmls(app))
        assert len(app.sidebar.get("button_group")) == 0
    assert len(titles) == LAST + 1


def test_words_of_people_stay_text(open_page, filled):
    app = open_page("meeting", project=filled[0], slide="1")
    assert app.title[0].value == r"\*\*q\*\*"
    assert "<script>" not in htmls(app) and "&lt;script&gt;alert(1)&lt;/script&gt;" in htmls(app)


def test_links_lead_on_without_keys(open_page, filled, services):
    evaluation = services.latest_evaluation(LOCAL_USER, filled[0]).id
    body = htmls(open_page("meeting", "en", project=filled[0], slide="3"))
    common = f"project={filled[0]}&amp;evaluation={evaluation}"
    for place in ("2", "4"):
        assert f'href="?{common}&amp;slide={place}&amp;lang=en"' in body
    assert f'href="result?{common}&amp;lang=en"' in body


def test_an_unknown_place_is_the_first_slide(open_page, filled):
    for place in ("0", "99", "x", f"{LAST}.77"):
        assert say("meeting.place", n=1, all=LAST) in htmls(open_page("meeting", project=filled[0], slide=place))


def test_notes_are_shown_on_demand(open_page, filled):
    shown = htmls(open_page("meeting", "en", project=filled[0], slide="2", notes="1"))
    assert 'class="dc-notes"' in shown and "The answer is to adopt" in shown
    assert 'class="dc-notes"' not in htmls(open_page("meeting", "en", project=filled[0], slide="2"))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_presenter_s_page_has_every_slide_and_answers(open_page, filled, language):
    app = open_page("phrases", language, project=filled[0])
    assert not app.exception and not app.error
    assert say("phrases.page.title", language) == app.title[0].value
    assert len(app.expander) >= 8 and say("ask.how_sure", language) in [e.label.replace("\\", "") for e in app.expander]


@pytest.mark.parametrize("page", ["meeting", "phrases"])
def test_without_a_verdict_both_say_what_comes_first(open_page, services, page):
    from dualcore.services import ProjectInput

    project = services.create_project(LOCAL_USER, ProjectInput(name="x"))
    app = open_page(page, "en", project=project.id)
    assert app.title[0].value == say("meeting.none.title", "en") and not app.error


def test_a_tab_in_the_address_opens_and_the_link_repeats_it(open_page, filled, services):
    evaluation = services.latest_evaluation(LOCAL_USER, filled[0]).id
    app = open_page("result", "en", project=filled[0], tab="money")
    assert not app.exception and not app.error
    tabs = next(t for t in app.main.get("tab_container") if len(t.children) == 6)
    assert tabs.proto.tab_container.default_tab_index == 4
    link = next(c.value for c in app.sidebar.code)
    for part in (f"project={filled[0]}", f"evaluation={evaluation}", "tab=money", "lang=en"):
        assert part in link


def secret(services, project: str) -> str:
    return services.share(LOCAL_USER, services.latest_evaluation(LOCAL_USER, project).id, 7).partition("key=")[2]


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("which", [0, 1])
def test_a_snapshot_shows_the_result_and_no_way_out(open_page, filled, services, language, which):
    app = open_page("snapshot", language, key=secret(services, filled[which]))
    assert not app.exception and not app.error
    assert say("result.sentence.adopt", language) in app.title[0].value
    assert len(app.metric) == 3 and len(app.get("plotly_chart")) == 4
    assert len(app.button) == len(app.get("page_link")) == len(app.sidebar.get("button_group")) == len(app.sidebar.code) == 0
    assert set(re.findall(r'href="\?key=[\w-]+&amp;lang=(\w+)"', htmls(app))) == {"ja", "en"}
    assert filled[which] not in htmls(app) + texts(app)


@pytest.mark.parametrize("key", ["", "unknown"])
def test_a_dead_link_is_answered_in_one_sentence(open_page, filled, key):
    app = open_page("snapshot", "en", key=key)
    assert len(app.error) == 1 and "does not work" in app.error[0].value
    assert not app.exception and not app.title and not app.get("page_link")


def test_a_reading_is_noted_once_a_session_and_withdrawal_shows_at_once(open_page, filled, services):
    from sqlalchemy import func, select

    from dualcore.records.models import AuditEntry

    app = open_page("snapshot", "en", key=secret(services, filled[0]))
    app.run()
    with services._database.read() as session:
        assert session.scalar(select(func.count()).where(AuditEntry.action == "share_opened")) == 1
    services.revoke_share(LOCAL_USER, services.shares(LOCAL_USER, filled[0])[0].id)
    assert len(app.run().error) == 1 and not app.metric


def test_the_dialog_lists_links_and_offers_a_new_one(open_page, filled, services):
    secret(services, filled[0])
    app = open_page("result", "en", project=filled[0])
    app.button(key="share").click().run()
    assert not app.exception and app.button(key="share_make").label == say("sharing.make", "en")
    assert app.button(key=f"withdraw_{services.shares(LOCAL_USER, filled[0])[0].id}").label == say("sharing.withdraw", "en")
