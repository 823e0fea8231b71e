"""Pictures of the plan and of the transfer comparison: words in both languages, figures of the record."""

import pytest

from dualcore.decision import recommend
from dualcore.decision.plan import make_plan
from dualcore.decision.records import Protocol, Terms
from dualcore.evidence.stages import Transfer, TransferScore
from dualcore.present.figures.plan import plot_plan, plot_value
from dualcore.present.figures.transfer import plot_transfer

from . import sample

EVIDENCE, TERMS = sample.evidence(), Terms(goal=0.93)
PLAN = make_plan(EVIDENCE, recommend(EVIDENCE, TERMS), TERMS, Protocol())


def compared(reading: str = "pretrained") -> Transfer:
    part = lambda name, score: TransferScore(name=name, dimensions=None, score=score, low=score - 0.02, high=score + 0.02, penalty=1.0, seconds=1.0)  # noqa: E731
    return Transfer(
        metric="accuracy", greater_is_better=True, source="embeddings", name="<b>x</b>.npy", sha256="a" * 64, skeleton="fc1", rows=300,
        estimate_from="leave_one_out", random=part("random", 0.9), pretrained=part("pretrained", 0.95), chance=0.3, gain=0.05, low=0.03,
        high=0.07, reading=reading, neighbours=5, seed=0, seconds=2.0,
    )  # fmt: skip


PICTURES = {
    "plan": lambda language, theme: plot_plan(PLAN, language, theme),
    "value": lambda language, theme: plot_value(PLAN, language, theme),
    **{r: (lambda language, theme, r=r: plot_transfer(compared(r), language, theme)) for r in ("pretrained", "even", "random", "no_signal")},
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_traces_and_words_in_both_languages(name, theme):
    pictures = [PICTURES[name](language, theme) for language in ("ja", "en")]
    for picture in pictures:
        assert len(picture.figure.data) >= 2 and picture.title and picture.alt and picture.read
        assert "{" not in picture.title + picture.alt + picture.read
    assert pictures[0].read != pictures[1].read


def test_bars_and_diamonds_stand_where_the_plan_says():
    figure = plot_plan(PLAN, "en").figure
    bars = [t for t in figure.data if t.type == "bar"]
    assert [(b.base[0], b.x[0]) for b in bars] == [(p.start, p.days) for p in PLAN.phases]
    assert [t.x[0] for t in figure.data if t.type == "scatter"] == [g.day for g in PLAN.gates]


def test_the_worth_of_going_on_has_the_interval_of_the_plan():
    spent, ahead = plot_value(PLAN, "en").figure.data
    assert spent.y[-1] == pytest.approx(PLAN.cost) and list(ahead.y) == [PLAN.net, *(g.ahead for g in PLAN.gates)]
    assert ahead.error_y.array[0] == pytest.approx(PLAN.net_high - PLAN.net)


def test_the_title_says_where_going_on_begins_to_pay():
    poor = PLAN.model_copy(update={"net": -1.0, "gates": [g.model_copy(update={"ahead": v}) for g, v in zip(PLAN.gates, (-2.0, 5.0, 9.0))]})
    assert "Tuning pays" in plot_value(poor, "en").title
    rich = PLAN.model_copy(update={"net": 1.0, "gates": [g.model_copy(update={"ahead": 5.0}) for g in PLAN.gates]})
    assert "Past every gate" in plot_value(rich, "en").title


def test_names_of_files_cannot_become_html():
    texts = [a.text for a in plot_transfer(compared(), "en").figure.layout.annotations]
    assert any("&lt;b&gt;x" in text for text in texts)
