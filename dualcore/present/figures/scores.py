"""The pictures that carry the argument: scores side by side, data growth, tuning, seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import plotly.graph_objects as go

from dualcore.evidence.records import Candidate, Evidence, Probe
from dualcore.present import format as fmt
from dualcore.present.escape import plain
from dualcore.present.figures.style import Picture, Theme, band, blank, goal_line, note, palette
from dualcore.present.words import say


@dataclass(frozen=True)
class _Row:
    """One line of a dot-and-whisker picture."""

    label: str
    value: float
    low: float | None
    high: float | None
    color: str
    strong: bool = False
    extra: str = ""


def _whiskers(figure: go.Figure, rows: list[_Row], language: str, paper: str) -> None:
    """Draw the rows from top to bottom, each with its value as a direct label above the dot."""
    for place, row in enumerate(rows):
        position = len(rows) - 1 - place
        spread = None
        if row.low is not None and row.high is not None:
            spread = dict(
                type="data",
                symmetric=False,
                array=[row.high - row.value],
                arrayminus=[row.value - row.low],
                color=row.color,
                thickness=3 if row.strong else 2,
                width=6 if row.strong else 4,
            )
        text = f"{row.label}<br>{fmt.score(row.value, row.low, row.high)} ({fmt.interval(row.low, row.high, language)})"
        figure.add_scatter(
            x=[row.value],
            y=[position],
            error_x=spread,
            mode="markers",
            marker=dict(size=15 if row.strong else 10, color=row.color, symbol="circle" if row.strong else "diamond"),
            hovertemplate=f"{text}{'<br>' + row.extra if row.extra else ''}<extra></extra>",
        )
        value = fmt.score(row.value, row.low, row.high)
        note(
            figure,
            f"<b>{value}</b>" if row.strong else value,
            row.color,
            x=row.value,
            y=position,
            yshift=19,
            bgcolor=paper,
            borderpad=0,
        )
    names = [f"<b>{row.label}</b>" if row.strong else row.label for row in rows]
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(rows) - 1, -1, -1)),
        ticktext=names,
        range=[-0.9, len(rows) - 0.3],
        showgrid=False,
        showline=False,
    )


def axis_name(evidence: Evidence, language: str) -> str:
    """The metric with the direction that is better."""
    key = "figure.better_right" if evidence.greater_is_better else "figure.better_left"
    return say(key, language, metric=fmt.metric_name(evidence.metric, language))


def _goal_title(evidence: Evidence, goal: float, words: str, language: str) -> str:
    last, sign = evidence.last_layer, 1 if evidence.greater_is_better else -1
    worst, best = (last.low, last.high) if sign > 0 else (last.high, last.low)
    if sign * (worst - goal) >= 0:
        key = "figure.score.reaches"
    elif sign * (best - goal) < 0:
        key = "figure.score.misses"
    else:
        key = "figure.score.open"
    return say(
        key, language, score=fmt.score(last.score, last.low, last.high), goal=fmt.score(goal, last.low, last.high)
    )


def plot_score(
    evidence: Evidence, goal: float, language: str, theme: Theme = "light", assumed: bool = False
) -> Picture:
    """The last layer against simple models, chance, the noise ceiling and the goal (``assumed``: nobody set it)."""
    p, last = palette(theme), evidence.last_layer
    shades = {"boosted_trees": p.grey[0], "linear": p.grey[1], "majority": p.grey[2], "mean": p.grey[2]}
    rows = [_Row(say("figure.last_layer", language), last.score, last.low, last.high, p.brand, True)]
    if last.test_score is not None:
        rows.append(
            _Row(say("figure.last_layer_test", language), last.test_score, last.test_low, last.test_high, p.brand)
        )
    order = ("boosted_trees", "linear", "majority", "mean")
    for reference in sorted(evidence.references, key=lambda r: order.index(r.name)):
        if reference.score is not None:
            name = say(f"reference.{reference.name}", language)
            rows.append(_Row(name, reference.score, reference.low, reference.high, shades[reference.name]))
    figure = blank(theme, 118 + 52 * len(rows))
    null = evidence.null
    pattern = dict(shape="/", fgcolor=p.null, bgcolor="rgba(0,0,0,0)", size=7, solidity=0.3)
    box = dict(x=[null.low, null.high, null.high, null.low], y=[-0.9, -0.9, len(rows) - 0.3, len(rows) - 0.3])
    figure.add_scatter(**box, fill="toself", fillpattern=pattern, mode="lines", line=dict(width=0), hoverinfo="skip")
    _whiskers(figure, rows, language, p.paper)
    ceiling = evidence.ceiling.estimate
    ends = [null.low, null.high, goal, *(v for r in rows for v in (r.value, r.low, r.high) if v is not None)]
    ends += [] if ceiling is None else [ceiling]
    low, high = min(ends), max(ends)
    figure.update_xaxes(range=[low - 0.05 * (high - low), high + 0.05 * (high - low)])
    bottom = dict(y=0, yref="paper", yanchor="bottom", bgcolor=p.paper, borderpad=1)
    note(figure, say("figure.chance", language), p.muted, x=(null.low + null.high) / 2, **bottom)
    if ceiling is not None:
        figure.add_vline(x=ceiling, line=dict(color=p.muted, width=1.5, dash="dash"))
        side = dict(xanchor="right", xshift=-4) if ceiling > (low + high) / 2 else dict(xanchor="left", xshift=4)
        note(figure, say("figure.ceiling", language), p.muted, x=ceiling, **bottom, **side)
    goal_line(
        figure, goal, say("figure.goal", language, goal=fmt.score(goal, last.low, last.high)), theme, vertical=True
    )
    figure.update_xaxes(title_text=axis_name(evidence, language))
    title = _goal_title(evidence, goal, language)
    listed = say("format.list_join", language).join(f"{r.label} {fmt.score(r.value, r.low, r.high)}" for r in rows)
    return Picture(figure, title, say("figure.score.alt", language, values=listed), say("figure.score.read", language))


def plot_candidates(
    candidates: list[Candidate], names: dict[str, str], language: str, theme: Theme = "light"
) -> Picture:
    """The compared skeletons on the same rows; ``names`` maps a skeleton's name to the reader's words."""
    p = palette(theme)
    rows = []
    for c in sorted(candidates, key=lambda c: not c.chosen):
        took = say("figure.took", language, time=fmt.duration(c.seconds, language))
        rows.append(
            _Row(
                names.get(c.name, plain(c.name)),
                c.score,
                c.low,
                c.high,
                p.brand if c.chosen else p.grey[1],
                c.chosen,
                took,
            )
        )
    figure = blank(theme, 92 + 48 * len(rows))
    _whiskers(figure, rows, language, p.paper)
    figure.update_xaxes(title_text=say("figure.candidates.axis", language))
    chosen = next((c for c in candidates if c.chosen), candidates[0])
    title = say("figure.candidates.title", language, name=names.get(chosen.name, chosen.name), n=len(candidates))
    listed = say("format.list_join", language).join(f"{r.label} {fmt.score(r.value, r.low, r.high)}" for r in rows)
    return Picture(
        figure, title, say("figure.candidates.alt", language, values=listed), say("figure.candidates.read", language)
    )


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
    p, curve = palette(theme), evidence.curve
    figure = blank(theme, 360)
    if curve.forecast:
        x = [f.rows for f in curve.forecast]
        figure.add_trace(band(x, [f.low for f in curve.forecast], [f.high for f in curve.forecast], p.brand_soft))
        hover = [fmt.score_with_interval(f.score, f.low, f.high, language) for f in curve.forecast]
        line = dict(color=p.brand, width=2, dash="dot")
        figure.add_scatter(
            x=x,
            y=[f.score for f in curve.forecast],
            mode="lines",
            line=line,
            text=hover,
            hovertemplate="n = %{x:,.0f}<br>%{text}<extra></extra>",
        )
        end = curve.forecast[-1]
        note(
            figure,
            say("figure.forecast", language),
            p.brand,
            x=math.log10(end.rows),
            y=end.score,
            xanchor="right",
            yanchor="top",
            yshift=-6,
        )
    points = curve.points
    hover = [fmt.score_with_interval(c.score, c.low, c.high, language) for c in points]
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
        text=hover,
        hovertemplate="n = %{x:,.0f}<br>%{text}<extra></extra>",
    )
    goal_line(figure, goal, say("figure.goal", language, goal=fmt.score(goal)), theme, vertical=False)
    ticks = sorted({c.rows for c in points} | {f.rows for f in curve.forecast[1:]})
    figure.update_xaxes(
        type="log", title_text=say("figure.rows", language), tickvals=ticks, ticktext=[fmt.count(t) for t in ticks]
    )
    figure.update_yaxes(title_text=fmt.metric_name(evidence.metric, language))
    listed = say("format.list_join", language).join(
        f"{fmt.count(c.rows)}: {fmt.score(c.score, c.low, c.high)}" for c in points
    )
    return Picture(
        figure,
        _curve_title(evidence, goal, language),
        say("figure.curve.alt", language, values=listed),
        say("figure.curve.read", language),
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
