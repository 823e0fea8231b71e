"""Stage 3 as pictures: gain against money, block by block; and the descent behind it."""

from __future__ import annotations

import plotly.graph_objects as go

from dualcore.decision.records import Terms
from dualcore.decision.steps import TuningVerdict
from dualcore.evidence.stages import Tuning
from dualcore.present import format as fmt
from dualcore.present.figures.style import OKABE_ITO, Picture, Theme, blank, note, palette
from dualcore.present.words import say


def plot_tuning(tuning: Tuning, verdict: TuningVerdict, terms: Terms, language: str, theme: Theme = "light") -> Picture:
    """Gain over the last layer against the cost so far; one dot with its interval per measured block."""
    p, figure = palette(theme), blank(theme, 360)
    money = lambda v: fmt.money(round(v), terms.currency, language)  # noqa: E731
    costs = [0.0]
    for step in verdict.steps:
        costs.append(costs[-1] + step.cost)
    whole = max(costs[-1] + (len(tuning.blocks) - len(tuning.steps)) * (verdict.steps[-1].cost if verdict.steps else 1.0), 1.0)
    figure.add_hrect(y0=0, y1=tuning.minimum_gain, fillcolor=p.null, opacity=0.25, line_width=0, layer="below")
    figure.add_hline(y=0, line=dict(color=p.muted, width=1.5, dash="dash"))
    _path(figure, tuning, verdict, costs, p)
    _dots(figure, tuning, verdict, costs, money, language, p)
    note(figure, say("figure.tuning.last_layer", language), p.muted, x=0, y=0, xanchor="left", yanchor="top", xshift=8, yshift=-2)
    note(figure, say("figure.tuning.small", language), p.muted, x=1, xref="paper", y=tuning.minimum_gain / 2, xanchor="right")
    low, high = _span(tuning, terms)
    if terms.goal is not None and low < (way := abs(terms.goal - tuning.last_layer)) < high:
        figure.add_hline(y=way, line=dict(color=p.ink, width=1.5))
        note(figure, say("figure.tuning.goal", language), p.ink, x=0, xref="paper", y=way, xanchor="left", yanchor="bottom")
    ticks = [whole * i / 4 for i in range(5)]
    figure.update_xaxes(
        title_text=say("figure.tuning.cost", language), range=[-0.05 * whole, 1.08 * whole], tickvals=ticks, ticktext=[money(t) for t in ticks]
    )
    figure.update_yaxes(title_text=say("figure.tuning.gain", language, metric=fmt.metric_name(tuning.metric, language)), range=[low, high])
    listed = say("format.list_join", language).join(
        say("figure.tuning.alt_step", language, block=s.block, cost=money(c), gain=fmt.signed(s.total_gain, 3), interval=fmt.interval(s.total_low, s.total_high, language, 3))
        for s, c in zip(tuning.steps, costs[1:])
    )
    return Picture(
        figure, _title(tuning, verdict, language), say("figure.tuning.alt", language, values=listed), say("figure.tuning.read", language)
    )


def _title(tuning: Tuning, verdict: TuningVerdict, language: str) -> str:
    step = tuning.steps[verdict.block - 1] if verdict.block else max(tuning.steps, key=lambda s: s.total_gain)
    key = "figure.tuning.pays" if verdict.block else "figure.tuning.none"
    interval = fmt.interval(step.total_low, step.total_high, language, 3)
    return say(key, language, gain=fmt.signed(step.total_gain, 3), interval=interval)


def _span(tuning: Tuning, terms: Terms) -> tuple[float, float]:
    """Range of the gain axis: everything measured, what matters, and the goal when it is near."""
    low = min(0.0, *(s.total_low for s in tuning.steps))
    high = max(tuning.minimum_gain, *(s.total_high for s in tuning.steps))
    if terms.goal is not None:
        way = (1 if tuning.greater_is_better else -1) * (terms.goal - tuning.last_layer)
        if high < way < high + 0.6 * (high - low):
            high = way
    margin = 0.14 * (high - low)
    return low - margin, high + margin


def _path(figure: go.Figure, tuning: Tuning, verdict: TuningVerdict, costs: list[float], p) -> None:
    """The way from the last layer over the steps that pay."""
    kept = [0, *(s.block for s in verdict.steps if s.pays)]
    gains = [0.0, *(s.total_gain for s in tuning.steps)]
    figure.add_scatter(
        x=[costs[k] for k in kept], y=[gains[k] for k in kept], mode="lines+markers", line=dict(color=p.brand, width=2),
        marker=dict(size=[11] + [1] * (len(kept) - 1), color=p.brand, symbol="diamond"), hoverinfo="skip",
    )


def _dots(figure: go.Figure, tuning: Tuning, verdict: TuningVerdict, costs: list[float], money, language: str, p) -> None:
    for step, judged, cost in zip(tuning.steps, verdict.steps, costs[1:]):
        color = p.brand if judged.pays else p.grey[1]
        spread = dict(
            type="data", symmetric=False, array=[step.total_high - step.total_gain], arrayminus=[step.total_gain - step.total_low],
            color=color, thickness=3 if judged.pays else 2, width=6,
        )
        interval = fmt.interval(step.total_low, step.total_high, language, 3)
        figure.add_scatter(
            x=[cost], y=[step.total_gain], error_y=spread, mode="markers", marker=dict(size=15 if judged.pays else 11, color=color),
            hovertemplate=f"{step.block}. {step.name}<br>{fmt.signed(step.total_gain, 3)} ({interval})<br>{money(cost)}<extra></extra>",
        )
        words = f"<b>{step.block}</b> {say(f'tune.why.{judged.why}', language)}"
        near_end = step.block > 0.6 * len(tuning.blocks)
        note(
            figure, words, color, x=cost, y=step.total_gain, xanchor="right" if near_end else "left", xshift=-12 if near_end else 12,
            yshift=12 if judged.pays else -14, bgcolor=p.paper, borderpad=1,
        )


def plot_descent(tuning: Tuning, language: str, theme: Theme = "light") -> Picture:
    """Score on the stopping rows over the epochs, one line per step."""
    p, figure = palette(theme), blank(theme, 300)
    colors = (p.brand, *OKABE_ITO[1:])
    for step in tuning.steps:
        x, y = [e for e, _ in step.trajectory], [v for _, v in step.trajectory]
        color = colors[(step.block - 1) % len(colors)]
        figure.add_scatter(
            x=x, y=y, mode="lines", line=dict(color=color, width=2), name=f"{step.block}. {step.name}",
            hovertemplate=f"{step.block}. %{{x}}: %{{y:.3f}}<extra></extra>",
        )
        note(figure, f"<b>{step.block}</b>", color, x=x[-1], y=y[-1], xanchor="left", xshift=6)
    figure.update_xaxes(title_text=say("figure.descent.epochs", language))
    figure.update_yaxes(title_text=fmt.metric_name(tuning.metric, language))
    best = max if tuning.greater_is_better else min
    listed = say("format.list_join", language).join(
        say("figure.descent.alt_step", language, block=s.block, first=fmt.number(s.trajectory[0][1], 3), best=fmt.number(best(v for _, v in s.trajectory), 3))
        for s in tuning.steps
    )
    return Picture(figure, say("figure.descent.title", language), say("figure.descent.alt", language, values=listed), say("figure.descent.read", language))
