"""Initialisation reports as text for terminals and logs."""

from __future__ import annotations

import math
import unicodedata

from dualcore.kernels.modules.records import InitReport, LayerReport, Remark
from dualcore.present.words import say

_WORDS = ("name", "kind", "reads", "behind")
_NUMBERS = ("variance", "measured", "correlation", "bias_share", "slope")


def remark_sentence(remark: Remark, language: str) -> str:
    """``init.<code>`` with its fields."""
    return say(f"init.{remark.code}", language, **remark.fields)


def init_report_text(report: InitReport, language: str) -> str:
    """A table with a line per layer, what was left alone and why, and what the numbers mean.

    Parameters
    ----------
    language : "ja" or "en"
    """
    numbers = [n for n in _NUMBERS if any(_pair(layer, n) != (None, None) for layer in report.layers)]
    head = [say(f"init.column.{name}", language) for name in (*_WORDS, *numbers)]
    rows = [[getattr(layer, w) for w in _WORDS] + [_cell(layer, n, report.corrected) for n in numbers] for layer in report.layers]
    key = "init.head.correction" if report.corrected else "init.head.diagnosis"
    lines = [say(key, language, module=report.module, beta=report.beta, seed=report.seed), "", *_table([head, *rows]), ""]
    remarks = [remark_sentence(r, language) for r in report.remarks]
    remarks += [f"{', '.join(names)}: {sentence}" for sentence, names in _by_sentence(report, language).items()]
    lines += [say("init.remarks", language), *(f"  - {r}" for r in remarks), "", say("init.left_alone", language)]
    alone = [say("init.entry", language, name=a.name, kind=a.kind, why=remark_sentence(a.why, language)) for a in report.left_alone]
    lines += [f"  - {a}" for a in alone or [say("init.left_alone.none", language)]]
    legend = [f"{say(f'init.column.{n}', language)}: {say(f'init.legend.{n}', language)}" for n in numbers]
    return "\n".join([*lines, "", *legend])


def _by_sentence(report: InitReport, language: str) -> dict[str, list[str]]:
    """What holds for several layers is said once."""
    out: dict[str, list[str]] = {}
    for layer in report.layers:
        for remark in layer.remarks:
            out.setdefault(remark_sentence(remark, language), []).append(layer.name)
    return out


def _pair(layer: LayerReport, name: str) -> tuple[float | None, float | None]:
    return getattr(layer, f"{name}_before"), getattr(layer, f"{name}_after")


def _cell(layer: LayerReport, name: str, corrected: bool) -> str:
    before, after = (_share(v) if name not in ("variance", "measured") else short(v) for v in _pair(layer, name))
    return f"{before} \u2192 {after}" if corrected else before


def _share(value: float | None) -> str:
    """Three decimals of a number whose size is about 1; no minus in front of a zero."""
    return short(value) if value is None or not abs(value) < 1000 else f"{round(value, 3) + 0.0:.3f}"


def short(value: float | None) -> str:
    """Three digits, in exponent form only where a number is tiny or huge."""
    if value is None or not math.isfinite(value):
        return "\u2013"
    if value == 0 or 0.001 <= abs(value) < 1000:
        return f"{value:.3f}" if abs(value) < 10 else f"{value:.3g}"
    return f"{value:.1e}"


def _table(rows: list[list[str]]) -> list[str]:
    """Columns padded to the width that a terminal shows: full-width letters take two places."""
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    out = []
    for row in rows:
        cells = []
        for i, text in enumerate(row):
            space = " " * (widths[i] - _width(text))
            cells.append(text + space if i < len(_WORDS) else space + text)
        out.append("  ".join(cells).rstrip())
    return out


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
