"""Bad input is refused with a ValueError that names the argument, its value and what is accepted; nothing is ignored."""

import math

import numpy as np
import pytest
import torch

import dualcore
from dualcore.errors import DualcoreError
from dualcore.kernels import (
    Node,
    Skeleton,
    activation,
    convolutional,
    dual_kernel,
    empirical_kernel,
    fully_connected,
    multi_view,
    presets,
    random_network,
    register_activation,
    residual,
    tangent_kernel,
    to_sphere,
    width_for_error,
    width_law,
    worst_case_width,
)

X = to_sphere(torch.randn(4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
IMAGES = torch.randn(3, 2, 8, 8, generator=torch.Generator().manual_seed(0))
FC = fully_connected(2)


def chain(*nodes, rank=0):
    return Skeleton("s", (Node("in", "input"), *nodes), rank)


ACTIVATIONS = [
    (lambda: activation(["relu"]), ["spec", "['relu']"]),
    (lambda: activation("relu", kinks=(1,)), ["kinks", "(1,)"]),
    (lambda: activation("erf", b=0), ["erf:0"]),
    (lambda: activation("quadratic:0,0,0"), ["quadratic:0,0,0"]),
    (lambda: activation("exp", a=30), ["exp:30"]),
    (lambda: activation("leaky_relu", a=1e200), ["leaky_relu:", "mean square"]),
    (lambda: activation("leaky_relu", a="x"), ["a='x'", "leaky_relu:0.2"]),
    (lambda: activation(lambda x: torch.exp(x * x)), ["mean square"]),
    (lambda: activation(lambda x: {}[1]), ["KeyError: 1"]),
    (lambda: activation(torch.relu, kinks=(math.nan,)), ["kinks", "nan"]),
    (lambda: activation(torch.relu, kinks=0.0), ["kinks", "0.0"]),
    (lambda: register_activation(3, torch.tanh), ["name", "3"]),
    (lambda: activation("relu").dual("a"), ["rho", "a", "-1 ... 1"]),
    (lambda: activation("relu").hermite_coefficients(-1), ["count", "-1"]),
]
SKELETONS = [
    (lambda: multi_view(2, weights=(math.nan, 0.5)), ["join", "nan"]),
    (lambda: multi_view(2, weights=("a", "b")), ["join", "'a'"]),
    (lambda: multi_view(2, weights=0.5), ["join", "0.5"]),
    (lambda: multi_view([1, 2]), ["views", "[1, 2]"]),
    (lambda: residual(1, share="a"), ["share", "a"]),
    (lambda: fully_connected(1, beta=True), ["layer1", "True"]),
    (lambda: presets("zzz"), ["kind", "zzz", "table"]),
    (lambda: Skeleton("s", None), ["nodes", "None"]),
    (lambda: Skeleton("s", ("a",)), ["nodes[0]", "a"]),
    (lambda: chain(Node(1, "dense", ("in",))), ["nodes[1]"]),
    (lambda: chain(Node("a", "dense", "in")), ["nodes[1]"]),
    (lambda: chain(Node("p", "pool", ("in",), window=2, dilation=2, padding="valid"), rank=1), ["'p'", "dilation = 2"]),
    (lambda: chain(Node("p", "pool", ("in",), window=2, stride=2), rank=1), ["'p'", "stride = 2"]),
    (lambda: chain(Node("d", "dense", ("in",), window=3)), ["'d'", "window = 3"]),
    (lambda: chain(Node("d", "dense", ("in",), norm=3)), ["'d'", "norm = 3"]),
    (lambda: Skeleton.from_json(None), ["skeleton"]),
    (lambda: Skeleton.from_json('{"name":"x","rank":"a","nodes":[{"name":"a","op":"input"},{"name":"b","op":"dense","inputs":["a"]}]}'), ["'a'", "rank"]),
    (lambda: fully_connected(1, torch.tanh).to_json(), ["layer1", "tanh", "register_activation"]),
]
KERNELS = [
    (lambda: dual_kernel("fc2", X), ["skeleton", "fc2"]),
    (lambda: dual_kernel(FC, None), ["X", "NoneType"]),
    (lambda: dual_kernel(FC, X[:0]), ["X has 0 rows", "at least 1"]),
    (lambda: dual_kernel(FC, X, X[:0]), ["Y has 0 rows"]),
    (lambda: dual_kernel(FC, X[:, :0]), ["(0,)", ">= 1"]),
    (lambda: tangent_kernel(FC, X * math.nan), ["X", "NaN"]),
    (lambda: dual_kernel(FC, X, X * math.inf), ["Y", "infinite"]),
    (lambda: dual_kernel(FC, X, X[:, :3]), ["Y", "(m, 3)", "(m, 6)"]),
    (lambda: dual_kernel(FC, IMAGES), ["X", "(3, 2, 8, 8)", "(n, d)"]),
    (lambda: dual_kernel(convolutional(1, window=9, padding="valid"), IMAGES), ["conv1", "window = 9", "8 x 8"]),
    (lambda: dual_kernel(FC, X.to(torch.complex128)), ["X", "complex128"]),
    (lambda: dual_kernel(FC, np.array([["a", "b"]])), ["X", "ndarray"]),
    (lambda: dual_kernel(FC, X.to_sparse()), ["X"]),
    (lambda: dual_kernel(FC, X, memory_bytes="1GB"), ["memory_bytes", "1GB"]),
    (lambda: to_sphere(X.numpy()), ["X", "ndarray"]),
    (lambda: to_sphere(X * math.nan), ["X", "NaN"]),
    (lambda: to_sphere(X * 0, 0.0), ["constant", "0.0", "zeros"]),
    (lambda: to_sphere(X, "a"), ["constant", "a"]),
    (lambda: to_sphere(X, math.inf), ["constant", "inf"]),
    (lambda: dualcore.draw_skeleton("fc2"), ["skeleton", "str"]),
    (lambda: dualcore.draw_skeleton(FC, "fr"), ["language", "fr", "ja"]),
]
NETWORKS = [
    (lambda: random_network(FC, 8, 2**70), ["seed", str(2**70)]),
    (lambda: random_network(FC, True, 0), ["True"]),
    (lambda: random_network(FC, 8, 0, 5), ["input_shape", "5"]),
    (lambda: random_network(FC, 8, 0, ("a",)), ["input_shape", "'a'"]),
    (lambda: random_network(FC, 8, 0).features(X[:0]), ["X has 0 rows"]),
    (lambda: random_network(FC, 8, 0).features(X * math.nan), ["X", "NaN"]),
    (lambda: random_network(FC, 8, 0).features(X, batch_size=-1), ["batch_size", "-1"]),
    (lambda: random_network(FC, 8, 0).features(X, batch_size=0), ["batch_size", "0"]),
    (lambda: random_network(FC, 8, 0).features(X, device="gpu"), ["device", "gpu"]),
    (lambda: random_network(FC, 8, 0).flops(3), ["input_shape"]),
    (lambda: empirical_kernel(3, X), ["network", "3"]),
    (lambda: width_law(FC, X, widths=64), ["widths", "64"]),
    (lambda: width_law(FC, X[:1].repeat(5, 1)), ["X", "different rows"]),
    (lambda: width_for_error(1.0, math.inf), ["error", "inf"]),
    (lambda: width_for_error(math.nan, 0.1), ["constant", "nan"]),
    (lambda: worst_case_width(FC, "a"), ["error", "a"]),
    (lambda: worst_case_width(FC, 0.1, nodes=-1), ["nodes", "-1"]),
]


@pytest.mark.parametrize("call, parts", [*ACTIVATIONS, *SKELETONS, *KERNELS, *NETWORKS])
def test_bad_input_is_named_with_its_value_and_what_is_accepted(call, parts):
    with pytest.raises(ValueError) as error:
        call()
    assert isinstance(error.value, DualcoreError)
    for part in parts:
        assert part in str(error.value)


def test_integers_of_numpy_and_reversed_arrays_are_accepted():
    assert torch.equal(random_network(FC, np.int64(8), np.int64(1)).features(X), random_network(FC, 8, 1).features(X))
    assert torch.equal(dual_kernel(FC, X.numpy()[::-1]), dual_kernel(FC, X.flip(0)))
    assert Node("c", "conv", ["x"], window=[3, 5]) == Node("c", "conv", ("x",), window=(3, 5))


def test_nothing_left_of_the_inputs_is_said():
    # E h2 = rho^2: the second layer of hermite:2 has slope 0 at its fixed point 0; beta = 1 leaves the bias alone.
    assert fully_connected(4, "hermite:2").depth_scale() < 0.2
    assert [code for code, _ in fully_connected(4, "hermite:2").warnings()] == ["too_deep"]
    assert [code for code, _ in fully_connected(1, "relu", beta=1.0).warnings()] == ["too_deep"]
    assert activation("monomial", m=0).critical_bias == 0


def test_a_tile_beside_the_diagonal_is_written_on_both_sides():
    generator = torch.Generator().manual_seed(1)
    Z = to_sphere(torch.randn(300, 3, dtype=torch.float64, generator=generator))
    K = tangent_kernel(FC, Z)
    assert torch.equal(K, K.T)
    assert torch.allclose(K, tangent_kernel(FC, Z, Z), atol=1e-6)
    assert torch.allclose(dual_kernel(FC, Z), dual_kernel(FC, Z, Z.clone()), atol=1e-13)
