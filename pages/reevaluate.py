"""Stage 2: compare candidates around the evaluated architecture, watch it, and read what the comparison is worth."""

import pandas as pd
import streamlit as st

from dualcore.evidence.stages import Reevaluation
from dualcore.present import format as fmt
from dualcore.present.candidates import entrant_name, plan, skeleton_word, winner_name
from dualcore.present.escape import markdown
from dualcore.present.figures.reevaluation import gain_text, plot_curse, plot_gains, plot_tournament
from dualcore.services import EvaluationView, ProjectView, StageView
from pages import _link, _parts, _progress
from pages._shared import go, language, open_project, services, t, theme, user

ROWS = (600, 1800, 3000, 6000)
# Colours as on the verdict's page: what goes on is teal, what stays slate, what is open amber.
BADGES = {"keep": ("gray", "check"), "switch": ("green", "swap_horiz"), "undecided": ("orange", "help")}
EDGES = {"keep": "verdict_stop", "switch": "verdict_adopt", "undecided": "verdict_re-evaluate"}


def _evaluation(project: ProjectView, stage: StageView | None) -> EvaluationView | None:
    """The evaluation that the shown comparison started from, else the newest."""
    if stage is not None:
        return services().evaluation(user(), stage.evaluation_id)
    return services().latest_evaluation(user(), project.id)


def _start(project: ProjectView, view: EvaluationView, rows: int) -> None:
    protocol = services().protocol(user()).protocol
    options = {"minimum_gain": view.terms.minimum_gain, "rows": rows, "candidates": protocol.max_candidates}
    services().start_stage(user(), view.id, "reevaluate", options)
    st.query_params.pop("again", None)
    _link.new_run()
    st.rerun()


def _before(project: ProjectView, view: EvaluationView) -> None:
    """What will be compared and why, what it costs, and the button that starts it."""
    present = skeleton_word(view.evidence.skeleton["name"], language())
    st.title(t("reevaluate.title"), anchor=False)
    st.write(t("reevaluate.lead", name=markdown(present)))
    _parts.terms("skeleton", "initialisation", "successive_halving", "winners_curse")
    choices = [r for r in ROWS if r < view.evidence.manifest.rows_used] or [ROWS[0]]
    if choices[-1] < view.evidence.manifest.rows_used and choices[-1] != ROWS[-1]:
        choices.append(view.evidence.manifest.rows_used)
    usual = next((i for i, r in enumerate(choices) if r >= 1800), len(choices) - 1)
    rows = choices[usual]
    with st.container(border=True):
        found = plan(view.evidence, language(), rows, services().protocol(user()).protocol.max_candidates)
        st.markdown(f"**{t('reevaluate.candidates', n=found.count)}**")
        for group, names in found.names.items():
            left, right = st.columns([1, 3])
            left.markdown(f"**{t(f'variant.group.{group}')}**")
            listed = t("format.list_join").join(markdown(n) for n in names)
            right.markdown(f"{listed}  \n:gray[{t(f'variant.why.{group}')}]")
        _line(t("reevaluate.plan.cost"), _cost(view, found))
        _line(t("reevaluate.plan.honest"), t("reevaluate.plan.honest_text"))
    if len(choices) > 1:
        with st.expander(t("reevaluate.rows"), icon=":material/tune:"):
            rows = st.select_slider(t("reevaluate.rows"), choices, rows, format_func=fmt.count, label_visibility="collapsed")
    if _parts.locked(project.id, "reevaluate"):
        return
    if st.button(t("reevaluate.start"), type="primary", icon=":material/play_arrow:"):
        _start(project, view, rows)


def _line(name: str, text: str) -> None:
    left, right = st.columns([1, 3])
    left.markdown(f"**{name}**")
    right.markdown(text)


def _cost(view: EvaluationView, found) -> str:
    if found.seconds is None:
        return t("reevaluate.plan.cost_unknown", rows=fmt.count(found.rows))
    terms = view.terms
    money = fmt.money(found.seconds / 3600 * terms.gpu_hour_cost, terms.currency, language())
    return t("reevaluate.plan.cost_text", rows=fmt.count(found.rows), time=fmt.duration(_round(found.seconds), language()), cost=money)


def _round(seconds: float) -> float:
    """Steps of 10 s below two minutes, of a minute beyond: an estimate supports no more."""
    step = 10 if seconds < 120 else 60
    return max(step, step * round(seconds / step))


