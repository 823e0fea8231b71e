"""Stage 2 on small datasets with known answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dualcore.errors import DataError, JobCancelled
from dualcore.evidence import variants as candidates
from dualcore.evidence.reevaluate import ReevaluateOptions, nested_rows, outcome_of, planned, present_choice, reevaluate
from dualcore.evidence.run import Clock, EvaluateOptions, prepare_run
from dualcore.evidence.stages import Reevaluation
from dualcore.evidence.variants import Variant
from dualcore.intake import load
from dualcore.kernels import preset
from tests.present import sample

from .problems import dataset, permuted, table

QUICK = ReevaluateOptions(draws=200)


def _base(skeleton="fc2", metric="accuracy", **last):
    """Evidence of an evaluation of ``skeleton``; what stage 2 does not read is the sample's."""
    evidence = sample.evidence(metric in ("r2", "rmse", "mae"))
    changed = evidence.last_layer.model_copy(update={"route": "exact", "width": None, **last})
    manifest = evidence.manifest.model_copy(update={"seed": 0, "rows_used": 300})
    return evidence.model_copy(update={"skeleton": preset(skeleton).to_dict(), "metric": metric, "last_layer": changed, "manifest": manifest})


def _ring(n=420, seed=0):
    """Two classes by distance from the origin: invisible to a linear model, plain to a network."""
    X = np.random.default_rng(seed).normal(size=(n, 3))
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    frame["target"] = np.where((X**2).sum(1) > 2.4, "out", "in")
    return frame


@pytest.fixture(scope="module")
def switched() -> tuple[Reevaluation, list]:
    steps = []
    result = reevaluate(dataset(_ring()), _base("linear"), QUICK, lambda fraction, step: steps.append((fraction, step)))
    return result, steps


def test_a_linear_present_choice_gives_way_to_a_network_where_one_is_needed(switched):
    result, _ = switched
    assert (result.outcome, result.present.skeleton["name"]) == ("switch", "linear")
    assert result.corrected_gain > 0.15 and result.low > 0 and result.p_value < 0.02
    assert result.entrants[result.winner].skeleton["name"] != "linear"
    assert result.rows_needed is None


def test_the_correction_is_part_of_the_arithmetic(switched):
    result, _ = switched
    assert result.raw_gain - result.optimism == pytest.approx(result.corrected_gain)
    assert result.present_score + result.corrected_gain == pytest.approx(result.corrected_score)
    assert result.optimism >= 0 and result.low <= result.corrected_gain <= result.high
    assert result.critical >= 1.6


