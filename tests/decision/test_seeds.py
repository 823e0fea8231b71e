"""A verdict that flips between initialisations is re-evaluate; one that does not is left alone."""

from types import SimpleNamespace

import pytest

from dualcore.decision.seeds import by_seed, unsettled
from tests.present.sample import evidence as sample


def evidence(scores, route="features", width=512):
    e = sample()
    last = e.last_layer.model_copy(update={"seed_scores": scores, "seed_width": 512, "width": width, "route": route})
    return e.model_copy(update={"last_layer": last})


def judge(goal, likely):
    """Adopt above the goal, stop below; each with the probability ``likely``."""

    def at(e):
        decision = "adopt" if e.last_layer.score >= goal else "stop"
        others = [d for d in ("stop", "adopt", "re-evaluate", "invest") if d != decision]
        return SimpleNamespace(decision=decision), SimpleNamespace(chances={decision: likely} | dict.fromkeys(others, (1 - likely) / 3))

    return at


FREE = SimpleNamespace(forced=None)


def test_scores_move_with_the_seed_and_other_models_stay():
    e = evidence([0.88, 0.90, 0.92])
    moved = by_seed(e)
    assert [m.last_layer.score - e.last_layer.score for m in moved] == pytest.approx([-0.02, 0, 0.02])
    for m in moved:
        for before, after in zip(e.references, m.references):
            if before.gain is not None:
                assert m.last_layer.score - after.gain == pytest.approx(e.last_layer.score - before.gain)


def test_the_spread_shrinks_with_the_width_and_the_exact_kernel_has_none():
    assert evidence([0.88, 0.90, 0.92]).seed_spread == pytest.approx(0.02)
    assert evidence([0.88, 0.90, 0.92], width=2048).seed_spread == pytest.approx(0.01)
    assert evidence([0.88, 0.90, 0.92], "landmarks", 2048).seed_spread == pytest.approx(0.01)
    assert evidence([0.88, 0.90, 0.92], "exact", None).seed_spread == 0
    assert by_seed(evidence([0.88, 0.90, 0.92], "exact", None)) == []


def test_seeds_that_disagree_without_a_likely_decision_are_said():
    e = evidence([0.88, 0.90, 0.92])
    goal = e.last_layer.score
    assert unsettled(e, FREE, judge(goal, 0.45)).code == "seeds_disagree"
    assert unsettled(e, FREE, judge(goal - 0.005, 0.9)) is None  # one of them is likely all the same
    assert unsettled(e, FREE, judge(goal - 0.1, 0.45)) is None  # they agree
    assert unsettled(e, SimpleNamespace(forced="no signal"), judge(goal, 0.45)) is None
