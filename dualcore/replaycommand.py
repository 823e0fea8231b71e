"""``python -m dualcore replay``: a stored evaluation again, figure by figure, and its verdict."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from pydantic import ValidationError

from dualcore.decision import Verdict, recommend
from dualcore.errors import DataError
from dualcore.evidence import Evidence
from dualcore.evidence.replay import Replay, load_for, replay
from dualcore.present.words import say

SHOWN = 10


def stored_evaluation(path: Path) -> tuple[Evidence, Verdict]:
    """Evidence and verdict of a report. Raises DataError when the file is none."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        verdict = report.pop("verdict")
        evidence = dict(report.get("evidence", report))
        evidence.pop("baselines", None)
        return Evidence.model_validate(evidence), Verdict.model_validate(verdict)
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, AttributeError, ValidationError) as error:
        raise DataError("replay_no_report", name=path.name) from error


def replay_report(options: argparse.Namespace) -> tuple[str, bool]:
    """(what to print, whether verdict and figures are the same)."""
    stored, verdict = stored_evaluation(options.report)
    found, again = replay(stored, load_for(stored, options.data, options.test))
    decided = recommend(again, verdict.terms, verdict.protocol)
    same = found.same and decided.decision == verdict.decision
    return "\n".join(_lines(found, verdict, decided, same, options.language)), same


def _lines(found: Replay, verdict: Verdict, decided: Verdict, same: bool, language: str):
    key = "replay.verdict_same" if decided.decision == verdict.decision else "replay.verdict_differs"
    stored, again = (say(f"verdict.{v.decision}", language) for v in (verdict, decided))
    yield say(key, language, stored=stored, again=again)
    if found.same:
        yield say("replay.figures_same", language, count=found.compared, tolerance=f"{found.tolerance:g}", largest=f"{found.largest:.1e}")
    else:
        yield say("replay.figures_differ", language, different=found.different, count=found.compared, tolerance=f"{found.tolerance:g}")
    for d in found.differences[:SHOWN]:
        yield f"  {d.name}: {d.stored} -> {d.again}"
    for name, (then, now) in found.surroundings.items():
        yield say("replay.surroundings", language, name=name, then=then, now=now)
