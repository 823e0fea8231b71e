"""``python -m dualcore reevaluate``: stage 2 on a file, from the evidence of an evaluation or from a fresh one."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

from dualcore.evidence.reevaluate import ReevaluateOptions, reevaluate
from dualcore.evidence.stages import Reevaluation
from dualcore.intake import load
from dualcore.present import format as fmt
from dualcore.present.candidates import entrant_name, skeleton_word, winner_name
from dualcore.present.figures.reevaluation import gain_digits, gain_text
from dualcore.present.words import say
from dualcore.tunecommand import _evidence as stored_or_fresh


def reevaluate_text(options: argparse.Namespace, skeleton: str | dict, on_progress: Callable[[float, str], None]) -> str:
    """Run the command and give its table.

    skeleton : of the evaluation that comes first when no evidence is given

    Raises
    ------
    DataError, SkeletonError : when data, evidence or skeleton cannot be used
    """
    dataset = load(
        options.data, target=options.target, task=options.task, time_column=options.time_column, group_column=options.group_column
    )
    base = stored_or_fresh(options, dataset, skeleton, on_progress)
    settings = ReevaluateOptions(minimum_gain=options.minimum_gain, rows=options.rows, seed=options.seed, device=options.device)
    result = reevaluate(dataset, base, settings, on_progress)
    if options.json:
        options.json.write_text(json.dumps(result.model_dump(mode="json"), ensure_ascii=False, indent=1), encoding="utf-8")
    return table(result, dataset.name, options.language)


def table(r: Reevaluation, name: str, language: str) -> str:
    """The comparison in lines: rounds, finalists, what the winner's gain is worth, the answer."""
    digits = gain_digits(r)
    shown = {k: gain_text(v, r) for k, v in {"raw": r.raw_gain, "corrected": r.corrected_gain, "low": r.low, "high": r.high}.items()}
    lines = [
        say(
            "cli.reevaluate.head", language, name=name, metric=fmt.metric_name(r.metric, language), n=len(r.entrants),
            present=skeleton_word(r.present.skeleton["name"], language), score=fmt.number(r.present_score, 3),
        )
    ]
    for i, done in enumerate(r.rounds, 1):
        lines.append("  " + say("cli.reevaluate.round", language, round=i, rows=fmt.count(done.rows), entered=done.entered, kept=done.kept))
    last = sorted((e for e in r.entrants if len(e.marks) == len(r.rounds)), key=lambda e: -e.gain)
    for e in last:
        interval = fmt.interval(e.simultaneous_low, e.high, language, digits)
        lines.append(f"  {entrant_name(e, r, language):<44} {gain_text(e.gain, r):>8} ({interval})")
    lines.append("  " + say("cli.reevaluate.winner", language, name=winner_name(r, language)))
    lucky = fmt.number(r.optimism, digits)
    lines.append("  " + say("cli.reevaluate.gain", language, optimism=lucky, p=fmt.number(r.p_value, 3), **shown))
    lines.append("")
    lines.append(say(f"reevaluate.answer.{r.outcome}", language, n=len(r.entrants), name=winner_name(r, language), gain=shown["corrected"]))
    if r.rows_needed is not None:
        lines.append("  > " + say("cli.reevaluate.rows", language, rows=fmt.count(float(f"{r.rows_needed:.1e}"))))
    lines.append(f"({fmt.duration(r.seconds, language)})")
    return "\n".join(lines)
