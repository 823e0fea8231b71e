"""Every reason of the design is reached by some evidence; simple models are a fair bar; confidence is a probability."""

import re
from pathlib import Path

import pytest

from dualcore.decision import Protocol, Terms, calibrated, recommend, verdict
from dualcore.decision.reasons import ceiling_reliable
from dualcore.decision.simple import at_level, without_unusable
from dualcore.evidence.records import Evidence, Reference
from dualcore.intake.records import Note
from dualcore.present.sentences import headline, next_sentence, reason_sentence
from dualcore.present.words import WORDS
from tests.present.sample import evidence as sample

GOAL = 0.88
PRIOR = calibrated.Calibration.model_validate({
    "version": "prior", "datasets": 0, "cases": 0, "last": {"floor": 0.005}, "other": {"floor": 0.005}, "doubled": {"floor": 0.005},
    "gain": [-0.006, 0.051, 0.006, 0.5, 0.3, 0, 0, 0, 0],
    "gain_spread": {"table": {"floor": 0.03}, "image": {"floor": 0.06}, "series": {"floor": 0.05}, "audio": {"floor": 0.08}},
})  # fmt: skip


@pytest.fixture(autouse=True)
def fixed_forecast():
    """The parameters before any case was recorded, so that these cases stay where they were set."""
    with calibrated.using(PRIOR):
        yield



def changed(e: Evidence, **parts) -> Evidence:
    return e.model_copy(update=parts)


def part(e: Evidence, name: str, **values) -> Evidence:
    return changed(e, **{name: getattr(e, name).model_copy(update=values)})


def simple(score: float | None, gain: float | None = None, spread: float = 0.008, name: str = "linear", **more) -> Reference:
    if gain is None:
        return Reference(name=name, score=score, **more)
    return Reference(name=name, score=score, low=score - 0.02, high=score + 0.02, gain=gain, gain_low=gain - spread, gain_high=gain + spread, **more)


def with_simple(*references: Reference, e: Evidence | None = None) -> Evidence:
    e = e or sample()
    return changed(e, references=[e.references[0], *references])


def at(score: float, e: Evidence | None = None, half: float = 0.02) -> Evidence:
    return part(e or sample(), "last_layer", score=score, low=score - half, high=score + half)


def noted(code: str, **fields) -> Evidence:
    return changed(sample(), notes=[Note(code=code, level="warning", fields=fields)])


def plain_curve(e: Evidence) -> Evidence:
    return part(e, "curve", fitted=False, rows_for_goal=None)


WIDE_ROWS = {"class_counts": [1200, 1100, 1300, 1250]}
PROBE_UP = dict(gain=0.12, low=0.1, high=0.14, before=0.8, after=0.92)
CASES = {
    "signal": (changed(part(with_simple(), "probe", **PROBE_UP), candidates=[]), GOAL, {}),
    "no_signal": (part(at(0.31), "null", p_value=0.6), None, {}),
    "others_see_signal": (with_simple(simple(0.8, -0.4), e=part(at(0.4), "null", p_value=0.6)), None, {}),
    "not_worth_it": (sample(), GOAL, {"value": 100.0}),
    "confidence_low": (sample(), 0.93, {}),
    "reaches_goal": (sample(), GOAL, {}),
    "below_goal": (sample(), 0.97, {}),
    "wide_interval": (sample(), 0.92, {}),
    "simpler_model_recommended": (with_simple(simple(0.905, 0.007)), GOAL, {}),
    "simple_better": (with_simple(simple(0.95, -0.04)), 0.94, {}),
    "simple_as_good": (with_simple(simple(0.905, 0.007, 0.03)), GOAL, {}),
    "simple_not_better": (sample(), GOAL, {}),
    "simple_reaches_goal": (with_simple(simple(0.95, -0.04)), 0.94, {}),
    "others_below_goal": (part(plain_curve(sample()), "probe", gain=-0.02, low=-0.03, high=-0.01), 0.99, {}),
    "convolution_helps": (changed(sample(), references=sample().references[:1], probe=sample().probe.model_copy(update=PROBE_UP)), GOAL, {}),
    "order_carries_nothing": (
        changed(
            with_simple(), references=sample().references[:1],
            candidates=[c.model_copy(update={"score": 0.6 if c.name.startswith("conv") else c.score, "chosen": c.name == "fc2"}) for c in sample().candidates],
        ),
        GOAL, {},
    ),
    "other_skeleton_better": (
        changed(with_simple(), candidates=[c.model_copy(update={"score": 0.97 if c.name == "fc2" else c.score}) for c in sample().candidates]),
        0.94, {},
    ),
    "more_data_helps": (sample(), 0.92, {}),
    "more_data_not_enough": (sample(), 0.97, {}),
    "more_data_pays_more": (with_simple(e=part(sample(), "curve", doubled=0.96, doubled_low=0.95, doubled_high=0.97)), 0.93, {}),
    "ceiling_below_goal": (part(part(sample(), "dataset", **WIDE_ROWS), "ceiling", estimate=0.93, low=0.92, high=0.94), 0.97, {}),
    "room_below_ceiling": (
        part(part(part(plain_curve(with_simple(e=at(0.8))), "dataset", **WIDE_ROWS), "ceiling", estimate=0.99), "probe", **PROBE_UP), 0.83, {},
    ),
    "random_split_flatters": (part(sample(), "last_layer", random_split_score=0.97), GOAL, {}),
    "leak_suspected": (noted("dominant_column", column="x*", percent=97), GOAL, {}),
    "drift_suspected": (noted("drift", column="day", auc=0.8), GOAL, {}),
    "tuning_gains": (plain_curve(part(at(0.8), "probe", **PROBE_UP)), 0.84, {}),
    "kind_gains_from_tuning": (
        plain_curve(part(part(at(0.6), "dataset", kind="image"), "probe", ran=False, gain=None, low=None, high=None)), 0.63, {},
    ),
    "tuning_adds_little": (part(sample(), "probe", gain=-0.02, low=-0.03, high=-0.01), 0.99, {}),
    # remarks
    "reference_failed": (with_simple(simple(None, name="boosted_trees", remark="model_failed")), GOAL, {}),
    "reference_below_constant": (with_simple(simple(0.29, 0.62, name="boosted_trees")), GOAL, {}),
    "ceiling_uncertain": (part(sample(), "ceiling", estimate=0.93, low=0.9, high=0.95), 0.97, {}),
    "evaluation_costly": (part(sample(), "probe", full_training_seconds=20.0), GOAL, {}),
    "fewer_permutations": (part(sample(), "null", permutations=99), GOAL, {}),
}


