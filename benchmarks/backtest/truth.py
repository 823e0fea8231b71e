"""Full training of every case: the truth on the test part.

    python -m benchmarks.backtest.truth [NAME ...]

One thread, CPU seconds, so that the figures do not depend on what else the machine does. What is there is kept.
"""

from __future__ import annotations

import json
import sys
import time

import dualcore  # noqa: F401 - before torch: it settles how idle threads wait

import torch  # isort: skip

from benchmarks.backtest.cases import WORK, all_cases, part_of, whole
from dualcore.evidence import families, metrics
from dualcore.evidence.fulltraining import train_fully
from dualcore.evidence.lastlayer import Split
from dualcore.evidence.probe import _hold_out
from dualcore.intake import Dataset, fit_encoder


def truth(data: Dataset, seed: int = 0) -> dict:
    """Test score of each family's best setting, chosen on validation rows."""
    encoder = fit_encoder(data)
    X, C = encoder.transform(data.X), len(data.classes)
    metric = "accuracy" if C else "r2"
    fit_rows, held = _hold_out(data.n, data.y, C, Split.of(data.n, data.groups, data.time), seed)
    X_test = encoder.transform(data.X_test)
    found = {}
    for family in families.families(data.kind):
        begin = time.process_time()
        full = train_fully(X, data.y, C, metric, fit_rows.numpy(), held.numpy(), (family,), seed)
        cpu = time.process_time() - begin
        found[family] = {
            "validation": full.best.score, "test": metrics.score(metric, data.y_test, full.predict(X_test)),
            "cpu_seconds": cpu, "flops": full.flops, "rate": full.best.rate, "decay": full.best.decay, "epochs": full.best.epochs,
            "trials": [vars(t) for t in full.trials],
        }
    return {"metric": metric, "kind": data.kind, "rows": data.n, "test_rows": len(data.y_test), "families": found}


def main() -> None:
    torch.set_num_threads(1)
    folder = WORK / "truth"
    folder.mkdir(parents=True, exist_ok=True)
    data, name = None, ""
    for case in sorted(all_cases(sys.argv[1:]), key=lambda c: (c.part != 1, c.dataset, c.part)):
        out = folder / f"{case.key}.json"
        if out.exists():
            continue
        if case.dataset != name:
            data, name = whole(case.dataset), case.dataset
        result = truth(part_of(data, case.part))
        out.write_text(json.dumps(result | {"dataset": case.dataset, "part": case.part}, indent=1))
        shown = {f: (round(v["validation"], 3), round(v["test"], 3), round(v["cpu_seconds"])) for f, v in result["families"].items()}
        print(case.key, result["rows"], shown, flush=True)


if __name__ == "__main__":
    main()
