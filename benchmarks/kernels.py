"""Dual and tangent kernels against neural-tangents 0.6.5, random features against a matrix product.

    make bench                                   both, and the table below
    python -m benchmarks.kernels --peer PYTHON   the same with the Python of an environment that has neural-tangents
    python -m benchmarks.kernels --large 1000    time and peak memory of the pooled convolution on 1,000 images

Runs of both sides alternate, one at a time; figures are medians and their ratios. The peer is compiled beforehand
(jax.jit); "as called" is the peer without it, as its documentation calls it.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

import dualcore
from dualcore.kernels import convolutional, fully_connected

PEER = Path(__file__).with_name("peer.py")


@dataclass(frozen=True)
class Case:
    """One comparison; ``target`` is the ratio that was asked for."""

    name: str
    peer_name: str
    n: int
    shape: tuple[int, ...]
    compute: Callable
    target: float | None
    title: str


def cases() -> list[Case]:
    deep = fully_connected(5)
    flat = convolutional(5, padding=1)
    mean = convolutional(5, padding=1, readout="mean")
    return [
        Case("fc", "fc", 2000, (784,), lambda X: dualcore.dual_kernel(deep, X, dtype=X.dtype), 8, "fully connected relu, depth 5, n = 2000, d = 784"),
        Case("fc-tangent", "fc-tangent", 2000, (784,), lambda X: dualcore.tangent_kernel(deep, X, dtype=X.dtype), None, "the same, tangent kernel"),
        Case("conv-flat", "conv-flat", 100, (1, 28, 28), lambda X: dualcore.dual_kernel(flat, X, dtype=X.dtype), 6, "convolution 5 x (3x3), 28 x 28, flat, n = 100"),
        Case("conv-mean", "conv-mean", 12, (1, 28, 28), lambda X: dualcore.dual_kernel(mean, X, dtype=X.dtype), 20, "the same, global average pooling, n = 12"),
    ]


def inputs(case: Case, dtype: torch.dtype) -> torch.Tensor:
    X = torch.randn(case.n, *case.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return (X / X.norm(dim=1, keepdim=True) if len(case.shape) == 1 else X).to(dtype)


class Peer:
    """The other process: one evaluation per request."""

    def __init__(self, python: str, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen([python, str(PEER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def time(self, case: Case, X: torch.Tensor, jit: bool) -> tuple[float, np.ndarray]:
        # The peer's Dense divides by the number of inputs, and it puts channels last.
        given = X * X.shape[1] ** 0.5 if X.ndim == 2 else X.permute(0, 2, 3, 1)
        np.save(self.folder / "X.npy", given.contiguous().numpy())
        request = {"case": case.peer_name, "x64": X.dtype == torch.float64, "inputs": str(self.folder / "X.npy"), "out": str(self.folder / "K.npy"), "jit": jit}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["seconds"], np.load(self.folder / "K.npy")


def seconds(call: Callable, *given: object) -> float:
    start = time.perf_counter()
    call(*given)
    return time.perf_counter() - start


def compare(peer: Peer, rounds: int) -> None:
    print("| kernel | dtype | dualcore s | peer s | ratio | target | peer as called | ratio | largest difference |")
    print("|---|---|---|---|---|---|---|---|---|")
    for case in cases():
        for dtype in (torch.float32, torch.float64):
            X = inputs(case, dtype)
            K = case.compute(X).numpy()
            mine, theirs, plain = [], [], []
            for _ in range(rounds):
                mine.append(seconds(case.compute, X))
                taken, other = peer.time(case, X, True)
                theirs.append(taken)
            for _ in range(max(1, rounds // 3)):
                plain.append(peer.time(case, X, False)[0])
            a, b, c = map(statistics.median, (mine, theirs, plain))
            gap = np.abs(K - other).max()
            target = f"{case.target:g}" if case.target else "-"
            print(f"| {case.title} | {str(dtype)[6:]} | {a:.4f} | {b:.4f} | {b / a:.1f} | {target} | {c:.4f} | {c / a:.1f} | {gap:.1e} |", flush=True)


def features(rounds: int) -> None:
    """Random features as a share of the measured float32 rate of a large matrix product."""
    A, B = torch.randn(4096, 4096), torch.randn(4096, 4096)
    runs = {
        "fully connected relu, depth 2, width 4096, n = 8192, d = 784": (fully_connected(2), 4096, torch.randn(8192, 784), 0.6),
        "convolution 2 x (3x3), 64 channels, 28 x 28, n = 512": (convolutional(2, beta=0.1), 64 * 784, torch.randn(512, 1, 28, 28), 0.4),
    }
    print("\n| random features | GFLOP/s | matrix product | share | target |")
    print("|---|---|---|---|---|")
    for title, (skeleton, width, X, target) in runs.items():
        network = dualcore.random_network(skeleton, width, 0, tuple(X.shape[1:]))
        network.features(X[:64])
        mine, limit = [], []
        for _ in range(rounds):
            mine.append(network.flops(len(X)) / seconds(network.features, X) / 1e9)
            limit.append(2 * 4096**3 / seconds(torch.matmul, A, B) / 1e9)
        a, b = statistics.median(mine), statistics.median(limit)
        print(f"| {title} | {a:.0f} | {b:.0f} | {a / b:.0%} | {target:.0%} |", flush=True)


def large(n: int) -> None:
    """The pooled convolution on n images: seconds, and peak memory of the process."""
    skeleton = convolutional(5, padding=1, readout="mean")
    X = torch.randn(n, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    taken = seconds(lambda: dualcore.dual_kernel(skeleton, X, dtype=torch.float32))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"pooled convolution, n = {n}, float32: {taken:.0f} s, {1000 * taken / n**2:.2f} ms per entry, peak {peak:.2f} GiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", metavar="PYTHON", help="Python with neural-tangents; without it only the features are measured")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--large", type=int, metavar="N")
    options = parser.parse_args()
    if options.large:
        large(options.large)
        return
    if options.peer:
        with tempfile.TemporaryDirectory() as folder:
            compare(Peer(options.peer, Path(folder)), options.rounds)
    features(options.rounds)


if __name__ == "__main__":
    main()
