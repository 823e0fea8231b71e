"""The skeleton drawn as the graph it is, from left (inputs) to right (the trained last layer)."""

from __future__ import annotations

import plotly.graph_objects as go

from dualcore.errors import SkeletonError
from dualcore.kernels import Skeleton
from dualcore.kernels.skeletons import Node
from dualcore.present.escape import plain
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
from dualcore.present.words import LANGUAGES, say

WEIGHTED = ("dense", "conv")


def plot_skeleton(skeleton: Skeleton, name: str, language: str, theme: Theme = "light") -> Picture:
    """``name``: the skeleton in the reader's words."""
    p = palette(theme)
    placed, edges = skeleton.layout()
    where = {node.name: (x, y) for node, x, y in placed}
    lanes = max(abs(y) for _, _, y in placed)
    last = int(max(x for _, x, _ in placed)) + 1
    crowded = lanes > 2 or last > 4
    wide = 50 * min(lanes, 6) if lanes > 2 else 75 + 170 * lanes if lanes else 0
    figure = blank(theme, int((230 if crowded else 170) + wide))
    for start, stop in [(where[a], where[b]) for a, b in edges] + [(where[skeleton.output.name], (last, 0.0))]:
        _edge(figure, start, stop, p.grey[2])
    size = 18 if crowded else 26
    for node, x, y in placed:
        color = p.grey[2] if node.op == "input" else p.brand if node.op in WEIGHTED else p.brand_soft
        symbol = "circle" if node.op in (*WEIGHTED, "input") else "square"
        words = _words(node, language)
        marks = dict(size=size, color=color, symbol=symbol, line=dict(color=p.brand, width=1.5))
        figure.add_scatter(x=[x], y=[y], mode="markers", marker=marks, hovertemplate=f"{words}<extra></extra>")
        if lanes <= 2:
            _label(figure, words, p.ink, x, y, crowded)
    words = say("figure.skeleton.last", language)
    ring = dict(size=size, color=p.paper, symbol="circle", line=dict(color=p.ink, width=2.5))
    figure.add_scatter(x=[last], y=[0], mode="markers", marker=ring, hovertemplate=f"{words}<extra></extra>")
    _label(figure, words.replace(" ", "<br>", 1), p.ink, last, 0, crowded)
    figure.update_xaxes(visible=False, range=[-0.6, last + (0.5 + 0.12 * last if crowded else 0.6)])
    figure.update_yaxes(visible=False, range=[-lanes - (1.5 if crowded else 1.1), lanes + 0.7])
    fields = dict(name=name, nodes=len(skeleton.nodes), depth=skeleton.depth)
    read = say("figure.skeleton.read", language)
    return Picture(
        figure, say("figure.skeleton.title", language, **fields), say("figure.skeleton.alt", language, **fields), read
    )


def draw_skeleton(skeleton: Skeleton, language: str = "en", theme: Theme = "light") -> go.Figure:
    """The skeleton as a figure of its own, under its name.

    Raises SkeletonError when it is no skeleton, or the language or theme is unknown.
    """
    for argument, value, accepted in (
        ("skeleton", skeleton, None), ("language", language, LANGUAGES), ("theme", theme, ("light", "dark")),
    ):
        if accepted is None and not isinstance(value, Skeleton):
            raise SkeletonError("bad_argument", argument=argument, value=type(value).__name__, accepted="Skeleton")
        if accepted is not None and value not in accepted:
            raise SkeletonError("bad_argument", argument=argument, value=value, accepted=" | ".join(accepted))
    picture = plot_skeleton(skeleton, skeleton.name, language, theme)
    return picture.figure.update_layout(title=plain(picture.title), margin_t=60)


def _edge(figure: go.Figure, start: tuple[float, float], stop: tuple[float, float], color: str) -> None:
    """A line; a bow where a straight one would run through the nodes between."""
    (x0, y0), (x1, y1) = start, stop
    xs, ys = [x0, x1], [y0, y1]
    if y0 == y1 and x1 - x0 > 1:
        steps = [i / 20 for i in range(21)]
        xs, ys = [x0 + (x1 - x0) * s for s in steps], [y0 + 2 * 0.55 * s * (1 - s) * 2 for s in steps]
    figure.add_scatter(x=xs, y=ys, mode="lines", line=dict(color=color, width=1.5), hoverinfo="skip")


def _label(figure: go.Figure, words: str, color: str, x: float, y: float, crowded: bool) -> None:
    if crowded:
        note(figure, words.replace("<br>", " "), color, x=x, y=y, xanchor="left", yanchor="top", xshift=-4, yshift=-8, textangle=40)
    else:
        note(figure, words, color, x=x, y=y, yanchor="top", yshift=-18)


def _words(node: Node, language: str) -> str:
    """Two short lines: what the node does, and with which activation or window."""
    label = say(f"node.{node.op}", language)
    if node.op == "conv":
        label = say("node.conv_window", language, window=node.window)
    shown = "" if node.activation == "identity" else plain(node.activation)
    return f"{label}<br>{shown}" if shown else label
