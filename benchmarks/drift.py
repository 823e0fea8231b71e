"""False alarms and hits of the drift warning, and what 90 % prediction intervals cover: ``python -m benchmarks.drift``.

Generated tables, the demo sets and, where they lie beside the repository, the small real datasets. Each is split at random
many times: the model is fitted on one part, and the other part, which comes from the same source, is the new file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from benchmarks.public import entries
from dualcore.errors import DualcoreError
from dualcore.evidence.run import EvaluateOptions
from dualcore.evidence.stage1 import fit_model
from dualcore.intake import load

DATA = Path(__file__).parents[1] / "data"
MOST_ROWS = 500


def generated(seed: int, task: str) -> pd.DataFrame:
    """Skewed numbers, ties, blanks, categories with a tail."""
    rng = np.random.default_rng(seed)
    n = 600
    frame = pd.DataFrame({
        "normal": rng.standard_normal(n), "price": np.exp(rng.standard_normal(n)), "count": rng.poisson(2, n).astype(float),
        "blank": np.where(rng.random(n) < 0.15, np.nan, rng.standard_normal(n)), "place": np.array([f"p{k}" for k in rng.zipf(1.7, n).clip(1, 60)]),
        "grade": rng.choice(list("abc"), n, p=[0.7, 0.2, 0.1]),
    })
    z = frame["normal"] ** 2 - frame["grade"].eq("a") + 0.1 * frame["price"] + 0.5 * rng.standard_normal(n)
    frame["target"] = np.where(z > 0.3, "yes", "no") if task == "classification" else z
    return frame


def sources(shared: bool) -> dict[str, tuple]:
    """name -> (frame or function of a seed, target)"""
    out: dict[str, tuple] = {f"generated {task}": (lambda s, t=task: generated(s, t), "target") for task in ("classification", "regression")}
    out |= {name: (pd.read_csv(DATA / f"{name}.csv"), None) for name in ("breast_cancer", "diabetes")}
    if shared:
        for bundle in ("samples", "public"):
            for name, entry in entries(bundle).items():
                if entry["format"] == "csv":
                    frame = pd.read_csv(entry["folder"] / entry["files"][0]["path"], nrows=20_000)
                    if frame.shape[1] <= 40:
                        out[name] = (frame.drop(columns=entry.get("drop_columns", [])), entry["target"])
    return out


def one(frame: pd.DataFrame, target: str | None, seed: int) -> dict:
    """One split: alarm on the held-out part, on a resample of the training part, on a shifted part; rows that the interval held."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(frame))[: 2 * MOST_ROWS]
    train, new = (frame.iloc[part].reset_index(drop=True) for part in np.array_split(order, 2))
    data = load(train, target=target)
    model = fit_model(data, EvaluateOptions(skeleton="fc1", seed=seed))
    encoder = model.encoder
    other = load(new, target=data.target)
    inputs = other.X.reindex(columns=[n for n, _ in encoder.columns])
    boot = data.X.iloc[rng.integers(0, data.n, data.n)].reset_index(drop=True)
    numeric = [n for n, role in encoder.columns if role == "numeric"]
    moved = inputs.assign(**{numeric[0]: inputs[numeric[0]] + inputs[numeric[0]].std()}) if numeric else None
    held = None
    if not data.classes:
        held = float(np.mean(np.abs(other.y - model.predict(inputs).values[:, 0]) <= model.half_width()))
    return {
        "new": model.drift(inputs).status == "drift", "resample": model.drift(boot).status == "drift",
        "moved": None if moved is None else model.drift(moved).status == "drift", "held": held,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--shared", action="store_true", help="the real datasets too")
    options = parser.parse_args()
    torch.set_num_threads(1)
    total = {"new": [], "resample": [], "moved": [], "held": []}
    print("| data | alarms on new rows | on resampled training rows | one column moved by 1 sd | 90 % interval held |\n|---|---|---|---|---|")
    for name, (frame, target) in sources(options.shared).items():
        try:
            found = [one(frame(s) if callable(frame) else frame, target, s) for s in range(options.splits)]
        except (DualcoreError, KeyError, ValueError) as error:
            print(f"| {name} | left out: {error} | | | |")
            continue
        parts = {k: [f[k] for f in found if f[k] is not None] for k in total}
        for k, v in parts.items():
            total[k] += v
        _print(name, parts)
    _print("all", total)


def _print(name: str, parts: dict[str, list]) -> None:
    share = lambda v: f"{sum(v)} / {len(v)}" if v else "-"  # noqa: E731
    held = f"{np.mean(parts['held']):.3f}" if parts["held"] else "-"
    print(f"| {name} | {share(parts['new'])} | {share(parts['resample'])} | {share(parts['moved'])} | {held} |", flush=True)


if __name__ == "__main__":
    main()
