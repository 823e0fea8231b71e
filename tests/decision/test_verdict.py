"""Verdicts from hand-made evidence: each decision where the definition says it is right."""

import pytest

from dualcore.decision import Protocol, Terms, recommend
from dualcore.evidence.records import Evidence, Probe, Reference
from dualcore.present.sentences import reason_sentence
from dualcore.present.words import say
from tests.present.sample import evidence as sample


def changed(evidence: Evidence, **parts) -> Evidence:
    return evidence.model_copy(update=parts)


@pytest.fixture
def base() -> Evidence:
    return sample()


def with_score(e: Evidence, score: float, width: float = 0.02) -> Evidence:
    last = e.last_layer.model_copy(update={"score": score, "low": score - width, "high": score + width})
    references = [
        r if r.name == "majority" else r.model_copy(update={"score": score - 0.05, "gain": 0.05, "gain_low": 0.03, "gain_high": 0.07})
        for r in e.references
    ]
    curve = e.curve.model_copy(update={"fitted": False})
    return changed(e, last_layer=last, references=references, curve=curve, candidates=[])


def test_adopt_when_the_last_layer_reaches_the_goal(base):
    verdict = recommend(with_score(base, 0.9), Terms(goal=0.85))
    assert verdict.decision == "adopt"
    assert verdict.confidence > 0.9
    assert verdict.reasons[0].code == "reaches_goal"


def test_stop_when_nothing_reaches_the_goal(base):
    e = changed(with_score(base, 0.7), probe=base.probe.model_copy(update={"gain": 0.0, "low": -0.01, "high": 0.01}))
    verdict = recommend(e, Terms(goal=0.95))
    assert verdict.decision == "stop"
    assert verdict.confidence > 0.9


def test_re_evaluate_when_a_simple_model_reaches_the_goal(base):
    e = with_score(base, 0.8)
    trees = Reference(name="boosted_trees", score=0.93, low=0.91, high=0.95, gain=-0.13, gain_low=-0.15, gain_high=-0.11)
    e = changed(e, references=[e.references[0], trees])
    verdict = recommend(e, Terms(goal=0.9))
    assert verdict.decision == "re-evaluate"
    assert verdict.next_step == "try_simple_model"
    assert "simple_better" in [r.code for r in verdict.reasons]


def test_invest_when_the_probe_gains_on_images(base):
    e = with_score(base, 0.8)
    facts = e.dataset.model_copy(update={"kind": "image"})
    probe = e.probe.model_copy(update={"ran": True, "reason": None, "gain": 0.12, "low": 0.1, "high": 0.14, "before": 0.8, "after": 0.92})
    verdict = recommend(changed(e, dataset=facts, probe=probe), Terms(goal=0.84))
    assert verdict.decision == "invest"
    assert verdict.reasons[0].code == "tuning_gains"
    assert verdict.avoided == 0


def test_the_same_evidence_with_a_better_probe_never_lowers_the_chance_of_tuning(base):
    e = with_score(base, 0.8)
    chances = []
    for gain in (-0.05, 0.0, 0.05, 0.1):
        probe = e.probe.model_copy(update={"ran": True, "reason": None, "gain": gain, "low": gain - 0.02, "high": gain + 0.02})
        chances.append(recommend(changed(e, probe=probe), Terms(goal=0.84)).probabilities["invest"])
    assert chances == sorted(chances)
    assert chances[0] < chances[-1]


def test_a_higher_goal_never_raises_the_chance_to_adopt(base):
    chances = [recommend(base, Terms(goal=g)).probabilities["adopt"] for g in (0.5, 0.7, 0.8, 0.9, 0.99)]
    assert chances == sorted(chances, reverse=True)


def test_without_signal_stop_unless_a_simple_model_sees_it(base):
    null = base.null.model_copy(update={"p_value": 0.6})
    noise = changed(with_score(base, 0.55), null=null)
    assert recommend(noise).reasons[0].code == "no_signal"
    trees = Reference(name="boosted_trees", score=0.8, low=0.78, high=0.82, gain=-0.25, gain_low=-0.28, gain_high=-0.22)
    seen = changed(noise, references=[noise.references[0], trees])
    verdict = recommend(seen)
    assert (verdict.decision, verdict.reasons[0].code) == ("re-evaluate", "others_see_signal")


def test_an_assumed_goal_is_said_and_lies_above_chance(base):
    verdict = recommend(base, Terms())
    assert verdict.goal_assumed
    assert verdict.goal > base.references[0].score


def test_an_assumed_goal_stays_reachable_where_chance_is_close_to_the_best(base):
    e = with_score(base, 0.98, 0.004)
    majority = e.references[0].model_copy(update={"score": 0.966})
    e = changed(e, references=[majority, *e.references[1:]], probe=Probe(ran=False, reason="linear"))
    assert 0.966 < recommend(e, Terms()).goal < 0.98


def test_a_stricter_protocol_asks_for_more(base):
    e = changed(base, null=base.null.model_copy(update={"p_value": 0.02}))
    assert recommend(e, protocol=Protocol(significance=0.001)).decision == "stop"
    assert recommend(e, Terms(goal=0.6), Protocol(significance=0.05)).decision == "adopt"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("goal", [None, 0.6, 0.9, 0.99])
def test_every_reason_is_a_sentence_in_both_languages(base, language, goal):
    verdict = recommend(base, Terms(goal=goal))
    assert 1 <= len(verdict.reasons) <= 3
    for reason in verdict.reasons:
        assert "{" not in reason_sentence(reason, verdict, language)
    for change in verdict.would_change:
        assert "{" not in reason_sentence(change, verdict, language, "change")
    assert say(f"next.{verdict.next_step}", language)


@pytest.mark.parametrize("score", [0.9, 0.885])
def test_what_would_change_an_adoption_lies_beyond_its_goal(base, score):
    verdict = recommend(with_score(base, score), Terms(goal=0.88))
    above = [c.fields["value"] for c in verdict.would_change if c.code == "goal_above"]
    assert verdict.decision == "adopt" and above and above[0] >= verdict.goal
