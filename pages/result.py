"""The answer: verdict, at most three numbers, one picture, reasons, next step; details folded below."""

import streamlit as st

from dualcore.decision.records import Terms
from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.present.figures import plot_score
from dualcore.present.sentences import headline, next_sentence, reason_sentence
from dualcore.services import EvaluationView, ProjectView
from pages import _details, _evaluations, _judgement, _link, _model, _parts, _sharing, _transfer
from pages._shared import go, language, open_project, services, t, theme, user

# Where the primary button of a next step leads; what no page can do yet is handed over as a file.
LEADS_TO = {
    "collect_rows": "data.py",
    "look_for_inputs": "data.py",
    "try_simple_model": "data.py",
    "compare_architectures": "reevaluate.py",
    "tune_first_block": "tune.py",
}


def _answer(view: EvaluationView) -> None:
    verdict = view.verdict
    color, icon = _parts.VERDICTS[verdict.decision]
    with st.container(border=True, key=f"verdict_{verdict.decision}"):
        st.markdown(_parts.verdict_badge(verdict.decision, verdict.confidence))
        st.title(f":{color}[:material/{icon}:] {headline(verdict, language())}", anchor=False)
        st.markdown(f"**{t('result.next')}** {next_sentence(verdict, language())}")
        _transfer.line(view)


def _numbers(view: EvaluationView) -> None:
    """Score with interval and goal, confidence, money."""
    last, verdict = view.evidence.last_layer, view.verdict
    quiet = {"delta_color": "off", "delta_arrow": "off"}
    first, second, third = st.columns(3)
    goal = t(
        "result.goal_assumed" if verdict.goal_assumed else "result.goal",
        goal=fmt.score(verdict.goal, last.low, last.high),
    )
    name = t("result.score", metric=fmt.metric_name(view.evidence.metric, language()))
    below = f"{fmt.interval(last.low, last.high, language())} · {goal}"
    first.metric(
        name, fmt.score(last.score, last.low, last.high), below, help=t(f"term.{view.evidence.metric}.text"), **quiet
    )
    second.metric(
        t("term.confidence"),
        f"{verdict.confidence:.2f}",
        t("result.confidence_note"),
        help=t("term.confidence.text"),
        **quiet,
    )
    if verdict.avoided > 0:
        label, amount, note = t("result.avoided"), verdict.avoided, t("result.avoided_note")
    else:
        net = next(o.net for o in verdict.options if o.decision == verdict.decision)
        label, amount, note = t("result.net"), net, t("result.net_note")
    third.metric(label, fmt.money(amount, verdict.currency, language()), note, help=t("result.money_help"), **quiet)


def _why(view: EvaluationView) -> None:
    verdict = view.verdict
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("result.reasons"), anchor=False)
        for place, reason in enumerate(verdict.reasons, 1):
            st.markdown(f"{place}. {markdown(reason_sentence(reason, verdict, language()))}")
    with right:
        st.subheader(t("result.would_change"), anchor=False)
        for change in verdict.would_change:
            st.markdown(f"- {markdown(reason_sentence(change, verdict, language(), 'change'))}")


def _next(project: ProjectView, view: EvaluationView) -> None:
    """The next step, what it costs, and one primary button."""
    verdict = view.verdict
    with st.container(border=True, key="next_step"):
        st.subheader(t("result.next"), anchor=False)
        st.write(next_sentence(verdict, language()))
        cost = fmt.money(verdict.next_step_cost, verdict.currency, language())
        st.caption(t("result.next_cost", cost=cost) if verdict.next_step_cost else t("result.next_free"))
        page = LEADS_TO.get(verdict.next_step)
        if page is not None:
            if st.button(t(f"result.do.{verdict.next_step}"), type="primary", icon=":material/arrow_forward:"):
                go(page, project.id)
        elif verdict.next_step == "pilot" and view.has_model:
            if st.button(t("result.do.pilot"), type="primary", icon=":material/table_view:"):
                _model.predict_dialog(view)
        leads = page is not None or (verdict.next_step == "pilot" and view.has_model)
        if st.button(t("gates.form"), icon=":material/gavel:", type="secondary" if leads else "primary"):
            go("gates.py", project.id)


def _terms(view: EvaluationView) -> None:
    """Judge the same evidence under other terms; nothing is measured again."""
    with st.expander(t("result.terms"), icon=":material/tune:"):
        st.caption(t("result.terms_lead"))
        with st.form("terms", border=False):
            terms: Terms = _parts.terms_form(view.terms, t("terms.goal_help"), f"terms_{view.id}")
            sent = st.form_submit_button(t("result.revise"), icon=":material/refresh:")
        if sent:
            services().revise_verdict(user(), view.id, terms)
            st.rerun()


project = open_project()
_parts.stepper(project)
view = _link.evaluation(project)
if view is None:
    st.title(t("result.none.title"))
    st.write(t("result.none.text"))
    if st.button(t("result.none.button"), type="primary", icon=":material/play_arrow:"):
        go("evaluate.py", project.id)
else:
    _answer(view)
    _numbers(view)
    _parts.picture(
        plot_score(view.evidence, view.verdict.goal, language(), theme(), view.verdict.goal_assumed, view.verdict.protocol.significance), "score"
    )
    _parts.terms("verdict", "confidence", "interval", "last_layer", "baseline", "chance", "ceiling")
    _why(view)
    _next(project, view)
    with st.container(horizontal=True):
        if st.button(t("report.page.link"), icon=":material/slideshow:"):
            go("report.py", project.id, evaluation=view.id)
        if st.button(t("phrases.page.start"), icon=":material/co_present:", key="to_meeting"):
            go("meeting.py", project.id, evaluation=view.id)
        if st.button(t("nav.phrases"), icon=":material/record_voice_over:", key="to_phrases"):
            go("phrases.py", project.id, evaluation=view.id)
        _sharing.button(view)
    _judgement.remarks(view)
    _judgement.sensitivity(view)
    _judgement.present_protocol(view)
    _terms(view)
    _model.section(view)
    _evaluations.section(project, view)
    _details.tabs(view)
