"""Stage 3: a planted gain is found, noise is not, rows keep apart, an interrupted run goes on, the file predicts."""

import numpy as np
import pandas as pd
import pytest
import torch

from dualcore.errors import DataError, JobCancelled
from dualcore.evidence import LastLayerModel, metrics
from dualcore.evidence.lastlayer import Split
from dualcore.evidence.looks import Look, matters, within_reach
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.spending import Spending
from dualcore.evidence.tuned import TunedModel, load_model
from dualcore.evidence.tunesplits import paired_gain, splits_of
from dualcore.evidence.tuning import TuneOptions, tune
from dualcore.intake import load
from dualcore.kernels import preset
from tests.present import sample

FEW = 8  # random features: too few for the data, so that tuning them pays
FAST = TuneOptions(budget_seconds=3000, width=FEW, epochs=36, rate=2e-2)


def saddle(n=320, seed=0, regression=False):
    """The sign (or the value) of a product: a few random features see little of it, a few tuned ones all."""
    X = np.random.default_rng(seed).standard_normal((n, 3))
    z = X[:, 0] * X[:, 1]
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    frame["target"] = z if regression else np.where(z > 0, "yes", "no")
    return frame


def evidence(dataset, skeleton="fc1", metric="accuracy", width=FEW, seed=0):
    """Of a last layer on ``width`` random features, as far as stage 3 reads it."""
    made = sample.evidence()
    route = {"width": width, "route": "features" if width else "exact"}
    return made.model_copy(update={
        "skeleton": preset(skeleton).to_dict(), "metric": metric, "dataset": made.dataset.model_copy(update={"sha256": dataset.sha256}),
        "last_layer": made.last_layer.model_copy(update=route), "manifest": made.manifest.model_copy(update={"seed": seed}),
    })  # fmt: skip


def options(**changes):
    return TuneOptions(**{**vars(FAST), **changes})


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """(dataset, record, file) of the planted gain."""
    dataset = load(saddle(), target="target")
    return dataset, *tune(dataset, evidence(dataset), FAST, folder=tmp_path_factory.mktemp("tune"))


def test_a_planted_gain_is_found_on_rows_that_judge(planted):
    dataset, record, file = planted
    step = record.steps[0]
    assert (step.decision, step.why, record.best, record.ended) == ("pays", "gains", 1, "all_blocks")
    assert 0 < step.low < step.gain < step.high
    assert record.blocks == ["layer1"] and record.validation_rows == dataset.n
    assert step.trained > step.parameters > 0
    fresh = load(saddle(1000, seed=7), target="target")
    model = load_model(file)
    assert isinstance(model, TunedModel) and record.delivered == "all_rows"
    told = metrics.score("accuracy", fresh.y, model.predict(fresh.X))
    assert told == pytest.approx(step.score, abs=0.06)
    assert told > record.last_layer + 0.02


def test_the_record_is_complete(planted):
    _, record, _ = planted
    step = record.steps[0]
    assert [e for e, _ in step.trajectory] == list(range(len(step.trajectory)))
    assert 0 < step.epochs < len(step.trajectory)
    assert step.flops > 0 and 0 < step.seconds <= record.seconds
    assert record.flops > step.flops
    assert record.last_layer_low < record.last_layer < record.last_layer_high
    assert type(record).model_validate_json(record.model_dump_json()) == record


def test_the_file_predicts_the_same_after_loading(planted):
    dataset, _, file = planted
    a, b = load_model(file).predict(dataset.X), load_model(file).predict(dataset.X)
    assert np.array_equal(a.values, b.values)
    assert np.allclose(a.values.sum(1), 1, atol=1e-6)


@pytest.mark.parametrize("seed", [0, 1])
def test_permuted_labels_gain_nothing_and_the_last_layer_stays(tmp_path, seed):
    frame = saddle(200)
    frame["target"] = np.random.default_rng(seed).permutation(frame["target"])
    dataset = load(frame, target="target")
    record, file = tune(dataset, evidence(dataset, seed=seed), options(epochs=20), folder=tmp_path)
    assert (record.best, record.delivered, record.ended) == (0, "last_layer", "all_blocks")
    assert record.steps[0].why in ("no_gain", "may_be_chance", "unclear")
    assert isinstance(load_model(file), LastLayerModel)


