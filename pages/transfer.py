"""Transfer: bring embeddings or choose an encoder of this server, watch the comparison, read what it found."""

import pandas as pd
import streamlit as st

from dualcore.errors import DataError
from dualcore.evidence.stages import Transfer
from dualcore.present import format as fmt
from dualcore.present.architecture import skeleton_name
from dualcore.present.escape import markdown
from dualcore.present.figures.transfer import plot_transfer
from dualcore.services import EvaluationView, StageView
from pages import _link, _parts, _progress
from pages._shared import go, language, open_project, services, t, theme, user

TYPES = ["npz", "npy", "csv", "parquet"]
LOOKS = {"pretrained": "invest", "even": "re-evaluate", "random": "stop", "no_signal": "stop"}


def _start(view: EvaluationView, **chosen: object) -> None:
    st.session_state["watched"] = services().start_transfer(user(), view.id, **chosen).id
    st.session_state.pop("compare_again", None)
    _link.new_run()
    st.rerun()


def _upload(view: EvaluationView) -> None:
    """A file of embeddings, how its rows are matched, and the button."""
    file = st.file_uploader(t("transfer.upload"), TYPES, key="embeddings_file", help=t("transfer.upload_help"))
    st.caption(t("transfer.formats"))
    columns = [c.name for c in view.dataset.profile.columns if c.role not in ("target", "empty", "constant")]
    column = None
    if columns:
        picked = st.selectbox(
            t("transfer.match"), ["", *columns], format_func=lambda c: c or t("transfer.match_order"), help=t("transfer.match_help"), key="embeddings_ids"
        )
        column = picked or None
    stored = None
    if file is not None:
        try:
            stored = services().keep_embeddings(user(), view.project_id, file, file.name, column)
            st.success(t("transfer.read_ok", rows=fmt.count(stored.rows), dimensions=fmt.count(stored.dimensions)), icon=":material/check:")
        except DataError as error:
            st.error(markdown(t(f"error.{error.code}", **error.fields)), icon=":material/error:")
    if st.button(t("transfer.start"), type="primary", icon=":material/play_arrow:", disabled=stored is None):
        _start(view, embeddings=stored, id_column=column)


def _encoder(view: EvaluationView) -> None:
    names = services().encoders()
    if not names:
        return
    with st.container(border=True):
        st.subheader(t("transfer.encoder"), anchor=False)
        name = st.selectbox(t("transfer.encoder_pick"), names, help=t("transfer.encoder_help"), key="encoder_name")
        if st.button(t("transfer.start"), icon=":material/play_arrow:", key="start_encoder"):
            _start(view, encoder=name)


def _choose(view: EvaluationView) -> None:
    with st.container(border=True):
        _upload(view)
    _encoder(view)
    _parts.terms("pretrained", "embedding", "random_network")


def _answer(result: Transfer) -> None:
    like = LOOKS[result.reading]
    color, icon = _parts.VERDICTS[like]
    with st.container(border=True, key=f"verdict_{like}"):
        st.title(f":{color}[:material/{icon}:] {t(f'transfer.reading.{result.reading}')}", anchor=False)
        st.write(t("transfer.caution"))


def _numbers(result: Transfer) -> None:
    first, second, third = st.columns(3)
    quiet = {"delta_color": "off", "delta_arrow": "off"}
    mine, other = result.pretrained, result.random
    below = f"{fmt.interval(mine.low, mine.high, language())} · {t('transfer.score_below', score=fmt.score(other.score, other.low, other.high))}"
    metric = fmt.metric_name(result.metric, language())
    first.metric(t("transfer.score", metric=metric), fmt.score(mine.score, mine.low, mine.high), below, **quiet)
    second.metric(t("transfer.gain"), fmt.signed(result.gain, 3), fmt.interval(result.low, result.high, language(), 3), **quiet)
    rows = t("transfer.time_below", rows=fmt.count(result.rows), estimate=t(f"result.estimate.{result.estimate_from}"))
    third.metric(t("transfer.time"), fmt.duration(result.seconds, language()), rows, **quiet)


def _table(result: Transfer) -> None:
    parts = (result.random, result.pretrained)
    names = {"skeleton": skeleton_name(result.skeleton, language()), "name": result.name}
    columns = {
        t("transfer.column.features"): [t(f"transfer.features.{p.name}", **names) for p in parts],
        fmt.metric_name(result.metric, language()): [fmt.score_with_interval(p.score, p.low, p.high, language()) for p in parts],
        t("transfer.measure.logme"): [fmt.number(p.logme, 3) for p in parts],
        t("transfer.measure.h_score"): [fmt.number(p.h_score, 2) for p in parts],
        t("transfer.measure.neighbours_score", n=result.neighbours): [fmt.number(p.neighbours_score, 3) for p in parts],
        t("transfer.column.dimensions"): [t("transfer.kernel") if p.dimensions is None else fmt.count(p.dimensions) for p in parts],
        t("transfer.column.time"): [fmt.duration(p.seconds, language()) for p in parts],
    }
    st.subheader(t("transfer.table"), anchor=False)
    st.dataframe(pd.DataFrame(columns), hide_index=True, alt=t("transfer.table"))
    st.caption(t("transfer.measures_note"))
    _parts.terms("pretrained", "embedding", "gain", "interval", "logme", "h_score")


def _provenance(stage: StageView, result: Transfer) -> None:
    rows = {
        "transfer.item.file": result.name,
        "transfer.item.sha256": result.sha256,
        "transfer.item.chance": fmt.number(result.chance, 3),
        "result.provenance.skeleton": skeleton_name(result.skeleton, language()),
        "result.provenance.seed": str(result.seed),
    }
    with st.expander(t("transfer.provenance"), icon=":material/science:"):
        frame = pd.DataFrame({t("result.item"): [t(k) for k in rows], t("result.content"): list(rows.values())})
        st.dataframe(frame, hide_index=True, alt=t("transfer.provenance"))
        st.download_button(
            t("transfer.record"), lambda: stage.model_dump_json(indent=1), file_name=f"dualcore-{stage.id}.json", mime="application/json",
            on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def _result(stage: StageView, view: EvaluationView) -> None:
    result = stage.result
    _answer(result)
    if stage.evaluation_id != view.id:
        st.info(t("transfer.older"), icon=":material/info:")
    _numbers(result)
    _parts.picture(plot_transfer(result, language(), theme()), "transfer")
    _table(result)
    _provenance(stage, result)
    with st.expander(t("transfer.again"), icon=":material/replay:"):
        _choose(view)


project = open_project()
_parts.stepper(project)
view = services().latest_evaluation(user(), project.id)
job = services().active_job(user(), project.id)
if view is None:
    st.title(t("transfer.none.title"))
    st.write(t("transfer.none.text"))
    if st.button(t("result.none.button"), type="primary", icon=":material/play_arrow:"):
        go("evaluate.py", project.id)
elif job is not None:
    mine = job.kind == "transfer"
    st.title(t("transfer.title_running" if mine else "transfer.other_running"))
    st.write(t("evaluate.lead_running" if mine else "transfer.other_lead"))
    _progress.board(job.id)
else:
    found = services().stages(user(), project.id, "transfer")
    jobs = services().jobs(user(), project.id)
    failed = jobs[0] if jobs and jobs[0].kind == "transfer" and jobs[0].state != "done" else None
    shown = _link.run(found)
    if shown is not None and (failed is None or st.query_params.get("run") == shown.id):
        _result(shown, view)
    else:
        st.title(t("transfer.title"))
        st.write(t("transfer.lead"))
        if failed is not None:
            _progress.ended(failed)
        _choose(view)
