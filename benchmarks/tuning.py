"""Stage 3 on real data: what each block claimed, and what the untouched test part says.

    python -m benchmarks.tuning run [CASE[:NETWORK[:BLOCKS]] ...]    measure; every case is kept in docs/measured/tuning.json
    python -m benchmarks.tuning table                                the table of docs/stages.md from what was measured

A case is a part of a dataset as in the backtest (1 = all training rows, 2 = half ...), or ROWS rows of all as DATASET-1@ROWS.
Stage 1's evidence and full training come from ``make backtest`` (var/backtest); full training has no entry for other rows.
NETWORK: "family" (the practitioner's) or "skeleton" (the evaluated architecture); BLOCKS: none beyond is measured. One thread, no
goal: money decides nothing. What an interrupted run left in var/tuning is gone on with; its processor time is then not known.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from dataclasses import replace

# One thread everywhere, before anything reads these.
os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")})
import dualcore  # noqa: F401 - before torch: it settles how idle threads wait

import numpy as np  # isort: skip
import torch  # isort: skip

from benchmarks.backtest.cases import ROOT, WORK, part_of, whole
from dualcore.evidence import metrics
from dualcore.evidence.lastlayer import fit_last_layer
from dualcore.evidence.looks import within_reach
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.records import Evidence
from dualcore.evidence.represent import default_width
from dualcore.evidence.run import Clock, EvaluateOptions, prepare_run
from dualcore.evidence.tuned import load_model
from dualcore.evidence.tuning import TuneOptions, tune
from dualcore.intake import Dataset
from dualcore.kernels import Skeleton

OUT = ROOT / "docs" / "measured" / "tuning.json"
CHECKPOINTS = ROOT / "var" / "tuning"
SECONDS = 3600.0  # wall time of one run: half of it for measuring
CASES = (
    "car_evaluation-2", "mnist1d-1@1000", "cmc_LABELS_PERMUTED-2", "wine_quality_red_LABELS_PERMUTED-2", "kin8nm-8", "fsdd_spoken_digits-2",
    "cwru_bearing-8", "sign_language_digits-8", "mnist1d-1", "fashion_mnist_2k-2", "sign_language_digits-2",
)  # fmt: skip


def data_of(key: str) -> tuple[Dataset, str]:
    """(rows of the case, key of the backtest case whose evidence it starts from)."""
    name, _, rows = key.partition("@")
    dataset, part = name.rsplit("-", 1)
    data = part_of(whole(dataset), int(part))
    if rows:
        chosen = np.sort(np.random.default_rng(0).permutation(data.n)[: int(rows)])
        X = data.X.iloc[chosen].reset_index(drop=True) if hasattr(data.X, "iloc") else data.X[chosen]
        data = replace(data, X=X, y=data.y[chosen], profile=data.profile.model_copy(update={"rows": len(chosen)}))
    return data, name


def last_layer_on_test(data: Dataset, base: Evidence) -> float:
    """Score on the test part of the evaluated last layer, fitted on all rows of ``data``."""
    run, _ = prepare_run(data, EvaluateOptions(metric=base.metric), Clock(lambda *_: None, lambda: False))
    skeleton, width = Skeleton.from_dict(base.skeleton), base.last_layer.width or default_width(run.n)
    build = run.builder.features if base.last_layer.route == "features" else run.builder.build
    rep = build(skeleton, width, base.manifest.seed)
    fit = fit_last_layer(rep, run.y, run.C, run.metric, run.split)
    model = LastLayerModel.of(data, run.encoder, skeleton, run.builder, rep, fit, width, base.manifest.seed)
    return metrics.score(run.metric, data.y_test, model.predict_encoded(run.encoder.transform(data.X_test)))


def measure(key: str, network: str, blocks: int) -> dict:
    """One run of stage 3 on the training rows, of at most ``blocks`` blocks; the test part is read afterwards only."""
    data, name = data_of(key)
    base = Evidence.model_validate(json.loads((WORK / "evidence" / f"{name}.json").read_text())["evidence"])
    begin = time.process_time()
    folder = CHECKPOINTS / f"{key}-{network}"
    options = TuneOptions(network=network, budget_seconds=SECONDS, ahead=lambda look, pays: look.block < blocks and within_reach(look, pays))
    record, file = tune(data, base, options, folder=folder)
    cpu = None if record.resumed else time.process_time() - begin
    tuned = metrics.score(record.metric, data.y_test, load_model(file).predict(data.X_test))
    shutil.rmtree(folder)
    full = None
    if "@" not in key:
        truth = json.loads((WORK / "truth" / f"{name}.json").read_text())["families"]
        full = max(truth.values(), key=lambda f: f["validation"])["test"]
    last = last_layer_on_test(data, base)
    return {
        "case": key, "network": network, "rows": data.n, "test_rows": len(data.y_test), "record": record.model_dump(mode="json"),
        "cpu_seconds": cpu, "last_test": last, "tuned_test": tuned, "full_test": full,
    }  # fmt: skip


def table(found: dict[str, dict]) -> str:
    head = (
        "| case | network | rows judged | last layer (90 %) | gain by block (90 % of all looks) | kept | test: last layer | test: kept | "
        "test: full training | CPU s |\n|---|---|---|---|---|---|---|---|---|---|\n"
    )
    lines = []
    for f in found.values():
        r = f["record"]
        steps = "<br>".join(f"{s['block']}: {s['gain']:+.3f} ({s['low']:+.3f} to {s['high']:+.3f}) {s['why']}" for s in r["steps"])
        if len(r["steps"]) < len(r["blocks"]):
            steps += f"<br>{len(r['steps']) + 1}: not measured"
        seconds = "–" if f["cpu_seconds"] is None else f"{f['cpu_seconds']:.0f}"
        full = "–" if f["full_test"] is None else f"{f['full_test']:.3f} ({f['full_test'] - f['last_test']:+.3f})"
        lines.append(
            f"| {f['case']} | {r['name']} | {r['validation_rows']} of {f['rows']} | {r['last_layer']:.3f} ({r['last_layer_low']:.3f} to "
            f"{r['last_layer_high']:.3f}) | {steps} | {r['best'] or 'last layer'} | {f['last_test']:.3f} | {f['tuned_test']:.3f} "
            f"({f['tuned_test'] - f['last_test']:+.3f}) | {full} | {seconds} |"
        )
    return head + "\n".join(lines)


def main() -> None:
    torch.set_num_threads(1)
    found = json.loads(OUT.read_text(encoding="utf-8")) if OUT.exists() else {}
    if sys.argv[1:2] == ["table"]:
        print(table(found))
        return
    for asked in sys.argv[2:] or CASES:
        key, network, blocks = (asked.split(":") + ["family", "99"][asked.count(":") :])[:3]
        found[asked] = measure(key, network, int(blocks))
        OUT.parent.mkdir(exist_ok=True)
        OUT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(table({asked: found[asked]}).splitlines()[-1], flush=True)


if __name__ == "__main__":
    main()
