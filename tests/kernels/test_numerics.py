"""Digits, memory and devices: what the kernels promise beyond their formulas."""

import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest
import torch

from dualcore.errors import NumericalError, SkeletonError
from dualcore.kernels import (
    ACTIVATIONS,
    Node,
    Skeleton,
    activation,
    convolutional,
    dual_kernel,
    empirical_kernel,
    fully_connected,
    fused,
    multi_view,
    propagate,
    random_network,
    register_activation,
    residual,
    tangent_kernel,
    to_sphere,
    windows,
)
from dualcore.kernels.precision import check_products, full_precision
from dualcore.kernels.series import dual_series, gap_and_slope

GPU = pytest.mark.gpu
NO_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


def exact_relu(rho, depth, beta):
    """Dual and tangent kernel in 50 digits."""
    K, T = rho, mpmath.mpf(0)
    for _ in range(depth):
        s = beta + (1 - beta) * K
        angle = mpmath.acos(s)
        T = (1 - angle / mpmath.pi) * (s + (1 - beta) * T)
        K = (mpmath.sin(angle) + (mpmath.pi - angle) * s) / mpmath.pi
    return K, K + T


@pytest.mark.parametrize("depth", [1, 5, 50, 1000])
@pytest.mark.parametrize("angle", [1e-8, 1e-6, 1e-4, 1e-2, 1.0, 3.0])
def test_nearly_equal_inputs_keep_every_digit(depth, angle):
    mpmath.mp.dps = 50
    X = torch.tensor([[1.0, 0.0], [math.cos(angle), math.sin(angle)]], dtype=torch.float64)
    x, y = ([mpmath.mpf(float(v)) for v in row] for row in X)
    rho = (x[0] * y[0] + x[1] * y[1]) / mpmath.sqrt((x[0] ** 2 + x[1] ** 2) * (y[0] ** 2 + y[1] ** 2))
    K, T = exact_relu(rho, depth, mpmath.mpf(0))
    assert abs(float(dual_kernel(fully_connected(depth), X)[0, 1] - float(K))) < 1e-15 * max(4, depth / 10)
    assert abs(float(tangent_kernel(fully_connected(depth), X)[0, 1]) / float(T) - 1) < 1e-15 * max(50, depth)


def test_very_deep_relu_kernels_follow_their_law():
    # 1 - kernel -> 9 pi^2 / (2 depth^2): iterating rho instead of 1 - rho gives 40.3 at this depth.
    depth = 100_000
    series, none = dual_series(activation("relu"), torch.float64), np.empty((1, 0))
    gap, one = np.array([[0.5]]), np.ones((1, 1))
    for _ in range(depth):
        fused.activate(gap, none, one, one, 1, False, 1, series.plain, series.power, series.near, series.far, none[0], none[0])
    assert abs(gap[0, 0] * depth**2 - 9 * math.pi**2 / 2) < 0.05


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_series_agree_with_the_dual(name):
    sigma = activation(name)
    t = torch.cat([torch.linspace(0, 2, 301, dtype=torch.float64), torch.tensor([1e-12, 1e-6, 1 - 1e-9, 1 + 1e-9, 2 - 1e-9])])
    gap, slope = gap_and_slope(dual_series(sigma, torch.float64), t, not sigma.jumps)
    tolerance = 1e-13 if sigma.closed_dual else 1e-12
    assert (1 - gap - sigma.dual(1 - t)).abs().max() < (1e-7 if sigma.jumps else tolerance)
    if not sigma.jumps:
        inside = (t > 1e-4) & (t < 2 - 1e-4)
        assert (slope - sigma.dual_derivative(1 - t))[inside].abs().max() < 1e-11 * max(1.0, sigma.slope)


def skeletons():
    residual_conv = Skeleton("r", (
        Node("x", "input"), Node("c", "conv", ("x",), "relu", 0.1, 3), Node("d", "conv", ("c",), "gelu", 0.2, 3, padding="circular"),
        Node("s", "add", ("c", "d"), weights=(0.3, 0.7)), Node("p", "pool", ("s",), window=2, stride=2, padding="valid"),
        Node("e", "conv", ("p",), "leaky_relu:0.1", 0.0, (2, 1), padding=(1, 0)), Node("o", "global_pool", ("e",)),
    ), 2)
    return {
        "deep": (fully_connected(4, "relu", 0.1), (6,)), "tanh": (fully_connected(2, "tanh", 0.1), (6,)),
        "relu2": (fully_connected(2, "relu2"), (6,)), "residual": (residual(2, "gelu", 0.1), (6,)),
        "flat": (convolutional(2, "relu", 0.1, padding=1, stride=2), (2, 8, 7)), "series": (convolutional(2, "erf", 0.1, axes=1, dilation=2), (2, 12)),
        "mean": (convolutional(2, "abs", 0.1, readout="mean", pool=2), (1, 8, 8)), "mixed": (residual_conv, (2, 8, 6)),
    }


