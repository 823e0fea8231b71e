"""The figures of a report, taken once: every format draws from these lists and from nothing else.

A figure is named by its place in the dossier (``evaluation.evidence.last_layer.score``); its value is read from there,
so that a number in a report is the stored number. Scores are in the project's metric, intervals are 90 %.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from dualcore.decision.records import Decision
from dualcore.present import format as fmt
from dualcore.present.words import say
from dualcore.record import Record
from dualcore.report.dossier import Dossier

Unit = Literal["score", "gain", "share", "probability", "money", "rows", "days", "hours", "seconds", "number", "count"]
EVIDENCE, VERDICT = "evaluation.evidence", "evaluation.verdict"


class ReportNumber(Record):
    """One labelled figure. ``source``: its place in the dossier; ``meaning``: one sentence in the reader's language."""

    key: str
    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    unit: Unit
    meaning: str
    source: str
    currency: str = ""

    def text(self, language: str) -> str:
        """The value as a person reads it, without its interval."""
        return written(self.value, self.unit, language, self.currency, self.low, self.high)

    def interval(self, language: str) -> str:
        """The interval in words; empty where there is none."""
        if self.low is None or self.high is None:
            return ""
        if self.unit in ("score", "gain", "number"):
            return fmt.interval(self.low, self.high, language)
        low, high = (written(v, self.unit, language, self.currency) for v in (self.low, self.high))
        return say("report.interval", language, low=low, high=high)


class Money(Record):
    """One course with its money, from the verdict."""

    decision: Decision
    label: str
    probability: float
    cost: float
    value: float
    net: float
    recommended: bool
    source: str


class Level(Record):
    """One score to compare: the last layer, or a simple model on the same rows."""

    key: str
    label: str
    value: float
    low: float | None
    high: float | None
    own: bool  # the last layer
    source: str


class CurveRow(Record):
    """Score at a number of rows: measured, or forecast by the fitted law."""

    rows: int
    score: float
    low: float
    high: float
    forecast: bool
    source: str


def written(
    value: float | None, unit: Unit, language: str, currency: str = "", low: float | None = None, high: float | None = None
) -> str:
    """A value with its unit, as everywhere in dualcore."""
    if value is None:
        return "–"
    if unit == "score":
        return fmt.score(value, low, high)
    if unit == "gain":
        return fmt.points(value)
    if unit == "share":
        return fmt.percent(value)
    if unit == "probability":
        return "< 0.01" if value < 0.01 else fmt.number(value, 2)
    if unit == "money":
        return fmt.money(value, currency, language)
    if unit == "seconds":
        return fmt.duration(value, language)
    if unit == "number":
        return fmt.number(value, 1)
    if unit == "hours" and 0 < value < 10:
        return fmt.number(value, 1) if value >= 0.05 else "< 0.1"
    return fmt.count(value)


def at(dossier: Dossier, source: str) -> float | None:
    """The number at a place of the dossier; numbers in the path are places in a list."""
    found: object = dossier
    for part in source.split("."):
        if found is None:
            return None
        if isinstance(found, BaseModel):
            found = getattr(found, part)
        else:
            found = found[int(part)] if isinstance(found, list) else found.get(part)
    return found


def _places(dossier: Dossier) -> list[tuple[str, str, Unit]]:
    """(key, source, unit) of every single figure, in the order of reading; intervals lie beside the value."""
    e, v, p = EVIDENCE, VERDICT, "plan"
    rows: list[tuple[str, str, Unit]] = [
        ("score", f"{e}.last_layer.score", "score"), ("goal", f"{v}.goal", "score"),
        ("test_score", f"{e}.last_layer.test_score", "score"), ("confidence", f"{v}.confidence", "share"),
        ("p_value", f"{e}.null.p_value", "probability"), ("chance_low", f"{e}.null.low", "score"),
        ("chance_high", f"{e}.null.high", "score"), ("ceiling", f"{e}.ceiling.estimate", "score"),
        ("rows", f"{e}.dataset.rows", "rows"), ("rows_used", f"{e}.manifest.rows_used", "rows"),
        ("doubled", f"{e}.curve.doubled", "score"), ("rows_for_goal", f"{e}.curve.rows_for_goal", "rows"),
        ("effective_dimension", f"{e}.coverage.effective_dimension", "number"),
    ]
    rows += [(name, f"{e}.coverage.specificity.{name}", "share") for name in SHARES]
    rows += [("probe_gain", f"{e}.probe.gain", "gain"), ("seconds", f"{e}.cost.seconds", "seconds")]
    rows += [
        ("avoided", f"{v}.avoided", "money"), ("next_step_cost", f"{v}.next_step_cost", "money"),
        ("perfect_information", f"{v}.perfect_information", "money"),
        ("value", f"{v}.terms.value", "money"), ("day_cost", f"{v}.terms.day_cost", "money"),
        ("gpu_hour_cost", f"{v}.terms.gpu_hour_cost", "money"),
        ("plan_net", f"{p}.net", "money"), ("plan_chance", f"{p}.chance", "share"), ("plan_loss", f"{p}.loss", "share"),
        ("plan_cost", f"{p}.cost", "money"), ("plan_expected_cost", f"{p}.expected_cost", "money"),
        ("plan_days", f"{p}.days", "days"), ("plan_gpu_hours", f"{p}.gpu_hours", "hours"),
    ]  # fmt: skip
    if dossier.reevaluation is not None:
        rows += [("reevaluation_raw", "reevaluation.result.raw_gain", "gain"), ("reevaluation_gain", "reevaluation.result.corrected_gain", "gain"),
                 ("reevaluation_p", "reevaluation.result.p_value", "probability")]  # fmt: skip
    if dossier.tuning is not None and dossier.tuning.result.steps:
        last = len(dossier.tuning.result.steps) - 1
        rows += [("tuning_start", "tuning.result.last_layer", "score"), ("tuning_score", f"tuning.result.steps.{last}.score", "score"),
                 ("tuning_gain", f"tuning.result.steps.{last}.total_gain", "gain")]  # fmt: skip
    if dossier.transfer is not None:
        rows += [("transfer_random", "transfer.result.random.score", "score"), ("transfer_score", "transfer.result.pretrained.score", "score"),
                 ("transfer_gain", "transfer.result.gain", "gain")]  # fmt: skip
    return rows


