"""Stage 1 from end to end on data with known answers."""

import json

import numpy as np
import pytest

from dualcore.decision import Terms, recommend
from dualcore.errors import DataError, JobCancelled, SkeletonError
from dualcore.evidence import EvaluateOptions, Evidence, LastLayerModel, evaluate
from dualcore.evidence.run import STEPS
from tests.evidence.problems import dataset, permuted, table

QUICK = {"budget_seconds": 5.0, "permutations": 100, "n_seeds": 3}


@pytest.fixture(scope="module")
def answer():
    return evaluate(dataset(table()), EvaluateOptions(**QUICK))


def test_evidence_survives_json(answer):
    stored = json.loads(answer.evidence.model_dump_json())
    assert set(stored.pop("baselines")) == {"majority", "linear", "boosted_trees"}
    assert Evidence.model_validate(stored) == answer.evidence


def test_the_last_layer_beats_the_linear_model_on_a_curved_boundary(answer):
    e = answer.evidence
    assert e.last_layer.score > e.reference("linear").score > e.reference("majority").score
    assert e.reference("linear").gain_low > 0
    assert e.null.p_value <= 0.01
    assert e.last_layer.low < e.last_layer.score < e.last_layer.high


def test_without_signal_the_verdict_is_stop():
    for task in ("classification", "regression"):
        e = evaluate(dataset(permuted(task=task)), EvaluateOptions(**QUICK)).evidence
        verdict = recommend(e)
        assert verdict.decision == "stop"
        assert verdict.reasons[0].code == "no_signal"


def test_the_goal_decides(answer):
    score = answer.evidence.last_layer.score
    assert recommend(answer.evidence, Terms(goal=score - 0.1)).decision == "adopt"
    assert recommend(answer.evidence, Terms(goal=0.999)).decision != "adopt"


def test_a_course_that_costs_more_than_it_brings_is_not_recommended(answer):
    verdict = recommend(answer.evidence, Terms(goal=answer.evidence.last_layer.score - 0.1, value=1000))
    assert verdict.decision == "stop"
    assert verdict.reasons[0].code == "not_worth_it"


def test_probabilities_sum_to_one_and_money_adds_up(answer):
    verdict = recommend(answer.evidence, Terms(goal=0.85))
    assert abs(sum(verdict.probabilities.values()) - 1) < 1e-9
    for option in verdict.options:
        assert option.net == pytest.approx(option.value - option.cost)


def test_evidence_never_sees_test_labels():
    """Replacing the test labels changes the test score and nothing else."""
    frame, other = table(200), table(120, seed=1)
    wrong = other.assign(target=np.where(other["target"] == "yes", "no", "yes"))
    a = evaluate(dataset(frame, test=other), EvaluateOptions(**QUICK)).evidence
    b = evaluate(dataset(frame, test=wrong), EvaluateOptions(**QUICK)).evidence
    assert a.last_layer.test_score == pytest.approx(1 - b.last_layer.test_score)
    assert a.last_layer.loo_score == b.last_layer.loo_score
    assert (a.last_layer.low, a.last_layer.high) == (b.last_layer.low, b.last_layer.high)
    assert a.null == b.null
    assert a.ceiling == b.ceiling
    assert a.curve == b.curve
    assert a.coverage == b.coverage


def test_the_model_predicts_what_the_evidence_scored(answer, tmp_path):
    other = table(400, seed=7)
    answer.model.save(tmp_path / "m.npz")
    again = LastLayerModel.load(tmp_path / "m.npz")
    labels = np.array(again.settings["classes"])[again.predict(other.drop(columns="target")).labels()]
    accuracy = (labels == other["target"]).mean()
    assert answer.evidence.last_layer.low - 0.03 < accuracy < answer.evidence.last_layer.high + 0.03
    direct = answer.model.predict(other.drop(columns="target")).values
    assert np.array_equal(direct, again.predict(other.drop(columns="target")).values)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "m.npz").write_bytes(b"not a model")
    with pytest.raises(DataError, match="not a dualcore model"):
        LastLayerModel.load(tmp_path / "m.npz")


