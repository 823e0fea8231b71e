"""The correction against what wide random modules show, He's initialisation, and the numbers of the theory."""

import copy
import json
import math

import numpy as np
import pytest
import torch
from torch import nn

from dualcore.errors import SkeletonError
from dualcore.kernels import InitReport, activation, correct_init_, diagnose_init


def gaussian(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def stack(make, width=512, depth=6, inputs=512):
    sizes = [inputs] + [width] * depth
    hidden = [m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), make())]
    return nn.Sequential(*hidden, nn.Linear(width, 10))


def by_name(report):
    return {layer.name: layer for layer in report.layers}


def codes(layer):
    return {r.code for r in layer.remarks}


def why(report):
    return {a.name: a.why.code for a in report.left_alone}


def test_torch_s_default_of_a_relu_stack_has_the_numbers_of_the_theory():
    """q_1 = .334, beta_1 = .002 at fan-in 512; the bias share goes to 5/6 and chi to 1/6 (specification, section 4)."""
    torch.manual_seed(0)
    layers = diagnose_init(stack(nn.ReLU, depth=12)).layers
    assert layers[0].variance_before == pytest.approx(0.334, abs=0.006)
    assert layers[0].bias_share_before == pytest.approx(0.002, abs=0.0005)
    assert layers[11].bias_share_before == pytest.approx(5 / 6, abs=0.02)
    assert layers[11].slope_before == pytest.approx(1 / 6, abs=0.02)


def test_inner_relu_layers_get_he_s_variance_and_the_first_half_of_it():
    net = stack(nn.ReLU, depth=3)
    correct_init_(net)
    found = [float(m.weight.detach().square().mean()) * m.in_features for m in net if isinstance(m, nn.Linear)]
    assert found == pytest.approx([1, 2, 2, 2], rel=0.06)
    assert all(not bool(m.bias.any()) for m in net if isinstance(m, nn.Linear))


@pytest.mark.parametrize(
    ("make", "name"),
    [(nn.ReLU, "relu"), (nn.Tanh, "tanh"), (nn.GELU, "gelu"), (nn.SiLU, "silu"), (nn.Sigmoid, "sigmoid"), (lambda: nn.LeakyReLU(0.3), "leaky_relu:0.3"),
     (nn.ELU, "elu"), (nn.Hardtanh, "hardtanh"), (nn.SELU, "selu"), (nn.Softplus, "softplus")],
)
def test_every_pre_activation_has_variance_one_and_the_critical_bias_share(make, name):
    net = stack(make, depth=5)
    x = gaussian(64, 512) * 3
    report = correct_init_(net, sample=x, seed=1)
    sigma = activation(name)
    for layer in report.layers[:-1]:
        assert layer.variance_after == pytest.approx(1, abs=0.08)
        assert layer.measured_after == pytest.approx(1, abs=0.25)
        assert layer.bias_share_after == pytest.approx(sigma.critical_bias, abs=0.04)
        assert layer.slope_after == pytest.approx((1 - sigma.critical_bias) * sigma.slope, abs=0.06)
    # What the report says is what torch computes.
    value = x
    for module, layer in zip([m for m in net if isinstance(m, nn.Linear)], report.layers):
        z = module(value)
        assert float(z.detach().square().mean()) == pytest.approx(layer.measured_after, rel=1e-5)
        value = make()(z)


def test_beta_by_number_by_name_and_by_layer_without_bias():
    net = nn.Sequential(nn.Linear(256, 2048), nn.Tanh(), nn.Linear(2048, 2048), nn.Tanh(), nn.Linear(2048, 2048, bias=False), nn.Tanh(), nn.Linear(2048, 2))
    report = by_name(correct_init_(net, {"2": 0.5}))
    assert report["0"].bias_share_after == pytest.approx(0.151, abs=0.02)
    assert report["2"].bias_share_after == pytest.approx(0.5, abs=0.05)
    assert report["4"].bias_share_after == 0 and codes(report["4"]) == {"no_bias"}
    assert report["4"].variance_after == pytest.approx(1, abs=0.03)
    assert by_name(correct_init_(net, 0.3))["2"].bias_share_after == pytest.approx(0.3, abs=0.03)
    with pytest.raises(ValueError, match="2x.*0 | 2 | 4"):
        correct_init_(net, {"2x": 0.1})


