"""k-fold scores from streamed sums: those of refitting every fold, in bounded memory, on all rows."""

import io
import tracemalloc
import zipfile
from threading import Event

import numpy as np
import pandas as pd
import pytest
import torch

from dualcore.decision import Terms, recommend
from dualcore.decision.plan import make_plan
from dualcore.errors import JobCancelled
from dualcore.evidence import EvaluateOptions, LastLayerModel, evaluate, represent, streamed
from dualcore.evidence import run as stage1_run
from dualcore.evidence.folds import Folds
from dualcore.evidence.lastlayer import Representation, Split, calibrate, fit_last_layer
from dualcore.evidence.metrics import Prediction, score
from dualcore.evidence.run import Clock, prepare_run
from dualcore.evidence.streamed import Source, Streamed
from dualcore.kit.archive import starter_kit
from tests.evidence.problems import dataset, table

QUICK = {"budget_seconds": 2.0, "permutations": 40, "n_seeds": 2, "skeleton": "fc1", "width": 128}


def problem(n=240, D=30, C=3, seed=0, offset=5.0):
    """Features (n, D) far from the origin, and classes or standardised values that a linear map partly explains."""
    rng = np.random.default_rng(seed)
    F = rng.standard_normal((n, D)) * np.geomspace(1, 0.03, D) + offset
    z = F[:, :8] @ rng.standard_normal((8, max(1, C))) + 0.7 * rng.standard_normal((n, max(1, C)))
    z = (z - z.mean(0)) / z.std(0)
    y = z.argmax(1) if C else z[:, 0]
    return torch.from_numpy(F), y


def streamed_of(F, y, C, folds, batch=37, **hooks):
    source = Source(lambda rows: F[rows], y, C, F.shape[1], batch)
    return Streamed(source, folds, hooks.get("check", lambda: None))


def refitted(F, y, C, folds, penalties):
    """(L, n, C) held-out scores: every fold and penalty solved anew from its own centred rows; NaN where not scored."""
    F, n = F.numpy(), len(y)
    Y = np.eye(C)[y] if C else y[:, None]
    out = np.full((len(penalties), n, Y.shape[1]), np.nan)
    for fold in range(folds.count):
        inside = folds.of < fold if folds.ordered else folds.of != fold
        if not inside.any():
            continue
        mean, y_mean = F[inside].mean(0), Y[inside].mean(0)
        A, B = F[inside] - mean, Y[inside] - y_mean
        for i, penalty in enumerate(penalties):
            # Augmented least squares: never squares the condition number as the sums do.
            root = np.sqrt(penalty * inside.sum() / n)
            W = np.linalg.lstsq(np.vstack([A, root * np.eye(A.shape[1])]), np.vstack([B, np.zeros((A.shape[1], B.shape[1]))]), rcond=None)[0]
            out[i, folds.of == fold] = (F[folds.of == fold] - mean) @ W + y_mean
    return out


@pytest.mark.parametrize("D", [30, 200])
@pytest.mark.parametrize("C", [3, 0])
@pytest.mark.parametrize("kind", ["random", "grouped", "time"])
def test_equals_refitting_every_fold_at_every_penalty(D, C, kind):
    F, y = problem(n=150, D=D, C=C)
    rng = np.random.default_rng(1)
    groups, time = (rng.integers(0, 30, 150) if kind == "grouped" else None), (rng.integers(0, 60, 150).astype(float) if kind == "time" else None)
    folds = Folds.deal(y, C, groups, time, seed=2)
    found = streamed_of(F, y, C, folds)
    raw = found.out_of_fold(folds.scored).numpy()
    expected = refitted(F, y, C, folds, found.penalties.numpy())[:, folds.scored]
    assert raw.shape == expected.shape and not np.isnan(expected).any()
    assert np.abs(raw - expected).max() < 1e-8
    fit = found.fit(y, "accuracy" if C else "r2", 0.0, 1.0, 0)
    if C:
        temperatures, losses = calibrate(torch.from_numpy(expected), torch.from_numpy(y[folds.scored]))
    else:  # from the sums alone
        losses = torch.from_numpy(np.square(expected[..., 0] - y[folds.scored]).mean(1))
    best = int(losses.argmin())
    # Under the largest penalties the best temperature lies beyond its bound, and where the search stops there is rounding.
    first, within = (3, 1e-6) if C else (0, 1e-8)
    assert np.abs(np.array([v for _, v in fit.path]) - losses.numpy())[first:].max() < within
    assert fit.penalty == float(found.penalties[best])
    assert np.abs(fit.raw - expected[best]).max() < 1e-8
    if C:
        assert fit.temperature == pytest.approx(float(temperatures[best]), rel=1e-3)
    Y = np.eye(C)[y[folds.scored]] if C else y[folds.scored][:, None]
    assert fit.squared_error == pytest.approx(np.square(Y - expected[best]).sum() / np.square(Y - Y.mean(0)).sum(), rel=1e-9)


