"""All projects of a company side by side: one line each, how far they came, and what they cost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from dualcore.decision.records import Decision
from dualcore.evidence.records import Metric
from dualcore.record import Record

STAGES = ("intake", "last_layer", "reevaluate", "intermediate", "full")  # places 0..4
Gate = Literal["last_layer", "reevaluate", "intermediate", "full"]
Standing = Literal["running", "waiting", "overdue", "decided", "open"]
Order = Literal["updated", "name", "stage", "confidence", "planned", "avoided", "spent", "review"]
NOTHING = "none"  # in a filter: projects without a verdict


class LastDecision(Record):
    """The newest human decision of a project."""

    stage: Gate
    action: Decision
    follows: bool  # the recommendation
    user_name: str
    created: datetime


class PortfolioRow(Record):
    """One project. Money in ``currency``: of the newest decision, before any decision of the recommended course."""

    id: str
    name: str
    question: str
    owner: str
    owner_name: str
    demo: str | None
    has_data: bool
    stage: int  # place in STAGES that was reached; 4 once a person decided for full training
    evaluations: int
    evaluation_id: str | None  # the newest
    verdict: Decision | None
    confidence: float | None
    metric: Metric | None
    score: float | None  # last layer, with its 90 % interval
    low: float | None
    high: float | None
    goal: float | None
    goal_assumed: bool
    currency: str
    planned: float | None  # None before there is a verdict
    avoided: float | None
    spent: float  # entered by people; 0 until somebody does
    settled: bool  # the money follows a decision, not only a recommendation
    decision: LastDecision | None
    waiting: Gate | None  # the furthest gate whose evidence nobody has decided on
    review_on: date | None
    overdue: bool
    running: float | None  # progress 0..1 of the active job
    queued: bool
    manages: bool  # the person who asks may delete it
    updated: datetime

    @property
    def standing(self) -> Standing:
        """What the project needs now, the most urgent first."""
        if self.running is not None or self.queued:
            return "running"
        if self.waiting is not None:
            return "waiting"
        if self.overdue:
            return "overdue"
        return "decided" if self.decision is not None else "open"

    @property
    def ended(self) -> Decision | None:
        """``adopt`` or ``stop`` where a person has closed the project and no newer evidence waits."""
        if self.decision is None or self.waiting is not None or self.decision.action not in ("adopt", "stop"):
            return None
        return self.decision.action


class Portfolio(Record):
    """Every project that a person may see, the latest change first."""

    rows: list[PortfolioRow]
    today: date

    @property
    def owners(self) -> dict[str, str]:
        """Owner's id -> name, by name."""
        return dict(sorted(((r.owner, r.owner_name) for r in self.rows), key=lambda pair: pair[1].casefold()))


class Filter(Record):
    """What is shown, and in which order. Empty = everything."""

    search: str = ""
    stages: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    standings: tuple[Standing, ...] = ()
    owners: tuple[str, ...] = ()
    demo: Literal["", "only", "without"] = ""
    order: Order = "updated"


def chosen(portfolio: Portfolio, by: Filter) -> list[PortfolioRow]:
    """The rows that pass the filter, in its order; every word of the search must stand in name, question or owner."""
    words = by.search.casefold().split()
    rows = [
        r for r in portfolio.rows
        if (not by.stages or STAGES[r.stage] in by.stages)
        and (not by.verdicts or (r.verdict or NOTHING) in by.verdicts)
        and (not by.standings or r.standing in by.standings)
        and (not by.owners or r.owner in by.owners)
        and (not by.demo or (r.demo is not None) == (by.demo == "only"))
        and all(word in f"{r.name}\n{r.question}\n{r.owner_name}".casefold() for word in words)
    ]  # fmt: skip
    return rows if by.order == "updated" else sorted(rows, key=_KEYS[by.order])


def _largest(name: str):
    """Largest first, what is unknown last."""
    return lambda r: (getattr(r, name) is None, -(getattr(r, name) or 0.0))


_KEYS = {
    "name": lambda r: r.name.casefold(),
    "stage": lambda r: -r.stage,
    "confidence": _largest("confidence"),
    # Amounts of different currencies cannot be ordered: each currency by itself.
    "planned": lambda r: (r.currency, *_largest("planned")(r)),
    "avoided": lambda r: (r.currency, *_largest("avoided")(r)),
    "spent": lambda r: (r.currency, *_largest("spent")(r)),
    "review": lambda r: (r.review_on is None, r.review_on or date.max),
}


class FunnelStep(Record):
    """One stage: how many projects reached it, and where these stand."""

    stage: str
    reached: int
    further: int  # went on to a later stage
    adopted: int  # ended here by decision
    stopped: int
    under_way: int


def funnel(rows: Iterable[PortfolioRow]) -> list[FunnelStep]:
    """Projects per stage; those of a later stage count as having gone further, also where a stage was skipped."""
    rows = list(rows)
    steps = []
    for place, stage in enumerate(STAGES):
        here = [r.ended for r in rows if r.stage == place]
        further = sum(r.stage > place for r in rows)
        adopted, stopped = here.count("adopt"), here.count("stop")
        steps.append(FunnelStep(
            stage=stage, reached=further + len(here), further=further, adopted=adopted, stopped=stopped,
            under_way=len(here) - adopted - stopped,
        ))  # fmt: skip
    return steps


class MoneyGroup(Record):
    """Sums of one currency; currencies are never added up."""

    currency: str
    projects: int
    spent: float
    planned: float  # of the courses that people decided for
    avoided: float  # by decisions
    planned_open: float  # what the recommendations would cost where nobody has decided
    avoided_open: float


def money(rows: Iterable[PortfolioRow]) -> list[MoneyGroup]:
    """Sums by currency, the currency of most projects first; projects without any amount are left out."""
    groups: dict[str, list[PortfolioRow]] = {}
    for row in rows:
        if row.planned is not None or row.spent:
            groups.setdefault(row.currency, []).append(row)
    total = lambda rows, name, settled: sum(getattr(r, name) or 0.0 for r in rows if r.settled == settled)  # noqa: E731
    return [
        MoneyGroup(
            currency=currency, projects=len(mine), spent=sum(r.spent for r in mine), planned=total(mine, "planned", True),
            avoided=total(mine, "avoided", True), planned_open=total(mine, "planned", False), avoided_open=total(mine, "avoided", False),
        )
        for currency, mine in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))
    ]  # fmt: skip


def counted(rows: list[PortfolioRow]) -> list[PortfolioRow]:
    """The rows that pictures count: demo projects only where nothing else is shown."""
    return [r for r in rows if r.demo is None] or rows
