"""At which goal, cost or value would the verdict change: a strip over goals, and maps of goal against money."""

from __future__ import annotations

import math

import numpy as np
import plotly.graph_objects as go

from dualcore.decision.sensitivity import MoneyMap, Sensitivity
from dualcore.present import format as fmt
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
from dualcore.present.words import say

ORDER = ("stop", "re-evaluate", "adopt", "invest")
NARROW = 0.13  # share of the strip below which a region's name does not fit in it
TICKS = (1 / 10, 1, 10)  # of today's money


def _regions(s: Sensitivity) -> list[tuple[float, float, str]]:
    """(from, to, decision) along the goals."""
    edges = [s.goals[0], *(w.goal for w in s.switches), s.goals[-1]]
    names = [s.decisions[0], *(w.after for w in s.switches)]
    return list(zip(edges, edges[1:], names))


def _digits(s: Sensitivity) -> int:
    """Decimals that tell the switches apart."""
    return min(4, max(2, 1 - math.floor(math.log10(max(s.goals[-1] - s.goals[0], 1e-9)))))


def _strip_title(s: Sensitivity, language: str) -> str:
    low = max((w for w in s.switches if w.goal <= s.goal), key=lambda w: w.goal, default=None)
    high = min((w for w in s.switches if w.goal > s.goal), key=lambda w: w.goal, default=None)
    fields = {"decision": say(f"verdict.{s.decision}", language)}
    if low is not None:
        fields |= {"low": fmt.number(low.goal, _digits(s)), "before": say(f"verdict.{low.before}", language)}
    if high is not None:
        fields |= {"high": fmt.number(high.goal, _digits(s)), "after": say(f"verdict.{high.after}", language)}
    key = "between" if low and high else "up" if high else "down" if low else "never"
    return say(f"sensitivity.strip.{key}", language, **fields)


def plot_goals(s: Sensitivity, metric: str, language: str, theme: Theme = "light") -> Picture:
    """The verdict for every goal, with today's goal and the goals where it switches."""
    p, digits = palette(theme), _digits(s)
    figure = blank(theme, 190)
    span = s.goals[-1] - s.goals[0]
    for low, high, decision in _regions(s):
        word = say(f"verdict.{decision}", language)
        hover = say("sensitivity.strip.part", language, low=fmt.number(low, digits), high=fmt.number(high, digits), decision=word)
        figure.add_bar(
            x=[high - low], base=[low], y=[0], orientation="h", width=0.8, hovertemplate=f"{hover}<extra></extra>",
            marker=dict(color=p.verdict[decision], line=dict(color=p.paper, width=2)),
        )  # fmt: skip
        if high - low > NARROW * span:
            note(figure, f"<b>{word}</b>", p.paper, x=(low + high) / 2, y=0)
        else:
            note(figure, word, p.verdict[decision], x=(low + high) / 2, y=-0.4, yanchor="top", yshift=-2)
    label = say("sensitivity.today", language, goal=fmt.number(s.goal, digits))
    place = (s.goal - s.goals[0]) / span if span else 0.5
    figure.add_shape(type="line", x0=s.goal, x1=s.goal, y0=-0.5, y1=0.52, line=dict(color=p.paper, width=6))
    figure.add_shape(type="line", x0=s.goal, x1=s.goal, y0=-0.5, y1=0.52, line=dict(color=p.ink, width=2.5))
    side = "right" if place > 0.75 else "left" if place < 0.25 else "center"
    note(figure, label, p.ink, x=s.goal, y=0.52, yanchor="bottom", xanchor=side)
    figure.update_yaxes(visible=False, range=[-0.75, 0.85])
    ticks = _apart([s.goals[0], *(w.goal for w in s.switches), s.goals[-1]], span)
    figure.update_xaxes(
        range=[s.goals[0], s.goals[-1]], tickvals=ticks, ticktext=[fmt.number(v, digits) for v in ticks], showgrid=False,
        title_text=say("sensitivity.goal_axis", language, metric=fmt.metric_name(metric, language)),
    )  # fmt: skip
    figure.update_layout(barmode="overlay")
    parts = [
        say("sensitivity.strip.part", language, low=fmt.number(a, digits), high=fmt.number(b, digits), decision=say(f"verdict.{d}", language))
        for a, b, d in _regions(s)
    ]
    alt = say("sensitivity.strip.alt", language, values=say("format.list_join", language).join(parts))
    return Picture(figure, _strip_title(s, language), alt, say("sensitivity.strip.read", language))


