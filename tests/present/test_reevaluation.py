"""Words and pictures of a re-evaluation: every outcome, both languages, both themes."""

from __future__ import annotations

import pytest

from dualcore.evidence.stages import Entrant, Mark, Reevaluation, Round
from dualcore.kernels import preset
from dualcore.present.candidates import entrant_name, plan, variant_name, winner_name
from dualcore.present.figures.reevaluation import gain_text, plot_curse, plot_gains, plot_tournament
from dualcore.reevaluatecommand import table

from . import sample


def entrant(factor: str, value: str, skeleton: str, gains: list[float], **more) -> Entrant:
    marks = [Mark(rows=200 * 3**i, score=0.9 + g, gain=g) for i, g in enumerate(gains)]
    fields = {"seed": 0, "width": None, "orthogonal": False, "inputs": "encoded", "adoptable": True, "seconds": 1.5} | more
    return Entrant(
        factor=factor, value=value, skeleton=preset(skeleton).to_dict(), marks=marks, gain=gains[-1], low=gains[-1] - 0.02,
        high=gains[-1] + 0.02, simultaneous_low=gains[-1] - 0.03, **fields,
    )


def result(outcome: str = "keep", raw: float = 0.021, corrected: float = 0.012, low: float = -0.009, **more) -> Reevaluation:
    """A hand-made re-evaluation of three candidates in two rounds."""
    entrants = [
        entrant("skeleton", "fc3", "fc3", [0.03, raw]),
        entrant("bias_share", "0.2", "fc2", [0.01, raw - 0.01]),
        entrant("inputs", "ranks", "fc2", [-0.02], inputs="ranks", adoptable=False),
    ]
    fields = {
        "metric": "accuracy", "greater_is_better": True, "estimate_from": "leave_one_out", "outcome": outcome, "minimum_gain": 0.02,
        "present": entrant("present", "fc2", "fc2", [0.0, 0.0]), "present_score": 0.9, "entrants": entrants,
        "rounds": [Round(rows=200, entered=3, kept=2, seconds=3.0), Round(rows=600, entered=2, kept=2, seconds=9.0)], "winner": 0,
        "raw_gain": raw, "raw_low": raw - 0.02, "raw_high": raw + 0.02, "optimism": raw - corrected, "corrected_gain": corrected,
        "low": low, "high": raw + 0.02, "raw_score": 0.9 + raw, "corrected_score": 0.9 + corrected, "p_value": 0.31, "critical": 2.4,
        "draws": 1000, "fresh_rows": 400, "rows_available": 5000, "rows_needed": None, "seed": 0, "seconds": 12.0, "flops": 2.0e10,
    }
    return Reevaluation(**(fields | more))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("draw", [plot_curse, plot_tournament, plot_gains])
def test_a_picture_has_traces_and_words_in_both_languages(draw, theme):
    texts = []
    for language in ("ja", "en"):
        picture = draw(result(), language, theme)
        assert len(picture.figure.data) >= 1
        assert picture.title and picture.alt and "{" not in picture.title + picture.alt + picture.read
        texts.append(picture.read)
    assert texts[0] != texts[1]


def test_the_step_down_is_drawn_from_the_measured_to_the_corrected_gain():
    figure = plot_curse(result(), "en").figure
    block = next(s for s in figure.layout.shapes if s.type == "rect")
    assert (block.y1, block.y0) == (0.021, 0.012)
    dots = [t for t in figure.data if t.error_y.array is not None]
    assert [d.y[0] for d in dots] == [0.021, 0.012]
    assert dots[1].error_y.arrayminus[0] == pytest.approx(0.021)  # down to the lower end that holds for all candidates


@pytest.mark.parametrize(("raw", "says"), [(0.021, "comes from choosing"), (0.0, "equals"), (-0.01, "below the present")])
def test_the_title_is_the_finding(raw, says):
    assert says in plot_curse(result(raw=raw, corrected=raw - 0.005), "en").title


def test_a_dropped_candidate_ends_with_a_cross_and_the_winner_stands_on_top():
    lines = plot_tournament(result(), "en").figure.data
    assert list(lines[-1].marker.symbol) == ["x"] and len(lines[0].x) == 2
    assert lines[0].y[0] == 2
    assert list(lines[0].text) == ["+0.030", "+0.021"]


def test_only_gains_beyond_doubt_are_counted():
    assert "No candidate" in plot_gains(result(), "en").title
    better = [e.model_copy(update={"simultaneous_low": 0.001}) for e in result().entrants[:1]] + result().entrants[1:]
    assert plot_gains(result(entrants=better), "en").title.startswith("1 ")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_candidates_have_names_of_their_own(language):
    r = result()
    names = [entrant_name(e, r, language) for e in (r.present, *r.entrants)]
    assert len(set(names)) == 4 and all(names)
    assert variant_name("bias_share", "0.2", "fc2", "linear", language) != variant_name("bias_share", "0.2", "fc2", "fc2", language)


def test_a_skeleton_of_somebodys_own_keeps_its_name_but_cannot_become_html():
    assert "&lt;b&gt;" in variant_name("present", "", "<b>", "<b>", "en")


@pytest.mark.parametrize(("kind", "skeleton"), [("table", "fc2"), ("image", "conv2d"), ("series", "conv1d-multiscale")])
def test_the_plan_names_every_candidate_in_words(kind, skeleton):
    evidence = sample.evidence()
    facts = evidence.dataset.model_copy(update={"kind": kind})
    evidence = evidence.model_copy(update={"dataset": facts, "skeleton": preset(skeleton).to_dict()})
    for language in ("ja", "en"):
        found = plan(evidence, language)
        assert 12 <= found.count <= 24
        assert set(found.names) == {"architecture", "settings", "initialisation", "inputs"}
    costly = evidence.model_copy(update={"cost": evidence.cost.model_copy(update={"steps": {"choose": 10.0}})})
    assert plan(costly, "en").seconds > 10
    assert plan(costly.model_copy(update={"candidates": []}), "en").seconds is None


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_command_line_shows_the_correction(language):
    text = table(result("undecided", 0.06, 0.05, rows_needed=1234), "parts", language)
    assert all(figure in text for figure in ("+0.060", "0.010", "+0.050", "1,200"))
    assert winner_name(result(), language) in text


def test_a_small_step_stays_visible_in_the_digits():
    assert gain_text(0.0123, result()) == "+0.012"
    assert gain_text(12.34, result(low=-20.0, high=30.0)) == "+12.3"
