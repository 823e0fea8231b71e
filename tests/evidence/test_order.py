"""Drift along the file is said, with the score that can be expected; shuffled and sorted files raise no alarm."""

import numpy as np
import pytest
import torch

from dualcore.evidence.lastlayer import Representation
from dualcore.evidence.order import check_order, note_of

N = 500


def problem(kind, seed=0):
    """(inputs, classes): the relation turns along the file and the inputs move with it, unless ``kind`` says otherwise."""
    rng = np.random.default_rng(seed)
    place = np.linspace(0, 1, N)
    X = rng.standard_normal((N, 6))
    X[:, 5] += 4 * place
    angle = np.pi * place
    y = (np.cos(angle) * X[:, 0] + np.sin(angle) * X[:, 1] + 0.2 * rng.standard_normal(N) > 0).astype(int)
    if kind == "shuffled":
        rows = rng.permutation(N)
        return X[rows], y[rows]
    if kind == "steady":
        X[:, 5] -= 4 * place
        y = (X[:, 0] + X[:, 1] ** 2 > 1).astype(int)
    if kind == "sorted by class":
        X[:, 5] -= 4 * place
        y = (X[:, 0] > 0).astype(int)
        rows = np.argsort(y, kind="stable")
        return X[rows], y[rows]
    return X, y


def checked(X, y, n_classes=2, metric="accuracy", seed=0):
    """The kernel sees products of inputs, so that it can follow a relation that turns."""
    K = (1 + torch.from_numpy(X @ X.T) / X.shape[1]) ** 3
    rep = Representation(K, True)
    return check_order(rep, rep.decompose(), y, n_classes, metric, 200, seed)


def test_drift_is_said_with_the_honest_score_beside_it():
    found = checked(*problem("drift"))
    said = note_of(found, 1.0)
    assert said.code == "order_drift"
    assert said.fields["ordered"] < said.fields["random"]
    assert found.auc > found.chance


@pytest.mark.parametrize("kind", ["shuffled", "steady", "sorted by class"])
def test_no_alarm_where_the_order_says_nothing(kind):
    assert [note_of(checked(*problem(kind, seed), seed=seed), 1.0) for seed in range(4)] == [None] * 4


def test_regression_drifts_too_and_a_file_sorted_by_its_target_does_not():
    X, _ = problem("drift")
    angle = np.pi * np.linspace(0, 1, N)
    y = np.cos(angle) * X[:, 0] + np.sin(angle) * X[:, 1]
    assert note_of(checked(X, y, 0, "r2"), 1.0).code == "order_drift"
    X, _ = problem("steady")
    rows = np.argsort(X[:, 0])
    assert note_of(checked(X[rows], X[rows, 0] + 0.01 * X[rows, 1], 0, "r2"), 1.0) is None


def test_too_few_rows_are_not_judged():
    X, y = problem("drift")
    assert checked(X[:60], y[:60]) is None
