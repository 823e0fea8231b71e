"""The protocol as a record and as a file: ranges, differences, and what is refused in words."""

import json

import pytest

from dualcore.decision.protocols import (
    GROUPS,
    MEASURED,
    THRESHOLDS,
    check,
    differences,
    from_json,
    next_version,
    rule,
    to_json,
)
from dualcore.decision.records import Protocol, Verdict
from dualcore.errors import DataError
from dualcore.present.words import WORDS, say
from tests.present import sample


def body(**changes) -> dict:
    out = json.loads(to_json(Protocol()))
    out["protocol"] |= changes
    return out


def test_every_threshold_has_a_place_a_sentence_and_a_range():
    assert set(THRESHOLDS) | set(MEASURED) | {"version"} == set(Protocol.model_fields)
    for name in THRESHOLDS:
        assert f"protocol.{name}" in WORDS and f"protocol.{name}.text" in WORDS
        limits, value = rule(name), getattr(Protocol(), name)
        if limits.kind != "switch":
            assert limits.low <= value <= limits.high
    assert {f"protocol.group.{g}" for g in GROUPS} <= set(WORDS)


def test_a_file_brings_back_the_same_protocol():
    changed = Protocol(version="3.7", significance=0.05, prefer_simple=False, days_invest=12.5)
    assert from_json(to_json(changed, "why"), "p.json") == changed
    assert from_json(to_json(changed).encode("utf-8-sig"), "p.json") == changed


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "protocol_not_json"),
        (b"\xff\xfe\x00", "protocol_not_json"),
        ("[1, 2]", "protocol_foreign"),
        ('{"format": "something"}', "protocol_foreign"),
        (json.dumps(json.loads(to_json(Protocol())) | {"schema_version": 9}), "protocol_newer"),
        (json.dumps(json.loads(to_json(Protocol())) | {"schema_version": True}), "protocol_newer"),
        (json.dumps(body(patience=3)), "protocol_unknown"),
        (json.dumps({**body(), "protocol": {"significance": 0.01}}), "protocol_missing"),
        (json.dumps(body(significance=0.9)), "protocol_range"),
        (json.dumps(body(significance="0.01")), "protocol_range"),
        (json.dumps(body(significance=None)), "protocol_range"),
        (json.dumps(body(permutations=200.5)), "protocol_range"),
        (json.dumps(body(days_invest=True)), "protocol_range"),
        (json.dumps(body(prefer_simple="yes")), "protocol_switch"),
        (json.dumps(body(probe_sd=-1)), "protocol_value"),
        (json.dumps(body(probe_sd=float("nan"))), "protocol_not_json"),
        (json.dumps(body(version="")), "protocol_value"),
        (json.dumps(body(permutations=60)), "protocol_permutations"),
        (json.dumps(body(cost_ratio_target=0.5)), "protocol_ratio"),
        ("x" * 300_000, "protocol_foreign"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_both_languages(content, code):
    with pytest.raises(DataError) as caught:
        from_json(content, "p.json")
    assert caught.value.code == code
    for language in ("ja", "en"):
        assert "{" not in say(f"error.{code}", language, **caught.value.fields)


def test_the_number_of_permutations_that_is_asked_for_is_enough_and_one_less_is_not():
    for significance in (0.0005, 0.003, 0.01, 0.049, 0.05):
        with pytest.raises(DataError) as caught:
            check(Protocol(significance=significance, permutations=50) if significance < 0.01 else Protocol(significance=0.0101, permutations=50))
        needed = caught.value.fields["needed"]
        asked = caught.value.fields["significance"]
        assert 1 / (needed + 1) <= asked < 1 / needed


def test_differences_name_what_changed_and_only_that():
    found = differences(Protocol(), Protocol(version="9", significance=0.02, prefer_simple=False))
    assert [(c.name, c.before, c.after) for c in found] == [("significance", 0.01, 0.02), ("prefer_simple", True, False)]
    assert found[1].before is True


def test_versions_count_up():
    assert [next_version(v) for v in ("1.0", "1.9", "2.10", "company")] == ["1.1", "1.10", "2.11", "company.1"]


def test_a_verdict_stored_before_these_fields_still_loads():
    old = sample.verdict().model_dump(mode="json")
    for name in ("recommended_model", "remarks", "information", "perfect_information", "occasion"):
        del old[name]
    kept = ("version", "significance", "permutations", "interval", "days_adopt", "days_reevaluate", "days_invest", "gpu_hours_invest", "probe_sd", "noise_gain_sd")
    old["protocol"] = {k: old["protocol"][k] for k in kept} | {"tuning_prior": {"table": [-0.006, 0.03]}}
    read = Verdict.model_validate(old)
    assert (read.decision, read.recommended_model, read.information, read.remarks) == ("adopt", None, [], [])
    assert read.protocol == Protocol()
