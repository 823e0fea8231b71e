"""The kit alone, in a process of its own: does it print the score that was stored?"""

import io
import json
import os
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
import torch

from dualcore.decision import recommend
from dualcore.decision.plan import make_plan
from dualcore.decision.records import Terms
from dualcore.errors import DataError, SkeletonError
from dualcore.evidence.represent import Builder
from dualcore.intake import load
from dualcore.kernels import Node, Skeleton, conv1d, conv2d, multi_view, preset, random_network, residual
from dualcore.kernels.builders import residual_conv2d
from dualcore.kit import starter_kit
from dualcore.kit.architecture import network_code
from tests.evidence.problems import table
from tests.kit.problems import measured

FILES = {
    "network.py", "architecture.json", "weights.safetensors", "config.json", "data.npz", "plan.json", "requirements.txt",
    "README.md", "data_card.md", "model_card.md", "train.py",
}
ALONE = "import sys; sys.modules.update(dualcore=None, sklearn=None, pandas=None); import runpy; sys.argv = sys.argv[1:]; runpy.run_path('train.py', run_name='__main__')"


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    from sklearn.datasets import load_digits

    found = load_digits()
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    images = (found.images[:300] * 15.9).astype(np.uint8)[..., None]
    np.savez(path, X=images, y=found.target[:300])
    return load(path)


def kit(dataset, skeleton, tmp_path, language="en", **options):
    """Unpack the kit of a measured evaluation; gives (its folder, the evidence)."""
    evidence, model = measured(dataset, skeleton, **options)
    verdict = recommend(evidence, Terms(goal=0.9))
    plan = make_plan(evidence, verdict, verdict.terms, verdict.protocol)
    packed = starter_kit(dataset, evidence, verdict, model, plan, language)
    zipfile.ZipFile(io.BytesIO(packed)).extractall(tmp_path)
    return tmp_path / "starter_kit", evidence