@pytest.mark.parametrize("groups", [1, 4])
@pytest.mark.parametrize("orthogonal", [False, True])
def test_convolutions_with_groups_stride_dilation_and_padding(groups, orthogonal):
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv1d(8, 256, 5, stride=2, dilation=2), nn.ReLU(), nn.Conv1d(256, 256, 3, groups=groups, padding=4, dilation=2), nn.ReLU(),
        nn.Conv1d(256, 256, 3, padding="same", padding_mode="circular", groups=groups), nn.ReLU(), nn.Flatten(), nn.Linear(256 * 24, 5),
    )
    x = gaussian(48, 8, 47)
    report = by_name(correct_init_(net, sample=x, orthogonal=orthogonal))
    assert [report[k].fan_in for k in "024"] == [40, 768 // groups, 768 // groups]
    for name in "024":
        layer = report[name]
        # A border of zeros lowers the mean over positions; the analytic value knows by how much.
        assert layer.measured_after == pytest.approx(layer.variance_after, rel=0.2), name
    assert report["0"].variance_after == pytest.approx(1, abs=0.1)
    border = next(r for r in report["2"].remarks if r.code == "border")
    assert border.fields["lowest"] == pytest.approx(1 / 3, abs=1e-3)
    assert not codes(report["4"]) & {"border"}
    assert report["4"].variance_after == pytest.approx(1, abs=0.1)


def test_variance_at_a_border_of_zeros_is_that_of_many_drawn_networks():
    """Per position, so that neither the level nor the border may be wrong."""
    net = nn.Sequential(nn.Conv2d(4, 400, 3, padding=1), nn.ReLU(), nn.Conv2d(400, 400, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400 * 9, 2))
    x = gaussian(40, 4, 6, 6)
    report = by_name(correct_init_(net, sample=x))
    second = net[:3](x).square().mean((0, 1))
    assert float(second[2:4, 2:4].mean() / second[0, 0]) > 2
    assert report["2"].variance_after == pytest.approx(float(second.mean()), rel=0.08)
    assert "measured_moment" in codes(report["6"])


def test_in_front_of_a_function_that_jumps_the_weights_are_not_set_to_nothing():
    class Jumps(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(6, 8), nn.Linear(8, 2)

        def forward(self, x):
            return self.second(torch.sign(self.first(x)))

    module = Jumps()
    report = correct_init_(module)
    assert module.first.weight.std() > 0.1 and (module.first.bias == 0).all()
    assert "no_critical_share" in codes(by_name(report)["first"])


def test_orthogonal_rows_are_orthogonal():
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 80), nn.ReLU(), nn.Linear(80, 1))
    correct_init_(net.double(), orthogonal=True)
    W = net[0].weight.detach()
    assert torch.allclose(W @ W.T, torch.eye(32, dtype=torch.float64), atol=1e-12)
    V = net[2].weight.detach()
    assert torch.allclose(V[:32] @ V[:32].T, 2 * torch.eye(32, dtype=torch.float64), atol=1e-12)
    assert torch.allclose(V.square().sum(1), torch.full((80,), 2.0, dtype=torch.float64))


class Residual(nn.Module):
    """Pre-activation blocks: h <- h + W tanh(V tanh(h))."""

    def __init__(self, blocks=4, width=512):
        super().__init__()
        self.stem = nn.Linear(64, width)
        self.inner = nn.ModuleList(nn.Linear(width, width) for _ in range(blocks))
        self.outer = nn.ModuleList(nn.Linear(width, width) for _ in range(blocks))
        self.head = nn.Linear(width, 3)

    def forward(self, x):
        h = self.stem(x)
        for v, w in zip(self.inner, self.outer):
            h = h + w(torch.tanh(v(torch.tanh(h))))
        return self.head(torch.tanh(h))


@pytest.mark.parametrize("given", [True, False])
def test_the_variance_of_residual_sums_is_followed(given):
    """The stream has variance 1, 2, 3, ...; behind it every layer has variance 1 again."""
    x = gaussian(64, 64)
    report = correct_init_(Residual(), sample=x if given else None)
    for layer in report.layers[:-1]:
        assert layer.variance_after == pytest.approx(1, abs=0.06), layer.name
        if given:
            assert layer.measured_after == pytest.approx(1, abs=0.2), layer.name
    assert "sums" in {r.code for r in report.remarks}


