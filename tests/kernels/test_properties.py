"""What every dual kernel must satisfy, on skeletons and inputs that nobody picked."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dualcore.kernels import (
    ACTIVATIONS,
    Node,
    Skeleton,
    activation,
    dual_kernel,
    fully_connected,
    multi_view,
    residual,
    tangent_kernel,
    to_sphere,
)

SMOOTH = [a for a in ACTIVATIONS if a not in ("step", "sign")]
betas = st.sampled_from([0.0, 0.1, 0.5, 1.0])
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def sphere(n, d, seed):
    return to_sphere(torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64))


def unit_pixels(n, shape, seed):
    x = torch.randn(n, *shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return x / x.norm(dim=1, keepdim=True)


@st.composite
def vector_skeletons(draw):
    kind, name, beta = draw(st.sampled_from(["chain", "residual", "views"])), draw(st.sampled_from(ACTIVATIONS)), draw(betas)
    if kind == "chain":
        return fully_connected(draw(st.integers(1, 4)), name, beta), 1
    if kind == "residual":
        return residual(draw(st.integers(1, 3)), name, beta), 1
    return multi_view(2, draw(st.integers(1, 2)), name, beta), 2


@st.composite
def position_skeletons(draw):
    """Convolutions of unit groups: every variance is 1, so every activation has an exact kernel."""
    axes, name, beta = draw(st.sampled_from([1, 2])), draw(st.sampled_from(ACTIVATIONS)), draw(betas)
    padding = draw(st.sampled_from(["same", "valid", "circular"]))
    window, stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    layers = [Node("x", "input", norm="group")]
    for i in range(draw(st.integers(1, 2))):
        layers.append(Node(f"c{i}", "conv", (layers[-1].name,), name, beta, window, stride if i == 0 else 1, dilation if i == 0 else 1, padding))
    end = draw(st.sampled_from(["flatten", "global_pool"]))
    return Skeleton("drawn", (*layers, Node("o", end, (layers[-1].name,))), axes), (2, *(9,) * axes)


def check_kernel(skeleton, X, rows, unit):
    K = dual_kernel(skeleton, X)
    n = K.shape[0]
    assert torch.equal(K, K.T)
    assert torch.linalg.eigvalsh(K).min() > -1e-11 * n
    if unit:
        assert (K.diagonal() - 1).abs().max() < 1e-13
        assert K.abs().max() < 1 + 1e-13
    order = torch.randperm(n, generator=torch.Generator().manual_seed(n))
    assert (dual_kernel(skeleton, rows(X, order)) - K[order][:, order]).abs().max() < 1e-12
    half = torch.arange(n // 2 + 1)
    assert (dual_kernel(skeleton, rows(X, half), X, memory_bytes=1) - K[: len(half)]).abs().max() < 1e-12


@few
@given(drawn=vector_skeletons(), n=st.integers(1, 9), d=st.integers(1, 12), seed=st.integers(0, 99))
def test_kernels_of_vectors_are_kernels(drawn, n, d, seed):
    skeleton, views = drawn
    X = [sphere(n, d, seed + v) for v in range(views)]
    check_kernel(skeleton, X if views > 1 else X[0], lambda X, i: [x[i] for x in X] if views > 1 else X[i], unit=True)


@few
@given(drawn=position_skeletons(), n=st.integers(1, 5), seed=st.integers(0, 99))
def test_kernels_of_positions_are_kernels(drawn, n, seed):
    skeleton, shape = drawn
    X = unit_pixels(n, shape, seed)
    check_kernel(skeleton, X, lambda X, i: X[i], unit=skeleton.output.op == "flatten")


@few
@given(drawn=position_skeletons(), seed=st.integers(0, 99))
def test_pairs_of_positions_contain_the_kernel_of_equal_positions(drawn, seed):
    """Two routes to the same number: distances at equal positions, and all pairs of positions carried as products."""
    skeleton, shape = drawn
    if any(activation(n.activation).jumps for n in skeleton.nodes):
        return  # the tangent kernel of these does not exist
    axes = len(shape) - 1
    nodes = [*skeleton.nodes[:-1], Node("all", "pool", (skeleton.nodes[-2].name,), window=1, stride=1, padding="valid"), Node("o", "flatten", ("all",))]
    X, flat = unit_pixels(4, shape, seed), Skeleton("flat", (*skeleton.nodes[:-1], Node("o", "flatten", (skeleton.nodes[-2].name,))), axes)
    forced = Skeleton("pairs", tuple(nodes), axes)
    assert (dual_kernel(flat, X) - dual_kernel(forced, X)).abs().max() < 1e-12
    slopes = max(1, *(activation(n.activation).slope for n in skeleton.nodes)) ** 2
    assert (tangent_kernel(flat, X) - tangent_kernel(forced, X)).abs().max() < 1e-6 * slopes


@few
@given(name=st.sampled_from(ACTIVATIONS), low=st.floats(0, 1), high=st.floats(0, 1))
def test_duals_grow_on_the_positive_side_and_are_convex_there(name, low, high):
    sigma, (low, high) = activation(name), sorted((low, high))
    assert sigma.dual(low) <= sigma.dual(high) + 1e-12
    assert sigma.dual((low + high) / 2) <= (sigma.dual(low) + sigma.dual(high)) / 2 + 1e-12
    assert abs(sigma.dual(-low)) <= sigma.dual(low) + 1e-12
    assert abs(sigma.dual(1.0) - 1) < 1e-13


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_hermite_coefficients_rebuild_the_dual(name):
    sigma = activation(name)
    a = sigma.hermite_coefficients(60)
    rho = 0.5
    assert abs(float((a**2 * rho ** torch.arange(60, dtype=torch.float64).numpy()).sum()) - sigma.dual(rho)) < 1e-10
    assert (a**2).sum() < 1 + 1e-12


@few
@given(name=st.sampled_from(SMOOTH), depth=st.integers(1, 4), beta=betas, seed=st.integers(0, 99))
def test_tangent_kernels_are_kernels_above_the_dual_kernel(name, depth, beta, seed):
    X = sphere(6, 5, seed)
    difference = tangent_kernel(fully_connected(depth, name, beta), X) - dual_kernel(fully_connected(depth, name, beta), X)
    assert torch.linalg.eigvalsh(difference).min() > -1e-10 * max(1.0, float(difference.diagonal().max()))


@few
@given(depth=st.integers(1, 3), name=st.sampled_from(["relu", "tanh", "erf", "gelu", "abs", "sin"]), beta=st.sampled_from([0.0, 0.2]), seed=st.integers(0, 99))
def test_float32_follows_float64(depth, name, beta, seed):
    X = sphere(20, 6, seed)
    X = torch.cat([X, X[:5] + 1e-4 * torch.randn(5, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))])
    X = (X / X.norm(dim=1, keepdim=True)).float()
    skeleton = fully_connected(depth, name, beta)
    assert (dual_kernel(skeleton, X, dtype=torch.float32).double() - dual_kernel(skeleton, X)).abs().max() < 2e-6 * depth
    assert (tangent_kernel(skeleton, X, dtype=torch.float32).double() - tangent_kernel(skeleton, X)).abs().max() < 1e-4 * depth
