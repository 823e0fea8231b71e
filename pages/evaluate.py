"""Start stage 1, watch it by step, cancel it, or read why it failed."""

from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dualcore.present import format as fmt
from dualcore.present.architecture import evaluation_device
from dualcore.present.escape import markdown
from dualcore.services import ProjectView
from pages import _choice, _parts, _profile, _progress
from pages._shared import go, language, open_project, services, t, user


def _plan(project: ProjectView) -> None:
    """What the click will do: data, architecture, metric, goal, device."""
    dataset = services().dataset(user(), project.id)
    goal, terms = project.terms.goal, project.terms
    metric = t(f"metric.{project.metric}") if project.metric else t("terms.metric_auto")
    rows = [
        (t("evaluate.data"), _profile.headline(dataset.profile)),
        (t("evaluate.architecture"), markdown(_choice.name(project.id))),
        (
            t("evaluate.metric"),
            metric if goal is None else t("evaluate.metric_goal", metric=metric, goal=fmt.number(goal)),
        ),
        (t("evaluate.device"), t(f"device.{evaluation_device()}")),
        (
            t("evaluate.cost"),
            t("evaluate.cost_text", cost=fmt.money(terms.gpu_hour_cost / 60, terms.currency, language())),
        ),
    ]
    with st.container(border=True):
        for name, text in rows:
            left, right = st.columns([1, 4])
            left.markdown(f":gray[{name}]")
            right.markdown(text)


def _history(project: ProjectView) -> None:
    """All runs of this project."""
    jobs = services().jobs(user(), project.id)
    if not jobs:
        return
    with st.expander(t("evaluate.history", n=len(jobs)), icon=":material/history:"):
        frame = pd.DataFrame(
            {
                t("evaluate.history.when"): [
                    j.created.astimezone(ZoneInfo(st.context.timezone or "UTC")).strftime("%Y-%m-%d %H:%M")
                    for j in jobs
                ],
                t("evaluate.history.state"): [t(f"job.state.{j.state}") for j in jobs],
                t("result.time"): [fmt.duration(j.elapsed_seconds, language()) if j.started else "" for j in jobs],
            }
        )
        st.dataframe(frame, hide_index=True, alt=t("evaluate.history", n=len(jobs)))


project = open_project()
_parts.stepper(project)
job = services().active_job(user(), project.id)
if job is not None and job.kind != "evaluate":
    job = None  # a later stage runs; it has a page of its own
if project.kind is None:
    st.title(t("evaluate.no_data.title"))
    st.write(t("evaluate.no_data.text"))
    if st.button(t("evaluate.no_data.button"), type="primary", icon=":material/table_chart:"):
        go("data.py", project.id)
elif job is not None:
    st.session_state["watched"] = job.id
    st.title(t("evaluate.title_running"))
    st.write(t("evaluate.lead_running"))
    _progress.board(job.id)
else:
    latest = next((j for j in services().jobs(user(), project.id) if j.kind == "evaluate"), None)
    if latest is not None and latest.state == "done" and st.session_state.get("watched") == latest.id:
        st.session_state.pop("watched")
        go("result.py", project.id, evaluation=latest.result_id)
    st.title(t("evaluate.title"))
    st.write(t("evaluate.lead"))
    if latest is not None:
        _progress.ended(latest)
    _plan(project)
    if st.button(t("evaluate.start"), type="primary", icon=":material/play_arrow:"):
        started = services().start_evaluation(
            user(), project.id, skeleton=_choice.skeleton(project.id), metric=project.metric, width=_choice.chosen(project.id).width
        )
        st.session_state["watched"] = started.id
        st.rerun()
    if project.stage >= 1 and st.button(t("evaluate.see_result"), icon=":material/fact_check:"):
        go("result.py", project.id)
    _history(project)
