"""Two to five projects or evaluations side by side: what was asked, how far it is, what is recommended and decided."""

import pandas as pd
import streamlit as st

from dualcore.errors import DataError
from dualcore.present import format as fmt
from dualcore.present.escape import distinct, markdown, shorten
from dualcore.present.figures.portfolio import Side, plot_sides
from dualcore.present.sentences import reason_sentence
from dualcore.services.portfolio import FEWEST, MOST, Compared
from pages import _parts
from pages._portfolio import when
from pages._shared import go, in_words, language, services, t, theme, user

ROWS = ("question", "data", "architecture", "goal", "score", "verdict", "reasons", "cost", "net", "avoided", "outlook", "decision", "evaluated")
# Columns stay readable on a phone, and the table scrolls in place.
STYLE = "<style>.st-key-compare_table td { min-width: 11.5rem; vertical-align: top; }</style>"


def _asked() -> list[str]:
    """What the address names, in its order, each once."""
    return list(dict.fromkeys(i for i in st.query_params.get("items", "").split(",") if i))


def _keep() -> None:
    st.query_params["items"] = ",".join(st.session_state["compare_items"])


def _choose(asked: list[str], named: dict[str, str]) -> None:
    """Projects to choose from; evaluations that the address names stay choosable. ``named``: names of what is shown."""
    names = {r.id: r.name for r in services().portfolio(user(), language()).rows} | named
    names = distinct({i: shorten(name, 60) for i, name in names.items()})
    st.session_state["compare_items"] = [i for i in asked if i in names]
    st.multiselect(
        t("compare.choose"), list(names), format_func=names.get, max_selections=MOST, placeholder=t("compare.choose_hint"),
        key="compare_items", on_change=_keep,
    )  # fmt: skip


def _name(side: Compared, every: list[Compared]) -> str:
    """The project's name; with the day of the evaluation where that tells it apart."""
    name = in_words(side.project)[0]
    twice = sum(s.project.id == side.project.id for s in every) > 1
    if side.evaluation is not None and (twice or side.item == side.evaluation.id):
        return t("compare.evaluation_name", name=name, when=_moment(side))
    return name


def _moment(side: Compared) -> str:
    """Day and, since several may fall on one day, the time."""
    return when(side.evaluation.created, "%Y-%m-%d %H:%M")


def _outlook(side: Compared) -> str:
    curve = side.evaluation.evidence.curve
    parts = []
    if curve.doubled is not None:
        score = fmt.score_with_interval(curve.doubled, curve.doubled_low, curve.doubled_high, language())
        parts.append(t("compare.doubled", score=score))
    if curve.rows_for_goal is not None:
        parts.append(t("compare.rows_for_goal", rows=fmt.count(curve.rows_for_goal)))
    return "  \n".join(parts) or t("compare.no_outlook")


def _decided(side: Compared) -> str:
    made = side.decision
    if made is None:
        return t("compare.undecided")
    text = t("compare.decision", action=t(f"verdict.{made.action}"), when=when(made.created), who=markdown(made.user_name, 40))
    return text if made.follows else f"{text} :orange-badge[{t('gates.override')}]"