def judged(code: str):
    e, goal, terms = CASES[code]
    return recommend(e, Terms(goal=goal, **terms))


@pytest.mark.parametrize("code", CASES)
def test_a_reason_is_reached_and_reads_in_both_languages(code):
    found = judged(code)
    said = {r.code: r for r in (*found.reasons, *found.remarks)}
    assert code in said, (found.decision, found.probabilities, list(said))
    for language in ("ja", "en"):
        assert "{" not in reason_sentence(said[code], found, language)
        assert headline(found, language) and next_sentence(found, language)


def test_no_reason_is_written_that_nothing_reaches():
    """The seeds' rule has its own test beside the evidence of seeds."""
    sources = "\n".join(p.read_text(encoding="utf-8") for p in Path(verdict.__file__).parent.glob("*.py"))
    written = {k.removeprefix("reason.") for k in WORDS if k.startswith("reason.")}
    here = {c for c in written if re.search(rf'"{c}"', sources)}
    assert here - set(CASES) - {c for c in here if "seed" in c} == set()


@pytest.mark.parametrize("code", CASES)
def test_confidence_is_never_above_what_the_probabilities_support(code):
    found = judged(code)
    assert sum(found.probabilities.values()) == pytest.approx(1)
    if code == "not_worth_it":
        paying = [o.probability for o in found.options if o.decision != "stop" and found.terms.value > o.cost]
        assert found.confidence <= 1 - max(paying, default=0)
    else:
        assert found.confidence <= found.probabilities[found.decision] + 1e-12


def test_a_linear_model_that_is_as_good_is_recommended_plainly():
    found = judged("simpler_model_recommended")
    assert (found.decision, found.recommended_model, found.next_step) == ("adopt", "linear", "pilot_simple")
    assert found.reasons[0].code == "simpler_model_recommended"
    assert "no network is needed" in headline(found, "en")
    assert "linear model" in next_sentence(found, "en")


def test_an_interval_that_reaches_the_smallest_worthwhile_keeps_the_network():
    e = with_simple(simple(0.905, 0.007, 0.03))
    assert recommend(e, Terms(goal=GOAL)).recommended_model == "last_layer"
    # At a lower level the same interval is narrower and settles it.
    assert recommend(e, Terms(goal=GOAL), Protocol(interval=0.5)).recommended_model == "linear"


