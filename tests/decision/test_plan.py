"""The plan: a pure function whose money adds up and moves with terms, goals and measurements as it must."""

import numpy as np
import pytest

from dualcore.decision import recommend
from dualcore.decision.plan import TRAININGS, Plan, make_plan
from dualcore.decision.records import Option, Protocol, Terms
from dualcore.evidence.stages import Tuning, TuningStep
from tests.present import sample

EVIDENCE, PROTOCOL = sample.evidence(), Protocol()


def planned(goal=0.93, evidence=EVIDENCE, tuning=None, ratio=None, chance=None, protocol=PROTOCOL, **terms) -> Plan:
    terms = Terms(goal=goal, **terms)
    verdict = recommend(evidence, terms, protocol)
    if chance is not None:
        options = [o.model_copy(update={"probability": chance}) if o.decision == "invest" else o for o in verdict.options]
        verdict = verdict.model_copy(update={"options": options})
    return make_plan(evidence, verdict, terms, protocol, tuning, None, ratio)


def step(total: float, low: float, high: float) -> TuningStep:
    return TuningStep(
        name="conv1", block=1, parameters=10, trained=10, score=0.912 + total, gain=total, low=low, high=high, total_gain=total, total_low=low,
        total_high=high, seconds=5, flops=1, epochs=3, trajectory=[], decision="pays" if low > 0 else "does_not_pay", why="chance",
    )  # fmt: skip


def tuned(total: float, half: float = 0.005, best: int = 1) -> Tuning:
    return Tuning(
        metric="accuracy", greater_is_better=True, network="skeleton", name="conv1d", width=512, blocks=["conv1"], ended="all_blocks", last_layer=0.912,
        last_layer_low=0.9, last_layer_high=0.92, start=0.91, steps=[step(total, total - half, total + half)], best=best, rows=800,
        estimate_from="leave_one_out", minimum_gain=0.02, seed=0, device="cpu", seconds=20, flops=1,
    )  # fmt: skip


def test_the_same_arguments_give_the_same_plan_and_it_is_stored_as_json():
    plan = planned()
    assert planned() == plan and Plan.model_validate_json(plan.model_dump_json()) == plan


def test_days_and_money_add_up():
    plan = planned(day_cost=100_000, gpu_hour_cost=1000, value=5e7)
    assert [p.code for p in plan.phases] == ["reproduce", "tune", "train", "deploy"]
    assert plan.days == PROTOCOL.days_invest + PROTOCOL.days_tune + PROTOCOL.days_adopt
    for phase in plan.phases:
        assert phase.cost == pytest.approx(phase.days * 100_000 + phase.gpu_hours * 1000)
    assert plan.cost == pytest.approx(sum(p.cost for p in plan.phases))
    assert [g.spent for g in plan.gates] == pytest.approx(np.cumsum([p.cost for p in plan.phases])[:3])
    assert plan.phases[0].cost < plan.expected_cost < plan.cost
    assert plan.net == pytest.approx(plan.chance * 5e7 - plan.expected_cost)


def test_gpu_hours_come_from_the_measured_training_and_the_stated_ratio():
    train = planned(ratio=20).phases[2]
    assert train.gpu_hours == pytest.approx(TRAININGS * EVIDENCE.probe.full_training_seconds / 3600 / 20)
    unmeasured = EVIDENCE.model_copy(update={"probe": EVIDENCE.probe.model_copy(update={"full_training_seconds": None})})
    plan = planned(evidence=unmeasured)
    assert plan.seconds is None and plan.phases[2].gpu_hours == PROTOCOL.gpu_hours_invest


def test_the_simulation_agrees_with_the_probability_it_was_given():
    """Perfect gates would let every success through; ours lose only what their errors lose."""
    for chance in (0.1, 0.5, 0.9):
        plan = planned(chance=chance)
        assert 0.75 * chance < plan.chance <= chance + 0.02
    assert planned(chance=0.9).net > planned(chance=0.5).net > planned(chance=0.1).net


def test_gates_are_worth_passing():
    plan = planned(chance=0.4)
    assert [g.chance for g in plan.gates] == sorted(g.chance for g in plan.gates)
    assert plan.gates[-1].chance > 0.85 and all(0 < g.passes <= 1 for g in plan.gates)
    assert plan.net_low < plan.net < plan.net_high
    assert plan.outcome_low == pytest.approx(-plan.gates[-1].spent) and plan.outcome_high == pytest.approx(plan.terms.value - plan.cost)


def test_a_hopeless_or_worthless_goal_is_not_worthwhile():
    assert not planned(chance=0.02).worthwhile
    assert not planned(value=1_000_000, chance=0.9).worthwhile
    assert planned(chance=0.9).worthwhile


def test_tuning_that_was_run_takes_the_place_of_the_forecast_and_is_not_paid_twice():
    good, bad = planned(tuning=tuned(0.06)), planned(tuning=tuned(0.0, best=0))
    assert good.chance_from == bad.chance_from == "tuning"
    assert good.phases[1].done and good.phases[1].cost == 0 and good.gates[1].passes == 1
    assert good.chance > 0.8 > bad.chance
    nothing = tuned(0.0).model_copy(update={"steps": [], "best": 0, "reason": "linear"})
    assert planned(tuning=nothing).chance_from == "verdict"


def test_less_is_better_turns_the_thresholds_around():
    last = EVIDENCE.last_layer.model_copy(update={"score": 0.4, "low": 0.35, "high": 0.45})
    references = [r.model_copy(update={"score": s}) for r, s in zip(EVIDENCE.references, (1.3, 0.7, 0.5))]
    less = EVIDENCE.model_copy(update={"metric": "log_loss", "greater_is_better": False, "last_layer": last, "references": references})
    verdict = recommend(EVIDENCE, Terms(goal=0.93)).model_copy(update={"goal": 0.38})
    options = [Option(decision="invest", probability=0.5, cost=1, value=1, net=0)]
    plan = make_plan(less, verdict.model_copy(update={"options": options}), Terms(goal=0.38), PROTOCOL)
    assert plan.gates[0].threshold == 0.45 and plan.gates[1].threshold > 0.38 == plan.gates[2].threshold
    assert 0.3 < plan.chance < 0.55
