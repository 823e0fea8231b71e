"""The pictures of the course; each draws the record that a lesson has computed, nothing else."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from dualcore.lessons import enough as widths
from dualcore.lessons import special as cases
from dualcore.lessons import staged as money
from dualcore.lessons import toolbox as tools
from dualcore.lessons.records import Convolution, CoverageByDegree, Deep, Enough, Path, Special, Spread, Staged, Toolbox
from dualcore.present import format as fmt
from dualcore.present.figures.style import OKABE_ITO, Picture, Theme, band, blank, note, palette
from dualcore.present.words import say

LEAST_LEARNED = 0.5  # share from which the title counts a degree as learned
SAME_POINTS = 2  # accuracies that differ by fewer points are called the same
FEW_PARTS = 0.08  # a part of a bar below this has no room for its figure


def _panels(theme: Theme, height: int, **grid: object) -> go.Figure:
    """An empty figure with several panels in the shared template."""
    figure = blank(theme, height)
    x, y = figure.layout.xaxis.to_plotly_json(), figure.layout.yaxis.to_plotly_json()
    figure.set_subplots(**grid)
    figure.update_xaxes(**x).update_yaxes(**y)
    return figure


def _joined(parts: list[str], language: str) -> str:
    return say("format.list_join", language).join(parts)


def _whiskers(scores: list[Spread], color: str) -> dict:
    return dict(
        type="data", symmetric=False, array=[s.high - s.mean for s in scores], arrayminus=[s.mean - s.low for s in scores],
        color=color, thickness=2, width=4,
    )  # fmt: skip


def _headed(figure: go.Figure, text: str, color: str, panel: int) -> None:
    """A heading above the left end of a panel."""
    at = "" if panel == 1 else str(panel)
    note(figure, text, color, x=0, xref=f"x{at} domain", y=1.02, yref=f"y{at} domain", xanchor="left", yanchor="bottom")


def plot_toolbox(box: Toolbox, language: str, theme: Theme = "light") -> Picture:
    """Some of the tools, and four curves with what a last layer makes of them."""
    p = palette(theme)
    grid = dict(rows=3, cols=2, specs=[[{"colspan": 2}, None], [{}, {}], [{}, {}]], vertical_spacing=0.11, horizontal_spacing=0.08)
    figure = _panels(theme, 560, **grid)
    for i, tool in enumerate(box.tools):
        line = dict(color=OKABE_ITO[i % len(OKABE_ITO)], width=1.2)
        figure.add_scatter(x=box.x, y=tool, mode="lines", line=line, opacity=0.8, hoverinfo="skip", row=1, col=1)
    _headed(figure, say("learn.toolbox.tools", language, n=fmt.count(box.width), shown=len(box.tools)), p.muted, 1)
    shown = []
    for i, curve in enumerate(box.curves):
        place = dict(row=2 + i // 2, col=1 + i % 2)
        figure.add_scatter(x=box.x, y=curve.target, mode="lines", line=dict(color=p.null, width=7), hoverinfo="skip", **place)
        hover = "%{x:.2f}<br>%{y:.2f}<extra></extra>"
        figure.add_scatter(x=box.x, y=curve.fit, mode="lines", line=dict(color=p.brand, width=2), hovertemplate=hover, **place)
        mark = "✓" if curve.succeeds else ""
        text = say("learn.toolbox.panel", language, name=say(f"learn.toolbox.{curve.name}", language), share=_floor(curve.explained))
        _headed(figure, f"{text} {mark}", p.ink if curve.succeeds else p.muted, 2 + i)
        figure.update_yaxes(range=[-1.6, 1.6], **place)
        shown.append(text)
    figure.update_xaxes(showticklabels=False).update_yaxes(showticklabels=False)
    fields = dict(width=fmt.count(box.width), n=sum(c.succeeds for c in box.curves))
    alt = say("learn.toolbox.alt", language, width=fmt.count(box.width), values=_joined(shown, language))
    read = say("learn.toolbox.read", language, least=fmt.percent(box.least), rows=box.rows, places=tools.PLACES)
    return Picture(figure, say("learn.toolbox.finding", language, **fields), alt, read)


def _floor(share: float) -> str:
    """A share in whole per cent, rounded down, so that 95 % is written only where it holds."""
    return fmt.percent(math.floor(100 * max(0.0, share) + 1e-9) / 100)


def plot_enough(found: Enough, language: str, theme: Theme = "light") -> Picture:
    """Accuracy by width, with the dual kernel and chance as level lines."""
    p, figure = palette(theme), blank(theme, 360)
    x, scores = [q.width for q in found.points], [q.score for q in found.points]
    for level, color, dash, key in ((found.kernel, p.ink, "dash", "kernel"), (found.chance, p.muted, "dot", "chance")):
        figure.add_hline(y=level, line=dict(color=color, width=1.5, dash=dash))
        label = say(f"learn.enough.{key}", language, score=fmt.number(level))
        note(figure, label, color, x=0, xref="paper", y=level, xanchor="left", yanchor="bottom")
    figure.add_scatter(
        x=x, y=[s.mean for s in scores], error_y=_whiskers(scores, p.brand), mode="lines+markers",
        line=dict(color=p.brand, width=2), marker=dict(size=9, color=p.brand), hovertemplate="%{x:,}<br>%{y:.3f}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(
        type="log", title_text=say("learn.control.enough", language), tickvals=widths.WIDTHS, ticktext=[fmt.count(w) for w in widths.WIDTHS],
        range=[math.log10(widths.WIDTHS[0] * 0.8), math.log10(widths.WIDTHS[-1] * 1.25)],
    )  # fmt: skip
    figure.update_yaxes(title_text=say("learn.enough.axis", language), range=[0, 1.08])
    last = scores[-1].mean
    fields = dict(width=fmt.count(x[-1]), score=fmt.number(last), kernel=fmt.number(found.kernel), gap=fmt.number(found.kernel - last))
    reached = found.kernel - last < 0.005
    if reached:
        fields.pop("gap")
    title = say("learn.enough.finding_reached" if reached else "learn.enough.finding", language, **fields)
    values = _joined([f"{fmt.count(w)}: {fmt.number(s.mean)}" for w, s in zip(x, scores, strict=True)], language)
    read = say("learn.enough.read", language, seeds=scores[-1].draws, rows=found.rows, classes=found.classes)
    return Picture(figure, title, say("learn.enough.alt", language, values=values, kernel=fmt.number(found.kernel)), read)


def plot_learned(found: CoverageByDegree, language: str, theme: Theme = "light") -> Picture:
    """Share learned of each degree, a bar for each architecture."""
    p, figure = palette(theme), blank(theme, 360)
    look = {"linear": (p.grey[2], "/"), "one_layer": (OKABE_ITO[1], "x"), "three_layers": (p.brand, "")}
    lines, learned = [], {}
    for s in found.skeletons:
        color, shape = look[s.skeleton]
        name = say(f"learn.coverage.{s.skeleton}", language)
        figure.add_bar(
            x=[str(k) for k in found.degrees], y=[max(0.0, v) for v in s.explained], name=name, customdata=s.explained,
            marker=dict(color=color, pattern=dict(shape=shape, fillmode="overlay", fgcolor=p.paper, size=7, solidity=0.2)),
            hovertemplate=name + "<br>%{customdata:.0%}<extra></extra>",
        )  # fmt: skip
        learned[s.skeleton] = [str(k) for k, v in zip(found.degrees, s.explained, strict=True) if v >= LEAST_LEARNED]
        lines.append(f"{name} {_joined([fmt.percent(max(0.0, v)) for v in s.explained], language)}")
    figure.update_layout(barmode="group", showlegend=True, bargap=0.25, legend=dict(y=-0.28))
    figure.update_xaxes(title_text=say("learn.coverage.degree", language), type="category")
    figure.update_yaxes(title_text=say("learn.coverage.axis", language), tickformat=".0%", range=[0, 1.04])
    named = lambda code: _joined(learned[code], language) or say("learn.coverage.none", language)  # noqa: E731
    title = say("learn.coverage.finding", language, rows=fmt.count(found.rows), one=named("one_layer"), three=named("three_layers"))
    read = say("learn.coverage.read", language, fresh=fmt.count(found.fresh_rows), dimension=found.dimension)
    return Picture(figure, title, say("learn.coverage.alt", language, values=" / ".join(lines)), read)


def plot_pattern(found: Convolution, language: str, theme: Theme = "light") -> Picture:
    """Examples of the signals, and the accuracy of both architectures."""
    p = palette(theme)
    figure = _panels(theme, 480, rows=2, cols=1, row_heights=[0.6, 0.4], vertical_spacing=0.24)
    for i, (kind, values) in enumerate(found.examples):
        color = (p.brand, OKABE_ITO[1], p.grey[0])[kind]
        at = len(found.examples) - i
        line = dict(color=color, width=1.8)
        figure.add_scatter(x=list(range(len(values))), y=[at + v / 3.5 for v in values], mode="lines", line=line, hoverinfo="skip", row=1, col=1)
    figure.update_yaxes(showticklabels=False, row=1, col=1)
    figure.update_xaxes(title_text=say("learn.convolution.sample", language), row=1, col=1)
    _headed(figure, say("learn.convolution.examples", language), p.muted, 1)
    rows = (("connected", found.connected, p.grey[1]), ("convolutional", found.convolutional, p.brand))
    for code, score, color in rows:
        spread = _whiskers([score], p.ink)
        figure.add_bar(
            x=[score.mean], y=[say(f"learn.convolution.{code}", language)], orientation="h", marker=dict(color=color), error_x=spread,
            text=fmt.percent(score.mean), textposition="inside", insidetextanchor="start", textfont=dict(color=p.paper, size=14),
            hovertemplate="%{x:.1%}<extra></extra>", row=2, col=1,
        )  # fmt: skip
    figure.add_vline(x=found.chance, line=dict(color=p.ink, width=1.5, dash="dot"), row=2, col=1)
    label = say("learn.convolution.chance", language, score=fmt.percent(found.chance))
    note(figure, label, p.ink, x=found.chance, xref="x2", y=1.02, yref="y2 domain", xanchor="center", yanchor="bottom")
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02], title_text=say("learn.convolution.axis", language), row=2, col=1)
    # Of the rounded figures, so that the sentence adds up.
    gap = round(100 * found.convolutional.mean) - round(100 * found.connected.mean)
    fields = dict(conv=fmt.percent(found.convolutional.mean), dense=fmt.percent(found.connected.mean))
    alt = say("learn.convolution.alt", language, chance=fmt.percent(found.chance), **fields)
    if abs(gap) >= SAME_POINTS:
        title = say("learn.convolution.finding", language, gap=fmt.count(gap), **fields)
    else:
        title = say("learn.convolution.finding_same", language, **fields)
    read = say("learn.convolution.read", language, fresh=fmt.count(found.fresh_rows), draws=found.connected.draws)
    return Picture(figure, title, alt, read)


def plot_deeper(found: Deep, language: str, theme: Theme = "light") -> Picture:
    """Above: how alike different inputs look. Below: what the last layer makes of it, at infinite and at real width."""
    p = palette(theme)
    figure = _panels(theme, 520, rows=2, cols=1, vertical_spacing=0.17)
    x = [q.depth for q in found.points]
    low, high = [q.similarity - q.spread for q in found.points], [min(1.0, q.similarity + q.spread) for q in found.points]
    figure.add_trace(band(x, low, high, p.brand_soft), row=1, col=1)
    style = dict(mode="lines+markers", line=dict(color=p.brand, width=2), marker=dict(size=9, color=p.brand))
    figure.add_scatter(x=x, y=[q.similarity for q in found.points], hovertemplate="%{x}<br>%{y:.3f}<extra></extra>", row=1, col=1, **style)
    ideal = dict(mode="lines+markers", line=dict(color=p.muted, width=2, dash="dash"), marker=dict(size=8, color=p.muted, symbol="diamond"))
    figure.add_scatter(x=x, y=[q.kernel for q in found.points], hovertemplate="%{x}<br>%{y:.2f}<extra></extra>", row=2, col=1, **ideal)
    real, scores = [q.network.mean for q in found.points], [q.network for q in found.points]
    figure.add_scatter(x=x, y=real, error_y=_whiskers(scores, p.brand), hovertemplate="%{x}<br>%{y:.2f}<extra></extra>", row=2, col=1, **style)
    figure.update_layout(showlegend=False)
    _headed(figure, say("learn.depth.similar", language), p.muted, 1)
    _headed(figure, say("learn.depth.accuracy", language), p.muted, 2)
    for key, color, value, anchor in (("kernel", p.muted, found.points[-1].kernel, "bottom"), ("network", p.brand, real[-1], "top")):
        fields = dict(width=fmt.count(found.width)) if key == "network" else {}
        near = dict(xshift=8, xanchor="left") if len(x) < 5 else dict(xanchor="right", yshift=8 if anchor == "bottom" else -10)
        note(figure, say(f"learn.depth.{key}", language, **fields), color, x=math.log10(x[-1]), xref="x2", y=value, yref="y2", yanchor=anchor, **near)
    ticks = [1, 2, 4, 8, 16, 32]
    figure.update_xaxes(type="log", tickvals=ticks, ticktext=[str(t) for t in ticks], range=[-0.06, math.log10(ticks[-1]) + 0.08])
    figure.update_xaxes(title_text=say("learn.depth.layers", language), row=2, col=1)
    figure.update_yaxes(range=[min(0.6, min(low)), 1.02], row=1, col=1)
    figure.update_yaxes(range=[0, 1.08], row=2, col=1)
    last = found.points[-1]
    title = say(
        "learn.depth.finding", language, depth=last.depth, similar=fmt.number(last.similarity), width=fmt.count(found.width),
        score=fmt.number(last.network.mean),
    )  # fmt: skip
    values = _joined([f"{q.depth}: {fmt.number(q.similarity)}, {fmt.number(q.network.mean)}" for q in found.points], language)
    read = say("learn.depth.read", language, rows=found.rows, seeds=last.network.draws)
    return Picture(figure, title, say("learn.depth.alt", language, values=values), read)


def plot_split(found: Special, language: str, theme: Theme = "light") -> Picture:
    """Two bars: what was built into the data, and what the evaluation measured."""
    p, figure, s = palette(theme), blank(theme, 280), found.shares
    paper = "#ffffff" if theme == "light" else "#11181f"
    look = {
        "explained": (p.brand, "", paper), "data_gap": ("#56B4E9" if theme == "light" else "#2b7fb3", "/", p.ink),
        "coverage_gap": ("#E69F00", "x", "#1b2733"), "noise": (p.null, ".", p.ink),
    }  # fmt: skip
    built = {"explained": found.built["seen"], "data_gap": 0.0, "coverage_gap": found.built["blind"], "noise": found.built["noise"]}
    names = [say("learn.special.measured", language), say("learn.special.built", language)]
    parts: dict[str, list[str]] = {"built": [], "measured": []}
    for code, (color, shape, ink) in look.items():
        # What is explained is at most the structure that the representation has.
        label = say(f"learn.special.{code}", language)
        values = [getattr(s, code), built[code]]
        figure.add_bar(
            x=values, y=names, orientation="h", name=label, textposition="inside", insidetextanchor="middle", textangle=0,
            marker=dict(color=color, pattern=dict(shape=shape, fillmode="overlay", fgcolor=p.paper, size=7, solidity=0.18), line=dict(color=p.paper, width=2)),
            text=[fmt.percent(v) if v >= FEW_PARTS else "" for v in values], textfont=dict(color=ink, size=14),
            hovertemplate=label + " %{x:.0%}<extra></extra>",
        )  # fmt: skip
        own = say("learn.special.seen", language) if code == "explained" else label
        parts["built"] += [f"{own} {fmt.percent(built[code])}"] if built[code] else []
        parts["measured"].append(f"{label} {fmt.percent(getattr(s, code))}")
    figure.update_layout(barmode="stack", showlegend=True, bargap=0.3, legend=dict(traceorder="normal", y=-0.2))
    figure.update_xaxes(tickformat=".0%", range=[0, 1.015], tickvals=[0, 0.25, 0.5, 0.75, 1])
    intervals = _joined(
        [f"{say(f'learn.special.{c}', language)} {fmt.percent(low)}–{fmt.percent(high)}" for c, (low, high) in s.intervals.items()], language
    )
    read = say("learn.special.read", language, rows=fmt.count(found.rows), width=cases.WIDTH, intervals=intervals)
    alt = say("learn.special.alt", language, **{k: _joined(v, language) for k, v in parts.items()})
    return Picture(figure, _split_title(found, language), alt, read)


def _split_title(found: Special, language: str) -> str:
    """The finding; a reason is named only where the evaluation itself calls the split reliable."""
    gaps = {c: getattr(found.shares, c) for c in ("data_gap", "coverage_gap", "noise")}
    largest = max(gaps, key=gaps.__getitem__)
    if not found.shares.reliable:
        return say("learn.special.finding_unsure", language, rows=fmt.count(found.rows))
    if sum(gaps.values()) < 0.1:
        return say("learn.special.finding_plain", language)
    fields = dict(share=fmt.percent(gaps[largest])) if largest == "coverage_gap" else {}
    return say(f"learn.special.finding_{largest}", language, **fields)


def plot_paths(found: Staged, language: str, theme: Theme = "light") -> Picture:
    """Expected value per project: at once, in stages, with perfect foresight."""
    p, figure = palette(theme), blank(theme, 300)
    colors = {"at_once": p.grey[0], "staged": p.brand, "foresight": p.null}
    shown = lambda v: fmt.money(v, found.currency, language)  # noqa: E731
    values = []
    for path in reversed(found.paths):
        name = say(f"learn.staged.{path.code}", language)
        text = _bar(path, shown, language)
        figure.add_bar(
            x=[path.net], y=[name], orientation="h", marker=dict(color=colors[path.code]), hovertemplate=f"{name}<br>{text}<extra></extra>",
            error_x=dict(type="data", symmetric=False, array=[path.high - path.net], arrayminus=[path.net - path.low], color=p.ink, thickness=1.5, width=4),
        )  # fmt: skip
        note(figure, f"{name}: {text}", p.ink, x=0, xref="paper", y=name, xanchor="left", yanchor="bottom", yshift=17)
        values.insert(0, f"{name} {text}")
    figure.add_vline(x=0, line=dict(color=p.ink, width=1.5))
    figure.update_layout(bargap=0.58)
    figure.update_yaxes(showticklabels=False)
    low, high = -money.loss_at_most(), found.value * 0.92
    ticks = [found.value * k for k in (-0.2, 0.2, 0.6)]  # few enough to stand level on a phone
    figure.update_xaxes(
        range=[low, high], tickvals=ticks, ticktext=[shown(v) for v in ticks],
        title_text=say("learn.staged.axis", language, currency=say(f"currency.{found.currency}", language)),
    )  # fmt: skip
    key = "learn.staged.finding" if found.saves >= 0 else "learn.staged.finding_loses"
    read = say(
        "learn.staged.read", language, draws=fmt.count(found.draws), low=shown(found.saves_low), high=shown(found.saves_high),
        spread=fmt.number(money.SPREAD),
    )  # fmt: skip
    alt = say("learn.staged.alt", language, values=_joined(values, language))
    return Picture(figure, say(key, language, saves=shown(abs(found.saves))), alt, read)


def _bar(path: Path, shown, language: str) -> str:
    return say("learn.staged.bar", language, net=shown(path.net), invested=fmt.percent(path.invested))
