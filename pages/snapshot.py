"""A frozen copy of one result for people who have its link: no sign-in, and no way to anything else."""

from html import escape
from pathlib import Path

import streamlit as st

from dualcore.errors import NotFound
from dualcore.present import format as fmt
from dualcore.present.escape import markdown
from dualcore.present.figures import plot_curve, plot_money, plot_power, plot_score
from dualcore.present.sentences import headline, next_sentence, reason_sentence
from dualcore.services import Snapshot
from pages import _deck, _parts
from pages._shared import LANGUAGES, language, services, t, theme

HERE = Path(__file__).parent
# Not in the page's body alone: what reads pages for an index looks at their head.
NOINDEX = st.components.v2.component(
    "dualcore_noindex",
    js="""export default function () {
      const mark = document.createElement("meta");
      mark.name = "robots";
      mark.content = "noindex, nofollow";
      document.head.append(mark);
      return () => mark.remove();
    }
    """,
)


def _opened() -> Snapshot:
    """The snapshot of the address; noted in the trail once per session, checked on every run."""
    key = st.query_params.get("key", "")
    known = st.session_state.setdefault("snapshots_opened", [])
    found = services().open_share(key, noted=key in known)
    if key not in known:
        known.append(key)
    return found


def _answer(found: Snapshot) -> None:
    verdict, last = found.verdict, found.evidence.last_layer
    color, icon = _parts.VERDICTS[verdict.decision]
    with st.container(border=True, key=f"verdict_{verdict.decision}"):
        st.markdown(_parts.verdict_badge(verdict.decision, verdict.confidence))
        st.title(f":{color}[:material/{icon}:] {headline(verdict, language())}", anchor=False)
        st.markdown(f"**{t('result.next')}** {next_sentence(verdict, language())}")
    quiet = {"delta_color": "off", "delta_arrow": "off"}
    goal = t("result.goal_assumed" if verdict.goal_assumed else "result.goal", goal=fmt.score(verdict.goal, last.low, last.high))
    money = "avoided" if verdict.avoided > 0 else "net"
    amount = verdict.avoided if money == "avoided" else next(o.net for o in verdict.options if o.decision == verdict.decision)
    first, second, third = st.columns(3)
    name = t("result.score", metric=fmt.metric_name(found.evidence.metric, language()))
    below = f"{fmt.interval(last.low, last.high, language())} · {goal}"
    first.metric(name, fmt.score(last.score, last.low, last.high), below, **quiet)
    second.metric(t("term.confidence"), f"{verdict.confidence:.2f}", t("result.confidence_note"), **quiet)
    third.metric(t(f"result.{money}"), fmt.money(amount, verdict.currency, language()), t(f"result.{money}_note"), **quiet)


def _why(found: Snapshot) -> None:
    verdict = found.verdict
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("result.reasons"), anchor=False)
        st.markdown("\n".join(f"{n}. {markdown(reason_sentence(r, verdict, language()))}" for n, r in enumerate(verdict.reasons, 1)))
    with right:
        st.subheader(t("result.would_change"), anchor=False)
        st.markdown("\n".join(f"- {markdown(reason_sentence(c, verdict, language(), 'change'))}" for c in verdict.would_change))


def _money(found: Snapshot) -> None:
    verdict, l = found.verdict, language()  # noqa: E741
    _parts.picture(plot_money(verdict, l, theme()), "money")
    terms = verdict.terms
    money = lambda v: fmt.money(v, verdict.currency, l)  # noqa: E731
    gain = fmt.number(terms.minimum_gain, 3)
    fields = {"value": money(terms.value), "day": money(terms.day_cost), "hour": money(terms.gpu_hour_cost), "gain": gain}
    st.caption(t("result.money_basis", **fields))


def _languages() -> None:
    """Links, since this page has no sidebar."""
    key = escape(st.query_params.get("key", ""))
    links = " · ".join(f'<a href="?key={key}&amp;lang={code}" target="_self">{t(f"language.{code}")}</a>' for code in LANGUAGES)
    st.html(f'<div style="text-align:right">{links}</div>')


NOINDEX()
st.html(HERE / "_bare.css")
_languages()
try:
    found = _opened()
except NotFound as error:
    st.error(t(f"error.{error.code}"), icon=":material/lock_clock:")
    st.stop()
name, question = found.words(language())
until = {"made": _deck.day(found.made), "until": _deck.day(found.expires)}
st.caption(f"{markdown(name, 200)} · {t('snapshot.until', **until)}")
if question:
    st.markdown(markdown(question))
_answer(found)
evidence, verdict = found.evidence, found.verdict
_parts.picture(plot_score(evidence, verdict.goal, language(), theme(), verdict.goal_assumed, verdict.protocol.significance), "score")
_why(found)
_money(found)
if evidence.coverage.cumulative_power:
    _parts.picture(plot_power(evidence.coverage, language(), theme()), "power")
if evidence.curve.points:
    _parts.picture(plot_curve(evidence, verdict.goal, language(), theme()), "curve")
facts = {
    "rows": fmt.count(evidence.dataset.rows), "date": _deck.day(found.evaluated), "protocol": markdown(verdict.protocol.version),
    "version": evidence.manifest.dualcore,
}  # fmt: skip
st.caption(f"{t('snapshot.made_of', **facts)} {t('snapshot.by', who=markdown(found.user_name))}")
