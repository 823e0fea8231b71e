"""The presenter's page: what to say on each slide, and answers to the board's likely questions."""

import streamlit as st

from dualcore.present.escape import markdown
from dualcore.present.phrases import board_questions, speaker_notes
from pages import _link, _parts
from pages._shared import go, language, open_project, services, t, user

project = open_project()
_parts.stepper(project)
view = _link.evaluation(project)
if view is None:
    st.title(t("meeting.none.title"))
    st.write(t("meeting.none.text"))
    if st.button(t("result.none.button"), type="primary", icon=":material/play_arrow:"):
        go("evaluate.py", project.id)
    st.stop()
decisions = services().decisions(user(), project.id)
plan = services().plan(user(), view.id)
st.title(t("phrases.page.title"))
st.write(t("phrases.page.lead"))
if st.button(t("phrases.page.start"), type="primary", icon=":material/co_present:"):
    go("meeting.py", project.id, evaluation=view.id)
said = speaker_notes(view, plan, decisions, language(), st.context.timezone or "UTC")
for place, (slide, text) in enumerate(said.items(), 1):
    if slide == "questions":
        continue
    with st.container(border=True, key=f"said_{slide}"):
        st.subheader(f"{place}. {t('meeting.step' if slide == 'next' else f'meeting.{slide}')}", anchor=False)
        st.markdown(markdown(text))
st.subheader(t("phrases.page.questions"), anchor=False)
for question, answer in board_questions(view, plan, decisions, language(), services().all_decisions(user())):
    with st.expander(markdown(question), expanded=False):
        st.markdown(markdown(answer))
with st.expander(t("phrases.page.keys"), icon=":material/keyboard:"):
    st.markdown(t("phrases.page.keys_text"))
