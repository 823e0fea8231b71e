"""The people of this installation and their roles: for administrators."""

from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dualcore.errors import DualcoreError
from dualcore.present.escape import markdown
from dualcore.services import ROLES, PersonView
from pages import _sign_in
from pages._shared import services, t, user

CHOICES = ("sign_in", *ROLES, "blocked")


def _role(view: PersonView) -> str:
    if view.role is not None:
        return t(f"role.{view.role}")
    return t("people.role.blocked" if view.source == "blocked" else "people.role.sign_in")


def _table(people: list[PersonView]) -> None:
    zone = ZoneInfo(st.context.timezone or "UTC")
    frame = pd.DataFrame(
        {
            t("people.name"): [p.name for p in people],
            t("people.email"): [p.email or "–" for p in people],
            t("people.role"): [_role(p) for p in people],
            t("people.source"): [t(f"people.source.{p.source}") for p in people],
            t("people.seen"): [p.seen.astimezone(zone).strftime("%Y-%m-%d %H:%M") for p in people],
            t("people.id"): [p.id for p in people],
        }
    )
    st.dataframe(frame, hide_index=True, alt=t("people.lead"))


def _choice(role: str) -> str:
    if role in ROLES:
        return t(f"role.{role}")
    return t("people.role.blocked" if role == "blocked" else "people.as_sign_in")


def _change(people: list[PersonView]) -> None:
    by_id = {p.id: p for p in people}
    with st.container(border=True):
        st.subheader(t("people.change"), anchor=False)
        left, right = st.columns(2, gap="large")
        person = left.selectbox(
            t("people.who"), list(by_id), format_func=lambda i: f"{by_id[i].name} ({by_id[i].email or by_id[i].id})", key="people_who"
        )
        given = by_id[person].given or "sign_in"
        role = right.selectbox(
            t("people.new_role"), CHOICES, index=CHOICES.index(given), format_func={c: _choice(c) for c in CHOICES}.get, key=f"people_role_{person}"
        )
        if st.button(t("people.save"), type="primary", icon=":material/save:", disabled=role == given):
            try:
                services().set_role(user(), person, None if role == "sign_in" else role)
            except DualcoreError as error:
                st.error(markdown(t(f"error.{error.code}", **error.fields)), icon=":material/error:")
                return
            st.session_state["people_said"] = t("people.saved", name=by_id[person].name, role=_choice(role))
            st.rerun()


people = services().people(user())
st.title(t("people.title", n=len(people)) if people else t("people.title_none"), anchor=False)
if not _sign_in.set_up():
    st.info(t("people.without"), icon=":material/info:")
else:
    st.write(t("people.lead"))
if said := st.session_state.pop("people_said", None):
    st.success(markdown(said), icon=":material/check:")
if people:
    sought = st.text_input(t("people.search")).strip().lower()
    shown = [p for p in people if sought in f"{p.name} {p.email} {p.id}".lower()]
    if shown:
        _table(shown)
        _change(shown)
    else:
        st.info(t("people.nothing"))
with st.expander(t("people.roles"), icon=":material/help:"):
    st.markdown(t("people.roles_text"))
