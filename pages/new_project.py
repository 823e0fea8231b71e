"""A new project in plain words. Only the name is asked for; everything else has a default."""

import streamlit as st

from dualcore.decision.records import Terms
from dualcore.services import ProjectInput
from pages import _parts
from pages._shared import go, services, t, user

METRICS = ["accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "log_loss", "r2", "rmse", "mae"]

st.title(t("new.title"))
st.write(t("new.lead"))
with st.form("new_project", border=False):
    name = st.text_input(t("new.name"), max_chars=200, placeholder=t("new.name_example"))
    question = st.text_area(
        t("new.question"), max_chars=4000, height=96, placeholder=t("new.question_example"), help=t("new.question_help")
    )
    predict = st.text_input(
        t("new.predict"), max_chars=400, placeholder=t("new.predict_example"), help=t("new.predict_help")
    )
    with st.expander(t("new.terms"), icon=":material/tune:"):
        st.caption(t("new.terms_lead"))
        metric = st.selectbox(
            t("terms.metric"),
            METRICS,
            index=None,
            format_func={m: t(f"metric.{m}") for m in METRICS}.get,
            placeholder=t("terms.metric_auto"),
            help=t("terms.metric_help"),
        )
        terms = _parts.terms_form(
            Terms(minimum_gain=services().protocol(user()).protocol.minimum_gain), t("terms.goal_help"), "new"
        )
    sent = st.form_submit_button(t("new.create"), type="primary", icon=":material/arrow_forward:")
if sent:
    values = ProjectInput(
        name=name.strip() or t("new.unnamed"), question=question, predict=predict, metric=metric, terms=terms
    )
    go("data.py", services().create_project(user(), values).id)
