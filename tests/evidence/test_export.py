"""Exports against the model itself: ONNX through onnxruntime, and an independent reading of model.json with numpy alone."""

from __future__ import annotations

import io
import json
import math
import zipfile

import numpy as np
import pytest
from numpy.polynomial import chebyshev, polynomial
from safetensors.numpy import load as load_tensors

from dualcore.errors import DataError
from dualcore.evidence import EvaluateOptions, LastLayerModel, lastlayer
from dualcore.evidence.export import onnx_archive, safetensors_archive
from dualcore.evidence.onnxgraph import OPSET
from dualcore.evidence.run import Clock, prepare_run
from dualcore.intake import load
from dualcore.kernels import Node, Skeleton, fully_connected, preset

from .problems import dataset, table


def fit(data, skeleton, width=None, seed=0) -> LastLayerModel:
    run, _ = prepare_run(data, EvaluateOptions(seed=seed), Clock(lambda fraction, step: None, lambda: False))
    made = skeleton if isinstance(skeleton, Skeleton) else preset(skeleton)
    wide = width or 256
    rep = (run.builder.features if width else run.builder.build)(made, wide, seed)
    found = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, run.split)
    return LastLayerModel.of(run.data, run.encoder, made, run.builder, rep, found, wide, seed)


def images(tmp_path, n=80):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    X = rng.integers(0, 120, (n, 10, 12, 1)).astype(np.uint8)
    X[y == 1, 3:6] += 90
    np.savez(tmp_path / "pictures.npz", x=X, y=y)
    return load(tmp_path / "pictures.npz")


def signals(tmp_path, n=90, length=64):
    rng = np.random.default_rng(1)
    y = np.arange(n) % 3
    t = np.linspace(0, 1, length)
    X = np.sin(2 * np.pi * (3 + 4 * y[:, None]) * (t + rng.random((n, 1)))) + 0.3 * rng.standard_normal((n, length))
    np.savez(tmp_path / "signals.npz", x=X[:, None].astype(np.float32), y=y)
    return load(tmp_path / "signals.npz")


def run_onnx(archive: bytes, X: np.ndarray) -> dict[str, np.ndarray]:
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    content = zipfile.ZipFile(io.BytesIO(archive)).read("model.onnx")
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return dict(zip(names, session.run(names, {"encoded": X})))


def check(model: LastLayerModel, X: np.ndarray) -> None:
    """ONNX and the numpy reading of model.json give the model's own numbers."""
    mine, found = model.predict_encoded(X), run_onnx(onnx_archive(model), X)
    read = Read(safetensors_archive(model)).answer(X)
    if model.settings["classes"]:
        assert np.abs(found["probabilities"] - mine.values).max() < 1e-5
        assert np.abs(read - mine.values).max() < 1e-5
        sure = np.abs(np.diff(np.sort(mine.values / np.array(mine.prior) ** mine.tilt, 1)[:, -2:], axis=1))[:, 0] > 1e-4
        assert sure.any() and (found["label"] == mine.labels())[sure].all()
    else:
        scale = model.settings["scale"]
        assert np.abs(found["value"] - mine.values).max() < 1e-5 * max(1.0, scale)
        assert np.abs(read - mine.values).max() < 1e-5 * max(1.0, scale)
        assert np.allclose(found["high"] - found["low"], 2 * model.half_width(), rtol=1e-4)


