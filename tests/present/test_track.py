"""The track record: its record is whole and consistent, and its pictures say its numbers in both languages."""

import pytest

from dualcore.decision.hindsight import VERDICTS
from dualcore.decision.track import track_record
from dualcore.present import format as fmt
from dualcore.present.figures import plot_agreement, plot_full_gain, plot_policies, plot_reliability


@pytest.fixture(scope="module")
def record():
    return track_record()


def test_counts_of_the_record_agree_with_its_cases(record):
    found = record.results
    assert found.cases == len(record.cases) and found.datasets == len({c.dataset for c in record.cases})
    assert found.judged == sum(len(c.goals) for c in record.cases) == sum(found.counts.values()) == sum(found.primary.values())
    given = [(found.by_verdict[v][0], found.counts[v]) for v in VERDICTS if found.by_verdict[v]]
    assert sum(share * n for share, n in given) / found.judged == pytest.approx(found.agreement[0], abs=1e-4)
    assert sum(found.recall[v] for v in VERDICTS) / 4 == pytest.approx(found.balanced[0], abs=1e-4)


def test_no_noise_was_told_to_go_and_the_controls_are_among_the_cases(record):
    assert record.results.noise_told_to_go == []
    assert sum("PERMUTED" in c.dataset for c in record.cases) >= 4


def test_policies_never_beat_perfect_foresight(record):
    for m in record.results.regret:
        assert max(m.ours, m.valued, m.always, m.never) <= m.oracle


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pictures_say_the_numbers(record, language):
    found = record.results
    assert fmt.percent(found.agreement[0]) in plot_agreement(found, language).title
    assert str(found.cases) in plot_full_gain(record, language, "dark").title
    assert fmt.number(100 * found.reach.calibration_error, 1) in plot_reliability(found.reach.reliability, found.reach.calibration_error, language).title
    policies = plot_policies(found, language)
    assert fmt.number(found.regret[4].valued, 1) in policies.alt and len(policies.figure.data[0].y) == 5
