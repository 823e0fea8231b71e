"""The company's own record: what became of the decisions that were put on record."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dualcore.decision.ownrecord import FEWEST, OwnRecord, Share
from dualcore.present import format as fmt
from dualcore.present.figures.portfolio import plot_own_money, plot_own_record
from pages import _parts
from pages._shared import language, services, t, theme, user


def _share(found: Share) -> str:
    if found.share is None:
        return t("own.too_few")
    return t("own.interval", share=fmt.percent(found.share), low=fmt.percent(found.low), high=fmt.percent(found.high))


def _numbers(record: OwnRecord) -> None:
    quiet = {"delta_color": "off", "delta_arrow": "off"}
    first, second, third = st.columns(3)
    first.metric(t("own.decisions"), fmt.count(record.decisions), t("own.decisions_note", n=fmt.count(record.projects)), **quiet)
    against = record.overrides_right
    note = t("own.overrides_note", known=fmt.count(against.known), right=fmt.count(against.right))
    second.metric(t("own.overrides"), fmt.count(record.overrides), note, **quiet)
    third.metric(t("own.known"), fmt.count(record.known), t("own.known_note", n=fmt.count(record.decisions - record.known)), **quiet)


def section() -> None:
    record = services().own_record(user())
    st.subheader(t("own.title"), anchor=False)
    if record.decisions == 0:
        st.info(t("own.none"), icon=":material/gavel:")
        return
    st.write(t("own.lead"))
    _numbers(record)
    if record.people.share is None:
        counts = dict(known=record.known, least=FEWEST, people=record.people.right, ours=record.recommendations.right)
        st.info(t("own.few", **counts), icon=":material/hourglass_empty:")
    else:
        _parts.picture(plot_own_record(record, language(), theme()), "own")
    _parts.picture(plot_own_money(record, language(), theme()), "own_money")
    rows = {v: s for v, s in record.by_verdict.items() if s.known}
    if rows:
        columns = {
            "verdict": [t(f"verdict.{v}") for v in rows], "known": [s.known for s in rows.values()], "right": [s.right for s in rows.values()],
            "share": [_share(s) for s in rows.values()],
        }  # fmt: skip
        with st.expander(t("own.table"), icon=":material/table_rows:"):
            st.dataframe(pd.DataFrame({t(f"own.column.{k}"): v for k, v in columns.items()}), hide_index=True, alt=t("own.table"))
