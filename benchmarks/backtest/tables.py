"""The figures of the backtest, and the document that shows them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

from benchmarks.backtest import predictors
from dualcore.decision.hindsight import VERDICTS

BINS = 10
RESAMPLES = 1000


def _by_dataset(judged: list[dict], statistic: Callable[[list[dict]], float]) -> tuple[float, float, float]:
    """(value, low, high): 90 % interval from drawing whole datasets, since cases of one dataset move together."""
    groups: dict[str, list[dict]] = {}
    for j in judged:
        groups.setdefault(j["dataset"], []).append(j)
    names, rng = list(groups), np.random.default_rng(0)
    draws = []
    for _ in range(RESAMPLES):
        drawn = [j for i in rng.integers(0, len(names), len(names)) for j in groups[names[i]]]
        draws.append(statistic(drawn))
    low, high = np.nanquantile(draws, [0.05, 0.95])
    return statistic(judged), float(low), float(high)


def agreement(judged: list[dict]) -> float:
    return float(np.mean([j["agrees"] for j in judged])) if judged else float("nan")


def balanced(judged: list[dict]) -> float:
    """Mean over the verdicts of the share of cases, for which that verdict was right, that were judged rightly."""
    parts = [agreement([j for j in judged if j["primary"] == v]) for v in VERDICTS]
    return float(np.nanmean(parts))


def calibration_error(p: np.ndarray, y: np.ndarray) -> float:
    """Expected calibration error in bins of equal width."""
    at = np.minimum((p * BINS).astype(int), BINS - 1)
    return float(sum((at == b).mean() * abs(p[at == b].mean() - y[at == b].mean()) for b in range(BINS) if (at == b).any()))


def reliability(p: np.ndarray, y: np.ndarray) -> list[dict]:
    at = np.minimum((p * BINS).astype(int), BINS - 1)
    return [
        {"said": float(p[at == b].mean()), "happened": float(y[at == b].mean()), "cases": int((at == b).sum())} for b in range(BINS) if (at == b).any()
    ]


def simple_predictor(judged: list[dict], claim: str) -> np.ndarray:
    """Probability by a logistic regression that knows the linear score, the goal and the number of inputs; leave one dataset out."""
    X = np.array([[1.0, (j["score_linear"] or 0.0) - j["goal"], j["goal"], math.log10(max(1, j["inputs"]))] for j in judged])
    y = np.array([j[claim] for j in judged], float)
    names = np.array([j["dataset"] for j in judged])
    out = np.empty(len(y))
    for name in set(names.tolist()):
        fit = names != name
        scale = X[fit].std(0) + 1e-9
        scale[0] = 1.0
        A = X / scale

        def objective(w, A=A, fit=fit):
            z = A[fit] @ w
            return float(np.logaddexp(0, z).sum() - (y[fit] * z).sum() + 0.5 * (w[1:] ** 2).sum())

        w = minimize(objective, np.zeros(X.shape[1])).x
        out[~fit] = 1 / (1 + np.exp(-A[~fit] @ w))
    return out


def base_rate(judged: list[dict], claim: str) -> np.ndarray:
    """The share of the other datasets' cases."""
    return np.array([np.mean([k[claim] for k in judged if k["dataset"] != j["dataset"]]) for j in judged])


def claim_quality(judged: list[dict], said: str, claim: str) -> dict:
    p, y = np.array([j[said] for j in judged]), np.array([j[claim] for j in judged], float)
    brier = float(((p - y) ** 2).mean())
    base, simple = base_rate(judged, claim), simple_predictor(judged, claim)
    return {
        "brier": brier, "base_rate": float(y.mean()), "skill": 1 - brier / float(((base - y) ** 2).mean()),
        "skill_against_simple": 1 - brier / float(((simple - y) ** 2).mean()), "calibration_error": calibration_error(p, y), "cases": len(y),
        "reliability": reliability(p, y),
    }


def _payoff(j: dict, decision: str, money: dict, value: float, cost: float) -> float:
    """Money of following ``decision`` on one case; what succeeds is also brought into use."""
    if decision == "stop":
        return 0.0
    if decision == "adopt":
        return -money["adopt"] + value * j["reached"]
    if decision == "re-evaluate":
        won = j["reached"] or j["elsewhere"]
        return -money["re-evaluate"] + won * (value - money["adopt"])
    return -cost + value * j["reached_tuned"]


