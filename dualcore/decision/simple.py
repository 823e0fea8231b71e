"""Simple models beside the network: which of them may serve as a bar, and when one of them is the better choice."""

from __future__ import annotations

from statistics import NormalDist

from dualcore.decision.records import Protocol, Reason, Terms
from dualcore.evidence.records import Evidence, Reference

SIMPLE = ("linear", "boosted_trees")  # the simpler one first
MEASURED_LEVEL = 0.9  # level of the intervals in Evidence


def at_level(low: float, high: float, level: float) -> tuple[float, float]:
    """A 90 % interval widened or narrowed to ``level`` about its middle, by the normal approximation."""
    if level == MEASURED_LEVEL:
        return low, high
    ratio = NormalDist().inv_cdf(0.5 + level / 2) / NormalDist().inv_cdf(0.5 + MEASURED_LEVEL / 2)
    middle, half = (low + high) / 2, (high - low) / 2 * ratio
    return middle - half, middle + half


def better(evidence: Evidence, value: float, goal: float) -> bool:
    """Whether ``value`` reaches ``goal`` in the metric's direction."""
    return value >= goal if evidence.greater_is_better else value <= goal


def constant_score(evidence: Evidence) -> float | None:
    """Score of always answering the majority, or the mean."""
    return next((r.score for r in evidence.references if r.name in ("majority", "mean")), None)


def usable(evidence: Evidence, reference: Reference) -> bool:
    """Whether a simple model was measured, and is not worse than answering the same thing every time."""
    if reference.name not in SIMPLE or reference.score is None or reference.gain is None:
        return False
    floor = constant_score(evidence)
    return floor is None or better(evidence, reference.score, floor)


def without_unusable(evidence: Evidence) -> tuple[Evidence, list[Reason]]:
    """The evidence with only usable simple models as a bar, and a remark for each one that was left out."""
    kept, remarks = [], []
    for r in evidence.references:
        if r.name not in SIMPLE or usable(evidence, r):
            kept.append(r)
            continue
        kept.append(r.model_copy(update={"score": None, "gain": None, "gain_low": None, "gain_high": None}))
        if r.score is None:
            remarks.append(Reason(code="reference_failed", fields={"name": r.name}))
        else:
            fields = {"name": r.name, "score": r.score, "constant": constant_score(evidence), "metric": evidence.metric}
            remarks.append(Reason(code="reference_below_constant", fields=fields))
    return evidence.model_copy(update={"references": kept}), remarks


def best_simple(evidence: Evidence) -> Reference | None:
    """The simple model that scores best against the last layer on the same rows."""
    return min((r for r in evidence.references if usable(evidence, r)), key=lambda r: r.gain, default=None)


def as_good(evidence: Evidence, terms: Terms, protocol: Protocol, scale: float) -> Reference | None:
    """The simple model to take in place of the network, or None.

    A simple model is as good when the whole interval of the network's paired gain over it, at the
    protocol's level, lies below the smallest worthwhile gain. The linear model goes before boosted
    trees unless those gain the smallest worthwhile over it.
    """
    if not protocol.prefer_simple:
        return None
    small = terms.minimum_gain * scale
    found = {}
    for r in evidence.references:
        if usable(evidence, r) and r.gain_low is not None and at_level(r.gain_low, r.gain_high, protocol.interval)[1] < small:
            found[r.name] = r
    if len(found) == 2 and found["linear"].gain - found["boosted_trees"].gain >= small:
        return found["boosted_trees"]
    return next((found[name] for name in SIMPLE if name in found), None)
