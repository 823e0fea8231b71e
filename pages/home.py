"""All projects: what was asked, what is recommended, how sure, how much money; and how to start one."""

import streamlit as st

from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.services import ProjectView
from pages import _parts
from pages._shared import go, in_words, language, services, t, user


def _next_page(project: ProjectView) -> str:
    """Where a person continues with the project."""
    if project.active_job is not None:
        return "evaluate.py"
    if project.stage >= 1:
        return "result.py"
    return "data.py" if project.kind is None else "evaluate.py"


def _state(project: ProjectView) -> str:
    """Markdown of the verdict, or of how far the project is."""
    if project.active_job is not None and project.active_job.state == "queued":
        return f":gray-badge[:material/schedule: {t('job.state.queued')}]"
    if project.active_job is not None:
        done = fmt.percent(project.active_job.progress)
        return f":blue-badge[:material/progress_activity: {t('home.running', done=done)}]"
    if project.decision is not None:
        return _parts.verdict_badge(project.decision, project.confidence)
    return f":gray[{t('home.no_data' if project.kind is None else 'home.not_evaluated')}]"


def _card(project: ProjectView) -> None:
    name, question = in_words(project)
    with st.container(border=True, key=f"project_{project.id}"):
        text, state, button = st.columns([6, 3.4, 1.4], vertical_alignment="center")
        text, state = text.container(gap="xxsmall"), state.container(gap="xxsmall")
        demo = f" :gray-badge[{t('home.demo')}]" if project.demo else ""
        text.markdown(f"**{markdown(name, 80)}**{demo}")
        if question:
            text.caption(markdown(question, 140))
        state.markdown(_state(project))
        facts = (
            [] if project.rows is None else [t(f"kind.{project.kind}"), t("home.rows", rows=fmt.count(project.rows))]
        )
        facts.append(t("home.value", value=fmt.money(project.terms.value, project.terms.currency, language())))
        state.caption(" · ".join(facts))
        if button.button(t("home.open"), key=f"open_{project.id}", width="stretch"):
            go(_next_page(project), project.id)


def _summary(projects: list[ProjectView]) -> None:
    """How many projects stand at which verdict."""
    judged = [p for p in projects if p.decision is not None]
    counts = [(d, sum(p.decision == d for p in judged)) for d in _parts.VERDICTS]
    shown = [f"{_parts.verdict_badge(d)} {n}" for d, n in counts if n]
    if shown:
        st.markdown("  ".join(shown))


@st.fragment(run_every=2)
def _refresh_until_idle() -> None:
    """While jobs run, look again; the whole page is drawn anew when one of them has ended."""
    active = {p.id for p in services().list_projects(user()) if p.active_job is not None}
    seen = st.session_state.setdefault("home_active", active)
    if active != seen:
        st.session_state["home_active"] = active
        st.rerun()


projects = services().list_projects(user())
st.title(t("home.title"))
st.write(t("home.lead"))
if st.button(t("home.new"), type="primary", icon=":material/add:"):
    st.switch_page("new_project.py")
if not projects:
    with st.container(border=True):
        st.subheader(t("home.empty.title"))
        st.write(t("home.empty.text"))
        if st.button(t("home.empty.button"), icon=":material/play_circle:"):
            services().seed_demo_projects(user(), language())
            st.rerun()
else:
    left, right = st.columns([3, 4], vertical_alignment="center")
    left.subheader(t("home.projects", n=len(projects)))
    with right:
        _summary(projects)
    for project in projects:
        _card(project)
    if any(p.active_job is not None for p in projects):
        _refresh_until_idle()
