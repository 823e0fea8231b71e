"""Stage 1 of every case, on the training part; the test part is read only for the scores that hindsight needs.

    python -m benchmarks.backtest.evidence [NAME ...]

Besides the evidence, the last layer of every other preset of the kind is scored on the test part ("another skeleton would
have reached it"), and the last layer of the parts that are only needed as "twice the rows". What is there is kept.
"""

from __future__ import annotations

import json
import os
import sys
import time

# One thread everywhere, before anything reads these: CPU seconds then mean the same whatever else the machine does.
os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")})
import dualcore  # noqa: F401 - before torch: it settles how idle threads wait

import torch  # isort: skip

from benchmarks.backtest.cases import WORK, Case, all_cases, part_of, whole
from dualcore.evidence import EvaluateOptions, evaluate, lastlayer, metrics, represent
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.run import Clock, prepare_run
from dualcore.intake import Dataset


def last_layers(data: Dataset, names: list[str]) -> dict[str, float]:
    """Test score of the last layer of each preset, fitted on all rows of ``data``."""
    run, _ = prepare_run(data, EvaluateOptions(), Clock(lambda *_: None, lambda: False))
    found = {}
    for name in names:
        skeleton = represent.resolve(name, data.kind)
        width = represent.default_width(run.n)
        rep = run.builder.build(skeleton, width, 0)
        fit = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, run.split)
        model = LastLayerModel.of(data, run.encoder, skeleton, run.builder, rep, fit, width, 0)
        prediction = model.predict_encoded(run.encoder.transform(data.X_test))
        found[name] = metrics.score(run.metric, data.y_test, prediction)
    return found


def measure(data: Dataset) -> dict:
    """Evidence of stage 1 with its CPU seconds, and the last layers of the other candidates."""
    begin = time.process_time()
    evidence = evaluate(data, EvaluateOptions()).evidence
    cpu = time.process_time() - begin
    others = [c.name for c in evidence.candidates if not c.chosen]
    return {"evidence": evidence.model_dump(mode="json", exclude_computed_fields=True), "cpu_seconds": cpu, "others": last_layers(data, others)}


def main() -> None:
    torch.set_num_threads(1)
    folder = WORK / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    cases = all_cases(sys.argv[1:])
    for name in dict.fromkeys(c.dataset for c in cases):
        data = None
        for part in sorted({p for c in cases if c.dataset == name for p in (c.part, c.part // 2) if p}):
            out = folder / f"{name}-{part}.json"
            if out.exists():
                continue
            data = data or whole(name)
            rows = part_of(data, part)
            if Case(name, part) in cases:
                result = measure(rows)
            else:  # only "twice the rows" of the next smaller case
                result = {"others": last_layers(rows, [c for c in represent.CANDIDATES[data.kind]])}
            out.write_text(json.dumps(result | {"dataset": name, "part": part}))
            last = result.get("evidence", {}).get("last_layer", {})
            print(name, part, rows.n, last.get("score"), last.get("test_score"), round(result.get("cpu_seconds", 0)), flush=True)


if __name__ == "__main__":
    main()
