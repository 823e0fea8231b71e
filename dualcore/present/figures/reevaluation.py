"""Stage 2 in pictures: what choosing the best added, who survived which round, and all gains with their intervals."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from dualcore.evidence.stages import Entrant, Reevaluation
from dualcore.present import format as fmt
from dualcore.present.candidates import entrant_name
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
from dualcore.present.words import say

ROW = 44  # pixels of one candidate, name above its line


def gain_digits(result: Reevaluation) -> int:
    """Decimals with which gains are shown: one more than the interval supports, so that a small step stays visible."""
    return min(4, max(2, fmt.digits_for(result.low, result.high) + 1)) if result.high - result.low < 10 else 1


def gain_text(value: float, result: Reevaluation) -> str:
    """A gain with its sign."""
    return fmt.signed(value, gain_digits(result))


def _axis(result: Reevaluation, language: str) -> str:
    return say("figure.curse.axis", language, metric=fmt.metric_name(result.metric, language))


def plot_curse(result: Reevaluation, language: str, theme: Theme = "light") -> Picture:
    """The best candidate's gain as measured, minus what choosing it added, leaves the corrected gain."""
    p, r = palette(theme), result
    raw, lucky, left = (gain_text(v, r) for v in (r.raw_gain, r.optimism, r.corrected_gain))
    lucky = lucky.lstrip("+")
    figure = blank(theme, 380)
    figure.add_hline(y=0, line=dict(color=p.ink, width=1.5))
    figure.add_hline(y=r.minimum_gain, line=dict(color=p.muted, width=1.5, dash="dash"))
    for x, value, low, high, color, text in (
        (0, r.raw_gain, r.raw_low, r.raw_high, p.grey[1], raw), (2, r.corrected_gain, r.low, r.high, p.brand, left),
    ):
        figure.add_scatter(
            x=[x], y=[value], mode="markers", marker=dict(size=16, color=color, symbol="circle" if x else "diamond"),
            error_y=dict(type="data", symmetric=False, array=[high - value], arrayminus=[value - low], color=color, thickness=3, width=8),
            hovertemplate=f"{text}<br>{fmt.interval(low, high, language, gain_digits(r))}<extra></extra>",
        )
        note(figure, f"<b>{text}</b>", color, x=x, y=value, xanchor="left", xshift=14, bgcolor=p.paper, borderpad=1)
    figure.add_scatter(
        x=[1], y=[(r.raw_gain + r.corrected_gain) / 2], mode="markers", marker=dict(size=1, color="rgba(0,0,0,0)"), hoverinfo="skip"
    )
    # The step down: level at the measured gain, a block as high as the excess, level at what remains.
    figure.add_shape(type="line", x0=0.4, x1=1.3, y0=r.raw_gain, y1=r.raw_gain, line=dict(color=p.muted, width=1, dash="dot"))
    figure.add_shape(type="line", x0=0.7, x1=2, y0=r.corrected_gain, y1=r.corrected_gain, line=dict(color=p.muted, width=1, dash="dot"))
    figure.add_shape(
        type="rect", x0=0.7, x1=1.3, y0=r.corrected_gain, y1=r.raw_gain, line=dict(width=0), fillcolor=p.null, opacity=0.9,
    )
    note(figure, f"<b>{fmt.MINUS}{lucky}</b>", p.ink, x=1, y=r.raw_gain, yanchor="bottom", yshift=4, bgcolor=p.paper, borderpad=1)
    ends = [r.raw_low, r.raw_high, r.low, r.high, 0, r.minimum_gain]
    span = max(ends) - min(ends)
    figure.update_yaxes(range=[min(ends) - 0.08 * span, max(ends) + 0.12 * span], title_text=_axis(r, language), zeroline=False)
    words = [say(f"figure.curse.{k}", language) for k in ("measured", "choosing", "corrected")]
    figure.update_xaxes(tickmode="array", tickvals=[0, 1, 2], ticktext=words, range=[-0.5, 2.75], showgrid=False)
    minimum = say("figure.curse.minimum", language, value=fmt.number(r.minimum_gain, gain_digits(r)))
    # Above the plot: on a narrow screen a label beside its line would hide the intervals.
    lines = f"{say('figure.curse.present', language)}<br>{minimum}"
    note(figure, lines, p.muted, x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", align="left")
    figure.update_layout(margin=dict(t=52))
    if r.raw_gain > 0:
        title = say("figure.curse.title", language, raw=raw, optimism=lucky, corrected=left)
    elif r.raw_gain == 0:
        title = say("figure.curse.title_equal", language)
    else:
        title = say("figure.curse.title_none", language, raw=raw.lstrip(fmt.MINUS))
    alt = say("figure.curse.alt", language, raw=raw, optimism=lucky, corrected=left, interval=fmt.interval(r.low, r.high, language, gain_digits(r)))
    return Picture(figure, title, alt, say("figure.curse.read", language))


def _ranked(result: Reevaluation) -> list[tuple[int, Entrant]]:
    """Candidates with their index, the last survivors first, then by gain; the winner on top."""
    order = sorted(enumerate(result.entrants), key=lambda e: (e[0] != result.winner, -len(e[1].marks), -e[1].gain))
    return list(order)


def _name(figure: go.Figure, text: str, color: str, y: float, strong: bool, paper: str) -> None:
    """The candidate's name above its line, at the left end, so that narrow screens keep their width for the picture."""
    place = dict(x=0, xref="paper", y=y, xanchor="left", yanchor="bottom", yshift=6, bgcolor=paper, borderpad=0)
    note(figure, f"<b>{text}</b>" if strong else text, color, **place)


def _rows_axis(figure: go.Figure, count: int) -> None:
    figure.update_yaxes(showticklabels=False, range=[-0.7, count - 0.1], showgrid=False, showline=False)


def plot_tournament(result: Reevaluation, language: str, theme: Theme = "light") -> Picture:
    """One line per candidate through the rounds, with its gain over the present choice in each."""
    p, rounds = palette(theme), len(result.rounds)
    order = _ranked(result)
    figure = blank(theme, 96 + ROW * len(order))
    for place, (index, entrant) in enumerate(order):
        y, won = len(order) - 1 - place, index == result.winner
        last = len(entrant.marks) == rounds
        color = p.brand if won else p.ink if last else p.grey[1]
        name = entrant_name(entrant, result, language)
        x = list(range(len(entrant.marks)))
        hover = [
            say("figure.tournament.hover", language, name=name, rows=fmt.count(m.rows), score=fmt.number(m.score, gain_digits(result)), gain=gain_text(m.gain, result))
            for m in entrant.marks
        ]
        symbols = ["circle"] * len(x) if last else ["circle"] * (len(x) - 1) + ["x"]
        figure.add_scatter(
            x=x, y=[y] * len(x), mode="lines+markers+text", line=dict(color=color, width=3 if won else 1.5),
            marker=dict(size=11 if won else 9, color=color, symbol=symbols), text=[gain_text(m.gain, result) for m in entrant.marks],
            textposition="bottom right", textfont=dict(size=13, color=color), customdata=hover, hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
        _name(figure, name, color, y, won, p.paper)
    heads = [say("figure.tournament.round", language, round=i + 1, rows=fmt.count(r.rows)) for i, r in enumerate(result.rounds)]
    figure.update_xaxes(tickmode="array", tickvals=list(range(rounds)), ticktext=heads, side="top", range=[-0.12, rounds - 1 + 0.45], showgrid=True)
    figure.update_layout(margin=dict(t=8))
    _rows_axis(figure, len(order))
    kept = sum(len(e.marks) == rounds for e in result.entrants)
    listed = say("format.list_join", language).join(
        f"{entrant_name(e, result, language)} {gain_text(e.gain, result)}" for _, e in order if len(e.marks) == rounds
    )
    title = say("figure.tournament.title", language, n=len(order), kept=kept)
    return Picture(figure, title, say("figure.tournament.alt", language, values=listed), say("figure.tournament.read", language))


def plot_gains(result: Reevaluation, language: str, theme: Theme = "light") -> Picture:
    """Every candidate's paired gain; its lower end holds for all at once. The winner also after correction."""
    p, rounds = palette(theme), len(result.rounds)
    order = _ranked(result)
    figure = blank(theme, 104 + ROW * len(order))
    figure.add_vline(x=0, line=dict(color=p.ink, width=1.5))
    figure.add_vline(x=result.minimum_gain, line=dict(color=p.muted, width=1.5, dash="dash"))
    for place, (index, entrant) in enumerate(order):
        y, won = len(order) - 1 - place, index == result.winner
        color = p.brand if won else p.ink if len(entrant.marks) == rounds else p.grey[2]
        name = entrant_name(entrant, result, language)
        text = f"{name}<br>{gain_text(entrant.gain, result)} ({fmt.interval(entrant.simultaneous_low, entrant.high, language, gain_digits(result))})"
        figure.add_scatter(
            x=[entrant.gain], y=[y], mode="markers",
            marker=dict(size=12 if won else 9, color=color, symbol="diamond"),
            error_x=dict(type="data", symmetric=False, array=[entrant.high - entrant.gain], arrayminus=[entrant.gain - entrant.simultaneous_low],
                         color=color, thickness=3 if won else 2, width=5),
            hovertemplate=f"{text}<extra></extra>",
        )
        if won and result.optimism > 0:
            figure.add_scatter(
                x=[result.corrected_gain], y=[y], mode="markers", marker=dict(size=14, color=p.paper, line=dict(color=p.brand, width=3)),
                hovertemplate=f"{say('figure.curse.corrected', language)} {gain_text(result.corrected_gain, result)}<extra></extra>",
            )
        words = color if len(entrant.marks) == rounds else p.grey[1]
        _name(figure, f"{name} {gain_text(entrant.gain, result)}", words, y, won, p.paper)
    low, high = _window(result)
    figure.update_xaxes(range=[low, high], title_text=_axis(result, language))
    _rows_axis(figure, len(order))
    sure = sum(e.simultaneous_low > 0 for e in result.entrants)
    title = say("figure.gains.title_some", language, n=sure) if sure else say("figure.gains.title_none", language)
    listed = say("format.list_join", language).join(
        f"{entrant_name(e, result, language)} {gain_text(e.gain, result)} ({fmt.interval(e.simultaneous_low, e.high, language, gain_digits(result))})"
        for _, e in order
    )
    return Picture(figure, title, say("figure.gains.alt", language, values=listed), say("figure.gains.read", language))


def _window(result: Reevaluation) -> tuple[float, float]:
    """The stretch of gains to show: all finalists, and of hopeless candidates no more than keeps the others readable."""
    last = [e for e in result.entrants if len(e.marks) == len(result.rounds)]
    high = max([result.minimum_gain, result.high, *(e.high for e in result.entrants)])
    low = min([0.0, result.low, *(e.simultaneous_low for e in last)])
    worst = min(e.simultaneous_low for e in result.entrants)
    low = max(worst, low - (high - low))
    pad = 0.04 * (high - low)
    return (low - pad, high + pad) if math.isfinite(low + high) else (-1.0, 1.0)
