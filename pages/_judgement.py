"""What surrounds a verdict: remarks, where it would change, what knowing more is worth, the protocol it followed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dualcore.decision.protocols import differences
from dualcore.decision.sensitivity import Sensitivity
from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.present.figures import plot_goals, plot_money_map
from dualcore.present.sentences import change_rows, reason_sentence
from dualcore.services import EvaluationView
from pages import _link, _parts
from pages._shared import language, services, t, theme, user


def remarks(view: EvaluationView) -> None:
    """What the reader must know besides the reasons."""
    found = [markdown(reason_sentence(r, view.verdict, language())) for r in view.verdict.remarks]
    if found:
        st.info("\n".join(f"- {s}" for s in found) if len(found) > 1 else found[0], icon=":material/info:")


@st.cache_data(max_entries=64, show_spinner=False)
def _sensitivity(evaluation_id: str, judged: str) -> Sensitivity:
    """``judged``: terms and protocol of the verdict, so that another judgement is computed anew."""
    return services().sensitivity(user(), evaluation_id)


def sensitivity(view: EvaluationView) -> None:
    """At which goal or cost would the verdict change."""
    judged = view.verdict.terms.model_dump_json() + view.verdict.protocol.model_dump_json()
    with st.expander(t("sensitivity.heading"), icon=":material/multiple_stop:"):
        found = _sensitivity(view.id, judged)
        metric = view.evidence.metric
        _parts.picture(plot_goals(found, metric, language(), theme()), "goals")
        amounts = [m.amount for m in found.maps]
        # The amount that can change the verdict first.
        first = next((m.amount for m in found.maps if m.changes_at(found.goal, found.decision) != (None, None)), amounts[0])
        amount = st.segmented_control(
            t("sensitivity.map.pick"), amounts, default=_link.chosen("amount", amounts, first), required=True, key=f"amount_{view.id}",
            on_change=lambda: st.query_params.update(amount=st.session_state[f"amount_{view.id}"]),
            format_func={a: t(f"sensitivity.map.axis_{a}") for a in amounts}.get,
        )  # fmt: skip
        _parts.picture(plot_money_map(found, amount or first, metric, language(), theme()), "money_map")


def information(view: EvaluationView) -> None:
    """What it is worth to find out more before deciding."""
    verdict, l = view.verdict, language()  # noqa: E741
    if not verdict.information:  # a verdict from before this was computed
        return
    money = lambda v: fmt.money(_two(v), verdict.currency, l)  # noqa: E731
    st.markdown(f"### {t('information.heading')}")
    if all(i.sample <= 0 for i in verdict.information):
        st.write(t("information.none"))
    else:
        for i in verdict.information:
            advice = t("information.pays" if i.net > 0 else "information.pays_not")
            st.write(t(f"information.{i.stage}", sample=money(i.sample), cost=money(i.cost), advice=advice))
    st.caption(t("information.perfect", perfect=money(verdict.perfect_information)))
    frame = pd.DataFrame(
        {
            t("information.column.stage"): [t(f"information.stage.{i.stage}") for i in verdict.information],
            t("information.column.sample"): [f"{money(i.sample)} ({money(i.low)}–{money(i.high)})" for i in verdict.information],
            t("information.column.perfect"): [money(i.perfect) for i in verdict.information],
            t("result.cost"): [money(i.cost) for i in verdict.information],
            t("information.column.changes"): [fmt.percent(i.changes) for i in verdict.information],
        }
    )
    st.dataframe(frame, hide_index=True, alt=t("information.heading"))
    st.caption(t("information.read"))


def _two(value: float) -> float:
    """Two significant digits: the draws support no more."""
    return float(f"{value:.1e}")


def present_protocol(view: EvaluationView) -> None:
    """Offer to judge an old evaluation by the protocol now in force, when that is another one."""
    now = services().protocol(user()).protocol
    rows = change_rows(differences(view.verdict.protocol, now), language())
    if not rows:
        return
    with st.expander(t("protocol.rejudge", version=now.version), icon=":material/rule:"):
        st.write(t("protocol.rejudge_lead", old=markdown(view.verdict.protocol.version), version=now.version))
        heads = [t("protocol.change.name"), view.verdict.protocol.version, now.version]
        st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True, alt=t("protocol.rejudge", version=now.version))
        if st.button(t("protocol.rejudge", version=now.version), key="rejudge", icon=":material/refresh:"):
            services().judge_by_present_protocol(user(), view.id)
            st.rerun()


def revisions(view: EvaluationView) -> None:
    """Every verdict that was given on this evaluation."""
    found = services().verdict_history(user(), view.id)
    zone = ZoneInfo(st.context.timezone or "UTC")
    st.markdown(f"### {t('protocol.revisions')}")
    frame = pd.DataFrame(
        {
            t("protocol.history.when"): [r.created.astimezone(zone).strftime("%Y-%m-%d %H:%M") for r in found],
            t("protocol.history.who"): [r.user for r in found],
            t("protocol.revision.occasion"): [t(f"protocol.occasion.{r.occasion}") for r in found],
            t("protocol.revision.decision"): [t(f"verdict.{r.decision}") for r in found],
            t("term.confidence"): [fmt.number(r.confidence) for r in found],
            t("protocol.revision.goal"): [fmt.score(r.goal) for r in found],
            t("result.provenance.protocol"): [r.protocol for r in found],
        }
    )
    st.dataframe(frame, hide_index=True, alt=t("protocol.revisions"))
