"""Use the model of an evaluation: predict a new file, or take it to other software."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dualcore.errors import DataError
from dualcore.present import format as fmt
from dualcore.present.drift import drift_headline, drift_rows, drift_whole, how_to_read
from dualcore.present.escape import markdown
from dualcore.services import FORMS, EvaluationView
from pages._shared import language, services, t, user

LOUD = {"ok": ("success", "check"), "warning": ("warning", "warning"), "info": ("info", "info")}
MIME = {"safetensors": "application/zip", "onnx": "application/zip", "sklearn": "application/octet-stream"}


def section(view: EvaluationView) -> None:
    """What the model is for, and the two ways to use it."""
    st.subheader(t("model.title"), anchor=False)
    if not view.has_model:
        st.caption(t("model.none"))
        return
    st.write(t("model.lead"))
    with st.container(horizontal=True):
        if st.button(t("model.predict"), icon=":material/table_view:", key="model_predict"):
            predict_dialog(view)
        if st.button(t("model.download"), icon=":material/download:", key="model_download"):
            download_dialog(view)


def predict_dialog(view: EvaluationView) -> None:
    """Predictions for a new file with the model of this evaluation."""

    @st.dialog(t("predict.title"), width="medium")
    def dialog() -> None:
        st.write(t("predict.lead"))
        file = st.file_uploader(t("predict.file"), key="predict_file")
        if file is None:
            st.caption(t("model.command", command=f"python -m dualcore predict {view.id} new.csv --out predictions.csv"))
            return
        try:
            found = services().predict_file(user(), view.id, file, file.name)
        except DataError as error:
            st.error(markdown(t(f"error.{error.code}", **error.fields)), icon=":material/error:")
            return
        report, l = found.report, language()  # noqa: E741
        st.markdown(f"**{t('predict.rows', rows=fmt.count(report.rows))}** {markdown(how_to_read(report, l))}")
        st.download_button(
            t("predict.download"), found.csv, file_name="predictions.csv", mime="text/csv", type="primary", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
        _drift(report)

    dialog()


def _drift(report) -> None:
    loud, said = drift_headline(report.drift, language())
    box, icon = LOUD[loud]
    getattr(st, box)(markdown(said), icon=f":material/{icon}:")
    rows = drift_rows(report.drift, language())
    if rows:
        heads = [t("drift.column"), t("drift.finding"), t("drift.psi")]
        st.dataframe(pd.DataFrame(rows, columns=heads), hide_index=True, alt=t("drift.heading"))
    whole = drift_whole(report.drift, language())
    if whole is not None:
        st.caption(f"{whole}  \n{t('drift.read')}")


def download_dialog(view: EvaluationView) -> None:
    """The model as a file, in three forms."""

    @st.dialog(t("model.download"), width="medium")
    def dialog() -> None:
        for form, end in FORMS.items():
            name = f"dualcore-{view.id}-{end}"
            with st.container(border=True, gap="small"):
                st.markdown(f"**{t(f'model.form.{form}')}**")
                st.write(t(f"model.form.{form}.text", file=name) if form == "sklearn" else t(f"model.form.{form}.text"))
                try:
                    content = services().export_model(user(), view.id, form)
                except DataError as error:
                    st.error(markdown(t(f"error.{error.code}", **error.fields)), icon=":material/error:")
                    continue
                label = f"{t('model.download')} ({fmt.size(len(content))})"
                st.download_button(label, content, file_name=name, mime=MIME[form], on_click="ignore", icon=":material/download:", key=f"take_{form}")

    dialog()
