"""Parts of the portfolio: filters that live in the address, one row per project, downloads, deleting and bringing back."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from dualcore.decision.portfolio import NOTHING, STAGES, Filter, Portfolio, PortfolioRow, chosen
from dualcore.present import format as fmt
from dualcore.present.escape import distinct, markdown, shorten
from dualcore.present.portfolio import csv_of, xlsx_of
from dualcore.services.portfolio import FEWEST, MOST
from pages import _parts
from pages._shared import go, language, services, t, user

ORDERS = ("updated", "name", "stage", "confidence", "planned", "avoided", "spent", "review")
STANDINGS = ("waiting", "overdue", "running", "decided", "open")
VERDICTS = (*_parts.VERDICTS, NOTHING)
DEMO = ("without", "only")
MANY = {"stage": STAGES, "verdict": VERDICTS, "state": STANDINGS}  # query parameter -> its values
PAGE = 25


def when(moment: datetime, shape: str = "%Y-%m-%d") -> str:
    """In the reader's time zone."""
    return moment.astimezone(ZoneInfo(st.context.timezone or "UTC")).strftime(shape)


# --- the filter


def read_filter(owners: dict[str, str]) -> Filter:
    """What the address asks for; what it does not know is left out."""
    asked = st.query_params
    many = {name: tuple(v for v in asked.get_all(name) if v in known) for name, known in MANY.items()}
    one = lambda name, known: asked.get(name) if asked.get(name) in known else ""  # noqa: E731
    return Filter(
        search=asked.get("q", "")[:200], stages=many["stage"], verdicts=many["verdict"], standings=many["state"],
        owners=tuple(o for o in asked.get_all("owner") if o in owners), demo=one("demo", DEMO), order=one("sort", ORDERS) or "updated",
    )  # fmt: skip


def _keep(name: str, neutral: object = None) -> None:
    """Write a widget's value into the address; another choice starts at the first page again."""
    value = st.session_state[f"portfolio_{name}"]
    if value in (None, "", [], neutral):
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value
    if name != "view":
        st.query_params.pop("page", None)


def _turn(key: str) -> None:
    st.query_params["page"] = st.session_state[key]


def _clear() -> None:
    for name in ("q", "stage", "verdict", "state", "owner", "demo", "sort", "page"):
        st.query_params.pop(name, None)


def widget(name: str, value: object, neutral: object = None) -> dict:
    """The address is the truth: a widget starts from it and writes back to it."""
    st.session_state[f"portfolio_{name}"] = value
    return dict(key=f"portfolio_{name}", on_change=_keep, args=(name, neutral))


def filters(by: Filter, owners: dict[str, str]) -> None:
    left, right = st.columns([3, 2])
    left.text_input(t("portfolio.search"), placeholder=t("portfolio.search_hint"), icon=":material/search:", **widget("q", by.search))
    right.selectbox(t("portfolio.order"), ORDERS, format_func={o: t(f"portfolio.order.{o}") for o in ORDERS}.get, **widget("sort", by.order, "updated"))
    number = sum(bool(v) for v in (by.stages, by.verdicts, by.standings, by.owners, by.demo))
    label = t("portfolio.filters_on", n=number) if number else t("portfolio.filters")
    with st.expander(label, icon=":material/filter_list:", key="portfolio_filters"):
        names = {s: t(f"portfolio.state.{s}") for s in STANDINGS}
        st.pills(t("portfolio.filter.state"), STANDINGS, selection_mode="multi", format_func=names.get, **widget("state", list(by.standings)))
        names = {v: t("portfolio.verdict_none") if v == NOTHING else t(f"verdict.{v}") for v in VERDICTS}
        st.pills(t("portfolio.filter.verdict"), VERDICTS, selection_mode="multi", format_func=names.get, **widget("verdict", list(by.verdicts)))
        names = {s: t(f"stage.{s}") for s in STAGES}
        st.pills(t("portfolio.filter.stage"), STAGES, selection_mode="multi", format_func=names.get, **widget("stage", list(by.stages)))
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        if len(owners) > 1:
            names = distinct({o: shorten(name, 40) for o, name in owners.items()})
            left.multiselect(
                t("portfolio.filter.owner"), list(owners), format_func=names.get, placeholder=t("portfolio.filter.owner_hint"),
                **widget("owner", list(by.owners)),
            )  # fmt: skip
        names = {d: t(f"portfolio.demo.{d}") for d in DEMO}
        (right if len(owners) > 1 else left).pills(t("portfolio.filter.demo"), DEMO, format_func=names.get, **widget("demo", by.demo or None))
        if by != Filter():
            st.button(t("portfolio.clear"), icon=":material/filter_list_off:", on_click=_clear)