def test_boosted_trees_are_recommended_only_where_they_beat_the_linear_model_by_something_that_matters():
    both = lambda g: with_simple(simple(0.905, 0.007), simple(0.912 - g, g, name="boosted_trees"))  # noqa: E731
    assert recommend(both(0.0), Terms(goal=GOAL)).recommended_model == "linear"
    assert recommend(both(-0.03), Terms(goal=GOAL)).recommended_model == "boosted_trees"


def test_the_rule_can_be_turned_off_in_the_protocol():
    e, goal, _ = CASES["simpler_model_recommended"]
    found = recommend(e, Terms(goal=goal), Protocol(prefer_simple=False))
    assert (found.recommended_model, found.next_step) == ("last_layer", "pilot")


def test_a_simple_model_below_the_goal_is_not_recommended():
    found = recommend(with_simple(simple(0.905, 0.007)), Terms(goal=0.9095))
    assert found.recommended_model != "linear"


def test_where_only_a_simple_model_reaches_the_goal_it_is_tried_first():
    found = judged("simple_reaches_goal")
    assert (found.decision, found.next_step, found.recommended_model) == ("re-evaluate", "try_simple_model", "linear")
    assert "linear model reaches the goal" in headline(found, "en")


def test_trees_that_failed_or_fall_below_the_majority_are_no_bar():
    bad = simple(0.29, 0.62, name="boosted_trees")
    kept, remarks = without_unusable(with_simple(bad))
    assert kept.reference("boosted_trees").score is None
    assert [r.code for r in remarks] == ["reference_below_constant"]
    # A broken score above every goal would otherwise decide alone.
    e = with_simple(simple(0.29, -0.3, name="boosted_trees"), e=part(at(0.5), "null", p_value=0.6))
    assert recommend(e).decision == "stop"


def test_the_ceiling_counts_only_with_the_rows_that_the_protocol_asks_for():
    e, goal, _ = CASES["ceiling_below_goal"]
    assert ceiling_reliable(e, Protocol()) and not ceiling_reliable(e, Protocol(ceiling_rows=1101))
    found = recommend(e, Terms(goal=goal), Protocol(ceiling_rows=2000))
    assert "ceiling_below_goal" not in [r.code for r in found.reasons]
    assert "ceiling_uncertain" in [r.code for r in found.remarks]
    unsure = part(e, "ceiling", reliable=False)
    assert not ceiling_reliable(unsure, Protocol())


@pytest.mark.parametrize("p", [0.011, 0.05, 0.2, 0.4, 0.9])
def test_without_signal_stopping_is_at_least_as_likely_right_as_the_draws_say(p):
    e = part(plain_curve(with_simple(simple(0.33, 0.01), e=at(0.34))), "null", p_value=p)
    e = part(changed(e, candidates=[]), "probe", gain=0.0, low=-0.01, high=0.01)
    found = recommend(e, Terms(goal=0.5))
    assert found.decision == "stop" and found.confidence >= 0.9
    assert found.next_step == "look_for_inputs"


def test_the_bound_on_the_absence_of_signal_is_that_of_the_paper():
    """Sellke, Bayarri, Berger 2001, table 1: p = 0.05 -> 0.289, p = 0.01 -> 0.111."""
    for p, bound in ((0.05, 0.289), (0.01, 0.111)):
        e = part(sample(), "null", p_value=p)
        assert 1 - verdict.signal_probability(e, 0.5, Protocol(significance=0.001)) == pytest.approx(bound, abs=5e-4)
    assert verdict.signal_probability(part(sample(), "null", p_value=0.9), 0.5, Protocol()) == 0.5
    assert verdict.signal_probability(part(sample(), "null", p_value=0.9), 0.2, Protocol()) == 1.0


def test_low_confidence_is_re_evaluated_and_the_threshold_is_the_protocols():
    found = judged("confidence_low")
    assert found.decision == "re-evaluate" and found.reasons[0].code == "confidence_low"
    free = recommend(sample(), Terms(goal=0.93), Protocol(least_confidence=0.0))
    assert free.decision != "re-evaluate" and free.confidence == max(free.probabilities.values())


def test_an_interval_at_another_level_keeps_its_middle():
    low, high = at_level(0.1, 0.3, 0.5)
    assert low + high == pytest.approx(0.4) and high - low == pytest.approx(0.2 * 0.67449 / 1.64485, rel=1e-4)
    assert at_level(0.1, 0.3, 0.9) == (0.1, 0.3)


def test_the_next_step_of_an_investment_costs_its_first_blocks_not_all_of_it():
    found = judged("tuning_gains")
    assert found.decision == "invest"
    assert found.next_step_cost == 5 * 80_000 + 8 * 500
    assert found.next_step_cost < next(o.cost for o in found.options if o.decision == "invest")
