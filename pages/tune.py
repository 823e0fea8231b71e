"""Stage 3: what tuning block by block will do and cost at most; the running board; what it found."""

import pandas as pd
import streamlit as st

from dualcore.decision.steps import TuningVerdict, weigh_tuning
from dualcore.evidence.stages import Tuning
from dualcore.present import figures as draw
from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.present.tuning import MINUTES, network_name, tuning_plan
from dualcore.services import EvaluationView, JobView, ProjectView, StageView
from pages import _link, _parts, _progress
from pages._shared import go, language, on_click, open_project, services, t, theme, user

# Verdict of the stage -> the verdict whose colour and icon it takes.
LOOKS = {
    "nothing_to_tune": "stop", "keep_last_layer": "stop", "stop_after": "adopt", "reached": "adopt", "go_on": "invest",
    "undecided": "re-evaluate", "unfinished": "re-evaluate",
}  # fmt: skip
NETWORKS = ("skeleton", "family")


def _plan(view: EvaluationView) -> None:
    """What the click will do, what it costs at most, and the start."""
    terms, last = view.terms, view.evidence.last_layer
    plan = tuning_plan(view.evidence, terms, view.verdict.protocol)
    network = st.radio(
        t("tune.network"), NETWORKS, format_func={n: t(f"tune.network.{n}") for n in NETWORKS}.get, help=t("tune.network_help"),
        horizontal=True, key="tune_network", index=0 if plan.blocks and view.evidence.dataset.kind == "table" else 1,
    )  # fmt: skip
    minutes = st.segmented_control(
        t("tune.minutes"), MINUTES, default=MINUTES[1], format_func={n: t("tune.minutes_option", n=n) for n in MINUTES}.get,
        key="tune_minutes", required=True,
    )  # fmt: skip
    if network == "skeleton" and not plan.blocks:
        st.info(t("tune.nothing_linear"), icon=":material/info:")
        return
    blocks = t("tune.plan.blocks_family")
    if network == "skeleton":
        blocks = t("tune.plan.blocks_text", n=len(plan.blocks), names=markdown(t("format.list_join").join(plan.blocks)))
    score = fmt.score(last.score, last.low, last.high)
    rule = "tune.plan.rule_text" if terms.goal is not None else "tune.plan.rule_text_open"
    money = lambda v: fmt.money(round(v), terms.currency, language())  # noqa: E731
    rows = [
        (t("tune.plan.start"), t("tune.plan.start_text", metric=fmt.metric_name(view.evidence.metric, language()), score=score)),
        (t("tune.plan.blocks"), blocks),
        (t("tune.plan.rows"), t("tune.plan.rows_text", n=plan.folds) if plan.folds > 1 else t("tune.plan.rows_text_one")),
        (t("tune.plan.rule"), t(rule, gain=fmt.number(terms.minimum_gain, 3))),
        (
            t("tune.plan.cost"),
            t("tune.plan.cost_text", time=fmt.duration(60 * minutes, language()), cost=money(plan.minute_cost * minutes)),
        ),
    ]
    with st.container(border=True):
        st.subheader(t("tune.plan"), anchor=False)
        for name, text in rows:
            left, right = st.columns([1, 4])
            left.markdown(f":gray[{name}]")
            right.markdown(text)
        if network == "skeleton":
            st.caption(t("tune.plan.block_cost", cost=money(plan.block_cost)))
    if _parts.locked(view.project_id, "intermediate"):
        return
    if st.button(t("tune.start"), type="primary", icon=":material/play_arrow:"):
        options = {
            "network": network, "minutes": minutes, "terms": terms.model_dump(mode="json"),
            "protocol": view.verdict.protocol.model_dump(mode="json"),
        }  # fmt: skip
        st.session_state["watched"] = services().start_stage(user(), view.id, "tune", options).id
        _link.new_run()
        st.rerun()


def _answer(tuning: Tuning, verdict: TuningVerdict) -> None:
    like = LOOKS[verdict.course]
    color, icon = _parts.VERDICTS[like]
    with st.container(border=True, key=f"verdict_{like}"):
        st.title(f":{color}[:material/{icon}:] {t(f'tune.verdict.{verdict.course}', block=verdict.block)}", anchor=False)
        if tuning.reason is not None:
            st.markdown(t(f"tune.reason.{tuning.reason}"))
        st.markdown(f"**{t('result.next')}** {t(f'tune.next.{verdict.course}')}")


def _numbers(tuning: Tuning, verdict: TuningVerdict, currency: str) -> None:
    """Score of what is kept, gain with interval, money."""
    first, second, third = st.columns(3)
    quiet = {"delta_color": "off", "delta_arrow": "off"}
    metric, alone = fmt.metric_name(tuning.metric, language()), fmt.number(tuning.last_layer, 3)
    step = tuning.steps[verdict.block - 1] if verdict.block else None
    first.metric(
        t("tune.score", metric=metric), fmt.number(step.score if step else tuning.last_layer, 3), t("tune.score_below", score=alone), **quiet
    )
    if step is None:
        second.metric(t("tune.gain"), t("tune.gain_none"), t("tune.gain_none_note"), **quiet)
    else:
        second.metric(
            t("tune.gain"), fmt.signed(step.total_gain, 3), fmt.interval(step.total_low, step.total_high, language(), 3), **quiet
        )
    money = lambda v: fmt.money(round(v), currency, language())  # noqa: E731
    below = t("tune.spent_note", time=fmt.duration(tuning.seconds, language()), money=money(verdict.avoided))
    third.metric(t("tune.spent"), money(verdict.spent), below, **quiet)


