"""The plan of a full investment: phases and gates over time; money spent against the worth of going on."""

from __future__ import annotations

import plotly.graph_objects as go

from dualcore.decision.plan import Phase, Plan
from dualcore.present import format as fmt
from dualcore.present.figures.style import Picture, Theme, blank, note, palette
from dualcore.present.words import say

GATE_OF = ("reproduce", "tune", "train")  # the phase that each gate ends


def plot_plan(plan: Plan, language: str, theme: Theme = "light") -> Picture:
    """Bars over working days with their cost, one line per phase; a diamond per gate with the share that passes."""
    p, figure = palette(theme), blank(theme, 330)
    money = lambda v: fmt.money(v, plan.currency, language)  # noqa: E731
    for place, phase in enumerate(plan.phases):
        row = len(plan.phases) - 1 - place
        _bar(figure, phase, row, money, language, p)
    for gate in plan.gates:
        row = len(plan.phases) - 1 - [ph.code for ph in plan.phases].index(GATE_OF[plan.gates.index(gate)])
        share = say("figure.plan.pass", language, share=fmt.percent(gate.passes))
        figure.add_scatter(
            x=[gate.day], y=[row], mode="markers", marker=dict(symbol="diamond", size=18, color=p.verdict["invest"], line=dict(color=p.paper, width=2)),
            hovertemplate=f"{say(f'plan.gate.{gate.code}', language)}<br>{share}<extra></extra>",
        )
        right = gate.day < 0.6 * plan.days
        note(figure, share, p.verdict["invest"], x=gate.day, y=row, xanchor="left" if right else "right", xshift=14 if right else -14, yshift=0 if right else -20)
    figure.update_xaxes(title_text=say("figure.plan.days", language), range=[-0.5, 1.05 * plan.days + 0.5])
    figure.update_yaxes(visible=False, range=[-0.55, len(plan.phases) - 0.3])
    join = say("format.list_join", language)
    day = lambda v: fmt.number(v, 0)  # noqa: E731
    alt = say(
        "figure.plan.alt", language,
        phases=join.join(
            say("figure.plan.alt_phase", language, phase=say(f"plan.phase.{x.code}", language), start=day(x.start), end=day(x.start + x.days), cost=money(x.cost))
            for x in plan.phases
        ),
        gates=join.join(
            say("figure.plan.alt_gate", language, gate=say(f"plan.gate.{g.code}", language), day=day(g.day), share=fmt.percent(g.passes)) for g in plan.gates
        ),
    )
    title = say("figure.plan.title", language, days=day(plan.days), cost=money(plan.cost))
    return Picture(figure, title, alt, say("figure.plan.read", language))


def _bar(figure: go.Figure, phase: Phase, row: int, money, language: str, p) -> None:
    name, cost = say(f"plan.phase.{phase.code}", language), money(phase.cost)
    if phase.done:
        name = say("plan.phase.done", language, phase=name)
    figure.add_bar(
        x=[phase.days], base=[phase.start], y=[row], width=0.34, orientation="h", marker=dict(color=p.brand, opacity=0.85),
        hovertemplate=f"{name}<br>{cost}<extra></extra>",
    )
    # Name and cost stand above the bar, from the left edge on, so that they have room on a narrow screen as well.
    note(figure, f"<b>{name}</b>  {cost}", p.ink, x=0, xref="paper", y=row + 0.36, xanchor="left")