class Read:
    """model.json followed step by step, as the README of the archive says; numpy only."""

    def __init__(self, archive: bytes) -> None:
        files = zipfile.ZipFile(io.BytesIO(archive))
        assert set(files.namelist()) == {"model.json", "model.safetensors", "README.md"}
        self.about, self.tensors = json.loads(files.read("model.json")), load_tensors(files.read("model.safetensors"))

    def answer(self, X: np.ndarray) -> np.ndarray:
        values = {"encoded": X.astype(np.float64)}
        for step in self.about["steps"]:
            values[step["output"]] = getattr(self, step["op"])(step, values)
        raw, answer = values["raw"], self.about["answer"]
        if not self.about["classes"]:
            return raw * answer["scale"] + answer["shift"]
        z = np.exp(answer["temperature"] * (raw - raw.max(1, keepdims=True)))
        return z / z.sum(1, keepdims=True)

    def flatten(self, step, values):
        x = values[step["input"]]
        return x.reshape(len(x), -1)

    def sphere(self, step, values):
        x = values[step["input"]]
        x = np.hstack([x, np.ones((len(x), 1))])
        return x / np.linalg.norm(x, axis=1, keepdims=True)

    def products(self, step, values):
        return values[step["input"]] @ self.tensors[step["rows"]].astype(float).T / step["divisor"]

    def mix(self, step, values):
        return step["beta"] + (1 - step["beta"]) * sum(q * values[n] for q, n in zip(step["shares"], step["inputs"]))

    def dual(self, step, values):
        rho = values[step["input"]].clip(-1, 1)
        u = np.sqrt(1 - np.abs(rho))
        of = chebyshev.chebval if step["basis"] == "chebyshev" else polynomial.polyval
        return np.where(rho >= 0, 1 - u ** step["power"] * of(2 * u - 1, step["near"]), of(2 * u - 1, step["far"]))

    def dense(self, step, values):
        x = np.hstack([values[n].reshape(len(values[n]), -1) for n in step["inputs"]])
        return x @ self.tensors[step["weight"]].T + (self.tensors[step["bias"]] if step["bias"] else 0)

    def conv(self, step, values):
        x, W = values[step["input"]], self.tensors[step["weight"]]
        x = np.pad(x, [(0, 0), (0, 0), *step["margins"]], mode="wrap" if step["around"] == "wrap" else "constant")
        axes = W.ndim - 2
        reach = [d * (w - 1) + 1 for d, w in zip(step["dilation"], W.shape[2:])]
        places = np.lib.stride_tricks.sliding_window_view(x, reach, axis=tuple(range(2, 2 + axes)))
        cut = (slice(None), slice(None), *[slice(None, None, s) for s in step["stride"]], *[slice(None, None, d) for d in step["dilation"]])
        letters = "xy"[:axes], "uv"[:axes]
        z = np.einsum(f"nc{letters[0]}{letters[1]},oc{letters[1]}->no{letters[0]}", places[cut], W)
        z = z * (self.tensors[step["border"]] if step["border"] else 1)
        return z + (self.tensors[step["bias"]].reshape(-1, *[1] * axes) if step["bias"] else 0)

    def pool(self, step, values):
        x, matrices = values[step["input"]], [self.tensors[n] for n in step["averages"]]
        return np.einsum("nchw,hi,wj->ncij", x, *matrices) if len(matrices) == 2 else x @ matrices[0]

    def global_pool(self, step, values):
        x = values[step["input"]]
        return x.reshape(*x.shape[:2], -1).mean(2)

    def add(self, step, values):
        first, *rest = (values[n] for n in step["inputs"])
        out = step["factors"][0] * first
        for factor, sign, value in zip(step["factors"][1:], self.tensors[step["signs"]], rest):
            out = out + factor * sign.reshape(-1, *[1] * (value.ndim - 2)) * value
        return out

    def join(self, step, values):
        return np.hstack([f * values[n].reshape(len(values[n]), -1) for f, n in zip(step["factors"], step["inputs"])])

    def activation(self, step, values):
        x = values[step["input"]]
        erf = np.vectorize(math.erf)
        known = {"relu": lambda x: x.clip(0), "step": lambda x: (x >= 0) * 1.0, "erf": lambda x, b=1.0: erf(b * x), "abs": np.abs, "tanh": np.tanh}
        return known[step["function"]](x, *step["parameters"])

    def scale(self, step, values):
        return values[step["input"]] * (self.tensors[step["by"]] if "by" in step else step["factor"])

    def copy(self, step, values):
        return values[step["input"]]

    def last_layer(self, step, values):
        return values[step["input"]] @ self.tensors[step["weight"]] + self.tensors[step["bias"]]


