"""Class probabilities: measured on rows that fitted nothing, and right about what is known."""

import numpy as np
import pytest
import torch

from dualcore.evidence import calibration
from dualcore.evidence.lastlayer import Representation, Split, calibrate, calibration_error, fit_last_layer
from dualcore.evidence.ridge import decompose_features, leave_out, leave_out_some
from dualcore.present.figures import plot_calibration


def fitted(n=600, seed=0, noise=1.0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 8))
    y = (X[:, 0] + noise * rng.logistic(size=n) > 0).astype(int)
    fit = fit_last_layer(Representation(torch.from_numpy(X), False), y, 2, "accuracy", Split.of(n))
    return fit, y


def test_the_temperature_is_the_best_of_a_fine_grid():
    fit, y = fitted()
    raw, codes = torch.from_numpy(fit.raw), torch.from_numpy(y)
    t, loss = calibrate(raw[None], codes)
    grid = torch.logspace(-0.5, 2.5, 2001, dtype=torch.float64)
    losses = torch.stack([torch.logsumexp(raw * g, 1).mean() - g * raw.gather(1, codes[:, None]).mean() for g in grid])
    assert float(loss) <= float(losses.min()) + 1e-7
    assert float(t) == pytest.approx(float(grid[losses.argmin()]), rel=0.01)


def test_prevalidated_probabilities_are_calibrated_and_unscaled_ones_are_compared_on_the_same_rows():
    fit, y = fitted(1500)
    found = calibration.measure(fit, y, Split.of(len(y)), 0)
    by_name = {m.name: m for m in found.methods}
    assert set(by_name) == {"prevalidated", "split", "none"}
    used = by_name["prevalidated"]
    assert used.low <= used.error <= used.high
    assert used.error <= 1.5 * used.by_chance
    assert used.log_loss < by_name["none"].log_loss + 0.02
    assert sum(b.rows for b in found.bins) == found.rows


def test_wrong_probabilities_are_seen():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 2000)
    sure = np.column_stack([np.full(2000, 0.95), np.full(2000, 0.05)])
    assert calibration_error(y, sure) == pytest.approx(abs(0.95 - (y == 0).mean()))


def test_blocks_left_out_on_their_own_equal_a_partition():
    rng = np.random.default_rng(1)
    F, Y = torch.from_numpy(rng.standard_normal((90, 6))), torch.from_numpy(rng.standard_normal((90, 2)))
    d, blocks = decompose_features(F), list(torch.arange(90).tensor_split(6))
    whole = leave_out(d, Y, torch.tensor([0.7], dtype=torch.float64), blocks)[0]
    for B, got in zip(blocks[1:4], leave_out_some(d, Y, 0.7, blocks[1:4])):
        assert torch.allclose(got, whole[B], atol=1e-12)


def test_groups_stay_in_one_block_and_few_rows_are_not_judged():
    fit, y = fitted(600)
    assert calibration.measure(fit, y, Split.of(600, groups=np.arange(600) // 3), 0).rows > 400
    small, few = fitted(40)
    assert calibration.measure(small, few, Split.of(40), 0) is None


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_picture_says_what_was_measured(language):
    fit, y = fitted(600)
    found = calibration.measure(fit, y, Split.of(600), 0)
    picture = plot_calibration(found, language)
    assert f"{100 * found.methods[0].error:.1f}" in picture[1]
    assert len(picture.figure.data[1].x) == len(found.bins)
