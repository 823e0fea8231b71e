"""The last-layer solver against 40-digit refits (golden) and against plain refits."""

from pathlib import Path

import numpy as np
import pytest
import torch

from dualcore.evidence.lastlayer import Representation, Split, fit_last_layer
from dualcore.evidence.ridge import decompose_features, decompose_kernel, dual_weights, feature_weights, leave_out

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "ridge_public.npz")


def problem(name):
    F, Y = torch.from_numpy(GOLDEN[f"{name}_F"]), torch.from_numpy(GOLDEN[f"{name}_Y"])
    return F, Y, torch.from_numpy(GOLDEN["lambdas"]), torch.from_numpy(GOLDEN[f"{name}_Ftest"])


@pytest.mark.parametrize("name", ["tall", "wide"])
def test_leave_one_out_matches_golden_refits(name):
    F, Y, penalties, _ = problem(name)
    got = leave_out(decompose_features(F), Y, penalties)
    assert np.abs(got.numpy() - GOLDEN[f"{name}_ic1_loo_pred"]).max() < 1e-8


@pytest.mark.parametrize("name", ["tall", "wide"])
def test_weights_match_golden_refits(name):
    F, Y, penalties, F_test = problem(name)
    d = decompose_features(F)
    for i, penalty in enumerate(penalties):
        W, b = feature_weights(d, F, Y, float(penalty))
        assert np.abs((F_test @ W + b).numpy() - GOLDEN[f"{name}_ic1_test_pred"][i]).max() < 1e-8


def test_kernel_form_equals_feature_form():
    F, Y, penalties, F_test = problem("wide")
    K = F @ F.T
    d = decompose_kernel(K)
    alpha, b = dual_weights(d, Y, float(penalties[2]), K)
    assert np.abs((F_test @ F.T @ alpha + b).numpy() - GOLDEN["wide_ic1_test_pred"][2]).max() < 1e-8


@pytest.mark.parametrize("shape", [(30, 5), (20, 50)])
def test_blocks_left_out_together_match_refits(shape):
    rng = torch.Generator().manual_seed(1)
    F = torch.randn(*shape, generator=rng, dtype=torch.float64)
    Y = torch.randn(shape[0], 2, generator=rng, dtype=torch.float64)
    blocks = list(torch.randperm(shape[0], generator=rng).tensor_split(6))
    penalty = torch.tensor([0.3], dtype=torch.float64)
    got = leave_out(decompose_features(F), Y, penalty, blocks)[0]
    for B in blocks:
        rest = torch.ones(shape[0], dtype=torch.bool)
        rest[B] = False
        W, b = feature_weights(decompose_features(F[rest]), F[rest], Y[rest], 0.3)
        assert torch.allclose(got[B], F[B] @ W + b, atol=1e-9)


def test_leave_one_out_is_not_perfect_on_noise():
    """Centring the Gram matrix and keeping its null direction would make this score perfect."""
    rng = np.random.default_rng(0)
    F = torch.from_numpy(rng.standard_normal((80, 300)))
    y = rng.integers(0, 2, 80)
    fit = fit_last_layer(Representation(F @ F.T, True), y, 2, "accuracy", Split.of(80))
    assert (fit.prediction.labels() == y).mean() < 0.7


def test_time_ordered_split_never_fits_on_the_future():
    time = np.random.default_rng(0).permutation(50).astype(float)
    split = Split.of(50, time=time)
    assert split.kind == "time_ordered"
    for fit_rows, scored in split.folds:
        assert time[fit_rows.numpy()].max() < time[scored.numpy()].min()


@pytest.mark.parametrize("sizes", [[3] * 20, [1500, 400, 300, 50]])
def test_groups_stay_on_one_side(sizes):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    split = Split.of(len(groups), groups=groups)
    pairs = split.folds or [(torch.tensor([r for r in range(len(groups)) if r not in set(b.tolist())]), b) for b in split.blocks]
    for fit_rows, scored in pairs:
        assert not set(groups[fit_rows.numpy()]) & set(groups[scored.numpy()])
    assert sum(len(s) for _, s in pairs) == len(groups)