def _answer(result: Reevaluation) -> None:
    color, icon = BADGES[result.outcome]
    name = markdown(winner_name(result, language()))
    with st.container(border=True, key=EDGES[result.outcome]):
        st.markdown(f":{color}-badge[:material/{icon}: {t(f'reevaluate.badge.{result.outcome}')}]")
        sentence = t(f"reevaluate.answer.{result.outcome}", n=len(result.entrants), name=name, gain=gain_text(result.corrected_gain, result))
        st.title(sentence, anchor=False)
        shown = "keep_open" if result.outcome == "keep" and result.high >= result.minimum_gain else result.outcome
        figures = {"gain": result.corrected_gain, "low": result.low, "high": result.high}
        minimum = gain_text(result.minimum_gain, result).lstrip("+")
        st.markdown(t(f"reevaluate.why.{shown}", minimum=minimum, **{k: gain_text(v, result) for k, v in figures.items()}))


def _numbers(result: Reevaluation) -> None:
    """Gain as measured, the winner's curse, gain after correction."""
    first, second, third = st.columns(3)
    quiet = {"delta_color": "off", "delta_arrow": "off"}
    explained = t("reevaluate.metric.help", metric=fmt.metric_name(result.metric, language()))
    scores = {"present": fmt.number(result.present_score, 3), "score": fmt.number(result.raw_score, 3)}
    first.metric(t("reevaluate.metric.raw"), gain_text(result.raw_gain, result), t("reevaluate.metric.raw_note", **scores), help=explained, **quiet)
    second.metric(
        t("reevaluate.metric.optimism"), gain_text(-result.optimism, result) if result.optimism else "0",
        t("reevaluate.metric.optimism_note", n=len(result.entrants)), help=t("reevaluate.plan.honest_text"), **quiet,
    )
    third.metric(
        t("reevaluate.metric.corrected"), gain_text(result.corrected_gain, result),
        t("format.interval", low=gain_text(result.low, result), high=gain_text(result.high, result)), help=explained, **quiet,
    )


def _next(project: ProjectView, view: EvaluationView, result: Reevaluation) -> None:
    """One primary button; the best candidate can be evaluated with everything whatever the outcome, if it can be adopted."""
    winner, name = result.entrants[result.winner], markdown(winner_name(result, language()))
    with st.container(border=True, key="next_step"):
        st.subheader(t("reevaluate.next"), anchor=False)
        if result.outcome == "switch":
            _switch(project, view, winner, name)
            return
        if result.outcome == "undecided":
            _settle(project, view, result)
        else:
            st.write(t("reevaluate.next.keep"))
            if st.button(t("reevaluate.do.verdict"), type="primary", icon=":material/fact_check:"):
                go("result.py", project.id, evaluation=view.id)
        if winner.adoptable and result.raw_gain > 0:
            st.caption(t("reevaluate.next.adopt", name=name))
            if st.button(t("reevaluate.do.adopt"), icon=":material/play_arrow:"):
                _adopt(project, view, winner)


def _switch(project: ProjectView, view: EvaluationView, winner, name: str) -> None:
    if winner.adoptable:
        st.write(t("reevaluate.next.adopt", name=name))
        if st.button(t("reevaluate.do.adopt"), type="primary", icon=":material/play_arrow:"):
            _adopt(project, view, winner)
    elif winner.inputs != "encoded":
        st.write(t("reevaluate.next.inputs", name=name))
        if st.button(t("reevaluate.do.transform"), type="primary", icon=":material/table_chart:"):
            go("data.py", project.id)
    else:
        st.write(t("reevaluate.next.code", name=name))
        if st.button(t("reevaluate.do.verdict"), type="primary", icon=":material/fact_check:"):
            go("result.py", project.id, evaluation=view.id)