def examples(shape, n=7):
    X = torch.randn(n, *shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    X = to_sphere(X) [:, : shape[0]] if len(shape) == 1 else X
    X = X / X.norm(dim=1, keepdim=True) if len(shape) == 1 else X
    X[3] = X[2] + 1e-9 * X[1]
    X[4] = -X[2]
    if len(shape) > 1:
        X[0, :, :3] = 0
    return X


def by_tensor_operations(monkeypatch):
    """The route that other devices take."""
    monkeypatch.setattr(propagate, "_fused_activation", propagate._activation)
    monkeypatch.setattr(windows, "_sum_fused", lambda K, dims, w, scale, buffers: windows._sum_by_slices(K, dims, w, scale))


@pytest.mark.parametrize("kernel", [dual_kernel, tangent_kernel])
@pytest.mark.parametrize("name", skeletons())
def test_compiled_loops_and_tensor_operations_agree(name, kernel, monkeypatch):
    skeleton, shape = skeletons()[name]
    X = examples(shape)
    compiled = [kernel(skeleton, X), kernel(skeleton, X[:3], X)]
    by_tensor_operations(monkeypatch)
    plain = [kernel(skeleton, X), kernel(skeleton, X[:3], X)]
    scale = max(1.0, float(compiled[0].abs().max()))
    # Tangent kernels at all pairs of positions keep half the digits of inputs that are equal but for rounding.
    tolerance = 1e-6 if kernel is tangent_kernel and name in ("mean", "mixed") else 1e-12
    assert all((a - b).abs().max() < tolerance * scale for a, b in zip(compiled, plain))


def test_numbers_per_axis_act_on_their_axis():
    """A window of (3, 1) on an image of one column is a window of 3 on a series."""
    nodes = (Node("x", "input"), Node("c", "conv", ("x",), "relu", 0.1, (3, 1), (2, 1), (2, 1), (1, 0)), Node("o", "flatten", ("c",)))
    series = (Node("x", "input"), Node("c", "conv", ("x",), "relu", 0.1, 3, 2, 2, 1), Node("o", "flatten", ("c",)))
    X = torch.randn(5, 2, 11, dtype=torch.float64)
    assert (dual_kernel(Skeleton("a", nodes, 2), X[..., None]) - dual_kernel(Skeleton("b", series, 1), X)).abs().max() < 1e-14
    network = random_network(Skeleton("a", nodes, 2), 64, 0, (2, 11, 1))
    other = random_network(Skeleton("b", series, 1), 64, 0, (2, 11))
    assert torch.allclose(network.features(X[..., None]), other.features(X), atol=1e-6)


def test_zeros_around_an_image_lose_variance_as_in_torch():
    skeleton = convolutional(2, "relu", 0.0, padding=1)
    X = torch.randn(4, 3, 6, 6)
    K = dual_kernel(skeleton, X)
    mean = sum(empirical_kernel(random_network(skeleton, 36 * 512, s), X) for s in range(6)) / 6
    assert (mean - K).norm() / K.norm() < 0.05
    assert float(K[0, 0]) < 0.95 * float(dual_kernel(convolutional(2), X)[0, 0])


def test_views_of_different_kinds_are_joined():
    skeleton = multi_view([convolutional(1, readout="mean"), fully_connected(1, "tanh", 0.1)], 1, "relu", 0.1, (0.7, 0.3))
    assert Skeleton.from_json(skeleton.to_json()) == skeleton
    X = [torch.randn(6, 3, 5, 5), to_sphere(torch.randn(6, 4))]
    K = dual_kernel(skeleton, X)
    parts = [dual_kernel(convolutional(1, readout="mean"), X[0]), dual_kernel(fully_connected(1, "tanh", 0.1), X[1])]
    s = 0.1 + 0.9 * (0.7 * parts[0] + 0.3 * parts[1])
    root = s.diagonal().sqrt()[:, None] * s.diagonal().sqrt()
    assert (K - root * activation("relu").dual(s / root)).abs().max() < 1e-12
    mean = sum(empirical_kernel(random_network(skeleton, 2048, seed), X) for seed in range(8)) / 8
    assert (mean - K).norm() / K.norm() < 0.05


def test_a_function_of_your_own_is_an_activation():
    def bent(x):
        return torch.where(x > 0.7, 2 * x - 0.7, x.tanh())

    assert activation(bent, kinks=(0.7,)).jumps  # tanh(0.7) is not 0.7
    mish = activation(lambda x: x * torch.nn.functional.softplus(x).tanh())
    x, w = np.polynomial.hermite_e.hermegauss(160)
    values = mish(torch.from_numpy(x)).numpy()
    assert abs(mish.norm2 - (w * values**2).sum() / math.sqrt(2 * math.pi)) < 1e-12
    register_activation("mish", mish.function)
    X = to_sphere(torch.randn(5, 4, dtype=torch.float64))
    skeleton = Skeleton.from_json(fully_connected(2, "mish", 0.1).to_json())
    assert (dual_kernel(skeleton, X).diagonal() - 1).abs().max() < 1e-13
    close = empirical_kernel(random_network(skeleton, 8192, 0), X)
    assert (close - dual_kernel(skeleton, X)).abs().max() < 0.1
    same = activation(lambda x: torch.relu(x), kinks=(0.0,))
    rho = np.linspace(-1, 1, 41)
    assert np.abs(same.dual(rho) - activation("relu").dual(rho)).max() < 1e-13


@pytest.mark.parametrize(
    ("function", "kinks", "code"),
    [
        (lambda x: torch.relu(x - 0.3), (), "activation_rough"),  # a kink that is not named
        (lambda x: torch.sin(400 * x), (), "activation_rough"),
        (lambda x: x.sum(), (), "activation_not_pointwise"),
        (lambda x: np.tanh(x.numpy()), (), "activation_not_pointwise"),
        (lambda x: x * 0, (), "activation_norm"),
        (lambda x: x / 0, (), "activation_norm"),
    ],
)
def test_functions_that_cannot_be_used_are_refused(function, kinks, code):
    with pytest.raises(SkeletonError) as error:
        activation(function, kinks=kinks)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: activation("rellu"), ["rellu", "relu"]),
        (lambda: activation("leaky_relu", slope=0.1), ["slope", "leaky_relu:0.2"]),
        (lambda: activation("erf:x"), ["erf:x", "erf:1"]),
        (lambda: activation("hermite", n=2.5), ["n = 2.5"]),
        (lambda: activation("relu").dual(1.5), ["rho = 1.5", "-1 ... 1"]),
        (lambda: activation("relu").dual(math.nan), ["rho = nan"]),
        (lambda: fully_connected(0), ["depth = 0", ">= 1"]),
        (lambda: fully_connected(2, beta=1.2), ["beta = 1.2", "0 to 1", "layer1"]),
        (lambda: fully_connected(2, beta="x"), ["beta = x"]),
        (lambda: convolutional(1, axes=3), ["axes = 3"]),
        (lambda: convolutional(1, window=0), ["window = 0", "conv1"]),
        (lambda: convolutional(1, window=(3, 3, 3)), ["window = (3, 3, 3)", "conv1"]),
        (lambda: convolutional(1, padding="reflect"), ["padding = reflect", "circular"]),
        (lambda: convolutional(1, readout="max"), ["readout = max"]),
        (lambda: multi_view(1), ["views = 1"]),
        (lambda: multi_view(2, weights=(0.5, 0.6)), ["(0.5, 0.6)", "join"]),
        (lambda: residual(1, share=2.0), ["share = 2.0"]),
        (lambda: dual_kernel(convolutional(1, window=9, padding="valid"), torch.randn(2, 1, 5, 5)), ["conv1", "window = 9", "5 x 5"]),
        (lambda: dual_kernel(convolutional(1), torch.randn(2, 5, 5)), ["(2, 5, 5)", "(n, c, h, w)"]),
        (lambda: dual_kernel(fully_connected(1), torch.zeros(0, 3)), ["X has 0 rows"]),
        (lambda: dual_kernel(fully_connected(1), torch.tensor([[math.nan, 1.0]])), ["finite"]),
        (lambda: dual_kernel(fully_connected(1), [[1.0, 2.0]]), ["tensors"]),
        (lambda: dual_kernel(fully_connected(1), torch.ones(2, 3), dtype=torch.float16), ["dtype", "float16"]),
        (lambda: random_network(fully_connected(1), 0, 0), ["width 0"]),
        (lambda: random_network(fully_connected(1), 8, -1), ["seed = -1"]),
        (lambda: random_network(convolutional(1), 64, 0, (3, 8, 8)).features(torch.randn(2, 4, 8, 8)), ["(4, 8, 8)"]),
    ],
)
def test_refusals_name_the_argument_and_what_is_accepted(call, words):
    with pytest.raises(ValueError) as error:
        call()
    text = str(error.value)
    assert all(w in text for w in words), text


