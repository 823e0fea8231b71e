"""Value of information against closed forms, and its order: nothing, with error, without error, everything."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from dualcore.decision import Terms, recommend
from dualcore.decision.forecast import forecast
from dualcore.decision.information import information, payoffs, worth_of
from dualcore.decision.records import Protocol
from dualcore.decision.verdict import costs_of
from tests.present.sample import evidence as sample

N = 40_000


def two_courses(seed: int, mean: float = -0.2, sd: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Stop (0) against a course that pays X ~ N(mean, sd): draws (N, 2) and X."""
    x = mean + sd * np.random.default_rng(seed).standard_normal(N)
    return np.column_stack([np.zeros(N), x]), x


def unit_loss(mean: float, sd: float) -> float:
    """E[max(0, Y)] - max(0, mean) for Y ~ N(mean, sd): Raiffa and Schlaifer 1961, table of unit normal losses."""
    normal, u = NormalDist(), -abs(mean) / sd
    return sd * (math.exp(-(u**2) / 2) / math.sqrt(2 * math.pi) + u * normal.cdf(u))


@pytest.mark.parametrize("error", [0.0, 0.5, 1.0, 2.0])
def test_the_value_of_a_measurement_is_that_of_the_normal_closed_form(error):
    """X ~ N(m, s), z = X + e: the posterior mean has standard deviation s^2 / sqrt(s^2 + e^2)."""
    u, x = two_courses(0)
    z = x + error * np.random.default_rng(1).standard_normal(N)
    value, low, high, changes = worth_of(u, [z])
    truth = unit_loss(-0.2, 1 / math.sqrt(1 + error**2))
    assert value == pytest.approx(truth, abs=0.015)
    assert low <= value <= high
    assert changes == pytest.approx(NormalDist(-0.2, 1 / math.sqrt(1 + error**2)).cdf(0) * -1 + 1, abs=0.05)


def test_what_tells_nothing_is_worth_nothing():
    u, _ = two_courses(0, mean=-0.02)
    values = [worth_of(u, [np.random.default_rng(s).standard_normal(N)])[0] for s in range(1, 9)]
    assert max(values) < 0.01  # no optimism from choosing on the same draws that are paid
    assert worth_of(u, [np.zeros(N)])[0] == 0


def test_nothing_is_worth_knowing_when_one_course_is_best_in_every_draw():
    u = np.column_stack([np.zeros(N), np.abs(two_courses(0)[1]) + 1])
    assert worth_of(u, [u[:, 1]])[0] == 0


def parts(goal: float, **terms):
    e, protocol, terms = sample(), Protocol(), Terms(goal=goal, **terms)
    return e, forecast(e, protocol), goal, terms, protocol, costs_of(terms, protocol)


@pytest.mark.parametrize("goal", [0.5, 0.9, 0.92, 0.94, 0.99])
def test_more_knowledge_is_never_worth_less(goal):
    worth = information(*parts(goal))
    for stage in worth.stages:
        assert 0 <= stage.sample <= stage.perfect
        assert stage.perfect <= worth.perfect + 0.02 * 10_000_000
        assert stage.net == pytest.approx(stage.sample - stage.cost)
        assert 0 <= stage.changes <= 1
    assert [s.stage for s in worth.stages] == ["reevaluate", "tune"]


def test_where_the_goal_is_safe_no_study_pays_and_where_it_is_open_one_is_worth_something():
    assert all(s.sample == 0 for s in information(*parts(0.5)).stages)
    assert max(s.sample for s in information(*parts(0.93)).stages) > 0


def test_ten_times_all_money_is_ten_times_the_worth():
    """(A larger prize alone may make knowledge worthless: then one invests whatever it says.)"""
    small = information(*parts(0.93))
    large = information(*parts(0.93, value=1e8, day_cost=8e5, gpu_hour_cost=5e3))
    assert large.perfect == pytest.approx(10 * small.perfect)
    assert [s.sample for s in large.stages] == pytest.approx([10 * s.sample for s in small.stages])
    assert information(*parts(0.93, value=1e10)).stages[0].sample == 0


def test_without_anything_to_find_every_course_but_stopping_costs_money():
    e, ahead, goal, terms, protocol, costs = parts(0.9)
    u = payoffs(ahead, goal, terms.value, costs, np.zeros(len(ahead.last_layer), bool))
    assert (u[:, 0] == 0).all() and (u[:, 1:] < 0).all()
    assert information(e, ahead, goal, terms, protocol, costs, signal=0.0).perfect == 0


def test_payoffs_of_each_course_by_hand():
    e, ahead, goal, terms, protocol, costs = parts(0.9)
    u = payoffs(ahead, goal, terms.value, costs, np.ones(len(ahead.last_layer), bool))
    reached = (ahead.last_layer >= goal).mean()
    assert u[:, 1].mean() == pytest.approx(reached * terms.value - costs["adopt"])
    net = next(o.net for o in recommend(e, terms).options if o.decision == "adopt")
    assert u[:, 1].mean() == pytest.approx(net)
    tuned = ((ahead.last_layer >= goal) | (ahead.full >= goal)).mean()
    assert u[:, 3].mean() == pytest.approx(tuned * (terms.value - costs["adopt"]) - costs["invest"])