@pytest.mark.parametrize("skeleton", ["linear", "fc1", "fc2"])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_exact_kernels(skeleton, task):
    data = dataset(table(200, 1, task=task))
    model = fit(data, skeleton)
    assert model.route == "kernel"
    check(model, model.encoder.transform(dataset(table(60, 2, task=task)).X))


@pytest.mark.parametrize("activation", ["erf:1.5", "step", "tanh", "gelu", "leaky_relu:0.1"])
def test_kernels_of_any_activation(activation):
    data = dataset(table(150, 1))
    model = fit(data, fully_connected(2, activation, 0.1))
    check(model, model.encoder.transform(dataset(table(50, 2)).X))


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_random_features_of_tables(task):
    data = dataset(table(200, 1, task=task))
    model = fit(data, "fc2", width=300)
    assert model.route == "features"
    check(model, model.encoder.transform(data.X))


@pytest.mark.parametrize("skeleton", ["conv2d", "conv2d-deep", "conv2d-fine"])
def test_image_networks(skeleton, tmp_path):
    data = images(tmp_path)
    model = fit(data, skeleton, width=300)
    check(model, model.encoder.transform(data.X))


@pytest.mark.parametrize("skeleton", ["conv1d", "conv1d-multiscale", "conv1d-deep"])
def test_signal_networks(skeleton, tmp_path):
    data = signals(tmp_path)
    model = fit(data, skeleton, width=300)
    check(model, model.encoder.transform(data.X))


def test_branches_that_are_added_and_wrapped(tmp_path):
    nodes = (
        Node("x", "input"), Node("a", "conv", ("x",), "relu", window=3, padding="circular"), Node("b", "conv", ("x",), "abs", window=5, padding="circular"),
        Node("s", "add", ("a", "b")), Node("m", "pool", ("s",), window=4), Node("f", "flatten", ("m",)), Node("o", "dense", ("f",), "relu", beta=0.1),
    )  # fmt: skip
    data = signals(tmp_path)
    model = fit(data, Skeleton("branches", nodes, 1), width=120)
    check(model, model.encoder.transform(data.X))


def test_every_activation_of_a_network_has_an_onnx_form():
    import torch

    from dualcore.evidence.onnxgraph import _FUNCTIONS
    from dualcore.kernels.activations import ACTIVATIONS, activation

    onnxruntime = pytest.importorskip("onnxruntime")
    from onnx import TensorProto, helper, numpy_helper

    from dualcore.evidence.onnxgraph import Graph

    x = np.linspace(-3.3, 3.1, 41, dtype=np.float32)[None]
    assert set(_FUNCTIONS) == set(ACTIVATIONS)
    for name in ACTIVATIONS:
        g = Graph()
        out = g.add("Identity", _FUNCTIONS[name](g, "x"), output="y")
        graph = helper.make_graph(
            g.nodes, "one", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 41])],
            [helper.make_tensor_value_info(out, TensorProto.FLOAT, [1, 41])], [numpy_helper.from_array(a, n) for n, a in g.constants.items()],
        )
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
        session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
        truth = activation(name)(torch.from_numpy(x)).numpy()
        assert np.allclose(session.run(None, {"x": x})[0], truth, atol=2e-6, rtol=2e-6), name


def test_what_cannot_be_exported_is_said():
    from dualcore.evidence.portable import portable
    from dualcore.kernels import register_activation

    register_activation("wiggle_of_ours", lambda x: x + 0.1 * x.sin())
    model = fit(dataset(table(120, 1)), fully_connected(1, "wiggle_of_ours"), width=64)
    with pytest.raises(DataError) as refused:
        onnx_archive(model)
    assert refused.value.code == "export_activation" and refused.value.fields["name"] == "wiggle_of_ours"
    with pytest.raises(DataError) as refused:
        portable(object())
    assert refused.value.code == "export_not_last_layer"


def test_an_archive_has_the_same_bytes_each_time_and_no_code():
    model = fit(dataset(table(120, 1)), "fc1")
    assert safetensors_archive(model) == safetensors_archive(model)
    for archive in (safetensors_archive(model), onnx_archive(model)):
        assert not any(name.endswith((".py", ".pkl")) for name in zipfile.ZipFile(io.BytesIO(archive)).namelist())
