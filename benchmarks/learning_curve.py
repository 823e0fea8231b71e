"""Does the learning curve foretell the score at twice the rows, within its stated 90 % interval, 90 % of the time?

    python -m benchmarks.learning_curve measure [NAME ...]     curves and what twice the rows then gave
    python -m benchmarks.learning_curve                        coverage and width, one dataset left out at a time

Every dataset, shares 1/8, 1/4 and 1/2 of (at most ``ROWS`` of) its training rows: the curve of stage 1 on the share, then
the same architecture on the doubled, nested share. Compared with the forecast are the left-out score of the doubled share
and its score on the test part, whose own sampling error is added to the interval. Accuracy and R2 at every share; log loss
and RMSE at 1/4 as a check that nothing is tied to a score between 0 and 1. What is measured is kept in
DUALCORE_CURVES (default var/learning_curve); the summary is computed from it in seconds.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import torch

import dualcore  # noqa: F401 - before torch: it settles how idle threads wait
from benchmarks.backtest.cases import known, part_of, whole
from dualcore.evidence import curve, lastlayer, represent
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.records import CurvePoint
from dualcore.evidence.run import Clock, EvaluateOptions, prepare_run

ROOT = Path(__file__).resolve().parents[1]
WORK = Path(os.environ.get("DUALCORE_CURVES", ROOT / "var" / "learning_curve"))
ROWS = 1600
SKELETON = {"table": "fc2", "image": "fc2", "series": "conv1d", "audio": "fc2"}
SHARES = (8, 4, 2, 1)
LEAST = 60  # rows of the smallest share from which a forecast is made
TEST_ROWS = 1000
SECOND = {"accuracy": "log_loss", "r2": "rmse"}


def _fit(data, skeleton, metric: str):
    """(run, representation, fit, full point, test score) of the last layer on ``data``."""
    run, _ = prepare_run(data, EvaluateOptions(metric=metric), Clock(lambda *_: None, lambda: False))
    width = 1024 if skeleton.rank else represent.default_width(run.n)
    rep = run.builder.build(skeleton, width, 0)
    fit = lastlayer.fit_last_layer(rep, run.y, run.C, metric, run.split)
    value, low, high = run.spread(run.y[fit.rows], fit.prediction, run.units(fit.rows))
    test = None
    if data.y_test is not None and len(data.y_test):
        keep = np.linspace(0, len(data.y_test) - 1, min(len(data.y_test), TEST_ROWS)).astype(int)
        model = LastLayerModel.of(data, run.encoder, skeleton, run.builder, rep, fit, width, 0)
        X = data.X_test.iloc[keep] if hasattr(data.X_test, "iloc") else data.X_test[keep]
        prediction = model.predict_encoded(run.encoder.transform(X))
        score, test_low, test_high = run.spread(data.y_test[keep], prediction, None)
        test = {"score": score, "sd": (test_high - test_low) / 3.29}
    return run, rep, fit, CurvePoint(rows=run.n, score=value, low=low, high=high), test


def _capped(data):
    return data if data.n <= ROWS else part_of(data, -(-data.n // ROWS))


def measure(name: str) -> list[dict]:
    everything = _capped(whole(name))
    out = []
    skeleton = represent.resolve(SKELETON[everything.kind], everything.kind)
    first = "accuracy" if everything.classes else "r2"
    for metric in (first, SECOND[first]):
        shares = [s for s in (SHARES if metric == first else SHARES[1:3]) if everything.n // s >= LEAST]
        fits = {}
        for share in shares:
            fits[share] = _fit(part_of(everything, share), skeleton, metric)
        for share in shares:
            if share // 2 not in fits:
                continue
            run, rep, fit, full, test = fits[share]
            doubled, doubled_test = fits[share // 2][3:]
            found = curve.learning_curve(rep, run.y, run.C, metric, run.split, full, fit.squared_error, None, 0, lambda: None)
            out.append({
                "dataset": name, "kind": everything.kind, "metric": metric, "share": share, "rows": run.n, "skeleton": skeleton.name,
                "points": [p.model_dump() for p in found.curve.points], "split": run.split.kind,
                "doubled": doubled.model_dump(), "test": test, "doubled_test": doubled_test,
            })
    return out


def main() -> None:
    torch.set_num_threads(1)
    if sys.argv[1:2] != ["measure"]:
        summary()
        return
    WORK.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or known():
        out = WORK / f"{name}.json"
        if out.exists():
            continue
        out.write_text(json.dumps(measure(name)), encoding="utf-8")
        print(name, flush=True)


def summary() -> None:
    """Coverage and width with the interval as it is in the code, and the widening that each left-out dataset would ask for."""
    items = [i for f in sorted(WORK.glob("*.json")) for i in json.loads(f.read_text(encoding="utf-8"))]
    found = []
    for i in items:
        fitted = curve._extrapolate([CurvePoint(**p) for p in i["points"]], i["metric"], None, 0)
        if not fitted.fitted:
            continue
        half = (fitted.doubled_high - fitted.doubled_low) / 2
        error, width = i["doubled"]["score"] - fitted.doubled, fitted.doubled_high - fitted.doubled_low
        inside = fitted.doubled_low <= i["doubled"]["score"] <= fitted.doubled_high
        in_test = None
        if i["doubled_test"]:
            slack = np.hypot(half, 1.645 * i["doubled_test"]["sd"])
            in_test = bool(abs(i["doubled_test"]["score"] - fitted.doubled) <= slack)
        still = abs(i["doubled"]["score"] - fitted.points[-1].score)
        found.append((i, inside, in_test, abs(error), width, abs(error) / max(half, 1e-12), still))
    print(f"{len(found)} of {len(items)} curves fitted, {len({f[0]['dataset'] for f in found})} datasets\n")
    print("| what | forecasts | left-out score inside | test score inside | median width | mean error | error of no change |")
    print("|---|---|---|---|---|---|---|")
    for name, chosen in (
        ("accuracy and R2", lambda i: i["metric"] in SECOND), ("log loss and RMSE", lambda i: i["metric"] not in SECOND),
        *((f"share 1/{s}", lambda i, s=s: i["share"] == s and i["metric"] in SECOND) for s in SHARES[:3]),
    ):
        part = [f for f in found if chosen(f[0])]
        if part:
            tests = [f[2] for f in part if f[2] is not None]
            print(
                f"| {name} | {len(part)} | {np.mean([f[1] for f in part]):.0%} | {np.mean(tests):.0%} | "
                f"{np.median([f[4] for f in part]):.3f} | {np.mean([f[3] for f in part]):.3f} | {np.mean([f[6] for f in part]):.3f} |"
            )
    names = sorted({f[0]["dataset"] for f in found})
    factors, held = [], []
    for name in names:
        others = np.sort([f[5] for f in found if f[0]["dataset"] != name])
        factor = others[min(len(others) - 1, int(np.ceil(0.9 * (len(others) + 1))) - 1)]
        factors.append(factor)
        held += [f[5] <= factor for f in found if f[0]["dataset"] == name]
    print(
        f"\nwidening on top of the code's that the other datasets ask for: {min(factors):.2f} to {max(factors):.2f}; "
        f"with it, left out: {np.mean(held):.0%} of {len(held)}"
    )
    print("outside:", ", ".join(f"{f[0]['dataset']} {f[0]['metric']} at {f[0]['rows']}" for f in found if not f[1]))


if __name__ == "__main__":
    main()
