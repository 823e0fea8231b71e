"""The portfolio in pictures: how far projects came, their money, scores side by side, and the company's own record."""

from __future__ import annotations

from typing import NamedTuple

import plotly.graph_objects as go

from dualcore.decision.hindsight import VERDICTS
from dualcore.decision.ownrecord import OwnRecord, Share
from dualcore.decision.portfolio import FunnelStep, MoneyGroup
from dualcore.evidence.records import Evidence
from dualcore.present import format as fmt
from dualcore.present.escape import plain
from dualcore.present.figures.style import Palette, Picture, Theme, blank, note, palette
from dualcore.present.words import say

BAR = 46  # pixels of one bar of money
ROW = 56  # pixels of one row of scores


def plot_funnel(steps: list[FunnelStep], language: str, theme: Theme = "light") -> Picture:
    """Projects that reached each stage, and where those stand that did not go further."""
    p, figure = palette(theme), blank(theme, 340)
    names = [say(f"stage.{s.stage}", language) for s in reversed(steps)]
    hatched = dict(shape="/", fgcolor=p.muted, bgcolor=p.null, size=7, solidity=0.25)
    parts = (
        ("further", dict(color=p.brand)), ("adopted", dict(color=p.verdict["adopt"])), ("stopped", dict(color=p.verdict["stop"])),
        ("under_way", dict(color=p.null, pattern=hatched)),
    )  # fmt: skip
    for part, marker in parts:
        values = [getattr(s, part) for s in reversed(steps)]
        label = say(f"figure.funnel.{part}", language)
        figure.add_bar(
            y=names, x=values, orientation="h", name=label, marker={**marker, "line": dict(color=p.paper, width=1)},
            hovertemplate=f"%{{y}}<br>{label}: %{{x}}<extra></extra>",
        )
    for name, step in zip(names, reversed(steps)):
        note(figure, f"<b>{fmt.count(step.reached)}</b>", p.ink, x=step.reached, y=name, xanchor="left", xshift=6)
    most = max((s.reached for s in steps), default=0)
    figure.update_layout(barmode="stack", showlegend=True, bargap=0.3, legend=dict(y=-0.24, traceorder="normal"))
    figure.update_xaxes(range=[0, 1.12 * max(1, most)], title_text=say("figure.funnel.axis", language), tickformat=",d", nticks=6)
    figure.update_yaxes(showgrid=False, showline=False)
    adopted, stopped = sum(s.adopted for s in steps), sum(s.stopped for s in steps)
    values = say("format.list_join", language).join(
        say("figure.funnel.alt_step", language, stage=say(f"stage.{s.stage}", language), n=fmt.count(s.reached), under_way=fmt.count(s.under_way)) for s in steps
    )
    words = dict(n=fmt.count(steps[0].reached if steps else 0), adopted=fmt.count(adopted), stopped=fmt.count(stopped), values=values)
    return _picture("funnel", figure, language, words)


class _Bar(NamedTuple):
    """One amount, and what would be added without a decision yet."""

    label: str
    value: float
    color: str
    open: float = 0.0


def plot_portfolio_money(groups: list[MoneyGroup], language: str, theme: Theme = "light") -> Picture:
    """Spent, planned and avoided, one axis per currency; hatched: what recommendations without a decision would add."""
    p = palette(theme)
    bars = [
        [
            _Bar(say("figure.money_group.spent", language), g.spent, p.grey[0]),
            _Bar(say("figure.money_group.planned", language), g.planned, p.verdict["invest"], g.planned_open),
            _Bar(say("figure.money_group.avoided", language), g.avoided, p.verdict["adopt"], g.avoided_open),
        ]
        for g in groups
    ]
    figure = _money_figure([g.currency for g in groups], [g.projects for g in groups], bars, language, theme)
    join = say("format.list_join", language).join
    amount = lambda name: join(fmt.money(getattr(g, name), g.currency, language) for g in groups)  # noqa: E731
    words = dict(spent=amount("spent"), planned=amount("planned"), avoided=amount("avoided"), open=amount("avoided_open"))
    decided = any(g.planned or g.avoided or g.spent for g in groups)
    return _picture("money_group", figure, language, words, "" if decided else ".undecided")