class PostActivation(nn.Module):
    """h <- relu(h) + relu(f): both have a mean, which a sum of second moments alone would miss."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c, self.head = (nn.Linear(1024, 1024) for _ in range(4))

    def forward(self, x):
        h = torch.relu(self.a(x))
        h = h + torch.relu(self.b(h))
        return self.head(torch.relu(self.c(h)))


def test_means_count_in_sums():
    x = gaussian(64, 1024)
    with_sample = by_name(correct_init_(PostActivation(), sample=x))["c"]
    assert with_sample.measured_after == pytest.approx(1, abs=0.1)
    assert by_name(correct_init_(PostActivation()))["c"].variance_after == pytest.approx(1, abs=0.05)
    net = PostActivation()
    correct_init_(net)
    assert float(net.c.weight.square().mean()) * 1024 == pytest.approx(1 / (1 + 1 / math.pi), rel=0.02)


class Normed(nn.Module):
    def __init__(self, norm=nn.BatchNorm2d):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 64, 3), norm(64)
        self.second, self.pool, self.head = nn.Conv2d(64, 64, 3), nn.MaxPool2d(2), nn.Linear(64 * 4, 3)

    def forward(self, x):
        h = torch.tanh(self.norm(self.conv(x)))
        return self.head(self.pool(torch.tanh(self.second(h))).flatten(1))


def test_in_front_of_batch_normalisation_the_bias_share_moves_behind_it():
    net = Normed()
    report = by_name(correct_init_(net, 0.4, sample=gaussian(16, 3, 8, 8)))
    assert torch.allclose(net.norm.weight, torch.full((64,), math.sqrt(0.6)))
    assert float(net.norm.bias.square().mean()) == pytest.approx(0.4, abs=0.2)
    assert not net.conv.bias.any() and codes(report["conv"]) == {"norm_behind"}
    assert report["norm"].measured_after == pytest.approx(report["norm"].variance_after, rel=0.01)
    assert report["second"].variance_after == pytest.approx(1, abs=0.1)
    assert "measured_moment" in codes(report["head"])


def test_without_a_sample_what_pooling_does_is_not_guessed():
    net = Normed()
    kept = net.head.weight.clone()
    report = correct_init_(net)
    assert why(report)["head"] == "not_known" and torch.equal(net.head.weight, kept)
    assert {r.code for r in report.remarks} == {"input_assumed"}


class Odd(nn.Module):
    """Everything that must be named and left alone."""

    def __init__(self):
        super().__init__()
        self.shared, self.frozen, self.up = nn.Linear(8, 8), nn.Linear(8, 8), nn.ConvTranspose1d(1, 1, 1)
        self.normed = nn.utils.parametrizations.weight_norm(nn.Linear(8, 8))
        self.direct, self.unused, self.rnn = nn.Parameter(torch.ones(8)), nn.Linear(2, 2), nn.GRU(8, 8)
        self.gate, self.plain, self.head = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(8, 2)
        self.frozen.requires_grad_(False)

    def forward(self, x):
        h = torch.relu(self.shared(torch.relu(self.shared(x))))
        h = torch.relu(self.normed(torch.relu(self.frozen(h)))) * self.direct
        h = torch.relu(self.plain(h * torch.sigmoid(self.gate(h))))
        h = self.up(h[:, None])[:, 0]
        return self.head(self.rnn(h)[0])


def test_what_is_left_alone_is_named_and_untouched():
    net = Odd()
    before = copy.deepcopy(net.state_dict())
    report = correct_init_(net, sample=gaussian(16, 8))
    assert why(report) == {
        "shared": "shared", "frozen": "frozen", "normed": "parametrised", "up": "unsupported", "rnn": "unsupported", "unused": "unused", "direct": "read_directly",
    }
    changed = {k.split(".")[0] for k, v in net.state_dict().items() if not torch.equal(v, before[k])}
    assert changed == {"gate", "plain", "head"} == {layer.name for layer in report.layers if layer.changed}
    assert by_name(report)["plain"].measured_after == pytest.approx(1, abs=0.8)
    assert "measured_moment" in codes(by_name(report)["plain"])


@pytest.mark.parametrize("readout", ["normal", "zero", "keep"])
def test_read_out(readout):
    net = stack(nn.ReLU, depth=2)
    kept = net[-1].weight.clone()
    last = correct_init_(net, sample=gaussian(32, 512), readout=readout).layers[-1]
    assert last.readout and last.behind == "-"
    if readout == "keep":
        assert torch.equal(net[-1].weight, kept) and not last.changed
    elif readout == "zero":
        assert not net[-1].weight.any() and not net[-1].bias.any()
    else:
        assert last.variance_after == pytest.approx(1, abs=0.1) and not net[-1].bias.any()


def test_the_same_seed_gives_the_same_weights_whatever_the_precision_and_the_global_state():
    nets = [Normed() for _ in range(4)]
    torch.manual_seed(1)
    correct_init_(nets[0], seed=3)
    torch.manual_seed(2)
    correct_init_(nets[1], seed=3)
    correct_init_(nets[2].double(), seed=3)
    correct_init_(nets[3], seed=4)
    a, b, c, d = (n.conv.weight.detach() for n in nets)
    assert torch.equal(a, b) and torch.equal(a, c.float()) and not torch.equal(a, d)
    assert c.dtype == torch.float64 and c.requires_grad is False and nets[2].conv.weight.requires_grad


@pytest.mark.parametrize("training", [True, False])
def test_a_diagnosis_changes_nothing(training):
    net = nn.Sequential(Normed(), nn.Dropout(0.5), nn.BatchNorm1d(3)).train(training)
    net[0].norm.running_mean.fill_(0.3)
    state, random = copy.deepcopy(net.state_dict()), torch.get_rng_state()
    x = gaussian(16, 3, 8, 8)
    kept = x.clone()
    report = diagnose_init(net, x)
    assert all(torch.equal(v, state[k]) for k, v in net.state_dict().items())
    assert net.training is training and all(m.training is training for m in net.modules())
    assert torch.equal(torch.get_rng_state(), random) and torch.equal(x, kept)
    assert all(p.grad is None and p.requires_grad for p in net.parameters())
    assert not report.corrected and report.layers[0].variance_after is None and report.layers[0].measured_before > 0
    assert not any(layer.changed for layer in report.layers)


def test_a_correction_leaves_running_statistics_and_modes_alone():
    net, random = Normed().eval(), torch.get_rng_state()
    correct_init_(net, sample=gaussian(16, 3, 8, 8))
    assert not net.training and not net.norm.running_mean.any() and int(net.norm.num_batches_tracked) == 0
    assert torch.equal(torch.get_rng_state(), random)


def test_joined_branches_are_weighted_by_their_channels():
    class Joined(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.top, self.head = nn.Linear(64, 1500), nn.Linear(64, 500), nn.Linear(2000, 1000), nn.Linear(1000, 1)

        def forward(self, x):
            return self.head(torch.relu(self.top(torch.cat([torch.relu(self.a(x)), torch.tanh(self.b(x))], 1))))

    net = Joined()
    report = by_name(correct_init_(net, 0.0))
    moment = 0.75 * 0.5 + 0.25 * activation("tanh").norm2
    assert float(net.top.weight.square().mean()) * 2000 == pytest.approx(1 / moment, rel=0.02)
    assert report["top"].variance_after == pytest.approx(1, abs=0.03)


def test_correlation_is_the_mean_cosine_of_different_examples():
    net, x = stack(nn.ReLU, depth=1), gaussian(9, 512)
    Z = net[0](x).detach().double().numpy()
    Z /= np.linalg.norm(Z, axis=1, keepdims=True)
    expected = (Z @ Z.T)[~np.eye(9, dtype=bool)].mean()
    assert diagnose_init(net, x).layers[0].correlation_before == pytest.approx(expected, abs=1e-9)
    assert diagnose_init(net, x[:1]).layers[0].correlation_before is None


def test_a_report_survives_json():
    report = correct_init_(Normed(), sample=gaussian(8, 3, 8, 8))
    text = report.model_dump_json()
    assert InitReport.model_validate_json(text) == report
    assert {"name", "kind", "variance_before", "correlation_after", "remarks"} <= set(json.loads(text)["layers"][0])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"beta": -0.1}, "-0.1"), ({"beta": 1.5}, "1.5"), ({"beta": float("nan")}, "nan"), ({"beta": "strong"}, "strong"), ({"beta": True}, "True"),
        ({"beta": {"conv": 2}}, "conv"), ({"readout": "none"}, "normal | zero | keep"), ({"seed": -1}, "-1"),
        ({"sample": gaussian(4, 2, 8, 8)}, r"\(n, 3, height, width\)"), ({"sample": gaussian(0, 3, 8, 8)}, "n >= 1"),
        ({"sample": gaussian(4, 3, 8, 8) / 0}, "nan"), ({"sample": torch.zeros(4, 3, 8, 8)}, "sample"), ({"sample": [1.0]}, "float"),
        ({"sample": [gaussian(4, 3, 8, 8)] * 2}, "2 tensors"), ({"sample": gaussian(4, 3, 12, 12)}, "head"),
    ],
)
def test_bad_arguments_are_named_and_nothing_is_changed_before(arguments, says):
    net = Normed()
    before = copy.deepcopy(net.state_dict())
    with pytest.raises(SkeletonError, match=says):
        correct_init_(net, **arguments)
    assert all(torch.equal(v, before[k]) for k, v in net.state_dict().items())


def test_a_module_without_layers_is_refused():
    with pytest.raises(SkeletonError, match="Linear"):
        correct_init_(nn.Sequential(nn.ReLU()))


def test_embedded_words_are_measured():
    net = nn.Sequential(nn.Embedding(50, 64), nn.Linear(64, 512), nn.Tanh(), nn.Linear(512, 3))
    words = torch.randint(0, 50, (32, 7), generator=torch.Generator().manual_seed(0))
    report = correct_init_(net, sample=words)
    assert by_name(report)["1"].measured_after == pytest.approx(1, abs=0.15)
    assert why(report) == {"0": "unsupported"}
    assert why(correct_init_(net))["1"] == "not_known"
