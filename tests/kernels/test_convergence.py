"""The contract of every preset: the dual kernel is a kernel, and random networks approach it as 1 / sqrt(width)."""

import numpy as np
import pytest
import torch

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
    width_for_error,
)

SHAPES = {"table": (12,), "series": (2, 30), "image": (3, 8, 8)}
EVERY = {f"{kind}-{name}": (kind, s) for kind in SHAPES for name, s in presets(kind).items() if s.rank or kind == "table"}
LAYERS = {  # what the presets do not use
    "valid-strided": Node("c", "conv", ("x",), "relu", 0.1, 3, 2, 1, "valid"),
    "circular-dilated": Node("c", "conv", ("x",), "gelu", 0.2, 3, 1, 2, "circular"),
    "same-strided": Node("c", "conv", ("x",), "erf", 0.0, 5, 2),
}


def examples(kind, n=10):
    """Rows of different sizes: raw pixels and samples are not unit vectors."""
    x = torch.randn(n, *SHAPES[kind], generator=torch.Generator().manual_seed(5))
    return x * torch.linspace(0.4, 1.6, n).view(-1, *[1] * len(SHAPES[kind]))


def inputs_of(kind, skeleton):
    return examples(kind) if skeleton.rank else to_sphere(examples(kind).flatten(1))


def mean_kernel(skeleton, X, width, seeds, **options):
    shape = tuple(X.shape[1:])
    return sum(empirical_kernel(random_network(skeleton, width, s, shape, **options), X) for s in range(seeds)) / seeds


def distance(K, expected):
    return float((K - expected).norm() / expected.norm())


@pytest.mark.parametrize("key", EVERY)
def test_every_preset_has_a_dual_kernel_that_its_networks_approach(key):
    kind, skeleton = EVERY[key]
    X = inputs_of(kind, skeleton)
    K = dual_kernel(skeleton, X)
    assert torch.allclose(K, K.T, atol=1e-14)
    assert torch.linalg.eigvalsh(K).min() > -1e-10
    assert torch.allclose(dual_kernel(skeleton, X[:4], X), K[:4], atol=1e-12)
    order = torch.randperm(len(X), generator=torch.Generator().manual_seed(0))
    assert torch.allclose(dual_kernel(skeleton, X[order]), K[order][:, order], atol=1e-12)
    # Sixteen times the width: a quarter of the error; and the mean over networks has no other limit.
    shape = tuple(X.shape[1:])
    networks = [[random_network(skeleton, width, s, shape) for s in range(seeds)] for width, seeds in ((96, 32), (96 * 16, 8))]
    small, large = (np.median([distance(empirical_kernel(n, X), K) for n in group]) for group in networks)
    assert 2.2 < small / large < 7
    assert distance(sum(empirical_kernel(n, X) for n in networks[1]) / 8, K) < large


@pytest.mark.parametrize("name", LAYERS)
def test_windows_of_networks_and_kernels_agree(name):
    skeleton = Skeleton("s", (Node("x", "input"), LAYERS[name], Node("f", "pool", ("c",), window=2), Node("o", "flatten", ("f",))), 1)
    X = examples("series")
    assert distance(mean_kernel(skeleton, X, 4096, 8), dual_kernel(skeleton, X)) < 0.04


def test_several_inputs_with_shares():
    nodes = (
        Node("a", "input"), Node("b", "input"), Node("h", "dense", ("a",), "relu"),
        Node("j", "join", ("h", "b"), weights=(0.8, 0.2)), Node("o", "dense", ("j",), "relu", 0.1),
    )
    skeleton = Skeleton("views", nodes)
    X = [to_sphere(torch.randn(9, d, generator=torch.Generator().manual_seed(d))) for d in (4, 7)]
    K = dual_kernel(skeleton, X)
    first, second = (x @ x.T for x in X)
    by_hand = activation("relu").dual(0.1 + 0.9 * (0.8 * activation("relu").dual(first.double()) + 0.2 * second.double()))
    assert torch.allclose(K, by_hand, atol=1e-6)
    networks = [random_network(skeleton, 4096, s, tuple(tuple(x.shape[1:]) for x in X)) for s in range(6)]
    assert distance(sum(empirical_kernel(n, X) for n in networks) / 6, K) < 0.03


def test_orthogonal_weights_have_the_same_limit_even_for_few_inputs():
    X = to_sphere(torch.randn(12, 3, generator=torch.Generator().manual_seed(1)))
    K = dual_kernel(fully_connected(1), X)
    assert distance(mean_kernel(fully_connected(1), X, 8192, 8, orthogonal=True), K) < 0.02


def test_weights_have_the_variances_of_the_paper():
    network = random_network(fully_connected(2, "relu", 0.2), 1500, 0, (40,))
    first, second = network.weights["layer1"], network.weights["layer2"]
    # A unit vector has fan-in 1 whatever its length; behind a relu the variance is 2 / fan-in.
    assert abs(float(first.detach().var()) / 0.8 - 1) < 0.03
    assert abs(float(second.detach().var()) / (0.8 / (1500 * 0.5)) - 1) < 0.03
    assert abs(float(network.biases["layer2"].detach().var()) / 0.2 - 1) < 0.15


def test_networks_can_be_trained():
    network = random_network(preset("residual-conv2d"), 36, 0, (3, 8, 8))
    network(examples("image")).square().sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


def test_features_report_and_stop():
    seen = []
    network = random_network(preset("conv1d-multiscale"), 60, 0, (2, 30))
    network.features(examples("series"), batch_size=2, on_batch=lambda done, of: seen.append((done, of)))
    assert seen[-1] == (10, 10)

    def stop(done, of):
        raise InterruptedError

    threads = torch.get_num_threads()
    with pytest.raises(InterruptedError):
        network.features(examples("series"), on_batch=stop)
    assert torch.get_num_threads() == threads


def test_the_width_law_names_its_reference():
    X = examples("image", 6)
    near = kernel_error(preset("conv2d"), X, (90, 360), range(3))
    far = kernel_error(preset("conv2d"), X, (90, 360), range(3), dual_flops=0)
    assert (near.reference, far.reference) == ("dual_kernel", "wide_network")
    assert np.abs(near.errors / far.errors - 1).max() < 0.5
    assert kernel_error(preset("conv2d", activation="tanh"), X, (90,), range(2)).reference == "wide_network"
    assert width_for_error(2.0, 0.05) == 1600
