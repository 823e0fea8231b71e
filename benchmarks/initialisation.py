"""The three examples of docs/initialisation.md with their pictures, and what the correction does to training.

    python -m benchmarks.initialisation               tables of the examples
    python -m benchmarks.initialisation --pictures    docs/images/init-*.png as well (needs Chromium)
    python -m benchmarks.initialisation --train       20 layers on the digits of scikit-learn: three initialisations
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

from dualcore.kernels import InitReport, correct_init_
from dualcore.present.figures import plot_signal
from dualcore.present.initialise import init_report_text

IMAGES = Path(__file__).parents[1] / "docs" / "images"
EPOCHS, BATCH, DEPTH, WIDTH, SEEDS = 30, 64, 20, 128, 5
RATES = {"sgd": (0.001, 0.003, 0.01, 0.03, 0.1, 0.3), "adam": (0.0001, 0.0003, 0.001, 0.003, 0.01)}
GOAL = 0.95


def digits() -> torch.Tensor:
    """64 images (64, 1, 8, 8), every pixel scaled to 0 ... 1."""
    return torch.tensor(load_digits().images[:64], dtype=torch.float32)[:, None] / 16


def deep_mlp(activation: type[nn.Module] = nn.Tanh, depth: int = DEPTH, width: int = WIDTH) -> nn.Module:
    """64 inputs, ``depth`` hidden layers, 10 outputs."""
    sizes = [64] + [width] * depth
    hidden = [m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), activation())]
    return nn.Sequential(*hidden, nn.Linear(width, 10))


class SmallResNet(nn.Module):
    """Two residual blocks with batch normalisation."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.stem, self.norm = nn.Conv2d(1, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        self.conv1, self.norm1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        self.conv2, self.norm2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        self.conv3, self.norm3 = nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        self.conv4, self.norm4 = nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)
        self.head = nn.Linear(channels, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = F.silu(self.norm(self.stem(x)))
        h = F.silu(h + self.norm2(self.conv2(F.silu(self.norm1(self.conv1(h))))))
        h = F.silu(h + self.norm4(self.conv4(F.silu(self.norm3(self.conv3(h))))))
        return self.head(h.mean((2, 3)))


def cnn_1d() -> nn.Module:
    """Dilated convolutions over a series of two channels, GELU."""
    return nn.Sequential(
        nn.Conv1d(2, 64, 5), nn.GELU(), nn.Conv1d(64, 64, 5, dilation=2), nn.GELU(), nn.Conv1d(64, 64, 5, dilation=4), nn.GELU(),
        nn.Conv1d(64, 64, 5, dilation=8), nn.GELU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(64, 3),
    )


def vibration() -> torch.Tensor:
    """64 simulated vibrations (64, 2, 128): a tone of random frequency, and noise."""
    random = np.random.default_rng(0)
    time_, tone = np.arange(128), random.uniform(0.02, 0.2, (64, 2, 1))
    waves = np.sin(2 * np.pi * tone * time_) + 0.5 * random.normal(size=(64, 2, 128))
    return torch.tensor(waves, dtype=torch.float32)


EXAMPLES: dict[str, tuple[Callable[[], nn.Module], Callable[[], torch.Tensor]]] = {
    "mlp": (deep_mlp, lambda: digits().flatten(1)), "resnet": (SmallResNet, digits), "cnn1d": (cnn_1d, vibration),
}


def example(name: str) -> InitReport:
    """The example with torch's default weights (seed 0), before and after the correction."""
    torch.manual_seed(0)
    make, sample = EXAMPLES[name]
    return correct_init_(make(), sample=sample())


def write_picture(report: InitReport, path: Path) -> None:
    """The picture before against after as a PNG, drawn by a headless Chromium."""
    from playwright.sync_api import sync_playwright

    picture = plot_signal(report, "en")
    picture.figure.update_layout(paper_bgcolor="white", width=920, title=dict(text=picture.title, x=0.01, font=dict(size=15)), margin=dict(t=96))
    page_text = picture.figure.to_html(include_plotlyjs=True, config={"displayModeBar": False})
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 940, "height": 460}, device_scale_factor=1.5)
        page.set_content(page_text)
        page.wait_for_selector(".main-svg")
        page.wait_for_timeout(500)
        page.locator(".plotly-graph-div").screenshot(path=str(path))
        browser.close()