@pytest.mark.parametrize("C", [3, 0])
def test_final_weights_and_path_are_those_of_the_route_for_few_rows(C):
    F, y = problem(C=C)
    folds = Folds.deal(y, C, seed=0)
    metric = "accuracy" if C else "r2"
    fit = streamed_of(F, y, C, folds).fit(y, metric, 0.0, 1.0, 0)
    rep = Representation(F, False)
    like = fit_last_layer(rep, y, C, metric, folds.split())
    assert [p for p, _ in fit.path] == pytest.approx([p for p, _ in like.path], rel=1e-10)
    assert [v for _, v in fit.path] == pytest.approx([v for _, v in like.path], rel=1e-8)
    W, b = rep.weights(like.decomposition, torch.arange(len(y)), like.Y, like.penalty)
    assert torch.allclose(F @ fit.weights[0] + fit.weights[1], F @ W + b, atol=1e-9)


def test_agrees_with_leave_one_out():
    F, y = problem(n=3000, D=60)
    fit = streamed_of(F, y, 3, Folds.deal(y, 3, seed=0), batch=500).fit(y, "accuracy", 0.0, 1.0, 0)
    loo = fit_last_layer(Representation(F, False), y, 3, "accuracy", Split.of(len(y)))
    a, b = score("accuracy", y, fit.prediction), score("accuracy", y, loo.prediction)
    se = np.sqrt(b * (1 - b) / len(y))
    assert abs(a - b) < 1.645 * se
    assert abs(score("log_loss", y, fit.prediction) - score("log_loss", y, loo.prediction)) < 0.01
    assert np.abs(fit.raw - loo.raw).max() < 0.15  # the same model but for a fifth of the rows


def test_features_far_from_the_origin_lose_nothing():
    """The shift: sums of squares of features near 1e6 would leave about four digits of a spread of 1."""
    F, y = problem(C=0)
    folds = Folds.deal(y, 0, seed=0)
    near, far = (streamed_of(F + at, y, 0, folds).out_of_fold(folds.scored) for at in (0.0, 1e6))
    assert (near - far).abs().max() < 1e-6


def test_batches_change_nothing():
    F, y = problem()
    folds = Folds.deal(y, 3, seed=0)
    a, b = (streamed_of(F, y, 3, folds, batch).out_of_fold(folds.scored) for batch in (11, 240))
    assert (a - b).abs().max() < 1e-9


# Folds


def test_random_folds_are_stratified_and_complete():
    y = np.repeat([0, 1, 2], [700, 290, 10])
    folds = Folds.deal(y, 3, seed=4)
    counts = np.array([np.bincount(y[folds.of == f], minlength=3) for f in range(folds.count)])
    assert folds.count == 5 and folds.kind == "streamed_folds"
    assert (counts.max(0) - counts.min(0) <= 1).all()
    assert not np.array_equal(folds.of, Folds.deal(y, 3, seed=5).of)


def test_groups_stay_whole_and_folds_stay_even():
    groups = np.random.default_rng(0).geometric(0.05, 2000)
    folds = Folds.deal(np.zeros(2000), 0, groups, seed=0)
    assert folds.kind == "grouped"
    assert all(len(np.unique(folds.of[groups == g])) == 1 for g in np.unique(groups))
    sizes = np.bincount(folds.of)
    assert sizes.max() - sizes.min() <= np.bincount(groups).max()


def test_no_fold_is_fitted_on_its_present_or_future():
    time = np.random.default_rng(0).integers(0, 23, 500).astype(float)  # many rows of one moment
    folds = Folds.deal(np.zeros(500), 0, None, time, seed=0)
    assert folds.kind == "time_ordered" and folds.count == 5
    for fit, held in folds.split().folds:
        assert time[fit.numpy()].max() < time[held.numpy()].min()
    assert set(folds.scored) == set(torch.cat([held for _, held in folds.split().folds]).tolist())


def test_every_row_at_one_moment_still_gives_folds():
    assert np.bincount(Folds.deal(np.zeros(50), 0, None, np.zeros(50)).of).tolist() == [10] * 5


def _leaky(kind):
    """Labels that are noise, but constant within a group (or a day), which the features identify."""
    rng = np.random.default_rng(3)
    unit = np.repeat(np.arange(60), 10)
    F = np.eye(60)[unit] + 0.01 * rng.standard_normal((600, 60))
    return torch.from_numpy(F), rng.integers(0, 2, 60)[unit], unit


