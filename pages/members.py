"""Who may see a project and what they may do in it."""

import streamlit as st

from dualcore.errors import DualcoreError
from dualcore.present.escape import markdown
from dualcore.services import MEMBER_ROLES, MemberView, ProjectView
from pages import _sign_in
from pages._shared import open_project, services, t, user


def _name(member: MemberView) -> str:
    if member.kind == "everybody":
        return t("members.everybody")
    return member.name or (t("members.local") if member.user_id == "local" else member.user_id)


def _error(error: DualcoreError) -> None:
    st.error(markdown(t(f"error.{error.code}", **error.fields)), icon=":material/error:")


def _row(member: MemberView, project: ProjectView, manages: bool) -> None:
    with st.container(border=True, key=f"member_{'owner' if member.kind == 'owner' else member.user_id}"):
        who, role, button = st.columns([5, 2.4, 1.6], vertical_alignment="center")
        who = who.container(gap="xxsmall")
        who.markdown(f"**{markdown(_name(member), 80)}**")
        if member.email:
            who.caption(markdown(member.email, 120))
        owner = member.kind == "owner"
        role.markdown(f":blue-badge[{t('members.owner')}]" if owner else f":gray-badge[{t(f'role.{member.role}')}]")
        if not owner and manages and button.button(
            t("members.remove"), key=f"remove_{member.user_id}", help=t("members.remove_label", name=markdown(_name(member))), width="stretch"
        ):  # fmt: skip
            services().remove_member(user(), project.id, member.user_id)
            st.session_state["members_said"] = t("members.removed", name=_name(member))
            st.rerun()


def _add(project: ProjectView) -> None:
    with st.container(border=True):
        st.subheader(t("members.add"), anchor=False)
        kinds = ("person", "everybody")
        whom = st.segmented_control(
            t("members.whom"), kinds, default="person", format_func={k: t(f"members.whom.{k}") for k in kinds}.get, required=True, key="members_whom"
        )
        with st.form("members_add", border=False):
            left, right = st.columns(2, gap="large")
            person = "*"
            if whom == "person":
                person = left.text_input(t("members.person"), max_chars=400, help=t("members.person_help"))
            place = right if whom == "person" else left
            role = place.selectbox(t("members.role"), MEMBER_ROLES, format_func={r: t(f"role.{r}") for r in MEMBER_ROLES}.get)
            sent = st.form_submit_button(t("members.send"), type="primary", icon=":material/person_add:")
        if sent:
            try:
                added = services().add_member(user(), project.id, person, role)
            except DualcoreError as error:
                _error(error)
                return
            st.session_state["members_said"] = t("members.added", name=_name(added), role=t(f"role.{added.role}"))
            st.rerun()


project = open_project()
members = services().members(user(), project.id)
manages = services().may(user(), project.id, "manage")
if any(m.kind == "everybody" for m in members):
    st.title(t("members.title_everybody"), anchor=False)
elif len(members) > 1:
    st.title(t("members.title", n=len(members)), anchor=False)
else:
    st.title(t("members.title_owner"), anchor=False)
st.write(t("members.lead"))
if said := st.session_state.pop("members_said", None):
    st.success(markdown(said), icon=":material/check:")
for member in members:
    _row(member, project, manages)
if not _sign_in.set_up():
    st.info(t("people.without"), icon=":material/info:")
elif manages:
    _add(project)
else:
    st.info(t("members.not_manager"), icon=":material/lock:")
