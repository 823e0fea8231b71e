"""How the score would grow: with more rows, with tuning all layers, with another initialisation."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from dualcore.evidence.records import Curve, CurvePoint, Evidence, Probe
from dualcore.present import format as fmt
from dualcore.present.figures.scores import axis_name
from dualcore.present.figures.style import Picture, Theme, band, blank, goal_line, note, palette
from dualcore.present.words import say

LEAST_SPAN = 0.04  # a flat line is not blown up to look like a change


def _curve_title(evidence: Evidence, goal: float, language: str) -> str:
    curve, last = evidence.curve, evidence.curve.points[-1]
    sign = 1 if evidence.greater_is_better else -1
    if not curve.fitted or curve.doubled is None:
        return say("figure.curve.unfitted", language)
    if sign * (last.score - goal) < 0 and curve.rows_for_goal:
        return say("figure.curve.rows_for_goal", language, rows=fmt.count(_rounded(curve.rows_for_goal)))
    gain = sign * (curve.doubled - last.score)
    key = "figure.curve.doubling" if gain > (last.high - last.low) / 4 else "figure.curve.flat"
    return say(key, language, score=fmt.score(curve.doubled, curve.doubled_low, curve.doubled_high))


def _rounded(value: float) -> float:
    """Two significant digits: a forecast supports no more."""
    return float(f"{value:.1e}")


def plot_curve(evidence: Evidence, goal: float, language: str, theme: Theme = "light") -> Picture:
    """The score against the number of rows, measured, and forecast where a law could be fitted."""
    curve, metric = evidence.curve, fmt.metric_name(evidence.metric, language)
    figure = blank(theme, 360)
    if curve.forecast:
        _draw_forecast(figure, curve, language, theme)
    _draw_measured(figure, curve.points, language, theme)
    goal_line(figure, goal, say("figure.goal", language, goal=fmt.score(goal)), theme)
    ticks = _apart([c.rows for c in (*curve.points, *curve.forecast)])
    figure.update_xaxes(
        type="log", title_text=say("figure.rows", language), tickvals=ticks, ticktext=[fmt.count(t) for t in ticks]
    )
    figure.update_yaxes(title_text=metric)
    listed = say("format.list_join", language).join(
        f"{fmt.count(c.rows)}: {fmt.score(c.score, c.low, c.high)}" for c in curve.points
    )
    alt = say("figure.curve.alt", language, values=listed)
    return Picture(figure, _curve_title(evidence, goal, language), alt, say("figure.curve.read", language))


def _apart(rows: list[int]) -> list[int]:
    """Tick places of a logarithmic axis that leave room for their labels."""
    kept: list[int] = []
    for n in sorted(set(rows)):
        if not kept or n >= 1.9 * kept[-1]:
            kept.append(n)
    return kept


def _draw_forecast(figure: go.Figure, curve: Curve, language: str, theme: Theme) -> None:
    """Dotted line and band from the last measured point on."""
    p = palette(theme)
    ahead = [f for f in curve.forecast if f.rows > curve.points[-1].rows]
    path = [curve.points[-1], *ahead]
    x = [f.rows for f in path]
    figure.add_trace(band(x, [f.low for f in path], [f.high for f in path], p.brand_soft))
    figure.add_scatter(
        x=x,
        y=[f.score for f in path],
        mode="lines",
        line=dict(color=p.brand, width=2, dash="dot"),
        text=[fmt.score_with_interval(f.score, f.low, f.high, language) for f in path],
        hovertemplate="n = %{x:,.0f}<br>%{text}<extra></extra>",
    )
    end = dict(x=math.log10(path[-1].rows), y=path[-1].score, xanchor="right", yanchor="top", yshift=-6)
    note(figure, say("figure.forecast", language), p.brand, **end)


def _draw_measured(figure: go.Figure, points: list[CurvePoint], language: str, theme: Theme) -> None:
    """Measured scores with their whiskers."""
    p = palette(theme)
    spread = dict(
        type="data",
        symmetric=False,
        array=[c.high - c.score for c in points],
        arrayminus=[c.score - c.low for c in points],
        color=p.brand,
        thickness=2,
        width=4,
    )
    figure.add_scatter(
        x=[c.rows for c in points],
        y=[c.score for c in points],
        error_y=spread,
        mode="lines+markers",
        line=dict(color=p.brand, width=2),
        marker=dict(size=9, color=p.brand),
        text=[fmt.score_with_interval(c.score, c.low, c.high, language) for c in points],
        hovertemplate="n = %{x:,.0f}<br>%{text}<extra></extra>",
    )


def plot_probe(probe: Probe, metric: str, language: str, theme: Theme = "light") -> Picture:
    """The validation score while all layers are tuned for a short time."""
    p = palette(theme)
    figure = blank(theme, 300)
    x, y = [t for t, _ in probe.trajectory], [v for _, v in probe.trajectory]
    figure.add_scatter(
        x=x, y=y, mode="lines+markers", line=dict(color=p.brand, width=2), marker=dict(size=8, color=p.brand)
    )
    figure.update_traces(hovertemplate="%{x:.0f} s<br>%{y:.3f}<extra></extra>")
    if probe.before is not None:
        figure.add_hline(y=probe.before, line=dict(color=p.muted, width=1.5, dash="dash"))
        note(
            figure,
            say("figure.probe.before", language),
            p.muted,
            x=1,
            xref="paper",
            y=probe.before,
            xanchor="right",
            yanchor="top",
        )
    low, high = min(y), max(y)
    if high - low < LEAST_SPAN:
        figure.update_yaxes(range=[(low + high - LEAST_SPAN) / 2, (low + high + LEAST_SPAN) / 2])
    figure.update_xaxes(title_text=say("figure.probe.seconds", language))
    figure.update_yaxes(title_text=say("figure.probe.axis", language, metric=fmt.metric_name(metric, language)))
    key = (
        "figure.probe.gains"
        if (probe.low or 0) > 0
        else "figure.probe.unclear"
        if (probe.high or 0) > 0
        else "figure.probe.none"
    )
    values = dict(gain=fmt.signed(probe.gain or 0.0, 3), interval=fmt.interval(probe.low, probe.high, language, 3))
    return Picture(
        figure,
        say(key, language, **values),
        say("figure.probe.alt", language, **values),
        say("figure.probe.read", language),
    )


def plot_seeds(evidence: Evidence, language: str, theme: Theme = "light") -> Picture:
    """One dot per random initialisation, against the interval from the data."""
    p, last = palette(theme), evidence.last_layer
    figure = blank(theme, 190)
    figure.add_vrect(x0=last.low, x1=last.high, fillcolor=p.brand_soft, line_width=0, layer="below")
    note(
        figure,
        say("figure.seeds.data", language),
        p.muted,
        x=(last.low + last.high) / 2,
        y=1,
        yref="paper",
        yanchor="bottom",
    )
    marks = dict(size=13, color=p.brand, opacity=0.75, line=dict(color=p.paper, width=1))
    figure.add_scatter(
        x=last.seed_scores,
        y=[0] * len(last.seed_scores),
        mode="markers",
        marker=marks,
        hovertemplate="%{x:.3f}<extra></extra>",
    )
    figure.update_yaxes(visible=False, range=[-1, 1])
    figure.update_xaxes(title_text=axis_name(evidence, language))
    spread = max(last.seed_scores) - min(last.seed_scores)
    key = "figure.seeds.small" if spread <= last.high - last.low else "figure.seeds.large"
    values = dict(
        n=len(last.seed_scores),
        low=fmt.number(min(last.seed_scores), 3),
        high=fmt.number(max(last.seed_scores), 3),
        width=fmt.count(last.seed_width or 0),
    )
    return Picture(
        figure,
        say(key, language, **values),
        say("figure.seeds.alt", language, **values),
        say("figure.seeds.read", language, **values),
    )
