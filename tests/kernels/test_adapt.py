"""Data-dependent initialisation of first convolutions."""

from __future__ import annotations

import pytest
import torch

from dualcore.kernels import preset, presets, random_network
from dualcore.kernels.adapt import adapt_, adapts, restore_

SHAPES = {"series": (2, 50), "image": (3, 12, 12)}


def smooth(kind: str, n: int = 40) -> torch.Tensor:
    """Random walks: neighbours are nearly equal, as in real signals and images."""
    X = torch.randn(n, *SHAPES[kind], generator=torch.Generator().manual_seed(1))
    for axis in range(2, X.ndim):
        X = X.cumsum(axis)
    return (X - X.mean()) / X.std()


def drawn(kind: str, name: str, width: int = 360):
    return random_network(preset(name), width, 3, SHAPES[kind])


def test_which_networks_are_adapted():
    found = {kind: {n for n, s in presets(kind).items() if adapts(s)} for kind in ("table", "series", "image")}
    assert found["table"] == set()
    assert found["series"] == {"conv1d-multiscale"}
    assert found["image"] == {n for n in presets("image") if "conv" in n}


@pytest.mark.parametrize(("kind", "name"), [("series", "conv1d-multiscale"), ("image", "conv2d"), ("image", "residual-conv2d")])
def test_the_fitted_numbers_are_all_that_a_fresh_network_needs(kind, name):
    X = smooth(kind)
    network, fresh = drawn(kind, name), drawn(kind, name)
    fitted = adapt_(network, X, 5)
    restore_(fresh, fitted)
    assert torch.equal(network.features(X), fresh.features(X))
    assert not torch.allclose(network.features(X), drawn(kind, name).features(X))
    again = adapt_(drawn(kind, name), X, 5)
    assert fitted.keys() == again.keys() and all(torch.equal(fitted[k], again[k]) for k in fitted)


def test_thresholds_lie_inside_the_values_of_their_filter():
    X = smooth("series")
    before, network = drawn("series", "conv1d-multiscale"), drawn("series", "conv1d-multiscale")
    fitted = adapt_(network, X)

    def shares(net):
        """Proportions of positive values of the filters with dilation 1, (n, channels)."""
        with torch.inference_mode():
            z = net._convolve(next(n for n in net.skeleton.nodes if n.name == "conv1"), X)
        return (z > 0).float().mean(2)

    stuck = lambda s: float(((s == 0) | (s == 1)).all(0).float().mean())  # noqa: E731
    assert stuck(shares(network)) == 0
    # A threshold is a uniform quantile of one example: over filters, mean proportions spread over (0, 1).
    assert shares(network).mean(0).std() > 0.15
    W = network.weights["conv1"]
    assert W[1::2].mean(2).abs().max() < 1e-6 < W[::2].mean(2).abs().max()
    assert torch.equal(W[::2], before.weights["conv1"][::2])
    F = network.features(X)
    spread = F.std(0, correction=0) * F.shape[1] ** 0.5
    assert ((spread - 1).abs() < 1e-3)[fitted["scale"] > 0].all()


def test_a_centred_filter_does_not_see_the_level():
    X = smooth("series")
    network = drawn("series", "conv1d-multiscale")
    adapt_(network, X)
    with torch.inference_mode():
        node = next(n for n in network.skeleton.nodes if n.name == "conv1")
        moved = network._convolve(node, X + 3)[..., 4:-4] - network._convolve(node, X)[..., 4:-4]
    assert moved[:, 1::2].abs().max() < 1e-4 < moved[:, ::2].abs().max()


def test_whitening_evens_out_the_directions_and_keeps_the_variance():
    X = smooth("image", 200)
    before, network = drawn("image", "conv2d", 9 * 200), drawn("image", "conv2d", 9 * 200)
    M = adapt_(network, X)["whitening.conv1"]
    P = torch.nn.functional.unfold(X, 5).transpose(1, 2).flatten(0, 1)
    S = (P.T @ P / len(P)).double()
    M = M.double()
    spread = lambda A: float(torch.linalg.eigvalsh(A)[-1] / A.trace())  # noqa: E731
    assert spread(M @ S @ M) < 0.5 * spread(S)
    z = lambda net: float((P @ net.weights["conv1"].detach().flatten(1).T).square().mean())  # noqa: E731
    assert abs(z(network) / z(before) - 1) < 0.1


def test_constant_inputs_and_large_windows_stay_as_drawn():
    network = drawn("image", "conv2d")
    fitted = adapt_(network, torch.zeros(6, *SHAPES["image"]))
    assert torch.equal(fitted["whitening.conv1"], torch.eye(75))
    series = drawn("series", "conv1d-multiscale")
    adapt_(series, torch.zeros(6, *SHAPES["series"]))
    assert torch.isfinite(series.features(smooth("series"))).all()


def test_an_adapted_network_can_be_trained():
    network = drawn("series", "conv1d-multiscale")
    adapt_(network, smooth("series"))
    network(smooth("series")).square().sum().backward()
    assert all(p.grad is None or torch.isfinite(p.grad).all() for p in network.parameters())
    assert network.weights["conv1"].grad.abs().sum() > 0
