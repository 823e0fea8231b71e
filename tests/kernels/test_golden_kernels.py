"""Dual and tangent kernels of every kind of skeleton against independently computed vectors."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from dualcore.errors import NumericalError, SkeletonError
from dualcore.kernels import (
    Node,
    Skeleton,
    activation,
    dual_cost,
    dual_kernel,
    fully_connected,
    preset,
    tangent_kernel,
    to_sphere,
)

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "kernels_public.npz")
BETA = 0.1
PIXELS = Node("x", "input", norm="group")
FC = sorted({m[1] for k in GOLDEN.files if (m := re.match(r"(fc_.+_L\d+)_", k))})


def load(name):
    return torch.from_numpy(GOLDEN[name])


def conv(name, source, activation="relu", beta=BETA, window=3, stride=1, padding="valid"):
    return Node(name, "conv", (source,), activation, beta, window, stride, 1, padding)


def multi_view():
    groups = [Node(f"g{i}", "input") for i in range(5)]
    layers = [Node("a", "dense", ("g0", "g1", "g2"), "relu", BETA), Node("b", "dense", ("g2", "g3", "g4"), "erf", BETA)]
    return Skeleton("views", (*groups, *layers, Node("o", "dense", ("a", "b"), "gelu", BETA)))


def pre_activation_residual():
    nodes, z = [Node("x", "input"), Node("z0", "dense", ("x",), "identity", BETA)], "z0"
    for i in range(3):
        nodes += [Node(f"r{i}", "activation", (z,), "relu"), Node(f"b{i}", "dense", (f"r{i}",), "identity", BETA)]
        nodes.append(Node(f"z{i + 1}", "add", (z, f"b{i}")))
        z = f"z{i + 1}"
    return Skeleton("residual", (*nodes, Node("o", "activation", (z,), "relu")))


def conv1d_stack():
    layers = [conv("c1", "x"), conv("c2", "c1", "gelu", stride=2), Node("o", "dense", ("c2",), "relu", BETA)]
    return Skeleton("conv1d", (PIXELS, *layers), 1)


def conv2d_stack(padding, beta):
    layers = [conv("c1", "x", beta=beta, padding=padding), conv("c2", "c1", beta=beta, padding=padding)]
    return Skeleton("conv2d", (PIXELS, *layers, Node("f", "flatten", ("c2",)), Node("o", "dense", ("f",), "relu", beta)), 2)


def pooled():
    pool = Node("p", "pool", ("c1",), window=2, stride=2, padding="valid")
    return Skeleton("pooled", (PIXELS, conv("c1", "x"), pool, conv("c2", "p", window=2), Node("o", "global_pool", ("c2",))), 2)


def cases():
    for name in FC:
        sigma, beta, depth = re.match(r"fc_(.+)_beta([\d.]+)_L(\d+)$", name).groups()
        yield name, fully_connected(int(depth), sigma, float(beta)), load("fc_X")
    yield "groups_multiview", multi_view(), load("groups_X")
    yield "residual3_relu", pre_activation_residual(), load("fc_X")
    yield "conv1d", conv1d_stack(), load("conv1d_X").transpose(1, 2)
    images = load("conv2d_X").permute(0, 3, 1, 2)
    for beta in (0.0, BETA):
        for golden, padding in (("VALID", "valid"), ("SAME_TRUE_INDEGREE", "same"), ("CIRCULAR", "circular")):
            yield f"conv2d_{golden}_beta{beta}", conv2d_stack(padding, beta), images
    yield "conv2d_skeletonpool", Skeleton("s", (PIXELS, conv("c1", "x"), Node("o", "flatten", ("c1",))), 2), images
    yield "conv2d_GAP", Skeleton("s", (PIXELS, conv("c1", "x"), Node("o", "global_pool", ("c1",))), 2), images
    yield "conv2d_avgpool_conv_GAP", pooled(), images


CASES = {name: (skeleton, X) for name, skeleton, X in cases()}


def test_every_vector_is_used():
    known = {k.removesuffix("_NTK").removesuffix("_K") for k in GOLDEN.files if k.endswith("_K") or k.endswith("_NTK")}
    assert {k for k in known if not k.startswith("general_")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_dual_kernels_match(name):
    skeleton, X = CASES[name]
    if f"{name}_K" not in GOLDEN.files:
        pytest.skip("the vectors hold the tangent kernel alone")
    expected = GOLDEN[f"{name}_K"]
    assert np.abs(dual_kernel(skeleton, X).numpy() - expected).max() < 1e-10
    assert np.abs(dual_kernel(skeleton, X[:3], X, memory_bytes=1).numpy() - expected[:3]).max() < 1e-10
    assert np.abs(dual_kernel(skeleton, X, dtype=torch.float32).numpy() - expected).max() < 1e-5


@pytest.mark.parametrize("name", [n for n in CASES if f"{n}_NTK" in GOLDEN.files])
def test_tangent_kernels_match(name):
    skeleton, X = CASES[name]
    gap = np.abs(tangent_kernel(skeleton, X).numpy() - GOLDEN[f"{name}_NTK"])
    rows = X.reshape(len(X), -1)
    # Equal and opposite rows: the vectors lose half their digits there (arccos of 1 - 2e-16); ours are checked below.
    parallel = ((rows @ rows.T).abs() > (1 - 1e-12) * (rows.norm(dim=1)[:, None] * rows.norm(dim=1))).numpy()
    assert gap[~parallel].max() < 1e-9
    assert gap.max() < 1e-6
    exact = tangent_kernel(skeleton, X)
    assert (tangent_kernel(skeleton, X, dtype=torch.float32) - exact).abs().max() < 2e-5 * max(1.0, float(exact.abs().max()))


@pytest.mark.parametrize("depth", [1, 3, 5, 20])
def test_equal_inputs_lose_no_digits(depth):
    X = to_sphere(torch.randn(40, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(depth)))
    twice, skeleton = torch.cat([X, X]), fully_connected(depth)
    for Y in (None, twice.clone()):
        T, K = tangent_kernel(skeleton, twice, Y), dual_kernel(skeleton, twice, Y)
        for offset in (-40, 0, 40):
            # relu without bias: kernel 1 and tangent kernel depth + 1 on the diagonal, in every digit
            assert (T.diagonal(offset) - (depth + 1)).abs().max() < 1e-12 * depth
            assert (K.diagonal(offset) - 1).abs().max() < 1e-14 * depth


def general(sigma, c, p, q):
    """Dual at any variances, and its slope in c: closed forms, or by the degree of homogeneity."""
    if sigma.closed_general:
        return sigma.closed_general(c, p, q)
    root = torch.sqrt(p * q)
    rho = (c / root).clamp(-1, 1)
    degree = sigma.homogeneous
    return root**degree * sigma.dual(rho) * sigma.norm2, root ** (degree - 1) * sigma.dual_derivative(rho) * sigma.norm2


@pytest.mark.parametrize("key", [k for k in GOLDEN.files if k.startswith("general_") and k.endswith("_K")])
def test_any_variance_matches(key):
    name, weight, bias = re.match(r"general_(\w+)_sw([\d.]+)_sb([\d.]+)_L3_K", key).groups()
    sigma, w2, b2 = activation(name), 2.0 if name == "relu" else float(weight) ** 2, float(bias) ** 2
    X = load("general_X")
    c = X @ X.T / X.shape[1]
    for _ in range(3):
        c = w2 * c + b2
        q = c.diagonal()
        c = general(sigma, c, q[:, None], q[None, :])[0]
    assert np.abs(c.numpy() - GOLDEN[key]).max() < 1e-10


@pytest.mark.parametrize("name", ["relu", "erf", "gelu", "relu2", "leaky_relu:0.3", "sin", "cos:0.5", "exp:0.7", "gaussian", "quadratic:1,2,3"])
def test_closed_forms_at_any_variance_are_consistent(name):
    c, p, q, one = (torch.tensor([v], dtype=torch.float64) for v in (0.4, 1.7, 0.6, 1.0))
    sigma, h = activation(name), 1e-6
    slope = general(sigma, c, p, q)[1]
    up, down = (general(sigma, c + s * h, p, q)[0] for s in (1, -1))
    assert abs(float(slope - (up - down) / (2 * h))) < 1e-8 * max(1, float(slope))
    assert abs(float(general(sigma, c, one, one)[0]) / sigma.norm2 - float(sigma.dual(c))) < 1e-13
    # E sigma(u) sigma(v) by Gauss-Hermite in two dimensions; relu and its like have a kink, hence the tolerance
    x, w = np.polynomial.hermite_e.hermegauss(150)
    u, v = np.meshgrid(x, x)
    s = 0.4 / 1.7
    left, right = torch.from_numpy(math.sqrt(1.7) * u), torch.from_numpy(s * math.sqrt(1.7) * u + math.sqrt(0.6 - s * s * 1.7) * v)
    direct = float((np.outer(w, w) / (2 * np.pi) * (sigma(left) * sigma(right)).numpy()).sum())
    assert abs(direct - float(general(sigma, c, p, q)[0])) < (5e-3 if sigma.homogeneous is not None else 1e-11) * max(1, direct)


def test_inputs_that_do_not_fit_are_refused():
    unit, raw = to_sphere(torch.randn(3, 4)), 5 * torch.randn(3, 4)
    refusals = [
        (lambda: dual_kernel(fully_connected(1, "tanh"), raw), "needs_unit_variance"),
        (lambda: tangent_kernel(fully_connected(1, "step"), unit), "no_tangent_kernel"),
        (lambda: dual_kernel(fully_connected(1), unit, unit[:, :3]), "bad_argument"),
        (lambda: dual_kernel(preset("conv2d"), unit), "inputs_do_not_fit"),
        (lambda: dual_kernel(fully_connected(1), unit[:0]), "no_examples"),
        (lambda: dual_kernel(multi_view(), [unit, unit]), "inputs_do_not_fit"),
        (lambda: dual_kernel(Skeleton("v", (PIXELS, conv("c", "x", window=9)), 1), torch.randn(2, 1, 5)), "window_too_large"),
    ]
    for call, code in refusals:
        with pytest.raises(SkeletonError) as error:
            call()
        assert error.value.code == code
        assert str(error.value)
    with pytest.raises(NumericalError):
        dual_kernel(fully_connected(1), torch.full((2, 3), torch.nan))


def test_blank_pixels_are_no_trouble():
    X = torch.randn(4, 1, 6, 6)
    X[:2] = 0
    for name in ("relu", "step"):
        K = dual_kernel(preset("conv2d", activation=name, beta=0.0), X)
        assert torch.isfinite(K).all()
        assert torch.linalg.eigvalsh(K).min() > -1e-10


def test_cost_grows_with_pairs_and_with_pairs_of_positions():
    flat = Skeleton("flat", (PIXELS, conv("c", "x"), Node("f", "flatten", ("c",))), 2)
    mean = Skeleton("mean", (PIXELS, conv("c", "x"), Node("f", "global_pool", ("c",))), 2)
    assert dual_cost(flat, 10, 20, (3, 12, 12)) == 2 * dual_cost(flat, 10, 10, (3, 12, 12))
    assert dual_cost(mean, 10, None, (3, 12, 12)) > 50 * dual_cost(flat, 10, None, (3, 12, 12))
