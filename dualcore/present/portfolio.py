"""The portfolio as a table for spreadsheets."""

from __future__ import annotations

from dualcore.decision.portfolio import STAGES, PortfolioRow
from dualcore.present import format as fmt
from dualcore.present.spreadsheet import Cell, csv_file, xlsx_file
from dualcore.present.words import say

COLUMNS = (
    "name", "question", "owner", "demo", "stage", "state", "verdict", "confidence", "metric", "score", "low", "high", "goal", "goal_assumed", "currency",
    "planned", "spent", "avoided", "settled", "decision", "decided_at", "decided_by", "decided_on", "follows", "waiting", "review", "evaluations", "updated",
    "address",
)  # fmt: skip


def csv_of(rows: list[PortfolioRow], language: str) -> bytes:
    return csv_file(_header(language), [_cells(row, language) for row in rows])


def xlsx_of(rows: list[PortfolioRow], language: str) -> bytes:
    return xlsx_file(say("portfolio.sheet", language), _header(language), [_cells(row, language) for row in rows])


def _header(language: str) -> list[str]:
    return [say(f"portfolio.column.{name}", language) for name in COLUMNS]


def _cells(row: PortfolioRow, language: str) -> list[Cell]:
    """One line; amounts and scores stay numbers."""
    word = lambda room, code: None if code is None else say(f"{room}.{code}", language)  # noqa: E731
    yes = say("portfolio.yes", language)
    made = row.decision
    return [
        row.name, row.question, row.owner_name, yes if row.demo else None, word("stage", STAGES[row.stage]), word("portfolio.state", row.standing),
        word("verdict", row.verdict), row.confidence, None if row.metric is None else fmt.metric_name(row.metric, language), row.score, row.low, row.high,
        row.goal, yes if row.goal_assumed else None, row.currency, row.planned, row.spent, row.avoided,
        None if row.planned is None else say("portfolio.settled.yes" if row.settled else "portfolio.settled.no", language),
        word("verdict", made.action) if made else None, word("stage", made.stage) if made else None, made.user_name if made else None,
        made.created if made else None, say("gates.follow" if made.follows else "gates.override", language) if made else None,
        word("stage", row.waiting), row.review_on, row.evaluations, row.updated, row.id,
    ]  # fmt: skip
