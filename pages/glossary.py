"""The glossary: every technical term of the pages in one or two sentences."""

import streamlit as st

from dualcore.present.words.glossary import TERMS
from pages._shared import t

st.title(t("glossary.title"))
st.write(t("glossary.lead"))
sought = st.text_input(t("glossary.search"), placeholder=t("glossary.search_example")).strip().lower()
shown = [term for term in TERMS if sought in (t(f"term.{term}") + t(f"term.{term}.text")).lower()]
for term in shown:
    st.subheader(t(f"term.{term}"), anchor=term.replace("_", "-"))
    st.write(t(f"term.{term}.text"))
if not shown:
    st.info(t("glossary.nothing"))