def _apart(values: list[float], span: float) -> list[float]:
    """The switches, and the ends where they leave room."""
    inner = values[1:-1]
    kept: list[float] = []
    for v in inner:
        if not kept or v - kept[-1] > 0.09 * span:
            kept.append(v)
    ends = [v for v in (values[0], values[-1]) if all(abs(v - k) > 0.09 * span for k in kept)]
    return sorted(kept + ends)


def _map_title(s: Sensitivity, m: MoneyMap, language: str) -> str:
    low, high = m.changes_at(s.goal, s.decision)
    amount = say(f"sensitivity.map.axis_{m.amount}", language)
    fields = {
        "amount": amount,
        "low": "" if low is None else fmt.money(_two(low), s.currency, language),
        "high": "" if high is None else fmt.money(_two(high), s.currency, language),
    }
    key = "both" if low and high else "low" if low else "high" if high else "never"
    return say(f"sensitivity.map.{key}", language, **fields)


def _two(value: float) -> float:
    """Two significant digits: the grid supports no more."""
    return float(f"{value:.1e}")


def plot_money_map(s: Sensitivity, amount: str, metric: str, language: str, theme: Theme = "light") -> Picture:
    """The verdict over goal (up) and one amount of money (across), with today's terms.

    amount : "invest" (cost of full investment) or "value" (worth of reaching the goal)
    """
    p, digits = palette(theme), _digits(s)
    m = next(found for found in s.maps if found.amount == amount)
    grid = np.array([[ORDER.index(d) for d in row] for row in m.decisions])
    name = say(f"sensitivity.map.axis_{amount}", language)
    hover = [
        [
            say(
                "sensitivity.map.hover", language, goal=fmt.number(g, digits), amount=name,
                money=fmt.money(_two(m.today * f), s.currency, language), decision=say(f"verdict.{d}", language),
            )
            for f, d in zip(m.factors, row)
        ]
        for g, row in zip(m.goals, m.decisions)
    ]  # fmt: skip
    steps = [(i / 4, i / 4 + 0.25, p.verdict[d]) for i, d in enumerate(ORDER)]
    x = np.log10(m.factors)
    figure = blank(theme, 360)
    figure.add_trace(go.Heatmap(
        x=x, y=m.goals, z=grid, zmin=-0.5, zmax=3.5, showscale=False, opacity=0.9, text=hover, hovertemplate="%{text}<extra></extra>",
        colorscale=[[edge, color] for low, high, color in steps for edge, color in ((low, color), (high, color))],
    ))  # fmt: skip
    # No name where the mark of today stands.
    near = np.abs(np.array(m.goals) - s.goal) < 0.08 * (m.goals[-1] - m.goals[0])
    free = ~(near[:, None] & (np.abs(x) < 0.45)[None, :])
    for i, decision in enumerate(ORDER):
        where = _middle(grid == i, free)
        if where is not None:
            note(figure, f"<b>{say(f'verdict.{decision}', language)}</b>", p.paper, x=x[where[1]], y=m.goals[where[0]])
    mark = dict(symbol="diamond", size=15, color=p.paper, line=dict(color=p.ink, width=2.5))
    figure.add_scatter(x=[0], y=[s.goal], mode="markers", marker=mark, hoverinfo="skip")
    figure.update_xaxes(
        tickvals=np.log10(TICKS).tolist(), ticktext=[fmt.money(_two(m.today * f), s.currency, language) for f in TICKS],
        showgrid=False, title_text=name,
    )  # fmt: skip
    figure.update_yaxes(showgrid=False, title_text=say("sensitivity.goal_axis", language, metric=fmt.metric_name(metric, language)))
    title = _map_title(s, m, language)
    return Picture(figure, title, say("sensitivity.map.alt", language, finding=title), say("sensitivity.map.read", language))


def _middle(inside: np.ndarray, free: np.ndarray) -> tuple[int, int] | None:
    """The ``free`` cell of a region that is furthest from its edges; None when the region is too thin for a name."""
    depth, rest = np.zeros(inside.shape, int), np.pad(inside, 1)
    while rest.any():
        depth += rest[1:-1, 1:-1]
        rest = rest & np.roll(rest, 1, 0) & np.roll(rest, -1, 0) & np.roll(rest, 1, 1) & np.roll(rest, -1, 1)
    depth = np.where(free, depth, 0)
    if depth.max(initial=0) < 2:
        return None
    # Of equally deep cells the one nearest to their middle, so that the name stands in the centre of a band.
    cells = np.argwhere(depth == depth.max())
    return tuple(cells[np.abs(cells - cells.mean(0)).sum(1).argmin()].tolist())
