"""The power law of the learning curve: what it recovers, and whether its interval holds what it says."""

import numpy as np
import pytest

from dualcore.evidence import curve
from dualcore.evidence.records import CurvePoint

ROWS = np.array([62, 125, 250, 500, 1000, 2000])


def _points(error, sd):
    return [CurvePoint(rows=int(n), score=1 - e, low=1 - e - 1.645 * s, high=1 - e + 1.645 * s) for n, e, s in zip(ROWS, error, sd, strict=True)]


def test_an_exact_law_is_continued():
    error = 0.1 + 0.3 * (ROWS / 2000.0) ** -0.5
    found = curve._extrapolate(_points(error, np.full(6, 0.001)), "accuracy", 0.75, 0)
    assert found.doubled == pytest.approx(1 - 0.1 - 0.3 * 2**-0.5, abs=0.003)
    assert found.limit == pytest.approx(0.9, abs=0.02)
    assert found.rows_for_goal == pytest.approx(8000, rel=0.1)  # 0.25 = 0.1 + 0.3 (n / 2000)^-1/2
    assert found.rows_for_goal_low < found.rows_for_goal


def test_a_goal_beyond_the_limit_needs_infinitely_many_rows():
    error = 0.1 + 0.05 * (ROWS / 2000.0) ** -1.0
    found = curve._extrapolate(_points(error, np.full(6, 0.001)), "accuracy", 0.97, 0)
    assert found.fitted and found.rows_for_goal is None and found.rows_for_goal_high is None


def test_a_goal_that_is_reached_needs_no_more_rows():
    error = 0.1 + 0.05 * (ROWS / 2000.0) ** -1.0
    found = curve._extrapolate(_points(error, np.full(6, 0.001)), "accuracy", 0.7, 0)
    assert (found.rows_for_goal, found.rows_for_goal_low, found.rows_for_goal_high) == (2000, 2000, 2000)


def test_errors_that_do_not_fall_are_not_extrapolated():
    assert not curve._extrapolate(_points(np.linspace(0.2, 0.3, 6), np.full(6, 0.01)), "accuracy", 0.9, 0).fitted


@pytest.mark.parametrize("exponent", [0.3, 0.7])
def test_interval_holds_the_doubled_score_at_least_nine_times_in_ten(exponent):
    """The measured score at twice the rows has an error of its own, as in use."""
    rng, held, widths = np.random.default_rng(0), [], []
    for i in range(80):
        sd = 0.4 / np.sqrt(ROWS)
        law = 0.08 + 0.12 * (ROWS / 2000.0) ** -exponent
        found = curve._extrapolate(_points(law + sd * rng.standard_normal(6), sd), "accuracy", None, i)
        if found.fitted:
            truth = 1 - 0.08 - 0.12 * 2**-exponent + 0.4 / np.sqrt(4000) * rng.standard_normal()
            held.append(found.doubled_low <= truth <= found.doubled_high)
            widths.append(found.doubled_high - found.doubled_low)
    assert len(held) > 60 and np.mean(held) >= 0.88
    assert np.mean(widths) < 0.1  # a band that holds everything would say nothing
