"""The course: the overview, and each lesson at an address of its own (/learn?lesson=toolbox)."""

from __future__ import annotations

import streamlit as st

from dualcore import lessons
from dualcore.lessons import LESSONS, RIGHT, SHOWS
from dualcore.present.escape import markdown
from pages import _lessons, _parts
from pages._shared import language, t


def _done() -> set[str]:
    """The lessons whose question was answered rightly in this session."""
    return st.session_state.setdefault("lessons_done", set())


def _to(lesson: str | None) -> None:
    """Open a lesson, or the overview; the address follows."""
    st.query_params.pop("lesson", None)
    if lesson:
        st.query_params["lesson"] = lesson


def _overview() -> None:
    st.title(t("learn.title"), anchor=False)
    st.write(t("learn.lead"))
    done = _done()
    st.progress(len(done) / len(LESSONS), t("learn.done", n=len(done), total=len(LESSONS)))
    following = next((x for x in LESSONS if x not in done), None)
    for number, lesson in enumerate(LESSONS, 1):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"lesson_{lesson}"):
            tick = f" :green-badge[:material/check: {t('learn.tick')}]" if lesson in done else ""
            with st.container():
                st.markdown(f"**{t('learn.number', n=number)} {t(f'learn.{lesson}.title')}**{tick}  \n:gray[{t(f'learn.{lesson}.takeaway')}]")
            st.button(
                t("learn.again" if lesson in done else "learn.open"), key=f"open_{lesson}", on_click=_to, args=(lesson,), width=140,
                type="primary" if lesson == following else "secondary",
            )  # fmt: skip
    st.caption(t("learn.kept"))
    _lessons.engineers()


def _question(lesson: str) -> None:
    """Three answers; each is explained at once."""
    st.subheader(t("learn.check"), anchor=False)
    st.markdown(t(f"learn.{lesson}.question"))
    chosen = st.radio(
        t("learn.pick"), lessons.ANSWERS, index=None, key=f"answer_{lesson}",
        format_func={n: t(f"learn.{lesson}.answer{n}") for n in lessons.ANSWERS}.get,
    )  # fmt: skip
    if chosen is None:
        return
    because = t(f"learn.{lesson}.because{chosen}")
    if chosen == RIGHT[lesson]:
        _done().add(lesson)
        st.success(f"**{t('learn.right')}** {because}", icon=":material/check:")
    else:
        st.warning(f"**{t('learn.wrong')}** {because}", icon=":material/lightbulb:")


def _onward(number: int) -> None:
    """Previous, all, next."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        before = LESSONS[number - 2] if number > 1 else None
        st.button(t("learn.previous"), key="previous", icon=":material/arrow_back:", disabled=before is None, on_click=_to, args=(before,))
        if number < len(LESSONS):
            st.button(t("learn.next"), key="next", type="primary", icon=":material/arrow_forward:", on_click=_to, args=(LESSONS[number],))
        else:
            st.button(t("learn.finish"), key="next", type="primary", icon=":material/check:", on_click=_to, args=(None,))


def _lesson(lesson: str) -> None:
    number = LESSONS.index(lesson) + 1
    st.button(t("learn.all"), key="all_lessons", type="tertiary", icon=":material/arrow_back:", on_click=_to, args=(None,))
    st.caption(f"{t('learn.number', n=number)} / {len(LESSONS)}" + (f" · ✓ {t('learn.tick')}" if lesson in _done() else ""))
    st.title(t(f"learn.{lesson}.title"), anchor=False)
    opening = st.container()
    found = _lessons.show(lesson)
    fields = _lessons.fields(lesson, found, language())
    with opening:
        st.write(t(f"learn.{lesson}.first", **fields))
        st.write(t(f"learn.{lesson}.second", **fields))
    st.write(t(f"learn.{lesson}.meaning", **fields))
    _question(lesson)
    with st.container(border=True, key="takeaway"):
        st.markdown(f":gray[{t('learn.takeaway')}]  \n**{t(f'learn.{lesson}.takeaway')}**")
    _parts.terms(*SHOWS[lesson])
    _onward(number)


asked = st.query_params.get("lesson")
if asked in LESSONS:
    _lesson(asked)
else:
    if asked:
        st.warning(t("learn.unknown", lesson=markdown(asked, 40)), icon=":material/warning:")
    _overview()
