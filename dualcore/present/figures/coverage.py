"""What the random network covers: kernel error, spectrum, target power, specificity."""

from __future__ import annotations

import plotly.graph_objects as go

from dualcore.evidence.records import Coverage, KernelError, NormGrowth, Shares
from dualcore.present import format as fmt
from dualcore.present.figures.style import Picture, Theme, band, blank, note, palette
from dualcore.present.words import say

SMALLEST = 1e-6


def plot_kernel_error(error: KernelError, language: str, theme: Theme = "light") -> Picture:
    """Relative distance of the random network's kernel from its limit, against width (log-log)."""
    p = palette(theme)
    figure = blank(theme, 340)
    x = [q.width for q in error.points]
    law = [error.constant / w**0.5 for w in x]
    figure.add_scatter(x=x, y=law, mode="lines", line=dict(color=p.muted, width=1.5, dash="dash"), hoverinfo="skip")
    spread = dict(
        type="data",
        symmetric=False,
        array=[q.high - q.error for q in error.points],
        arrayminus=[q.error - q.low for q in error.points],
        color=p.brand,
        thickness=2,
        width=4,
    )
    figure.add_scatter(
        x=x,
        y=[q.error for q in error.points],
        error_y=spread,
        mode="markers",
        marker=dict(size=10, color=p.brand),
        hovertemplate=say("figure.width", language) + " %{x:,}<br>%{y:.1%}<extra></extra>",
    )
    figure.update_xaxes(
        type="log", title_text=say("figure.width", language), tickvals=x, ticktext=[fmt.count(w) for w in x]
    )
    steps = [t for t in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if min(q.low for q in error.points) * 0.7 <= t]
    shown = [t for t in steps if t <= max(q.high for q in error.points) * 1.5]
    figure.update_yaxes(
        type="log",
        title_text=say("figure.kernel_error.axis", language),
        tickvals=shown,
        ticktext=[f"{100 * t:g} %" for t in shown],
    )
    figure.add_annotation(
        text=say("figure.kernel_error.law", language),
        x=0.98,
        y=0.98,
        xref="paper",
        yref="paper",
        showarrow=False,
        font=dict(color=p.muted),
    )
    key = (
        "figure.kernel_error.law_holds"
        if abs(error.slope + 0.5) <= 0.1 or error.slope_low <= -0.5 <= error.slope_high
        else "figure.kernel_error.law_differs"
    )
    values = dict(
        width=fmt.count(error.width_for_5_percent),
        slope=fmt.number(error.slope),
        interval=fmt.interval(error.slope_low, error.slope_high, language),
    )
    read = say(f"figure.kernel_error.read_{error.reference}", language, rows=fmt.count(error.rows))
    return Picture(figure, say(key, language, **values), say("figure.kernel_error.alt", language, **values), read)


def plot_spectrum(coverage: Coverage, language: str, theme: Theme = "light") -> Picture:
    """Shares of the leading eigenvalues with the effective dimension."""
    p = palette(theme)
    figure = blank(theme, 320)
    # What lies a million times below the strongest direction is rounding, not data.
    values = [v for v in coverage.spectrum if v > SMALLEST * coverage.spectrum[0]]
    x = list(range(1, len(values) + 1))
    style = dict(color=p.brand, width=2)
    hover = say("figure.spectrum.direction", language) + " %{x}<br>%{y:.3%}<extra></extra>"
    figure.add_scatter(
        x=x, y=values, mode="lines", fill="tozeroy", fillcolor=p.brand_soft, line=style, hovertemplate=hover
    )
    figure.add_vline(x=coverage.effective_dimension, line=dict(color=p.ink, width=1.5, dash="dash"))
    shown = fmt.significant(coverage.effective_dimension, 2)
    label = say("figure.spectrum.dimension", language, dimension=shown)
    right = coverage.effective_dimension < len(values) * 0.6
    place = dict(xanchor="left", xshift=6) if right else dict(xanchor="right", xshift=-6)
    note(figure, label, p.ink, x=coverage.effective_dimension, y=1, yref="paper", yanchor="top", **place)
    figure.update_xaxes(title_text=say("figure.spectrum.axis", language))
    figure.update_yaxes(type="log", title_text=say("figure.spectrum.share", language), exponentformat="power", dtick=1)
    fields = dict(dimension=shown, rows=fmt.count(coverage.rows))
    title = say("figure.spectrum.title", language, **fields)
    return Picture(figure, title, say("figure.spectrum.alt", language, **fields), say("figure.spectrum.read", language))


