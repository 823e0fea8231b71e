"""Stage 4: the plan of the full investment with its gates, its assumptions, and the starter kit."""

import pandas as pd
import streamlit as st

from dualcore.decision.plan import Plan
from dualcore.errors import DualcoreError
from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.present.figures.plan import plot_plan, plot_value
from dualcore.services import EvaluationView
from pages import _link, _parts
from pages._shared import go, language, open_project, services, t, theme, user

SPEEDS = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]


def _money(plan: Plan, amount: float) -> str:
    return fmt.money(amount, plan.currency, language())


def _answer(plan: Plan, view: EvaluationView) -> None:
    kind = "not" if not plan.worthwhile else "worthwhile" if plan.net_low > 0 else "open"
    like = {"worthwhile": "invest", "open": "re-evaluate", "not": "stop"}[kind]
    color, icon = _parts.VERDICTS[like]
    with st.container(border=True, key=f"verdict_{like}"):
        st.title(f":{color}[:material/{icon}:] {t(f'plan.title.{kind}', net=_money(plan, abs(plan.net)))}", anchor=False)
        st.write(t("plan.lead"))
    if view.verdict.decision != "invest":
        st.info(t("plan.against", verdict=t(f"verdict.{view.verdict.decision}")), icon=":material/info:")


def _numbers(plan: Plan) -> None:
    first, second, third = st.columns(3)
    quiet = {"delta_color": "off", "delta_arrow": "off"}
    first.metric(t("plan.net"), _money(plan, plan.net), t("plan.net_below", low=_money(plan, plan.net_low), high=_money(plan, plan.net_high)), **quiet)
    second.metric(t("plan.chance"), fmt.percent(plan.chance), t("plan.chance_below", loss=fmt.percent(plan.loss)), **quiet)
    below = t("plan.cost_below", cost=_money(plan, plan.cost), days=fmt.number(plan.days, 0))
    third.metric(t("plan.cost"), _money(plan, plan.expected_cost), below, **quiet)


def _hours(value: float) -> str:
    return fmt.number(value, 0 if value >= 10 or value == 0 else 1) if value >= 0.05 or value == 0 else "< 0.1"


def _phases(plan: Plan) -> None:
    total, lines = 0.0, []
    for phase in plan.phases:
        total += phase.cost
        name = t(f"plan.phase.{phase.code}")
        days = t("plan.day", start=fmt.number(phase.start, 0), end=fmt.number(phase.start + phase.days, 0))
        lines.append((t("plan.phase.done", phase=name) if phase.done else name, days, _hours(phase.gpu_hours), _money(plan, phase.cost), _money(plan, total)))
    names = ("phase", "days", "gpu", "cost", "total")
    frame = pd.DataFrame({t(f"plan.column.{n}"): column for n, column in zip(names, zip(*lines))})
    st.subheader(t("plan.phases"), anchor=False)
    st.dataframe(frame, hide_index=True, alt=t("plan.phases"))


def _gates(plan: Plan) -> None:
    side = "above" if plan.greater_is_better else "below"
    metric = fmt.metric_name(plan.metric, language())
    lines = [
        {
            "gate": t(f"plan.gate.{g.code}"), "when": t("plan.at_day", day=fmt.number(g.day, 0)),
            "stop": t(f"plan.stop.{g.code}.{side}", metric=metric, threshold=fmt.number(g.threshold, 3)),
            "passes": fmt.percent(g.passes), "spent": _money(plan, g.spent), "ahead": _money(plan, g.ahead), "chance": fmt.percent(g.chance),
        }
        for g in plan.gates
    ]  # fmt: skip
    st.subheader(t("plan.gates"), anchor=False)
    for line in lines:
        st.markdown(f":violet[:material/diamond:] **{line['gate']}** ({line['when']}): {markdown(line['stop'])}")
    names = ("gate", "passes", "spent", "ahead", "chance")
    frame = pd.DataFrame({t(f"plan.column.{n}"): [line[n] for line in lines] for n in names})
    st.dataframe(frame, hide_index=True, alt=t("plan.gates"))


