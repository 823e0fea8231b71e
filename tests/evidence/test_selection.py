"""Choosing the best of many: scores under weights, the level of claims, the winner's curse. Cheap synthetic predictions."""

from __future__ import annotations

import numpy as np
import pytest

from dualcore.evidence import metrics
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.selection import Field, Measured, bootstrap_weights, choose_best

N = 360


def _measured(metric, seed, n=200, classes=3):
    rng = np.random.default_rng(seed)
    if metric in metrics.REGRESSION:
        y = rng.normal(3, 2, n)
        return Measured(metric, y, Prediction((y + rng.normal(0, 1, n))[:, None]), np.arange(n))
    y = rng.integers(0, classes, n)
    raw = rng.normal(0, 1, (n, classes)) + 1.5 * np.eye(classes)[y]
    values = np.exp(raw) / np.exp(raw).sum(1, keepdims=True)
    return Measured(metric, y, Prediction(np.round(values, 2), 0.5, np.array([0.2, 0.3, 0.5][:classes])), np.arange(n))


@pytest.mark.parametrize("metric", (*metrics.CLASSIFICATION, *metrics.REGRESSION))
def test_scores_under_weights_are_scores_of_repeated_rows(metric):
    measured = _measured(metric, 1)
    weights = bootstrap_weights(200, 5, None, 2)
    got = measured.scores(weights)
    for w, score in zip(weights, got, strict=True):
        rows = np.repeat(np.arange(200), w.astype(int))
        assert score == pytest.approx(metrics.score(metric, measured.y[rows], measured.prediction.take(rows)), abs=1e-5)


def test_a_binary_area_under_the_curve_with_ties_is_the_exact_one():
    measured = _measured("roc_auc", 3, classes=2)
    expected = metrics.score("roc_auc", measured.y, measured.prediction)
    assert measured.scores(np.ones((1, 200)))[0] == pytest.approx(expected, abs=1e-12)


def test_rows_of_a_unit_are_drawn_together():
    units = np.repeat(np.arange(20), 7)
    weights = bootstrap_weights(140, 30, units, 0).reshape(30, 20, 7)
    assert (weights == weights[:, :, :1]).all()
    assert (weights[:, :, 0].sum(1) == 20).all()


def _tournament(rng, gains, rounds, keep):
    """One tournament on losses that share half of their variance. gains: true advantage of every candidate."""
    common, n = rng.normal(size=N), N
    loss = lambda gain: 5 - gain + (common + rng.normal(size=n)) / np.sqrt(2)  # noqa: E731
    base, others = loss(0.0), [loss(g) for g in gains]
    order, fresh, y = rng.permutation(n), np.ones(n, bool), np.zeros(n)
    alive, pairs = list(range(len(gains))), [None] * len(gains)
    for i, size in enumerate(rounds):
        rows = np.sort(order[:size])
        make = lambda values, rows=rows: Measured("mae", y[rows], Prediction(values[rows][:, None]), rows)  # noqa: E731
        for j in alive:
            pairs[j] = (make(others[j]), make(base))
        if i + 1 < len(rounds):
            alive = sorted(alive, key=lambda j, rows=rows: others[j][rows].mean())[: keep[i]]
            fresh[rows] = False
    return Field(pairs, alive, fresh)


@pytest.mark.parametrize(("rounds", "keep"), [((N,), ()), ((N // 9, N // 3, N), (6, 3))])
def test_equivalent_candidates_claims_stay_at_their_level_and_the_winner_is_corrected(rounds, keep):
    """Twelve candidates exactly as good as the present choice: every gain that is claimed is false, every gain is luck."""
    rng, raw, corrected, claims = np.random.default_rng(7), [], [], []
    for i in range(240):
        choice = choose_best(_tournament(rng, [0.0] * 12, rounds, keep), draws=150, seed=i, spread=1.0)
        raw.append(choice.gains[choice.winner].gain)
        corrected.append(choice.corrected_gain)
        claims.append(choice.low > 0)
    # 5 % of 240 with three standard errors; one interval per candidate without correction would claim far more.
    assert np.mean(claims) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 240)
    assert np.mean(raw) > 0.05
    assert abs(np.mean(corrected)) < 0.25 * np.mean(raw)


def test_without_the_correction_the_same_candidates_claim_gains_far_too_often():
    rng, naive = np.random.default_rng(8), []
    for i in range(120):
        choice = choose_best(_tournament(rng, [0.0] * 12, (N,), ()), draws=100, seed=i, spread=1.0)
        naive.append(choice.gains[choice.winner].low > 0)
    assert np.mean(naive) > 0.15


def test_a_candidate_that_is_truly_better_is_found_and_hardly_corrected():
    rng, found, gaps = np.random.default_rng(9), [], []
    for i in range(40):
        choice = choose_best(_tournament(rng, [0.0] * 6 + [0.4] + [0.0] * 5, (N // 3, N), (6,)), draws=150, seed=i, spread=1.0)
        found.append(choice.winner == 6 and choice.low > 0)
        gaps.append(choice.corrected_gain - 0.4)
    assert np.mean(found) > 0.9
    assert abs(np.mean(gaps)) < 0.05


def test_a_candidate_that_predicts_the_same_claims_nothing():
    same = _measured("accuracy", 4)
    choice = choose_best(Field([(same, same)] * 3, [0, 1, 2], np.ones(200, bool)), draws=50)
    assert (choice.corrected_gain, choice.optimism, choice.p_value) == (0.0, 0.0, 1.0)
    assert choice.low <= 0
