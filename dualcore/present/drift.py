"""Drift in sentences: one headline, and a row for each column that moved."""

from __future__ import annotations

from typing import Literal

from dualcore.evidence.drift import FEWEST, ColumnDrift, Drift
from dualcore.evidence.predictions import PredictionReport
from dualcore.present import format as fmt
from dualcore.present.words import say

NAMED = 5  # columns named in the headline


def drift_headline(drift: Drift, language: str) -> tuple[Literal["ok", "warning", "info"], str]:
    """How loud it is, and the sentence."""
    if drift.status == "few":
        return "info", say("drift.few", language, rows=fmt.count(drift.rows), fewest=FEWEST)
    if drift.status == "unknown":
        return "info", say("drift.unknown", language)
    if drift.status == "same":
        return "ok", say("drift.same", language, training=fmt.count(drift.training_rows))
    moved = [column_name(c, language) for c in drift.drifted]
    if not moved:
        return "warning", say("drift.overall", language)
    more = ", …" if len(moved) > NAMED else ""
    return "warning", say("drift.columns", language, columns=("、" if language == "ja" else ", ").join(moved[:NAMED]) + more)


def drift_rows(drift: Drift, language: str) -> list[tuple[str, str, str]]:
    """(column, what differs, PSI) of every column with a finding, the farthest moved first."""
    apart = "、" if language == "ja" else "; "
    return [(column_name(c, language), apart.join(_findings(c, language)), fmt.number(c.psi)) for c in drift.drifted]


def drift_whole(drift: Drift, language: str) -> str | None:
    """The comparison of all columns together; None where it was not made."""
    if drift.distance is None:
        return None
    return say("drift.whole", language, distance=fmt.percent(max(0.0, drift.distance)), p=fmt.number(drift.p_value, 3))


def column_name(column: ColumnDrift, language: str) -> str:
    """The column's own name, or what a figure of images and signals says."""
    return column.name if column.summary is None else say(f"drift.summary.{column.summary}", language, channel=column.name)


def how_to_read(report: PredictionReport, language: str) -> str:
    """What the columns of a file of predictions mean."""
    if report.classes:
        return say("predict.classes", language, target=report.target)
    if report.half_width is None:
        return say("predict.no_interval", language)
    percent = f"{100 * report.level:g}"
    ends = {"low": f"{report.target}_low{percent}", "high": f"{report.target}_high{percent}"}
    return say("predict.interval", language, target=report.target, level=f"{percent} %", width=fmt.significant(report.half_width, 3), **ends)


def _findings(column: ColumnDrift, language: str) -> list[str]:
    out = []
    for finding in column.findings:
        if finding == "values":
            out.append(say("drift.values", language))
        elif finding == "missing":
            out.append(say("drift.missing", language, before=fmt.percent(column.missing_before), now=fmt.percent(column.missing_now)))
        else:
            out.append(say("drift.unseen", language, share=fmt.percent(column.unseen)))
    return out
