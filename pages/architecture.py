"""Choose the architecture, or let dualcore choose; the pictures react to every change."""

import streamlit as st

from dualcore.present.architecture import (
    ACTIVATIONS,
    WIDTHS,
    Choice,
    compared_names,
    degeneration,
    dual_curve,
    preset_names,
    settings_of,
    weighted_layer,
)
from dualcore.present.escape import markdown
from dualcore.present.figures import plot_degeneration, plot_dual, plot_skeleton
from dualcore.services import ProjectView
from pages import _choice, _parts
from pages._shared import go, language, open_project, t, theme


def _pick(project: ProjectView) -> Choice:
    """The preset, in plain words."""
    names = ["auto", *preset_names(project.kind or "table")]
    before = _choice.chosen(project.id)
    picked = st.radio(
        t("architecture.pick"),
        names,
        index=names.index(before.name) if before.name in names else 0,
        format_func={"auto": t("architecture.auto"), **{n: t(f"skeleton.{n}") for n in names[1:]}}.get,
        captions=[t("architecture.auto_text"), *(t(f"skeleton.about.{n}") for n in names[1:])],
        help=t("term.skeleton.text"),
    )
    return before if picked == before.name else Choice(picked)


def _adjust(choice: Choice) -> Choice:
    """Activation, bias share, depth and width, where the preset has them; they start at the preset's own values."""
    allowed = settings_of(choice.name)
    if not allowed:
        return Choice(choice.name)
    plain = Choice(choice.name).skeleton()
    activation, bias = weighted_layer(plain)
    options = list(ACTIVATIONS) if activation in ACTIVATIONS else [activation, *ACTIVATIONS]
    now = choice.activation or activation
    picked = st.selectbox(
        t("term.activation"),
        options,
        index=options.index(now),
        help=t("term.activation.text"),
        key=f"activation_{choice.name}",
    )
    start = bias if choice.bias_share is None else choice.bias_share
    share = st.slider(
        t("term.bias_share"), 0.0, 0.9, float(start), 0.05, help=t("term.bias_share.text"), key=f"bias_{choice.name}"
    )
    depth = None
    if "depth" in allowed:
        built = _blocks(choice.name)
        depth = st.slider(
            t("term.depth"), 1, 12, choice.depth or built, help=t("term.depth.text"), key=f"depth_{choice.name}"
        )
        depth = None if depth == built else depth
    widths = {0: t("architecture.width_auto")} | {w: f"{w:,}" for w in WIDTHS}
    width = st.selectbox(
        t("term.width"),
        list(widths),
        index=list(widths).index(choice.width or 0),
        format_func=widths.get,
        help=t("term.width.text"),
        key=f"width_{choice.name}",
    )
    return Choice(choice.name, None if picked == activation else picked, None if share == bias else share, depth, width or None)


def _blocks(name: str) -> int:
    """The depth that the preset is built with (residual blocks count without the first layer)."""
    skeleton = Choice(name).skeleton()
    return skeleton.depth - 1 if name.startswith("residual") else skeleton.depth


project = open_project()
_parts.stepper(project)
st.title(t("architecture.title"))
st.write(t("architecture.lead"))
left, right = st.columns([2, 3], gap="large")
with left:
    choice = _pick(project)
with right:
    if choice.name == "auto":
        st.markdown(f"### {t('architecture.auto_how')}")
        st.write(t("architecture.auto_explained"))
        for name in compared_names(project.kind or "table"):
            st.markdown(f"- {t(f'skeleton.{name}')}")
    else:
        with st.container(border=True):
            choice = _adjust(choice)
        skeleton = choice.skeleton()
        _parts.picture(plot_skeleton(skeleton, t(f"skeleton.{choice.name}"), language(), theme()), "skeleton")
        for code, fields in skeleton.warnings():
            st.warning(markdown(t(f"architecture.{code}", **fields)), icon=":material/warning:")
_choice.keep(project.id, choice)
if choice.name not in ("auto", "linear"):
    activation, bias = weighted_layer(skeleton)
    first, second = st.columns(2, gap="large")
    with first:
        _parts.picture(plot_dual(dual_curve(activation, bias), language(), theme()), "dual")
    with second:
        _parts.picture(
            plot_degeneration(
                degeneration(activation, bias, choice.name.startswith("residual")), skeleton.depth, language(), theme()
            ),
            "depth",
        )
if st.button(t("architecture.next"), type="primary", icon=":material/arrow_forward:"):
    go("evaluate.py", project.id)
