"""What an address selects, and the address of the present view for somebody else."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from dualcore.services import EvaluationView, ProjectView, StageView
from pages._shared import language, services, t, user

NOT_SHARED = ("notes", "again")  # what belongs to one reader's screen
SHOWN = "shown_by_default"  # what the view shows without the address saying so, for the link to it


def evaluation(project: ProjectView) -> EvaluationView | None:
    """The evaluation named in the address, else the newest; its id stays in the address."""
    asked = st.query_params.get("evaluation")
    view = services().evaluation(user(), asked) if asked else None
    if view is None or view.project_id != project.id:
        view = services().latest_evaluation(user(), project.id)
    if view is not None and asked != view.id:
        st.query_params["evaluation"] = view.id
    return view


def run(found: list[StageView]) -> StageView | None:
    """The run of a stage named in the address, else the newest of ``found``.

    The present address does not change, so that the next run is shown once it is done; the link to this view names it.
    """
    asked = st.query_params.get("run")
    shown = next((stage for stage in found if stage.id == asked), found[0] if found else None)
    if shown is not None:
        st.session_state.setdefault(SHOWN, {})["run"] = shown.id
    return shown


def new_run() -> None:
    """A run has been started: the address no longer names an earlier one."""
    st.query_params.pop("run", None)


def chosen(name: str, options: list[str], default: str | None = None) -> str:
    """The option that the address names under ``name``, else ``default``, else the first."""
    asked = st.query_params.get(name)
    return asked if asked in options else default or options[0]


def picked(name: str, key: str, options: list) -> None:
    """Keep the choice of the widget ``key`` in the address, as its place among ``options`` where these are no words."""
    value = st.session_state[key]
    st.query_params[name] = value if isinstance(value, str) else str(options.index(value))


def tabs(name: str, labels: dict[str, str]) -> list:
    """Tabs whose choice stands in the address as an id, the same in every language; labels by id."""
    key = f"tabs_{name}_{language()}"
    ids = {label: which for which, label in labels.items()}

    def keep() -> None:
        st.query_params[name] = ids[st.session_state[key]]

    return st.tabs(list(labels.values()), key=key, default=labels[chosen(name, list(labels))], on_change=keep)


def address() -> str:
    """Of the present view, with the reader's language."""
    query = {name: value for name, value in st.query_params.items() if name not in NOT_SHARED}
    query |= st.session_state.pop(SHOWN, {})
    return f"{st.context.url or ''}?{urlencode({**query, 'lang': language()})}"


def copy() -> None:
    """The address in a box with a button that copies it."""
    with st.popover(t("link.copy"), icon=":material/link:", width="stretch"):
        st.caption(t("link.text"))
        st.code(address(), language=None, wrap_lines=True)