# --- rows


def _state(row: PortfolioRow) -> str:
    """Markdown of what the project needs, its verdict, and the newest decision."""
    lines = []
    if row.queued:
        lines.append(f":gray-badge[:material/schedule: {t('job.state.queued')}]")
    elif row.running is not None:
        lines.append(f":blue-badge[:material/progress_activity: {t('home.running', done=fmt.percent(row.running))}]")
    if row.verdict is not None:
        lines.append(_parts.verdict_badge(row.verdict, row.confidence))
    elif not lines:
        lines.append(f":gray[{t('home.not_evaluated' if row.has_data else 'home.no_data')}]")
    if row.waiting is not None:
        lines.append(f":orange-badge[:material/gavel: {t('portfolio.waiting_at', stage=t(f'stage.{row.waiting}'))}]")
    return "  \n".join(lines)


def _decision(row: PortfolioRow) -> str:
    made = row.decision
    if made is None:
        return ""
    text = t("portfolio.decided", when=when(made.created), who=markdown(made.user_name, 40), action=t(f"verdict.{made.action}"))
    if not made.follows:
        text += f" :orange-badge[{t('gates.override')}]"
    if row.review_on is not None:
        day = row.review_on.isoformat()
        late = f":orange-badge[:material/event_busy: {t('portfolio.review_overdue', when=day)}]"
        text += f"  \n{late if row.overdue else t('portfolio.review', when=day)}"
    return text


def _money(row: PortfolioRow) -> str:
    amount = lambda v: fmt.money(v, row.currency, language()).replace(" ", fmt.SPACE)  # noqa: E731
    if row.planned is None:
        return ""
    if not row.settled:
        return t("portfolio.money_open", planned=amount(row.planned), avoided=amount(row.avoided))
    return t("portfolio.money", planned=amount(row.planned), spent=amount(row.spent), avoided=amount(row.avoided))


def _goal(row: PortfolioRow) -> str:
    if row.goal is None or row.metric is None:
        return ""
    key = "portfolio.goal_assumed" if row.goal_assumed else "portfolio.goal"
    text = t(key, metric=fmt.metric_name(row.metric, language()), goal=fmt.number(row.goal, 3).rstrip("0").rstrip("."))
    return text if row.score is None else t("portfolio.score", goal=text, score=fmt.score(row.score, row.low, row.high))


def _next_page(row: PortfolioRow) -> str:
    """Where a person continues with the project."""
    if row.running is not None or row.queued:
        return "evaluate.py"
    if row.stage >= 1:
        return "result.py"
    return "evaluate.py" if row.has_data else "data.py"


def picks() -> list[str]:
    """Projects ticked for a comparison; kept while the person turns pages and filters."""
    return st.session_state.setdefault("portfolio_picks", [])


def _pick(project_id: str) -> None:
    kept = [p for p in picks() if p != project_id]
    st.session_state["portfolio_picks"] = [*kept, project_id] if st.session_state[f"pick_{project_id}"] else kept


def row(found: PortfolioRow, owners: bool) -> None:
    """One project. ``owners``: say whose it is."""
    with st.container(border=True, key=f"project_{found.id}"):
        text, state, side = st.columns([4.4, 3.8, 3.2], vertical_alignment="top")
        text, state = text.container(gap="xxsmall"), state.container(gap="xxsmall")
        demo = f" :gray-badge[{t('home.demo')}]" if found.demo else ""
        text.markdown(f"**{markdown(found.name, 80)}**{demo}")
        if found.question:
            text.caption(markdown(found.question, 140))
        facts = [t(f"stage.{STAGES[found.stage]}"), _goal(found), t("portfolio.owner", name=markdown(found.owner_name, 40)) if owners else ""]
        text.caption(" · ".join(f for f in facts if f))
        state.markdown(_state(found))
        for line in (_decision(found), _money(found)):
            if line:
                state.caption(line)
        with side.container(horizontal=True, vertical_alignment="center", gap="small"):
            if st.button(t("home.open"), key=f"open_{found.id}"):
                go(_next_page(found), found.id)
            st.session_state[f"pick_{found.id}"] = found.id in picks()
            st.checkbox(t("portfolio.pick"), key=f"pick_{found.id}", on_change=_pick, args=(found.id,))
            if found.manages and st.button(t("portfolio.delete"), key=f"delete_{found.id}", type="tertiary", icon=":material/delete:"):
                _delete(found.id, found.name)


