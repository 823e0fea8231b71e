"""What other thresholds would have decided: stored evidence judged again, and which threshold made the difference."""

from __future__ import annotations

from dualcore.decision.forecast import forecast
from dualcore.decision.reasons import recommended_model
from dualcore.decision.records import Decision, Model, Protocol, Terms, Verdict
from dualcore.decision.simple import without_unusable
from dualcore.decision.verdict import assumed_goal, costs_of, settled
from dualcore.evidence.records import Evidence
from dualcore.record import Record

# The thresholds that a decision, or the model it recommends, hangs on; the others change reasons, plans and remarks.
DECIDING = (
    "significance", "interval", "prefer_simple", "least_confidence", "days_adopt", "days_reevaluate", "days_invest", "gpu_hours_adopt",
    "gpu_hours_reevaluate", "gpu_hours_invest", "noise_gain_sd",
)  # fmt: skip


class Decided(Record):
    """A verdict without its reasons: the same decision and model as ``recommend`` gives."""

    decision: Decision
    model: Model | None
    confidence: float


class Effect(Record):
    """One verdict that would be another one.

    because : thresholds that made the difference; each alone where one is enough, else all that are needed together
    recalculated : even under its own thresholds the verdict would be another one today: the forecasts have improved since
    """

    before: Decided
    after: Decided
    because: list[str]
    recalculated: bool


def decided(evidence: Evidence, terms: Terms, protocol: Protocol) -> Decided:
    """What ``recommend`` decides, without reasons and the worth of information, which take most of its time."""
    evidence, _ = without_unusable(evidence)
    goal = terms.goal if terms.goal is not None else assumed_goal(evidence, terms, protocol)
    _, judged = settled(evidence, forecast(evidence, protocol), goal, costs_of(terms, protocol), terms, protocol)
    model = recommended_model(judged.decision, evidence, goal, terms, protocol)
    return Decided(decision=judged.decision, model=model, confidence=judged.confidence)


def effect(evidence: Evidence, verdict: Verdict, after: Protocol) -> Effect | None:
    """What ``after`` changes about a stored verdict, its terms being what they are; None when decision and model stay."""
    given = Decided(decision=verdict.decision, model=verdict.recommended_model, confidence=verdict.confidence)
    own, changed = verdict.protocol, [n for n in DECIDING if getattr(verdict.protocol, n) != getattr(after, n)]
    if not changed:
        return None  # thresholds decide nothing here
    found = decided(evidence, verdict.terms, after)
    if _same(given, found):
        return None
    again = decided(evidence, verdict.terms, own)
    recalculated = not _same(given, again)
    if _same(again, found):
        return Effect(before=given, after=found, because=[], recalculated=True)
    return Effect(before=given, after=found, because=_because(evidence, verdict.terms, own, after, changed, again, found), recalculated=recalculated)


def _because(
    evidence: Evidence, terms: Terms, own: Protocol, after: Protocol, changed: list[str], before: Decided, found: Decided
) -> list[str]:
    """Thresholds that alone turn the verdict; else those without which the new verdict would not come about; else all."""
    if len(changed) == 1:
        return changed

    def with_one(base: Protocol, name: str, source: Protocol) -> Decided:
        return decided(evidence, terms, base.model_copy(update={name: getattr(source, name)}))

    alone = [n for n in changed if not _same(with_one(own, n, after), before)]
    needed = alone or [n for n in changed if not _same(with_one(after, n, own), found)]
    return needed or changed


def _same(a: Decided, b: Decided) -> bool:
    """Verdicts from before models were recommended carry none: then only the decision counts."""
    return a.decision == b.decision and (a.model == b.model or a.model is None or b.model is None)


def relevant(protocol: Protocol) -> tuple:
    """What decisions hang on, for a cache."""
    return tuple(getattr(protocol, name) for name in DECIDING)
