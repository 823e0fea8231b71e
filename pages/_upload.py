"""The upload form: the file, how it is read, what to predict, an optional test file."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dualcore.errors import DataError
from dualcore.intake.records import Question, ReadOptions
from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.services import ProjectView, UploadView
from pages import _parts
from pages._shared import go, services, t, user

TYPES = ["csv", "tsv", "txt", "xlsx", "xls", "xlsm", "parquet", "zip", "npz", "ts"]
ENCODINGS = ["utf-8", "cp932", "euc_jp", "utf-16", "cp1252"]
SEPARATORS = [",", "\t", ";", "|"]


def _say_error(error: DataError) -> None:
    st.error(markdown(t(f"error.{error.code}", **error.fields)), icon=":material/error:")


def _inspect(project: ProjectView, file, key: str, options: ReadOptions) -> UploadView | None:
    """Store the upload once per file and options, and look into it; an unusable file is said in one sentence."""
    asked = (project.id, file.file_id, options)
    kept = st.session_state.get(key)
    if kept is not None and kept[0] == asked:
        return kept[1]
    file.seek(0)
    try:
        with st.spinner(t("data.reading")):
            view = services().inspect_upload(user(), project.id, file, file.name, options)
    except DataError as error:
        _say_error(error)
        return None
    st.session_state[key] = (asked, view)
    return view


def _read_options(sheets: list[str], names: list[str]) -> ReadOptions | None:
    """How a table is read, all automatic at first; None until the person asks to read again."""
    with st.expander(t("data.options"), icon=":material/tune:"):
        st.caption(t("data.options_lead"))
        left, right = st.columns(2)
        auto = t("data.automatic")
        sheet = left.selectbox(t("data.sheet"), sheets, index=None, placeholder=auto) if len(sheets) > 1 else None
        heads = {-1: t("data.no_header"), **{r: t("data.header_row", row=r + 1) for r in range(5)}}
        header = right.selectbox(t("data.header"), list(heads), index=None, placeholder=auto, format_func=heads.get)
        encoding = left.selectbox(t("data.encoding"), ENCODINGS, index=None, placeholder=auto)
        marks = {s: t("data.tab") if s == "\t" else s for s in SEPARATORS}
        separator = right.selectbox(
            t("data.separator"), SEPARATORS, index=None, placeholder=auto, format_func=marks.get
        )
        drop = (
            st.multiselect(t("data.drop"), names, placeholder=t("data.none"), help=t("data.drop_help")) if names else []
        )
        if not st.button(t("data.read_again")):
            return None
        return ReadOptions(encoding=encoding, separator=separator, sheet=sheet, header_row=header, drop_columns=drop)


def _question(view: UploadView) -> Question:
    """What to predict and how to split honestly. Options are the names themselves, shown as they are written."""
    names, guess = [c.name for c in view.columns], view.suggested
    if not names:
        return guess
    place = lambda name: names.index(name) if name in names else None  # noqa: E731
    left, right = st.columns(2)
    target = left.selectbox(
        t("data.target"), names, index=place(guess.target), placeholder=t("data.automatic"), help=t("data.target_help")
    )
    tasks = {v: t(f"task.{v}") for v in ("auto", "classification", "regression")}
    task = right.selectbox(t("data.task"), list(tasks), format_func=tasks.get, help=t("data.task_help"))
    time = left.selectbox(
        t("data.time"), names, index=place(guess.time_column), placeholder=t("data.none"), help=t("data.time_help")
    )
    group = right.selectbox(
        t("data.group"), names, index=place(guess.group_column), placeholder=t("data.none"), help=t("data.group_help")
    )
    keep = st.checkbox(t("data.keep"), value=guess.keep_suspects, help=t("data.keep_help"))
    return Question(target=target, task=task, time_column=time, group_column=group, keep_suspects=keep)


def show(project: ProjectView) -> None:
    """The whole form, step by step as a file comes in."""
    file = st.file_uploader(
        t("data.upload"),
        TYPES,
        key="file",
        help=t("data.upload_help"),
        max_upload_size=services().settings.max_upload_mb,
    )
    st.caption(t("data.formats"))
    if file is None:
        return
    kept = f"options_{file.file_id}"
    asked = st.session_state.get(kept, ReadOptions())
    view = _inspect(project, file, "upload", asked)
    if view is not None:
        _preview(view)
    if view is None or view.kind == "table":
        options = _read_options(view.sheets, [c.name for c in view.columns]) if view else _read_options([], [])
        if options is not None and options != asked:
            st.session_state[kept] = options
            st.rerun()
    if view is not None:
        _use(project, view, asked)


def _preview(view: UploadView) -> None:
    """What was read: rows, the first of them, and what stands out."""
    read = t("data.read_ok", rows=fmt.count(view.rows), kind=t(f"kind.{view.kind}"))
    st.markdown(f":blue[:material/check:] **{read}**")
    if view.preview:
        # Two columns may carry one name in a messy file; a table needs distinct ones.
        names = pd.Series(view.preview_columns, dtype=str)
        names = names.where(~names.duplicated(), names + " (" + (names.index + 1).astype(str) + ")")
        head = pd.DataFrame(view.preview, columns=list(names))
        st.dataframe(head, hide_index=True, height=215, alt=t("data.preview"))
    _parts.notes(view.notes)


def _use(project: ProjectView, view: UploadView, asked: ReadOptions) -> None:
    """What to predict, an optional test file, and the button that makes this the project's data."""
    question = _question(view)
    test = st.file_uploader(t("data.test"), TYPES, key="test_file", help=t("data.test_help"))
    test_view = _inspect(project, test, "test_upload", asked) if test else None
    if st.button(
        t("data.use"), type="primary", icon=":material/arrow_forward:", disabled=test is not None and test_view is None
    ):
        try:
            with st.spinner(t("data.preparing")):
                services().attach_dataset(
                    user(), project.id, view.sha256, view.filename, asked, question,
                    test_view.sha256 if test_view else None, test_view.filename if test_view else None,
                )  # fmt: skip
        except DataError as error:
            _say_error(error)
            return
        st.session_state.pop("change_data", None)
        go("data.py", project.id)
