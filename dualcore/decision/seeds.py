"""Does the verdict hang on the random weights? Judge again with the score that each initialisation gave.

Where the decisions differ and none of them is more likely right than not, the answer is re-evaluate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from dualcore.decision.records import Reason
from dualcore.evidence.records import Evidence

if TYPE_CHECKING:
    from dualcore.decision.verdict import Judged, Outlook

LIKELY = 0.5


def by_seed(evidence: Evidence) -> list[Evidence]:
    """The evidence with the last layer's score moved to that of each initialisation, at the width that was evaluated.

    Other models stay where they are. Empty where the evaluated representation has no random part.
    """
    last = evidence.last_layer
    if evidence.seed_spread == 0:
        return []
    scale = np.sqrt(last.seed_width / last.width)
    return [_moved(evidence, float(scale * (s - np.mean(last.seed_scores)))) for s in last.seed_scores]


def _moved(evidence: Evidence, by: float) -> Evidence:
    last, gain = evidence.last_layer, by if evidence.greater_is_better else -by
    references = [
        r if r.gain is None else r.model_copy(update={"gain": r.gain + gain, "gain_low": r.gain_low + gain, "gain_high": r.gain_high + gain})
        for r in evidence.references
    ]
    update = {"score": last.score + by, "low": last.low + by, "high": last.high + by}
    return evidence.model_copy(update={"last_layer": last.model_copy(update=update), "references": references})


def unsettled(evidence: Evidence, judged: Judged, judge: Callable[[Evidence], tuple[Judged, Outlook]]) -> Reason | None:
    """The reason to re-evaluate when the seeds disagree and no decision is likely, else None.

    judge : the decision and the outlook for an evidence, goal and money being what they are
    """
    if judged.forced is not None:
        return None  # a rule decided that does not hang on the score alone
    found = [judge(e) for e in by_seed(evidence)]
    if len({j.decision for j, _ in found}) < 2:
        return None
    likeliest = max(np.mean([o.chances[d] for _, o in found]) for d in found[0][1].chances)
    if likeliest > LIKELY:
        return None
    return Reason(code="seeds_disagree", fields={"spread": evidence.seed_spread, "metric": evidence.metric})
