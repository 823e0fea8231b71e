"""The noise ceiling sees the noise that was put in, and is silent where the rows cannot tell."""

import numpy as np
import pytest
import torch

from dualcore.evidence import ceiling
from dualcore.evidence.lastlayer import Representation


def _views(n, noise, seed=0, classes=2):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 3)).astype(np.float32)
    clean = (X[:, 0] + 0.5 * X[:, 1] > 0).astype(int)
    y = np.where(rng.random(n) < noise, rng.integers(0, classes, n), clean)
    rep = Representation(torch.from_numpy(X), False)
    return ceiling.make_views(X, rep, y, classes, 1.0, None, 0), y


@pytest.mark.parametrize("noise", [0.0, 0.2, 0.6])
def test_flipped_labels_are_found(noise):
    views, y = _views(6000, noise)
    found = ceiling.bayes_error(views, y, 2)
    assert found.value == pytest.approx(noise / 2, abs=0.035)
    assert found.low <= found.value <= found.high


def test_pure_noise_is_chance_also_in_the_scores():
    """Scores fitted on the compared rows would let neighbours share labels; these must not."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((4000, 4)).astype(np.float32)
    y = rng.integers(0, 2, 4000)
    views = ceiling.make_views(X, Representation(torch.from_numpy(X), False), y, 2, 1.0, None, 0)
    assert ceiling.bayes_error(views, y, 2).by_view["scores"] > 0.35


def test_few_rows_give_no_estimate():
    views, y = _views(900, 0.2)
    roof = ceiling.classification_ceiling(views, y, 2, "accuracy", 0.8)
    assert (roof.estimate, roof.reliable, roof.method) == (None, False, "too_few_rows")
    assert ceiling.classification_ceiling(views, y, 2, "roc_auc", 0.8).method == "other_metric"


def test_neighbours_come_from_another_group():
    F = torch.tensor([[0.0], [0.1], [5.0], [5.2]])
    everything = np.arange(4)
    assert ceiling.nearest(F, everything, everything).tolist() == [1, 0, 3, 2]
    assert ceiling.nearest(F, everything, everything, np.array([0, 0, 1, 1])).tolist() == [2, 2, 1, 1]