def regret(judged: list[dict], money: dict, values: tuple, costs: tuple) -> list[dict]:
    """Mean money per case of our verdicts, of always and never investing, and of an oracle that pays for the evaluation too."""
    out = []
    for v in values:
        for c in costs:
            value, cost = v * money["value"], c * money["invest"]
            ours = np.mean([_payoff(j, j["money_decision"][f"{v:g}x{c:g}"], money, value, cost) - money["evaluation"] for j in judged])
            valued = np.mean([_payoff(j, j["valued_decision"][f"{v:g}x{c:g}"], money, value, cost) - money["evaluation"] for j in judged])
            oracle = np.mean([max(_payoff(j, d, money, value, cost) for d in VERDICTS) for j in judged])
            always = np.mean([_payoff(j, "invest", money, value, cost) for j in judged])
            out.append({"value": value, "invest": cost, "ours": float(ours), "valued": float(valued), "always": float(always), "never": 0.0, "oracle": float(oracle)})
    return out


def results(items: list[dict], judged: list[dict], money: dict, values: tuple, costs: tuple, noise: tuple) -> dict:
    """Everything that the track record shows, as plain numbers."""
    per = {v: _by_dataset([j for j in judged if j["decision"] == v], agreement) if any(j["decision"] == v for j in judged) else None for v in VERDICTS}
    recall = {v: agreement([j for j in judged if j["primary"] == v]) for v in VERDICTS}
    bad = sorted({j["case"] for j in judged if j["dataset"] in noise and j["decision"] in ("adopt", "invest")})
    cpu = [i["cpu"] / i["full_cpu"] for i in items if i["case"].part == 1]
    flops = [i["evidence"].cost.flops / i["full_flops"] for i in items if i["case"].part == 1]
    tables = [i for i in items if i["evidence"].dataset.kind == "table"]
    near = [i["truth"].last >= i["truth"].full - 0.02 for i in tables if i["case"].part == 1]
    held, width = [], []
    for i in items:
        curve, sign = i["evidence"].curve, 1 if i["evidence"].greater_is_better else -1
        if i["truth"].doubled is not None and curve.fitted and curve.doubled is not None:
            slack = i["truth"].doubled_se  # the test part itself is a sample
            low, high = sorted((sign * curve.doubled_low, sign * curve.doubled_high))
            held.append(low - slack <= i["truth"].doubled <= high + slack)
            width.append(high - low)
    confidence, right = np.array([j["confidence"] for j in judged]), np.array([j["agrees"] for j in judged], float)
    return {
        "datasets": len({i["case"].dataset for i in items}), "cases": len(items), "judged": len(judged),
        "agreement": _by_dataset(judged, agreement), "balanced": _by_dataset(judged, balanced), "by_verdict": per, "recall": recall,
        "counts": {v: sum(j["decision"] == v for j in judged) for v in VERDICTS}, "primary": {v: sum(j["primary"] == v for j in judged) for v in VERDICTS},
        "noise_told_to_go": bad,
        "reach": claim_quality(judged, "reach", "reached"), "reach_tuned": claim_quality(judged, "reach_tuned", "reached_tuned"),
        "gain": claim_quality([j for j in judged if j["share"] == 1.0], "gain", "gained"),
        "confidence": {"calibration_error": calibration_error(confidence, right), "reliability": reliability(confidence, right)},
        "regret": regret(judged, money, values, costs),
        "cost": {"cpu_median": float(np.median(cpu)), "cpu_worst": float(np.max(cpu)), "flops_median": float(np.median(flops)), "flops_worst": float(np.max(flops))},
        "tables_within_002": float(np.mean(near)), "curve": {"held": float(np.mean(held)), "width": float(np.median(width)), "cases": len(held)},
    }


