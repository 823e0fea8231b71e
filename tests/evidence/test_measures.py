"""The published measures against golden vectors (tests/golden) to 1e-8, and against what they must do."""

from pathlib import Path

import numpy as np
import pytest
import torch

from dualcore.evidence import measures, transferability
from dualcore.evidence.ridge import decompose_features, decompose_kernel, dual_weights, feature_weights, leave_out

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
SPECTRAL, TRANSFER, RIDGE = (np.load(GOLDEN / f"{name}_public.npz") for name in ("spectral", "transfer", "ridge"))
CLOSE = dict(rtol=1e-8, atol=1e-8)


def test_spectrum_and_cumulative_power():
    found = measures.spectrum(SPECTRAL["K"], SPECTRAL["y"])
    np.testing.assert_allclose(found.values / found.rows, SPECTRAL["eigvals_K_over_M"], **CLOSE)
    np.testing.assert_allclose(found.power, SPECTRAL["v2_target_power"], **CLOSE)
    power = measures.cumulative_power(SPECTRAL["K"], SPECTRAL["y"])
    np.testing.assert_allclose(power, SPECTRAL["C_k"], **CLOSE)
    np.testing.assert_allclose(power.mean(), SPECTRAL["C_k_mean"], **CLOSE)


def test_alignment_and_hsic():
    K, y = torch.from_numpy(SPECTRAL["K"]), torch.from_numpy(SPECTRAL["y"])
    np.testing.assert_allclose(measures.alignment(K, y, centre=False), SPECTRAL["alignment_uncentred"], **CLOSE)
    np.testing.assert_allclose(measures.alignment(K, y), SPECTRAL["alignment_centred"], **CLOSE)
    np.testing.assert_allclose(measures.hsic(K, y), SPECTRAL["hsic_biased"], **CLOSE)


@pytest.mark.parametrize("i", range(3))
def test_dimension_norm_and_gcv(i):
    K, y, delta = SPECTRAL["K"], SPECTRAL["y"], float(SPECTRAL["deltas"][i])
    np.testing.assert_allclose(measures.effective_dimension(K, delta), SPECTRAL["deff_tr_K_Kplusdelta_inv"][i], **CLOSE)
    np.testing.assert_allclose(measures.rkhs_norm_squared(K, y, delta), SPECTRAL["ytKinvy_with_delta"][i], **CLOSE)
    np.testing.assert_allclose(measures.gcv(K, y, delta)[0], SPECTRAL["gcv_full"][i], **CLOSE)


@pytest.mark.parametrize("i", range(3))
@pytest.mark.parametrize("j", range(3))
def test_eigenlearning(i, j):
    found = measures.eigenlearning(
        SPECTRAL["eigvals_K_over_M"], SPECTRAL["v2_target_power"], int(SPECTRAL["n_list"][i]), float(SPECTRAL["deltas"][j])
    )
    for name, value in {
        "kappa": found.kappa, "E0_overfit": found.overfitting, "pred_test_mse": found.test_mse,
        "pred_train_mse": found.train_mse, "learnability_power": found.learned_power,
    }.items():
        np.testing.assert_allclose(value, SPECTRAL[f"eigenlearning_{name}"][i, j], err_msg=name, **CLOSE)
    if SPECTRAL["deltas"][j] >= 0.5:  # the simulation on a finite pool agrees roughly where the ridge is large
        assert found.test_mse == pytest.approx(SPECTRAL["eigenlearning_gaussian_mc_test_mse"][i, j], rel=0.1)


def test_eigenlearning_without_a_ridge():
    found = measures.eigenlearning(1 / np.arange(1, 200) ** 2.0, 1 / np.arange(1, 200) ** 2.0, 20, 0.0)
    assert found.train_mse == 0 and found.learnability.sum() == pytest.approx(20)
    with pytest.raises(ValueError):
        measures.eigenlearning([1.0, 0.5], [1.0, 1.0], 2, 0.0)


@pytest.mark.parametrize("name", ["tall", "wide"])
@pytest.mark.parametrize("intercept", [False, True])
def test_gcv_of_features(name, intercept):
    F, Y, key = RIDGE[f"{name}_F"], RIDGE[f"{name}_Y"], f"{name}_ic{int(intercept)}_gcv"
    found = np.stack([measures.gcv(F @ F.T, Y, float(v), intercept) for v in RIDGE["lambdas"]])
    np.testing.assert_allclose(found, RIDGE[key], **CLOSE)


