"""``python -m dualcore tune``: stage 3 on a file, from the evidence of an evaluation or from a fresh one."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from dualcore.decision import Protocol, Terms
from dualcore.decision.steps import judge, looks_further, weigh_tuning
from dualcore.errors import DataError
from dualcore.evidence import EvaluateOptions, Evidence, evaluate
from dualcore.evidence.stages import Tuning
from dualcore.evidence.tuning import TuneOptions, tune
from dualcore.intake import Dataset, load
from dualcore.present import format as fmt
from dualcore.present.tuning import network_name
from dualcore.present.words import say


def tune_text(options: argparse.Namespace, skeleton: str | dict, on_progress: Callable[[float, str], None]) -> str:
    """Run the command and give its table.

    skeleton : of the evaluation that comes first when no evidence is given

    Raises
    ------
    DataError, SkeletonError : when data, evidence or skeleton cannot be used
    """
    dataset = load(
        options.data, target=options.target, task=options.task, time_column=options.time_column, group_column=options.group_column
    )
    terms = Terms(goal=options.goal)
    base = _evidence(options, dataset, skeleton, on_progress)
    settings = TuneOptions(
        network=options.network, seed=options.seed, device=options.device, budget_seconds=options.budget_seconds,
        minimum_gain=terms.minimum_gain, decide=judge(terms, Protocol()), ahead=looks_further(terms, Protocol()),
    )
    folder = options.checkpoints or Path(tempfile.mkdtemp(prefix="dualcore-tune-"))
    try:
        tuning, file = tune(dataset, base, settings, on_progress, folder=folder)
        if options.model:
            shutil.copyfile(file, options.model)
    finally:
        if options.checkpoints is None:
            shutil.rmtree(folder, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(tuning.model_dump(mode="json"), ensure_ascii=False, indent=1), encoding="utf-8")
    return _table(tuning, terms, options)


def _evidence(options: argparse.Namespace, dataset: Dataset, skeleton: str | dict, on_progress: Callable[[float, str], None]) -> Evidence:
    """What ``evaluate --json`` wrote; without it, the evaluation is made now."""
    if options.evidence is None:
        asked = EvaluateOptions(skeleton=skeleton, metric=options.metric, goal=options.goal, seed=options.seed or 0, device=options.device)
        return evaluate(dataset, asked, on_progress).evidence
    try:
        stored = json.loads(options.evidence.read_text(encoding="utf-8"))
        found = Evidence.model_validate({k: v for k, v in stored.items() if k in Evidence.model_fields})
    except (ValueError, AttributeError) as error:
        raise DataError("not_evidence", name=options.evidence.name) from error
    if found.dataset.sha256 != dataset.sha256:
        raise DataError("evidence_of_other_data", evidence=options.evidence.name)
    return found


def _table(tuning: Tuning, terms: Terms, options: argparse.Namespace) -> str:
    language, verdict = options.language, weigh_tuning(tuning, terms)
    lines = [f"{options.data.name}: {fmt.metric_name(tuning.metric, language)}, {network_name(tuning, language)}, n = {fmt.count(tuning.rows)}"]
    if tuning.reason is not None:
        lines.append(f"  {say(f'tune.reason.{tuning.reason}', language)}")
    else:
        score = fmt.score_with_interval(tuning.last_layer, tuning.last_layer_low, tuning.last_layer_high, language)
        lines.append(f"  {say('cli.tune.last_layer', language)}: {score}")
    for step, judged in zip(tuning.steps, verdict.steps):
        lines.append("  " + say(
            "cli.tune.step", language, place=step.block, name=step.name, score=fmt.number(step.score, 3), gain=fmt.signed(step.gain, 3),
            interval=fmt.interval(step.low, step.high, language, 3), time=fmt.duration(step.seconds, language),
            why=say(f"tune.why.{judged.why}", language),
        ))  # fmt: skip
    lines += ["", say(f"tune.verdict.{verdict.course}", language, block=verdict.block), f"  > {say(f'tune.next.{verdict.course}', language)}"]
    if options.model:
        lines.append("  " + say("cli.tune.model", language, path=options.model, what=say(f"tune.delivered.{tuning.delivered}", language)))
    lines.append(f"({fmt.duration(tuning.seconds, language)}, {tuning.device})")
    return "\n".join(lines)