def test_where_no_step_passes_the_file_is_the_model_of_stage_1(tmp_path):
    from dualcore.evidence import EvaluateOptions, evaluate

    dataset = load(saddle(120), target="target")
    first = evaluate(dataset, EvaluateOptions(skeleton="fc1", budget_seconds=2, permutations=20, n_seeds=1))
    record, file = tune(dataset, first.evidence, options(decide=lambda look: (False, "no_gain"), epochs=2), folder=tmp_path)
    assert record.best == 0
    assert np.allclose(load_model(file).predict(dataset.X).values, first.model.predict(dataset.X).values, atol=1e-9)


def test_an_interrupted_run_goes_on_and_ends_as_if_nothing_had_happened(tmp_path, planted):
    dataset, whole, _ = planted
    asked = []

    def impatient() -> bool:
        asked.append(1)
        return len(asked) > 1000

    with pytest.raises(JobCancelled):
        tune(dataset, evidence(dataset), FAST, should_stop=impatient, folder=tmp_path)
    assert list(tmp_path.glob("step1-*.pt")) and [*tmp_path.glob("descent.pt"), *tmp_path.glob("again.pt")]
    record, file = tune(dataset, evidence(dataset), FAST, folder=tmp_path)
    assert record.resumed > 5
    same = {"gain", "low", "high", "score", "trajectory", "epochs", "flops", "decision"}
    assert [s.model_dump(include=same) for s in record.steps] == [s.model_dump(include=same) for s in whole.steps]
    assert (record.best, record.last_layer, record.start) == (whole.best, whole.last_layer, whole.start)


def test_other_work_in_the_same_folder_starts_from_zero(tmp_path):
    dataset = load(saddle(80), target="target")
    for metric in ("accuracy", "log_loss"):
        record, _ = tune(dataset, evidence(dataset, metric=metric), options(epochs=2), folder=tmp_path)
        assert record.resumed == 0


def test_time_that_runs_out_leaves_the_last_layer(tmp_path):
    dataset = load(saddle(80), target="target")
    record, file = tune(dataset, evidence(dataset), options(budget_seconds=0.0), folder=tmp_path)
    assert (record.ended, record.steps, record.best) == ("budget", [], 0)
    assert isinstance(load_model(file), LastLayerModel)


@pytest.mark.parametrize(("rows", "skeleton", "reason"), [(40, "fc1", "too_few_rows"), (100, "linear", "linear")])
def test_what_cannot_be_tuned_is_said(tmp_path, rows, skeleton, reason):
    dataset = load(saddle(rows), target="target")
    record, file = tune(dataset, evidence(dataset, skeleton, width=None), FAST, folder=tmp_path)
    assert (record.reason, record.ended, record.steps) == (reason, "no_block", [])
    assert isinstance(load_model(file), LastLayerModel)


def test_it_stops_where_the_next_block_does_not_pay(tmp_path):
    dataset = load(saddle(100), target="target")
    looks = []

    def second_fails(look: Look) -> tuple[bool, str]:
        looks.append(look)
        return look.block == 1, "gains" if look.block == 1 else "no_gain"

    only_after = lambda look, pays: pays  # noqa: E731
    record, _ = tune(dataset, evidence(dataset, "fc3"), options(epochs=3, decide=second_fails, ahead=only_after), folder=tmp_path)
    assert [s.decision for s in record.steps] == ["pays", "does_not_pay"]
    assert (record.best, record.ended, record.blocks) == (1, "does_not_pay", ["layer3", "layer2", "layer1"])
    assert [s.over for s in record.steps] == [0, 1]
    # The second block is held against the first, the first against the last layer alone.
    assert looks[0].before == looks[0].last_layer == record.last_layer
    assert looks[1].before == record.steps[0].score
    assert record.steps[1].gain == pytest.approx(record.steps[1].score - record.steps[0].score)


