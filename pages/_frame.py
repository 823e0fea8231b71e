"""The frame of every page: language, navigation, sidebar, and what is shown when something fails."""

import logging
import uuid
from pathlib import Path

import streamlit as st

from dualcore.errors import DualcoreError, NotAllowed, Word
from dualcore.present.escape import markdown
from dualcore.services import User
from pages import _entrance, _link, _shared, _sign_in
from pages._shared import t

log = logging.getLogger("dualcore.pages")
HERE = Path(__file__).parent
BARE = ("meeting", "snapshot")  # without menu and sidebar
OPEN = ("snapshot",)  # for people who have not signed in; such a page shows what its link allows, and asks for no person
NEEDED = {"new_project": "analyst", "people": "admin"}  # the least role that has any use of the page
SHARED = ("members", "people")  # of use only where people sign in


def _of_use(name: str) -> bool:
    """Whether the menu lists the page. One that is not listed can still be opened: it says what is missing."""
    if name in SHARED and not _sign_in.set_up():
        return False
    return name not in NEEDED or (isinstance(entered, User) and entered.has(NEEDED[name]))


def _navigation(position: str = "sidebar") -> st.Page:
    """Register the pages; the addresses are the same in every language and for everybody."""
    page = lambda name, icon, **more: st.Page(  # noqa: E731 - one line per page below
        f"{name}.py", title=t(f"nav.{name}"), icon=f":material/{icon}:", url_path=name,
        **{"visibility": "visible" if _of_use(name) else "hidden", **more},
    )  # fmt: skip
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
            ],
            t("nav.decide"): [
                page("gates", "gavel"),
                page("report", "slideshow"),
                page("meeting", "co_present"),
                page("phrases", "record_voice_over"),
                page("members", "group"),
                page("snapshot", "lock_clock", visibility="hidden"),
            ],
            t("nav.help"): [
                page("protocol", "rule"),
                page("track_record", "verified"),
                page("learn", "school"),
                page("glossary", "menu_book"),
                page("people", "manage_accounts"),
            ],
        },
        position=position,
        expanded=True,
    )


def _sidebar() -> None:
    """The project at hand, the language, the person."""
    with st.sidebar:
        try:
            project = _shared.current_project()
        except DualcoreError:  # a link to a project that is gone; the page itself says so
            project = None
            _shared.forget_project()
        if project is not None:
            st.caption(t("nav.current"))
            st.markdown(f"**{markdown(_shared.in_words(project)[0], 60)}**")
        _entrance.language_switch()
        _entrance.person(entered)


def _run(page: st.Page) -> None:
    """Run the page. Errors that a person can act on are said; a defect is logged under an id."""
    try:
        if page.url_path in NEEDED and isinstance(entered, User) and not entered.has(NEEDED[page.url_path]):
            raise NotAllowed("role_needed", role=Word(f"role.{NEEDED[page.url_path]}"))
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
entered = _sign_in.who(_shared.services())
if isinstance(entered, _sign_in.Closed):
    current = _navigation("hidden")
    if entered.may_sign_in and current.url_path in OPEN:
        _run(current)
    else:
        _entrance.closed(entered)
else:
    current = _navigation()
    if current.url_path in BARE:
        _navigation("hidden")
    else:
        _sidebar()
    _run(current)
    if current.url_path not in BARE:
        with st.sidebar:
            _link.copy()
