"""Judge every verdict against hindsight, leave one dataset out; write docs/backtest.md and the record of the app.

    python -m benchmarks.backtest.report [--dry]

Reads var/backtest/{truth,evidence}; writes dualcore/decision/record.json (parameters, every case, the results that the
app shows) and docs/backtest.md. ``--dry`` prints and writes nothing.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np

from benchmarks.backtest import tables
from benchmarks.backtest.cases import ROOT, WORK, Case, all_cases
from dualcore.decision import calibrated, learning, learning_records
from dualcore.decision.hindsight import VERDICTS, Truth, right_verdict, right_verdicts
from dualcore.decision.records import Protocol, Terms
from dualcore.decision.verdict import recommend
from dualcore.evidence.metrics import TRAINING_SPREAD
from dualcore.evidence.records import Evidence

SHARES = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1)
MONEY = {"value": 100.0, "evaluation": 1.0, "adopt": 5.0, "re-evaluate": 5.0, "invest": 30.0}
VALUES, COSTS = (0.3, 1.0, 3.0), (0.5, 1.0, 2.0)
NOISE = ("cmc_LABELS_PERMUTED", "wine_quality_red_LABELS_PERMUTED", "quake_natural_noise")
VERSION = "2026-11"


def _se(score: float, metric: str, rows: int, fallback: float) -> float:
    return math.sqrt(max(score * (1 - score), 0.25 / rows) / rows) if metric == "accuracy" else fallback


def load(case: Case) -> dict | None:
    """Evidence, truth and everything known of one case; None while a part is missing."""
    paths = [WORK / "truth" / f"{case.key}.json", WORK / "evidence" / f"{case.key}.json"]
    if not all(p.exists() for p in paths):
        return None
    truth, found = (json.loads(p.read_text()) for p in paths)
    evidence = Evidence.model_validate(found["evidence"])
    last, metric, rows = evidence.last_layer, evidence.metric, truth["test_rows"]
    last_se = _se(last.test_score, metric, rows, (last.test_high - last.test_low) / (2 * calibrated.Z) / TRAINING_SPREAD)
    family = max(truth["families"].values(), key=lambda f: f["validation"])
    simple = [r.test_score for r in evidence.references if r.name in ("linear", "boosted_trees") and r.test_score is not None]
    other = max([*simple, *found["others"].values()])
    doubled = None
    if case.part > 1:
        twice = json.loads((WORK / "evidence" / f"{case.dataset}-{case.part // 2}.json").read_text())
        same = evidence.skeleton["name"]
        whole = twice.get("evidence")
        doubled = whole["last_layer"]["test_score"] if whole and whole["skeleton"]["name"] == same else twice["others"][same]
    hindsight = Truth(
        last=last.test_score, full=family["test"], other=other, doubled=doubled, last_se=last_se,
        full_se=_se(family["test"], metric, rows, last_se), other_se=_se(other, metric, rows, last_se),
        doubled_se=0.0 if doubled is None else _se(doubled, metric, rows, last_se),
    )
    chance = evidence.references[0].test_score
    best = max(hindsight.last, hindsight.full, hindsight.other)
    goals = [chance + s * (best - chance) for s in SHARES]
    return {
        "case": case, "evidence": evidence, "truth": hindsight, "goals": goals, "chance": chance, "full_cpu": sum(f["cpu_seconds"] for f in truth["families"].values()),
        "full_flops": sum(f["flops"] for f in truth["families"].values()), "cpu": found["cpu_seconds"], "full": family, "rows": truth["rows"],
        "simple": {r.name: r.test_score for r in evidence.references},
    }


def learn(items: list[dict], without: str | None = None) -> calibrated.Calibration:
    """Parameters from all datasets but one."""
    kept = [i for i in items if i["case"].dataset != without]
    return learning.fit(record_cases(kept), VERSION)


def record_cases(items: list[dict]) -> list[learning_records.Case]:
    votes: dict[str, int] = {}
    for i in items:
        votes[i["case"].dataset] = votes.get(i["case"].dataset, 0) + 1
    return [
        learning_records.Case(
            dataset=i["case"].dataset, part=i["case"].part, seen=calibrated.seen(i["evidence"]), truth=i["truth"], goals=i["goals"],
            weight=1 / math.sqrt(votes[i["case"].dataset]),
        )
        for i in items
    ]


def judge(items: list[dict]) -> list[dict]:
    """Every (case, goal) judged with parameters that its dataset did not inform."""
    out = []
    terms = Terms(value=MONEY["value"], day_cost=1, gpu_hour_cost=0)
    protocol = Protocol(days_adopt=MONEY["adopt"], days_reevaluate=MONEY["re-evaluate"], days_invest=MONEY["invest"], gpu_hours_invest=0, gpu_hours_reevaluate=0)
    for name in dict.fromkeys(i["case"].dataset for i in items):
        known = learn(items, name)
        with calibrated.using(known):
            for item in (i for i in items if i["case"].dataset == name):
                draws = calibrated.draw(calibrated.seen(item["evidence"]), known, 4000, 0)
                for share, goal in zip(SHARES, item["goals"]):
                    verdict = recommend(item["evidence"], terms.model_copy(update={"goal": goal}), protocol)
                    row = _row(item, share, goal, verdict, draws)
                    row["money_decision"], row["valued_decision"] = {}, {}
                    for v, c in ((v, c) for v in VALUES for c in COSTS):
                        priced = recommend(
                            item["evidence"], terms.model_copy(update={"goal": goal, "value": v * MONEY["value"]}),
                            protocol.model_copy(update={"days_invest": c * MONEY["invest"]}),
                        )
                        row["money_decision"][f"{v:g}x{c:g}"] = priced.decision
                        row["valued_decision"][f"{v:g}x{c:g}"] = max(priced.options, key=lambda o: o.net).decision
                    out.append(row)
    return out


def _row(item: dict, share: float, goal: float, verdict, draws: dict[str, np.ndarray]) -> dict:
    truth = item["truth"]
    right = right_verdicts(truth, goal)
    reach = {o.decision: o.probability for o in verdict.options}
    tuned = np.maximum(draws["last"], draws["full"])
    return {
        "case": item["case"].key, "dataset": item["case"].dataset, "kind": item["evidence"].dataset.kind, "share": share, "goal": goal,
        "decision": verdict.decision, "confidence": verdict.confidence, "chances": verdict.probabilities, "right": sorted(right),
        "primary": right_verdict(truth.last >= goal, truth.full >= goal, truth.other >= goal or (truth.doubled or -9) >= goal),
        "agrees": verdict.decision in right, "reach": reach["adopt"], "reached": truth.last >= goal,
        "reach_tuned": float((tuned >= goal).mean()), "reached_tuned": max(truth.last, truth.full) >= goal,
        "gain": float((draws["full"] - draws["last"] >= 0.02).mean()), "gained": truth.full - truth.last >= 0.02,
        "elsewhere": max(truth.other, truth.doubled if truth.doubled is not None else -9) >= goal,
        "linear": item["simple"].get("linear"), "score_linear": item["evidence"].baselines.get("linear"), "inputs": item["evidence"].dataset.inputs,
        "p": item["evidence"].null.p_value,
    }


def main() -> None:
    items = [i for c in all_cases() if (i := load(c)) is not None]
    missing = [c.key for c in all_cases() if load(c) is None]
    judged = judge(items)
    results = tables.results(items, judged, MONEY, VALUES, COSTS, NOISE)
    known = learn(items)
    text = tables.document(items, judged, results, known, missing)
    if "--dry" in sys.argv:
        print(text)
        return
    record = {"calibration": known.model_dump(mode="json"), "results": results, "cases": [c.model_dump(mode="json") for c in record_cases(items)]}
    calibrated.RECORD.write_text(json.dumps(_short(record), indent=None, separators=(",", ":")) + "\n", encoding="utf-8")
    (ROOT / "docs" / "backtest.md").write_text(text, encoding="utf-8")
    print(Path("docs/backtest.md"), "and", calibrated.RECORD.name, "written;", len(items), "cases;", "missing:", ", ".join(missing) or "none")


def _short(value: object) -> object:
    """Figures with six significant digits: the record is for reading."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {k: _short(v) for k, v in value.items()}
    return [_short(v) for v in value] if isinstance(value, list) else value


if __name__ == "__main__":
    assert set(VERDICTS) == {"adopt", "invest", "re-evaluate", "stop"}
    main()
