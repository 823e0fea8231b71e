"""Parts that several pages draw: stage stepper, verdict badge, picture with its words, notes, terms."""

from __future__ import annotations

import streamlit as st

from dualcore.decision.records import Terms
from dualcore.intake.records import Note
from dualcore.present.escape import markdown
from dualcore.present.figures import Picture
from dualcore.present.sentences import note_sentence
from dualcore.services import ProjectView
from pages._shared import go, language, services, t, user

# One colour, one icon and one word per verdict, always together; the theme maps the colours.
VERDICTS = {
    "adopt": ("green", "check_circle"),
    "invest": ("violet", "trending_up"),
    "re-evaluate": ("orange", "sync"),
    "stop": ("gray", "block"),
}
# What must be decided before a stage opens.
NEEDED = {"reevaluate": "re-evaluate", "intermediate": "invest", "full": "invest"}
STAGES = ("intake", "last_layer", "reevaluate", "intermediate", "full")
LEVELS = {"serious": ("error", "error"), "warning": ("warning", "warning"), "info": ("info", "info")}
CHART = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


def stepper(project: ProjectView) -> None:
    """The five stages; those passed carry a check mark. Only our own words go into this HTML."""
    now = max(1, project.stage) if project.kind else 0
    items = []
    for place, stage in enumerate(STAGES):
        passed = place <= project.stage if place else project.kind is not None
        state = " ".join(word for word, holds in (("now", place == now), ("done", passed)) if holds)
        mark = "✓ " if "done" in state else f"{place} "
        current = ' aria-current="step"' if place == now else ""
        items.append(f'<li class="{state}"{current}>{mark}<span class="dc-word">{t(f"stage.{stage}")}</span></li>')
    st.html(f'<ol class="dc-steps" aria-label="{t("stage.label")}">{"".join(items)}</ol>')


def locked(project_id: str, stage: str) -> bool:
    """While nobody has decided for the stage: says so, and leads to where it is decided."""
    if services().stage_open(user(), project_id, stage):
        return False
    st.info(t("gates.locked_text", needed=t(f"verdict.{NEEDED[stage]}")), icon=":material/lock:")
    if st.button(t("gates.to_decisions"), type="primary", icon=":material/gavel:"):
        go("gates.py", project_id)
    return True


def verdict_badge(decision: str, confidence: float | None = None) -> str:
    """Markdown of a verdict: colour, icon, word, and the confidence."""
    color, icon = VERDICTS[decision]
    badge = f":{color}-badge[:material/{icon}: {t(f'verdict.{decision}')}]"
    return badge if confidence is None else f"{badge} {t('verdict.confidence', confidence=f'{confidence:.2f}')}"


def picture(drawn: Picture, key: str, heading: bool = True) -> None:
    """The finding, the figure, and how to read it."""
    with st.container(gap="xxsmall"):
        if heading:
            st.markdown(f"### {markdown(drawn.title)}")
        st.plotly_chart(drawn.figure, theme=None, config=CHART, key=key, alt=drawn.alt)
        st.caption(f"**{t('figure.how_to_read')}** {markdown(drawn.read)}")


def term(key: str, label: str | None = None) -> str:
    """Markdown link from a technical term to its place in the glossary; the label is our own words, never a person's."""
    return f"[{label or t(f'term.{key}')}](glossary?term={key}&lang={language()})"


def terms(*keys: str) -> None:
    """One line of links to the glossary, under what uses these terms for the first time on a page."""
    st.caption(f"{t('glossary.terms')} " + " · ".join(term(key) for key in keys))


def notes(found: list[Note]) -> None:
    """The findings about the data, the serious ones first, one box per level."""
    for level, (color, icon) in LEVELS.items():
        sentences = [markdown(note_sentence(n, language())) for n in found if n.level == level]
        if not sentences:
            continue
        text = f"**{t(f'note.level.{level}')}**\n\n" + "\n".join(f"- {s}" for s in sentences)
        getattr(st, color)(text, icon=f":material/{icon}:")


def terms_form(terms: Terms, metric_help: str, key: str) -> Terms:
    """Goal and money as widgets; gives what is entered. An empty goal means that dualcore assumes one."""
    left, right = st.columns(2)
    goal = left.number_input(
        t("terms.goal"),
        value=terms.goal,
        step=0.01,
        format="%.3f",
        placeholder=t("terms.goal_open"),
        help=metric_help,
        key=f"{key}_goal",
    )
    gain = right.number_input(
        t("terms.minimum_gain"),
        value=float(terms.minimum_gain),
        min_value=0.0,
        step=0.005,
        format="%.3f",
        help=t("terms.minimum_gain_help"),
        key=f"{key}_gain",
    )
    currencies = ["JPY", "USD", "EUR"]
    currency = left.selectbox(
        t("terms.currency"),
        currencies,
        index=currencies.index(terms.currency),
        format_func={c: t(f"currency.{c}") for c in currencies}.get,
        key=f"{key}_currency",
    )
    money = {"min_value": 0.0, "format": "%.0f"}
    value = right.number_input(
        t("terms.value"),
        value=float(terms.value),
        step=1_000_000.0,
        help=t("terms.value_help"),
        key=f"{key}_value",
        **money,
    )
    day = left.number_input(
        t("terms.day_cost"),
        value=float(terms.day_cost),
        step=10_000.0,
        help=t("terms.day_cost_help"),
        key=f"{key}_day",
        **money,
    )
    hour = right.number_input(
        t("terms.gpu_hour_cost"),
        value=float(terms.gpu_hour_cost),
        step=100.0,
        help=t("terms.gpu_hour_help"),
        key=f"{key}_hour",
        **money,
    )
    return Terms(goal=goal, minimum_gain=gain, value=value, day_cost=day, gpu_hour_cost=hour, currency=currency)