def run(folder, *arguments):
    """What train.py reports, run without dualcore, scikit-learn and pandas."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", ALONE, "train.py", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_images_reproduce_the_score_and_training_goes_on_from_it(digits, tmp_path):
    folder, evidence = kit(digits, conv2d(), tmp_path)
    assert {p.name for p in folder.iterdir()} >= FILES
    report = run(folder, "--tune", "--epochs", "2")
    assert evidence.last_layer.route == "features"
    assert report["score"] == pytest.approx(evidence.last_layer.score, abs=1e-3) == report["stored"]
    assert report["validation_after"] >= report["validation_before"] > 0.5
    assert (folder / "tuned.safetensors").exists()


def test_a_table_reproduces_the_score_of_the_exact_kernel_and_its_test_part(tmp_path):
    data = load(table(200), target="target", test=table(90, seed=1))
    folder, evidence = kit(data, preset("fc2"), tmp_path)
    report = run(folder)
    assert evidence.last_layer.route == "exact"
    assert report["score"] == pytest.approx(evidence.last_layer.score, abs=1e-3)
    assert report["test_score"] == pytest.approx(evidence.last_layer.test_score, abs=1e-3)
    assert run(folder, "--search")["score"] == pytest.approx(evidence.last_layer.score, abs=0.03)


@pytest.mark.parametrize("case", ["regression", "grouped", "time", "landmarks", "auc"])
def test_every_way_to_score_is_reproduced(tmp_path, monkeypatch, case):
    frame, metric, choices = table(160, task="regression" if case == "regression" else "classification"), None, {}
    if case == "grouped":
        frame["group"] = np.repeat(np.arange(40), 4)
        choices = {"group_column": "group"}
    if case == "time":
        frame["day"] = pd.date_range("2026-01-01", periods=160)
        choices = {"time_column": "day"}
    if case == "landmarks":
        monkeypatch.setattr("dualcore.evidence.represent.EXACT_ROWS", 100)
        monkeypatch.setattr("dualcore.evidence.represent.LANDMARKS", 60)
    if case == "auc":
        metric = "roc_auc"
    folder, evidence = kit(load(frame, target="target", **choices), preset("fc1", activation="gelu"), tmp_path, "ja", metric=metric)
    expected = {"grouped": "grouped", "time": "time_ordered"}.get(case, "leave_one_out")
    assert evidence.last_layer.estimate_from == expected
    assert evidence.last_layer.route == ("landmarks" if case == "landmarks" else "exact")
    assert run(folder)["score"] == pytest.approx(evidence.last_layer.score, abs=1e-3)


def test_thresholds_that_the_inputs_set_are_in_the_weights(tmp_path):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], 60)
    X = np.sin(np.linspace(0, 20, 64) * (1 + 0.4 * y[:, None])) + rng.normal(0, 0.5, (120, 64))
    np.savez(tmp_path / "waves.npz", X=X[:, None, :].astype(np.float32), y=y)
    folder, evidence = kit(load(tmp_path / "waves.npz"), preset("conv1d-multiscale"), tmp_path)
    assert run(folder)["score"] == pytest.approx(evidence.last_layer.score, abs=1e-3)


def test_a_changed_target_changes_the_printed_score(tmp_path):
    folder, evidence = kit(load(table(160), target="target"), preset("fc1"), tmp_path)
    with np.load(folder / "data.npz") as stored:
        arrays = dict(stored)
    arrays["y"] = np.random.default_rng(0).permutation(arrays["y"])
    np.savez(folder / "data.npz", **arrays)
    assert abs(run(folder)["difference"]) > 0.05


SKELETONS = {
    "conv2d": (conv2d(2), (1, 9, 8)), "mean": (conv2d(1, pooling="mean", activation="tanh"), (3, 8, 8)), "residual": (residual(2), (7,)),
    "residual conv": (residual_conv2d(2), (2, 11, 9)), "series": (conv1d(2), (2, 40)), "multiscale": (preset("conv1d-multiscale"), (3, 70)),
    "circular": (Skeleton("c", (Node("x", "input"), Node("a", "conv", ("x",), "leaky_relu:0.1", 0.2, 3, padding="circular"), Node("f", "flatten", ("a",))), 1), (2, 12)),
    "padded": (Skeleton("c", (Node("x", "input"), Node("a", "conv", ("x",), "erf", 0.0, (3, 5), (2, 1), padding=(1, 2)), Node("p", "pool", ("a",), window=2, stride=2, padding="valid"), Node("f", "flatten", ("p",))), 2), (2, 12, 12)),
    "joined": (Skeleton("j", (Node("x", "input"), Node("a", "dense", ("x",), "relu"), Node("b", "dense", ("x",), "hermite:2", 0.3), Node("j", "join", ("a", "b"), weights=(0.3, 0.7)), Node("d", "dense", ("j", "a"), "quadratic:1,0.5,0")), 0), (6,)),
    "awkward": (Skeleton('x"); import os', (Node('in"put\n', "input"), Node("class.a b", "dense", ('in"put\n',), "sin:2", 0.1)), 0), (5,)),
}  # fmt: skip


@pytest.mark.parametrize("name", SKELETONS)
def test_the_code_computes_what_the_network_computes(name):
    skeleton, shape = SKELETONS[name]
    network = random_network(skeleton, 64, 3, shape)
    code, weights = network_code(network, skeleton.name)
    from dualcore.kit.templates import activations

    names = {}
    sys.modules["activations"] = activations
    try:
        exec(compile(code, "network.py", "exec"), names)
    finally:
        del sys.modules["activations"]
    mine = names["Network"](2)
    mine.load_state_dict(weights, strict=False)
    x = torch.randn(5, *shape)
    assert torch.allclose(mine.features(x), network(x), atol=2e-6)
    assert mine(x).shape == (5, 2) and mine(x).abs().max() == 0


@pytest.mark.parametrize("activation", ["relu", "tanh", "step", "gelu", "abs", "relu2", "sin:2"])
@pytest.mark.parametrize("beta", [0.0, 0.3])
def test_the_kernel_of_the_kit_is_the_dual_kernel(activation, beta):
    from dualcore.kernels import dual_kernel, fully_connected
    from dualcore.kit.architecture import kernel_description
    from dualcore.kit.templates import kernel

    X = np.random.default_rng(0).standard_normal((12, 4)).astype(np.float32)
    skeleton = fully_connected(2, activation, beta)
    inputs = Builder(X, "cpu", lambda: None, lambda _: None).inputs(skeleton)
    mine = kernel.dual_kernel(json.loads(json.dumps(kernel_description(skeleton, 5))), inputs, inputs)
    assert torch.allclose(mine, dual_kernel(skeleton, inputs.double()), atol=1e-6)


def test_cards_say_what_was_measured_in_both_languages(tmp_path):
    frame = table(120).rename(columns={"x0": "温度|*x*", "target": "判定"})
    data = load(frame, target="判定")
    for language in ("ja", "en"):
        folder, evidence = kit(data, preset("fc1"), tmp_path / language, language)
        texts = {p.name: p.read_text(encoding="utf-8") for p in folder.glob("*.md")}
        assert f"{evidence.last_layer.score:.2f}" in texts["model_card.md"] and evidence.dataset.sha256 in texts["data_card.md"]
        assert r"温度\|\*x\*" in texts["data_card.md"]
        assert not any("{" in text for text in texts.values())
    assert "Limits" in texts["model_card.md"]


def test_other_data_are_refused(tmp_path):
    data = load(table(120), target="target")
    evidence, model = measured(data, preset("fc1"))
    verdict = recommend(evidence, Terms(goal=0.9))
    plan = make_plan(evidence, verdict, verdict.terms, verdict.protocol)
    with pytest.raises(DataError, match="not those of this evaluation"):
        starter_kit(load(table(121), target="target"), evidence, verdict, model, plan, "en")


def test_what_cannot_be_written_out_is_said():
    with pytest.raises(SkeletonError, match="single input"):
        network_code(random_network(multi_view(2), 16, 0, ((3,), (4,))), "two")