SHARES = ("explained", "data_gap", "coverage_gap", "noise")
# Where an interval does not lie beside its value under the names low and high.
ENDS = {
    "test_score": ("test_low", "test_high"), "doubled": ("doubled_low", "doubled_high"),
    "rows_for_goal": ("rows_for_goal_low", "rows_for_goal_high"), "plan_net": ("net_low", "net_high"),
    "reevaluation_raw": ("raw_low", "raw_high"), "tuning_start": ("last_layer_low", "last_layer_high"),
    "tuning_gain": ("total_low", "total_high"),
}  # fmt: skip
BESIDE = {"score", "ceiling", "probe_gain", "reevaluation_gain", "transfer_random", "transfer_score", "transfer_gain"}


def numbers(dossier: Dossier, language: str) -> list[ReportNumber]:
    """Every single figure of the report; those that were not measured are left out."""
    found = []
    for key, source, unit in _places(dossier):
        value = at(dossier, source)
        if value is None:
            continue
        low, high = _ends(dossier, key, source)
        label, meaning = say(f"report.number.{key}", language), say(f"report.meaning.{key}", language)
        if unit == "score":
            label = say("report.in_metric", language, label=label, metric=fmt.metric_name(dossier.evidence.metric, language))
        currency = dossier.verdict.currency if unit == "money" else ""
        found.append(ReportNumber(
            key=key, label=label, value=value, low=low, high=high, unit=unit, meaning=meaning, source=source, currency=currency,
        ))  # fmt: skip
    return found


def _ends(dossier: Dossier, key: str, source: str) -> tuple[float | None, float | None]:
    place = source.rpartition(".")[0]
    if key in SHARES:
        return at(dossier, f"{place}.intervals").get(key, (None, None))
    if key not in BESIDE and key not in ENDS:
        return None, None
    low, high = ENDS.get(key, ("low", "high"))
    return at(dossier, f"{place}.{low}"), at(dossier, f"{place}.{high}")


def money(dossier: Dossier, language: str) -> list[Money]:
    """The courses with their money, in the verdict's order."""
    return [
        Money(
            decision=o.decision, label=say(f"verdict.{o.decision}", language), probability=o.probability, cost=o.cost, value=o.value,
            net=o.net, recommended=o.decision == dossier.verdict.decision, source=f"{VERDICT}.options.{place}",
        )
        for place, o in enumerate(dossier.verdict.options)
    ]  # fmt: skip


def levels(dossier: Dossier, language: str) -> list[Level]:
    """The last layer, then the simple models that could be run, the strongest kind first."""
    evidence = dossier.evidence
    last = evidence.last_layer
    rows = [Level(key="last_layer", label=say("figure.last_layer", language), value=last.score, low=last.low, high=last.high, own=True, source=f"{EVIDENCE}.last_layer")]
    if last.test_score is not None:
        rows.append(Level(
            key="test", label=say("figure.last_layer_test", language), value=last.test_score, low=last.test_low, high=last.test_high, own=True,
            source=f"{EVIDENCE}.last_layer",
        ))  # fmt: skip
    order = ("boosted_trees", "linear", "majority", "mean")
    for place, r in sorted(enumerate(evidence.references), key=lambda item: order.index(item[1].name)):
        if r.score is not None:
            rows.append(Level(
                key=r.name, label=say(f"reference.{r.name}", language), value=r.score, low=r.low, high=r.high, own=False,
                source=f"{EVIDENCE}.references.{place}",
            ))  # fmt: skip
    return rows


def curve(dossier: Dossier) -> list[CurveRow]:
    """Measured points, then the forecast beyond them."""
    found = dossier.evidence.curve
    most = found.points[-1].rows if found.points else 0
    rows = []
    for name, points in (("points", found.points), ("forecast", found.forecast)):
        for place, c in enumerate(points):
            if name == "points" or c.rows > most:
                rows.append(CurveRow(
                    rows=c.rows, score=c.score, low=c.low, high=c.high, forecast=name == "forecast", source=f"{EVIDENCE}.curve.{name}.{place}",
                ))  # fmt: skip
    return rows
