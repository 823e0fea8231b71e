"""What was spent, under which terms, and everything that reproduces the figures; downloads."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dualcore.present import format as fmt
from dualcore.present.architecture import skeleton_name
from dualcore.services import EvaluationView
from pages import _judgement, _parts
from pages._shared import language, t


def download(view: EvaluationView) -> None:
    """Evidence and verdict as JSON, made on the click."""
    st.download_button(
        t("result.download"),
        lambda: view.model_dump_json(indent=1, include={"evidence", "verdict", "dataset", "created"}),
        file_name=f"dualcore-{view.id}.json",
        mime="application/json",
        on_click="ignore",
        icon=":material/download:",
        key="download",
    )


def money_table(view: EvaluationView) -> None:
    verdict, cost, l = view.verdict, view.evidence.cost, language()  # noqa: E741
    money = lambda v: fmt.money(v, verdict.currency, l)  # noqa: E731
    frame = pd.DataFrame(
        {
            t("result.course"): [t(f"verdict.{o.decision}") for o in verdict.options],
            t("result.probability"): [fmt.percent(o.probability) for o in verdict.options],
            t("result.cost"): [money(o.cost) for o in verdict.options],
            t("result.value"): [money(o.value) for o in verdict.options],
            t("result.net"): [money(o.net) for o in verdict.options],
        }
    )
    st.dataframe(frame, hide_index=True, alt=t("result.tab.money"))
    terms = verdict.terms
    gain = fmt.number(terms.minimum_gain, 3)
    st.caption(
        t(
            "result.money_basis",
            value=money(terms.value),
            day=money(terms.day_cost),
            hour=money(terms.gpu_hour_cost),
            gain=gain,
        )
    )
    _judgement.information(view)
    spent = money(cost.seconds / 3600 * terms.gpu_hour_cost)
    st.write(t("result.spent", time=fmt.duration(cost.seconds, l), cost=spent))
    steps = pd.DataFrame(
        {
            t("result.step"): [t(f"job.step.{s}") for s in cost.steps],
            t("result.time"): [fmt.duration(v, l) for v in cost.steps.values()],
        }
    )
    st.dataframe(steps, hide_index=True, alt=t("result.step"))


def _protocol(view: EvaluationView) -> str:
    """The version that gave the verdict; and the one measured under, where they differ."""
    judged, measured = view.verdict.protocol.version, view.evidence.manifest.protocol
    return judged if judged == measured else t("result.protocol_two", judged=judged, measured=measured)


def provenance(view: EvaluationView) -> None:
    """Everything that is needed to reproduce the figures."""
    evidence, l = view.evidence, language()  # noqa: E741
    manifest, last, facts = evidence.manifest, evidence.last_layer, evidence.dataset
    _parts.notes(evidence.notes)
    rows = {
        "dataset": facts.name,
        "sha256": facts.sha256,
        "rows": t("result.rows_used", used=fmt.count(manifest.rows_used), rows=fmt.count(facts.rows)),
        "skeleton": skeleton_name(evidence.skeleton["name"], l),
        "route": t(f"result.route.{last.route}"),
        "estimate": t(f"result.estimate.{last.estimate_from}"),
        "penalty": f"{last.penalty:.3g}",
        "null": t("result.null_text", n=fmt.count(evidence.null.permutations), p=fmt.number(evidence.null.p_value, 3)),
        "ceiling": t(f"ceiling.{evidence.ceiling.method}"),
        "protocol": _protocol(view),
        "seed": str(manifest.seed),
        "device": t(f"device.{manifest.device.split(':')[0]}"),
        "started": manifest.started,
        "versions": f"dualcore {manifest.dualcore}, Python {manifest.python}, torch {manifest.torch}, numpy {manifest.numpy}, scikit-learn {manifest.sklearn}",
        "memory": fmt.size(evidence.cost.peak_memory_bytes),
    }
    metrics = ", ".join(f"{fmt.metric_name(k, l)} {fmt.number(v, 3)}" for k, v in last.metrics.items())
    rows["metrics"] = metrics
    frame = pd.DataFrame(
        {t("result.item"): [t(f"result.provenance.{k}") for k in rows], t("result.content"): list(rows.values())}
    )
    st.dataframe(frame, hide_index=True, alt=t("result.tab.provenance"), height="content")
    _judgement.revisions(view)
    download(view)