def _table(tuning: Tuning, verdict: TuningVerdict, currency: str) -> None:
    """One line per block, those that were not measured as well."""
    money = lambda v: "" if v is None else fmt.money(round(v), currency, language())  # noqa: E731
    lines = []
    for place, name in enumerate(tuning.blocks, 1):
        line = {"block": t("tune.block", place=place, name=name)}
        if place > len(tuning.steps):
            lines.append(line | {"decision": t("tune.not_measured")})
            continue
        step, judged = tuning.steps[place - 1], verdict.steps[place - 1]
        lines.append(line | {
            "decision": t(f"tune.why.{judged.why}"),
            "gain": f"{fmt.signed(step.gain, 3)} ({fmt.interval(step.low, step.high, language(), 3)})",
            "score": fmt.number(step.score, 3), "cost": money(judged.cost), "worth": money(judged.worth), "price": money(judged.price_of_a_point),
            "parameters": fmt.count(step.trained), "time": fmt.duration(step.seconds, language()), "flops": f"{step.flops:.1e}",
        })  # fmt: skip
    names = ("block", "decision", "gain", "score", "cost", "worth", "price", "parameters", "time", "flops")
    frame = pd.DataFrame({t(f"tune.column.{n}"): [line.get(n, "") for line in lines] for n in names})
    st.subheader(t("tune.steps"), anchor=False)
    st.dataframe(frame, hide_index=True, alt=t("tune.steps"), height="content")


def _downloads(stage: StageView) -> None:
    left, right = st.columns(2)
    if stage.has_file:
        left.download_button(
            t("tune.weights"), on_click(lambda who: services().stage_file(who, stage.id).read_bytes()), file_name=f"dualcore-{stage.id}.model.npz",
            mime="application/octet-stream", on_click="ignore", icon=":material/download:", type="primary", help=t("tune.weights_help"),
        )  # fmt: skip
    right.download_button(
        t("tune.record"), lambda: stage.model_dump_json(indent=1), file_name=f"dualcore-{stage.id}.json", mime="application/json",
        on_click="ignore", icon=":material/data_object:",
    )  # fmt: skip


def _provenance(tuning: Tuning) -> None:
    rows = {
        "tune.provenance.network": network_name(tuning, language()),
        "tune.provenance.rows": t(
            "tune.provenance.rows_text", rows=fmt.count(tuning.rows), judged=fmt.count(tuning.validation_rows),
            stop=fmt.count(tuning.stopping_rows), folds=tuning.folds,
        ),
        "result.provenance.estimate": t(f"result.estimate.{tuning.estimate_from}"),
        "tune.provenance.start": fmt.number(tuning.start, 3),
        "tune.provenance.file": t(f"tune.delivered.{tuning.delivered}"),
        "result.provenance.seed": str(tuning.seed),
        "result.provenance.device": t(f"device.{tuning.device.split(':')[0]}"),
        "result.time": fmt.duration(tuning.seconds, language()),
        "tune.provenance.flops": f"{tuning.flops:.2e} FLOPs",
        "tune.provenance.resumed": t("tune.provenance.resumed_text", n=tuning.resumed) if tuning.resumed else t("tune.provenance.not_resumed"),
    }  # fmt: skip
    frame = pd.DataFrame({t("result.item"): [t(k) for k in rows], t("result.content"): list(rows.values())})
    st.dataframe(frame, hide_index=True, alt=t("tune.details"), height="content")


def _result(stage: StageView, view: EvaluationView, project: ProjectView) -> None:
    tuning, terms = stage.result, project.terms
    verdict = weigh_tuning(tuning, terms, view.verdict.protocol)
    _answer(tuning, verdict)
    if stage.evaluation_id != view.id:
        st.info(t("tune.older"), icon=":material/info:")
    if tuning.steps:
        _numbers(tuning, verdict, terms.currency)
        _parts.terms("block", "gain", "interval", "last_layer")
        if verdict.block != tuning.best:
            st.caption(t("tune.terms_changed"))
        _parts.picture(draw.plot_tuning(tuning, verdict, terms, language(), theme()), "tuning")
        _table(tuning, verdict, terms.currency)
    _downloads(stage)
    with st.expander(t("tune.details"), icon=":material/science:"):
        if tuning.steps:
            _parts.picture(draw.plot_descent(tuning, language(), theme()), "descent")
            _provenance(tuning)
    with st.expander(t("tune.again"), icon=":material/replay:"):
        _plan(view)


def _before(view: EvaluationView, latest: JobView | None) -> None:
    st.title(t("tune.title"))
    st.write(t("tune.lead"))
    if latest is not None:
        _progress.ended(latest)
    _plan(view)
    _parts.terms("block", "full_training", "last_layer", "specificity")


project = open_project()
_parts.stepper(project)
view = services().latest_evaluation(user(), project.id)
job = services().active_job(user(), project.id)
if view is None:
    st.title(t("tune.none.title"))
    st.write(t("tune.none.text"))
    if st.button(t("result.none.button"), type="primary", icon=":material/play_arrow:"):
        go("evaluate.py", project.id)
elif job is not None:
    mine = job.kind == "tune"
    st.title(t("tune.title_running" if mine else "tune.other_running"))
    st.write(t("tune.lead_running" if mine else "tune.other_lead"))
    _progress.board(job.id)
else:
    found = services().stages(user(), project.id, "tune")
    jobs = services().jobs(user(), project.id)
    latest = jobs[0] if jobs and jobs[0].kind == "tune" and jobs[0].state != "done" else None
    shown = _link.run(found)
    if shown is not None and (latest is None or st.query_params.get("run") == shown.id):
        _result(shown, view, project)
    else:
        _before(view, latest)
