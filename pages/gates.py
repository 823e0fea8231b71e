"""The gates of a project: plan, evidence, recommendation, and the decision a person puts on record."""

from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dualcore.errors import DataError, NotAllowed
from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.services import DecisionInput, DecisionView, GateView, OutcomeInput, ProjectView
from pages import _parts
from pages._shared import go, language, open_project, services, t, user

EVIDENCE = {"last_layer": "result.py", "reevaluate": "reevaluate.py", "intermediate": "tune.py", "full": "invest.py"}
RUN = {**EVIDENCE, "last_layer": "evaluate.py"}
REACHED = ("open", "last_layer", "full", "other", "nothing")
RIGHT = {"last_layer": "adopt", "full": "invest", "other": "re-evaluate", "nothing": "stop"}


def _when(moment) -> str:
    return moment.astimezone(ZoneInfo(st.context.timezone or "UTC")).strftime("%Y-%m-%d %H:%M")


def _money(value: float, project: ProjectView) -> str:
    return fmt.money(value, project.terms.currency, language())


def _state(gate: GateView) -> tuple[str, str]:
    if not gate.unlocked and gate.decision is None:
        return "gray", "locked"
    if gate.waiting:
        return ("orange", "waiting") if gate.decision is None else ("orange", "older")
    return ("green", "decided") if gate.decision is not None else ("blue", "ready")


def _gate(gate: GateView, project: ProjectView) -> None:
    color, state = _state(gate)
    with st.container(border=True, key=f"gate_{gate.stage}"):
        stage = t(f"stage.{gate.stage}")
        st.markdown(f"### {t('gates.heading', place=gate.place, stage=stage)} :{color}-badge[{t(f'gates.state.{state}')}]")
        if state == "locked":
            st.caption(t("gates.locked_text", needed=t(f"verdict.{_parts.NEEDED[gate.stage]}")))
            return
        left, right = st.columns([3, 2], gap="large")
        with left:
            st.caption(t("gates.plan"))
            st.write(t(f"gates.plan_text.{gate.stage}", cost=_money(gate.cost, project)))
            _fixed(gate)
        with right:
            _found(gate)
            if gate.recommended is not None and st.button(t("gates.open_evidence"), key=f"evidence_{gate.stage}", icon=":material/fact_check:"):
                go(EVIDENCE[gate.stage], project.id)
            elif gate.recommended is None and st.button(t("gates.run"), key=f"run_{gate.stage}", icon=":material/play_arrow:"):
                go(RUN[gate.stage], project.id)


def _fixed(gate: GateView) -> None:
    fixed = gate.registration
    if fixed is not None:
        goal = t("gates.goal_open") if fixed.terms.goal is None else fmt.number(fixed.terms.goal, 3)
        st.caption(
            t("gates.fixed", goal=goal, gain=fmt.number(fixed.terms.minimum_gain, 3), protocol=fixed.protocol.version,
              when=_when(fixed.created), who=markdown(services().names(user(), [fixed.user])[fixed.user]))
        )  # fmt: skip
        if fixed.late:
            st.warning(t("gates.fixed_late"), icon=":material/history:")
    if gate.moved:
        st.warning(t("gates.moved"), icon=":material/edit_note:")


def _found(gate: GateView) -> None:
    if gate.recommended is not None:
        st.caption(t("gates.recommended"))
        st.markdown(_parts.verdict_badge(gate.recommended, gate.confidence))
    made = gate.decision
    if made is not None:
        st.caption(t("gates.decided"))
        how = f":gray-badge[{t('gates.follow')}]" if made.follows else f":red-badge[{t('gates.override')}]"
        st.markdown(f"{_parts.verdict_badge(made.action)} {how}")
        st.caption(t("gates.by", when=_when(made.created), who=markdown(made.user_name)))
        for name, text in (("reason", made.reason), ("conditions", made.conditions), ("review_on", made.review_on)):
            if text:
                st.markdown(f":gray[{t(f'gates.{name}')}] {markdown(str(text))}")


