"""What the page of stage 3 says before anything runs."""

from __future__ import annotations

from dualcore.decision.records import Protocol, Terms
from dualcore.decision.steps import block_cost, compute_cost
from dualcore.evidence.blocks import levels
from dualcore.evidence.records import Evidence
from dualcore.evidence.stages import Tuning
from dualcore.evidence.tunesplits import folds_for
from dualcore.kernels import Skeleton
from dualcore.present.architecture import skeleton_name
from dualcore.present.words import say
from dualcore.record import Record

MINUTES = (5, 15, 30)


class TuningPlan(Record):
    """blocks : by their nodes, the output's first; folds : splits; costs in the terms' currency."""

    blocks: list[str]
    folds: int
    block_cost: float | None  # of going on, per block; None without blocks
    minute_cost: float  # of computing


def tuning_plan(evidence: Evidence, terms: Terms, protocol: Protocol) -> TuningPlan:
    """What tuning the evaluated architecture would do."""
    blocks = [" + ".join(level) for level in levels(Skeleton.from_dict(evidence.skeleton))]
    folds = folds_for(evidence.manifest.rows_used, evidence.last_layer.estimate_from)
    share = block_cost(terms, protocol, len(blocks)) if blocks else None
    return TuningPlan(blocks=blocks, folds=folds, block_cost=share, minute_cost=compute_cost(terms, 60))


def network_name(tuning: Tuning, language: str) -> str:
    """The tuned network in the reader's words."""
    name = say(f"tune.family.{tuning.name}", language) if tuning.network == "family" else skeleton_name(tuning.name, language)
    return name if tuning.width is None else say("tune.named", language, name=name, width=tuning.width)
