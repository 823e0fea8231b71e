"""Evaluations in MLflow, when MLFLOW_TRACKING_URI names a server. What goes wrong there is said, and changes nothing here."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from dataclasses import replace

from dualcore.decision.records import Verdict
from dualcore.evidence import Evaluation
from dualcore.evidence.records import Evidence
from dualcore.intake.records import Note

EXPERIMENT = "dualcore"
# A server that does not answer must not hold an evaluation up: one try and one more, ten seconds each.
PATIENCE = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "10", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
LONGEST_REASON = 200

log = logging.getLogger("dualcore.jobs")


def logged(result: Evaluation, verdict: Callable[[], Verdict], project: str) -> Evaluation:
    """The evaluation with a note on whether it was logged; as it is where no server is named.

    verdict : called only when there is a server; project : its name, for a tag
    """
    uri = os.environ.get("MLFLOW_TRACKING_URI", "").strip()
    if not uri:
        return result
    try:
        note = _log(result.evidence, verdict(), project, uri)
    except ImportError:
        log.warning("MLFLOW_TRACKING_URI is set but mlflow is not installed")
        note = Note(code="mlflow_missing", level="warning")
    except Exception as error:  # whatever the server or its client comes up with
        log.warning("logging to MLflow failed", exc_info=True)
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST_REASON]
        note = Note(code="mlflow_failed", level="warning", fields={"reason": _without_secrets(reason)})
    return replace(result, evidence=result.evidence.model_copy(update={"notes": [*result.evidence.notes, note]}))


def _log(evidence: Evidence, verdict: Verdict, project: str, uri: str) -> Note:
    for name, value in PATIENCE.items():
        os.environ.setdefault(name, value)
    from mlflow import MlflowClient

    client, name = MlflowClient(tracking_uri=uri), os.environ.get("MLFLOW_EXPERIMENT_NAME", EXPERIMENT)
    known = client.get_experiment_by_name(name)
    experiment = client.create_experiment(name) if known is None else known.experiment_id
    tags = {
        "project": project, "verdict": verdict.decision, "recommended_model": verdict.recommended_model or "none",
        "protocol": verdict.protocol.version, "goal_assumed": str(verdict.goal_assumed).lower(), "dataset": evidence.dataset.name,
        "dataset_sha256": evidence.dataset.sha256,
    }
    run = client.create_run(experiment, tags=tags, run_name=f"{project}: {verdict.decision}"[:200]).info.run_id
    try:
        for key, value in params(evidence).items():
            client.log_param(run, key, value)
        for key, value in metrics(evidence, verdict).items():
            client.log_metric(run, key, value)
        client.log_text(run, evidence.model_dump_json(indent=1), "evidence.json")
        client.log_text(run, verdict.model_dump_json(indent=1), "verdict.json")
    except Exception:
        client.set_terminated(run, "FAILED")
        raise
    client.set_terminated(run)
    return Note(code="mlflow_logged", fields={"experiment": name, "run": run})


def params(evidence: Evidence) -> dict[str, str | int | float]:
    """What was run."""
    last, manifest = evidence.last_layer, evidence.manifest
    return {
        "skeleton": evidence.skeleton["name"], "metric": evidence.metric, "kind": evidence.dataset.kind, "task": evidence.dataset.task,
        "rows": manifest.rows_used, "inputs": evidence.dataset.inputs, "seed": manifest.seed, "route": last.route,
        "width": "none" if last.width is None else last.width, "penalty": last.penalty, "estimate_from": last.estimate_from,
        "device": manifest.device, "dualcore": manifest.dualcore,
    }


def metrics(evidence: Evidence, verdict: Verdict) -> dict[str, float]:
    """What came out: the score with the ends of its 90 % interval, other models, the verdict's confidence and goal."""
    last, metric = evidence.last_layer, evidence.metric
    found = {
        metric: last.score, f"{metric}_low": last.low, f"{metric}_high": last.high, f"{metric}_test": last.test_score, "goal": verdict.goal,
        "confidence": verdict.confidence, "p_value": evidence.null.p_value, "ceiling": evidence.ceiling.estimate, "seconds": evidence.cost.seconds,
    }
    found |= {name: value for name, value in last.metrics.items() if name != metric}
    found |= {f"{r.name}_{metric}": r.score for r in evidence.references}
    found |= {f"probability_{re.sub('[^a-z]', '_', name)}": p for name, p in verdict.probabilities.items()}
    return {key: float(value) for key, value in found.items() if value is not None}


def _without_secrets(text: str) -> str:
    """An address may carry a name and a password."""
    return re.sub(r"//[^/@\s]+@", "//", text)