def _form(gate: GateView, project: ProjectView, newest: str | None) -> None:
    """One form for the gate that is due."""
    actions = list(_parts.VERDICTS)
    with st.form(f"decide_{gate.stage}"):
        st.subheader(t("gates.form"), anchor=False)
        action = st.segmented_control(
            t("gates.form.action"), actions, default=gate.recommended, required=True,
            format_func={a: t(f"verdict.{a}") for a in actions}.get, key=f"action_{gate.stage}",
        )  # fmt: skip
        reason = st.text_area(t("gates.form.reason"), placeholder=t("gates.form.reason_hint"), key=f"reason_{gate.stage}", max_chars=4000)
        conditions = st.text_area(
            t("gates.form.conditions"), placeholder=t("gates.form.conditions_hint"), key=f"conditions_{gate.stage}", max_chars=4000
        )
        left, right = st.columns(2)
        review = left.date_input(t("gates.form.review"), value=None, format="YYYY-MM-DD", key=f"review_{gate.stage}")
        currency = t(f"currency.{project.terms.currency}")
        spent = right.number_input(
            t("gates.form.spent", currency=currency), min_value=0.0, step=100_000.0, format="%.0f", key=f"spent_{gate.stage}"
        )
        st.caption(t("gates.form.final"))
        sent = st.form_submit_button(t("gates.form.send"), type="primary", icon=":material/gavel:")
    if not sent:
        return
    values = DecisionInput(
        stage=gate.stage, evaluation_id=gate.evaluation_id, stage_run_id=gate.stage_run_id, action=action, reason=reason,
        conditions=conditions, review_on=review, spent=spent, seen=newest,
    )  # fmt: skip
    try:
        services().decide(user(), project.id, values)
    except (DataError, NotAllowed) as error:
        st.error(markdown(t(f"error.{error.code}", **error.fields)), icon=":material/error:")
        return
    st.session_state["gates_said"] = t("gates.recorded")
    st.rerun()


def _afterwards(made: DecisionView) -> str:
    if made.outcome is None:
        return ""
    text = t(f"gates.reached.{made.outcome.reached_by}")
    if made.right is None:
        return text
    return f"{text} / {t('gates.right') if made.right else t('gates.wrong', right=t('verdict.' + RIGHT[made.outcome.reached_by]))}"


def _history(made: list[DecisionView]) -> None:
    st.subheader(t("gates.history"), anchor=False)
    st.caption(t("gates.overrides", n=sum(not d.follows for d in made), all=len(made)))
    columns = {
        "number": [d.number for d in made], "when": [_when(d.created) for d in made], "who": [d.user_name for d in made],
        "stage": [t(f"stage.{d.stage}") for d in made], "recommended": [t(f"verdict.{d.recommended}") for d in made],
        "action": [t(f"verdict.{d.action}") for d in made], "reason": [d.reason for d in made],
        "conditions": [d.conditions for d in made],
        "avoided": [fmt.money(d.avoided, d.currency, language()) for d in made], "outcome": [_afterwards(d) for d in made],
    }  # fmt: skip
    st.dataframe(pd.DataFrame({t(f"gates.column.{k}"): v for k, v in columns.items()}), hide_index=True, alt=t("gates.history"))


def _outcome(made: list[DecisionView], project: ProjectView) -> None:
    with st.expander(t("gates.outcome"), icon=":material/update:"), st.form("outcome", border=False):
        st.caption(t("gates.outcome_lead"))
        names = {
            d.id: t("gates.outcome.decision_option", number=d.number, stage=t(f"stage.{d.stage}"), action=t(f"verdict.{d.action}"), when=_when(d.created))
            for d in made
        }  # fmt: skip
        decision = st.selectbox(t("gates.outcome.decision"), list(names), format_func=names.get)
        reached = st.radio(t("gates.outcome.reached_by"), REACHED, format_func={r: t(f"gates.reached.{r}") for r in REACHED}.get)
        currency = t(f"currency.{project.terms.currency}")
        first, second, third = st.columns(3)
        metric = fmt.metric_name(project.metric, language()) if project.metric else t("terms.goal")
        score = first.number_input(t("gates.outcome.score", metric=metric), value=None, format="%.3f")
        spent = second.number_input(t("gates.outcome.spent", currency=currency), value=None, min_value=0.0, format="%.0f")
        benefit = third.number_input(t("gates.outcome.benefit", currency=currency), value=None, format="%.0f")
        remark = st.text_area(t("gates.outcome.note"), max_chars=4000)
        if st.form_submit_button(t("gates.outcome.send"), icon=":material/save:"):
            values = OutcomeInput(reached_by=reached, score=score, spent=spent, benefit=benefit, note=remark)
            services().record_outcome(user(), project.id, decision, values)
            st.session_state["gates_said"] = t("gates.outcome.recorded")
            st.rerun()


project = open_project()
_parts.stepper(project)
gates = services().gates(user(), project.id)
decisions = services().decisions(user(), project.id)
due = next((g for g in reversed(gates) if g.waiting), None)
if due is not None:
    st.title(t("gates.title_waiting", stage=t(f"stage.{due.stage}")))
elif decisions:
    st.title(t("gates.title_decided", action=t(f"verdict.{decisions[0].action}")))
else:
    st.title(t("gates.title_none"))
st.write(t("gates.lead"))
if said := st.session_state.pop("gates_said", None):
    st.success(said, icon=":material/check:")
for gate in gates:
    _gate(gate, project)
    if gate is due:
        if services().may(user(), project.id, "decide"):
            _form(gate, project, decisions[0].id if decisions else None)
        else:
            st.info(t("gates.not_decider"), icon=":material/lock:")
if decisions:
    _history(decisions)
    _outcome(decisions, project)
