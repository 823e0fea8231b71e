"""The lessons compute what they say: against known facts of the theory, and against truths that were built in."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from dualcore import lessons
from dualcore.evidence.measures import eigenlearning
from dualcore.kernels import activation, dual_kernel, fully_connected, to_sphere
from dualcore.lessons import convolution, coverage, depth, enough, special, staged
from dualcore.lessons.fitting import digits


def test_more_tools_reproduce_more_curves_and_gentle_ones_first():
    few, many = lessons.fit_curves(4, 1), lessons.fit_curves(256, 1)
    share = lambda box: {c.name: c.explained for c in box.curves}  # noqa: E731
    assert share(few)["trend"] > 0.9 > 0.5 > share(few)["waves"]
    assert all(c.succeeds for c in many.curves)
    assert not next(c for c in few.curves if c.name == "waves").succeeds


def test_the_seed_draws_the_tools_and_the_same_seed_the_same():
    assert lessons.fit_curves(8, 1) == lessons.fit_curves(8, 1)
    assert lessons.fit_curves(8, 1).tools != lessons.fit_curves(8, 2).tools


def test_random_features_approach_the_dual_kernel():
    found = lessons.compare_widths(enough.WIDTHS[-1])
    scores = [p.score.mean for p in found.points]
    assert scores[0] < 0.5 and scores[-1] > found.kernel - 0.03
    assert all(abs(s - found.kernel) > abs(scores[-1] - found.kernel) for s in scores[:5])
    assert found.chance < 0.2 < found.kernel


def test_one_relu_layer_has_its_blind_spot_and_three_layers_have_not():
    """Degrees 3 and 5 have no Hermite coefficient in ReLU; the linear kernel has degree 1 alone."""
    shares = {s.skeleton: np.array(s.explained) for s in lessons.learn_degrees(480).skeletons}
    a = activation("relu").hermite_coefficients(6)
    assert abs(float(a[3])) < 1e-12 and abs(float(a[5])) < 1e-12
    np.testing.assert_allclose(shares["linear"], [1, 0, 0, 0, 0], atol=0.05)
    assert shares["one_layer"][[0, 1, 3]].min() > 0.9 and shares["one_layer"][[2, 4]].max() < 0.05
    assert shares["three_layers"][:4].min() > 0.9


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_what_is_learned_is_what_eigenlearning_predicts(degree):
    """Eigenvalue of a degree: integral of the kernel against its Gegenbauer polynomial; multiplicity in closed form."""
    from scipy.special import eval_gegenbauer, roots_gegenbauer

    n, alpha = 160, coverage.DIMENSION / 2 - 1
    nodes, weights = roots_gegenbauer(200, alpha)
    weights = weights / weights.sum()
    pairs = torch.from_numpy(np.stack([nodes, np.sqrt(1 - nodes**2)], 1))
    kernel = dual_kernel(coverage.skeletons()["three_layers"], pairs, torch.tensor([[1.0, 0.0]], dtype=torch.float64))[:, 0].numpy()
    degrees = np.arange(0, 40)
    ratio = np.stack([eval_gegenbauer(k, alpha, nodes) / eval_gegenbauer(k, alpha, 1.0) for k in degrees])
    of_degree = np.maximum((ratio * kernel * weights).sum(1), 0)
    count = np.round(1 / (np.square(ratio) * weights).sum(1)).astype(int)  # number of harmonics of each degree
    assert count[:5].tolist() == [1, 5, 14, 30, 55]
    power = np.repeat(degrees == degree, count) / count[degree]
    predicted = 1 - eigenlearning(np.repeat(of_degree, count), power, n, 1e-6).test_mse
    measured = {s.skeleton: s.explained for s in lessons.learn_degrees(n).skeletons}["three_layers"][degree - 1]
    assert measured == pytest.approx(predicted, abs=0.15)


def test_convolution_wins_where_the_pattern_moves_and_only_there():
    still, moving = lessons.move_pattern(0), lessons.move_pattern(36)
    assert abs(still.convolutional.mean - still.connected.mean) < 0.03
    assert moving.convolutional.low > moving.connected.high + 0.2
    assert moving.connected.low > moving.chance  # it learns something: the difference is no broken fit


def test_shuffled_labels_of_the_patterns_cannot_be_learned():
    rng = np.random.default_rng(0)
    (X, y), (fresh, truth) = convolution.signals(90, 16, rng), convolution.signals(300, 16, rng)
    score = convolution.accuracy(convolution.skeletons()["convolutional"], X, rng.permutation(y), fresh, truth, 0)
    assert score < 0.5


@pytest.mark.parametrize("layers", [1, 4, 16])
def test_likeness_is_the_dual_kernel_of_that_depth(layers):
    X, _ = digits(depth.ROWS, depth.CLASSES)
    S = to_sphere(X)
    K = dual_kernel(fully_connected(layers, "relu"), S)
    sigma, rho = activation("relu"), (S @ S.T).clamp(-1, 1).numpy()
    for _ in range(layers):  # the same by the recursion K <- dual(K)
        rho = np.asarray(sigma.dual(rho))
    off = ~np.eye(len(rho), dtype=bool)
    found = depth.at_depth(layers)
    assert found.similarity == pytest.approx(rho[off].mean(), abs=1e-6)
    assert found.similarity == pytest.approx(float(K[torch.from_numpy(off)].mean()), abs=1e-12)
    assert found.spread == pytest.approx(rho[off].std(ddof=1), abs=1e-6)


def test_depth_costs_a_real_network_its_accuracy_and_the_exact_kernel_hardly_any():
    points = lessons.look_deeper(depth.DEPTHS[-1]).points
    assert points[-1].similarity > 0.95 > points[0].similarity
    assert points[-1].network.mean < points[0].network.mean - 0.3
    assert points[-1].kernel > points[0].kernel - 0.03


@pytest.mark.parametrize("case", ["plain", "noise", "blind"])
def test_the_split_finds_what_was_built_in(case):
    found = lessons.split_variance(case)
    shares, built = found.shares, found.built
    assert sum(built.values()) == pytest.approx(1)
    assert shares.reliable
    assert shares.explained == pytest.approx(built["seen"], abs=0.08)
    assert shares.coverage_gap + shares.data_gap == pytest.approx(built["blind"], abs=0.12)
    assert shares.noise == pytest.approx(built["noise"], abs=0.08)


def test_few_rows_are_called_unreliable():
    assert not lessons.split_variance("few").shares.reliable


def test_data_of_the_cases_have_unit_variance():
    for case in special.CASES:
        _, y = special.data(case, 3)
        assert np.var(y) == pytest.approx(1, abs=0.5)


@pytest.mark.parametrize("chance", [0.05, 0.5, 0.9])
def test_money_adds_up_and_foresight_is_never_beaten(chance):
    found = lessons.compare_paths(chance)
    by = {p.code: p for p in found.paths}
    assert by["at_once"].invested == 1
    assert by["at_once"].net == pytest.approx(chance * (found.value - 400_000) - found.invest, rel=0.02, abs=20_000)
    assert by["foresight"].net >= max(by["staged"].net, by["at_once"].net)
    assert found.saves == pytest.approx(by["staged"].net - by["at_once"].net)
    assert by["staged"].spent < by["at_once"].spent


def test_looking_first_costs_money_where_it_tells_nothing():
    """Staged is better by what it avoids, not by construction: with every project certain to succeed cheaply or not, the
    evaluation's own price is paid."""
    found = lessons.compare_paths(0.9)
    by = {p.code: p for p in found.paths}
    assert by["foresight"].net - by["staged"].net >= found.evaluation * 0.9
    assert staged.costs_of(staged.Terms(), staged.Protocol())["reevaluate"] == found.evaluation


def test_the_correction_brings_every_layer_to_variance_one():
    report = lessons.correct_example()
    hidden = [layer for layer in report.layers if not layer.readout]
    assert len(hidden) == 12
    assert all(0.6 < layer.measured_after < 1.5 for layer in hidden)
    assert hidden[-1].measured_before < 0.1
