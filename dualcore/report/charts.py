"""Small pictures as SVG text for the printed pages; drawn here, so that no browser is needed. Sizes in CSS pixels."""

from __future__ import annotations

import math
from html import escape

from dualcore.present import format as fmt
from dualcore.present.figures.style import FONT, LIGHT
from dualcore.present.words import say
from dualcore.report.dossier import Dossier
from dualcore.report.numbers import SHARES, CurveRow, curve, levels, money

WIDTH = 660
SHARE_COLORS = {"explained": LIGHT.brand, "data_gap": "#56B4E9", "coverage_gap": "#E69F00", "noise": LIGHT.null}
GATE_OF = {"reproduced": "reproduce", "pays": "tune", "reaches": "train"}


def _text(x: float, y: float, words: str, color: str = LIGHT.ink, anchor: str = "start", size: int = 12, bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" font-size="{size}" text-anchor="{anchor}"{weight}>{escape(words)}</text>'


def _label(x: float, y: float, words: str, color: str, anchor: str, size: int, bold: bool) -> str:
    """Text on a patch of paper, so that a line behind it does not cross it."""
    wide = sum(size if ord(c) > 0x2E80 else 0.58 * size for c in words) + 2
    start = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
    return _rect(start, y - size + 1, wide, size + 1, LIGHT.paper, 0.85) + _text(x, y, words, color, anchor, size, bold)


def _line(x1: float, y1: float, x2: float, y2: float, color: str, width: float = 1.5, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" stroke-width="{width}"{dashes}/>'


def _rect(x: float, y: float, width: float, height: float, color: str, opacity: float = 1.0) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" fill="{color}" fill-opacity="{opacity}"/>'


def _svg(parts: list[str], height: float, alt: str, width: int = WIDTH) -> str:
    family = escape(FONT, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" width="{width}" height="{height:.0f}" role="img" '
        f'aria-label="{escape(alt, quote=True)}" font-family="{family}">{"".join(parts)}</svg>'
    )


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round places between two ends."""
    raw = (high - low) / max(1, about) or 1.0
    step = 10 ** math.floor(math.log10(raw))
    step *= next(m for m in (1, 2, 5, 10) if m * step >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 10) for k in range(first, math.floor(high / step + 1e-9) + 1)]


def tick_text(value: float, places: list[float]) -> str:
    """A tick with as many decimals as its neighbours need."""
    step = min((b - a for a, b in zip(places, places[1:])), default=1.0)
    return fmt.number(value, max(0, -math.floor(math.log10(step) + 1e-9)))


def level_chart(d: Dossier, language: str) -> str:
    """The last layer against simple models, chance, ceiling and goal: dots with 90 % intervals, one row each."""
    rows, e = levels(d, language), d.evidence
    left, right, top, step = 190, WIDTH - 24, 30, 36
    bottom = top + step * len(rows)
    ends = [v for r in rows for v in (r.value, r.low, r.high) if v is not None] + [d.verdict.goal, e.null.low, e.null.high]
    ends += [] if e.ceiling.estimate is None else [e.ceiling.estimate]
    low, high = min(ends), max(ends)
    low, high = low - 0.04 * (high - low), high + 0.04 * (high - low)
    x = lambda v: left + (v - low) / (high - low) * (right - left)  # noqa: E731
    parts = [_rect(x(e.null.low), top - 8, x(e.null.high) - x(e.null.low), bottom - top + 8, LIGHT.null, 0.45)]
    parts.append(_text((x(e.null.low) + x(e.null.high)) / 2, bottom - 2, say("figure.chance", language), LIGHT.muted, "middle", 11))
    places = ticks(low, high)
    for t in places:
        parts += [_line(x(t), bottom, x(t), bottom + 4, LIGHT.muted, 1), _text(x(t), bottom + 17, tick_text(t, places), LIGHT.muted, "middle", 11)]
    parts.append(_line(left, bottom, right, bottom, LIGHT.muted, 1))
    if e.ceiling.estimate is not None:
        parts.append(_line(x(e.ceiling.estimate), top - 8, x(e.ceiling.estimate), bottom, LIGHT.muted, 1.5, "5 4"))
        parts.append(_text(x(e.ceiling.estimate), bottom + 32, say("figure.ceiling", language), LIGHT.muted, "middle", 11))
    goal = x(d.verdict.goal)
    words = say("figure.goal_assumed" if d.verdict.goal_assumed else "figure.goal", language, goal=fmt.score(d.verdict.goal, e.last_layer.low, e.last_layer.high))
    parts += [_line(goal, top - 8, goal, bottom, LIGHT.ink), _text(goal, top - 14, words, LIGHT.ink, "end" if goal > right - 80 else "middle")]
    shades = {"boosted_trees": LIGHT.grey[0], "linear": LIGHT.grey[1]}
    for place, r in enumerate(rows):
        y, color = top + step * place + 18, LIGHT.brand if r.own else shades.get(r.key, LIGHT.grey[2])
        parts.append(_text(left - 12, y + 4, r.label, LIGHT.ink, "end", 12, r.key == "last_layer"))
        if r.low is not None and r.high is not None:
            parts.append(_line(x(r.low), y, x(r.high), y, color, 3 if r.own else 2))
        parts.append(f'<circle cx="{x(r.value):.1f}" cy="{y}" r="{6 if r.own else 4.5}" fill="{color}"/>')
        at_end = x(r.value) > right - 60
        parts.append(_label(x(r.value) + (-8 if at_end else 0), y - 9, fmt.score(r.value, r.low, r.high), color, "end" if at_end else "middle", 11, r.own))
    name = say("figure.better_right" if e.greater_is_better else "figure.better_left", language, metric=fmt.metric_name(e.metric, language))
    parts.append(_text(right, bottom + 32, name, LIGHT.muted, "end", 11))
    alt = say("figure.score.alt", language, values=say("format.list_join", language).join(f"{r.label} {fmt.score(r.value, r.low, r.high)}" for r in rows))
    return _svg(parts, bottom + 40, alt)


def curve_chart(d: Dossier, language: str) -> str:
    """Score against the number of rows (logarithmic), measured and forecast, with the goal."""
    rows = curve(d)
    left, right, top, bottom = 60, WIDTH - 30, 22, 210
    ends = [v for r in rows for v in (r.low, r.high)] + [d.verdict.goal]
    low, high = min(ends), max(ends)
    pad = 0.06 * (high - low or 1.0)
    low, high = low - pad, high + pad
    first, last = math.log(rows[0].rows), math.log(max(rows[-1].rows, rows[0].rows + 1))
    x = lambda n: left + (math.log(n) - first) / (last - first) * (right - left)  # noqa: E731
    y = lambda v: bottom - (v - low) / (high - low) * (bottom - top)  # noqa: E731
    places, parts = ticks(low, high, 4), []
    for t in places:
        parts += [_line(left, y(t), right, y(t), LIGHT.grid, 1), _text(left - 8, y(t) + 4, tick_text(t, places), LIGHT.muted, "end", 11)]
    shown = 0.0
    for r in rows:
        if x(r.rows) - shown > 46 or not shown:
            parts.append(_text(x(r.rows), bottom + 17, fmt.count(r.rows), LIGHT.muted, "middle", 11))
            shown = x(r.rows)
    parts.append(_text(right, bottom + 33, say("figure.rows", language), LIGHT.muted, "end", 11))
    parts.append(_line(left, y(d.verdict.goal), right, y(d.verdict.goal), LIGHT.ink))
    goal = say("figure.goal", language, goal=fmt.score(d.verdict.goal, d.evidence.last_layer.low, d.evidence.last_layer.high))
    parts.append(_text(left + 4, y(d.verdict.goal) - 5, goal, LIGHT.ink))
    measured = [r for r in rows if not r.forecast]
    ahead = [measured[-1], *(r for r in rows if r.forecast)]
    if len(ahead) > 1:
        around = [(x(r.rows), y(r.high)) for r in ahead] + [(x(r.rows), y(r.low)) for r in reversed(ahead)]
        parts.append(f'<polygon points="{_points(around)}" fill="{LIGHT.brand}" fill-opacity="0.14"/>')
        parts.append(f'<polyline points="{_path(ahead, x, y)}" fill="none" stroke="{LIGHT.brand}" stroke-width="2" stroke-dasharray="3 4"/>')
        parts.append(_text(x(ahead[-1].rows), y(ahead[-1].score) + 16, say("figure.forecast", language), LIGHT.brand, "end", 11))
    parts.append(f'<polyline points="{_path(measured, x, y)}" fill="none" stroke="{LIGHT.brand}" stroke-width="2"/>')
    for r in measured:
        parts += [_line(x(r.rows), y(r.low), x(r.rows), y(r.high), LIGHT.brand, 2), f'<circle cx="{x(r.rows):.1f}" cy="{y(r.score):.1f}" r="4" fill="{LIGHT.brand}"/>']
    listed = say("format.list_join", language).join(f"{fmt.count(r.rows)}: {fmt.score(r.score, r.low, r.high)}" for r in rows)
    return _svg(parts, bottom + 42, say("figure.curve.alt", language, values=listed))


def _points(pairs: list[tuple[float, float]]) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in pairs)


def _path(rows: list[CurveRow], x, y) -> str:
    return _points([(x(r.rows), y(r.score)) for r in rows])


def money_chart(d: Dossier, language: str) -> str:
    """Expected net value of the courses; the recommended one in its colour."""
    rows = money(d, language)
    left, right, step = 130, WIDTH - 96, 32
    low, high = min(0.0, *(r.net for r in rows)), max(0.0, *(r.net for r in rows))
    span = high - low or 1.0
    left += 96 if low < 0 else 0  # room for the amount of a bar that points to the left
    x = lambda v: left + (v - low) / span * (right - left)  # noqa: E731
    parts = []
    for place, r in enumerate(rows):
        y, color = 8 + step * place, LIGHT.verdict[r.decision] if r.recommended else LIGHT.grey[2]
        parts.append(_text(118, y + 16, r.label, LIGHT.ink, "end", 12, r.recommended))
        parts.append(_rect(min(x(0), x(r.net)), y, abs(x(r.net) - x(0)), 22, color))
        behind = r.net >= 0
        words = fmt.money(r.net, d.verdict.currency, language)
        parts.append(_text(x(r.net) + (6 if behind else -6), y + 16, words, LIGHT.ink, "start" if behind else "end", 12, r.recommended))
    bottom = 8 + step * len(rows)
    parts.append(_line(x(0), 2, x(0), bottom, LIGHT.ink, 1))
    listed = say("format.list_join", language).join(f"{r.label} {fmt.money(r.net, d.verdict.currency, language)}" for r in rows)
    return _svg(parts, bottom + 6, f"{say('report.figure.net', language)}: {listed}")


def shares_chart(d: Dossier, language: str) -> str:
    """One bar of the four parts of the target's variation; names and shares below it."""
    shares, x, parts, alt = d.evidence.coverage.specificity, 0.0, [], []
    for place, name in enumerate(SHARES):
        share = getattr(shares, name)
        words = f"{say(f'figure.share.{name}', language)} {fmt.percent(share)}"
        parts.append(_rect(x, 6, share * WIDTH, 26, SHARE_COLORS[name]))
        parts.append(_rect(place * WIDTH / 4, 44, 12, 12, SHARE_COLORS[name]))
        parts.append(_text(place * WIDTH / 4 + 18, 55, words, LIGHT.ink))
        x += share * WIDTH
        alt.append(words)
    return _svg(parts, 64, say("format.list_join", language).join(alt))


def plan_chart(d: Dossier, language: str) -> str:
    """Phases over working days, a diamond at each gate."""
    plan, left, right, step = d.plan, 190, WIDTH - 30, 34
    x = lambda day: left + day / (plan.days or 1.0) * (right - left)  # noqa: E731
    gates, parts = {GATE_OF[g.code]: g for g in plan.gates}, []
    for place, p in enumerate(plan.phases):
        y = 8 + step * place
        name = say(f"plan.phase.{p.code}", language)
        name = say("plan.phase.done", language, phase=name) if p.done else name
        parts += [_text(left - 12, y + 17, name, LIGHT.ink, "end"), _rect(x(p.start), y + 3, max(2.0, x(p.start + p.days) - x(p.start)), 20, LIGHT.brand, 0.85)]
        if p.code in gates:
            g = gates[p.code]
            cx, cy = x(g.day), y + 13
            parts.append(f'<polygon points="{cx - 8:.1f},{cy} {cx:.1f},{cy - 8} {cx + 8:.1f},{cy} {cx:.1f},{cy + 8}" fill="{LIGHT.verdict["invest"]}"/>')
            words = say("figure.plan.pass", language, share=fmt.percent(g.passes))
            late = cx > right - 120
            parts.append(_text(cx - 12 if late else cx + 12, cy + 4, words, "#ffffff" if late and p.days > 0.25 * plan.days else LIGHT.verdict["invest"], "end" if late else "start", 11))
    bottom = 8 + step * len(plan.phases)
    for t in ticks(0, plan.days):
        parts.append(_text(x(t), bottom + 14, fmt.number(t, 0), LIGHT.muted, "middle", 11))
    parts += [_line(left, bottom, right, bottom, LIGHT.muted, 1), _text(right, bottom + 30, say("figure.plan.days", language), LIGHT.muted, "end", 11)]
    return _svg(parts, bottom + 38, say("report.head.plan", language))
