"""What every page needs: the use cases, the person, the language, the theme, the project at hand."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dualcore.errors import NotFound
from dualcore.present.words import LANGUAGES, say
from dualcore.services import ProjectView, Services, User, open_services
from dualcore.settings import Settings
from pages import _sign_in

__all__ = ["LANGUAGES", "services", "t", "user"]


@st.cache_resource(show_spinner=False, max_entries=4)
def _services(database_url: str) -> Services:
    return open_services(Settings())


def services() -> Services:
    """The use cases of this installation; one object for all sessions, no person's data in it."""
    return _services(Settings().database_url)


def user() -> User:
    """The person at the browser, judged anew on every call; without sign-in everybody is the one local user.

    Where the sign-in has ended meanwhile the page starts again, and the frame says so.
    """
    found = _sign_in.who(services())
    if isinstance(found, User):
        return found
    st.rerun()


def on_click(action: Callable[[User], bytes | str]) -> Callable[[], bytes | str]:
    """The content of a download that is made when it is clicked; ``user()`` is of no use there, outside of the session."""
    return _sign_in.later(services(), action)


def choose_language() -> None:
    """``?lang=``, then what was chosen in this session, then the browser's language, then Japanese."""
    asked = st.query_params.get("lang")
    if asked in LANGUAGES:
        st.session_state["language"] = asked
    elif "language" not in st.session_state:
        browser = (st.context.locale or "").split("-")[0].lower()
        st.session_state["language"] = browser if browser in LANGUAGES else Settings().language
    st.session_state["language_switch"] = st.session_state["language"]


def switch_language() -> None:
    """Keep the choice of the sidebar's switch, also in the address."""
    chosen = st.session_state["language_switch"]
    st.session_state["language"] = chosen
    st.query_params["lang"] = chosen


def language() -> str:
    return st.session_state["language"]


def t(key: str, **fields: object) -> str:
    """The sentence ``key`` in the reader's language."""
    return say(key, language(), **fields)


def theme() -> str:
    """``"light"`` or ``"dark"``, as the browser shows it."""
    return "dark" if st.context.theme.type == "dark" else "light"


def current_project() -> ProjectView | None:
    """The project named in the address, else the one last opened in this session.

    Raises NotFound, NotAllowed.
    """
    project_id = st.query_params.get("project") or st.session_state.get("project")
    return services().project(user(), project_id) if project_id else None


def in_words(project: ProjectView) -> tuple[str, str]:
    """Name and question; a demo project that nobody renamed follows the reader's language."""
    for demo in services().demos() if project.demo else ():
        if demo.id == project.demo and project.name in demo.name.values():
            return demo.name[language()], demo.text[language()]
    return project.name, project.question


def forget_project() -> None:
    st.session_state.pop("project", None)


def open_project() -> ProjectView:
    """The project of a project page; its id stays in the address. Without one, the page ends here."""
    project = current_project()
    if project is None:
        st.title(t("page.no_project.title"))
        st.write(t("page.no_project.text"))
        if st.button(t("page.to_home"), type="primary", icon=":material/dashboard:"):
            st.switch_page("home.py")
        st.stop()
    if project.deleted:
        raise NotFound("no_project", project=project.id)
    st.session_state["project"] = project.id
    if st.query_params.get("project") != project.id:
        st.query_params["project"] = project.id
    return project


def go(page: str, project_id: str, **more: str) -> None:
    """Open a project page."""
    st.session_state["project"] = project_id
    st.switch_page(page, query_params={"project": project_id, **more})