def plot_power(coverage: Coverage, language: str, theme: Theme = "light") -> Picture:
    """Share of the target in the leading directions, against what permuted labels give."""
    p, points = palette(theme), coverage.cumulative_power
    figure = blank(theme, 360)
    x = [q.k for q in points]
    figure.add_trace(band(x, [q.null_low for q in points], [q.null_high for q in points], p.null, hatched=True))
    hover = [
        f"k = {q.k}<br>{fmt.percent(q.power)}<br>{say('figure.power.null', language)}: {fmt.percent(q.null_low)}–{fmt.percent(q.null_high)}"
        for q in points
    ]
    figure.add_scatter(
        x=x,
        y=[q.power for q in points],
        mode="lines+markers",
        line=dict(color=p.brand, width=2.5),
        marker=dict(size=8, color=p.brand),
        text=hover,
        hovertemplate="%{text}<extra></extra>",
    )
    note(
        figure,
        say("figure.power.target", language),
        p.brand,
        x=0.02,
        y=0.99,
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="top",
    )
    note(
        figure,
        say("figure.power.null", language),
        p.muted,
        x=0.98,
        y=0.02,
        xref="paper",
        yref="paper",
        xanchor="right",
        yanchor="bottom",
    )
    ticks = x if len(x) <= 9 else x[:: (len(x) + 7) // 8]
    figure.update_xaxes(
        type="log",
        title_text=say("figure.power.axis", language),
        tickvals=ticks,
        ticktext=[fmt.count(t) for t in ticks],
    )
    top = max(q.power for q in points)
    figure.update_yaxes(
        tickformat=".0%",
        title_text=say("figure.power.share", language),
        range=[min(0.0, *(q.power for q in points)), max(0.2, top * 1.08)],
    )
    beyond = [q for q in points if q.power > q.null_high]
    best = max(beyond or points, key=lambda q: q.power - q.null_high)
    fields = dict(k=fmt.count(best.k), power=fmt.percent(best.power), null=fmt.percent(best.null_high))
    title = say("figure.power.title" if beyond else "figure.power.no_signal", language, **fields)
    return Picture(figure, title, say("figure.power.alt", language, **fields), say("figure.power.read", language))


def plot_specificity(shares: Shares, language: str, theme: Theme = "light") -> Picture:
    """One bar: what is explained, what more rows, what another representation, what nobody can explain; 90 % intervals."""
    p = palette(theme)
    figure = blank(theme, 190)

    def shown(name: str, share: float) -> str:
        low, high = shares.intervals.get(name, (share, share))
        return f"{fmt.percent(share)} ({fmt.percent(low)}–{fmt.percent(high)})" if high > low else fmt.percent(share)

    parts = (
        ("explained", shares.explained, p.brand, "", "#ffffff" if theme == "light" else "#11181f"),
        ("data_gap", shares.data_gap, "#56B4E9" if theme == "light" else "#2b7fb3", "/", p.ink),
        ("coverage_gap", shares.coverage_gap, "#E69F00", "x", "#1b2733"),
        ("noise", shares.noise, p.null, ".", p.ink),
    )
    for name, share, color, shape, ink in parts:
        label = say(f"figure.share.{name}", language)
        figure.add_bar(
            x=[share],
            y=[""],
            orientation="h",
            name=f"{label} {shown(name, share)}",
            marker=dict(
                color=color,
                pattern=dict(shape=shape, fillmode="overlay", fgcolor=p.paper, size=7, solidity=0.18),
                line=dict(color=p.paper, width=2),
            ),
            text=fmt.percent(share) if share >= 0.08 else "",
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont=dict(color=ink, size=14),
            hovertemplate=f"{label}: {shown(name, share)}<extra></extra>",
        )
    figure.update_layout(barmode="stack", showlegend=True, legend=dict(traceorder="normal", y=-0.45), bargap=0.1)
    figure.update_xaxes(tickformat=".0%", range=[0, 1], title_text="")
    figure.update_yaxes(visible=False)
    gaps = {"noise": shares.noise, "data_gap": shares.data_gap, "coverage_gap": shares.coverage_gap}
    largest = max(gaps, key=gaps.__getitem__)
    fields = {name: fmt.percent(share) for name, share, *_ in parts}
    # The largest is named only where its interval lies above that of every other part.
    sure = all(_apart(shares, largest, other) for other in gaps if other != largest)
    title = say(f"figure.share.title_{largest}" if sure else "figure.share.title_open", language, **fields)
    if not shares.reliable:
        title = say("figure.share.unreliable", language, title=title)
    alt = say("figure.share.alt", language, **{name: shown(name, share) for name, share, *_ in parts})
    return Picture(figure, title, alt, say("figure.share.read", language) + say("figure.share.read_interval", language))


def _apart(shares: Shares, larger: str, other: str) -> bool:
    if not shares.intervals:
        return True
    return shares.intervals[larger][0] >= shares.intervals[other][1]


def plot_norm_growth(growth: NormGrowth, language: str, theme: Theme = "light") -> Picture:
    """Norm of the fitted function per row over nested subsets (log-log): falling means that the kernel contains the target."""
    p = palette(theme)
    figure = blank(theme, 300)
    spread = dict(
        type="data", symmetric=False, color=p.brand, thickness=2, width=4,
        array=[h - v for h, v in zip(growth.high, growth.values, strict=True)],
        arrayminus=[v - w for w, v in zip(growth.low, growth.values, strict=True)],
    )
    law = [growth.values[0] * growth.rows[0] / n for n in growth.rows]
    figure.add_scatter(x=growth.rows, y=law, mode="lines", line=dict(color=p.muted, width=1.5, dash="dash"), hoverinfo="skip")
    figure.add_scatter(
        x=growth.rows, y=growth.values, error_y=spread, mode="lines+markers", line=dict(color=p.brand, width=2),
        marker=dict(size=9, color=p.brand), hovertemplate="%{x:,}: %{y:.3g}<extra></extra>",
    )
    note(
        figure, say("figure.norm.law", language), p.muted, x=0.02, y=0.02, xref="paper", yref="paper", xanchor="left", yanchor="bottom"
    )
    figure.update_xaxes(
        type="log", title_text=say("figure.norm.rows", language), tickvals=growth.rows, ticktext=[fmt.count(n) for n in growth.rows]
    )
    figure.update_yaxes(type="log", title_text=say("figure.norm.axis", language))
    key = {True: "figure.norm.inside", False: "figure.norm.outside", None: "figure.norm.open"}[growth.in_space]
    fields = dict(
        exponent=fmt.number(growth.exponent), interval=fmt.interval(growth.exponent_low, growth.exponent_high, language)
    )
    alt = say("figure.norm.alt", language, **fields)
    return Picture(figure, say(key, language, **fields), alt, say("figure.norm.read", language))


def plot_dual(curve: list[tuple[float, float]], language: str, theme: Theme = "light") -> Picture:
    """The dual activation: correlation behind a layer against correlation before it."""
    p = palette(theme)
    figure = blank(theme, 300)
    x, y = [c[0] for c in curve], [c[1] for c in curve]
    figure.add_trace(
        go.Scatter(
            x=[-1, 1], y=[-1, 1], mode="lines", line=dict(color=p.muted, width=1.5, dash="dash"), hoverinfo="skip"
        )
    )
    style = dict(color=p.brand, width=2.5)
    figure.add_scatter(x=x, y=y, mode="lines", line=style, hovertemplate="%{x:.2f} → %{y:.2f}<extra></extra>")
    figure.update_xaxes(title_text=say("figure.dual.before", language), range=[-1.02, 1.02], dtick=0.5)
    figure.update_yaxes(title_text=say("figure.dual.after", language), range=[min(-0.05, *y), 1.05], dtick=0.5)
    at_zero = min(curve, key=lambda c: abs(c[0]))[1]
    key = "figure.dual.keeps" if abs(at_zero) < 0.1 else "figure.dual.lifts"
    fields = dict(zero=fmt.number(at_zero))
    return Picture(
        figure,
        say(key, language, **fields),
        say("figure.dual.alt", language, **fields),
        say("figure.dual.read", language),
    )


def plot_degeneration(paths: dict[float, list[float]], depth: int, language: str, theme: Theme = "light") -> Picture:
    """Correlation of two inputs behind each layer, for several starting correlations; ``depth`` is the choice."""
    p = palette(theme)
    figure = blank(theme, 300)
    order = sorted(paths)
    for place, start in enumerate(order):
        values = paths[start]
        color = p.brand if place == 0 else p.grey[(place - 1) % 3]
        style = dict(color=color, width=2, dash=("solid", "dash", "dot", "dashdot")[place % 4])
        hover = f"{start:g} → %{{y:.3f}}<extra></extra>"
        figure.add_scatter(x=list(range(len(values))), y=values, mode="lines", line=style, hovertemplate=hover)
        note(figure, f"{start:g}", color, x=0, y=values[0], xanchor="right", xshift=-4)
    figure.add_vline(x=depth, line=dict(color=p.ink, width=1.5))
    note(figure, say("figure.depth.choice", language, depth=depth), p.ink, x=depth, y=1, yref="paper", yanchor="bottom")
    figure.update_xaxes(title_text=say("figure.depth.axis", language))
    low = min(v for values in paths.values() for v in values)
    figure.update_yaxes(
        title_text=say("figure.depth.correlation", language), range=[min(-0.05, low), 1.05], side="right"
    )
    apart = paths[order[-1]][depth] - paths[order[0]][depth] if depth < len(paths[order[0]]) else 0.0
    share = apart / (order[-1] - order[0])
    key = "figure.depth.fine" if share > 0.5 else "figure.depth.fading" if share > 0.15 else "figure.depth.lost"
    fields = dict(depth=depth, share=fmt.percent(share))
    return Picture(
        figure,
        say(key, language, **fields),
        say("figure.depth.alt", language, **fields),
        say("figure.depth.read", language),
    )
