"""Pictures of the data and of the money: classes, target values, options."""

from __future__ import annotations

from dualcore.decision.records import Verdict
from dualcore.intake.records import Profile
from dualcore.present import format as fmt
from dualcore.present.escape import plain
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
from dualcore.present.words import say

SHOWN_CLASSES = 12


def plot_classes(profile: Profile, language: str, theme: Theme = "light") -> Picture:
    """Rows per class, the most frequent first."""
    p = palette(theme)
    ordered = sorted(profile.classes, key=lambda c: -c.rows)
    shown = ordered[:SHOWN_CLASSES]
    figure = blank(theme, 84 + 34 * len(shown))
    labels = [f"{fmt.count(c.rows)} ({fmt.percent(c.share)})" for c in shown]
    positions = list(range(len(shown) - 1, -1, -1))
    figure.add_bar(x=[c.rows for c in shown], y=positions, orientation="h", marker_color=p.brand, hoverinfo="skip")
    for position, c, label in zip(positions, shown, labels):
        note(figure, label, p.ink, x=c.rows, y=position, xanchor="left", xshift=6)
    figure.update_xaxes(title_text=say("figure.rows", language), range=[0, 1.3 * max(c.rows for c in shown)])
    figure.update_yaxes(
        tickmode="array",
        tickvals=positions,
        ticktext=[plain(c.name, 18) for c in shown],
        showgrid=False,
        showline=False,
    )
    least = ordered[-1]
    ratio = ordered[0].rows / max(1, least.rows)
    key = "figure.classes.even" if ratio < 1.5 else "figure.classes.mixed" if ratio < 4 else "figure.classes.uneven"
    fields = dict(
        top=fmt.percent(ordered[0].share),
        n=len(ordered),
        most=ordered[0].name,
        least=least.name,
        rows=fmt.count(least.rows),
        share=fmt.percent(least.share),
    )
    return Picture(
        figure,
        say(key, language, **fields),
        say("figure.classes.alt", language, **fields),
        say("figure.classes.read", language),
    )


def plot_target(profile: Profile, language: str, theme: Theme = "light") -> Picture:
    """Histogram of the value to predict."""
    p = palette(theme)
    bins = profile.target_histogram
    figure = blank(theme, 280)
    figure.add_bar(
        x=[(left + right) / 2 for left, right, _ in bins],
        y=[n for *_, n in bins],
        width=[right - left for left, right, _ in bins],
        customdata=[[left, right] for left, right, _ in bins],
        marker=dict(color=p.brand, line=dict(color=p.paper, width=1)),
        hovertemplate="%{customdata[0]:,.4g} – %{customdata[1]:,.4g}<br>n = %{y:,}<extra></extra>",
    )
    figure.update_layout(bargap=0)
    figure.update_xaxes(title_text=plain(profile.target))
    figure.update_yaxes(title_text=say("figure.rows", language))
    fields = dict(
        mean=fmt.significant(profile.target_mean or 0.0, 3),
        std=fmt.significant(profile.target_std or 0.0, 2),
        n=fmt.count(profile.rows),
    )
    return Picture(
        figure,
        say("figure.target.title", language, **fields),
        say("figure.target.alt", language, **fields),
        say("figure.target.read", language),
    )


def plot_money(verdict: Verdict, language: str, theme: Theme = "light") -> Picture:
    """Cost (left), expected value (right) and what remains (mark) of every course."""
    p = palette(theme)
    options = verdict.options
    figure = blank(theme, 110 + 62 * len(options))
    positions = list(range(len(options) - 1, -1, -1))
    words = [say(f"verdict.{o.decision}", language) for o in options]
    shown = [[fmt.money(v, verdict.currency, language) for v in (o.cost, o.value, o.net)] for o in options]
    hover = [
        say(
            "figure.money.hover",
            language,
            name=w,
            cost=s[0],
            value=s[1],
            net=s[2],
            probability=fmt.percent(o.probability),
        )
        for w, s, o in zip(words, shown, options)
    ]
    common = dict(y=positions, orientation="h", text=hover, textposition="none", hovertemplate="%{text}<extra></extra>")
    stripes = dict(shape="/", fillmode="overlay", fgcolor=p.paper, size=6, solidity=0.2)
    figure.add_bar(x=[-o.cost for o in options], marker=dict(color=p.grey[2], pattern=stripes), **common)
    figure.add_bar(
        x=[o.value for o in options],
        marker=dict(color=[p.verdict[o.decision] for o in options], opacity=0.85),
        **common,
    )
    marks = dict(symbol="diamond", size=12, color=p.paper, line=dict(color=p.ink, width=2))
    figure.add_scatter(
        x=[o.net for o in options],
        y=positions,
        mode="markers",
        marker=marks,
        text=hover,
        hovertemplate="%{text}<extra></extra>",
    )
    span = max([abs(v) for o in options for v in (o.cost, o.value, o.net)] or [1.0]) or 1.0
    for position, o, s in zip(positions, options, shown):
        label = say("figure.money.net", language, net=s[2])
        note(
            figure,
            f"<b>{label}</b>" if o.decision == verdict.decision else label,
            p.ink,
            x=max(o.value, o.net, 0),
            y=position,
            xanchor="left",
            xshift=10,
        )
    ticks = [f"<b>{w}</b>" if o.decision == verdict.decision else w for w, o in zip(words, options)]
    figure.update_layout(barmode="relative", bargap=0.5)
    figure.update_yaxes(tickmode="array", tickvals=positions, ticktext=ticks, showgrid=False, showline=False)
    left = min([-o.cost for o in options] + [o.net for o in options])
    figure.update_xaxes(
        range=[left - 0.08 * span, span * 1.55],
        showticklabels=False,
        showgrid=False,
        title_text=say("figure.money.axis", language),
    )
    figure.add_vline(x=0, line=dict(color=p.muted, width=1))
    best = max(options, key=lambda o: o.net)
    place = options.index(best)
    fields = dict(name=words[place], net=shown[place][2])
    listed = say("format.list_join", language).join(f"{w} {s[2]}" for w, s in zip(words, shown))
    key = "figure.money.title" if best.decision == verdict.decision else "figure.money.other"
    fields["chosen"] = say(f"verdict.{verdict.decision}", language)
    return Picture(
        figure,
        say(key, language, **fields),
        say("figure.money.alt", language, values=listed),
        say("figure.money.read", language),
    )
