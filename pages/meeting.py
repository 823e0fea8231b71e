"""Meeting mode: one project as a sequence of full screens, moved by keys, swipes or plain links."""

from html import escape
from pathlib import Path

import streamlit as st

from dualcore.present.phrases import SLIDES, board_questions, speaker_notes
from dualcore.services import ProjectView
from pages import _deck, _link
from pages._shared import go, in_words, language, open_project, services, t, user

HERE = Path(__file__).parent
KEYS = st.components.v2.component("dualcore_meeting", js=(HERE / "_meeting.js").read_text(encoding="utf-8"))
STATE = "meeting_keys"


def _asked() -> str:
    """The place in the address; the first where it names none."""
    return st.query_params.get("slide") or "1"


def _moved() -> None:
    st.query_params["slide"] = st.session_state[STATE]["place"].split("#")[0]


def _noted() -> None:
    st.query_params["notes"] = st.session_state[STATE]["notes"].split("#")[0]


def _deck_of(project: ProjectView) -> _deck.Deck | None:
    view = _link.evaluation(project)
    if view is None:
        return None
    decisions = services().decisions(user(), project.id)
    plan = services().plan(user(), view.id)
    questions = board_questions(view, plan, decisions, language(), services().all_decisions(user()))
    return _deck.Deck(project, view, plan, decisions, questions)


def _bar(deck: _deck.Deck, place: str) -> None:
    """Project, date and place, and the links that work without keys."""
    at = deck.order.index(place)
    last = len(SLIDES)
    before, after = deck.order[max(at - 1, 0)], deck.order[min(at + 1, len(deck.order) - 1)]
    named = f"{in_words(deck.project)[0]} · {t('meeting.evaluated', date=_deck.day(deck.view.created))}"
    links = "".join(
        f'<a href="{_deck.address(deck, to)}" data-go="{to}" target="_self" aria-label="{t(f"meeting.{word}")}">{sign}</a>'
        for word, to, sign in (("previous", before, "‹"), ("next", after, "›"))
    )
    leave = escape(f"result?project={deck.project.id}&evaluation={deck.view.id}&lang={language()}")
    st.html(
        f'<nav class="dc-bar" aria-label="{t("meeting.controls")}"><span>{escape(named)}</span>'
        f"<span>{t('meeting.place', n=place.split('.')[0], all=last)}</span>{links}"
        f'<a href="{leave}" data-go="leave" target="_self">{t("meeting.leave")}</a></nav>'
    )


def _notes(deck: _deck.Deck, place: str) -> None:
    number, _, answer = place.partition(".")
    said = speaker_notes(deck.view, deck.plan, deck.decisions, language(), st.context.timezone or "UTC")
    text = deck.questions[int(answer) - 1][1] if answer else said[SLIDES[int(number) - 1]]
    st.html(f'<aside class="dc-notes"><b>{t("meeting.notes")}</b>{escape(text)}</aside>')


def _run(deck: _deck.Deck) -> None:
    place = _asked()
    if place not in deck.order:
        place = deck.order[0]
    noted = st.query_params.get("notes") == "1"
    with st.container(key="deck"):
        _deck.draw(deck, place)
        _bar(deck, place)
        if noted:
            _notes(deck, place)
    data = {"place": place, "order": deck.order, "slides": len(SLIDES), "answers": len(deck.questions), "notes": noted}
    keys = KEYS(key=STATE, data=data, on_place_change=_moved, on_notes_change=_noted, on_leave_change=lambda: None)
    if keys.leave:
        go("result.py", deck.project.id, evaluation=deck.view.id)


project = open_project()
made = _deck_of(project)
if made is None:
    st.title(t("meeting.none.title"))
    st.write(t("meeting.none.text"))
    if st.button(t("result.none.button"), type="primary", icon=":material/play_arrow:"):
        go("evaluate.py", project.id)
else:
    st.html(HERE / "_meeting.css")
    _run(made)
