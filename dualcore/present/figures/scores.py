"""The pictures that carry the argument: scores side by side."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from dualcore.evidence.records import Candidate, Evidence
from dualcore.present import format as fmt
from dualcore.present.escape import plain
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
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


def _goal_title(evidence: Evidence, goal: float, words: str, language: str, significance: float) -> str:
    last, sign = evidence.last_layer, 1 if evidence.greater_is_better else -1
    worst, best = (last.low, last.high) if sign > 0 else (last.high, last.low)
    if evidence.null.p_value > significance:
        key = "figure.score.chance"
    elif sign * (worst - goal) >= 0:
        key = "figure.score.reaches"
    elif sign * (best - goal) < 0:
        key = "figure.score.misses"
    else:
        key = "figure.score.open"
    score = fmt.score(last.score, last.low, last.high)
    return say(key, language, score=score, goal=words)


def plot_score(
    evidence: Evidence, goal: float, language: str, theme: Theme = "light", assumed: bool = False, significance: float = 0.01
) -> Picture:
    """The last layer against simple models, chance, the noise ceiling and the goal.

    assumed : nobody set the goal; significance : of the protocol, p-values above it are chance
    """
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
    key = "figure.goal_assumed" if assumed else "figure.goal"
    words = say(key, language, goal=fmt.score(goal, last.low, last.high))
    figure.add_vline(x=goal, line=dict(color=p.ink, width=1.5))
    side = "right" if goal > low + 0.7 * (high - low) else "left" if goal < low + 0.3 * (high - low) else "center"
    note(figure, words, p.ink, x=goal, y=1, yref="paper", yanchor="bottom", xanchor=side)
    figure.update_xaxes(title_text=axis_name(evidence, language))
    title = _goal_title(evidence, goal, words, language, significance)
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