def test_progress_rises_through_every_step():
    seen = []
    evaluate(dataset(table(120)), EvaluateOptions(**QUICK), on_progress=lambda f, step: seen.append((f, step)))
    assert [s for _, s in seen] == [*STEPS, "done"]
    assert [f for f, _ in seen] == sorted(f for f, _ in seen)
    assert seen[-1][0] == 1.0


@pytest.mark.parametrize("after", ["choose", "last_layer", "curve", "probe"])
def test_cancel_stops_at_once(after):
    steps = []

    def stop():
        return bool(steps) and steps[-1] == after

    with pytest.raises(JobCancelled):
        evaluate(dataset(table(150)), EvaluateOptions(**QUICK), lambda f, step: steps.append(step), stop)
    assert steps[-1] == after


def test_same_seed_same_evidence():
    runs = [evaluate(dataset(table(150)), EvaluateOptions(**QUICK, seed=3)).evidence for _ in range(2)]
    assert runs[0].last_layer == runs[1].last_layer
    assert runs[0].coverage == runs[1].coverage
    assert runs[0].null == runs[1].null


def test_the_three_routes_agree(monkeypatch):
    """Exact kernel, the kernel on landmarks, and random features see the same signal; their models predict it."""
    from dualcore.evidence import represent

    data, other = dataset(table(400)), table(400, seed=5)
    found = {}
    for route, limits in (("exact", (3000, 3000)), ("landmarks", (0, 3000)), ("features", (0, 0))):
        monkeypatch.setattr(represent, "EXACT_ROWS", limits[0])
        monkeypatch.setattr(represent, "LANDMARK_ROWS", limits[1])
        monkeypatch.setattr(represent, "LANDMARKS", 250)
        answer = evaluate(data, EvaluateOptions(skeleton="fc2", **QUICK))
        assert answer.evidence.last_layer.route == route
        labels = np.array(data.classes)[answer.model.predict(other.drop(columns="target")).labels()]
        found[route] = (answer.evidence.last_layer.score, (labels == other["target"]).mean())
    for route in ("landmarks", "features"):
        assert np.abs(np.subtract(found[route], found["exact"])).max() < 0.03


@pytest.mark.parametrize("metric", ["r2", "rmse", "mae"])
def test_regression_metrics(metric):
    e = evaluate(dataset(table(250, task="regression")), EvaluateOptions(metric=metric, **QUICK)).evidence
    linear = e.reference("linear")
    assert linear.gain > 0  # positive means the last layer is better, whatever the metric's direction
    assert e.last_layer.low <= e.last_layer.score <= e.last_layer.high
    assert recommend(e).decision in ("adopt", "invest", "re-evaluate", "stop")


@pytest.mark.parametrize("metric", ["balanced_accuracy", "macro_f1", "roc_auc", "log_loss"])
def test_classification_metrics(metric):
    e = evaluate(dataset(table(250)), EvaluateOptions(metric=metric, **QUICK)).evidence
    assert e.reference("linear").gain > 0
    assert np.isfinite([e.last_layer.score, e.last_layer.low, e.last_layer.high]).all()


def test_time_order_is_honest_about_drift():
    """The relation turns with time: a random split hides it, the time-ordered estimate does not."""
    rng = np.random.default_rng(0)
    n = 500
    frame = table(n, seed=2)
    day = np.arange(n)
    angle = np.pi * day / n
    frame["target"] = np.where(np.cos(angle) * frame.x0 + np.sin(angle) * frame.x1 + 0.1 * rng.standard_normal(n) > 0, "yes", "no")
    frame["when"] = np.datetime64("2024-01-01") + day.astype("timedelta64[D]")
    e = evaluate(dataset(frame, time_column="when"), EvaluateOptions(**QUICK)).evidence
    assert e.last_layer.estimate_from == "time_ordered"
    assert e.last_layer.score < e.last_layer.random_split_score


@pytest.mark.parametrize(
    ("options", "error"),
    [({"metric": "r2"}, DataError), ({"skeleton": "nope"}, SkeletonError), ({"skeleton": "conv2d"}, SkeletonError)],
)
def test_what_does_not_fit_is_refused_in_words(options, error):
    with pytest.raises(error) as caught:
        evaluate(dataset(table(100)), EvaluateOptions(**options))
    assert str(caught.value)
