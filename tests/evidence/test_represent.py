"""Representations of signals and images: adaptation, choice of an architecture, models that are stored."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from dualcore.evidence import EvaluateOptions, lastlayer, represent, steps
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.run import Clock, prepare_run
from dualcore.intake import load
from dualcore.kernels import preset


def signals(kind: str, n: int = 60, seed: int = 0):
    """Two classes: where nothing but the local shape tells them apart."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    if kind == "series":
        # Slow rise and quick fall, or the reverse: the same frequencies and autocorrelation, at any phase.
        phase = (np.arange(64) / 9.3 + rng.random((n, 1))) % 1 - 0.5
        X = (np.where(y, 1, -1)[:, None] * phase * 3)[:, None, :] + 0.5 * rng.normal(size=(n, 1, 64))
    else:
        i = np.add.outer(np.arange(16), np.arange(16)) % 4 < 2
        X = np.stack([np.roll(i if label else i[::-1], rng.integers(0, 4), 1) for label in y])[..., None] * 120
        X = (X + rng.integers(0, 60, X.shape)).astype(np.uint8)
    return X, y


def dataset(tmp_path, kind: str, n: int = 60):
    X, y = signals(kind, n)
    new, labels = signals(kind, 40, 1)
    path = tmp_path / f"{kind}.npz"
    np.savez(path, x_train=X, y_train=y, x_test=new, y_test=labels)
    return load(path)


def run_of(data, **options):
    return prepare_run(data, EvaluateOptions(**options), Clock(lambda *_: None, lambda: False))[0]


@pytest.mark.parametrize(("kind", "name"), [("series", "conv1d-multiscale"), ("image", "conv2d"), ("image", "conv2d-fine"), ("series", "conv1d")])
def test_a_stored_model_predicts_as_before(tmp_path, kind, name):
    run, skeleton = run_of(dataset(tmp_path, kind)), preset(name)
    rep = run.builder.build(skeleton, 512, 0)
    fit = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, run.split)
    model = LastLayerModel.of(run.data, run.encoder, skeleton, run.builder, rep, fit, 512, 0)
    assert bool(model.fitted) == (name != "conv1d")
    model.save(tmp_path / "model.npz")
    stored = LastLayerModel.load(tmp_path / "model.npz")
    first, second = model.predict(run.data.X_test).values, stored.predict(run.data.X_test).values
    assert np.array_equal(first, second)
    assert (first.argmax(1) == run.data.y_test).mean() >= 0.85
    # One row alone is read as in company: nothing is fitted on what is predicted.
    assert np.allclose(stored.predict(run.data.X_test[:1]).values, second[:1], atol=1e-6)


def test_a_model_of_the_former_format_keeps_its_network_as_drawn(tmp_path):
    run, skeleton = run_of(dataset(tmp_path, "series")), preset("conv1d-multiscale")
    rep = run.builder.features(skeleton, 256, 0, fitted={})
    fit = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, run.split)
    model = replace(LastLayerModel.of(run.data, run.encoder, skeleton, run.builder, rep, fit, 256, 0), fitted={})
    model.save(tmp_path / "model.npz")
    with np.load(tmp_path / "model.npz") as parts:
        assert not [name for name in parts.files if name.startswith("network.")]
        assert json.loads(parts["header"].tobytes())["skeleton"]["name"] == "conv1d-multiscale"
    raw = rep.matrix.double().numpy() @ model.coefficients + model.intercept
    assert np.array_equal(LastLayerModel.load(tmp_path / "model.npz").predict(run.data.X).values.argmax(1), raw.argmax(1))


def test_adaptation_reads_all_training_inputs_whatever_the_rows(tmp_path):
    run, skeleton = run_of(dataset(tmp_path, "series")), preset("conv1d-multiscale")
    rows = np.arange(0, run.n, 3)
    whole, part = run.builder.features(skeleton, 256, 0), run.builder.features(skeleton, 256, 0, rows)
    assert np.allclose(whole.matrix[rows], part.matrix, atol=1e-6)


def test_every_compared_name_is_a_preset_of_its_kind():
    for kind, names in represent.CANDIDATES.items():
        assert [s.name for s in represent.candidates(kind)] == list(names)


def test_finalists_keep_the_best_two_and_the_best_of_each_kind():
    skeletons = represent.candidates("image")
    names = lambda looks: [s.name for s in represent.finalists(skeletons, looks)]  # noqa: E731
    by_name = dict.fromkeys([s.name for s in skeletons], 0.1)
    assert names(list((by_name | {"conv2d": 0.9, "conv2d-deep": 0.8, "fc3": 0.2}).values())) == ["fc3", "conv2d", "conv2d-deep"]
    assert names(list((by_name | {"linear": 0.9, "fc2": 0.8, "conv2d": 0.2}).values())) == ["linear", "fc2", "conv2d"]


def test_convolution_is_chosen_where_only_local_shape_tells_and_is_held_against_fully_connected(tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "FIRST_LOOK_ROWS", 60)
    chosen, compared = steps.choose_step(run_of(dataset(tmp_path, "series", 120)))
    scores = {c.name: c.score for c in compared}
    assert chosen.rank == 1 and [c.name for c in compared if c.chosen] == [chosen.name]
    flat = max(v for name, v in scores.items() if name.startswith("fc"))
    assert len(scores) < len(represent.CANDIDATES["series"]) and scores[chosen.name] > flat + 0.1


def test_shuffled_positions_leave_nothing_for_convolution(tmp_path):
    """The classes differ in the level of single positions: their order carries nothing."""
    rng = np.random.default_rng(2)
    X, y = rng.normal(size=(200, 1, 40)), np.arange(200) % 2
    X[:, 0] += np.outer(2 * y - 1, rng.choice([-0.25, 0.25], 40))
    np.savez(tmp_path / "s.npz", x_train=X, y_train=y, x_test=X[:4], y_test=y[:4])
    chosen, compared = steps.choose_step(run_of(load(tmp_path / "s.npz")))
    flat = max(c.score for c in compared if not c.name.startswith("conv"))
    assert chosen.rank == 0 and flat > max(c.score for c in compared if c.name.startswith("conv"))


@pytest.mark.parametrize(("name", "least"), [("gunpoint", 0.95), ("osuleaf", 0.91)])
def test_real_series_reach_their_measured_level(shared, name, least):
    import sys

    sys.path.insert(0, str(shared / "datasets"))
    from load import load as raw

    X, y, X_new, y_new = raw(name)
    classes, codes = np.unique(y, return_inverse=True)
    mean, std = X.mean(), X.std()
    builder = lambda A: represent.Builder(((A - mean) / std).astype(np.float32), "cpu", lambda: None, lambda _: None)  # noqa: E731
    skeleton, train, width = preset("conv1d-multiscale"), builder(X), represent.default_width(len(y))
    rep = train.features(skeleton, width, 0)
    fit = lastlayer.fit_last_layer(rep, codes, len(classes), "accuracy", lastlayer.Split.of(len(codes)))
    W, b = lastlayer.feature_weights(fit.decomposition, rep.matrix, fit.Y, fit.penalty)
    new = builder(X_new).features(skeleton, width, 0, fitted=train.fitted_numbers(skeleton, width, 0)).matrix
    assert (classes[(new.double() @ W + b).argmax(1).numpy()] == y_new).mean() >= least
