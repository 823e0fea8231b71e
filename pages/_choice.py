"""The architecture that a person chose for a project; kept in the session, "auto" until then."""

from __future__ import annotations

import streamlit as st

from dualcore.present.architecture import Choice
from pages._shared import t

AUTO = Choice("auto")


def chosen(project_id: str) -> Choice:
    return st.session_state.get(f"architecture_{project_id}", AUTO)


def keep(project_id: str, choice: Choice) -> None:
    st.session_state[f"architecture_{project_id}"] = choice


def name(project_id: str) -> str:
    """The choice in words: the preset and what was changed."""
    choice = chosen(project_id)
    if choice == AUTO:
        return t("architecture.auto")
    changed = [choice.activation, None if choice.bias_share is None else f"β = {choice.bias_share:g}"]
    changed.append(None if choice.depth is None else t("architecture.layers", n=choice.depth))
    changed.append(None if choice.width is None else t("architecture.features", n=f"{choice.width:,}"))
    extra = ", ".join(c for c in changed if c)
    return t(f"skeleton.{choice.name}") + (f" ({extra})" if extra else "")


def skeleton(project_id: str) -> str | dict:
    """What an evaluation is started with: "auto", or the skeleton itself."""
    choice = chosen(project_id)
    return "auto" if choice == AUTO else choice.skeleton().to_dict()
