"""Hindsight by its definition; forecasts that find the parameters which made the cases."""

import numpy as np
import pytest

from dualcore.decision import learning
from dualcore.decision.calibrated import FEATURES, Calibration, Seen, Spread, calibration, draw, seen, using
from dualcore.decision.forecast import forecast
from dualcore.decision.hindsight import VERDICTS, Truth, right_verdicts
from dualcore.decision.learning_records import Case
from dualcore.decision.records import Protocol
from tests.present import sample


@pytest.mark.parametrize(
    ("truth", "goal", "right"),
    [
        (dict(last=0.9, full=0.95, other=0.8), 0.85, {"adopt"}),
        (dict(last=0.8, full=0.9, other=0.95), 0.85, {"invest"}),
        (dict(last=0.8, full=0.8, other=0.9), 0.85, {"re-evaluate"}),
        (dict(last=0.8, full=0.8, other=0.8, doubled=0.86), 0.85, {"re-evaluate"}),
        (dict(last=0.8, full=0.8, other=0.8, doubled=0.82), 0.85, {"stop"}),
        (dict(last=0.845, full=0.9, other=0.8, last_se=0.01), 0.85, {"adopt", "invest"}),
        (dict(last=0.7, full=0.855, other=0.7, full_se=0.01), 0.85, {"invest", "stop"}),
        (dict(last=0.7, full=0.7, other=0.845, other_se=0.01, last_se=0.2), 0.85, {"stop", "re-evaluate", "adopt"}),
        (dict(last=0.5, full=0.5, other=0.5, last_se=0.02, full_se=0.02, other_se=0.02), 0.51, {"adopt", "invest", "re-evaluate", "stop"}),
    ],
)
def test_right_verdicts_and_ties(truth, goal, right):
    assert right_verdicts(Truth(**truth), goal) == right


def _cases(rng, count: int, gain: float, wider: float) -> list[Case]:
    """Cases whose last layer scatters ``wider`` times as far as stated; a probe gain of x means a full gain of ``gain`` x."""
    found = []
    for i in range(count):
        n, sd = int(rng.integers(200, 5000)), rng.uniform(0.01, 0.03)
        score, probe = rng.uniform(0.6, 0.9), rng.uniform(-0.1, 0.1)
        last = score + wider * sd * rng.standard_normal()
        full = last + gain * probe + 0.01 * rng.standard_normal()
        what = [1.0, 0.0, 0.0, probe, 0.0, 0.0, 0.0, 0.0, 0.1]
        found.append(Case(
            dataset=str(i), part=1, goals=[0.7, 0.8],
            seen=Seen(kind="table", rows=n, p_value=0.005, chance=0.5, score=score, sd=sd, features=what, other=0.0, other_sd=0.01, doubled=0.01, doubled_sd=0.005),
            truth=Truth(last=last, full=full, other=last + 0.01 * rng.standard_normal(), doubled=last + 0.01),
        ))
    return found


def test_fit_finds_what_made_the_cases():
    known = learning.fit(_cases(np.random.default_rng(0), 150, gain=0.6, wider=1.8), "test")
    assert known.last.scale == pytest.approx(1.8, rel=0.2)
    assert known.gain[FEATURES.index("probe")] == pytest.approx(0.6, abs=0.12)
    assert known.datasets == 150 and known.gain_spread["table"].floor < 0.02


def test_draws_follow_the_calibration_and_never_pass_the_best_value():
    known = Calibration(
        version="x", datasets=0, cases=0, last=Spread(shift=-0.02, scale=2.0), gain=[0.05] + [0.0] * 8,
        gain_spread={k: Spread(floor=0.01) for k in ("table", "image", "series", "audio")}, other=Spread(), doubled=Spread(),
    )
    case = _cases(np.random.default_rng(1), 1, 0, 1)[0].seen.model_copy(update={"score": 0.8, "sd": 0.01})
    draws = draw(case, known, 40_000, 0)
    assert draws["last"].mean() == pytest.approx(0.78, abs=0.001) and draws["last"].std() == pytest.approx(0.02, rel=0.05)
    assert (draws["full"] - draws["last"]).mean() == pytest.approx(0.05, abs=0.001)
    near = draw(case.model_copy(update={"score": 0.999}), known, 2000, 0)
    assert max(v.max() for v in near.values()) <= 1.0


def test_the_record_in_force_can_be_replaced_for_a_while():
    shipped, evidence = calibration(), sample.evidence()
    other = shipped.model_copy(update={"last": Spread(shift=-0.3, scale=1.0)})
    before = forecast(evidence, Protocol()).probabilities(0.85)
    with using(other):
        assert calibration() is other
        lower = forecast(evidence, Protocol()).probabilities(0.85)
    assert calibration() is shipped
    assert lower["adopt"] < before["adopt"]
    assert sum(lower.values()) == pytest.approx(1.0) and set(lower) == set(VERDICTS)


def test_what_was_seen_is_in_the_unit_of_a_score():
    found = seen(sample.evidence(regression=True))
    assert len(found.features) == len(FEATURES) and found.rows > 0
    assert all(abs(f) <= 1 for f in found.features)


@pytest.mark.parametrize("name", ["probe", "trees", "linear", "doubling"])
def test_signs_of_something_better_never_lower_the_shipped_forecast_of_tuning(name):
    assert calibration().gain[FEATURES.index(name)] >= 0


def test_the_fit_keeps_that_sign_where_the_cases_say_otherwise():
    known = learning.fit(_cases(np.random.default_rng(2), 80, gain=-0.6, wider=1.0), "test")
    assert known.gain[FEATURES.index("probe")] == pytest.approx(0.0, abs=1e-9)
