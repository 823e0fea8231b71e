"""The skeleton of a module: its dual kernel is what the hidden features of wide modules approach."""

import math

import pytest
import torch
from torch import nn

from dualcore.errors import SkeletonError
from dualcore.kernels import Skeleton, activation, correct_init_, dual_kernel, skeleton_of


def gaussian(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def sphere(n, d):
    """Rows of mean square 1."""
    x = gaussian(n, d)
    return x / x.norm(dim=1, keepdim=True) * math.sqrt(d)


class Mlp(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(24, 1200), nn.Tanh(), nn.Linear(1200, 1200), nn.Tanh(), nn.Linear(1200, 3))

    def features(self, x):
        return nn.Sequential(*list(self)[:4])(x)


class Cnn(nn.Sequential):
    """Zero padding, an average over 2 x 2, another stride and dilation, flattened."""

    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 200, 3, padding=1), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(200, 200, 2, stride=2, padding=1, dilation=2), nn.ReLU(),
            nn.Flatten(), nn.Linear(200 * 4, 400), nn.ReLU(), nn.Linear(400, 3),
        )

    def features(self, x):
        return nn.Sequential(*list(self)[:8])(x)


class Means(nn.Module):
    """Circular padding, global average pooling, a batch normalisation that is folded."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.norm = nn.Conv1d(2, 400, 5), nn.Conv1d(400, 400, 3, padding=1, padding_mode="circular"), nn.BatchNorm1d(400)
        self.head = nn.Linear(400, 3)

    def features(self, x):
        return torch.relu(self.norm(self.second(torch.relu(self.first(x))))).mean(-1)

    def forward(self, x):
        return self.head(self.features(x))


class Residual(nn.Module):
    """Pre-activation blocks h <- h + W relu(V relu(h)), and one with an activated branch."""

    def __init__(self, width=1200):
        super().__init__()
        self.stem, self.v, self.w, self.u, self.head = nn.Linear(24, width), *(nn.Linear(width, width) for _ in range(3)), nn.Linear(width, 2)

    def features(self, x):
        h = self.stem(x)
        h = (h + self.w(torch.relu(self.v(torch.relu(h))))) * 0.7
        return self.u(torch.relu(h)) + h

    def forward(self, x):
        return self.head(torch.relu(self.features(x)))


def compare(make, x, beta, seeds=6):
    """(mean kernel of the features, dual kernel), both divided by the mean of their diagonals."""
    K = D = 0
    for seed in range(seeds):
        net = make().double()
        correct_init_(net, beta, sample=x, seed=seed)
        net.eval()
        h = net.features(x).detach().flatten(1)
        h = torch.relu(h) if isinstance(net, Residual) else h
        K, D = K + h @ h.T / seeds, D + dual_kernel(skeleton_of(net, x), x) / seeds
    return K / K.diagonal().mean(), D / D.diagonal().mean()


CASES = {
    "mlp": (Mlp, lambda: sphere(10, 24)),
    "cnn": (Cnn, lambda: gaussian(10, 3, 8, 8) * torch.linspace(0.5, 2, 10, dtype=torch.float64).view(-1, 1, 1, 1) + 0.3),
    "means": (Means, lambda: gaussian(10, 2, 12) + 0.2),
    "residual": (Residual, lambda: gaussian(10, 24) * torch.linspace(0.5, 2, 10, dtype=torch.float64)[:, None]),
}


@pytest.mark.parametrize("name", CASES)
def test_wide_modules_approach_the_kernel_of_their_skeleton(name):
    make, inputs = CASES[name]
    x = inputs()
    K, D = compare(make, x, 0.3)
    other = compare(make, x, 0.0, seeds=1)[1]
    error = float((K - D).norm() / D.norm())
    assert error < 0.03
    # The comparison can tell: without the bias share the kernel is another one.
    assert float((other - D).norm() / D.norm()) > 3 * error


def test_the_skeleton_says_what_the_module_is():
    x = gaussian(6, 3, 8, 8)
    net = Cnn().double()
    correct_init_(net, 0.2, sample=x)
    skeleton = skeleton_of(net, x)
    assert [(n.op, n.activation) for n in skeleton.nodes] == [
        ("input", "identity"), ("conv", "relu"), ("pool", "identity"), ("conv", "relu"), ("flatten", "identity"), ("dense", "relu"),
    ]
    second = skeleton.nodes[3]
    assert (second.window, second.stride, second.dilation, second.padding) == ((2, 2), (2, 2), (2, 2), (1, 1))
    assert skeleton.nodes[0].norm == pytest.approx(3 * float(x.square().mean()))
    assert Skeleton.from_json(skeleton.to_json()) == skeleton


def test_shares_of_a_residual_sum_and_the_bias_of_torch_s_default():
    x = sphere(6, 24)
    torch.manual_seed(0)
    net = Residual().double()
    nodes = {n.name: n for n in skeleton_of(net, x).nodes}
    stem = net.stem.weight.square().mean() * 24 + net.stem.bias.square().mean()
    branch = net.w.weight.square().mean() * 1200 * ((net.v.weight.square().mean() * 1200 * stem / 2 + net.v.bias.square().mean()) / 2) + net.w.bias.square().mean()
    assert nodes["add"].weights[1] == pytest.approx(float(branch / (branch + stem)), rel=1e-6)
    assert nodes["stem"].beta == pytest.approx(0.5 / 12.5, abs=0.02)


def reasons(module, x):
    with pytest.raises(SkeletonError) as error:
        skeleton_of(module, x)
    assert error.value.code == "no_skeleton"
    assert "empirical kernel" in str(error.value)
    return {name: code.removeprefix("derive.") for name, code, _ in error.value.fields["reasons"]}


def images(*layers):
    return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), *layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2))


def test_every_obstacle_is_named():
    x = gaussian(6, 3, 8, 8).float()
    found = reasons(images(nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3, groups=4), nn.GroupNorm(2, 8), nn.ReLU(), nn.Softmax(1)), x)
    assert found == {"1": "norm_training", "3": "max_pooling", "4": "groups", "5": "norm", "7": "operation"}


@pytest.mark.parametrize(
    ("layers", "name", "code"),
    [
        ((nn.Conv2d(8, 8, 3, padding=1, padding_mode="reflect"),), "1", "padding"), ((nn.Conv2d(8, 8, 2, padding="same"),), "1", "padding"),
        ((nn.ReLU(), nn.Tanh()), "2", "not_gaussian"), ((nn.Mish(), nn.Conv2d(8, 8, 1)), "1", "unnamed_activation"),
        ((nn.ReLU(), nn.BatchNorm2d(8).eval()), "2", "norm_apart"), ((nn.ReLU(), nn.AvgPool2d(3, padding=1)), "2", "pooling"),
        ((nn.ReLU(), nn.PixelShuffle(2), nn.Conv2d(2, 8, 1)), "2", "operation"), ((nn.Tanh(),), "0", "not_unit"),
    ],
)
def test_single_obstacles(layers, name, code):
    assert reasons(images(*layers), gaussian(6, 3, 8, 8).float())[name] == code


def test_the_variance_is_said_and_the_correction_repairs_it():
    x = sphere(8, 24).float()
    net = Mlp()
    with pytest.raises(SkeletonError, match="variance in front of tanh is 0.3.*correct_init_"):
        skeleton_of(net, x)
    correct_init_(net, sample=x)
    found = skeleton_of(net, x)
    assert [n.activation for n in found.nodes] == ["identity", "tanh", "tanh"]
    assert found.nodes[1].beta == pytest.approx(activation("tanh").critical_bias, abs=0.02)


def test_sums_that_are_no_means_of_kernels_are_refused():
    class Sums(nn.Module):
        def __init__(self, mode):
            super().__init__()
            self.mode, self.a, self.b, self.head = mode, nn.Linear(24, 24), nn.Linear(24, 24), nn.Linear(24, 2)

        def forward(self, x):
            h = self.a(x)
            if self.mode == "dependent":
                return self.head(h + torch.tanh(h))
            if self.mode == "shared":
                return self.head(torch.relu(self.a(torch.relu(h))))
            return self.head(torch.relu(h) + torch.relu(self.b(x)))

    x = gaussian(8, 24).float()
    assert "sum_dependent" in reasons(Sums("dependent"), x).values()
    assert "sum_of_means" in reasons(Sums("means"), x).values()
    assert "shared" in reasons(Sums("shared"), x).values()


def test_attention_and_recurrence_are_refused_by_name():
    class Recurrent(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru, self.head = nn.GRU(4, 8), nn.Linear(8, 2)

        def forward(self, x):
            return self.head(self.gru(x)[0])

    with pytest.raises(SkeletonError, match="gru: GRU has no place"):
        skeleton_of(Recurrent(), gaussian(5, 3, 4).float())
