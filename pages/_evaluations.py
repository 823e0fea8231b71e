"""All evaluations of a project: open an earlier one, or hold several side by side."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import streamlit as st

from dualcore.present import format as fmt
from dualcore.present.escape import distinct, shorten
from dualcore.services import EvaluationView, ProjectView
from dualcore.services.portfolio import FEWEST, MOST, EvaluationLine
from pages._shared import language, services, t, user


def _label(line: EvaluationLine) -> str:
    when = line.created.astimezone(ZoneInfo(st.context.timezone or "UTC")).strftime("%Y-%m-%d %H:%M")
    score = f"{fmt.metric_name(line.metric, language())} {fmt.score_with_interval(line.score, line.low, line.high, language())}"
    verdict = f"{t(f'verdict.{line.verdict}')} {line.confidence:.2f}"
    return t("evaluations.one", when=when, architecture=shorten(line.skeleton, 30), score=score, verdict=verdict)


def _open() -> None:
    st.query_params["evaluation"] = st.session_state["evaluation_open"]


def section(project: ProjectView, view: EvaluationView) -> None:
    """Drawn only where there is more than one evaluation."""
    if project.evaluations < FEWEST:
        return
    lines = distinct({line.id: _label(line) for line in services().evaluation_lines(user(), project.id)})
    with st.expander(t("evaluations.title", n=len(lines)), icon=":material/history:", key="evaluations"):
        st.session_state["evaluation_open"] = view.id
        st.selectbox(t("evaluations.open"), list(lines), format_func=lines.get, key="evaluation_open", on_change=_open)
        st.caption(t("evaluations.lead"))
        chosen = st.multiselect(
            t("evaluations.choose"), list(lines), default=[view.id], format_func=lines.get, max_selections=MOST,
            placeholder=t("evaluations.choose_hint"), key=f"evaluations_{view.id}",
        )  # fmt: skip
        if st.button(t("evaluations.compare"), icon=":material/compare:", disabled=len(chosen) < FEWEST):
            st.switch_page("compare.py", query_params={"items": ",".join(chosen)})
