"""Whether the class probabilities are what they say."""

from __future__ import annotations

from dualcore.evidence.records import Calibration
from dualcore.present import format as fmt
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
from dualcore.present.words import say


def plot_calibration(calibration: Calibration, language: str, theme: Theme = "light") -> Picture:
    """Stated probability of the predicted class against how often it was right, with 90 % intervals."""
    p, figure, bins = palette(theme), blank(theme, 380), calibration.bins
    used = calibration.methods[0]
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=dict(color=p.muted, width=1.5, dash="dash"), hoverinfo="skip")
    figure.add_scatter(
        x=[b.predicted for b in bins], y=[b.observed for b in bins], mode="markers", marker=dict(size=10, color=p.brand),
        error_y=dict(
            type="data", symmetric=False, array=[b.high - b.observed for b in bins], arrayminus=[b.observed - b.low for b in bins],
            color=p.brand, thickness=1.5, width=0,
        ),
        text=[f"n = {fmt.count(b.rows)}" for b in bins], hovertemplate="%{x:.0%} → %{y:.0%}<br>%{text}<extra></extra>",
    )
    note(figure, say("figure.calibration.ideal", language), p.muted, x=0.97, y=0.9, xanchor="right", yanchor="top")
    start = min(b.predicted for b in bins)
    low = max(0.0, min(start, min(b.low for b in bins)) - 0.03)
    figure.update_xaxes(range=[max(0.0, start - 0.05), 1.02], tickformat=".0%", title_text=say("figure.calibration.x", language))
    figure.update_yaxes(range=[low, 1.04], tickformat=".0%", title_text=say("figure.calibration.y", language))
    shown = say("format.list_join", language).join(
        say("figure.calibration.method", language, name=say(f"calibration.{m.name}", language), error=_points(m.error), low=_points(m.low), high=_points(m.high))
        for m in calibration.methods
    )
    words = dict(
        error=_points(used.error), low=_points(used.low), high=_points(used.high), chance=_points(used.by_chance),
        rows=fmt.count(calibration.rows), methods=shown,
    )
    key = "figure.calibration.exact" if used.error <= used.by_chance else "figure.calibration.off"
    return Picture(
        figure, say(key, language, **words), say("figure.calibration.alt", language, **words), say("figure.calibration.read", language, **words)
    )


def _points(share: float) -> str:
    return fmt.number(100 * share, 1)
