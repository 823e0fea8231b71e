"""Every real dataset through the command line: score, interval, simple models, seconds, memory, verdict.

    python -m benchmarks.public [NAME ...]

Needs the datasets (folder DUALCORE_SHARED, or ``shared`` beside the repository). Each dataset is written as the files a
user would bring, then evaluated by ``python -m dualcore evaluate`` in a process of its own, with its test part apart.
Reference scores are those of a plain fully connected dual kernel on at most 2,000 rows, measured independently.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("DUALCORE_SHARED", ROOT.parent / "shared"))
REFERENCE = {
    "adult": 0.847, "ai4i2020": 0.974, "german_credit": 0.792, "letter": 0.898, "spambase": 0.939, "car_evaluation": 0.956,
    "sonar": 0.865, "phoneme": 0.884, "magic_gamma": 0.860, "occupancy": 0.910, "cmc_LABELS_PERMUTED": 0.427,
    "california_housing": 0.751, "kin8nm": 0.884, "power_plant": 0.945, "quake_natural_noise": 0.007, "abalone": 0.581,
    "mnist_t10k": 0.939, "cifar10": 0.415, "deeppcb_defects": 0.895, "gunpoint": 0.960, "osuleaf": 0.562,
    "basic_motions": 0.900, "synthetic_control": 0.973, "ecg200": 0.870, "lightning7": 0.644, "trace": 0.800, "cwru_bearing": 0.720,
}
LIMIT_S = 120


def entries(bundle: str) -> dict[str, dict]:
    path = SHARED / "datasets" / bundle / "MANIFEST.json"
    return {e["name"]: e | {"folder": path.parent} for e in json.loads(path.read_text(encoding="utf-8"))["datasets"]}


def write_parts(entry: dict, folder: Path) -> tuple[Path, Path | None, list[str]]:
    """(data, test file or None, extra arguments): the training part and the test part as files."""
    files = [entry["folder"] / f["path"] for f in entry["files"]]
    form = entry["format"]
    target = [] if form.startswith(("npz", "zip")) else ["--target", entry["target"]]
    if form in ("npz_split", "zip_folders"):
        return files[0], None, target  # train and test parts lie in the one file
    if len(files) >= 2 and "train_test" in form:
        drop = entry.get("drop_columns")
        if not drop:
            return files[0], files[1], target
        frames = [pd.read_csv(f).drop(columns=drop) for f in files[:2]]
    elif form == "npz_flat":
        return _split_npz(entry, files[0], folder), None, target
    else:
        read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "xlsx": pd.read_excel}[form]
        frame = read(files[0]).drop(columns=entry.get("drop_columns", []))
        test = np.zeros(len(frame), dtype=bool)
        test[np.load(entry["folder"] / entry["split_file"])] = True
        frames = [frame[~test], frame[test]]
    paths = [folder / f"{entry['name']}_{part}.csv" for part in ("train", "test")]
    for frame, path in zip(frames, paths, strict=True):
        frame.to_csv(path, index=False)
    return *paths, target


def _split_npz(entry: dict, file: Path, folder: Path) -> Path:
    with np.load(file, allow_pickle=False) as z:
        X, y = (z["images"] if "images" in z else z["X"]), (z["labels"] if "labels" in z else z["y"])
    test = np.zeros(len(y), dtype=bool)
    test[np.load(entry["folder"] / entry["split_file"])] = True
    path = folder / f"{entry['name']}.npz"
    np.savez(path, x_train=X[~test], y_train=y[~test], x_test=X[test], y_test=y[test])
    return path


def run(entry: dict, folder: Path, extra: list[str] | None = None) -> dict:
    """Evaluate one dataset in its own process; seconds are those of the whole command."""
    data, test, arguments = write_parts(entry, folder)
    out = folder / f"{entry['name']}.json"
    command = [sys.executable, "-m", "dualcore", "evaluate", str(data), *arguments, *(["--test", str(test)] if test else [])]
    start = time.perf_counter()
    done = subprocess.run([*command, "--json", str(out), *(extra or [])], capture_output=True, text=True, cwd=ROOT, timeout=600)
    seconds = time.perf_counter() - start
    if done.returncode:
        return {"name": entry["name"], "seconds": seconds, "failed": done.stderr.strip().splitlines()[-1:]}
    return json.loads(out.read_text(encoding="utf-8")) | {"name": entry["name"], "seconds": seconds}


def row(report: dict) -> str:
    if "failed" in report:
        return f"| {report['name']} | failed: {report['failed']} | | | | | | | {report['seconds']:.0f} | | |"
    last, base = report["last_layer"], {r["name"]: r for r in report["references"]}
    show = lambda v: "" if v is None else f"{v:.3f}"  # noqa: E731
    reference = REFERENCE.get(report["name"])
    return (
        f"| {report['name']} | {report['skeleton']['name']} | {show(last['score'])} | {last['low']:.3f} to {last['high']:.3f} "
        f"| {show(last['test_score'])} | {show(reference)} | {show(base['linear']['test_score'])} "
        f"| {show(base['boosted_trees']['test_score'])} | {report['seconds']:.0f} | {report['cost']['peak_memory_bytes'] / 2**30:.1f} "
        f"| {report['verdict']['decision']} ({report['verdict']['confidence']:.2f}) |"
    )


def main() -> None:
    chosen = entries("public")
    names = sys.argv[1:] or list(chosen)
    print("| dataset | skeleton | score | 90 % interval | test | reference | linear | boosted trees | s | GiB | verdict |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    slow, covered, known = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            report = run(chosen[name], Path(folder))
            print(row(report), flush=True)
            if report["seconds"] > LIMIT_S or "failed" in report:
                slow.append(name)
            if "failed" not in report and report["last_layer"]["test_score"] is not None:
                known += 1
                covered += report["last_layer"]["low"] <= report["last_layer"]["test_score"] <= report["last_layer"]["high"]
    print(f"\ninterval holds the test score: {covered} of {known}; over {LIMIT_S} s or failed: {', '.join(slow) or 'none'}")
    print(f"largest child: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20:.1f} GiB")


if __name__ == "__main__":
    main()