def plot_own_money(record: OwnRecord, language: str, theme: Theme = "light") -> Picture:
    """Spent, avoided and gained of the decisions on record, one axis per currency."""
    p = palette(theme)
    bars = [
        [
            _Bar(say("figure.money_group.spent", language), m.spent, p.grey[0]),
            _Bar(say("figure.money_group.avoided", language), m.avoided, p.verdict["adopt"]),
            *([_Bar(say("figure.own_money.benefit", language), m.benefit, p.brand)] if m.benefits_known else []),
        ]
        for m in record.money
    ]
    figure = _money_figure([m.currency for m in record.money], [m.projects for m in record.money], bars, language, theme)
    join = say("format.list_join", language).join
    amount = lambda name: join(fmt.money(getattr(m, name), m.currency, language) for m in record.money)  # noqa: E731
    words = dict(spent=amount("spent"), avoided=amount("avoided"), benefit=amount("benefit"), known=fmt.count(sum(m.benefits_known for m in record.money)))
    return _picture("own_money", figure, language, words)


def _money_figure(currencies: list[str], projects: list[int], bars: list[list[_Bar]], language: str, theme: Theme) -> go.Figure:
    """One small bar chart per currency, below each other, each on an axis of its own."""
    p, each = palette(theme), BAR * 3 + 72
    figure = blank(theme, each * max(1, len(bars)) + 16)
    plain_axes = figure.layout.xaxis.to_plotly_json(), figure.layout.yaxis.to_plotly_json()
    for place, (currency, count, mine) in enumerate(zip(currencies, projects, bars)):
        number = "" if place == 0 else str(place + 1)
        top = 1 - place / len(bars) - 34 / (each * len(bars))
        bottom = 1 - (place + 1) / len(bars) + 20 / (each * len(bars))
        least, most = min(0.0, *(b.value for b in mine)), max(*(b.value + b.open for b in mine), 0.0) or 1.0
        spread = most - least
        figure.update_layout({
            f"xaxis{number}": {**plain_axes[0], "anchor": f"y{number}", "range": [least - 0.01 * spread, most + 0.01 * spread], "showticklabels": False, "showgrid": False, "showline": False},
            f"yaxis{number}": {**plain_axes[1], "anchor": f"x{number}", "domain": [bottom, top], "showgrid": False, "showline": False, "showticklabels": False},
        })  # fmt: skip
        axes = dict(xaxis=f"x{number}", yaxis=f"y{number}")
        for bar in reversed(mine):
            _money_bar(figure, bar, currency, axes, language, p)
        title = say("figure.money_group.of", language, currency=say(f"currency.{currency}", language), n=fmt.count(count))
        note(figure, f"<b>{title}</b>", p.muted, x=0, xref="paper", y=top, yref="paper", xanchor="left", yanchor="bottom", yshift=12)
    figure.update_layout(barmode="stack", bargap=0.62)
    return figure


def _money_bar(figure: go.Figure, bar: _Bar, currency: str, axes: dict[str, str], language: str, p: Palette) -> None:
    amount = lambda value: fmt.money(value, currency, language)  # noqa: E731
    hover = f"{bar.label}: {amount(bar.value)}<extra></extra>"
    figure.add_bar(y=[bar.label], x=[bar.value], orientation="h", marker=dict(color=bar.color), hovertemplate=hover, **axes)
    text = f"{bar.label} <b>{amount(bar.value)}</b>"
    if bar.open:
        pattern = dict(shape="/", fgcolor=bar.color, bgcolor="rgba(0,0,0,0)", size=7, solidity=0.3)
        label = say("figure.money_group.open", language, amount=amount(bar.open))
        figure.add_bar(y=[bar.label], x=[bar.open], orientation="h", marker=dict(color=bar.color, pattern=pattern), hovertemplate=f"{label}<extra></extra>", **axes)
        text += f" {label}"
    # Above its bar and not beside it: on a phone there is no room at its end.
    note(figure, text, p.ink, x=0, xref="paper", y=bar.label, yref=axes["yaxis"], xanchor="left", yshift=21)


class Side(NamedTuple):
    """One item of a comparison: its name, its evidence, and the goal it is held against."""

    name: str
    evidence: Evidence
    goal: float


