"""Data of a project: upload or demo, how it is read, what to predict, and the profile."""

import streamlit as st

from dualcore.present.escape import markdown
from dualcore.services import ProjectView
from pages import _link, _parts, _profile, _upload
from pages._shared import go, language, open_project, services, t, user


def _demos(project: ProjectView) -> None:
    for demo in services().demos():
        with st.container(border=True):
            text, button = st.columns([5, 1.4], vertical_alignment="center")
            text.markdown(f"**{markdown(demo.name[language()])}** :gray-badge[{t(f'kind.{demo.kind}')}]")
            text.caption(markdown(demo.text[language()]))
            if button.button(t("data.use_demo"), key=f"demo_{demo.id}", width="stretch"):
                with st.spinner(t("data.preparing")):
                    services().attach_demo(user(), project.id, demo.id)
                st.session_state.pop("change_data", None)
                go("data.py", project.id)


project = open_project()
_parts.stepper(project)
dataset = services().dataset(user(), project.id)
if dataset is not None and st.session_state.get("change_data") != project.id:
    _profile.show(dataset)
    if st.button(t("data.next"), type="primary", icon=":material/arrow_forward:"):
        go("architecture.py", project.id)
    if st.button(t("data.change"), icon=":material/swap_horiz:"):
        st.session_state["change_data"] = project.id
        st.rerun()
else:
    st.title(t("data.title"))
    st.write(t("data.lead"))
    upload, demo = _link.tabs("tab", {"upload": t("data.tab.upload"), "demo": t("data.tab.demo")})
    with upload:
        _upload.show(project)
    with demo:
        _demos(project)
