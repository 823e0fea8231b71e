"""Columns that look like identifiers, give the answer away, or cannot be used."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from sklearn.metrics import balanced_accuracy_score, r2_score, roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from dualcore.intake.columns import Typed, masked

ID_NAME = re.compile(r"(^|[_\s.])(id|no|uid|udi|uuid|index|serial|key|row)\.?($|[_\s])|番号|管理|連番|コード$|通番|品番|No\.?$|ID$", re.IGNORECASE)
LEAK = 0.995  # alone predicts the target: left out unless the person keeps it
DOMINANT = 0.97  # alone predicts it nearly: said, and used
ROWS = 4000


def is_identifier(name: str, column: Typed) -> bool:
    """Unique per row and either counting, or named like an identifier, or a code in words."""
    values = column.values.dropna()
    n = len(values)
    if n < 10 or column.role not in ("numeric", "categorical", "text"):
        return False
    unique = column.distinct / n
    if column.role == "numeric":
        numbers = values.to_numpy(np.float64)
        if unique < 0.99 or not np.equal(np.mod(numbers, 1), 0).all():
            return False
        steps = np.diff(numbers)
        return bool((steps > 0).all() or (steps < 0).all() or ID_NAME.search(name) or _counts_without_gaps(numbers))
    if column.role == "categorical" and unique > 0.9:
        return masked(values).nunique() <= max(5, 0.2 * n) or bool(ID_NAME.search(name))
    return False


def _counts_without_gaps(numbers: np.ndarray) -> bool:
    return numbers.max() - numbers.min() <= 1.2 * len(numbers)


def leak_score(values: pd.Series, role: str, y: np.ndarray, classification: bool) -> float:
    """How well this column alone predicts the target on held-out rows: balanced accuracy or R2.

    Words are tried as they are and by their shape: ``OT-28`` and ``OT-31`` say the same by ``OT-``.
    """
    if role == "categorical":
        views = [values.astype(str), masked(values.astype(str))]
        return max(_alone(pd.Series(pd.factorize(v)[0].astype(float)), y, classification) for v in views)
    return _alone(values, y, classification)


def _alone(values: pd.Series, y: np.ndarray, classification: bool) -> float:
    rows = np.linspace(0, len(y) - 1, min(len(y), ROWS)).astype(int)
    x = values.iloc[rows]
    codes = x.to_numpy(np.float64)
    codes = np.nan_to_num(codes, nan=np.nanmin(codes) - 1 if np.isfinite(codes).any() else 0.0)[:, None]
    target = y[rows]
    if classification:
        if np.bincount(target).min() < 2:
            folds = KFold(3, shuffle=True, random_state=0)
        else:
            folds = StratifiedKFold(int(min(3, np.bincount(target)[np.bincount(target) > 0].min())), shuffle=True, random_state=0)
        leaves = int(min(1000, 8 * (target.max() + 1)))
        found = cross_val_predict(DecisionTreeClassifier(max_leaf_nodes=max(2, leaves), random_state=0), codes, target, cv=folds)
        return float(balanced_accuracy_score(target, found))
    found = cross_val_predict(DecisionTreeRegressor(max_leaf_nodes=64, random_state=0), codes, target, cv=KFold(3, shuffle=True, random_state=0))
    return float(r2_score(target, found))


def flags_the_answer(values: pd.Series, role: str, y: np.ndarray, classification: bool) -> bool:
    """A yes/no column that is set on few rows, nearly always of one rare class: it records the outcome."""
    if not classification or role != "numeric":
        return False
    filled = values.dropna()
    if filled.nunique() != 2 or len(filled) < 0.9 * len(values):
        return False
    low = filled.min()
    on = (values > low).to_numpy()
    if not 3 <= on.sum() <= 0.1 * len(y):
        return False
    inside = np.bincount(y[on])
    best = int(inside.argmax())
    return bool(inside[best] >= 0.9 * on.sum() and (y == best).mean() < 0.2)


def drift(frame: pd.DataFrame, time: np.ndarray) -> float | None:
    """ROC AUC of telling the later half from the earlier one by the numeric inputs; 0.5 = no drift."""
    numbers = frame.select_dtypes("number")
    if numbers.shape[1] == 0 or len(time) < 40:
        return None
    rows = np.linspace(0, len(time) - 1, min(len(time), ROWS)).astype(int)
    order = np.argsort(np.argsort(time[rows], kind="stable"))
    late = order >= len(rows) / 2
    X = numbers.iloc[rows].fillna(numbers.median()).to_numpy()
    tree = DecisionTreeClassifier(max_leaf_nodes=16, min_samples_leaf=10, random_state=0)
    p = cross_val_predict(tree, X, late, cv=StratifiedKFold(3, shuffle=True, random_state=0), method="predict_proba")[:, 1]
    return float(roc_auc_score(late, p))
