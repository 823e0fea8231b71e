"""The track record in pictures: agreement, honesty of the probabilities, money, and what full training added."""

from __future__ import annotations

import plotly.graph_objects as go

from dualcore.decision.track import Bin, Results, TrackRecord
from dualcore.present import format as fmt
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
from dualcore.present.words import say

ORDER = ("adopt", "invest", "re-evaluate", "stop")
KINDS = ("table", "image", "series", "audio")


def plot_agreement(results: Results, language: str, theme: Theme = "light") -> Picture:
    """Per verdict: how often hindsight agreed, with interval and number of judgements."""
    p, figure = palette(theme), blank(theme, 300)
    shown = [v for v in ORDER if results.by_verdict.get(v)]
    for place, verdict in enumerate(reversed(shown)):
        value, low, high = results.by_verdict[verdict]
        color = p.verdict[verdict]
        spread = dict(type="data", symmetric=False, array=[high - value], arrayminus=[value - low], color=color, thickness=2, width=5)
        text = f"{fmt.percent(value)} ({fmt.percent(low)} – {fmt.percent(high)}), n = {fmt.count(results.counts[verdict])}"
        figure.add_scatter(
            x=[value], y=[place], error_x=spread, mode="markers", marker=dict(size=13, color=color), hovertemplate=f"{text}<extra></extra>"
        )
        note(figure, f"<b>{fmt.percent(value)}</b>  n = {fmt.count(results.counts[verdict])}", color, x=value, y=place, yshift=18, xanchor="right" if value > 0.75 else "center")
    figure.update_yaxes(
        tickvals=list(range(len(shown))), ticktext=[say(f"verdict.{v}", language) for v in reversed(shown)], showgrid=False, showline=False,
        range=[-0.6, len(shown) - 0.2],
    )
    figure.update_xaxes(range=[0, 1.04], tickformat=".0%", title_text=say("figure.track.agreement.axis", language))
    values = say("format.list_join", language).join(f"{say(f'verdict.{v}', language)} {fmt.percent(results.by_verdict[v][0])}" for v in shown)
    value, low, high = results.agreement
    words = dict(share=fmt.percent(value), low=fmt.percent(low), high=fmt.percent(high), judged=fmt.count(results.judged), values=values)
    return _picture("agreement", figure, language, words)


def plot_reliability(bins: list[Bin], error: float, language: str, theme: Theme = "light") -> Picture:
    """Stated probability against how often it happened; the size of a dot is the number of cases."""
    p, figure = palette(theme), blank(theme, 380)
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=dict(color=p.muted, width=1.5, dash="dash"), hoverinfo="skip")
    most = max(b.cases for b in bins)
    figure.add_scatter(
        x=[b.said for b in bins], y=[b.happened for b in bins], mode="lines+markers", line=dict(color=p.brand, width=1.5),
        marker=dict(size=[8 + 16 * (b.cases / most) ** 0.5 for b in bins], color=p.brand),
        text=[f"n = {fmt.count(b.cases)}" for b in bins], hovertemplate="%{x:.0%} → %{y:.0%}<br>%{text}<extra></extra>",
    )
    note(figure, say("figure.track.reliability.ideal", language), p.muted, x=1.0, y=0.02, xanchor="right", yanchor="bottom")
    figure.update_xaxes(range=[-0.03, 1.03], tickformat=".0%", title_text=say("figure.track.reliability.x", language))
    figure.update_yaxes(range=[-0.05, 1.08], tickformat=".0%", title_text=say("figure.track.reliability.y", language))
    values = say("format.list_join", language).join(f"{fmt.percent(b.said)}: {fmt.percent(b.happened)}" for b in bins)
    return _picture("reliability", figure, language, dict(error=fmt.number(100 * error, 1), values=values))


def plot_policies(results: Results, language: str, theme: Theme = "light") -> Picture:
    """Mean money per case at the middle price list: our verdicts, always and never investing, and an oracle."""
    p, figure = palette(theme), blank(theme, 320)
    money = results.regret[len(results.regret) // 2]
    rows = [("never", money.never, p.grey[2]), ("always", money.always, p.grey[1]), ("ours", money.ours, p.brand), ("valued", money.valued, p.brand), ("oracle", money.oracle, p.null)]
    figure.add_bar(
        x=[v for _, v, _ in rows], y=[say(f"figure.track.policy.{k}", language) for k, _, _ in rows], orientation="h",
        marker=dict(color=[c for _, _, c in rows]), text=[fmt.number(v, 1) for _, v, _ in rows], textposition="outside", cliponaxis=False,
        hovertemplate="%{y}: %{x:.1f}<extra></extra>",
    )
    figure.update_xaxes(title_text=say("figure.track.policy.axis", language), zeroline=True, zerolinecolor=p.muted)
    figure.update_yaxes(showgrid=False, showline=False)
    words = dict(
        ours=fmt.number(money.ours, 1), always=fmt.number(money.always, 1), oracle=fmt.number(money.oracle, 1), valued=fmt.number(money.valued, 1),
        share=fmt.percent(money.ours / money.oracle if money.oracle > 0 else 0.0),
    )
    return _picture("policy", figure, language, words)


def plot_full_gain(record: TrackRecord, language: str, theme: Theme = "light") -> Picture:
    """What full training added to the last layer on each case, by kind of data."""
    p, figure = palette(theme), blank(theme, 360)
    colors = {"table": p.grey[1], "image": p.brand, "series": p.verdict["re-evaluate"], "audio": p.verdict["invest"]}
    kinds = [k for k in KINDS if any(c.seen.kind == k for c in record.cases)]
    for place, kind in enumerate(reversed(kinds)):
        cases = [c for c in record.cases if c.seen.kind == kind]
        gains = [c.truth.full - c.truth.last for c in cases]
        # Spread so that dots do not cover each other; the place within the row means nothing.
        rows = [place + 0.5 * ((i * 0.618) % 1 - 0.5) for i in range(len(cases))]
        figure.add_scatter(
            x=gains, y=rows, mode="markers", marker=dict(size=9, color=colors[kind], opacity=0.75),
            text=[f"{c.dataset} (n = {fmt.count(c.seen.rows)})" for c in cases], hovertemplate="%{text}<br>%{x:+.3f}<extra></extra>",
        )
    figure.add_vline(x=0, line=dict(color=p.muted, width=1.5, dash="dash"))
    figure.update_yaxes(tickvals=list(range(len(kinds))), ticktext=[say(f"kind.{k}", language) for k in reversed(kinds)], showgrid=False, showline=False)
    figure.update_xaxes(title_text=say("figure.track.gain.axis", language), tickformat="+.2f")
    paid = sum(c.truth.full - c.truth.last >= 0.02 for c in record.cases)
    tables = [c for c in record.cases if c.seen.kind == "table"]
    words = dict(
        paid=fmt.count(paid), cases=fmt.count(len(record.cases)), tables=fmt.count(len(tables)),
        tables_paid=fmt.count(sum(c.truth.full - c.truth.last >= 0.02 for c in tables)),
    )
    return _picture("gain", figure, language, words)


def _picture(name: str, figure: go.Figure, language: str, words: dict[str, str]) -> Picture:
    return Picture(figure, say(f"figure.track.{name}", language, **words), say(f"figure.track.{name}.alt", language, **words), say(f"figure.track.{name}.read", language, **words))