def document(items: list[dict], judged: list[dict], r: dict, known, missing: list[str]) -> str:
    show = lambda t: "–" if t is None else f"{t[0]:.2f} ({t[1]:.2f} to {t[2]:.2f})"  # noqa: E731
    lines = [
        "# Backtest: are the verdicts right in hindsight?", "",
        "`make backtest` repeats everything. For every dataset and for parts of it (the whole, half, an eighth of the training rows) stage 1 looks at the",
        "training part only. The truth is full training (a perceptron; on images and signals a convolutional network besides; a small search with",
        "validation rows, early stopping, and one more training on all rows), linear model, boosted trees and the other presets, on the test part. Goals:",
        "chance + (0.25, 0.5, 0.75, 0.9, 1, 1.1) of (best - chance). Every parameter of the forecasts is fitted on the other datasets only. Intervals: 90 %,",
        "from drawing whole datasets.", "",
        f"{r['datasets']} datasets, {r['cases']} cases, {r['judged']} (case, goal) judgements." + (f" Missing: {', '.join(missing)}." if missing else ""), "",
        "## Targets", "", "| what | measured | target |", "|---|---|---|",
        f"| verdict agrees with hindsight | {show(r['agreement'])} | 0.90 |",
        f"| the same, balanced over the four right verdicts | {show(r['balanced'])} | 0.80 |",
        f"| noise told adopt or invest | {', '.join(r['noise_told_to_go']) or 'none'} | none |",
        f"| probability of reaching the goal: calibration error | {r['reach']['calibration_error']:.3f} | 0.05 |",
        f"| the same: Brier skill over the base rate | {r['reach']['skill']:.2f} | 0.30 |",
        f"| the same: over a predictor that knows linear score and size | {r['reach']['skill_against_simple']:.2f} | > 0 |",
        f"| probability of reaching it with tuning: calibration error, skill | {r['reach_tuned']['calibration_error']:.3f}, {r['reach_tuned']['skill']:.2f} | |",
        f"| probability that tuning gains 0.02: calibration error, skill | {r['gain']['calibration_error']:.3f}, {r['gain']['skill']:.2f} | |",
        f"| confidence of the verdict: calibration error | {r['confidence']['calibration_error']:.3f} | |",
        f"| stage 1 / full training, CPU seconds: median, worst | {r['cost']['cpu_median']:.2f}, {r['cost']['cpu_worst']:.2f} | 0.10, 0.25 |",
        f"| the same, floating point operations | {r['cost']['flops_median']:.2f}, {r['cost']['flops_worst']:.2f} | |",
        f"| last layer within 0.02 of full training, whole tables | {r['tables_within_002']:.2f} | 0.85 |",
        f"| score at twice the rows inside the forecast's 90 % interval | {r['curve']['held']:.2f} of {r['curve']['cases']} | 0.90 |", "",
        "## By verdict", "", "| verdict | given | agrees | was right for | found |", "|---|---|---|---|---|",
    ]
    lines += [f"| {v} | {r['counts'][v]} | {show(r['by_verdict'][v])} | {r['primary'][v]} | {r['recall'][v]:.2f} |" for v in VERDICTS]
    lines += ["", "## Money per case", "", "Evaluation 1, adopting 5, re-evaluation 5; the oracle knows the truth and pays no evaluation.", "",
              "| value of the goal | investing | our verdicts | course of highest expected value | always invest | never invest | oracle | short of it: verdicts | highest value |", "|---|---|---|---|---|---|---|---|---|"]
    lines += [f"| {m['value']:g} | {m['invest']:g} | {m['ours']:.1f} | {m['valued']:.1f} | {m['always']:.1f} | 0 | {m['oracle']:.1f} | {_short_of(m, 'ours')} | {_short_of(m, 'valued')} |" for m in r["regret"]]
    lines += ["", "## What predicts a gain from tuning", "", *predictors.section()]
    lines += ["", "## Where the verdict was wrong", "", "Scores on the test part; share: the goal as a share of the way from chance to the best.", "",
              "| case | share | goal | last layer | full | other | twice the rows | verdict (confidence) | right |", "|---|---|---|---|---|---|---|---|---|"]
    truth = {i["case"].key: i["truth"] for i in items}
    for j in judged:
        if not j["agrees"]:
            t = truth[j["case"]]
            twice = "–" if t.doubled is None else f"{t.doubled:.3f}"
            lines.append(f"| {j['case']} | {j['share']:g} | {j['goal']:.3f} | {t.last:.3f} | {t.full:.3f} | {t.other:.3f} | {twice} | {j['decision']} ({j['confidence']:.2f}) | {', '.join(j['right'])} |")
    lines += ["", "## Every case", "", "| case | kind | rows | skeleton | score | 90 % interval | last layer | full | other | CPU s: stage 1 | full |", "|---|---|---|---|---|---|---|---|---|---|---|"]
    for i in items:
        e, t = i["evidence"], i["truth"]
        lines.append(
            f"| {i['case'].key} | {e.dataset.kind} | {i['rows']} | {e.skeleton['name']} | {e.last_layer.score:.3f} | {e.last_layer.low:.3f} to {e.last_layer.high:.3f} "
            f"| {t.last:.3f} | {t.full:.3f} | {t.other:.3f} | {i['cpu']:.0f} | {i['full_cpu']:.0f} |"
        )
    lines += ["", "## Parameters in force", "", f"```json\n{known.model_dump_json(indent=1)}\n```", ""]
    return "\n".join(lines)


def _short_of(m: dict, policy: str) -> str:
    return f"{1 - m[policy] / m['oracle']:.0%}" if m["oracle"] > 0 else "–"