def _assumptions(plan: Plan) -> None:
    metric = fmt.metric_name(plan.metric, language())
    if plan.seconds is None:
        gpu = t("plan.assumption.gpu_protocol", budget=fmt.count(plan.budget_gpu_hours))
    else:
        gpu = t(
            "plan.assumption.gpu_measured", seconds=fmt.duration(plan.seconds, language()), trainings=plan.trainings,
            ratio=fmt.significant(plan.speed_ratio), budget=fmt.count(plan.budget_gpu_hours),
        )
    terms = plan.terms
    rows = {
        "goal": t("plan.assumption.goal_assumed" if plan.goal_assumed else "plan.assumption.goal_text", metric=metric, goal=fmt.number(plan.goal, 3)),
        "value": _money(plan, terms.value),
        "rates": t("plan.assumption.rates_text", day=_money(plan, terms.day_cost), hour=_money(plan, terms.gpu_hour_cost)),
        "days": t("plan.assumption.days_text", version=plan.protocol_version),
        "gpu": gpu,
        "chance": t(f"plan.assumption.chance_{plan.chance_from}"),
        "outcome": t("plan.assumption.outcome_text", low=_money(plan, plan.outcome_low), high=_money(plan, plan.outcome_high)),
        "draws": t("plan.assumption.draws_text", draws=fmt.count(plan.draws), seed=plan.seed),
    }
    if plan.reevaluated is not None:
        rows["reevaluated"] = fmt.signed(plan.reevaluated, 3)
    st.subheader(t("plan.assumptions"), anchor=False)
    with st.container(border=True):
        for key, text in rows.items():
            left, right = st.columns([1, 4])
            left.markdown(f":gray[{t(f'plan.assumption.{key}')}]")
            right.markdown(markdown(text))


def _kit(view: EvaluationView) -> None:
    """Making it reads the data again, which takes seconds: first a click, then the download."""
    with st.container(border=True, key="starter_kit"):
        st.subheader(t("plan.kit.title"), anchor=False)
        st.write(t("plan.kit.text"))
        st.caption(t("plan.kit.privacy"))
        if not view.has_model:
            st.info(t("plan.kit.no_model"), icon=":material/info:")
            return
        if _parts.locked(view.project_id, "full"):
            return
        made = st.session_state.get("kit")
        if made is None or made[0] != (view.id, language()):
            if not st.button(t("plan.kit.make"), type="primary", icon=":material/inventory_2:"):
                return
            try:
                with st.spinner(t("plan.kit.making")):
                    made = ((view.id, language()), services().starter_kit(user(), view.id, language()))
            except DualcoreError as error:
                st.error(markdown(t(f"error.{error.code}", **error.fields)), icon=":material/error:")
                return
            st.session_state["kit"] = made
        st.download_button(
            t("plan.kit.download", size=fmt.size(len(made[1]))), made[1], file_name=f"dualcore-{view.id}-kit.zip", mime="application/zip",
            on_click="ignore", icon=":material/download:", type="primary",
        )  # fmt: skip


project = open_project()
_parts.stepper(project)
view = _link.evaluation(project)
if view is None:
    st.title(t("plan.none.title"))
    st.write(t("plan.none.text"))
    if st.button(t("result.none.button"), type="primary", icon=":material/play_arrow:"):
        go("evaluate.py", project.id)
else:
    cpu = view.evidence.manifest.device == "cpu"
    asked = _link.chosen("speed", [f"{s:g}" for s in SPEEDS], f"{10 if cpu else 1}")
    ratio = st.session_state.get("plan_speed", next(s for s in SPEEDS if f"{s:g}" == asked))
    plan = services().plan(user(), view.id, ratio)
    _answer(plan, view)
    _numbers(plan)
    _parts.terms("expected_value", "gate", "full_training", "protocol", "starter_kit")
    _parts.picture(plot_plan(plan, language(), theme()), "plan")
    _parts.picture(plot_value(plan, language(), theme()), "plan_value")
    _kit(view)
    _gates(plan)
    _phases(plan)
    _assumptions(plan)
    if plan.seconds is not None:
        st.select_slider(
            t("plan.speed"), SPEEDS, value=ratio, format_func=lambda v: f"× {v:g}", help=t("plan.speed_help"), key="plan_speed",
            on_change=lambda: st.query_params.update(speed=f"{st.session_state['plan_speed']:g}"),
        )
    st.download_button(
        t("plan.record"), lambda: plan.model_dump_json(indent=1), file_name=f"dualcore-{view.id}-plan.json", mime="application/json",
        on_click="ignore", icon=":material/data_object:",
    )  # fmt: skip
