"""The slides of the meeting mode: one statement per screen, in large type, without controls."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

import streamlit as st

from dualcore.decision.plan import Plan
from dualcore.present import format as fmt
from dualcore.present.escape import markdown, shorten
from dualcore.present.figures import Picture, plot_money, plot_power
from dualcore.present.figures.large import enlarge
from dualcore.present.phrases import SLIDES
from dualcore.present.sentences import headline, next_sentence, reason_sentence
from dualcore.services import DecisionView, EvaluationView, ProjectView
from pages import _parts
from pages._shared import in_words, language, t, theme

QUESTION_LETTERS = 160
LONG_LETTERS = 90
SENTENCE_ENDS = ("\u3002", "\uff1f", ". ", "? ")  # of Japanese and of English
STATIC = {**_parts.CHART, "staticPlot": True}


@dataclass(frozen=True)
class Deck:
    """What the slides are made of."""

    project: ProjectView
    view: EvaluationView
    plan: Plan | None
    decisions: list[DecisionView]
    questions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def order(self) -> list[str]:
        """Every place in the order of the arrow keys: the slides, then the answers."""
        last = len(SLIDES)
        return [*map(str, range(1, last + 1)), *(f"{last}.{k}" for k in range(1, len(self.questions) + 1))]

    @property
    def decision(self) -> DecisionView | None:
        """The newest human decision on this evaluation."""
        return next((d for d in self.decisions if d.evaluation_id == self.view.id), None)


def day(moment: datetime) -> str:
    """The date where the reader is."""
    return moment.astimezone(ZoneInfo(st.context.timezone or "UTC")).strftime("%Y-%m-%d")


def draw(deck: Deck, place: str) -> None:
    """The slide at ``place``: ``3``, or ``8.2`` for the second answer."""
    number, _, answer = place.partition(".")
    key = SLIDES[int(number) - 1]
    st.html(f'<div class="dc-eyebrow">{escape(_eyebrow(deck, key, answer))}</div>')
    with st.container(key="slide"):
        if answer:
            question, text = deck.questions[int(answer) - 1]
            st.title(markdown(question), anchor=False)
            st.html(f'<p class="dc-answer">{escape(text)}</p>')
        else:
            DRAWN[key](deck)


def _eyebrow(deck: Deck, key: str, answer: str) -> str:
    """What the slide is about; where its title says so already, the answer that it belongs to."""
    if answer:
        return t("meeting.answer", n=answer)
    if key in ("reasons", "questions"):
        return headline(deck.view.verdict, language())
    return t(f"meeting.{'step' if key == 'next' else key}")


def _facts(rows: list[tuple[str, str, str]]) -> None:
    """Name, value and remark of a few large numbers."""
    cells = (f"<div><dt>{escape(n)}</dt><dd>{escape(v)}{f'<small>{escape(r)}</small>' if r else ''}</dd></div>" for n, v, r in rows)
    st.html(f'<dl class="dc-facts">{"".join(cells)}</dl>')


def _rows(rows: list[tuple[str, str]]) -> None:
    cells = (f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in rows)
    st.html(f'<dl class="dc-rows">{"".join(cells)}</dl>')


def _picture(drawn: Picture) -> None:
    """The finding and the figure: large letters, and on narrow screens the usual ones."""
    st.title(markdown(drawn.title), anchor=False)
    with st.container(key="picture"):
        for width, shown in (("wide", enlarge(drawn)), ("narrow", drawn)):
            with st.container(key=width, height="stretch"):
                st.plotly_chart(shown.figure, theme=None, config=STATIC, key=f"chart_{width}", alt=drawn.alt, height="stretch")


def _goal(deck: Deck) -> str:
    last = deck.view.evidence.last_layer
    score = fmt.score(deck.view.verdict.goal, last.low, last.high)
    return f"{fmt.metric_name(deck.view.evidence.metric, language())} {score}"


def _question(deck: Deck) -> None:
    name, question = in_words(deck.project)
    verdict, facts = deck.view.verdict, deck.view.evidence.dataset
    st.title(markdown(_first(question) or t("meeting.question.unnamed", target=facts.target), QUESTION_LETTERS), anchor=False)
    _facts([
        (t("meeting.rows"), t("meeting.rows_text", rows=fmt.count(facts.rows)), ""),
        (t("meeting.goal_assumed" if verdict.goal_assumed else "meeting.goal"), _goal(deck), ""),
        (t("meeting.value"), fmt.money(verdict.terms.value, verdict.currency, language()), ""),
    ])  # fmt: skip


def _first(text: str) -> str:
    """The text, or where it is long its first sentence: a slide holds one statement."""
    if len(text) <= LONG_LETTERS:
        return text
    ends = [text.find(end) + len(end.strip()) for end in SENTENCE_ENDS if end in text]
    return text[: min(ends, default=len(text))]


def _verdict(deck: Deck) -> None:
    verdict, last = deck.view.verdict, deck.view.evidence.last_layer
    color, icon = _parts.VERDICTS[verdict.decision]
    st.markdown(_parts.verdict_badge(verdict.decision))
    st.title(f":{color}[:material/{icon}:] {headline(verdict, language())}", anchor=False)
    net = next(o.net for o in verdict.options if o.decision == verdict.decision)
    money = ("avoided", verdict.avoided) if verdict.avoided > 0 else ("net", net)
    goal = t("result.goal_assumed" if verdict.goal_assumed else "result.goal", goal=fmt.score(verdict.goal, last.low, last.high))
    _facts([
        (
            t("result.score", metric=fmt.metric_name(deck.view.evidence.metric, language())), fmt.score(last.score, last.low, last.high),
            f"{fmt.interval(last.low, last.high, language())} · {goal}",
        ),
        (t("term.confidence"), f"{verdict.confidence:.2f}", t("result.confidence_note")),
        (t(f"result.{money[0]}"), fmt.money(money[1], verdict.currency, language()), t(f"result.{money[0]}_note")),
    ])  # fmt: skip


def _reasons(deck: Deck) -> None:
    verdict = deck.view.verdict
    st.title(t("meeting.reasons"), anchor=False)
    st.markdown("\n".join(f"{n}. {markdown(reason_sentence(r, verdict, language()))}" for n, r in enumerate(verdict.reasons, 1)))


def _money(deck: Deck) -> None:
    _picture(plot_money(deck.view.verdict, language(), theme()))


def _coverage(deck: Deck) -> None:
    covered = deck.view.evidence.coverage
    if covered.cumulative_power:
        _picture(plot_power(covered, language(), theme()))
    else:
        st.title(t("meeting.coverage.none"), anchor=False)


def _risk(deck: Deck) -> None:
    verdict = deck.view.verdict
    st.title(t("meeting.risk.title"), anchor=False)
    changes = [reason_sentence(c, verdict, language(), "change") for c in verdict.would_change]
    doubts = [reason_sentence(r, verdict, language()) for r in verdict.remarks]
    if deck.view.evidence.last_layer.test_score is None:
        doubts.append(t("phrases.risk.no_test"))
    parts = [(t("meeting.risk.change"), changes), (t("meeting.risk.wrong"), doubts)]
    for heading, sentences in parts:
        if sentences:
            st.html(f'<div class="dc-eyebrow">{escape(heading)}</div>')
            st.markdown("\n".join(f"- {markdown(s)}" for s in sentences))


def _next(deck: Deck) -> None:
    verdict, made = deck.view.verdict, deck.decision
    money = lambda v: fmt.money(v, verdict.currency, language())  # noqa: E731
    cost = money(verdict.next_step_cost) if verdict.next_step_cost else t("meeting.step.free")
    rows = [(t("meeting.step.next"), next_sentence(verdict, language())), (t("meeting.step.cost"), cost)]
    if made is not None:
        st.title(t("meeting.step.decided", action=t(f"verdict.{made.action}")), anchor=False)
        who = t("meeting.step.who_text", who=made.user_name, date=day(made.created))
        rows = [(t("meeting.step.who"), who)] + (rows if made.follows else [(t("gates.reason"), shorten(made.reason, QUESTION_LETTERS))])
        rows += [(t("meeting.step.conditions"), shorten(made.conditions, QUESTION_LETTERS))] if made.conditions else []
        rows += [(t("meeting.step.review"), made.review_on.isoformat())] if made.review_on else []
    else:
        st.title(t("meeting.step.ask", decision=t(f"verdict.{verdict.decision}")), anchor=False)
        if verdict.decision == "invest" and deck.plan is not None:
            rows.append((t("meeting.step.gate"), _gate(deck.plan, deck)))
        elif verdict.would_change:
            rows.append((t("meeting.step.when"), reason_sentence(verdict.would_change[0], verdict, language(), "change")))
    _rows(rows)


def _gate(plan: Plan, deck: Deck) -> str:
    gate, last = plan.gates[0], deck.view.evidence.last_layer
    side = "above" if plan.greater_is_better else "below"
    metric, threshold = fmt.metric_name(plan.metric, language()), fmt.score(gate.threshold, last.low, last.high)
    stop = t(f"plan.stop.{gate.code}.{side}", metric=metric, threshold=threshold)
    spent = fmt.money(float(f"{gate.spent:.1e}"), plan.currency, language())
    return t("meeting.step.gate_text", day=fmt.count(gate.day), spent=spent, stop=stop)


def _questions(deck: Deck) -> None:
    st.title(t("meeting.questions"), anchor=False)
    last = len(SLIDES)
    items = (
        f'<li><a href="{address(deck, f"{last}.{n}")}" data-go="{last}.{n}" target="_self">{escape(question)}</a></li>'
        for n, (question, _) in enumerate(deck.questions, 1)
    )
    st.html(f'<ol class="dc-asked">{"".join(items)}</ol>')


def address(deck: Deck, place: str) -> str:
    """Of a slide, relative to this page, for an HTML attribute."""
    query = f"project={deck.project.id}&evaluation={deck.view.id}&slide={place}&lang={language()}"
    return escape(f"?{query}")


DRAWN = {
    "question": _question, "verdict": _verdict, "reasons": _reasons, "money": _money, "coverage": _coverage, "risk": _risk,
    "next": _next, "questions": _questions,
}  # fmt: skip
