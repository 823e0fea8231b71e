"""Phrases and answers: every figure in them is one of the records'; fitted to the verdict; nothing breaks where parts are missing."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cache

import pytest

from dualcore.decision import recommend
from dualcore.decision.plan import Plan, make_plan
from dualcore.decision.records import Reason, Terms, Verdict
from dualcore.decision.track import track_record
from dualcore.evidence.records import Evidence, Shares
from dualcore.intake.records import Question, ReadOptions
from dualcore.present.phrases import SLIDES, board_questions, speaker_notes
from dualcore.present.words import WORDS, say
from dualcore.records.views import DatasetView, DecisionView, EvaluationView, OutcomeView
from tests.present import sample

LANGUAGES = ("ja", "en")
DECISIONS = ("adopt", "stop", "re-evaluate", "invest")
NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
NUMBER = re.compile(r"([+\u2212]?)(\d[\d,]*(?:\.\d+)?)\s?(%|億|万|K|M|B|分|時間|min|h)?")
SCALES = {"%": 100, "億": 1e-8, "万": 1e-4, "K": 1e-3, "M": 1e-6, "B": 1e-9, "分": 1 / 60, "min": 1 / 60, "時間": 1 / 3600, "h": 1 / 3600, "": 1}
BULK = {"scores", "spectrum", "trajectory", "path", "confusion", "residuals", "segments", "suspects", "cases", "manifest", "regret"}


def evidence(regression: bool = False, **changes):
    found = sample.evidence(regression)
    shares = Shares(
        explained=0.71, data_gap=0.09, coverage_gap=0.13, noise=0.07, index=0.13, reliable=True,
        intervals={"explained": (0.66, 0.76), "data_gap": (0.06, 0.12), "coverage_gap": (0.125, 0.17), "noise": (0.03, 0.1)},
    )  # fmt: skip
    covered = found.coverage.model_copy(update={"specificity": shares})
    facts = found.dataset.model_copy(update={"target": "fault", "classes": ["a", "b", "c", "d"]})
    return found.model_copy(update={"dataset": facts, "coverage": covered, **changes})


@cache
def _judged(found: str, goal: float | None) -> Verdict:
    return recommend(Evidence.model_validate_json(found), Terms(goal=goal))


def view(found=None, goal: float | None = 0.88, decision: str | None = None, **changes) -> EvaluationView:
    found = evidence() if found is None else found
    verdict = _judged(found.model_dump_json(round_trip=True), goal)
    verdict = verdict.model_copy(update={**({"decision": decision} if decision else {}), **changes})
    profile = sample.profile(False)
    dataset = DatasetView(
        id="d", project_id="p", sha256="b" * 64, filename="f.csv", file_sha="a" * 64, test_filename=None, test_sha=None, options=ReadOptions(),
        question=Question(), profile=profile, notes=[], created=NOW,
    )  # fmt: skip
    return EvaluationView(
        id="e", project_id="p", dataset=dataset, skeleton="auto", metric=None, seed=0, evidence=found, verdict=verdict, terms=verdict.terms,
        has_model=False, created=NOW,
    )  # fmt: skip


def plan_of(shown: EvaluationView):
    return _planned(shown.evidence.model_dump_json(round_trip=True), shown.verdict.model_dump_json())


@cache
def _planned(found: str, verdict: str) -> Plan:
    judged = Verdict.model_validate_json(verdict)
    return make_plan(Evidence.model_validate_json(found), judged, judged.terms, judged.protocol)


def made(action="stop", recommended="adopt", outcome=None, **changes) -> DecisionView:
    values = dict(
        id="x", project_id="p", number=1, stage="last_layer", evaluation_id="e", stage_run_id=None, recommended=recommended, confidence=0.8,
        action=action, follows=action == recommended, reason="No budget", conditions="", review_on=None, planned=0, avoided=0, spent=0,
        currency="JPY", protocol="1.0", user="ken", user_name="Ken", created=NOW,
        outcome=outcome and OutcomeView(reached_by=outcome, user_name="Ken", created=NOW),
    )  # fmt: skip
    return DecisionView(**{**values, **changes})


def told(shown, language, plan=None, decisions=(), company=()) -> list[str]:
    notes = speaker_notes(shown, plan, decisions, language)
    asked = board_questions(shown, plan, decisions, language, company, most=99)
    return [*notes.values(), *(part for pair in asked for part in pair)]


def _flat(part, out: list[float]) -> list[float]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in BULK:
                _flat(value, out)
    elif isinstance(part, list | tuple):
        for value in part:
            _flat(value, out)
    elif isinstance(part, int | float) and not isinstance(part, bool):
        out.append(float(part))
    return out


def known_numbers(shown, plan, company=()) -> list[float]:
    """What was measured or agreed, and what is counted from it."""
    found, verdict = shown.evidence, shown.verdict
    out = _flat(found.model_dump(), []) + _flat(verdict.model_dump(), []) + (_flat(plan.model_dump(), []) if plan else [])
    out += _flat(track_record().results.model_dump(), [])
    out += [1 - o.probability for o in verdict.options] + [len(found.last_layer.seed_scores), len(found.candidates), *found.last_layer.seed_scores]
    out += [2 * found.curve.points[-1].rows] if found.curve.points else []
    judged = [d.recommendation_right for d in company if d.recommendation_right is not None]
    return [*out, len(judged), sum(judged)]


@cache
def written_in_words() -> set[str]:
    """Numbers that the sentences themselves hold, such as the level of the intervals or the names of architectures."""
    return {n for pair in WORDS.values() for text in pair for _, n, _ in NUMBER.findall(re.sub(r"\{[^}]*\}", " ", text))} & {
        "90", "99", "1", "5", "10", "9", "0.01", "2", "3", "80",
    }  # fmt: skip


def strange(text: str, numbers: list[float]) -> list[str]:
    """Numbers in ``text`` that no record holds, at the precision they are written with (two digits for simulated money)."""
    out = []
    for _, digits, unit in NUMBER.findall(text):
        value, places = float(digits.replace(",", "")), len(digits.partition(".")[2])
        scale = SCALES[unit]
        near = 0.5001 * 10.0**-places
        money = unit in ("億", "万", "K", "M", "B")
        if digits in written_in_words():
            continue
        if not any(abs(abs(n) * scale - value) <= max(near, 0.051 * value if money else 0) for n in numbers):
            out.append(f"{digits}{unit}")
    return out


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("regression", [False, True])
@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("goal", [0.88, 0.95, None])
def test_no_phrase_states_a_number_that_no_record_holds(decision, goal, regression, language):
    shown = view(evidence(regression), goal, decision)
    plan = plan_of(shown)
    company = [made(outcome="nothing"), made(outcome="last_layer"), made()]
    numbers = known_numbers(shown, plan, company)
    for text in told(shown, language, plan, company=company):
        assert strange(text, numbers) == [], text
        assert (JAPANESE.search(text) is not None) == (language == "ja"), text
        assert not re.search(r"\{|\}|\bnan\b|\bNone (?!was)", text), text


def test_an_invented_number_would_be_found():
    shown = view()
    text = speaker_notes(shown, None, [], "en")["verdict"]
    numbers = known_numbers(shown, None)
    assert strange(text, numbers) == []
    assert strange(text.replace("0.91", "0.57"), numbers) == ["0.57"]
    assert strange("¥3.7M and 61 %", numbers) == ["3.7M", "61%"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_slides_are_told_in_their_order_and_differ_by_verdict(language):
    by_verdict = {d: speaker_notes(shown := view(decision=d), plan_of(shown), [], language) for d in DECISIONS}
    for notes in by_verdict.values():
        assert tuple(notes) == SLIDES and all(notes.values())
    for slide in ("verdict", "money", "next"):
        assert len({notes[slide] for notes in by_verdict.values()}) == len(DECISIONS)
    orders = {d: tuple(q for q, _ in board_questions(view(decision=d), None, [], language)) for d in DECISIONS}
    assert len(set(orders.values())) == len(DECISIONS)
    asked = {say(f"ask.{code}", language) for code in ("more_data", "bigger_model", "how_sure", "do_nothing", "track", "why_random", "wrong", "simple")}
    for shown in orders.values():
        assert asked == set(shown)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lacking", ["curve", "forecast", "probe", "candidates", "kernel", "references", "power", "shares", "test", "seeds", "options"])
def test_nothing_breaks_where_parts_are_missing(lacking, language):
    full = evidence()
    changes = {
        "curve": {"curve": full.curve.model_copy(update={"points": [], "fitted": False, "doubled": None, "rows_for_goal": None})},
        "forecast": {"curve": full.curve.model_copy(update={"fitted": False, "doubled": None, "rows_for_goal": None})},
        "probe": {"probe": full.probe.model_copy(update={"ran": False, "gain": None, "low": None, "high": None, "full_training_seconds": None})},
        "candidates": {"candidates": []},
        "kernel": {"coverage": full.coverage.model_copy(update={"kernel_error": None})},
        "references": {"references": [full.references[0]]},
        "power": {"coverage": full.coverage.model_copy(update={"cumulative_power": []})},
        "shares": {"coverage": full.coverage.model_copy(update={"specificity": full.coverage.specificity.model_copy(update={"reliable": False})})},
        "test": {"last_layer": full.last_layer.model_copy(update={"test_score": None, "test_low": None, "test_high": None})},
        "seeds": {"last_layer": full.last_layer.model_copy(update={"seed_scores": []})},
        "options": {},
    }[lacking]  # fmt: skip
    for decision in DECISIONS:
        more = {"options": [], "information": []} if lacking == "options" and decision != "invest" else {}
        shown = view(evidence(**changes), 0.95, decision, **more)
        numbers = known_numbers(shown, None)
        texts = told(shown, language)
        assert all(texts) and [strange(text, numbers) for text in texts] == [[]] * len(texts)
    said = " ".join(texts)
    missing = {"probe": "answer.bigger_model.no_probe", "references": "answer.simple.none", "test": "phrases.risk.no_test"}
    if lacking in missing:
        assert say(missing[lacking], language) in said


def test_a_doubt_about_the_score_is_asked_first():
    leak = Reason(code="leak_suspected", fields={"column": "serial"})
    asked = board_questions(view(remarks=[leak]), None, [], "en")
    assert asked[0][0] == say("ask.doubt", "en") and "serial" in asked[0][1]
    assert say("ask.doubt", "en") not in [q for q, _ in board_questions(view(), None, [], "en")]


def test_an_assumed_goal_and_a_low_confidence_are_asked_first():
    assert board_questions(view(goal=None, confidence=0.9), None, [], "en")[0][0] == say("ask.goal", "en")
    for decision in DECISIONS:
        assert board_questions(view(decision=decision, confidence=0.3), None, [], "en")[0][0] == say("ask.how_sure", "en")


def test_a_score_that_chance_explains_is_never_sold():
    found = evidence(null=sample.evidence().null.model_copy(update={"p_value": 0.4, "low": 0.9, "high": 0.93}))
    shown = view(found)
    assert shown.verdict.decision == "stop"
    notes = speaker_notes(shown, None, [], "en")
    assert "no relation could be told from chance" in notes["verdict"]
    answers = dict(board_questions(shown, None, [], "en"))
    assert "cannot be told" in answers[say("ask.why_random", "en")] and "p = 0.40" in answers[say("ask.how_sure", "en")]


def test_what_was_decided_is_told_with_its_reason_and_the_reader_s_date():
    decided = made(conditions="500 more rows", review_on=date(2027, 4, 1))
    told_next = speaker_notes(view(), None, [decided], "en", "Asia/Tokyo")["next"]
    for part in ("2026-11-25", "Ken", "Stop", "Adopt", "No budget", "500 more rows", "2027-04-01"):
        assert part in told_next
    elsewhere = made(evaluation_id="other")
    assert "Today we ask" in speaker_notes(view(), None, [elsewhere], "en")["next"]


def test_the_company_s_own_record_counts_what_is_known():
    company = [made(outcome="last_layer"), made(outcome="nothing"), made(outcome="open"), made()]
    answers = dict(board_questions(view(), None, [], "en", company))
    assert "right in 1 of the 2 decisions" in answers[say("ask.track", "en")]
    assert "no decision yet" in dict(board_questions(view(), None, [], "en"))[say("ask.track", "en")]


def test_probabilities_are_never_certain():
    shown = view()
    sure = [o.model_copy(update={"probability": 1.0}) for o in shown.verdict.options]
    shown = shown.model_copy(update={"verdict": shown.verdict.model_copy(update={"options": sure})})
    assert not any("100" in text for text in told(shown, "en")) and any("over 99" in text for text in told(shown, "en"))
