"""The last layer as scikit-learn estimators: for Pipeline, cross-validation and grid search.

``fit`` chooses penalty and calibration on left-out rows as ``evaluate`` does; it makes no verdict. The encoding of columns
(numbers, categories, dates, text; missing values) is part of the estimator, so it takes frames as they are.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from dualcore.errors import DataError
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.run import EvaluateOptions
from dualcore.evidence.stage1 import fit_model
from dualcore.intake import load

TARGET = "the target of the last layer"  # a column of this name would be in the way


class _LastLayer(BaseEstimator):
    """Parameters as for ``dualcore.evaluate``; width: of the random network, None = as many features as suit the rows."""

    def __init__(self, skeleton: str | dict = "auto", *, width: int | None = None, metric: str | None = None, seed: int = 0) -> None:
        self.skeleton, self.width, self.metric, self.seed = skeleton, width, metric, seed

    def _fit(self, X, y: np.ndarray, task: str) -> None:
        frame = _frame(X)
        self.n_features_in_ = frame.shape[1]
        self.__dict__.pop("feature_names_in_", None)
        if _named(X):
            self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        if len(y) != len(frame):
            raise DataError("estimator_input", found=f"{len(frame)} x {frame.shape[1]}, y {len(y)}")
        # Whoever builds a pipeline has chosen the columns: none is left out as an identifier or a leak.
        data = load(frame.assign(**{TARGET: y}), target=TARGET, task=task, keep_suspects=True)
        options = EvaluateOptions(skeleton=self.skeleton, width=self.width, metric=self.metric, seed=self.seed)
        self.model_ = fit_model(data, options)

    def _inputs(self, X) -> pd.DataFrame | np.ndarray:
        check_is_fitted(self, "model_")
        if not len(X):
            raise DataError("estimator_input", found=str(np.shape(X)))
        if self.model_.encoder.kind != "table":
            return np.asarray(X)
        frame = _frame(X)
        if not _named(X) and frame.shape[1] != self.n_features_in_:
            raise DataError("estimator_features", expected=self.n_features_in_, found=frame.shape[1])
        if not _named(X) and hasattr(self, "feature_names_in_"):
            frame.columns = self.feature_names_in_
        return frame

    def _take(self, model: LastLayerModel) -> None:
        self.model_ = model
        if model.encoder.kind == "table":
            self.feature_names_in_ = np.asarray([name for name, _ in model.encoder.columns], dtype=object)
            self.n_features_in_ = len(self.feature_names_in_)

    def drift(self, X):
        """Whether rows look like the training rows (``dualcore.evidence.drift.Drift``)."""
        inputs = self._inputs(X)
        return self.model_.drift(inputs)


class LastLayerClassifier(ClassifierMixin, _LastLayer):
    """Last layer of a random network as a classifier with calibrated probabilities.

    Attributes
    ----------
    classes_ : labels in the order of the columns of ``predict_proba``
    n_features_in_, feature_names_in_ : columns of ``fit``; names only when X had them
    model_ : the fitted ``LastLayerModel``

    Raises
    ------
    DataError, SkeletonError : when the data or the skeleton cannot be used
    NotFittedError : when asked for predictions before ``fit``
    """

    def fit(self, X, y) -> LastLayerClassifier:
        """X : DataFrame or array (n, d); y : labels (n,) of any kind."""
        y = np.asarray(y)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        # Names that sort as the labels do, whatever the labels are.
        self._fit(X, np.array([f"class {code:06d}" for code in codes]), "classification")
        return self

    def predict_proba(self, X) -> np.ndarray:
        """Probabilities (n, classes)."""
        return self._prediction(X).values

    def predict(self, X) -> np.ndarray:
        """Labels (n,)."""
        codes = self._prediction(X).labels()
        return self.classes_[codes]

    def _prediction(self, X):
        inputs = self._inputs(X)
        return self.model_.predict(inputs)


class LastLayerRegressor(RegressorMixin, _LastLayer):
    """Last layer of a random network as a regressor; attributes and errors as of ``LastLayerClassifier``, without classes."""

    def fit(self, X, y) -> LastLayerRegressor:
        """X : DataFrame or array (n, d); y : values (n,)."""
        self._fit(X, np.asarray(y, dtype=np.float64), "regression")
        return self

    def predict(self, X) -> np.ndarray:
        """Values (n,)."""
        inputs = self._inputs(X)
        return self.model_.predict(inputs).values[:, 0]

    def predict_interval(self, X, level: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
        """Ends (n,), (n,) of the interval that holds a new value with probability ``level``, from left-out residuals.

        Raises DataError (``level_range``) when the rows are too few for the level, or the file kept no residuals.
        """
        middle, width = self.predict(X), self.model_.half_width(level)
        if width is None:
            raise DataError("level_range", level=level)
        return middle - width, middle + width


def load_estimator(path: str | Path) -> LastLayerClassifier | LastLayerRegressor:
    """The fitted estimator of a model file: what ``evaluate --json`` keeps, or a download of the result page.

    Labels are the names of the classes. Images, signals and sound take arrays as intake reads them.

    Raises DataError (``not_a_model``) when the file is not a last-layer model.
    """
    model = LastLayerModel.load(path)
    s = model.settings
    made = (LastLayerClassifier if s["classes"] else LastLayerRegressor)(model.skeleton.to_dict(), width=s["width"], seed=s["seed"])
    made._take(model)
    if s["classes"]:
        made.classes_ = np.array(s["classes"], dtype=object)
    return made


def _named(X) -> bool:
    return isinstance(X, pd.DataFrame) and all(isinstance(c, str) for c in X.columns)


def _frame(X) -> pd.DataFrame:
    """A frame of named columns. Raises DataError when X is no table."""
    if _named(X):
        return X.reset_index(drop=True)
    array = X.to_numpy() if isinstance(X, pd.DataFrame) else np.asarray(X)
    if array.ndim != 2 or not array.shape[1]:
        raise DataError("estimator_input", found=str(array.shape))
    return pd.DataFrame(array, columns=[f"x{i}" for i in range(array.shape[1])]).infer_objects()