def test_candidates_halve_while_rows_grow_and_the_present_choice_stays(switched):
    result, _ = switched
    rows, entered = [r.rows for r in result.rounds], [r.entered for r in result.rounds]
    assert rows == [140, 420] and 12 <= entered[0] <= 24
    assert entered[1] == result.rounds[0].kept == -(-entered[0] // 2)
    assert len(result.present.marks) == 2
    last = [e for e in result.entrants if len(e.marks) == 2]
    assert len(last) == entered[1]
    dropped = [e.marks[0].gain for e in result.entrants if len(e.marks) == 1]
    assert max(dropped) <= min(e.marks[0].gain for e in last)
    assert result.fresh_rows == 280


def test_progress_goes_forward_and_names_steps_that_have_words(switched):
    from dualcore.present.words import WORDS

    _, steps = switched
    assert [f for f, _ in steps] == sorted(f for f, _ in steps) and steps[-1] == (1.0, "done")
    assert {f"job.step.{s}" for _, s in steps} <= set(WORDS)


def test_the_same_input_gives_the_same_result(switched):
    again = reevaluate(dataset(_ring()), _base("linear"), QUICK)
    timeless = {"seconds": True, "rounds": {"__all__": {"seconds"}}, "entrants": {"__all__": {"seconds"}}, "present": {"seconds"}}
    assert again.model_dump(exclude=timeless) == switched[0].model_dump(exclude=timeless)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_shuffled_labels_never_give_a_switch(task):
    metric = "accuracy" if task == "classification" else "r2"
    result = reevaluate(dataset(permuted(300, 3, task)), _base("fc1", metric), QUICK)
    assert result.outcome != "switch" and result.low <= 0


def test_less_is_better_metrics_are_turned_around():
    result = reevaluate(dataset(table(260, task="regression")), _base("linear", "rmse"), QUICK)
    assert result.raw_gain > 0 and result.raw_score < result.present_score
    assert result.corrected_score == pytest.approx(result.present_score - result.corrected_gain)
    spread = dataset(table(260, task="regression")).y.std()
    assert result.minimum_gain == pytest.approx(0.02 * spread)


def test_groups_are_left_out_together_and_never_score_where_they_dropped():
    frame = _ring()
    frame["machine"] = np.arange(420) // 6
    result = reevaluate(dataset(frame, group_column="machine"), _base("fc1"), QUICK)
    assert result.estimate_from == "grouped"
    assert 0 < result.fresh_rows <= 420 - 140


def test_time_order_is_kept():
    frame = _ring(300)
    frame["day"] = pd.date_range("2024-01-01", periods=300)
    result = reevaluate(dataset(frame, time_column="day"), _base("fc1"), QUICK)
    assert result.estimate_from == "time_ordered"
    assert result.present.marks[-1].rows < 300  # the first stretch of time has no past to learn from


def test_row_sets_are_nested_and_stratified():
    run, _ = prepare_run(dataset(_ring()), EvaluateOptions(), Clock(lambda *_: None, lambda: False))
    small, large = nested_rows(run, [120, 360])
    assert set(small) <= set(large) and (len(small), len(large)) == (120, 360)
    assert run.y[small].mean() == pytest.approx(run.y.mean(), abs=0.02)


def test_outcomes():
    assert outcome_of(0.03, 0.001, 0.02) == "switch"
    assert outcome_of(0.03, -0.001, 0.02) == "undecided"
    assert outcome_of(0.015, 0.01, 0.02) == "keep"
    assert outcome_of(-0.03, -0.1, 0.02) == "keep"


def test_an_open_comparison_says_how_many_rows_would_settle_it():
    result = reevaluate(dataset(table(80, noise=1.2, task="classification")), _base("linear"), ReevaluateOptions(minimum_gain=0.0, draws=200))
    assert result.outcome == "undecided"
    assert result.rows_needed > 80


def test_few_rows_are_refused():
    with pytest.raises(DataError) as refused:
        reevaluate(dataset(table(36)), _base(), QUICK)
    assert refused.value.code == "too_few_to_compare"


def test_it_stops_when_asked():
    with pytest.raises(JobCancelled):
        reevaluate(dataset(_ring()), _base(), QUICK, should_stop=lambda: True)


@pytest.mark.parametrize(("kind", "name"), [("table", "fc2"), ("table", "linear"), ("image", "conv2d-deep"), ("series", "conv1d-multiscale"), ("audio", "fc2")])
def test_the_line_up_has_12_to_24_different_candidates_and_not_the_present_choice(kind, name):
    skeleton = preset(name)
    base = Variant("present", name, skeleton, 0, 1024 if skeleton.rank else None)
    found = candidates.variants(base, kind, 2000, 30)
    assert 12 <= len(found) <= 24
    keys = [candidates._identity(v) for v in found]
    assert len(set(keys)) == len(keys) and candidates._identity(base) not in keys
    assert {"skeleton", "bias_share", "activation", "orthogonal", "inputs"} <= {v.factor for v in found}


def test_planned_and_compared_candidates_are_the_same(switched):
    data = dataset(_ring())
    evidence = _base("linear")
    facts = evidence.dataset.model_copy(update={"kind": "table", "inputs": 3})
    names = [(v.factor, v.value) for v in planned(evidence.model_copy(update={"dataset": facts, "manifest": evidence.manifest.model_copy(update={"rows_used": data.n})}))]
    assert names == [(e.factor, e.value) for e in switched[0].entrants]


def test_a_width_that_was_asked_for_stays_part_of_the_present_choice():
    assert present_choice(_base("fc2", route="features", width=512)).width == 512
    assert present_choice(_base("fc2")).width is None


def test_ranks_and_whitening_do_what_they_say():
    X = np.random.default_rng(0).lognormal(size=(500, 3)).astype(np.float32)
    X[:, 2] = X[:, 2] > 1
    ranks = candidates.prepared(X, "ranks")
    assert abs(ranks[:, 0].mean()) < 0.01 and ranks[:, 0].std() == pytest.approx(1, abs=0.02)
    assert np.array_equal(ranks[:, 2], X[:, 2])
    assert np.array_equal(np.argsort(ranks[:, 1]), np.argsort(X[:, 1]))
    white = candidates.prepared(X, "whitened")
    assert np.allclose(np.cov(white.T), np.eye(3), atol=0.02)
    steps = candidates.prepared(X[:, None, :], "differences")
    assert steps.shape == (500, 2, 3) and np.array_equal(steps[:, 0], X)


def test_a_real_set_of_signals(shared):
    folder = shared / "datasets" / "public"
    data = load(folder / "gunpoint_train.csv", target="label")
    result = reevaluate(data, _base("fc2"), QUICK)
    assert result.entrants[result.winner].skeleton["rank"] == 1 or result.corrected_gain <= 0.05
