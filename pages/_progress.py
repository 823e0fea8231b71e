"""A running job on a page: progress by step, remaining time, cancel; and why the last one gave no result."""

from __future__ import annotations

import streamlit as st

from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.services import JobView
from pages._shared import language, services, t, user

SURE = 0.1  # below this progress the remaining time is a guess and is not shown


def _steps(job: JobView) -> None:
    """Finished steps with their time, then the current one."""
    for step in job.steps:
        current = step.code == job.step and job.state == "running"
        icon = ":blue[:material/progress_activity:]" if current else ":green[:material/check:]"
        words = t(f"job.step.{step.code}")
        shown = f"**{words}**" if current else words
        st.markdown(f"{icon} {shown} :gray[{fmt.duration(step.seconds, language())}]")


def _remaining(job: JobView) -> str:
    if job.state == "queued":
        return t("evaluate.queued", ahead=job.ahead) if job.ahead else t("evaluate.starting")
    if job.cancel_requested:
        return t("evaluate.cancelling")
    if job.eta_seconds is None or job.progress < SURE:
        return t("evaluate.running", percent=fmt.percent(job.progress))
    return t("evaluate.remaining", percent=fmt.percent(job.progress), time=fmt.duration(job.eta_seconds, language()))


@st.fragment(run_every=1)
def board(job_id: str) -> None:
    """The progress, read from the job's row; the page is drawn anew once the job has ended."""
    job = services().job(user(), job_id)
    if not job.active:
        st.rerun()
    st.progress(min(1.0, job.progress), _remaining(job))
    _steps(job)
    if st.button(t("evaluate.cancel"), icon=":material/close:", disabled=job.cancel_requested):
        services().cancel_job(user(), job_id)
        st.rerun(scope="fragment")


def ended(job: JobView) -> None:
    """Why the last job gave no result, and what to do."""
    if job.state == "cancelled":
        st.info(t("evaluate.cancelled"), icon=":material/info:")
    if job.state == "failed" and job.error is not None:
        st.error(
            f"**{t('evaluate.failed')}**\n\n{markdown(t(f'error.{job.error.code}', **job.error.fields))}",
            icon=":material/error:",
        )
