"""Duals and kernels against 40-digit golden vectors, and random networks against their kernels."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from dualcore.errors import SkeletonError
from dualcore.kernels import (
    Node,
    Skeleton,
    activation,
    dual_kernel,
    empirical_kernel,
    fully_connected,
    kernel_error,
    preset,
    presets,
    random_network,
    to_sphere,
)

GOLDEN = Path(__file__).parents[1] / "golden"
DUAL = json.loads((GOLDEN / "dual_public.json").read_text())
KERNELS = np.load(GOLDEN / "kernels_public.npz")
FC = [k for k in KERNELS.files if re.match(r"fc_.+_K$", k)]
KINDS = {"table": (12,), "series": (2, 40), "image": (3, 12, 12)}
EVERY = [(kind, name) for kind in KINDS for name in presets(kind)]


@pytest.mark.parametrize("name", list(DUAL["activations"]))
def test_duals_match_golden_vectors(name):
    expected = DUAL["activations"][name]
    found = activation(name)
    tolerance = 1e-12 if found.closed_dual else 1e-9
    assert abs(found.norm2 - float(expected["norm2"])) < tolerance * max(1, float(expected["norm2"]))
    dual = found.dual(np.array([float(r) for r in DUAL["rho"]]))
    assert np.abs(dual - np.array([float(v) for v in expected["normalised"]])).max() < tolerance


@pytest.mark.parametrize("name", list(DUAL["activations"]))
def test_duals_in_float32_have_float32_digits(name):
    rho = torch.tensor([float(r) for r in DUAL["rho"]], dtype=torch.float64)
    expected = np.array([float(v) for v in DUAL["activations"][name]["normalised"]])
    found = activation(name).dual(rho.float())
    assert found.dtype == torch.float32
    # correlations next to 1 are rounded to 1 before the dual sees them: square roots of 1e-7
    smooth = 1e-6 * max(1.0, activation(name).slope) if not activation(name).jumps else 3e-4
    assert np.abs(found.numpy() - expected).max() < smooth


@pytest.mark.parametrize("name", [n for n, v in DUAL["activations"].items() if "hermite_coeffs_raw" in v])
def test_hermite_coefficients_match_golden_vectors(name):
    expected = np.array([float(v) for v in DUAL["activations"][name]["hermite_coeffs_raw"]])
    sigma = activation(name)
    assert np.abs(sigma.hermite_coefficients(len(expected)) * sigma.norm2**0.5 - expected).max() < 1e-12


@pytest.mark.parametrize("key", FC)
def test_fully_connected_kernels_match_golden_vectors(key):
    name, beta, depth = re.match(r"fc_(.+)_beta([\d.]+)_L(\d+)_K$", key).groups()
    K = dual_kernel(fully_connected(int(depth), name, float(beta)), torch.from_numpy(KERNELS["fc_X"]))
    assert np.abs(K.numpy() - KERNELS[key]).max() < 1e-10


@pytest.mark.parametrize("name", ["relu", "gelu", "tanh", "hardtanh", "softplus"])
def test_dual_derivative_is_the_slope_of_the_dual(name):
    sigma, rho, h = activation(name), np.linspace(-0.9, 0.9, 7), 1e-5
    slope = (sigma.dual(rho + h) - sigma.dual(rho - h)) / (2 * h)
    assert np.abs(sigma.dual_derivative(rho) - slope).max() < 1e-7


def test_critical_bias_of_the_table_in_the_literature():
    known = {"tanh": 0.1510, "gelu": 0.0672, "erf": 0.1841, "relu": 0.0}
    for name, value in known.items():
        assert abs(activation(name).critical_bias - value) < 1e-4


def inputs(kind, n=8, seed=3):
    x = torch.randn(n, *KINDS[kind], generator=torch.Generator().manual_seed(seed))
    return x


def shaped(skeleton, x):
    return x if skeleton.rank else to_sphere(x.flatten(1))


@pytest.mark.parametrize("name", ["fc1", "fc2", "fc3", "residual"])
def test_random_networks_approach_the_dual_kernel_at_the_rate_of_the_width(name):
    skeleton = preset(name)
    result = kernel_error(skeleton, shaped(skeleton, inputs("table", 30)), (64, 256, 1024), range(6))
    slope = np.polyfit(np.log(result.widths), np.log(result.errors.mean(1)), 1)[0]
    assert -0.65 < slope < -0.35
    assert result.errors[-1].mean() < 0.25


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_every_preset_is_deterministic_serialises_and_gives_a_kernel(kind, name):
    skeleton = presets(kind)[name]
    assert Skeleton.from_json(skeleton.to_json()) == skeleton
    x = shaped(skeleton, inputs(kind))
    network = random_network(skeleton, 96, 7, tuple(x.shape[1:]))
    K = empirical_kernel(network, x)
    again = empirical_kernel(random_network(skeleton, 96, 7, tuple(x.shape[1:])), x)
    other = empirical_kernel(random_network(skeleton, 96, 8, tuple(x.shape[1:])), x)
    assert torch.equal(K, again)
    assert not torch.equal(K, other)
    assert torch.allclose(K, K.T, atol=1e-12)
    assert torch.linalg.eigvalsh(K).min() > -1e-9
    assert abs(network.out_features - 96) <= 96 * 0.3


def test_batches_do_not_change_features():
    skeleton = preset("conv2d")
    x = inputs("image", 9)
    network = random_network(skeleton, 64, 1, tuple(x.shape[1:]))
    assert torch.allclose(network.features(x, batch_size=2), network.features(x, batch_size=9), atol=1e-6)


def test_tiles_do_not_change_the_kernel():
    x = to_sphere(inputs("table", 50)).double()
    skeleton = fully_connected(2)
    assert torch.allclose(dual_kernel(skeleton, x), dual_kernel(skeleton, x, memory_bytes=1), atol=1e-14)
    assert torch.allclose(dual_kernel(skeleton, x[:9], x), dual_kernel(skeleton, x)[:9], atol=1e-14)


@pytest.mark.parametrize(
    ("nodes", "code"),
    [
        ((Node("a", "dense", ("b",)), Node("b", "dense", ("a",)), Node("i", "input"), Node("o", "add", ("a", "i"))), "cycle"),
        ((Node("i", "input"), Node("a", "dense", ("i",)), Node("b", "dense", ("i",))), "dangling_nodes"),
        ((Node("i", "input"), Node("a", "dense", ("x",))), "unknown_input"),
        ((Node("i", "input"), Node("a", "conv", ("i",), window=3)), "needs_positions"),
        ((Node("i", "input"), Node("a", "dense", ("i",), "nope")), "unknown_activation"),
        ((Node("i", "input"), Node("i", "dense", ("i",))), "node_twice"),
    ],
)
def test_a_bad_skeleton_is_refused_with_its_reason(nodes, code):
    with pytest.raises(SkeletonError) as error:
        Skeleton("bad", nodes)
    assert error.value.code == code
    assert str(error.value)


def test_depth_warning_comes_with_degeneration():
    assert "too_deep" in dict(fully_connected(40, "tanh", 0.5).warnings())
    assert not fully_connected(3, "tanh", 0.1).warnings()
