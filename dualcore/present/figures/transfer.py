"""Random initialisation against pretrained features: scores with intervals, and the paired gain as the title."""

from __future__ import annotations

from dualcore.evidence.stages import Transfer
from dualcore.present import format as fmt
from dualcore.present.architecture import skeleton_name
from dualcore.present.escape import plain
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
from dualcore.present.words import say


def plot_transfer(result: Transfer, language: str, theme: Theme = "light") -> Picture:
    """Two dots with whiskers, chance as a dashed line."""
    p, figure = palette(theme), blank(theme, 250)
    lines = ((result.pretrained, p.brand, 0.0, plain(result.name, 36)), (result.random, p.grey[0], 1.0, plain(skeleton_name(result.skeleton, language))))
    for part, color, place, name in lines:
        spread = dict(
            type="data", symmetric=False, array=[part.high - part.score], arrayminus=[part.score - part.low], color=color,
            thickness=3, width=6,
        )
        label = say(f"transfer.features.{part.name}", language, skeleton=name, name=name)
        interval = fmt.interval(part.low, part.high, language)
        figure.add_scatter(
            x=[part.score], y=[place], error_x=spread, mode="markers", marker=dict(size=11, color=color),
            hovertemplate=f"{label}<br>{fmt.score(part.score, part.low, part.high)} ({interval})<extra></extra>",
        )
        # The name stands at the left edge above its line, where it has the whole width, also on a telephone.
        note(figure, label, p.ink, x=0, xref="paper", y=place + 0.34, xanchor="left", bgcolor=p.paper)
        note(figure, f"<b>{fmt.score(part.score, part.low, part.high)}</b>", color, x=part.score, y=place, yshift=18)
    figure.add_vline(x=result.chance, line=dict(color=p.muted, width=1.5, dash="dash"))
    values = [v for part, *_ in lines for v in (part.low, part.high)] + [result.chance]
    low, high = min(values), max(values)
    margin = 0.08 * max(high - low, 1e-6)
    right = result.chance > (low + high) / 2
    note(
        figure, say("figure.transfer.chance", language), p.muted, x=result.chance, y=-0.55, yanchor="bottom",
        xanchor="right" if right else "left", xshift=-6 if right else 6,
    )
    figure.update_yaxes(visible=False, range=[-0.6, 1.6])
    figure.update_xaxes(title_text=fmt.metric_name(result.metric, language), range=[low - margin, high + margin])
    told = {"gain": fmt.signed(result.gain, 3), "interval": fmt.interval(result.low, result.high, language, 3)}
    alt = say(
        "figure.transfer.alt", language, random=fmt.score(result.random.score), pretrained=fmt.score(result.pretrained.score),
        chance=fmt.score(result.chance), **told,
    )
    return Picture(figure, say(f"figure.transfer.title.{result.reading}", language, **told), alt, say("figure.transfer.read", language))
