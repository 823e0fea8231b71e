"""The job kind "evaluate": stage 1 on one dataset version, from files to a stored verdict."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from dualcore.decision import recommend
from dualcore.decision.records import Protocol, Verdict
from dualcore.errors import NotFound
from dualcore.evidence import EvaluateOptions, Evaluation, evaluate
from dualcore.jobs import mlflow, stages
from dualcore.jobs.inputs import prepare_row
from dualcore.jobs.run import Run
from dualcore.records import models
from dualcore.records.protocols import protocol_in_force
from dualcore.records.verdicts import record_verdict

READ_SHARE = 0.03  # progress that reading the files takes


def run_evaluation(run: Run) -> None:
    """Read the data, evaluate, keep the model, and write evaluation, verdict and job in one transaction."""
    params = run.claim.params
    run.report(0.0, "read")
    with run.database.read() as session:
        row = session.get(models.Dataset, params["dataset_id"])
        project = session.get(models.Project, params["project_id"])
        # The rules are those at the start: a change while the job runs counts from the next evaluation on.
        protocol = protocol_in_force(session)
    if row is None or project is None:
        raise NotFound("no_project")
    dataset = prepare_row(run.store, row)
    result = evaluate(
        dataset,
        _options(params, project, run.settings.job_seconds, protocol),
        on_progress=lambda fraction, step: run.report(READ_SHARE + (1 - READ_SHARE) * fraction, step),
        should_stop=run.should_stop,
    )
    run.report(0.99, "save")
    result = mlflow.logged(under_protocol(result, protocol), lambda: _verdict(run, params, result, protocol), project.name)
    _save(run, result, _save_model(run, result), protocol)


def _verdict(run: Run, params: dict, result: Evaluation, protocol: Protocol) -> Verdict:
    with run.database.read() as session:
        terms = session.get_one(models.Project, params["project_id"]).terms
    return recommend(result.evidence, terms=terms, protocol=protocol)


def under_protocol(result: Evaluation, protocol: Protocol) -> Evaluation:
    """The evaluation with the protocol's version in its manifest."""
    manifest = result.evidence.manifest.model_copy(update={"protocol": protocol.version})
    return replace(result, evidence=result.evidence.model_copy(update={"manifest": manifest}))


def _options(params: dict, project: models.Project, seconds: float, protocol: Protocol) -> EvaluateOptions:
    return EvaluateOptions(
        skeleton=params["skeleton"],
        metric=params["metric"],
        goal=project.terms.goal,
        seed=params["seed"],
        width=params.get("width"),
        budget_seconds=seconds,
        permutations=protocol.permutations,
    )


def _save_model(run: Run, result: Evaluation) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        result.model.save(path)
        return run.store.put_file(path)[0]


def _save(run: Run, result: Evaluation, model_sha: str, protocol: Protocol) -> None:
    params = run.claim.params
    with run.database.write() as session:
        # Terms may have been changed while the job ran: the verdict follows the present ones.
        project = session.get_one(models.Project, params["project_id"])
        verdict = recommend(result.evidence, terms=project.terms, protocol=protocol)
        evaluation = models.Evaluation(
            project_id=project.id,
            dataset_id=params["dataset_id"],
            skeleton=params["skeleton"],
            metric=params["metric"],
            seed=params["seed"],
            evidence=result.evidence,
            verdict=verdict,
            model_sha=model_sha,
        )
        session.add(evaluation)
        session.flush()
        owner = session.get_one(models.Job, run.claim.id).owner
        record_verdict(session, evaluation, verdict, owner)
        run.queue.finish(run.claim, evaluation.id, session)


KINDS = {"evaluate": run_evaluation, **stages.KINDS}