def _settle(project: ProjectView, view: EvaluationView, result: Reevaluation) -> None:
    """What would settle an open comparison: more of the rows at hand, or more data."""
    used, here, need = result.rounds[-1].rows, result.rows_available, result.rows_needed
    if need is None:
        st.write(t("reevaluate.next.far"))
        if st.button(t("reevaluate.do.verdict"), type="primary", icon=":material/fact_check:"):
            go("result.py", project.id, evaluation=view.id)
    elif used < here and need <= here:
        rows = min(here, 100 * -(-int(1.1 * need) // 100))
        st.write(t("reevaluate.next.more_rows", rows=fmt.count(rows), available=fmt.count(here)))
        if not _parts.locked(project.id, "reevaluate") and st.button(t("reevaluate.do.more_rows", rows=fmt.count(rows)), type="primary", icon=":material/replay:"):
            _start(project, view, rows)
    else:
        st.write(t("reevaluate.next.collect", rows=fmt.count(float(f"{need:.1e}")), available=fmt.count(here)))
        if st.button(t("reevaluate.do.data"), type="primary", icon=":material/table_chart:"):
            go("data.py", project.id)


def _adopt(project: ProjectView, view: EvaluationView, winner) -> None:
    """Stage 1 with everything on the candidate: its skeleton, draw and width."""
    job = services().start_evaluation(
        user(), project.id, skeleton=winner.skeleton, metric=view.metric, seed=winner.seed, width=winner.width
    )
    st.session_state["watched"] = job.id
    go("evaluate.py", project.id)


def _details(result: Reevaluation) -> None:
    st.subheader(t("reevaluate.details"), anchor=False)
    names = ("rounds", "gains", "table", "method")
    rounds, gains, table, method = _link.tabs("tab", {n: t(f"reevaluate.tab.{n}") for n in names})
    with rounds:
        _parts.picture(plot_tournament(result, language(), theme()), "tournament")
    with gains:
        _parts.picture(plot_gains(result, language(), theme()), "gains")
    with table:
        _table(result)
    with method:
        flops = f"{result.flops:.0e}".replace("e+", "e")
        st.markdown(
            t(
                "reevaluate.method", split=t(f"reevaluate.split.{result.estimate_from}"), draws=fmt.count(result.draws),
                fresh=fmt.count(result.fresh_rows), critical=fmt.number(result.critical, 2), p=fmt.number(result.p_value, 3),
                time=fmt.duration(result.seconds, language()), flops=flops, seed=result.seed,
            )
        )


def _table(result: Reevaluation) -> None:
    ordered = sorted(result.entrants, key=lambda e: (-len(e.marks), -e.gain))
    everyone = [result.present, *ordered]
    frame = pd.DataFrame(
        {
            t("reevaluate.column.candidate"): [entrant_name(e, result, language()) for e in everyone],
            t("reevaluate.column.round"): [f"{len(e.marks)} / {len(result.rounds)}" for e in everyone],
            t("reevaluate.column.rows"): [fmt.count(e.marks[-1].rows) for e in everyone],
            t("reevaluate.column.score"): [fmt.number(e.marks[-1].score, 3) for e in everyone],
            t("reevaluate.column.gain"): [""] + [gain_text(e.gain, result) for e in ordered],
            t("reevaluate.column.low"): [""] + [gain_text(e.simultaneous_low, result) for e in ordered],
            t("reevaluate.column.high"): [""] + [gain_text(e.high, result) for e in ordered],
            t("reevaluate.column.time"): [""] + [fmt.duration(e.seconds, language()) for e in ordered],
        }
    )
    st.dataframe(frame, hide_index=True, alt=t("reevaluate.tab.table"), height=36 * len(everyone) + 40)


project = open_project()
_parts.stepper(project)
job = services().active_job(user(), project.id)
done = _link.run(services().stages(user(), project.id, "reevaluate"))
stage = None if st.query_params.get("again") else done
view = _evaluation(project, stage)
if view is None:
    st.title(t("reevaluate.no_evaluation.title"), anchor=False)
    st.write(t("reevaluate.no_evaluation.text"))
    if st.button(t("reevaluate.no_evaluation.button"), type="primary", icon=":material/play_arrow:"):
        go("evaluate.py", project.id)
elif job is not None:
    st.title(t("reevaluate.running" if job.kind == "reevaluate" else "reevaluate.busy"), anchor=False)
    st.write(t("reevaluate.running_lead"))
    _progress.board(job.id)
else:
    latest = next((j for j in services().jobs(user(), project.id) if j.kind == "reevaluate"), None)
    if latest is not None and latest.state != "done":
        _progress.ended(latest)
    if stage is None:
        _before(project, view)
    else:
        result = stage.result
        if services().latest_evaluation(user(), project.id).id != stage.evaluation_id:
            st.info(t("reevaluate.older"), icon=":material/info:")
        _answer(result)
        _numbers(result)
        _parts.terms("gain", "winners_curse", "interval", "minimum_gain")
        _parts.picture(plot_curse(result, language(), theme()), "curse")
        _next(project, view, result)
        _details(result)
        if st.button(t("reevaluate.again"), icon=":material/replay:"):
            st.query_params["again"] = "1"
            st.rerun()
