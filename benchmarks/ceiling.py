"""Does the noise ceiling see noise that was put in? Labels flipped at known rates (FeeBee, arXiv 2108.13034).

    python -m benchmarks.ceiling [NAME ...]            dualcore's estimate

With probability rho a training label is replaced by a uniformly drawn class. The best possible error then is
R(rho) = R + rho (1 - 1/C - R), so that a faithful estimate rises with slope 1 - 1/C - R and starts, at rho = 0, between 0
and the error of the best model that is known (here: boosted trees and last layer on the untouched test part). Regression:
Gaussian noise of known variance v is added; the noise variance must rise with slope 1. Only training parts are touched.
Rows are capped at ``ROWS``.  What was measured is kept in DUALCORE_CEILING (default var/ceiling).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
WORK = Path(os.environ.get("DUALCORE_CEILING", ROOT / "var" / "ceiling"))
ROWS = 3000
RATES = (0.0, 0.1, 0.2, 0.4)
# With a thousand rows a class: what the estimate is for. Below it: what is withheld, measured all the same.
NAMES = (
    "magic_gamma", "phoneme", "spambase", "occupancy", "adult", "kin8nm", "power_plant", "california_housing", "abalone",
    "car_evaluation", "steel_plates_faults", "german_credit", "letter", "mnist_t10k",
)


def flip(y: np.ndarray, n_classes: int, rate: float, rng: np.random.Generator) -> np.ndarray:
    """Labels replaced by a uniformly drawn class with probability ``rate``; noise of variance rate * var(y) for values."""
    if not n_classes:
        return y + np.sqrt(rate) * y.std() * rng.standard_normal(len(y))
    return np.where(rng.random(len(y)) < rate, rng.integers(0, n_classes, len(y)), y)


def measure(name: str) -> dict:
    from benchmarks.backtest.cases import part_of, whole
    from dualcore.evidence import ceiling, lastlayer, metrics, represent
    from dualcore.evidence.model import LastLayerModel
    from dualcore.evidence.run import Clock, EvaluateOptions, prepare_run

    data = whole(name)
    data = data if data.n <= ROWS else part_of(data, -(-data.n // ROWS))
    run, _ = prepare_run(data, EvaluateOptions(), Clock(lambda *_: None, lambda: False))
    skeleton = represent.resolve("fc2", data.kind)
    rep = run.builder.features(skeleton, 1024, 0)
    fit = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, run.split)
    keep = np.linspace(0, len(data.y_test) - 1, min(len(data.y_test), 2000)).astype(int)
    new = run.encoder.transform(data.X_test.iloc[keep] if hasattr(data.X_test, "iloc") else data.X_test[keep])
    model = LastLayerModel.of(data, run.encoder, skeleton, run.builder, rep, fit, 1024, 0)
    best = [metrics.score(run.metric, data.y_test[keep], model.predict_encoded(new)), _trees(run, new, data.y_test[keep])]
    out = {
        "dataset": name, "classes": run.C, "rows": run.n, "least": int(np.bincount(run.y).min()) if run.C else run.n,
        "best_error": float(1 - max(best)), "rates": list(RATES), "estimate": [], "low": [], "high": [], "moved": [], "by_view": [],
    }
    rng = np.random.default_rng(0)
    for rate in RATES:
        y = flip(run.y, run.C, rate, rng)
        views = ceiling.make_views(run.builder.X, rep, y, run.C, fit.penalty, run.split.units, 0)
        if run.C:
            found, unit = ceiling.bayes_error(views, y, run.C), 1.0
        else:  # in units of the clean target's variance
            found, unit = ceiling.noise_share(views, 1.0), float(y.var() / run.y.var())
        out["estimate"].append(found.value * unit)
        out["low"].append(found.low * unit)
        out["high"].append(found.high * unit)
        out["moved"].append(found.moved)
        out["by_view"].append({k: v * unit for k, v in found.by_view.items()})
        if run.C:
            WORK.mkdir(parents=True, exist_ok=True)
            scores = views.named["scores"].numpy()
            np.savez(WORK / f"{name}-{rate}.npz", inputs=run.builder.X.reshape(run.n, -1)[views.rows], scores=scores, y=y[views.rows])
    return out


def _trees(run, new: np.ndarray, y: np.ndarray) -> float:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    model = (HistGradientBoostingClassifier if run.C else HistGradientBoostingRegressor)(max_iter=100, random_state=0)
    return float(model.fit(run.builder.X.reshape(run.n, -1), run.y).score(new.reshape(len(new), -1), y))


def line(found: dict) -> str:
    rates, estimate = np.array(found["rates"]), np.array(found["estimate"])
    slope = float(np.polyfit(rates, estimate, 1)[0])
    # The lines between which the truth lies: the error without noise is somewhere from 0 to the best that is known.
    top = 1 - 1 / found["classes"] if found["classes"] else None
    least, most = (top - found["best_error"], top) if top else (1.0, 1.0)
    lower = rates * top if top else rates
    upper = found["best_error"] + rates * (least if top else 1.0)
    outside = float(np.maximum(0, np.maximum(lower - estimate, estimate - upper)).mean())
    return (
        f"| {found['dataset']} | {found['least']:,} | {found['best_error']:.3f} | " + " | ".join(f"{e:.3f}" for e in estimate)
        + f" | {slope:.2f} ({least:.2f} to {most:.2f}) | {outside:.3f} | {max(found['moved']):.3f} |"
    )


def main() -> None:
    import torch

    import dualcore  # noqa: F401 - before torch

    torch.set_num_threads(1)
    WORK.mkdir(parents=True, exist_ok=True)
    print("| set | rows of the smallest class | best known error | " + " | ".join(f"at {r:g}" for r in RATES) + " | slope (truth) | outside | moved |")
    print("|" + "---|" * (6 + len(RATES)))
    for name in sys.argv[1:] or NAMES:
        out = WORK / f"{name}.json"
        if not out.exists():
            out.write_text(json.dumps(measure(name)), encoding="utf-8")
        print(line(json.loads(out.read_text(encoding="utf-8"))), flush=True)


if __name__ == "__main__":
    main()
