"""The profile of a dataset as the data page shows it: what is there, what was assumed, what to mind."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dualcore.intake.records import Column, Profile
from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.present.figures import plot_classes, plot_target
from dualcore.services import DatasetView
from pages import _parts
from pages._shared import language, t, theme

INPUTS = ("numeric", "categorical", "date", "text")


def headline(profile: Profile) -> str:
    """One sentence: how many rows, what is predicted. Escaped Markdown."""
    target = markdown(profile.target, 40)
    if profile.task == "classification":
        return t("data.headline.classes", rows=fmt.count(profile.rows), target=target, n=len(profile.classes))
    return t("data.headline.value", rows=fmt.count(profile.rows), target=target)


def show(dataset: DatasetView) -> None:
    """Key numbers, one picture, notes, and the columns folded below."""
    profile = dataset.profile
    st.title(headline(profile))
    _numbers(profile)
    left, right = st.columns([3, 2], gap="large")
    with left:
        drawn = plot_classes if profile.task == "classification" else plot_target
        if profile.classes or profile.target_histogram:
            _parts.picture(drawn(profile, language(), theme()), "target")
    with right:
        st.markdown(f"### {t('data.assumed')}")
        for sentence in _assumptions(dataset):
            st.markdown(f"- {sentence}")
    _parts.notes(dataset.notes)
    if profile.columns:
        with st.expander(t("data.columns", n=len(profile.columns)), icon=":material/view_column:"):
            column_table(profile.columns)


def _numbers(profile: Profile) -> None:
    inputs = sum(c.role in INPUTS for c in profile.columns)
    shape = " × ".join(fmt.count(s) for s in profile.shape)
    first, second, third = st.columns(3)
    test = t("data.test_rows", rows=fmt.count(profile.test_rows)) if profile.test_rows else t("data.no_test")
    first.metric(t("data.rows"), fmt.count(profile.rows), test, delta_color="off", delta_arrow="off")
    if profile.columns:
        missing = t("data.missing", share=fmt.percent(profile.missing_share, 1))
        second.metric(t("data.inputs"), fmt.count(inputs), missing, delta_color="off", delta_arrow="off")
    else:
        second.metric(
            t(f"data.shape.{profile.kind}"), shape, t(f"kind.{profile.kind}"), delta_color="off", delta_arrow="off"
        )
    share = fmt.percent(profile.duplicate_rows / max(1, profile.rows), 1)
    third.metric(t("data.duplicates"), fmt.count(profile.duplicate_rows), share, delta_color="off", delta_arrow="off")


def _assumptions(dataset: DatasetView) -> list[str]:
    """What dualcore took for granted, as escaped Markdown."""
    profile, chosen = dataset.profile, dataset.question
    out = [t("data.file", name=markdown(dataset.filename, 60), size=fmt.size(profile.size_bytes))]
    out.append(t("data.target_chosen" if chosen.target else "data.target_assumed", target=markdown(profile.target, 40)))
    out.append(t(f"data.task.{profile.task}"))
    if profile.time_column:
        out.append(t("data.time_split", column=markdown(profile.time_column, 40)))
    elif profile.group_column:
        out.append(t("data.group_split", column=markdown(profile.group_column, 40)))
    else:
        out.append(t("data.random_split"))
    if profile.drift_auc is not None:
        out.append(t("data.drift", auc=fmt.number(profile.drift_auc)))
    return out


def column_table(columns: list[Column]) -> None:
    """All columns with their role; cells are plain text, nothing in them is read as Markdown."""
    frame = pd.DataFrame(
        {
            t("data.column.name"): [c.name for c in columns],
            t("data.column.role"): [t(f"role.{c.role}") for c in columns],
            t("data.column.missing"): [fmt.count(c.missing) for c in columns],
            t("data.column.distinct"): [fmt.count(c.distinct) for c in columns],
            t("data.column.examples"): [" / ".join(c.examples[:3]) for c in columns],
        }
    )
    st.dataframe(frame, hide_index=True, alt=t("data.columns", n=len(columns)))
