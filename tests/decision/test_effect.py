"""What other thresholds would have decided: as ``recommend`` says, with the threshold that made the difference."""

from __future__ import annotations

import json

import pytest

from dualcore.decision import Protocol, Terms, recommend
from dualcore.decision.effect import DECIDING, decided, effect
from dualcore.decision.protocols import MEASURED, THRESHOLDS, from_file, to_json, to_toml
from dualcore.errors import DataError
from tests.present import sample


def evidence(p_value=0.005):
    made = sample.evidence(False)
    return made.model_copy(update={"null": made.null.model_copy(update={"p_value": p_value})})


@pytest.mark.parametrize("protocol", [Protocol(), Protocol(significance=0.001), Protocol(least_confidence=0.95), Protocol(days_invest=900, days_adopt=300)])
@pytest.mark.parametrize("goal", [0.6, 0.85, 0.9, 0.97, None])
def test_a_verdict_without_reasons_is_the_verdict(protocol, goal):
    for p in (0.005, 0.03):
        whole = recommend(evidence(p), Terms(goal=goal), protocol)
        short = decided(evidence(p), Terms(goal=goal), protocol)
        assert (short.decision, short.model, short.confidence) == (whole.decision, whole.recommended_model, whole.confidence)


def test_the_threshold_that_did_it_is_named():
    given = recommend(evidence(0.03), Terms(goal=0.7))
    assert given.decision == "stop"
    found = effect(evidence(0.03), given, Protocol(significance=0.05, days_invest=31, least_confidence=0.41))
    assert (found.before.decision, found.after.decision, found.because, found.recalculated) == ("stop", "adopt", ["significance"], False)


def test_two_thresholds_that_are_needed_together_are_both_named():
    given = recommend(evidence(0.03), Terms(goal=0.7, value=10_000_000, day_cost=80_000))
    both = Protocol(significance=0.05, days_adopt=1000, days_reevaluate=1000)
    assert effect(evidence(0.03), given, both) is None  # significance lets it through, money stops it again
    dear = recommend(evidence(0.03), Terms(goal=0.7), both.model_copy(update={"significance": 0.01}))
    found = effect(evidence(0.03), dear, Protocol(significance=0.05))
    assert found.after.decision == "adopt" and {"significance", "days_adopt"} <= set(found.because)


def test_what_decides_nothing_changes_nothing():
    given = recommend(evidence(), Terms(goal=0.85))
    others = {n: 7 for n in ("days_tune", "gpu_hours_tune")} | {"ceiling_rows": 2000, "max_candidates": 3, "cost_ratio_limit": 0.9}
    assert effect(evidence(), given, Protocol(**others)) is None
    same = recommend(evidence(), Terms(goal=0.85), Protocol(**others))
    assert (same.decision, same.recommended_model, same.confidence) == (given.decision, given.recommended_model, given.confidence)
    assert set(DECIDING) <= {*THRESHOLDS, *MEASURED}


def test_a_verdict_that_was_computed_otherwise_then_says_so():
    given = recommend(evidence(), Terms(goal=0.7)).model_copy(update={"decision": "stop"})
    found = effect(evidence(), given, Protocol(least_confidence=0.41))
    assert found.recalculated and found.because == [] and found.after.decision == "adopt"


def test_another_model_under_the_same_verdict_counts_as_a_change():
    given = recommend(evidence(), Terms(goal=0.7, minimum_gain=0.5))
    found = effect(evidence(), given, Protocol(prefer_simple=False))
    assert given.recommended_model != "last_layer" and found.because == ["prefer_simple"] and found.after.model == "last_layer"


@pytest.mark.parametrize("protocol", [Protocol(), Protocol(version='1.2 "x"\\\x7f\n', significance=1 / 30, prefer_simple=False, days_adopt=1e-7)])
def test_toml_reads_back_exactly(protocol):
    text = to_toml(protocol, "理由\n= 1", {"significance": "p-value\nabove which ... [protocol]"})
    assert from_file(text, "a.toml") == protocol == from_file(text.encode("utf-8-sig"), "A.TOML")
    assert "# p-value above which" in text
    assert from_file(to_json(protocol), "a.json") == protocol  # JSON stays readable


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("significance = 0.01", "significance = nan"), "protocol_range"), (("significance = 0.01", "significance = inf"), "protocol_range"),
        (("significance = 0.01", 'significance = "0.01"'), "protocol_range"), (("permutations = 200", "permutations = 2026-01-01"), "protocol_range"),
        (("prefer_simple = true", "prefer_simple = 1"), "protocol_switch"), (("significance = 0.01", ""), "protocol_missing"),
        (("[protocol]", "[protocol]\nextra = 1"), "protocol_unknown"), (("schema_version = 1", "schema_version = 2"), "protocol_newer"),
        (('format = "dualcore.protocol"', 'format = "x"'), "protocol_foreign"), (("[protocol]", "[protocol"), "protocol_not_toml"),
        (("permutations = 200", "permutations = 50"), "protocol_permutations"),
    ],
)  # fmt: skip
def test_a_toml_file_that_is_wrong_is_refused(change, code):
    text = to_toml(Protocol())
    assert change[0] in text
    with pytest.raises(DataError) as refused:
        from_file(text.replace(*change), "standard.toml")
    assert refused.value.code == code and "standard.toml" in str(refused.value) or code == "protocol_permutations"
    json.dumps(refused.value.fields)
