"""What is known at stage 1: does it tell whether full training gains 0.02 over the last layer?

    python -m benchmarks.backtest.predictors        the section of docs/backtest.md

Every candidate alone, in a logistic regression with a weak prior, fitted on the other datasets; Brier skill over the base
rate with a 90 % interval from drawing whole datasets. ``report`` puts the section into the document.
"""

from __future__ import annotations

import json
import math

import numpy as np
from scipy.optimize import minimize

from benchmarks.backtest.cases import WORK, Case, all_cases

GAIN = 0.02
DRAWS = 500
PRIOR_SD = 1.0  # of a weight, per standard deviation of the predictor
SPREAD = 0.04  # of true gains: by how much a noisy measurement of one is shrunk

NAMES = {
    "probe": "tuning probe: gain over the last layer", "rise": "tuning probe: gain over its own start",
    "trees": "boosted trees ahead of the last layer", "over_linear": "last layer ahead of the linear model",
    "doubling": "forecast gain of twice the rows", "exponent": "exponent of the learning curve",
    "conv_fc": "convolution ahead of fully connected", "coverage_gap": "coverage gap (share)", "data_gap": "data gap (share)",
    "noise": "noise (share)", "norm": "growth of the norm", "tail": "energy of the tail", "headroom": "distance from a perfect score",
    "rows": "rows (logarithm)", "classes": "classes", "both": "data gap and gain of twice the rows",
    "full": "full training's own validation score ahead of the last layer", "full_shrunk": "the same, shrunk by its noise",
}  # fmt: skip


def predictors(case: Case) -> dict | None:
    """Candidates, the outcome, and the dataset of one case; None while a part is missing."""
    paths = [WORK / part / f"{case.key}.json" for part in ("truth", "evidence")]
    if not all(p.exists() for p in paths):
        return None
    truth, found = (json.loads(p.read_text()) for p in paths)
    e = found["evidence"]
    last, curve, probe, coverage = e["last_layer"], e["curve"], e["probe"], e["coverage"]
    ahead = {r["name"]: -(r["gain"] or 0.0) for r in e["references"]}
    family = max(truth["families"].values(), key=lambda f: f["validation"])
    kinds = {k: [c["score"] for c in e["candidates"] if c["name"].startswith(k)] for k in ("conv", "fc")}
    score, shares = last["score"], coverage["specificity"] or {}
    # The best epoch of the best setting on a quarter of the rows flatters by about half a standard error.
    spread = min(max(score, 0.02), 0.98)
    noise = math.sqrt(spread * (1 - spread) / (truth["rows"] / 4)) if e["dataset"]["classes"] else math.sqrt(2 / (truth["rows"] / 4)) * (1 - score)
    full = family["validation"] - score
    return {
        "dataset": case.dataset, "gained": family["test"] - last["test_score"] >= GAIN,
        "probe": probe["gain"] if probe["ran"] else 0.0, "rise": probe["after"] - probe["trajectory"][0][1] if probe["ran"] else 0.0,
        "trees": max(0.0, ahead.get("boosted_trees", 0.0)), "over_linear": -ahead.get("linear", 0.0),
        "doubling": max(0.0, curve["doubled"] - score) if curve["fitted"] and curve["doubled"] is not None else 0.0,
        "exponent": curve["exponent"] or 0.0, "conv_fc": max(kinds["conv"]) - max(kinds["fc"]) if kinds["conv"] and kinds["fc"] else 0.0,
        "coverage_gap": shares.get("coverage_gap") or 0.0, "data_gap": shares.get("data_gap") or 0.0, "noise": shares.get("noise") or 0.0,
        "norm": (coverage["norm_growth"] or {}).get("exponent") or 0.0, "tail": (coverage["tail"] or {}).get("energy") or 0.0,
        "headroom": 1 - score, "rows": math.log10(truth["rows"]), "classes": len(e["dataset"]["classes"] or []), "full": full,
        "full_shrunk": float(np.clip((full - 0.5 * noise) * SPREAD**2 / (SPREAD**2 + noise**2), -0.1, 0.1)),
    }  # fmt: skip


def _fit(X: np.ndarray, y: np.ndarray, weight: np.ndarray):
    mean, sd = X.mean(0), X.std(0) + 1e-9
    lift = lambda X: np.column_stack([np.ones(len(X)), (X - mean) / sd])  # noqa: E731
    Z = lift(X)
    loss = lambda b: (weight * np.logaddexp(0, -(2 * y - 1) * (Z @ b))).sum() + 0.5 * (b[1:] ** 2).sum() / PRIOR_SD**2  # noqa: E731
    weights = minimize(loss, np.zeros(Z.shape[1])).x
    return lambda X: 1 / (1 + np.exp(-lift(X) @ weights))


def skill(items: list[dict], names: tuple[str, ...]) -> tuple[float, float, float]:
    """(Brier skill over the base rate, low, high), every dataset judged by the others."""
    y, dataset = np.array([float(i["gained"]) for i in items]), np.array([i["dataset"] for i in items])
    weight = np.array([1 / math.sqrt((dataset == d).sum()) for d in dataset])
    X, p = np.array([[i[n] for n in names] for i in items]), np.zeros(len(y))
    for d in set(dataset):
        mine = dataset == d
        p[mine] = _fit(X[~mine], y[~mine], weight[~mine])(X[mine])
    rng, all_names, drawn = np.random.default_rng(0), sorted(set(dataset)), []
    of = lambda rows: 1 - ((p[rows] - y[rows]) ** 2).mean() / y[rows].var()  # noqa: E731
    for _ in range(DRAWS):
        rows = np.concatenate([np.flatnonzero(dataset == d) for d in rng.choice(all_names, len(all_names))])
        if y[rows].any():
            drawn.append(of(rows))
    low, high = np.quantile(drawn, [0.05, 0.95])
    return float(of(np.arange(len(y)))), float(low), float(high)


def section() -> list[str]:
    """Lines of the document."""
    items = [found for case in all_cases() if (found := predictors(case)) is not None]
    gained = [i for i in items if i["gained"]]
    lines = [
        f"Full training gained at least {GAIN} in {len(gained)} of {len(items)} cases, of {len({i['dataset'] for i in gained})} datasets. Each number",
        "known at stage 1 alone (logistic regression, leave one dataset out; interval from drawing datasets); `python -m benchmarks.backtest.predictors`:",
        "", "| predictor | Brier skill over the base rate (90 %) |", "|---|---|",
    ]  # fmt: skip
    for name, words in NAMES.items():
        value, low, high = skill(items, ("data_gap", "doubling") if name == "both" else (name,))
        lines.append(f"| {words} | {value:+.2f} ({low:+.2f} to {high:+.2f}) |")
    return [
        *lines, "",
        "None of stage 1's numbers has an interval above zero, so none was put into the forecast. The last two rows are no predictors of stage 1:",
        "they cost full training itself, and bound what a cheaper probe could reach. They also say what a probe would need: the raw lead of the",
        "validation score tells nothing (small sets flatter it), the lead shrunk by its noise does.",
    ]  # fmt: skip


if __name__ == "__main__":
    print("\n".join(section()))
