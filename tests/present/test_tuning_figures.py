"""The pictures of stage 3."""

import pytest

from dualcore.decision.records import Terms
from dualcore.decision.steps import weigh_tuning
from dualcore.present import figures as draw
from tests.present.tuning_sample import tuning


def drawn(which, language="en", theme="light", goal=None, metric="accuracy"):
    terms = Terms(goal=goal)
    return draw.plot_tuning(tuning(which, metric), weigh_tuning(tuning(which, metric), terms), terms, language, theme)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("which", ["stop", "keep", "go"])
@pytest.mark.parametrize("name", ["gain", "descent"])
def test_words_in_both_languages(which, theme, name):
    texts = []
    for language in ("ja", "en"):
        picture = drawn(which, language, theme) if name == "gain" else draw.plot_descent(tuning(which), language, theme)
        assert len(picture.figure.data) >= 1
        assert picture.title and picture.alt and picture.read
        assert "{" not in picture.title + picture.alt + picture.read
        texts.append(picture.read)
    assert texts[0] != texts[1]


def test_the_dots_are_the_gains_over_the_last_layer_and_the_axis_is_the_money_so_far():
    record, verdict = tuning("stop"), weigh_tuning(tuning("stop"), Terms())
    dots = [t for t in drawn("stop").figure.data if t.error_y.array is not None]
    assert [d.y[0] for d in dots] == [s.total_gain for s in record.steps]
    assert dots[0].error_y.array[0] == pytest.approx(0.014)
    assert dots[1].x[0] == pytest.approx(sum(s.cost for s in verdict.steps))


def test_the_title_is_the_finding():
    assert "+0.031" in drawn("stop").title
    assert "no gain" in drawn("keep").title


@pytest.mark.parametrize(("goal", "shown"), [(0.88, True), (0.99, False)])
def test_a_goal_out_of_reach_does_not_flatten_the_picture(goal, shown):
    words = [a.text for a in drawn("stop", goal=goal).figure.layout.annotations]
    assert ("to the goal" in words) == shown