def test_an_unclear_step_is_looked_beyond_and_a_later_one_is_held_against_the_last_layer(tmp_path):
    dataset = load(saddle(100), target="target")

    def third_pays(look: Look) -> tuple[bool, str]:
        return look.block == 3, "gains" if look.block == 3 else "unclear"

    record, _ = tune(dataset, evidence(dataset, "fc3"), options(epochs=3, decide=third_pays, ahead=lambda look, pays: True), folder=tmp_path)
    assert [s.decision for s in record.steps] == ["unclear", "unclear", "pays"]
    assert (record.best, record.ended, [s.over for s in record.steps]) == (3, "all_blocks", [0, 0, 0])
    last = record.steps[2]
    assert last.gain == last.total_gain == pytest.approx(last.score - record.last_layer)
    assert last.rise == pytest.approx(last.score - record.steps[1].score)
    assert record.delivered == "all_rows"


def test_what_cannot_reach_what_matters_ends_it(tmp_path):
    dataset = load(saddle(100), target="target")
    asked = options(epochs=2, minimum_gain=0.9)
    record, _ = tune(dataset, evidence(dataset, "fc3"), asked, folder=tmp_path)
    assert (record.ended, record.best, len(record.steps)) == ("does_not_pay", 0, 1)


@pytest.mark.parametrize("metric", ["r2", "rmse", "mae"])
def test_regression_in_every_metric_gains_in_the_right_direction(tmp_path, metric):
    dataset = load(saddle(200, regression=True), target="target")
    record, file = tune(dataset, evidence(dataset, metric=metric), options(minimum_gain=0.0), folder=tmp_path)
    step = record.steps[0]
    sign = 1 if metric == "r2" else -1
    assert step.gain == pytest.approx(sign * (step.score - record.last_layer))
    assert step.gain > 0.05 and step.decision == "pays"
    assert metrics.score(metric, dataset.y, load_model(file).predict(dataset.X)) * sign > record.last_layer * sign


@pytest.mark.parametrize("metric", ["balanced_accuracy", "macro_f1", "roc_auc", "log_loss"])
def test_classification_in_every_metric(tmp_path, metric):
    dataset = load(saddle(120), target="target")
    record, _ = tune(dataset, evidence(dataset, metric=metric), options(epochs=4), folder=tmp_path)
    sign = -1 if metric == "log_loss" else 1
    assert record.steps[0].gain == pytest.approx(sign * (record.steps[0].score - record.last_layer))


@pytest.mark.parametrize(("shape", "skeleton"), [((1, 40), "conv1d-multiscale"), ((9, 9, 1), "conv2d-deep")])
@pytest.mark.parametrize("network", ["skeleton", "family"])
def test_series_and_images_with_both_networks(tmp_path, shape, skeleton, network):
    rng = np.random.default_rng(0)
    y = np.arange(72) % 3
    X = rng.standard_normal((72, *shape)) + y.reshape(-1, *[1] * len(shape))
    if len(shape) == 3:
        X = (X * 30 + 90).clip(0, 255).astype(np.uint8)
    np.savez(tmp_path / "d.npz", X=X, y=y)
    dataset = load(tmp_path / "d.npz")
    record, file = tune(dataset, evidence(dataset, skeleton), options(network=network, epochs=2, decide=lambda look: (True, "gains")), folder=tmp_path / "t")
    assert len(record.steps) == len(record.blocks) == record.best == {"conv1d-multiscale": 1, "conv2d-deep": 2}[skeleton] if network == "skeleton" else 3
    model = load_model(file)
    assert model.predict(dataset.X).values.shape == (72, 3)


def test_sound(tmp_path):
    rng = np.random.default_rng(0)
    y = np.arange(64) % 2
    wave = np.sin(np.arange(6000) * (0.1 + 0.2 * y[:, None])) + 0.1 * rng.standard_normal((64, 6000))
    np.savez(tmp_path / "d.npz", X=0.5 * wave[:, None].astype(np.float32), y=y, sample_rate=8000)
    dataset = load(tmp_path / "d.npz")
    assert dataset.kind == "audio"
    record, _ = tune(dataset, evidence(dataset, "conv1d"), options(epochs=2), folder=tmp_path / "t")
    assert len(record.steps) == 1


# ---- rows ----


