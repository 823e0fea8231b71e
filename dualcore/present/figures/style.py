"""One Plotly template for all pictures, in light and dark, and the colours with a meaning.

Colours: verdicts each have one; the last layer is in the brand colour, simple models in
grey steps, chance and null hatched light grey, the goal a thin dark line, the noise
ceiling dashed. Other series take the Okabe-Ito palette (colour-blind safe).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import plotly.graph_objects as go

Theme = Literal["light", "dark"]
FONT = "'Noto Sans JP', 'Noto Sans CJK JP', 'Hiragino Sans', 'Yu Gothic', Meiryo, sans-serif"
OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")


@dataclass(frozen=True)
class Palette:
    """Colours of one theme; text colours reach 4.5:1 against ``paper``."""

    paper: str
    ink: str
    muted: str
    grid: str
    brand: str
    brand_soft: str
    grey: tuple[str, str, str]
    null: str
    verdict: dict[str, str]


LIGHT = Palette(
    paper="#ffffff",
    ink="#1b2733",
    muted="#5b6876",
    grid="#e6eaee",
    brand="#0067a3",
    brand_soft="rgba(0,103,163,0.16)",
    grey=("#4b5763", "#76828e", "#9aa5b0"),
    null="#c3cbd3",
    verdict={"adopt": "#0f766e", "invest": "#4338ca", "re-evaluate": "#a85506", "stop": "#475569"},
)
DARK = Palette(
    paper="#11181f",
    ink="#e8edf2",
    muted="#a3b0bd",
    grid="#26323d",
    brand="#5fb8f0",
    brand_soft="rgba(95,184,240,0.20)",
    grey=("#c5ced7", "#98a4b0", "#74808c"),
    null="#4a5763",
    verdict={"adopt": "#3fd0bd", "invest": "#a5b1fb", "re-evaluate": "#f3b24c", "stop": "#b9c5d2"},
)


class Picture(NamedTuple):
    """A figure with the words that belong to it: the finding, what it shows, how to read it."""

    figure: go.Figure
    title: str
    alt: str
    read: str


def palette(theme: Theme) -> Palette:
    return DARK if theme == "dark" else LIGHT


def _axis(p: Palette) -> dict:
    return dict(
        showgrid=True,
        gridcolor=p.grid,
        gridwidth=1,
        zeroline=False,
        showline=True,
        linecolor=p.grid,
        ticks="",
        automargin=True,
        title=dict(font=dict(size=13, color=p.muted), standoff=12),
        tickfont=dict(size=13, color=p.ink),
    )


def blank(theme: Theme, height: int = 320) -> go.Figure:
    """An empty figure in the shared template, transparent background, ``height`` pixels."""
    p = palette(theme)
    figure = go.Figure()
    figure.update_layout(
        template=None,
        height=height,
        margin=dict(l=8, r=16, t=28, b=8),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=dict(family=FONT, size=13, color=p.ink),
        colorway=list(OKABE_ITO),
        showlegend=False,
        dragmode=False,
        bargap=0.35,
        hoverlabel=dict(
            font=dict(family=FONT, size=13, color=p.ink), bgcolor=p.paper, bordercolor=p.grid, align="left"
        ),
        legend=dict(orientation="h", yanchor="top", y=-0.2, x=0, font=dict(size=13, color=p.ink)),
        xaxis=_axis(p),
        yaxis=_axis(p),
    )
    return figure


def note(figure: go.Figure, text: str, color: str, **place: object) -> None:
    """A direct label beside the thing it names."""
    figure.add_annotation(**{"text": text, "showarrow": False, "font": dict(size=13, color=color), **place})


def goal_line(figure: go.Figure, value: float, label: str, theme: Theme) -> None:
    """The goal: a thin dark level line with its label at the left end."""
    p = palette(theme)
    figure.add_hline(y=value, line=dict(color=p.ink, width=1.5))
    note(figure, label, p.ink, x=0, xref="paper", y=value, xanchor="left", yanchor="bottom")


def band(x: list[float], low: list[float], high: list[float], color: str, hatched: bool = False) -> go.Scatter:
    """An interval drawn as a filled band; ``hatched`` for what chance alone would give."""
    pattern = dict(shape="/", fgcolor=color, bgcolor="rgba(0,0,0,0)", size=7, solidity=0.25) if hatched else None
    return go.Scatter(
        x=[*x, *reversed(x)],
        y=[*high, *reversed(low)],
        fill="toself",
        fillcolor=color,
        fillpattern=pattern,
        line=dict(width=0),
        hoverinfo="skip",
        mode="lines",
    )