@pytest.mark.parametrize("kind", ["grouped", "time_ordered"])
def test_a_leak_that_random_folds_fall_for(kind):
    F, y, unit = _leaky(kind)
    honest = Folds.deal(y, 2, unit if kind == "grouped" else None, unit.astype(float) if kind == "time_ordered" else None, 0)
    fits = [streamed_of(F, y, 2, f).fit(y, "accuracy", 0.0, 1.0, 0) for f in (Folds.deal(y, 2, seed=0), honest)]
    fooled, told = (score("accuracy", y[f.rows], f.prediction) for f in fits)
    assert fooled > 0.95
    assert told < 0.7


def test_a_held_label_never_reaches_its_own_prediction():
    F, y = problem(C=0)
    folds = Folds.deal(y, 0, seed=0)
    changed = np.where(folds.of == 2, y + 100, y)
    a, b = (streamed_of(F, v, 0, folds).out_of_fold(np.flatnonzero(folds.of == 2)) for v in (y, changed))
    assert (a - b).abs().max() < 1e-9  # what total minus fold leaves of labels of size 100


# Memory, cancel


def test_memory_does_not_grow_with_the_rows():
    peaks, sizes = [], []

    def features(rows):
        at = np.arange(rows.start, rows.stop)
        sizes.append(len(at))
        return torch.from_numpy(np.sin(at[:, None] * np.arange(1.0, 65.0)))

    for n in (10_000, 40_000):
        target = np.arange(n) % 2
        folds = Folds.deal(target, 2, seed=0)
        tracemalloc.start()
        Streamed(Source(features, target, 2, 64, 512), folds, lambda: None)
        peaks.append(tracemalloc.get_traced_memory()[1] - 2 * target.nbytes)
        tracemalloc.stop()
        assert max(sizes) <= 512
    assert peaks[1] < peaks[0] + 8 * 30_000 * 2  # less than two numbers a row; features would be 64


def test_cancel_is_asked_within_every_batch(monkeypatch):
    F, y = problem()
    asked = []

    def check():
        asked.append(1)
        if len(asked) == 9:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        streamed_of(F, y, 3, Folds.deal(y, 3, seed=0), check=check)

    # A decomposition that never ends by itself, whatever the machine.
    cancelled = Event()
    monkeypatch.setattr(torch.linalg, "eigh", lambda A: cancelled.wait(60))
    with pytest.raises(JobCancelled):
        streamed._eigh(torch.eye(3, dtype=torch.float64), _stop)
    cancelled.set()


def _stop():
    raise JobCancelled


# Through stage 1


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(stage1_run, "LARGEST", 200)
    monkeypatch.setattr("dualcore.evidence.steps.LARGEST", 200)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_all_rows_score_the_last_layer_and_make_the_model(small, task, tmp_path):
    data = dataset(table(700, task=task))
    answer = evaluate(data, EvaluateOptions(**QUICK))
    last, manifest = answer.evidence.last_layer, answer.evidence.manifest
    assert (last.route, last.estimate_from, last.width) == ("features", "streamed_folds", 128)
    assert (manifest.rows_used, manifest.rows_drawn, manifest.sampled) == (700, 200, True)
    assert [n.code for n in answer.evidence.notes if n.code.startswith("rows_")] == ["rows_drawn"]
    assert answer.evidence.curve.points[-1].rows == 700
    assert last.low < last.score < last.high
    errors = answer.evidence.errors
    assert errors.residuals is not None if task == "regression" else np.sum(errors.confusion.counts) == 700
    # The same folds scored by refitting on the model's own features give the same score.
    model, y = answer.model, data.y
    builder = represent.Builder(model.encoder.transform(data.X), "cpu", lambda: None, lambda _: None)
    rep = builder.features(model.skeleton, 128, 0)
    C = len(data.classes)
    like = fit_last_layer(rep, y, C, answer.evidence.metric, Folds.deal(y, C, data.groups, data.time, 0).split())
    assert score(answer.evidence.metric, y[like.rows], like.prediction) == pytest.approx(last.score, abs=1e-6)
    # And the model is the fit on all rows.
    other = table(300, seed=9, task=task).drop(columns="target")
    model.save(tmp_path / "m.npz")
    again = LastLayerModel.load(tmp_path / "m.npz").predict(other)
    whole = LastLayerModel.of(data, model.encoder, model.skeleton, builder, rep, like, 128, 0)
    assert np.allclose(again.values, whole.predict(other).values, atol=1e-5)


