"""Networks cut into blocks: the cut changes nothing, and only free blocks learn."""

import pytest
import torch

from dualcore.evidence.blocks import MOST_BLOCKS, FamilyBody, SkeletonBody, Tuned, levels
from dualcore.kernels import fully_connected, preset, presets, residual

SHAPES = {"table": (7,), "image": (2, 12, 12), "series": (2, 64)}
BODIES = [(kind, name) for kind in SHAPES for name in presets(kind) if levels(preset(name))]


def skeleton_body(kind, name, width=48):
    skeleton = preset(name)
    shape = SHAPES[kind] if skeleton.rank else (torch.Size(SHAPES[kind]).numel(),)
    return SkeletonBody(skeleton, width, 3, shape), torch.randn(20, *shape, generator=torch.Generator().manual_seed(0))


def family_body(family, kind):
    x = torch.randn(40, *SHAPES[kind], generator=torch.Generator().manual_seed(0))
    return FamilyBody(family, SHAPES[kind], 3, x), x


def everyone():
    yield from (pytest.param(lambda k=k, n=n: skeleton_body(k, n), id=f"{k}-{n}") for k, n in BODIES)
    yield from (
        pytest.param(lambda f=f, k=k: family_body(f, k), id=f"{f}-{k}")
        for f, k in (("mlp", "table"), ("mlp", "image"), ("conv", "image"), ("conv", "series"))
    )


def test_blocks_are_counted_from_the_output():
    assert levels(preset("fc3")) == [["layer3"], ["layer2"], ["layer1"]]
    assert levels(preset("linear")) == []
    assert len(levels(preset("conv1d-multiscale"))) == 1
    assert levels(residual(2)) == [["block2"], ["block1"], ["layer1"]]
    deep = levels(fully_connected(20))
    assert len(deep) == MOST_BLOCKS
    assert sum(deep, []) == [f"layer{i}" for i in range(20, 0, -1)]


@pytest.mark.parametrize("make", list(everyone()))
def test_the_cut_does_not_change_what_the_network_says(make):
    body, x = make()
    network = Tuned(body, 3)
    network.eval()
    with torch.no_grad():
        whole = network(x)
        for count in range(len(body.names) + 1):
            network.release(count)
            assert torch.allclose(network(x), whole, atol=1e-5), count
            z = network.inputs_for(x, 1e12)
            assert network.kept and z.ndim == 2
            assert torch.allclose(network(z), whole, atol=1e-5), count


def test_the_body_is_the_random_network_of_the_skeleton():
    body, x = skeleton_body("image", "conv2d-deep")
    assert torch.allclose(body.tail(body.stem(x)), body(x), atol=1e-6)


@pytest.mark.parametrize("make", list(everyone()))
def test_only_the_free_blocks_learn(make):
    body, x = make()
    for count in range(1, len(body.names) + 1):
        network = Tuned(body, 2)
        network.release(count)
        before = {k: v.clone() for k, v in network.state_dict().items()}
        free = {id(p) for p in network.parameters() if p.requires_grad}
        assert sum(p.numel() for p in body.parameters() if id(p) in free) == sum(body.block_parameters(i) for i in range(count))
        z = network.inputs_for(x, 1e12)
        network.train()
        optimiser = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], 0.1)
        network(z).square().sum().backward()
        optimiser.step()
        names = {n for n, p in network.named_parameters() if id(p) in free}
        changed = {k for k, v in network.state_dict().items() if not torch.equal(v, before[k])}
        frozen = {n for n, _ in network.named_parameters()} - names
        assert not changed & frozen
        assert changed & names - {"head.weight", "head.bias"}


def test_frozen_normalisation_keeps_its_statistics():
    body, x = family_body("conv", "image")
    network = Tuned(body, 2)
    network.release(1)
    before = {k: v.clone() for k, v in body.state_dict().items() if "running" in k}
    network.train()
    network(network.inputs_for(x, 0.0))
    network.train()
    network(x)
    after = body.state_dict()
    moved = {k for k, v in before.items() if not torch.equal(v, after[k])}
    assert moved == {k for k in before if int(k.split(".")[1]) >= body._from}
    assert moved


def test_counted_operations_split_at_the_cut():
    body, _ = skeleton_body("table", "fc3")
    network = Tuned(body, 2)
    totals = []
    for count in range(4):
        network.release(count)
        stem, tail = network.flops()
        totals.append(stem + tail)
    assert len(set(totals)) == 1
    assert stem == 0
