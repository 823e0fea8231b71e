"""The skeleton drawn as the graph it is, from left (inputs) to right (the trained last layer)."""

from __future__ import annotations

from dualcore.kernels import Skeleton
from dualcore.kernels.skeletons import Node
from dualcore.present.escape import plain
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
from dualcore.present.words import say

WEIGHTED = ("dense", "conv")


def plot_skeleton(skeleton: Skeleton, name: str, language: str, theme: Theme = "light") -> Picture:
    """``name``: the skeleton in the reader's words."""
    p = palette(theme)
    placed, edges = skeleton.layout()
    where = {node.name: (x, y) for node, x, y in placed}
    lanes = max(abs(y) for _, _, y in placed)
    columns = int(max(x for _, x, _ in placed)) + 2
    figure = blank(theme, int(170 + 56 * min(lanes, 6)))
    last = columns - 1
    lines = [(where[a], where[b]) for a, b in edges] + [(where[skeleton.output.name], (last, 0.0))]
    for (x0, y0), (x1, y1) in lines:
        figure.add_scatter(
            x=[x0, x1], y=[y0, y1], mode="lines", line=dict(color=p.grey[2], width=1.5), hoverinfo="skip"
        )
    crowded = lanes > 2 or columns > 7
    for node, x, y in placed:
        color = p.grey[2] if node.op == "input" else p.brand if node.op in WEIGHTED else p.brand_soft
        marks = dict(
            size=18 if crowded else 26,
            color=color,
            symbol="circle" if node.op in (*WEIGHTED, "input") else "square",
            line=dict(color=p.brand, width=1.5),
        )
        words = _words(node, language)
        figure.add_scatter(x=[x], y=[y], mode="markers", marker=marks, hovertemplate=f"{words}<extra></extra>")
        if not crowded or node.op == "input":
            note(figure, words, p.ink, x=x, y=y, yanchor="top", yshift=-18)
    ring = dict(size=18 if crowded else 26, color=p.paper, symbol="circle", line=dict(color=p.ink, width=2.5))
    figure.add_scatter(
        x=[last],
        y=[0],
        mode="markers",
        marker=ring,
        hovertemplate=f"{say('figure.skeleton.last', language)}<extra></extra>",
    )
    note(
        figure,
        say("figure.skeleton.last", language).replace(" ", "<br>", 1),
        p.ink,
        x=last,
        y=0,
        yanchor="top",
        yshift=-18,
    )
    figure.update_xaxes(visible=False, range=[-0.6, last + 0.6])
    figure.update_yaxes(visible=False, range=[-lanes - 1.1, lanes + 0.6])
    fields = dict(name=name, nodes=len(skeleton.nodes), depth=skeleton.depth)
    read = say("figure.skeleton.read", language)
    return Picture(
        figure, say("figure.skeleton.title", language, **fields), say("figure.skeleton.alt", language, **fields), read
    )


def _words(node: Node, language: str) -> str:
    """Two short lines: what the node does, and with which activation or window."""
    label = say(f"node.{node.op}", language)
    if node.op == "conv":
        label = say("node.conv_window", language, window=node.window)
    shown = "" if node.activation == "identity" else plain(node.activation)
    return f"{label}<br>{shown}" if shown else label
