"""What stands at the door: the page of those who may not come in, and the person's name with the way out."""

from __future__ import annotations

import streamlit as st

from dualcore.present.escape import markdown
from dualcore.services import ROLES, User
from pages import _sign_in
from pages._shared import LANGUAGES, switch_language, t
from pages._sign_in import Closed


def language_switch() -> None:
    """The switch holds ids, never labels, so links stay shareable."""
    st.segmented_control(
        t("nav.language"),
        LANGUAGES,
        format_func={code: t(f"language.{code}") for code in LANGUAGES}.get,
        key="language_switch",
        on_change=switch_language,
        required=True,
    )


def closed(why: Closed) -> None:
    """Why nobody may come in, and what to do; nothing of what lies behind."""
    with st.container(key="entrance"):
        st.title(t(f"sign_in.title.{why.code}"), anchor=False)
        if not why.may_sign_in:
            st.error(t(f"sign_in.text.{why.code}"), icon=":material/lock:")
            if why.faults:
                st.markdown("\n".join(f"- {t(f'sign_in.fault.{code}', setting=setting)}" for code, setting in why.faults))
            else:
                st.markdown(t("sign_in.ways"))
        elif why.code == "signed_out":
            st.write(t("sign_in.text.signed_out"))
            _buttons("sign_in.button")
        else:
            st.info(t(f"error.{why.code}"), icon=":material/lock:")
            _known()
            _buttons("sign_in.button" if why.code == "sign_in_expired" else "sign_in.button_other")
        st.divider()
        language_switch()


def _buttons(single: str) -> None:
    """One button per provider."""
    names = _sign_in.providers()
    for name in names:
        label = t(single) if len(names) == 1 or name is None else t("sign_in.button_named", provider=markdown(name))
        if st.button(label, type="primary", icon=":material/login:", key=f"sign_in_{name}"):
            st.login(name)


def _known() -> None:
    """The id that an administrator needs to let this person in."""
    claims = st.user.to_dict()
    if claims.get("iss") and claims.get("sub"):
        st.caption(t("sign_in.your_id"))
        st.code(f"{claims['iss']}|{claims['sub']}", language=None, wrap_lines=True)


def person(user: User) -> None:
    """Name, role and way out, in the sidebar; or that there is no door."""
    if _sign_in.set_up():
        st.caption(t("sign_in.as"))
        st.markdown(f"**{markdown(user.name, 60)}** · {t(f'role.{ROLES[user.level]}')}")
        if st.button(t("sign_in.out"), icon=":material/logout:", key="sign_out", width="stretch"):
            st.logout()
    elif _sign_in.open_to_all():
        st.warning(t("sign_in.trusted"), icon=":material/lock_open:")
