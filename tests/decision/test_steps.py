"""Money of stage 3: shares of the investment, worth of a gain, and when a block no longer pays."""

from dataclasses import replace

import pytest

from dualcore.decision.records import Protocol, Terms
from dualcore.decision.steps import block_cost, judge, looks_further, step_cost, weigh_tuning, worth
from dualcore.evidence.looks import Look
from tests.present.tuning_sample import tuning

PROTOCOL = Protocol()


def look(gain=0.04, half=0.01, before=0.80, last=0.80, blocks=2, greater=True, seconds=36.0):
    sign = 1 if greater else -1
    return Look(1, blocks, last, before, before + sign * gain, gain, gain - half, gain + half, seconds, 0.02, greater)


def test_all_blocks_together_cost_the_full_investment():
    terms = Terms()
    whole = PROTOCOL.days_invest * terms.day_cost + PROTOCOL.gpu_hours_invest * terms.gpu_hour_cost
    assert block_cost(terms, PROTOCOL, 3) * 3 == pytest.approx(whole)
    assert step_cost(look(seconds=7200), terms, PROTOCOL) == pytest.approx(block_cost(terms, PROTOCOL, 2) + 2 * terms.gpu_hour_cost)


def test_half_of_the_way_is_worth_half():
    sure = {"half": 1e-9}
    terms = Terms(goal=0.9, value=1000)
    assert worth(look(0.05, **sure), terms) == pytest.approx(500)
    assert worth(look(0.30, **sure), terms) == pytest.approx(1000)  # nothing beyond the goal counts
    assert worth(look(-0.05, **sure), terms) == pytest.approx(0, abs=1e-3)
    assert worth(look(0.05, before=0.95, **sure), terms) == 0
    assert worth(look(0.05), Terms()) is None
    less = look(0.1, before=0.5, last=0.5, greater=False, **sure)  # a loss that has to fall to 0.3
    assert worth(less, Terms(goal=0.3, value=1000)) == pytest.approx(500)


def test_an_uncertain_gain_cannot_be_worth_less_than_nothing():
    assert 0 < worth(look(0.0, half=0.05), Terms(goal=0.9, value=1000)) < 500


@pytest.mark.parametrize(
    ("found", "terms", "answer"),
    [
        (look(), Terms(goal=0.85, value=1e7), (True, "gains")),
        (look(), Terms(goal=0.85, value=1e6), (False, "costs_more")),
        (look(), Terms(value=0), (True, "gains")),  # no goal: money does not decide
        (look(before=0.86), Terms(goal=0.85), (False, "goal_was_reached")),
        (look(half=0.05), Terms(goal=0.85, value=1e9), (False, "unclear")),
        (look(0.01, half=0.005), Terms(goal=0.85, value=1e9), (False, "too_small")),
    ],
)
def test_a_block_pays_when_real_large_enough_and_worth_it(found, terms, answer):
    assert judge(terms, PROTOCOL)(found) == answer


@pytest.mark.parametrize(
    ("which", "goal", "course", "block"),
    [
        ("stop", None, "stop_after", 1), ("keep", None, "keep_last_layer", 0), ("go", None, "go_on", 3), ("go", 0.9, "reached", 2), ("go", 0.95, "go_on", 3),
        ("nothing", None, "nothing_to_tune", 0), ("stop", 0.87, "reached", 1),
    ],
)  # fmt: skip
def test_the_course_of_the_stage(which, goal, course, block):
    verdict = weigh_tuning(tuning(which), Terms(goal=goal))
    assert (verdict.course, verdict.block) == (course, block)
    blocks = max(1, len(tuning(which).blocks))
    assert verdict.avoided == pytest.approx(block_cost(Terms(), PROTOCOL, blocks) * (blocks - block))


def test_a_step_behind_an_unclear_one_pays_for_both_blocks():
    terms = Terms(goal=0.9, value=1e6)
    both = replace(look(), block=2, added=2)
    assert step_cost(both, terms, PROTOCOL) - step_cost(look(), terms, PROTOCOL) == pytest.approx(block_cost(terms, PROTOCOL, 2))
    record = tuning("go")
    first = record.steps[0].model_copy(update={"decision": "unclear", "low": -0.01, "high": 0.06, "why": "unclear"})
    second = record.steps[1].model_copy(update={"over": 0})
    verdict = weigh_tuning(record.model_copy(update={"steps": [first, second]}), Terms())
    assert [s.why for s in verdict.steps] == ["unclear", "gains"] and verdict.block == 2
    share = block_cost(Terms(), PROTOCOL, 3)
    assert verdict.steps[1].cost < 1.1 * share < 2 * share < verdict.steps[1].price_of_a_point * second.gain / 0.01


def test_all_looks_unclear_is_told_apart_from_no_gain():
    record = tuning("keep")
    step = record.steps[0].model_copy(update={"low": -0.03, "high": 0.03})
    assert weigh_tuning(record.model_copy(update={"steps": [step]}), Terms()).course == "undecided"


@pytest.mark.parametrize(
    ("terms", "pays", "goes_on"),
    [
        (Terms(), False, True), (Terms(goal=0.9, value=1e9), False, True), (Terms(goal=0.9, value=1.0), False, False),
        (Terms(goal=0.83, value=1e9), True, False), (Terms(goal=0.9, value=1e9), True, True), (Terms(goal=0.75, value=1e9), False, False),
    ],
)  # fmt: skip
def test_the_next_block_is_measured_only_where_it_can_be_worth_it(terms, pays, goes_on):
    assert looks_further(terms, PROTOCOL)(look(half=0.05), pays) == goes_on
    assert not looks_further(terms, PROTOCOL)(look(-0.05, half=0.01), False)  # what matters is out of reach


def test_work_that_ran_out_of_time_is_not_called_finished():
    record = tuning("stop").model_copy(update={"steps": [], "best": 0, "ended": "budget"})
    assert weigh_tuning(record, Terms()).course == "unfinished"


def test_a_metric_where_less_is_better():
    verdict = weigh_tuning(tuning("stop", "log_loss"), Terms(goal=0.5))
    assert verdict.steps[0].worth > 0 and verdict.steps[0].pays
    assert verdict.reaches_goal is False


def test_the_price_of_a_point():
    step = weigh_tuning(tuning("stop"), Terms()).steps[0]
    assert step.price_of_a_point == pytest.approx(step.cost * 0.01 / 0.031)
    assert step.gain_per_money == pytest.approx(0.031 / step.cost)
    assert weigh_tuning(tuning("keep"), Terms()).steps[0].price_of_a_point is None
