"""The record that the verdicts are judged by: agreement, honesty, money, every case."""

import pandas as pd
import streamlit as st

from dualcore.present import format as fmt
from dualcore.present.figures import plot_agreement, plot_full_gain, plot_policies, plot_reliability
from dualcore.services import TrackRecord
from pages import _own_record, _parts
from pages._shared import language, services, t, theme


def _numbers(record: TrackRecord) -> None:
    found, quiet = record.results, {"delta_color": "off", "delta_arrow": "off"}
    first, second, third = st.columns(3)
    value, low, high = found.agreement
    first.metric(t("track.agreement"), fmt.percent(value), t("track.interval", low=fmt.percent(low), high=fmt.percent(high)), **quiet)
    money = found.regret[len(found.regret) // 2]
    share = lambda v: fmt.percent(v / money.oracle if money.oracle > 0 else 0.0)  # noqa: E731
    second.metric(t("track.money"), share(money.ours), t("track.money_note", always=share(money.always)), **quiet)
    told = len(found.noise_told_to_go)
    third.metric(t("track.noise"), t("track.noise_some", n=told) if told else t("track.noise_none"), t("track.noise_note"), **quiet)


def _cases(record: TrackRecord) -> None:
    cases = record.cases
    frame = pd.DataFrame(
        {
            t("track.column.dataset"): [c.dataset for c in cases],
            t("track.column.kind"): [t(f"kind.{c.seen.kind}") for c in cases],
            t("track.column.rows"): [c.seen.rows for c in cases],
            t("track.column.estimate"): [fmt.number(c.seen.score, 3) for c in cases],
            t("track.column.last"): [fmt.number(c.truth.last, 3) for c in cases],
            t("track.column.full"): [fmt.number(c.truth.full, 3) for c in cases],
            t("track.column.other"): [fmt.number(c.truth.other, 3) for c in cases],
        }
    )
    with st.expander(t("track.cases"), icon=":material/table_rows:"):
        st.dataframe(frame, hide_index=True, alt=t("track.cases"))


record = services().track_record()
st.title(t("track.title"))
_own_record.section()
st.subheader(t("own.public"), anchor=False)
if record is None:
    st.info(t("track.none"))
else:
    found = record.results
    st.write(t("track.lead", datasets=found.datasets, cases=found.cases))
    _numbers(record)
    _parts.terms("backtest", "hindsight", "calibration", "brier_skill", "full_training", "expected_value")
    _parts.picture(plot_agreement(found, language(), theme()), "agreement")
    _parts.picture(plot_full_gain(record, language(), theme()), "gain")
    _parts.picture(plot_reliability(found.reach.reliability, found.reach.calibration_error, language(), theme()), "reliability")
    _parts.picture(plot_policies(found, language(), theme()), "policies")
    st.subheader(t("track.limits"), anchor=False)
    st.markdown(t("track.limits_text", gain_skill=fmt.number(found.gain.skill, 2), cost=fmt.number(found.cost.cpu_median, 2)))
    for verdict in (v for v, n in found.counts.items() if n == 0):
        st.warning(t("track.never", verdict=t(f"verdict.{verdict}"), n=found.primary[verdict]), icon=":material/warning:")
    _cases(record)