@pytest.mark.parametrize("n", [80, 700, 4000, 7000])
def test_training_stopping_and_judging_rows_are_apart(n):
    y = np.arange(n) % 4
    splits = splits_of(y, 4, Split.of(n), 0)
    for part in splits.parts:
        assert not set(part.fit) & set(part.stop) | set(part.fit) & set(part.judge) | set(part.stop) & set(part.judge)
        assert sorted([*part.fit, *part.stop, *part.judge]) == list(range(n))
        for rows in (part.fit, part.stop, part.judge):
            assert np.bincount(y[rows], minlength=4).min() >= len(rows) / 4 - 2
    assert len(np.unique(splits.judged)) == len(splits.judged)
    assert len(splits.judged) == n if n < 3000 else len(splits.judged) >= n // 4


def test_groups_never_stand_on_two_sides():
    groups = np.repeat(np.arange(30), np.arange(1, 31))
    y = np.random.default_rng(0).integers(0, 2, len(groups))
    for part in splits_of(y, 2, Split.of(len(y), groups), 0).parts:
        sides = [set(groups[rows]) for rows in (part.fit, part.stop, part.judge)]
        assert all(sides) and not sides[0] & sides[1] | sides[0] & sides[2] | sides[1] & sides[2]


def test_time_only_runs_forward():
    time = np.random.default_rng(0).permutation(300)
    splits = splits_of(np.arange(300.0), 0, Split.of(300, time=time), 0)
    assert splits.count == 3
    for part in splits.parts:
        assert time[part.fit].max() < time[part.stop].min() <= time[part.stop].max() < time[part.judge].min()


# ---- the interval ----


def test_the_interval_holds_the_true_gain_and_claims_none_under_chance():
    """Two models of equal accuracy that err on different rows: the lower end is above 0 in few of many samples."""
    rng, false, held = np.random.default_rng(0), 0, 0
    for seed in range(150):
        y = rng.integers(0, 2, 150)
        right = rng.random((2, 150)) < 0.8
        a, b = (Prediction(np.eye(2)[np.where(r, y, 1 - y)]) for r in right)
        gain, low, high = paired_gain("accuracy", y, a, b, None, 1, seed)
        false += low > 0
        held += low <= 0 <= high
    assert false <= 7  # 5 % of 150
    assert held >= 135


def test_more_looks_widen_the_interval_and_equal_predictions_keep_a_width():
    y = np.arange(60) % 2
    p = Prediction(np.eye(2)[y])
    one, four = (paired_gain("accuracy", y, p, p, None, looks, 0) for looks in (1, 4))
    assert one[0] == 0 and one[1] < 0 < one[2]
    assert four[1] < one[1]


def test_units_are_drawn_together():
    rng = np.random.default_rng(0)
    units = np.repeat(np.arange(10), 30)
    y = np.zeros(300, dtype=int)
    right = np.repeat(rng.random(10) < 0.5, 30)
    a, b = Prediction(np.eye(2)[np.where(right, 0, 1)]), Prediction(np.eye(2)[np.where(right, 1, 0)])
    loose, tied = (paired_gain("accuracy", y, a, b, u, 1, 0) for u in (None, units))
    assert tied[2] - tied[1] > 3 * (loose[2] - loose[1])


@pytest.mark.parametrize(
    ("gain", "low", "why"),
    [
        (0.05, 0.01, "gains"), (0.05, -0.01, "unclear"), (-0.01, -0.05, "unclear"), (0.005, -0.005, "may_be_chance"), (-0.01, -0.03, "no_gain"),
        (0.01, 0.005, "too_small"),
    ],
)  # fmt: skip
def test_the_rule_without_money(gain, low, why):
    look = Look(1, 1, 0.8, 0.8, 0.8 + gain, gain, low, 2 * gain - low, 1.0, 0.02, True)
    assert matters(look) == (why == "gains", why)


@pytest.mark.parametrize(
    ("gain", "half", "rise", "added", "block", "goes_on"),
    [
        (0.0, 0.03, 0.0, 1, 1, True),  # unclear
        (-0.05, 0.03, 0.0, 1, 1, False),  # what matters is out of reach
        (-0.05, 0.03, 0.04, 1, 1, True),  # but the network is rising: two more blocks like this one would reach it
        (-0.05, 0.03, 0.04, 2, 2, False),  # one more would not
        (0.0, 0.03, 0.0, 3, 3, False),  # two further blocks have been looked at
        (0.0, 0.03, 0.1, 1, 4, False),  # no block is left
    ],
)
def test_how_far_it_looks_ahead(gain, half, rise, added, block, goes_on):
    look = Look(block, 4, 0.8, 0.8, 0.8 + gain, gain, gain - half, gain + half, 1.0, 0.02, True, added, 2.0, rise)
    assert within_reach(look, False) == goes_on
    assert within_reach(look, True)