def plot_value(plan: Plan, language: str, theme: Theme = "light") -> Picture:
    """Cumulative cost as a grey line; the worth of going on at the start and behind every gate, with intervals."""
    p, figure = palette(theme), blank(theme, 340)
    money = lambda v: fmt.money(v, plan.currency, language)  # noqa: E731
    days, spent = [0.0], [0.0]
    for phase in plan.phases:
        days.append(phase.start + phase.days)
        spent.append(spent[-1] + phase.cost)
    figure.add_scatter(
        x=days, y=spent, mode="lines", line=dict(color=p.grey[1], width=2), hovertemplate="%{x:.0f}: %{y:,.0f}<extra></extra>",
    )
    points = [(0.0, plan.net, plan.net_low, plan.net_high, say("figure.value.start", language))]
    points += [(g.day, g.ahead, g.ahead_low, g.ahead_high, say(f"plan.gate.{g.code}", language)) for g in plan.gates]
    x, y, low, high, names = zip(*points)
    spread = dict(
        type="data", symmetric=False, array=[b - a for a, b in zip(y, high)], arrayminus=[a - b for a, b in zip(y, low)], color=p.verdict["invest"],
        thickness=3, width=6,
    )
    figure.add_scatter(
        x=x, y=y, error_y=spread, mode="lines+markers", line=dict(color=p.verdict["invest"], width=2), marker=dict(size=13, symbol=["circle", *["diamond"] * 3]),
        text=[f"{n}<br>{money(a)} ({money(b)} – {money(c)})" for n, a, b, c in zip(names, y, low, high)], hovertemplate="%{text}<extra></extra>",
    )
    figure.add_hline(y=0, line=dict(color=p.ink, width=1))
    _labels(figure, plan, list(zip(x, y, high, names)), money, language, p)
    figure.update_xaxes(title_text=say("figure.plan.days", language), range=[-0.04 * plan.days, 1.06 * plan.days])
    _money_axis(figure, [*low, *high, *spent], money, language)
    listed = say("format.list_join", language).join(f"{n} {money(a)} ({money(b)} – {money(c)})" for n, a, b, c in zip(names, y, low, high))
    alt = say("figure.value.alt", language, values=listed, cost=money(plan.cost))
    return Picture(figure, _value_title(plan, language), alt, say("figure.value.read", language))


def _labels(figure: go.Figure, plan: Plan, points: list, money, language: str, p) -> None:
    """The two lines by name, and the money at the start and at the last gate."""
    last = points[-1]
    note(figure, f"<b>{money(last[1])}</b>", p.verdict["invest"], x=last[0], y=last[2], yshift=14)
    first = points[0]
    note(figure, f"<b>{money(first[1])}</b>", p.verdict["invest"], x=first[0], y=max(h for at, _, h, _ in points if at < 0.3 * plan.days), yshift=14, xanchor="left", bgcolor=p.paper)
    middle = points[2]
    note(figure, say("figure.value.ahead", language), p.verdict["invest"], x=(middle[0] + last[0]) / 2, y=(middle[1] + last[1]) / 2, xanchor="right", xshift=-10, yshift=8)
    note(figure, f"{say('figure.value.cost', language)} {money(plan.cost)}", p.muted, x=plan.days, y=plan.cost, xanchor="right", yshift=12)


def _money_axis(figure: go.Figure, values: list[float], money, language: str) -> None:
    """About five round steps, written as money."""
    low, high = min(0.0, *values), max(values)
    low, high = low - 0.12 * (high - low), high + 0.16 * (high - low)
    size = (high - low) / 5
    unit = 10 ** len(str(int(size))) / 10 if size >= 1 else 1.0
    step = next(k * unit for k in (1, 2, 5, 10) if k * unit >= size)
    ticks = [step * k for k in range(int(low // step), int(high // step) + 1) if low <= step * k <= high]
    figure.update_yaxes(range=[low, high], tickvals=ticks, ticktext=[money(t) for t in ticks], title_text=say("figure.value.axis", language))


def _value_title(plan: Plan, language: str) -> str:
    late = [g for g in plan.gates if g.ahead <= 0]
    if plan.net > 0 and not late:
        return say("figure.value.title.up", language)
    # The first gate past which going on pays.
    first = next((g for g in plan.gates if g.ahead > 0 and all(h.ahead > 0 for h in plan.gates[plan.gates.index(g):])), plan.gates[-1])
    return say("figure.value.title.early", language, gate=say(f"plan.gate.{first.code}", language))