def test_the_starter_kit_has_all_rows_and_their_folds(small, tmp_path):
    data = dataset(table(500))
    answer = evaluate(data, EvaluateOptions(**QUICK))
    verdict = recommend(answer.evidence, Terms(goal=0.9))
    plan = make_plan(answer.evidence, verdict, verdict.terms, verdict.protocol)
    packed = zipfile.ZipFile(io.BytesIO(starter_kit(data, answer.evidence, verdict, answer.model, plan, "ja")))
    with np.load(io.BytesIO(packed.read("starter_kit/data.npz"))) as stored:
        X, y, fit, held = (stored[k] for k in ("X", "y", "fit", "held"))
    assert np.array_equal(y, data.y) and (held.sum(0) == 1).all() and not (fit & held).any()
    builder = represent.Builder(X, "cpu", lambda: None, lambda _: None)
    split = Split("leave_one_out", folds=[tuple(torch.from_numpy(np.flatnonzero(m)) for m in pair) for pair in zip(fit, held, strict=True)])
    found = fit_last_layer(builder.features(answer.model.skeleton, 128, 0), y, 2, "accuracy", split)
    assert score("accuracy", y[found.rows], found.prediction) == answer.evidence.last_layer.score
    assert "200" in packed.read("starter_kit/model_card.md").decode().split("無作為に選んだ")[1][:8]


@pytest.mark.parametrize("choice", ["grouped", "time_ordered"])
def test_stage_1_keeps_groups_and_time(small, choice):
    frame = table(600)
    if choice == "grouped":
        frame["unit"] = np.arange(600) // 6
        data = dataset(frame, group_column="unit")
    else:
        frame["day"] = pd.date_range("2026-01-01", periods=600)
        data = dataset(frame, time_column="day")
    last = evaluate(data, EvaluateOptions(**QUICK)).evidence.last_layer
    assert last.estimate_from == choice
    assert last.random_split_score is not None


def test_too_many_features_keep_to_the_draw_and_say_so(small, monkeypatch):
    monkeypatch.setattr(streamed, "MOST_FEATURES", 100)
    e = evaluate(dataset(table(400)), EvaluateOptions(**QUICK)).evidence
    assert (e.manifest.rows_used, e.manifest.rows_drawn) == (200, None)
    assert "rows_sampled" in [n.code for n in e.notes]


def test_stage_1_is_cancelled_within_the_pass(small):
    steps, asked = [], []

    def stop():
        asked.append(steps[-1] if steps else "")
        return asked.count("last_layer") > 4

    with pytest.raises(JobCancelled):
        evaluate(dataset(table(600)), EvaluateOptions(**QUICK), lambda f, step: steps.append(step), stop)
    assert steps[-1] == "last_layer"


def test_few_resampled_rows_give_the_interval_of_all(monkeypatch):
    rng = np.random.default_rng(0)
    data = dataset(table(300))
    run, _ = prepare_run(data, EvaluateOptions(metric="balanced_accuracy"), Clock(lambda *_: None, lambda: False))
    y = rng.integers(0, 2, 4000)
    p = np.clip(0.5 + 0.2 * (2 * y - 1) + 0.3 * rng.standard_normal(4000), 0.01, 0.99)
    prediction, units = Prediction(np.column_stack([1 - p, p])), np.arange(4000) // 4
    for unit in (None, units):
        full = run.spread(y, prediction, unit)
        with monkeypatch.context() as m:
            m.setattr(stage1_run, "LARGEST", 1000)
            few = run.spread(y, prediction, unit)
        assert few[0] == full[0]
        assert (few[2] - few[1]) / (full[2] - full[1]) == pytest.approx(1, abs=0.25)


def test_sixty_thousand_rows_from_end_to_end():
    """The truth is the model's accuracy on fresh rows; 8 % of the labels are flipped, so that no model passes 0.92."""
    rng = np.random.default_rng(0)
    n, fresh = 60_000, 20_000
    X, weights = rng.standard_normal((n + fresh, 10)), rng.standard_normal(10)
    label = (X @ weights > 0.3) ^ (rng.random(n + fresh) < 0.08)
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(10)]).assign(target=np.where(label, "yes", "no"))
    options = EvaluateOptions(skeleton="fc1", width=256, budget_seconds=4.0, permutations=40, n_seeds=2)
    answer = evaluate(dataset(frame[:n]), options)
    last, manifest = answer.evidence.last_layer, answer.evidence.manifest
    assert (manifest.rows_used, manifest.rows_drawn) == (n, stage1_run.LARGEST)
    assert np.sum(answer.evidence.errors.confusion.counts) == n
    truth = (answer.model.predict(frame[n:].drop(columns="target")).labels() == (frame["target"][n:] == "yes")).mean()
    assert abs(last.score - truth) < 0.01
    assert 0.87 < last.score < 0.925
    assert 0.003 < last.high - last.low < 0.01  # of 60,000 rows: twice 1.645 times 0.0013, widened for other training rows