def compare_bar() -> None:
    """What was ticked, and the way to the comparison."""
    ticked = picks()
    if not ticked:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="portfolio_compare"):
        st.markdown(f"**{t('portfolio.picked', n=len(ticked))}**")
        if len(ticked) < FEWEST:
            st.caption(t("portfolio.compare_few", n=FEWEST - len(ticked)))
        elif len(ticked) > MOST:
            st.caption(t("error.compare_many", n=len(ticked)))
        elif st.button(t("portfolio.compare"), type="primary", icon=":material/compare:"):
            st.switch_page("compare.py", query_params={"items": ",".join(ticked)})
        if st.button(t("portfolio.unpick"), type="tertiary"):
            st.session_state["portfolio_picks"] = []
            st.rerun()


def listing(portfolio: Portfolio, by: Filter) -> None:
    """The rows that pass the filter, a page at a time."""
    rows, every = chosen(portfolio, by), len(portfolio.rows)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        count = t("portfolio.shown", n=fmt.count(every)) if len(rows) == every else t("portfolio.shown_of", n=fmt.count(len(rows)), all=fmt.count(every))
        st.markdown(f"**{count}**", help=t("portfolio.share_hint"), width="stretch")
        save = dict(on_click="ignore", type="tertiary", disabled=not rows)
        spoken = language()
        st.download_button(
            t("portfolio.download_csv"), lambda: csv_of(rows, spoken), file_name="portfolio.csv", mime="text/csv", icon=":material/download:", **save
        )
        st.download_button(
            t("portfolio.download_xlsx"), lambda: xlsx_of(rows, spoken), file_name="portfolio.xlsx", icon=":material/download:",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", **save,
        )  # fmt: skip
    if not rows:
        st.info(t("portfolio.nothing"), icon=":material/search_off:")
        return
    compare_bar()
    pages = -(-len(rows) // PAGE)
    asked = st.query_params.get("page", "1")
    page = min(pages, max(1, int(asked))) if asked.isdecimal() and len(asked) < 7 else 1
    several = len(portfolio.owners) > 1
    for found in rows[(page - 1) * PAGE : page * PAGE]:
        row(found, several)
    if pages > 1:
        with st.container(horizontal_alignment="center"):
            # The page is part of the key: a pagination that starts elsewhere is another one.
            key = f"portfolio_page_{pages}_{page}"
            st.pagination(pages, default=page, key=key, on_change=_turn, args=(key,))


# --- deleting and bringing back


def _delete(project_id: str, name: str) -> None:
    what = services().deletion(user(), project_id)  # once: the dialog runs again by itself after the project has gone

    @st.dialog(t("portfolio.delete_title"))
    def ask() -> None:
        st.write(t(
            "portfolio.delete_what", name=markdown(name, 80), datasets=fmt.count(what.datasets), evaluations=fmt.count(what.evaluations),
            stages=fmt.count(what.stages), decisions=fmt.count(what.decisions),
        ))  # fmt: skip
        st.write(t("portfolio.delete_undo", days=what.undo_days))
        left, right = st.columns(2)
        do = dict(on_click=_delete_now, args=(project_id, name), type="primary", icon=":material/delete:", width="stretch")
        if left.button(t("portfolio.delete_do"), key="delete_do", **do):
            st.rerun()
        if right.button(t("portfolio.delete_cancel"), key="delete_cancel", width="stretch"):
            st.rerun()

    ask()


def _delete_now(project_id: str, name: str) -> None:
    services().delete_project(user(), project_id)
    st.session_state["portfolio_picks"] = [p for p in picks() if p != project_id]
    if st.session_state.get("project") == project_id:
        st.session_state.pop("project")
    if st.query_params.get("project") == project_id:
        st.query_params.pop("project")
    st.session_state["portfolio_said"] = t("portfolio.deleted_said", name=markdown(name, 80))


def deleted() -> None:
    """Deleted projects with the day until which they can be brought back."""
    found = services().deleted_projects(user())
    if not found:
        return
    with st.expander(t("portfolio.deleted", n=len(found)), icon=":material/delete:", key="portfolio_deleted"):
        for project in found:
            with st.container(horizontal=True, vertical_alignment="center", key=f"deleted_{project.id}"):
                key = "portfolio.deleted_late" if project.late else "portfolio.deleted_line"
                st.markdown(f"**{markdown(project.name, 80)}**  \n:gray[{t(key, when=when(project.deleted), until=when(project.until))}]", width="stretch")
                if st.button(t("portfolio.restore"), key=f"restore_{project.id}", icon=":material/restore_from_trash:"):
                    services().restore_project(user(), project.id)
                    st.session_state["portfolio_said"] = t("portfolio.restored", name=markdown(project.name, 80))
                    st.rerun()
