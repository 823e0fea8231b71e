"""The portfolio: what every project asks, where it stands, what is due, how much money; and how to start one."""

import streamlit as st

from dualcore.decision.portfolio import MoneyGroup, Portfolio, chosen, counted, funnel, money
from dualcore.present import format as fmt
from dualcore.present.figures.portfolio import plot_funnel, plot_portfolio_money
from pages import _parts, _portfolio
from pages._shared import language, services, t, theme, user

VIEWS = ("list", "overview")


def _title(portfolio: Portfolio) -> str:
    """The answer: what is due in the company's own projects."""
    own = [r for r in portfolio.rows if r.demo is None]
    if not own:
        return t("home.title")
    waiting, overdue = sum(r.waiting is not None for r in own), sum(r.overdue for r in own)
    if waiting:
        return t("portfolio.title_waiting_one") if waiting == 1 else t("portfolio.title_waiting", n=fmt.count(waiting))
    return t("portfolio.title_overdue", n=fmt.count(overdue)) if overdue else t("portfolio.title_clear")


def _amounts(groups: list[MoneyGroup], name: str) -> str:
    """One amount per currency; never added up."""
    return t("format.list_join").join(fmt.money(getattr(g, name), g.currency, language()) for g in groups if getattr(g, name))


def _numbers(portfolio: Portfolio) -> None:
    rows, quiet = counted(portfolio.rows), {"delta_color": "off", "delta_arrow": "off"}
    first, second, third = st.columns(3)
    judged = sum(r.verdict is not None for r in rows)
    first.metric(t("portfolio.number"), fmt.count(len(rows)), t("portfolio.number_note", n=fmt.count(judged)), **quiet)
    waiting, overdue = sum(r.waiting is not None for r in rows), sum(r.overdue for r in rows)
    second.metric(t("portfolio.waiting"), fmt.count(waiting), t("portfolio.waiting_note", n=fmt.count(overdue)), **quiet)
    groups = money(rows)
    decided, more = [g for g in groups if g.avoided], _amounts(groups, "avoided_open")
    note = t("portfolio.avoided_more", amounts=_amounts(decided[1:], "avoided")) if decided[1:] else t("portfolio.avoided_open", amounts=more) if more else None
    value = fmt.money(decided[0].avoided, decided[0].currency, language()) if decided else t("portfolio.no_money")
    third.metric(t("portfolio.avoided"), value, note, **quiet)


def _overview(portfolio: Portfolio, by) -> None:
    """Funnel and money of the rows that pass the filter."""
    shown = chosen(portfolio, by)
    if not shown:
        st.info(t("portfolio.nothing"), icon=":material/search_off:")
        return
    rows = counted(shown)
    _parts.picture(plot_funnel(funnel(rows), language(), theme()), "funnel")
    groups = money(rows)
    if groups:
        _parts.picture(plot_portfolio_money(groups, language(), theme()), "money")
    else:
        st.info(t("portfolio.no_money_picture"), icon=":material/payments:")
    if len(rows) < len(shown):
        st.caption(t("portfolio.demo_left_out", n=len(shown) - len(rows)))
    elif rows[0].demo is not None:
        st.caption(t("portfolio.demo_only"))


@st.fragment(run_every=2)
def _refresh_until_idle() -> None:
    """While jobs run, look again; the whole page is drawn anew when one of them has ended."""
    active = services().active_projects(user())
    seen = st.session_state.setdefault("home_active", active)
    if active != seen:
        st.session_state["home_active"] = active
        st.rerun()


def _view() -> str:
    """List or overview, as the address says."""
    asked = st.query_params.get("view")
    view = asked if asked in VIEWS else "list"
    names = {v: t(f"portfolio.view.{v}") for v in VIEWS}
    st.segmented_control(
        t("portfolio.view"), VIEWS, format_func=names.get, required=True, label_visibility="collapsed", **_portfolio.widget("view", view, "list")
    )
    return view


portfolio = services().portfolio(user(), language())
st.title(_title(portfolio))
if all(r.demo is not None for r in portfolio.rows):
    st.write(t("home.lead"))
if said := st.session_state.pop("portfolio_said", None):
    st.success(said, icon=":material/check:")
if user().has("analyst") and st.button(t("home.new"), type="primary", icon=":material/add:"):
    st.switch_page("new_project.py")
if not portfolio.rows:
    with st.container(border=True):
        st.subheader(t("home.empty.title"))
        st.write(t("home.empty.text"))
        if user().has("analyst") and st.button(t("home.empty.button"), icon=":material/play_circle:"):
            services().seed_demo_projects(user(), language())
            st.rerun()
else:
    _numbers(portfolio)
    view, by = _view(), _portfolio.read_filter(portfolio.owners)
    _portfolio.filters(by, portfolio.owners)
    if view == "overview":
        _overview(portfolio, by)
    else:
        _portfolio.listing(portfolio, by)
    if any(r.running is not None or r.queued for r in portfolio.rows):
        _refresh_until_idle()
_portfolio.deleted()
