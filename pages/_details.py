"""The details under a verdict: coverage, comparison, errors, money, provenance."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dualcore.present import figures as draw
from dualcore.present import format as fmt
from dualcore.present.architecture import skeleton_name
from dualcore.services import EvaluationView
from pages import _link, _parts, _provenance
from pages._shared import language, t, theme


def tabs(view: EvaluationView) -> None:
    """All details, one tab each."""
    names = ("coverage", "comparison", "errors", "calibration", "money", "provenance")
    drawn = (_coverage, _comparison, _errors, _calibration, _provenance.money_table, _provenance.provenance)
    st.subheader(t("result.details"), anchor=False)
    for tab, show in zip(_link.tabs("tab", {n: t(f"result.tab.{n}") for n in names}), drawn, strict=True):
        with tab:
            show(view)


def _show(picture: draw.Picture, key: str) -> None:
    with st.container(border=True):
        _parts.picture(picture, key)


def _coverage(view: EvaluationView) -> None:
    evidence, l, m = view.evidence, language(), theme()  # noqa: E741
    _show(draw.plot_power(evidence.coverage, l, m), "power")
    _show(draw.plot_curve(evidence, view.verdict.goal, l, m), "curve")
    _show(draw.plot_specificity(evidence.coverage.specificity, l, m), "specificity")
    if evidence.coverage.norm_growth is not None:
        _show(draw.plot_norm_growth(evidence.coverage.norm_growth, l, m), "norm_growth")
    _show(draw.plot_spectrum(evidence.coverage, l, m), "spectrum")
    _coverage_figures(view)
    if evidence.coverage.kernel_error is not None:
        _show(draw.plot_kernel_error(evidence.coverage.kernel_error, l, m), "kernel_error")
    else:
        st.caption(t("result.no_kernel_error"))


def _coverage_figures(view: EvaluationView) -> None:
    """Alignment and tail energy, each beside what permuted labels give."""
    covered, l = view.evidence.coverage, language()  # noqa: E741
    rows = []
    if covered.alignment is not None:
        usual = t("coverage.alignment_null", value=fmt.number(covered.alignment_null, 3))
        rows.append((t("coverage.alignment"), fmt.number(covered.alignment, 3), usual, t("coverage.alignment_text")))
    if covered.tail is not None:
        usual = fmt.interval(covered.tail.null_low, covered.tail.null_high, l)
        rows.append((t("coverage.tail", k=covered.tail.k), fmt.percent(covered.tail.energy), usual, t("coverage.tail_text")))
    if rows:
        names = (t("coverage.measure"), t("coverage.value"), t("coverage.null"), t("coverage.meaning"))
        frame = pd.DataFrame(dict(zip(names, zip(*rows), strict=True)))
        st.dataframe(frame, hide_index=True, alt=t("coverage.measure"))


def _comparison(view: EvaluationView) -> None:
    evidence, l, m = view.evidence, language(), theme()  # noqa: E741
    if len(evidence.candidates) > 1:
        names = {c.name: skeleton_name(c.name, l) for c in evidence.candidates}
        _show(draw.plot_candidates(evidence.candidates, names, l, m), "candidates")
    _show(draw.plot_money(view.verdict, l, m), "options")
    if evidence.probe.ran:
        _show(draw.plot_probe(evidence.probe, evidence.metric, l, m), "probe")
    elif evidence.probe.reason:
        st.caption(t(f"probe.{evidence.probe.reason}"))
    if len(evidence.last_layer.seed_scores) > 1:
        _show(draw.plot_seeds(evidence, l, m), "seeds")
    rows = [(t("figure.last_layer"), evidence.last_layer.score, None, "")]
    rows += [
        (t(f"reference.{r.name}"), r.score, r.seconds, t(f"remark.{r.remark}") if r.remark else "")
        for r in evidence.references
    ]
    frame = pd.DataFrame(
        {
            t("result.model"): [r[0] for r in rows],
            fmt.metric_name(evidence.metric, l): [fmt.number(r[1], 3) for r in rows],
            t("result.time"): ["" if r[2] is None else fmt.duration(r[2], l) for r in rows],
            t("result.remark"): [r[3] for r in rows],
        }
    )
    st.dataframe(frame, hide_index=True, alt=t("result.tab.comparison"))


def _errors(view: EvaluationView) -> None:
    evidence, l, m = view.evidence, language(), theme()  # noqa: E741
    errors = evidence.errors
    if errors.confusion is not None:
        _show(draw.plot_confusion(errors.confusion, l, m), "confusion")
    if errors.residuals is not None:
        _show(draw.plot_residuals(errors.residuals, evidence.dataset.target, l, m), "residuals")
    if errors.segments:
        _show(draw.plot_segments(errors.segments, evidence.dataset.task == "classification", l, m), "segments")
    if errors.suspects:
        st.markdown(f"### {t('result.suspects')}")
        st.caption(t("result.suspects_lead"))
        frame = pd.DataFrame(
            {
                t("result.suspect.row"): [fmt.count(s.row + 1) for s in errors.suspects],
                t("result.suspect.observed"): [s.observed for s in errors.suspects],
                t("result.suspect.predicted"): [s.predicted for s in errors.suspects],
            }
        )
        st.dataframe(frame, hide_index=True, alt=t("result.suspects"))


def _calibration(view: EvaluationView) -> None:
    found = view.evidence.last_layer.calibration
    if found is None:
        st.caption(t("result.no_calibration"))
        return
    _show(draw.plot_calibration(found, language(), theme()), "calibration")