@pytest.mark.parametrize(
    ("skeleton", "n", "m", "size"),
    [
        ("convolutional(5)", 3, 600, 40),  # variances of 190 MB
        ("convolutional(3, readout='mean')", 2, 150, 20),  # 150 kernels of all pairs of positions: 290 MB
    ],
)
def test_memory_stays_within_the_budget_whatever_the_number_of_examples(skeleton, n, m, size):
    code = f"""
import resource, torch
from dualcore.kernels import convolutional, dual_kernel
torch.set_num_threads(2)
X, skeleton = torch.randn({m}, 1, {size}, {size}), {skeleton}
dual_kernel(skeleton, X[:20], dtype=torch.float32, memory_bytes=2**25)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
dual_kernel(skeleton, X[:{n}], X, dtype=torch.float32, memory_bytes=2**25)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""
    grown = int(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert grown < 2**25, f"{grown / 2**20:.0f} MiB"


def test_blocks_do_not_change_the_kernel():
    for skeleton, shape in skeletons().values():
        X = examples(shape, 9)
        assert (dual_kernel(skeleton, X) - dual_kernel(skeleton, X, memory_bytes=1)).abs().max() < 1e-12


def test_autocast_and_tf32_do_not_reach_the_kernels():
    X = to_sphere(torch.randn(40, 20))
    K = dual_kernel(fully_connected(2), X, dtype=torch.float32)
    features = random_network(fully_connected(1), 64, 0).features(X)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert (dual_kernel(fully_connected(2), X, dtype=torch.float32) - K).abs().max() < 1e-6
        assert torch.allclose(random_network(fully_connected(1), 64, 0).features(X), features, atol=1e-6)
    assert check_products("cpu") < 1e-6


def test_products_that_are_not_exact_are_noticed(monkeypatch):
    check_products.cache_clear()
    matmul = torch.Tensor.__matmul__
    monkeypatch.setattr(torch.Tensor, "__matmul__", lambda a, b: matmul(a.bfloat16(), b.bfloat16()).to(a.dtype) if a.dtype == torch.float32 else matmul(a, b))
    with pytest.raises(NumericalError) as error:
        check_products("cpu")
    assert error.value.code == "products_not_exact"
    check_products.cache_clear()


def test_weights_are_drawn_with_the_first_inputs():
    late, early = random_network(convolutional(1, axes=1), 90, 4), random_network(convolutional(1, axes=1), 90, 4, (2, 30))
    X = torch.randn(3, 2, 30)
    assert torch.equal(late.features(X), early.features(X))
    assert sum(p.numel() for p in late.parameters()) == sum(p.numel() for p in early.parameters()) > 0


@GPU
@NO_GPU
@pytest.mark.parametrize("kernel", [dual_kernel, tangent_kernel])
@pytest.mark.parametrize("name", skeletons())
def test_cuda_agrees_with_the_cpu(name, kernel):
    skeleton, shape = skeletons()[name]
    X = examples(shape)
    tolerance = 1e-6 if kernel is tangent_kernel and name in ("mean", "mixed") else 1e-12
    scale = max(1.0, float(kernel(skeleton, X).abs().max()))
    assert (kernel(skeleton, X.cuda()).cpu() - kernel(skeleton, X)).abs().max() < tolerance * scale
    assert (kernel(skeleton, X.cuda(), dtype=torch.float32).cpu() - kernel(skeleton, X)).abs().max() < 1e-2 * scale


@GPU
@NO_GPU
def test_cuda_never_shortens_products_unasked():
    X = to_sphere(torch.randn(300, 200))
    exact, skeleton = dual_kernel(fully_connected(1), X), fully_connected(1)
    before = torch.backends.cuda.matmul.fp32_precision
    torch.backends.cuda.matmul.fp32_precision = "tf32"
    try:
        assert (dual_kernel(skeleton, X.cuda(), dtype=torch.float32).cpu().double() - exact).abs().max() < 1e-5
        assert torch.backends.cuda.matmul.fp32_precision == "tf32"
        features = [random_network(convolutional(1), 64, 0).features(torch.ones(2, 3, 8, 8), device=d) for d in ("cpu", "cuda")]
        assert (features[0] - features[1]).abs().max() < 1e-5
        with full_precision(torch.device("cuda"), allow_tf32=True):
            assert torch.backends.cuda.matmul.fp32_precision == "tf32"
    finally:
        torch.backends.cuda.matmul.fp32_precision = before
