"""The protocol's page: what is in force, saving with a note, the lock; and what the result page says about it."""

from __future__ import annotations

import pytest

from dualcore.decision.protocols import THRESHOLDS, rule
from dualcore.present.words import WORDS, say
from dualcore.services import LOCAL_USER

from .test_each_page import texts


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_threshold_can_be_entered_with_its_meaning(open_page, language):
    app = open_page("protocol", language)
    assert not app.exception and not app.error
    assert "1.0" in app.title[0].value
    numbers = [n for n in THRESHOLDS if rule(n).kind != "switch"]
    assert len(app.number_input) == len(numbers) and len(app.toggle) == 1
    said = texts(app)
    assert all(say(f"protocol.{n}.text", language) in said for n in THRESHOLDS)


def test_a_change_needs_a_note_and_then_is_a_version(open_page, services):
    app = open_page("protocol", "en")
    app.number_input(key="protocol_0_significance").set_value(0.05)
    save = next(b for b in app.button if b.label == WORDS["protocol.save"][1])
    save.click().run()
    assert len(app.error) == 1 and services.protocol(LOCAL_USER).protocol.version == "1.0"
    app.text_area[0].set_value("**because**")
    next(b for b in app.button if b.label == WORDS["protocol.save"][1]).click().run()
    assert not app.exception and not app.error
    assert services.protocol(LOCAL_USER).protocol.significance == 0.05
    assert "1.1" in app.title[0].value and r"\*\*because\*\*" in texts(app)


def test_a_locked_protocol_cannot_be_entered(open_page, services):
    services.lock_protocol(LOCAL_USER)
    app = open_page("protocol", "en")
    assert all(n.disabled for n in app.number_input)
    next(b for b in app.button if b.label == WORDS["protocol.unlock"][1]).click().run()
    assert not services.protocol(LOCAL_USER).locked


def test_an_old_verdict_is_judged_by_the_present_protocol_on_a_click(open_page, filled, services):
    now = services.protocol(LOCAL_USER).protocol
    services.change_protocol(LOCAL_USER, now.model_copy(update={"days_invest": 60.0}), "why")
    app = open_page("result", "en", project=filled[0])
    assert not app.exception
    app.button(key="rejudge").click().run()
    assert not app.exception
    after = services.latest_evaluation(LOCAL_USER, filled[0])
    assert (after.verdict.protocol.version, after.verdict.occasion) == ("1.1", "protocol")
    assert say("information.heading", "en") in texts(app)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_threshold_says_what_moving_it_does(open_page, language):
    said = texts(open_page("protocol", language))
    for name in THRESHOLDS:
        assert say(f"protocol.{name}.up", language) in said and say(f"protocol.{name}.down", language) in said


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_effect_on_past_verdicts_is_shown_before_saving(open_page, filled, services, language):
    app = open_page("protocol", language)
    app.number_input(key="protocol_0_days_adopt").set_value(1000.0)
    app.number_input(key="protocol_0_days_reevaluate").set_value(1000.0)
    app.number_input(key="protocol_0_days_invest").set_value(1000.0)
    next(b for b in app.button if b.label == say("protocol.preview", language)).click().run()
    assert not app.exception and not app.error
    changed = services.protocol_effect(LOCAL_USER, services.protocol(LOCAL_USER).protocol.model_copy(
        update={"days_adopt": 1000.0, "days_reevaluate": 1000.0, "days_invest": 1000.0}
    )).changed  # fmt: skip
    assert changed
    said = texts(app)
    assert say("protocol.effect.title", language, judged=2, changed=len(changed)) in said
    table = next(d.value for d in app.dataframe if say("protocol.effect.because", language) in d.value.columns)
    assert list(table[say("protocol.effect.after", language)]) == [say(f"verdict.{c.effect.after.decision}", language) for c in changed]
    assert services.protocol(LOCAL_USER).protocol.version == "1.0"


def test_nothing_changes_without_a_change(open_page, filled):
    app = open_page("protocol", "en")
    next(b for b in app.button if b.label == say("protocol.preview", "en")).click().run()
    assert say("protocol.effect.none", "en", judged=2) in texts(app)
