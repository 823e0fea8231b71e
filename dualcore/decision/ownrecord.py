"""A company's own record: what became of its decisions, and how often people and recommendations were right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from math import sqrt
from statistics import NormalDist

from dualcore.decision.hindsight import VERDICTS
from dualcore.decision.records import Decision
from dualcore.record import Record

FEWEST = 10  # known outcomes below which no share is stated
LEVEL = 0.9


class Decided(Record):
    """One decision with what is known of it."""

    project: str
    created: datetime
    recommended: Decision
    action: Decision
    right: bool | None  # the decision, in hindsight; None while nobody knows
    recommendation_right: bool | None
    currency: str
    avoided: float
    spent: float  # on the project until then
    spent_in_all: float | None = None  # entered afterwards
    benefit: float | None = None


class Share(Record):
    """How often something was right. The 90 % interval takes the outcomes as independent."""

    right: int
    known: int
    share: float | None  # None below FEWEST known outcomes, as are the ends
    low: float | None
    high: float | None


class Balance(Record):
    """Money of one currency. Each project counts once, with what was entered last."""

    currency: str
    projects: int
    spent: float
    avoided: float  # by the newest decision of each project
    benefit: float
    benefits_known: int  # projects whose benefit somebody entered


class OwnRecord(Record):
    decisions: int
    projects: int
    overrides: int
    known: int  # decisions whose outcome is known
    people: Share
    recommendations: Share
    by_verdict: dict[str, Share]  # recommendations, by what was recommended
    overrides_right: Share  # decisions against the recommendation
    money: list[Balance]


def share(outcomes: Iterable[bool | None]) -> Share:
    """Share of True among those known.

    The interval is the score interval of E. B. Wilson (1927), Journal of the American Statistical Association 22, which
    stays within 0..1 and holds its level for few outcomes too.
    """
    known = [o for o in outcomes if o is not None]
    n, right = len(known), sum(known)
    if n < FEWEST:
        return Share(right=right, known=n, share=None, low=None, high=None)
    z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
    p, scale = right / n, 1 + z * z / n
    middle, half = (p + z * z / (2 * n)) / scale, z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale
    return Share(right=right, known=n, share=p, low=max(0.0, middle - half), high=min(1.0, middle + half))


def own_record(decisions: list[Decided]) -> OwnRecord:
    """The record of ``decisions``, the newest first."""
    against = [d for d in decisions if d.action != d.recommended]
    return OwnRecord(
        decisions=len(decisions), projects=len({d.project for d in decisions}), overrides=len(against),
        known=sum(d.right is not None for d in decisions), people=share(d.right for d in decisions),
        recommendations=share(d.recommendation_right for d in decisions),
        by_verdict={v: share(d.recommendation_right for d in decisions if d.recommended == v) for v in VERDICTS},
        overrides_right=share(d.right for d in against), money=_balances(decisions),
    )  # fmt: skip


def _balances(decisions: list[Decided]) -> list[Balance]:
    projects: dict[str, list[Decided]] = {}
    for decision in decisions:
        projects.setdefault(decision.project, []).append(decision)
    groups: dict[str, list[list[Decided]]] = {}
    for made in projects.values():
        groups.setdefault(made[0].currency, []).append(made)
    return [
        Balance(
            currency=currency, projects=len(mine), spent=sum(_spent(made) for made in mine), avoided=sum(made[0].avoided for made in mine),
            benefit=sum(_benefit(made) or 0.0 for made in mine), benefits_known=sum(_benefit(made) is not None for made in mine),
        )
        for currency, mine in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0]))
    ]  # fmt: skip


def _spent(made: list[Decided]) -> float:
    """Total of a project: what was entered afterwards on its newest decision that has it, else with the newest decision."""
    return next((d.spent_in_all for d in made if d.spent_in_all is not None), made[0].spent)


def _benefit(made: list[Decided]) -> float | None:
    return next((d.benefit for d in made if d.benefit is not None), None)
