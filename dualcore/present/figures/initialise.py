"""How a signal passes through the layers of a network, before and after the correction of its initialisation."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from dualcore.kernels.modules.records import InitReport, LayerReport
from dualcore.present.escape import plain
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
from dualcore.present.initialise import short
from dualcore.present.words import say

GAP = 0.14
TICKS = 12  # more names than these would overlap


def plot_signal(report: InitReport, language: str, theme: Theme = "light") -> Picture:
    """Variance and correlation of the pre-activations through depth, measured where the report has a sample."""
    # Where a normalisation follows a layer, activations see what it gives.
    normalised = {layer.reads for layer in report.layers if layer.fan_in is None}
    layers = [layer for layer in report.layers if layer.name not in normalised]
    kind = "measured" if report.examples else "variance"
    figure = blank(theme, 380)
    two = bool(report.examples)
    _axes(figure, layers, two, language, theme)
    whens = ("before", "after") if report.corrected else ("before",)
    for when in whens:
        _line(figure, layers, f"{kind}_{when}", when, report.corrected, "", language, theme)
        if two:
            _line(figure, layers, f"correlation_{when}", when, report.corrected, "2", language, theme)
    figure.add_shape(type="line", xref="x domain", x0=0, x1=1, yref="y", y0=1, y1=1, line=dict(color=palette(theme).ink, width=1.5), layer="between")
    _scale(figure, [getattr(layer, f"{kind}_{w}") for layer in layers for w in whens])
    hidden = [layer for layer in layers if not layer.readout]
    fields = {when: _range([getattr(layer, f"{kind}_{when}") for layer in hidden], language) for when in whens}
    title = say(f"figure.init.title.{'correction' if report.corrected else 'diagnosis'}", language, layers=len(hidden), **fields)
    last = whens[-1]
    rows = [
        say("figure.init.alt.row", language, name=layer.name, variance=short(getattr(layer, f"{kind}_{last}")),
            correlation=short(getattr(layer, f"correlation_{last}")))
        for layer in layers
    ]
    alt = say("figure.init.alt", language, values=say("format.list_join", language).join(rows))
    return Picture(figure, title, alt, say("figure.init.read", language))


def _axes(figure: go.Figure, layers: list[LayerReport], two: bool, language: str, theme: Theme) -> None:
    muted = palette(theme).muted
    count = len(layers)
    step = max(1, math.ceil(count / TICKS))
    places = list(range(0, count, step))
    ticks = dict(tickvals=places, ticktext=[plain(layers[i].name) for i in places], range=[-0.4, count - 0.6])
    middle = dict(size=13, color=muted)
    figure.update_layout(margin=dict(l=52, r=16, t=56, b=52), xaxis=ticks | {"domain": [0, (1 - GAP) / 2 if two else 1]})
    figure.update_xaxes(title_text=say("figure.init.layer", language))
    figure.add_annotation(text=say("figure.init.variance", language), x=0, y=1.02, xref="x domain", yref="paper", xanchor="left", yanchor="bottom", showarrow=False, font=middle)
    if two:
        style = figure.layout.yaxis.to_plotly_json()
        title = figure.layout.xaxis.title.to_plotly_json()
        figure.update_layout(
            xaxis2=style | ticks | dict(domain=[(1 + GAP) / 2, 1], anchor="y2", title=title),
            yaxis2=style | dict(anchor="x2", range=[-0.05, 1.05]),
        )
        figure.add_annotation(text=say("figure.init.correlation", language), x=0, y=1.02, xref="x2 domain", yref="paper", xanchor="left", yanchor="bottom", showarrow=False, font=middle)


def _line(figure: go.Figure, layers: list[LayerReport], field: str, when: str, corrected: bool, axis: str, language: str, theme: Theme) -> None:
    p = palette(theme)
    known = [(i, v, layer.name) for i, layer in enumerate(layers) if (v := getattr(layer, field)) is not None and math.isfinite(v)]
    # A logarithmic axis has no zero: a layer of zeros is left out of the line.
    known = [k for k in known if axis or k[1] > 0]
    if not known:
        return
    after = when == "after"
    color = p.brand if after else p.grey[1]
    label = say(f"figure.init.{when if corrected else 'now'}", language)
    x, y, names = zip(*known)
    figure.add_scatter(
        x=x, y=y, xaxis=f"x{axis}", yaxis=f"y{axis}", mode="lines+markers", name=label, text=[plain(n) for n in names],
        line=dict(color=color, width=2.5, dash="solid" if after or not corrected else "dot"),
        marker=dict(size=8, color=color, symbol="circle" if after else "diamond"), hovertemplate="%{text}<br>%{y:.3g}<extra></extra>",
    )
    # Both labels stand in the free band above the panel, where no line can run through them.
    place = dict(x=1, xref=f"x{axis} domain", y=1.02, yref="paper", xanchor="right", yanchor="bottom", xshift=-64 if not after and corrected else 0)
    mark = "\u25cf" if after else "\u25c6"
    note(figure, f"{mark} {label}", color, **place)


def _scale(figure: go.Figure, values: list[float | None]) -> None:
    """Powers of ten, at least from 0.1 to 10, so that small deviations do not look large."""
    known = [math.log10(v) for v in values if v is not None and 0 < v < math.inf]
    low, high = math.floor(min([-1.0, *known])), math.ceil(max([1.0, *known]))
    step = max(1, math.ceil((high - low) / 8))
    powers = range(low, high + 1, step)
    figure.update_layout(yaxis=dict(type="log", range=[low - 0.1, high + 0.1], tickvals=[10.0**k for k in powers], ticktext=[f"{10.0**k:g}" for k in powers]))


def _range(values: list[float | None], language: str) -> str:
    known = [v for v in values if v is not None and math.isfinite(v)]
    return say("figure.init.range", language, low=short(min(known)), high=short(max(known))) if known else "\u2013"