def plot_sides(sides: list[Side], language: str, theme: Theme = "light") -> Picture:
    """Scores of the same metric with their intervals, each with its own goal as a line across its row."""
    p = palette(theme)
    figure = blank(theme, 96 + ROW * len(sides))
    colors = (p.brand, p.verdict["re-evaluate"], p.verdict["invest"], p.verdict["adopt"], p.grey[0])
    better = sides[0].evidence.greater_is_better
    held = []
    for place, side in enumerate(sides):
        row, last, color = len(sides) - 1 - place, side.evidence.last_layer, colors[place % len(colors)]
        spread = dict(type="data", symmetric=False, array=[last.high - last.score], arrayminus=[last.score - last.low], color=color, thickness=3, width=6)
        shown = f"{fmt.score(last.score, last.low, last.high)} ({fmt.interval(last.low, last.high, language)})"
        figure.add_scatter(
            x=[last.score], y=[row], error_x=spread, mode="markers", marker=dict(size=14, color=color),
            hovertemplate=f"{plain(side.name)}<br>{shown}<br>n = {fmt.count(side.evidence.dataset.rows)}<extra></extra>",
        )
        note(figure, f"<b>{plain(side.name, 48)}</b>", p.ink, x=0, xref="paper", y=row, xanchor="left", yshift=24)
        note(figure, fmt.score(last.score, last.low, last.high), color, x=last.score, y=row, yshift=-17, bgcolor=p.paper, borderpad=0)
        figure.add_shape(type="line", x0=side.goal, x1=side.goal, y0=row - 0.26, y1=row + 0.22, line=dict(color=p.ink, width=2.5))
        held.append(last.low >= side.goal if better else last.high <= side.goal)
    left = sides[0].goal < min(s.evidence.last_layer.low for s in sides)
    note(
        figure, say("figure.sides.goal", language), p.muted, x=sides[0].goal, y=len(sides) - 1, xanchor="left" if left else "right",
        xshift=6 if left else -6,
    )  # fmt: skip
    ends = [v for s in sides for v in (s.evidence.last_layer.low, s.evidence.last_layer.high, s.goal)]
    span = (max(ends) - min(ends)) or 1.0
    key = "figure.better_right" if better else "figure.better_left"
    metric = fmt.metric_name(sides[0].evidence.metric, language)
    figure.update_xaxes(range=[min(ends) - 0.06 * span, max(ends) + 0.06 * span], title_text=say(key, language, metric=metric))
    figure.update_yaxes(visible=False, range=[-0.6, len(sides) - 0.35])
    values = say("format.list_join", language).join(
        say(
            "figure.sides.alt_item", language, name=side.name, goal=fmt.number(side.goal, 3),
            score=fmt.score_with_interval(side.evidence.last_layer.score, side.evidence.last_layer.low, side.evidence.last_layer.high, language),
        )
        for side in sides
    )  # fmt: skip
    return _picture("sides", figure, language, dict(n=fmt.count(len(sides)), held=fmt.count(sum(held)), metric=metric, values=values))


def plot_own_record(record: OwnRecord, language: str, theme: Theme = "light") -> Picture:
    """How often people and recommendations were right in hindsight, with 90 % intervals; rows with too few outcomes are left out."""
    p = palette(theme)
    rows: list[tuple[str, Share, str]] = [
        (say("figure.own.people", language), record.people, p.ink), (say("figure.own.recommendations", language), record.recommendations, p.brand),
    ]  # fmt: skip
    for verdict in VERDICTS:
        name = say("figure.own.recommended", language, verdict=say(f"verdict.{verdict}", language))
        rows.append((name, record.by_verdict[verdict], p.verdict[verdict]))
    rows = [row for row in rows if row[1].share is not None]
    figure = blank(theme, 96 + 48 * len(rows))
    for place, (_, found, color) in enumerate(reversed(rows)):
        spread = dict(type="data", symmetric=False, array=[found.high - found.share], arrayminus=[found.share - found.low], color=color, thickness=2, width=5)
        figure.add_scatter(
            x=[found.share], y=[place], error_x=spread, mode="markers", marker=dict(size=13, color=color),
            hovertemplate=f"{fmt.percent(found.share)} ({fmt.percent(found.low)} – {fmt.percent(found.high)})<extra></extra>",
        )
        text = f"<b>{fmt.percent(found.share)}</b>  {found.right} / {found.known}"
        note(figure, text, color, x=found.share, y=place, yshift=18, xanchor="right" if found.share > 0.75 else "left" if found.share < 0.2 else "center")
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[name for name, _, _ in reversed(rows)], showgrid=False, showline=False, range=[-0.6, len(rows) - 0.2]
    )
    figure.update_xaxes(range=[-0.02, 1.04], tickformat=".0%", title_text=say("figure.own.axis", language))
    values = say("format.list_join", language).join(f"{name} {fmt.percent(found.share)} ({found.right} / {found.known})" for name, found, _ in rows)
    words = dict(people=fmt.percent(record.people.share), ours=fmt.percent(record.recommendations.share), known=fmt.count(record.known), values=values)
    return _picture("own", figure, language, words)


def _picture(name: str, figure: go.Figure, language: str, words: dict[str, str], variant: str = "") -> Picture:
    title = say(f"figure.{name}{variant}", language, **words)
    return Picture(figure, title, say(f"figure.{name}.alt", language, **words), say(f"figure.{name}.read", language, **words))
