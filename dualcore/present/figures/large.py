"""Pictures for a screen that is read from the back of a room: the same figure, its letters and marks larger."""

from __future__ import annotations

import plotly.graph_objects as go

from dualcore.present.figures.style import Picture

SCALE = 1.7
# Distances that belong to letters or marks and grow with them.
GROW = {"size", "xshift", "yshift", "standoff", "borderpad", "thickness"}
LINES = {"line", "error_x", "error_y"}
KEPT = {"xbins", "ybins"}


def enlarge(picture: Picture, scale: float = SCALE) -> Picture:
    """The picture with letters, marks and lines ``scale`` times as large; its height is left to whoever shows it.

    Data, axis ranges and words stay as they are.
    """
    figure = go.Figure(picture.figure)
    data = [_grown(trace.to_plotly_json(), scale) for trace in figure.data]
    layout = _grown(figure.layout.to_plotly_json(), scale)
    layout.pop("height", None)
    margin = layout.get("margin", {})
    layout["margin"] = {side: value * scale if side in "lrtb" else value for side, value in margin.items()}
    return picture._replace(figure=go.Figure(data=data, layout=layout))


def _grown(part: object, scale: float, within: str = "") -> object:
    if isinstance(part, dict):
        return {name: _grown_value(name, value, scale, within) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_grown(item, scale, within) if isinstance(item, dict | list | tuple) else item for item in part]
    return part


def _grown_value(name: str, value: object, scale: float, within: str) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and (name in GROW or (name == "width" and within in LINES)) and within not in KEPT:
        return value * scale
    return _grown(value, scale, name)
