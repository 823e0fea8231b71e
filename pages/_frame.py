"""The frame of every page: language, navigation, sidebar, and what is shown when something fails."""

import logging
import uuid
from pathlib import Path

import streamlit as st

from dualcore.errors import DualcoreError
from dualcore.present.escape import markdown
from pages import _shared
from pages._shared import t

log = logging.getLogger("dualcore.pages")
HERE = Path(__file__).parent


def _navigation() -> st.Page:
    """Register the pages; the addresses are the same in every language."""
    page = lambda name, icon, **more: st.Page(  # noqa: E731 - one line per page below
        f"{name}.py", title=t(f"nav.{name}"), icon=f":material/{icon}:", url_path=name, **more
    )
    return st.navigation(
        {
            "": [page("home", "dashboard", default=True), page("new_project", "add_circle"), page("compare", "compare")],
            t("nav.project"): [
                page("data", "table_chart"),
                page("architecture", "account_tree"),
                page("evaluate", "play_circle"),
                page("result", "fact_check"),
                page("reevaluate", "compare_arrows"),
                page("tune", "tune"),
                page("transfer", "move_up"),
                page("invest", "trending_up"),
                page("gates", "gavel"),
            ],
            t("nav.help"): [page("protocol", "rule"), page("track_record", "verified"), page("learn", "school"), page("glossary", "menu_book")],
        },
        expanded=True,
    )


def _sidebar() -> None:
    """The project at hand and the language; the switch holds ids, never labels, so links stay shareable."""
    with st.sidebar:
        try:
            project = _shared.current_project()
        except DualcoreError:  # a link to a project that is gone; the page itself says so
            project = None
            _shared.forget_project()
        if project is not None:
            st.caption(t("nav.current"))
            st.markdown(f"**{markdown(_shared.in_words(project)[0], 60)}**")
        st.segmented_control(
            t("nav.language"),
            _shared.LANGUAGES,
            format_func={code: t(f"language.{code}") for code in _shared.LANGUAGES}.get,
            key="language_switch",
            on_change=_shared.switch_language,
            required=True,
        )


def _run(page: st.Page) -> None:
    """Run the page. Errors that a person can act on are said; a defect is logged under an id."""
    try:
        page.run()
    except DualcoreError as error:
        st.error(markdown(t(f"error.{error.code}", **error.fields)), icon=":material/error:")
        st.page_link("home.py", label=t("page.to_home"), icon=":material/arrow_back:")
    except Exception:
        reference = uuid.uuid4().hex[:8]
        log.exception("defect %s on page %s", reference, page.url_path or "home")
        st.error(t("page.defect", reference=reference), icon=":material/error:")
        st.page_link("home.py", label=t("page.to_home"), icon=":material/arrow_back:")


_shared.choose_language()
st.set_page_config(page_title="dualcore", page_icon=str(HERE / "static" / "icon.png"), layout="centered")
st.logo(str(HERE / "static" / "logo.svg"), size="large")
st.html(HERE / "_style.css")
current = _navigation()
_sidebar()
_run(current)
