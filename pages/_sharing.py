"""Dialog to make and withdraw links to a snapshot of a result."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from dualcore.errors import DataError, NotAllowed
from dualcore.present.escape import markdown
from dualcore.services import EvaluationView, ShareView
from pages import _deck
from pages._shared import language, services, t, user

DAYS = (1, 7, 30, 90)
BADGES = {"valid": "green", "withdrawn": "gray", "expired": "gray"}


def button(view: EvaluationView) -> None:
    """Opens the dialog; shown to those who may share."""
    if services().may_share(user(), view.project_id) and st.button(t("sharing.open"), icon=":material/lock_clock:", key="share"):
        st.session_state.pop("shared_address", None)
        _dialog(view)


def _dialog(view: EvaluationView) -> None:
    @st.dialog(t("sharing.title"), width="medium")
    def dialog() -> None:
        st.write(t("sharing.lead"))
        _make(view)
        st.markdown(f"**{t('sharing.list')}**")
        found = services().shares(user(), view.project_id)
        if not found:
            st.caption(t("sharing.none"))
        for share in found:
            _line(share)

    dialog()


def _make(view: EvaluationView) -> None:
    days = st.segmented_control(
        t("sharing.days"), DAYS, default=DAYS[1], required=True, key="share_days",
        format_func={d: t("sharing.days_text", days=d) for d in DAYS}.get,
    )  # fmt: skip
    if st.button(t("sharing.make"), type="primary", icon=":material/add_link:", key="share_make"):
        try:
            st.session_state["shared_address"] = services().share(user(), view.id, days)
        except (DataError, NotAllowed) as error:
            st.error(markdown(t(f"error.{error.code}", **error.fields)), icon=":material/error:")
            return
    if made := st.session_state.get("shared_address"):
        st.success(t("sharing.made"), icon=":material/check:")
        st.code(f"{_base()}{made}&lang={language()}", language=None, wrap_lines=True)


def _base() -> str:
    """Address of the installation, up to the page's name."""
    at = urlsplit(st.context.url or "")
    folder = at.path.rpartition("/")[0]
    return f"{at.scheme}://{at.netloc}{folder}/" if at.scheme else ""


def _line(share: ShareView) -> None:
    left, right = st.columns([3, 1], vertical_alignment="center")
    words = t("sharing.line", made=_deck.day(share.created), who=markdown(share.user), until=_deck.day(share.expires))
    left.markdown(f":{BADGES[share.state]}-badge[{t(f'sharing.state.{share.state}')}] {words}")
    if share.state == "valid" and right.button(t("sharing.withdraw"), key=f"withdraw_{share.id}", icon=":material/link_off:"):
        services().revoke_share(user(), share.id)
        st.session_state.pop("shared_address", None)
        st.rerun(scope="fragment")
