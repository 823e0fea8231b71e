"""Every picture in both languages and themes: traces, a finding as title, alt text, how to read."""

from __future__ import annotations

import pytest

from dualcore.kernels import preset
from dualcore.present import figures as draw
from dualcore.present.architecture import degeneration, dual_curve
from dualcore.present.figures.coverage import plot_norm_growth

from . import sample

CLASSES, VALUES, VERDICT = sample.evidence(), sample.evidence(regression=True), sample.verdict()
PICTURES = {
    "score": lambda lang, theme: draw.plot_score(CLASSES, 0.9, lang, theme),
    "candidates": lambda lang, theme: draw.plot_candidates(CLASSES.candidates, {}, lang, theme),
    "curve": lambda lang, theme: draw.plot_curve(CLASSES, 0.93, lang, theme),
    "probe": lambda lang, theme: draw.plot_probe(CLASSES.probe, "accuracy", lang, theme),
    "seeds": lambda lang, theme: draw.plot_seeds(CLASSES, lang, theme),
    "kernel_error": lambda lang, theme: draw.plot_kernel_error(CLASSES.coverage.kernel_error, lang, theme),
    "spectrum": lambda lang, theme: draw.plot_spectrum(CLASSES.coverage, lang, theme),
    "power": lambda lang, theme: draw.plot_power(CLASSES.coverage, lang, theme),
    "specificity": lambda lang, theme: draw.plot_specificity(CLASSES.coverage.specificity, lang, theme),
    "norm_growth": lambda lang, theme: plot_norm_growth(sample.norm_growth(), lang, theme),
    "confusion": lambda lang, theme: draw.plot_confusion(CLASSES.errors.confusion, lang, theme),
    "residuals": lambda lang, theme: draw.plot_residuals(VALUES.errors.residuals, "y", lang, theme),
    "segments": lambda lang, theme: draw.plot_segments(CLASSES.errors.segments, True, lang, theme),
    "classes": lambda lang, theme: draw.plot_classes(sample.profile(), lang, theme),
    "target": lambda lang, theme: draw.plot_target(sample.profile(regression=True), lang, theme),
    "money": lambda lang, theme: draw.plot_money(VERDICT, lang, theme),
    "skeleton": lambda lang, theme: draw.plot_skeleton(preset("conv1d-multiscale"), "x", lang, theme),
    "dual": lambda lang, theme: draw.plot_dual(dual_curve("relu", 0.1), lang, theme),
    "depth": lambda lang, theme: draw.plot_degeneration(degeneration("tanh", 0.0), 3, lang, theme),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_traces_and_words_in_both_languages(name, theme):
    texts = []
    for language in ("ja", "en"):
        picture = PICTURES[name](language, theme)
        assert len(picture.figure.data) >= 1
        assert picture.title and picture.alt and picture.read
        assert "{" not in picture.title + picture.alt + picture.read
        assert picture.figure.layout.paper_bgcolor == "rgba(0,0,0,0)"
        texts.append(picture.read)
    assert texts[0] != texts[1]


def _with(**changes):
    return CLASSES.model_copy(update={"last_layer": CLASSES.last_layer.model_copy(update=changes)})


@pytest.mark.parametrize(
    ("goal", "words"), [(0.80, "past the goal"), (0.90, "still open"), (0.95, "short of the goal")]
)
def test_the_title_of_the_score_is_the_finding(goal, words):
    assert words in draw.plot_score(CLASSES, goal, "en").title


def test_a_metric_where_less_is_better_turns_the_finding_around():
    less = _with(score=0.30, low=0.25, high=0.35).model_copy(update={"metric": "log_loss", "greater_is_better": False})
    assert "past the goal" in draw.plot_score(less, 0.5, "en").title
    assert "short of the goal" in draw.plot_score(less, 0.1, "en").title
    assert "left is better" in draw.plot_score(less, 0.5, "en").figure.layout.xaxis.title.text


def test_interval_whiskers_show_the_record_s_interval():
    dot = next(t for t in draw.plot_score(CLASSES, 0.9, "en").figure.data if t.mode == "markers")
    last = CLASSES.last_layer
    assert dot.x[0] == last.score
    assert dot.error_x.array[0] == pytest.approx(last.high - last.score)
    assert dot.error_x.arrayminus[0] == pytest.approx(last.score - last.low)


def test_no_signal_is_said_when_the_target_power_stays_within_chance():
    points = [p.model_copy(update={"power": (p.null_low + p.null_high) / 2}) for p in CLASSES.coverage.cumulative_power]
    coverage = CLASSES.coverage.model_copy(update={"cumulative_power": points})
    assert "does not exceed chance" in draw.plot_power(coverage, "en").title


def test_names_written_by_people_cannot_become_html():
    confusion = CLASSES.errors.confusion.model_copy(update={"classes": ["<b>a</b>", "b", "c", "d"]})
    ticks = draw.plot_confusion(confusion, "en").figure.layout.yaxis.ticktext
    assert ticks[0] == "&lt;b&gt;a&lt;/b&gt;"


def test_an_even_segment_is_not_called_worse():
    even = [s.model_copy(update={"low": 0.0, "error_elsewhere": 0.2}) for s in CLASSES.errors.segments]
    assert "No part" in draw.plot_segments(even, True, "en").title


def test_a_law_outside_the_slope_s_interval_is_not_said_to_hold():
    error = CLASSES.coverage.kernel_error.model_copy(update={"slope": -0.8, "slope_low": -0.9, "slope_high": -0.7})
    assert "differently" in draw.plot_kernel_error(error, "en").title


def test_a_score_that_chance_explains_is_not_held_against_the_goal():
    by_chance = CLASSES.model_copy(update={"null": CLASSES.null.model_copy(update={"p_value": 0.4})})
    assert "cannot be told from chance" in draw.plot_score(by_chance, 0.9, "en").title