def xavier(module: nn.Module, activation: type[nn.Module]) -> None:
    """What a careful engineer does by hand: Xavier with torch's gain, biases 0."""
    gain = nn.init.calculate_gain({nn.Tanh: "tanh", nn.ReLU: "relu"}[activation])
    for layer in module:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_normal_(layer.weight, gain)
            nn.init.zeros_(layer.bias)


def prepare(init: str, activation: type[nn.Module], seed: int, X: torch.Tensor) -> nn.Module:
    torch.manual_seed(seed)
    net = deep_mlp(activation)
    if init == "xavier":
        xavier(net, activation)
    elif init == "corrected":
        correct_init_(net, sample=X, seed=seed)
    return net


def train(net: nn.Module, optimiser: str, rate: float, data: tuple, seed: int) -> list[float]:
    """Accuracy on the second part of ``data`` after each epoch."""
    X, y, V, w = data
    steps = torch.optim.SGD(net.parameters(), rate, momentum=0.9) if optimiser == "sgd" else torch.optim.Adam(net.parameters(), rate)
    order, scores = torch.Generator().manual_seed(seed), []
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(X), generator=order).split(BATCH):
            steps.zero_grad()
            F.cross_entropy(net(X[rows]), y[rows]).backward()
            steps.step()
        with torch.no_grad():
            scores.append(float((net(V).argmax(1) == w).float().mean()))
    return scores


def split() -> tuple[tuple, tuple]:
    """(training, validation) to choose the rate and (training, test) to report: 898, 449 and 450 standardised digits."""
    X, y = load_digits(return_X_y=True)
    X, T, y, t = train_test_split(X, y, test_size=450, random_state=0, stratify=y)
    X, V, y, v = train_test_split(X, y, test_size=449, random_state=0, stratify=y)
    mean, scale = X.mean(0), X.std(0) + 1e-9 + (X.std(0) < 1e-3)
    X, V, T = (torch.tensor((Z - mean) / scale, dtype=torch.float32) for Z in (X, V, T))
    y, v, t = (torch.tensor(Z) for Z in (y, v, t))
    return (X, y, V, v), (X, y, T, t)


def compare(activation: type[nn.Module]) -> None:
    """For each initialisation its best learning rate on validation data (seed 0), then test accuracy over other seeds."""
    torch.set_num_threads(1)
    choose, report = split()
    for optimiser, rates in RATES.items():
        for init in ("default", "xavier", "corrected"):
            best = max(rates, key=lambda r: statistics.mean(train(prepare(init, activation, 0, choose[0]), optimiser, r, choose, 0)))
            runs = [train(prepare(init, activation, s, report[0]), optimiser, best, report, s) for s in range(1, 1 + SEEDS)]
            reached = [next((i + 1 for i, a in enumerate(run) if a >= GOAL), None) for run in runs]
            ends = [run[-1] for run in runs]
            firsts = statistics.mean(run[0] for run in runs)
            epochs = ", ".join("-" if r is None else str(r) for r in reached)
            print(f"| {activation.__name__} | {optimiser} | {init} | {best:g} | {firsts:.3f} | {epochs} | {statistics.mean(ends):.3f} ({min(ends):.3f} to {max(ends):.3f}) |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", action="store_true")
    parser.add_argument("--train", action="store_true")
    options = parser.parse_args()
    if options.train:
        start = time.perf_counter()
        print("| activation | optimiser | initialisation | rate | test after 1 epoch | epochs to 0.95 | test after 30 epochs |\n|---|---|---|---|---|---|---|")
        for activation in (nn.Tanh, nn.ReLU):
            compare(activation)
        print(f"{time.perf_counter() - start:.0f} s")
        return
    for name in EXAMPLES:
        report = example(name)
        print(f"\n{name}\n{init_report_text(report, 'en')}")
        if options.pictures:
            write_picture(report, IMAGES / f"init-{name}.png")


if __name__ == "__main__":
    main()