def test_looks_together_claim_too_much_no_more_often_than_one():
    """Three looks at gains of zero with correlation 0.7: at least one claim in 5 % of the courses at most."""
    rng, root = np.random.default_rng(0), np.linalg.cholesky(0.7 + 0.3 * np.eye(3))
    draws = (rng.standard_normal((4000, 3)) @ root.T).T
    spending = Spending(3, 0.05)
    bars = np.array([spending.critical(d) for d in draws])
    assert 0.035 < (rng.standard_normal((40_000, 3)) @ root.T > bars).any(1).mean() < 0.055
    # Looks that err together need less than Bonferroni asks for.
    assert bars[0] == pytest.approx(2.13, abs=0.03) and 1.645 <= bars[2] < 2.05


def test_a_claim_gives_its_share_back():
    draws = np.random.default_rng(0).standard_normal((3, 400))
    spending = Spending(3, 0.05)
    assert spending.critical(draws[0]) == pytest.approx(2.13, abs=0.03)  # a third of the error
    spending.claim()
    assert spending.critical(draws[1]) == pytest.approx(1.83, abs=0.03)  # two thirds
    spending.claim()
    assert spending.critical(draws[2]) == pytest.approx(1.645, abs=0.03)  # all of it
    unlucky = Spending(3, 0.05)
    unlucky.critical(draws[0])
    unlucky.critical(draws[1])
    unlucky.claim()  # the third of the first look is lost
    assert unlucky.critical(draws[2]) == pytest.approx(1.83, abs=0.03)


def test_a_crowded_last_layer_starts_from_zeros_and_few_features_from_their_fit(tmp_path, planted):
    """What is judged before any training is the fitted one in both cases."""
    dataset = planted[0]
    record, _ = tune(dataset, evidence(dataset), options(width=512, epochs=1, ahead=lambda *_: False), folder=tmp_path)
    yes = max(np.mean(dataset.y == 0), np.mean(dataset.y == 1))
    assert record.steps[0].trajectory[0][1] == pytest.approx(yes, abs=0.02) and record.start > yes + 0.1
    assert planted[1].steps[0].trajectory[0][1] > yes + 0.02


def test_adapted_convolutions_are_those_of_stage_1_and_survive_the_file(tmp_path):
    from dualcore.evidence.blocks import SkeletonBody
    from dualcore.evidence.tuned import Recipe
    from dualcore.kernels import adapt, random_network

    x = torch.randn(80, 1, 48, generator=torch.Generator().manual_seed(0)).cumsum(2)
    skeleton = preset("conv1d-multiscale")
    whole = random_network(skeleton, 96, 3, (1, 48))
    adapt.adapt_(whole, x, 3)
    body = SkeletonBody(skeleton, 96, 3, (1, 48), x)
    with torch.no_grad():
        assert torch.allclose(body.tail(body.stem(x)), whole(x), atol=1e-6)
    assert Recipe.from_dict({**Recipe(skeleton, None, 96, 3, (1, 48), 2).to_dict()}).even
    before = Recipe(skeleton, None, 96, 3, (1, 48), 2).to_dict()
    del before["even"]  # a file of before
    assert not Recipe.from_dict(before).even


def test_a_file_of_another_kind_is_refused(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.ones(2))
    for read in (load_model, TunedModel.load):
        with pytest.raises(DataError):
            read(tmp_path / "x.npz")


def test_the_family_network_is_corrected_and_settled():
    from dualcore.evidence.blocks import FamilyBody

    x = torch.randn(200, 3, 8, 8, generator=torch.Generator().manual_seed(0)) * 50 + 20  # far from unit size
    body = FamilyBody("conv", (3, 8, 8), 0, x)
    body.eval()
    with torch.no_grad():
        h = body.layers[:2](x)  # convolution and normalisation with its running statistics
    assert h.std() == pytest.approx(1, abs=0.1)
