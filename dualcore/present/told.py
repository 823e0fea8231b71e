"""The figures that phrases are made of: read from evidence, verdict, plan and decisions, and formatted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dualcore.decision.plan import Plan
from dualcore.decision.records import Option, Verdict
from dualcore.evidence.records import Evidence, PowerPoint, Reference
from dualcore.present import format as fmt
from dualcore.present.words import WORDS, say
from dualcore.records.views import DecisionView, EvaluationView


@dataclass(frozen=True)
class Told:
    """One evaluation as it is told in a meeting.

    plan : of the full investment; None where none was made
    decisions : of the project, the newest first
    """

    view: EvaluationView
    plan: Plan | None
    decisions: Sequence[DecisionView]
    language: str
    zone: str = "UTC"

    @property
    def evidence(self) -> Evidence:
        return self.view.evidence

    @property
    def verdict(self) -> Verdict:
        return self.view.verdict

    @property
    def metric(self) -> str:
        return fmt.metric_name(self.evidence.metric, self.language)

    @property
    def goal(self) -> str:
        last = self.evidence.last_layer
        return fmt.score(self.verdict.goal, last.low, last.high)

    @property
    def measured(self) -> str:
        """Score of the last layer with its interval."""
        last = self.evidence.last_layer
        return self.within(last.score, last.low, last.high)

    @property
    def signal(self) -> bool:
        return self.evidence.null.p_value <= self.verdict.protocol.significance

    @property
    def reaches(self) -> bool:
        """Whether the last layer's score reaches the goal."""
        return self.better(self.evidence.last_layer.score, self.verdict.goal)

    @property
    def decision(self) -> DecisionView | None:
        """The newest human decision on this evaluation."""
        return next((d for d in self.decisions if d.evaluation_id == self.view.id), None)

    @property
    def chance(self) -> dict[str, str]:
        """What chance alone gives, and the p-value."""
        null = self.evidence.null
        digits = fmt.digits_for(null.low, null.high)
        return {
            "low": fmt.number(null.low, digits), "high": fmt.number(null.high, digits),
            "p": "p < 0.01" if null.p_value < 0.01 else f"p = {fmt.number(null.p_value, 2)}",
        }  # fmt: skip

    def better(self, value: float, goal: float) -> bool:
        return value >= goal if self.evidence.greater_is_better else value <= goal

    def say(self, key: str, **fields: object) -> str:
        return say(key, self.language, **fields)

    def within(self, value: float, low: float | None, high: float | None) -> str:
        """A score, followed by its interval where it has one."""
        if low is None or high is None:
            return fmt.score(value)
        return fmt.score_with_interval(value, low, high, self.language)

    def money(self, amount: float) -> str:
        return fmt.money(amount, self.verdict.currency, self.language)

    def course(self, decision: str) -> str:
        return self.say(f"verdict.{decision}")

    def share(self, probability: float) -> str:
        """A probability; never certain, never impossible."""
        if probability >= 0.995:
            return self.say("phrases.over")
        return self.say("phrases.under") if probability < 0.005 else fmt.percent(probability)

    def option(self, decision: str) -> Option | None:
        return next((o for o in self.verdict.options if o.decision == decision), None)

    def priced(self, option: Option) -> dict[str, str]:
        """Name, cost, chance of reaching the goal and expected net value of a course."""
        return {
            "decision": self.course(option.decision), "cost": self.money(option.cost), "chance": self.share(option.probability),
            "net": self.money(option.net),
        }  # fmt: skip

    def best_forward(self) -> Option | None:
        """The course other than stopping with the highest expected net value."""
        return max((o for o in self.verdict.options if o.decision != "stop"), key=lambda o: o.net, default=None)

    def reference(self, name: str) -> Reference | None:
        found = self.evidence.reference(name)
        return found if found is not None and found.score is not None else None

    def power(self) -> tuple[PowerPoint | None, bool]:
        """Where the leading directions stand furthest above chance, and whether they do at all."""
        points = self.evidence.coverage.cumulative_power
        beyond = [q for q in points if q.power > q.null_high]
        return max(beyond or points, key=lambda q: q.power - q.null_high, default=None), bool(beyond)

    def architecture(self, name: str) -> str:
        key = f"skeleton.{name}"
        return self.say(key) if key in WORDS else name

    def gain(self, low: float, high: float, gain: float) -> dict[str, str]:
        """A difference of scores and its interval, both with signs and the digits that the interval supports."""
        digits = fmt.digits_for(low, high) if max(abs(low), abs(high)) >= 1 else max(3, fmt.digits_for(low, high))
        interval = self.say("format.interval", low=fmt.signed(low, digits), high=fmt.signed(high, digits))
        return {"gain": fmt.signed(gain, digits), "interval": interval}