def _column(side: Compared) -> list[str]:
    """The cells of one item, as Markdown."""
    question = markdown(in_words(side.project)[1], 200)
    if side.evaluation is None:
        return [question, *(t("compare.not_evaluated") if name == "verdict" else "–" for name in ROWS[1:])]
    view, verdict = side.evaluation, side.evaluation.verdict
    evidence, last = view.evidence, view.evidence.last_layer
    metric, amount = fmt.metric_name(evidence.metric, language()), lambda v: fmt.money(v, verdict.currency, language())
    option = next((o for o in verdict.options if o.decision == verdict.decision), None)
    data = t("compare.data", file=markdown(view.dataset.filename, 40), kind=t(f"kind.{evidence.dataset.kind}"), rows=fmt.count(evidence.dataset.rows))
    goal = t("compare.goal_assumed" if verdict.goal_assumed else "compare.goal", metric=metric, goal=fmt.score(verdict.goal, last.low, last.high))
    reasons = "\n".join(f"{n}. {markdown(reason_sentence(r, verdict, language()))}" for n, r in enumerate(verdict.reasons, 1))
    cells = {
        "question": question, "data": data, "architecture": markdown(evidence.skeleton["name"], 40), "goal": goal,
        "score": fmt.score_with_interval(last.score, last.low, last.high, language()), "verdict": _parts.verdict_badge(verdict.decision, verdict.confidence),
        "reasons": reasons, "cost": amount(option.cost) if option else "–", "net": amount(option.net) if option else "–", "avoided": amount(verdict.avoided),
        "outlook": _outlook(side), "decision": _decided(side), "evaluated": _moment(side),
    }  # fmt: skip
    return [cells[name] for name in ROWS]


def _pictures(sides: list[Compared], names: list[str]) -> None:
    """One picture per metric that two or more share."""
    groups: dict[str, list[Side]] = {}
    for side, name in zip(sides, names):
        if side.evaluation is not None:
            evidence = side.evaluation.evidence
            groups.setdefault(evidence.metric, []).append(Side(name, evidence, side.evaluation.verdict.goal))
    for metric, mine in groups.items():
        if len(mine) >= FEWEST:
            _parts.picture(plot_sides(mine, language(), theme()), f"sides_{metric}")
    if len(groups) > 1:
        st.info(t("compare.other_metrics"), icon=":material/straighten:")
    if len({s.evaluation.dataset.sha256 for s in sides if s.evaluation is not None}) > 1:
        st.info(t("compare.other_data"), icon=":material/dataset:")


def _title(sides: list[Compared], names: list[str]) -> str:
    held = []
    for side, name in zip(sides, names):
        if side.evaluation is None:
            return t("compare.title", n=len(sides))
        last, goal = side.evaluation.evidence.last_layer, side.evaluation.verdict.goal
        if last.low >= goal if side.evaluation.evidence.greater_is_better else last.high <= goal:
            held.append(name)
    if not held:
        return t("compare.title_nobody")
    if len(held) == len(sides):
        return t("compare.title_all", n=len(sides))
    return t("compare.title_best", name=markdown(held[0], 60)) if len(held) == 1 else t("compare.title", n=len(sides))


def _side_by_side(sides: list[Compared]) -> None:
    names = [_name(side, sides) for side in sides]
    st.title(_title(sides, names))
    st.write(t("compare.lead"))
    _choose([s.item for s in sides], {s.item: n for s, n in zip(sides, names)})
    _pictures(sides, names)
    # A number before each name: two projects may have the same one.
    columns = {f"{n}\\. {markdown(name, 60)}": _column(side) for n, (side, name) in enumerate(zip(sides, names), 1)}
    st.html(STYLE)
    with st.container(key="compare_table"):
        st.table(pd.DataFrame(columns, index=[t(f"compare.row.{name}") for name in ROWS]), alt=t("compare.table"))
    with st.container(horizontal=True):
        for side, name in zip(sides, names):
            if side.evaluation is not None and st.button(f"{t('home.open')}: {markdown(name, 40)}", key=f"open_{side.item}"):
                go("result.py", side.project.id, evaluation=side.evaluation.id)


asked = _asked()
if len(asked) < FEWEST:
    st.title(t("compare.title_none"))
    st.write(t("compare.lead"))
    if services().portfolio(user()).rows:
        _choose(asked, {})
    else:
        st.info(t("compare.none_yet"))
else:
    try:
        sides = services().compare(user(), asked)
    except DataError as error:  # too many in the address; what may not be seen is answered by the frame
        st.title(t("compare.title_none"))
        st.error(t(f"error.{error.code}", **error.fields), icon=":material/error:")
        _choose(asked[:MOST], {})
    else:
        _side_by_side(sides)
