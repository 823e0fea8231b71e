"""The glossary: every technical term of the pages in one or two sentences, and the lesson that shows it."""

import streamlit as st

from dualcore.lessons import LESSONS, SHOWS
from dualcore.present.words.glossary import TERMS
from pages._shared import t

TAUGHT = {term: [lesson for lesson in LESSONS if term in SHOWS[lesson]] for term in TERMS}


def _term(term: str, anchor: str | bool) -> None:
    st.subheader(t(f"term.{term}"), anchor=anchor)
    st.write(t(f"term.{term}.text"))
    if TAUGHT[term]:
        with st.container(horizontal=True):
            for lesson in TAUGHT[term]:
                label = t("glossary.lesson", n=LESSONS.index(lesson) + 1)
                st.page_link("learn.py", label=label, icon=":material/school:", query_params={"lesson": lesson})


def _anchor(term: str) -> str:
    return term.replace("_", "-")


st.title(t("glossary.title"), anchor=False)
st.write(t("glossary.lead"))
asked = st.query_params.get("term", "").replace("-", "_")
if asked in TERMS:
    with st.container(border=True, key="asked_term"):
        st.caption(t("glossary.asked"))
        _term(asked, False)
sought = st.text_input(t("glossary.search"), placeholder=t("glossary.search_example")).strip().lower()
shown = [term for term in TERMS if sought in (t(f"term.{term}") + t(f"term.{term}.text")).lower()]
if not sought:
    st.caption(t("glossary.others", n=len(TERMS)))
for term in shown:
    _term(term, _anchor(term))
if not shown:
    st.info(t("glossary.nothing"))
