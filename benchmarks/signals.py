"""Signals and images: the last layer of one random convolution against MiniRocket with ridge and fully connected layers.

    python -m benchmarks.signals [NAME ...]

Needs the datasets (folder DUALCORE_SHARED, or ``shared`` beside the repository). The architecture is chosen by
``choose_step`` on training rows only; the test part is scored once. Seconds are CPU seconds of one thread for the choice,
the features and the fit (ours), and for transform and fit (MiniRocket, its compilation left out).

The peer is no requirement of dualcore. It runs in a Python of its own, named by DUALCORE_PEER_PYTHON:

    python -m venv /tmp/peer && /tmp/peer/bin/pip install aeon==1.6.0
    DUALCORE_PEER_PYTHON=/tmp/peer/bin/python python -m benchmarks.signals
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dualcore  # noqa: F401 - before torch: it settles how idle threads wait

import numpy as np  # isort: skip
import torch  # isort: skip

from benchmarks.public import entries, write_parts
from dualcore.evidence import EvaluateOptions, lastlayer, represent, steps
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.run import Clock, Run, prepare_run
from dualcore.intake import load
from dualcore.kernels import Skeleton

SERIES = (
    "gunpoint", "osuleaf", "basic_motions", "synthetic_control", "ecg200", "lightning7", "trace", "cwru_bearing", "mnist1d",
    "japanese_vowels", "fsdd_spoken_digits",
)
IMAGES = ("fashion_mnist_2k", "sign_language_digits", "deeppcb_defects", "mnist_t10k", "cifar10")
FLAT = ("fc1", "fc2", "fc3")
PEER = """
import json, sys, time
import numpy as np
from aeon.transformations.collection.convolution_based import MiniRocket
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
parts = np.load(sys.argv[1])
def once(seed):
    begin = time.process_time()
    rocket = MiniRocket(random_state=seed, n_jobs=1)
    F = rocket.fit_transform(parts["X"])
    ridge = make_pipeline(StandardScaler(with_mean=False), RidgeClassifierCV(alphas=np.logspace(-3, 3, 10))).fit(F, parts["y"])
    return float(ridge.score(rocket.transform(parts["X_test"]), parts["y_test"])), time.process_time() - begin
MiniRocket(random_state=0, n_jobs=1).fit_transform(parts["X"][:8])
print(json.dumps(once(0)))
"""


def score_of(run: Run, skeleton: Skeleton) -> tuple[float, float]:
    """(out-of-sample score on the training part, test score) of the last layer."""
    width = represent.default_width(run.n)
    rep = run.builder.build(skeleton, width, run.options.seed)
    fit = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, run.split)
    model = LastLayerModel.of(run.data, run.encoder, skeleton, run.builder, rep, fit, width, run.options.seed)
    return run.score(run.y[fit.rows], fit.prediction), run.score(run.data.y_test, model.predict(run.data.X_test))


def peer(run: Run, folder: Path) -> tuple[float, float] | None:
    """(test score, seconds) of MiniRocket with ridge on the same encoded series, or None without the peer's Python."""
    python = os.environ.get("DUALCORE_PEER_PYTHON")
    if python is None or run.data.kind == "image":
        return None
    path = folder / "peer.npz"
    np.savez(path, X=run.builder.X, y=run.y, X_test=run.encoder.transform(run.data.X_test), y_test=run.data.y_test)
    env = os.environ | {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([python, "-W", "ignore", "-c", PEER, str(path)], capture_output=True, text=True, env=env)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return tuple(json.loads(done.stdout.strip().splitlines()[-1]))


def measure(entry: dict, folder: Path) -> str:
    data, test, _ = write_parts(entry, folder)
    target = None if entry["format"].startswith(("npz", "zip")) else entry["target"]
    run, _ = prepare_run(load(data, target=target, test=test), EvaluateOptions(device="cpu"), Clock(lambda *_: None, lambda: False))
    begin = time.process_time()
    skeleton, compared = steps.choose_step(run)
    inside, ours = score_of(run, skeleton)
    seconds = time.process_time() - begin
    flat = {name: score_of(run, represent.resolve(name, run.data.kind))[1] for name in FLAT}
    other = peer(run, folder)
    columns = [
        entry["name"], skeleton.name, f"{inside:.3f}", f"{ours:.3f}", f"{seconds:.1f}",
        *(("", "") if other is None else (f"{other[0]:.3f}", f"{other[1]:.1f}")), f"{max(flat.values()):.3f}",
        ", ".join(f"{c.name} {c.score:.3f}" for c in compared),
    ]
    return "| " + " | ".join(columns) + " |"


def main() -> None:
    torch.set_num_threads(1)
    known = entries("samples") | entries("public")
    print("| dataset | skeleton | ours LOO | ours test | seconds | MiniRocket test | seconds | best fully connected test | compared (training rows) |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in sys.argv[1:] or (*SERIES, *IMAGES):
        with tempfile.TemporaryDirectory() as folder:
            print(measure(known[name], Path(folder)), flush=True)


if __name__ == "__main__":
    main()