@pytest.mark.parametrize("name", ["tall", "wide"])
def test_leave_one_out_without_intercept(name):
    F, Y = RIDGE[f"{name}_F"], RIDGE[f"{name}_Y"]
    found = np.stack([measures.leave_one_out(F @ F.T, Y, float(v)) for v in RIDGE["lambdas"]])
    np.testing.assert_allclose(found, RIDGE[f"{name}_ic0_loo_pred"], **CLOSE)


@pytest.mark.parametrize("name", ["tall", "wide"])
@pytest.mark.parametrize("route", ["features", "kernel"])
def test_ridge_from_one_decomposition(name, route):
    F, Y, T = (torch.from_numpy(RIDGE[f"{name}_{k}"]) for k in ("F", "Y", "Ftest"))
    penalties, K = torch.from_numpy(RIDGE["lambdas"]), F @ F.T
    d = decompose_features(F) if route == "features" else decompose_kernel(K)
    np.testing.assert_allclose(measures.gcv_of(d, Y, penalties), RIDGE[f"{name}_ic1_gcv"], **CLOSE)
    if route == "kernel" and name == "tall":
        return  # rank-deficient kernel: leave-one-out belongs to the feature form there
    left_out = leave_out(d, Y, penalties)
    np.testing.assert_allclose(left_out, RIDGE[f"{name}_ic1_loo_pred"], **CLOSE)
    np.testing.assert_allclose((left_out - Y).square().mean(1), RIDGE[f"{name}_ic1_loo_mse"], **CLOSE)
    for i, penalty in enumerate(penalties.tolist()):
        if route == "features":
            W, b = feature_weights(d, F, Y, penalty)
            np.testing.assert_allclose(W, RIDGE[f"{name}_ic1_W"][i], **CLOSE)
            new = T @ W + b
        else:
            alpha, b = dual_weights(d, Y, penalty, K)
            new = T @ F.T @ alpha + b
        np.testing.assert_allclose(b, RIDGE[f"{name}_ic1_b"][i], **CLOSE)
        np.testing.assert_allclose(new, RIDGE[f"{name}_ic1_test_pred"][i], **CLOSE)


def test_transfer_measures():
    F, y, theta = TRANSFER["F"], TRANSFER["y"], TRANSFER["theta_source_probs"]
    np.testing.assert_allclose(transferability.leep(theta, y), TRANSFER["leep"], **CLOSE)
    np.testing.assert_allclose(transferability.nce(theta, y), TRANSFER["nce"], **CLOSE)
    np.testing.assert_allclose(transferability.h_score(F, y), TRANSFER["hscore"], **CLOSE)
    np.testing.assert_allclose(transferability.log_evidence(F, np.eye(3)[y]), TRANSFER["logme_per_class"], **CLOSE)
    np.testing.assert_allclose(transferability.logme(F, y), TRANSFER["logme"], **CLOSE)
    np.testing.assert_allclose(
        transferability.cover_hart_lower(TRANSFER["coverhart_r1nn"], 3), TRANSFER["coverhart_lower"], **CLOSE
    )


def _kernel(n, seed=0):
    X = np.random.default_rng(seed).uniform(-1, 1, (n, 2))
    return X, np.exp(-2 * np.square(X[:, None] - X[None]).sum(-1))


def test_held_out_power_is_zero_for_noise_and_large_for_signal():
    X, K = _kernel(400)
    a, b = np.arange(200), np.arange(200, 400)
    signal = measures.cumulative_power_held_out(K, X[:, 0] + X[:, 1] ** 2, a, b, 60)
    draws = [
        measures.cumulative_power_held_out(K, np.random.default_rng(s).standard_normal(400), a, b, 60)[-1] for s in range(40)
    ]
    assert signal[-1] > 0.9
    assert abs(np.mean(draws)) < 3 * np.std(draws) / np.sqrt(40) + 0.01


def test_norm_grows_for_noise_and_levels_off_inside_the_space():
    X, K = _kernel(400)
    sizes = [50, 100, 200, 400]
    inside = measures.rkhs_norm_growth(K, K[:, :3].sum(1), 0.01, sizes)
    noise = measures.rkhs_norm_growth(K, np.random.default_rng(1).standard_normal(400), 0.01, sizes)
    assert inside.in_space is True and noise.in_space is False
    assert inside.exponent == pytest.approx(-1, abs=0.25) and noise.slope > inside.slope
