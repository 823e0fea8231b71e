"""What each gate recommends, in the four courses of a verdict, from the evidence of its stage.

The first gate has its calibrated verdict. What later stages measured is put into the same four words here; no
probability is attached to them, because nobody has calibrated one.
"""

from __future__ import annotations

from dualcore.decision.plan import Plan
from dualcore.decision.records import Decision, Option, Verdict
from dualcore.decision.steps import TuningVerdict
from dualcore.evidence.stages import Reevaluation


def after_reevaluation(found: Reevaluation, verdict: Verdict) -> Decision:
    """A better candidate that reaches the goal is adopted; else the best of the courses that remain once
    re-evaluation has been tried."""
    sign = 1.0 if found.greater_is_better else -1.0
    if found.outcome == "switch" and sign * (found.corrected_score - verdict.goal) >= 0:
        return "adopt"
    left = [option for option in verdict.options if option.decision != "re-evaluate"]
    return _best(left)


def _best(options: list[Option]) -> Decision:
    best = max(options, key=lambda option: option.net, default=None)
    return "stop" if best is None or best.net <= 0 else best.decision


def after_tuning(found: TuningVerdict) -> Decision:
    """Go on only where every block paid; what was not measured to its end is measured again."""
    if found.course == "go_on":
        return "invest"
    if found.course == "unfinished":
        return "re-evaluate"
    if found.course in ("reached", "stop_after"):
        return "adopt"
    return "adopt" if found.reaches_goal else "stop"


def after_plan(plan: Plan) -> Decision:
    """Invest where the plan is worth more than it costs at the lower end of its interval; in between, find out more."""
    if not plan.worthwhile:
        return "stop"
    return "invest" if plan.net_low > 0 else "re-evaluate"
