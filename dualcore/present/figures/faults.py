"""Where the errors are: confusion, residuals, segments."""

from __future__ import annotations

import numpy as np

from dualcore.evidence.records import Confusion, Residuals, Segment
from dualcore.present import format as fmt
from dualcore.present.escape import plain
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
from dualcore.present.words import say


def plot_confusion(confusion: Confusion, language: str, theme: Theme = "light") -> Picture:
    """Counts of true (rows) against predicted (columns), shaded by share of the true class."""
    p = palette(theme)
    counts = np.asarray(confusion.counts)
    names = [plain(c, 18) for c in confusion.classes]
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure = blank(theme, 140 + min(44 * len(names), 480))
    places = list(range(len(names)))
    hover = [
        [
            say(
                "figure.confusion.cell",
                language,
                true=names[i],
                predicted=names[j],
                n=fmt.count(counts[i, j]),
                share=fmt.percent(shares[i, j]),
            )
            for j in places
        ]
        for i in places
    ]
    figure.add_heatmap(
        z=shares,
        x=places,
        y=places,
        zmin=0,
        zmax=1,
        colorscale=[[0, "rgba(0,0,0,0)"], [0.02, p.brand_soft], [1, p.brand]],
        showscale=False,
        xgap=2,
        ygap=2,
        text=hover,
        hovertemplate="%{text}<extra></extra>",
    )
    if len(names) <= 12:
        for i in places:
            for j in places:
                color = p.paper if shares[i, j] > 0.5 else p.ink
                note(figure, fmt.count(counts[i, j]), color if counts[i, j] else p.muted, x=j, y=i)
    ticks = dict(tickmode="array", tickvals=places, ticktext=names, showgrid=False, showline=False)
    figure.update_xaxes(title_text=say("figure.confusion.predicted", language), **ticks)
    figure.update_yaxes(title_text=say("figure.confusion.true", language), autorange="reversed", **ticks)
    off = counts - np.diag(np.diag(counts))
    i, j = np.unravel_index(int(off.argmax()), off.shape)
    fields = dict(true=confusion.classes[i], predicted=confusion.classes[j], n=fmt.count(off[i, j]))
    title = say("figure.confusion.title" if off[i, j] else "figure.confusion.perfect", language, **fields)
    right = fmt.percent(np.trace(counts) / max(1, counts.sum()))
    alt = say(
        "figure.confusion.alt", language, n=len(names), right=right, **{k: v for k, v in fields.items() if k != "n"}
    )
    return Picture(figure, title, alt, say("figure.confusion.read", language))


def plot_residuals(residuals: Residuals, unit: str, language: str, theme: Theme = "light") -> Picture:
    """Observed against predicted, out of sample, with the line on which both agree."""
    p = palette(theme)
    observed, predicted = np.asarray(residuals.observed), np.asarray(residuals.predicted)
    figure = blank(theme, 400)
    ends = [float(min(observed.min(), predicted.min())), float(max(observed.max(), predicted.max()))]
    figure.add_scatter(x=ends, y=ends, mode="lines", line=dict(color=p.ink, width=1.5), hoverinfo="skip")
    marks = dict(size=7, color=p.brand, opacity=0.45)
    hover = (
        say("figure.residuals.predicted", language)
        + " %{x:,.4g}<br>"
        + say("figure.residuals.observed", language)
        + " %{y:,.4g}<extra></extra>"
    )
    figure.add_scatter(x=predicted, y=observed, mode="markers", marker=marks, hovertemplate=hover)
    figure.update_xaxes(title_text=f"{say('figure.residuals.predicted', language)} ({plain(unit)})")
    figure.update_yaxes(title_text=f"{say('figure.residuals.observed', language)} ({plain(unit)})")
    typical = float(np.median(np.abs(observed - predicted)))
    fields = dict(typical=fmt.significant(typical), n=fmt.count(len(observed)))
    return Picture(
        figure,
        say("figure.residuals.title", language, **fields),
        say("figure.residuals.alt", language, **fields),
        say("figure.residuals.read", language),
    )


def segment_name(segment: Segment, language: str) -> str:
    """The segment in words, unescaped: a class, missing values, a part of time, or column = value."""
    if segment.column == "":
        return say("figure.segment.class", language, value=segment.value)
    if segment.column == "@time":
        return say("figure.segment.time", language, value=segment.value)
    if segment.value == "@missing":
        return say("figure.segment.missing", language, column=segment.column)
    return say("figure.segment.part", language, column=segment.column, value=segment.value)


def plot_segments(segments: list[Segment], classification: bool, language: str, theme: Theme = "light") -> Picture:
    """The error of each part of the data with its interval, against the error of all other rows."""
    p = palette(theme)
    ordered = sorted(segments, key=lambda s: -s.ratio)[:8]
    figure = blank(theme, 110 + 46 * len(ordered))
    for place, s in enumerate(ordered):
        position = len(ordered) - 1 - place
        color = p.verdict["re-evaluate"] if s.low > s.error_elsewhere else p.grey[1]
        name = plain(segment_name(s, language), 60)
        text = f"{name}<br>n = {fmt.count(s.rows)}<br>{_error(s.error, classification)} ({_error(s.low, classification)}–{_error(s.high, classification)})"
        spread = dict(
            type="data",
            symmetric=False,
            array=[s.high - s.error],
            arrayminus=[s.error - s.low],
            color=color,
            thickness=2,
            width=4,
        )
        marks = dict(size=11, color=color)
        figure.add_scatter(
            x=[s.error],
            y=[position],
            error_x=spread,
            mode="markers",
            marker=marks,
            hovertemplate=text + "<extra></extra>",
        )
        tick = dict(symbol="line-ns-open", size=18, color=p.ink, line=dict(width=2))
        elsewhere = (
            f"{say('figure.segment.elsewhere', language)}: {_error(s.error_elsewhere, classification)}<extra></extra>"
        )
        figure.add_scatter(x=[s.error_elsewhere], y=[position], mode="markers", marker=tick, hovertemplate=elsewhere)
    ticks = [plain(segment_name(s, language), 22) for s in ordered]
    figure.update_yaxes(
        tickmode="array",
        tickvals=list(range(len(ordered) - 1, -1, -1)),
        ticktext=ticks,
        showgrid=False,
        showline=False,
        range=[-0.6, len(ordered) - 0.4],
    )
    figure.update_xaxes(
        title_text=say("figure.segment.rate" if classification else "figure.segment.size", language), rangemode="tozero"
    )
    if classification:
        figure.update_xaxes(tickformat=".0%")
    worst = ordered[0]
    clear = worst.low > worst.error_elsewhere
    fields = dict(
        name=segment_name(worst, language),
        ratio=fmt.number(worst.ratio, 1),
        error=_error(worst.error, classification),
        elsewhere=_error(worst.error_elsewhere, classification),
    )
    title = say("figure.segment.title" if clear else "figure.segment.even", language, **fields)
    return Picture(figure, title, say("figure.segment.alt", language, **fields), say("figure.segment.read", language))


def _error(value: float, classification: bool) -> str:
    return fmt.percent(value) if classification else fmt.significant(value)
