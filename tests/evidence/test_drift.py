"""Drift warnings: silent on rows of the same source, loud on shifted ones; and what the prediction intervals cover."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dualcore.evidence import LastLayerModel
from dualcore.evidence.drift import FEWEST, discrepancy
from dualcore.evidence.intervals import half_width, kept_residuals
from dualcore.evidence.predictions import predictions, predictions_and_report
from dualcore.intake import load

from .problems import dataset, table
from .test_export import fit, images, signals


@pytest.fixture(scope="module")
def model():
    return fit(dataset(table(400, 1)), "fc1")


def fresh(n=300, seed=50, **choices) -> pd.DataFrame:
    return table(n, seed, **choices).drop(columns="target")


def test_a_resample_of_the_training_rows_never_fires(model):
    rows = fresh(400, 1)
    found = [model.drift(rows.sample(n, replace=True, random_state=n).reset_index(drop=True)) for n in (20, 40, 90, 200, 400, 1200)]
    found += [model.drift(rows.sample(150, random_state=s).reset_index(drop=True)) for s in range(14)]
    assert {d.status for d in found} == {"same"}


def test_false_alarms_on_new_rows_of_the_same_source_are_rare():
    """Each training set with four new files: 0.4 % are allowed for by the level, 60 files give 0 or 1 almost always."""
    alarms = 0
    for seed in range(15):
        made = fit(dataset(table(150, seed)), "linear")
        alarms += sum(made.drift(fresh(120, 1000 + 10 * seed + k)).status == "drift" for k in range(4))
    assert alarms <= 2


@pytest.mark.parametrize(
    ("change", "column", "finding"),
    [
        (lambda f: f.assign(x2=f.x2 + 1), "x2", "values"), (lambda f: f.assign(x3=f.x3 * 2.5), "x3", "values"),
        (lambda f: f.assign(x1=f.x1.where(f.index % 10 != 0)), "x1", "missing"),
        (lambda f: f.assign(colour=f.colour.where(f.index % 12 != 0, "pink")), "colour", "unseen"),
        (lambda f: f.assign(colour="red"), "colour", "values"),
    ],
)
def test_what_moved_is_named(model, change, column, finding):
    found = model.drift(change(fresh()))
    assert found.status == "drift" and [c.name for c in found.drifted] == [column] and finding in found.drifted[0].findings
    assert found.training_rows == 400 and found.rows == 300


def test_a_change_that_no_column_shows_is_seen_as_a_whole():
    """Two inputs become copies of each other: every column keeps its distribution."""
    made = fit(dataset(table(500, 3)), "fc1")
    new = fresh(500, 7)
    found = made.drift(new.assign(x1=new.x0, x3=new.x2))
    assert found.overall and found.status == "drift" and not found.drifted and found.p_value <= 0.002


def test_few_rows_and_old_models_say_so(model, tmp_path):
    assert model.drift(fresh(FEWEST - 1)).status == "few"
    old = replace(model, reference=None)
    old.save(tmp_path / "old.npz")
    again = LastLayerModel.load(tmp_path / "old.npz")
    assert again.drift(fresh()).status == "unknown" and again.half_width() is None


def test_what_is_kept_is_small_and_survives_the_file(model, tmp_path):
    model.save(tmp_path / "m.npz")
    again = LastLayerModel.load(tmp_path / "m.npz")
    new = fresh().assign(x2=lambda f: f.x2 + 1)
    assert again.drift(new) == model.drift(new)
    kept, arrays = model.reference.to_state()
    assert len(json.dumps(kept)) < 10_000 and sum(a.nbytes for a in arrays.values()) < 300_000


@pytest.mark.parametrize("kind", ["image", "series"])
def test_images_and_signals(kind, tmp_path):
    data = (images if kind == "image" else signals)(tmp_path)
    made = fit(data, "conv2d" if kind == "image" else "conv1d", width=200)
    assert made.drift(data.X).status == "same"
    other = np.clip(data.X.astype(int) + 80, 0, 255).astype(np.uint8) if kind == "image" else data.X * 3
    found = made.drift(other)
    assert found.status == "drift" and found.overall and found.drifted[0].summary in ("mean", "spread", "roughness")


def test_discrepancy_has_the_right_size_and_level():
    rng = np.random.default_rng(0)
    A = rng.standard_normal((300, 10))
    assert discrepancy(A, rng.standard_normal((300, 10)) + 0.5)[0] == pytest.approx(0.25, abs=0.08)  # |shift|^2 over the spread
    p = [discrepancy(rng.standard_normal((60, 5)), rng.standard_normal((40, 5)))[1] for _ in range(100)]
    assert 1 <= sum(v <= 0.1 for v in p) <= 22


def test_the_kept_residuals_err_on_the_wide_side():
    all_of_them = np.random.default_rng(0).standard_normal(9_137)
    exact = np.sort(np.abs(all_of_them))
    for level in (0.5, 0.8, 0.9, 0.95, 0.99):
        width = half_width(kept_residuals(all_of_them), level)
        assert exact[int(np.ceil(level * 9_138)) - 1] <= width * (1 + 1e-6) < exact[int(np.ceil((level + 0.002) * 9_137))]
    assert half_width(kept_residuals(all_of_them[:8]), 0.9) is None  # nine rows are needed for 90 %
    assert half_width(kept_residuals(all_of_them[:9]), 0.9) == pytest.approx(np.abs(all_of_them[:9]).max(), rel=1e-6)


@pytest.mark.parametrize("noise", [0.2, 1.0, "tails", "skewed"])
def test_intervals_hold_nine_in_ten_new_values(noise):
    rng = np.random.default_rng(0)
    held = []
    for seed in range(4):
        made, new = table(200, seed, 0.0, "regression"), table(800, 100 + seed, 0.0, "regression")
        for frame in (made, new):
            drawn = {"tails": rng.standard_t(3, len(frame)), "skewed": rng.exponential(1, len(frame))}.get(noise)
            frame["target"] += noise * rng.standard_normal(len(frame)) if drawn is None else drawn
        model = fit(dataset(made), "fc1")
        values, q = model.predict(new.drop(columns="target")).values[:, 0], model.half_width()
        held.append(np.mean(np.abs(new["target"] - values) <= q))
    assert 0.86 <= np.mean(held) <= 0.945


@pytest.mark.parametrize("name", ["diabetes"])
def test_intervals_on_the_demo_of_a_number(name):
    path = Path(__file__).parents[2] / "data" / f"{name}.csv"
    frame = pd.read_csv(path)
    target, held = load(path).target, []
    for seed in range(4):
        new = frame.sample(frac=0.4, random_state=seed)
        model = fit(load(frame.drop(new.index).reset_index(drop=True), target=target), "fc1")
        values = model.predict(new.reset_index(drop=True)).values[:, 0]
        held.append(np.mean(np.abs(new[target].to_numpy() - values) <= model.half_width()))
    assert 0.85 <= np.mean(held) <= 0.95


def test_columns_of_the_file_are_named(tmp_path):
    frame = table(150, 1, task="regression")
    frame.to_csv(tmp_path / "new.csv", index=False)
    model = fit(dataset(frame), "fc1")
    found, report = predictions_and_report(model, tmp_path / "new.csv", 0.8)
    assert list(found.columns) == ["target", "target_low80", "target_high80"]
    assert np.allclose(found.target_high80 - found.target, report.half_width) and report.half_width < model.half_width(0.9)
    classes = fit(dataset(table(150, 1)), "fc1")
    assert list(predictions(classes, tmp_path / "new.csv").columns) == ["target", "p(no)", "p(yes)"]
