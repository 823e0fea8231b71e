"""The scikit-learn face: conventions, pipelines, and the model file as an estimator."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import dualcore
from dualcore.errors import DataError
from dualcore.evidence import LastLayerModel

from .problems import table


def problem(task="classification", n=200, seed=1):
    frame = table(n, seed, task=task)
    return frame.drop(columns="target"), frame["target"]


def test_parameters_survive_a_clone():
    made = dualcore.LastLayerClassifier("fc2", width=128, metric="roc_auc", seed=3)
    again = clone(made)
    assert again is not made and again.get_params() == made.get_params() == {"skeleton": "fc2", "width": 128, "metric": "roc_auc", "seed": 3}
    assert clone(made.set_params(seed=4)).seed == 4


def test_predicting_before_fitting_is_refused():
    X, _ = problem(n=30)
    for made in (dualcore.LastLayerClassifier(), dualcore.LastLayerRegressor()):
        with pytest.raises(NotFittedError):
            made.predict(X)


@pytest.mark.parametrize("labels", [("yes", "no"), (0, 1), (True, False), (10.0, 20.0)])
def test_labels_come_back_as_they_were(labels):
    X, y = problem(n=120)
    y = np.where(y == "yes", *labels)
    made = dualcore.LastLayerClassifier("fc1").fit(X, y)
    assert made.classes_.tolist() == sorted(labels) and list(made.feature_names_in_) == list(X.columns) and made.n_features_in_ == 6
    p = made.predict_proba(X)
    assert p.shape == (120, 2) and np.allclose(p.sum(1), 1)
    said = made.predict(X)
    assert said.dtype == y.dtype and (said == y).mean() > 0.8
    assert (made.classes_[p.argmax(1)] == said).all()
    assert made.score(X, y) == (said == y).mean()


def test_arrays_pipelines_and_cross_validation():
    X, y = problem(n=150)
    X = X.drop(columns="colour").to_numpy()
    line = make_pipeline(StandardScaler(), dualcore.LastLayerClassifier("fc1"))
    assert cross_val_score(line, X, y, cv=3).mean() > 0.75
    search = GridSearchCV(dualcore.LastLayerClassifier(), {"skeleton": ["linear", "fc1"]}, cv=3).fit(X, y)
    assert search.best_params_ == {"skeleton": "fc1"}  # the boundary is curved
    assert not hasattr(search.best_estimator_, "feature_names_in_")
    with pytest.raises(DataError, match="5"):
        search.best_estimator_.predict(X[:, :3])
    with pytest.raises(DataError):
        dualcore.LastLayerClassifier().fit(X.reshape(150, 5, 1, 1), y)


def test_frames_with_categories_in_a_pipeline():
    X, y = problem()
    line = make_pipeline(FunctionTransformer(), dualcore.LastLayerClassifier("fc1")).fit(X, y)
    assert (line.predict(X[::-1]) == line.predict(X)[::-1]).all()
    with pytest.raises(DataError, match="colour"):
        line.predict(X.drop(columns="colour"))


def test_regression_and_its_interval():
    X, y = problem("regression", 300)
    made = dualcore.LastLayerRegressor("fc1").fit(X, y)
    new, truth = problem("regression", 400, 2)
    assert made.score(new, truth) > 0.7
    low, high = made.predict_interval(new)
    assert 0.85 <= ((truth >= low) & (truth <= high)).mean() <= 0.95
    wide = made.predict_interval(new, 0.99)
    assert (wide[0] < low).all() and (wide[1] > high).all()
    assert made.drift(new).status == "same"


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_model_file_is_an_estimator(task, tmp_path):
    X, y = problem(task)
    made = (dualcore.LastLayerClassifier if task == "classification" else dualcore.LastLayerRegressor)("fc1").fit(X, y)
    made.model_.save(tmp_path / "model.npz")
    again = dualcore.load_estimator(tmp_path / "model.npz")
    assert type(again) is type(made) and list(again.feature_names_in_) == list(X.columns)
    if task == "classification":
        assert np.allclose(again.predict_proba(X), made.predict_proba(X), atol=1e-12)
        assert again.classes_.tolist() == LastLayerModel.load(tmp_path / "model.npz").settings["classes"]
    else:
        assert np.allclose(again.predict(X), made.predict(X))
    (tmp_path / "bad.npz").write_bytes(b"no model")
    with pytest.raises(DataError):
        dualcore.load_estimator(tmp_path / "bad.npz")


def test_missing_values_and_dates_need_no_preparation():
    X, y = problem()
    X = X.assign(day=pd.date_range("2026-01-01", periods=len(X)).to_series(index=X.index).sample(frac=1, random_state=0).to_numpy())
    X.loc[::7, "x1"] = np.nan
    assert dualcore.LastLayerClassifier("fc1").fit(X, y).score(X, y) > 0.7
