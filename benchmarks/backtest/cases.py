"""The cases: real datasets, whole and in parts, each with a test part that no evidence sees.

A case is a dataset and the share of its training rows that is used: 1, 1/2 (1/4 where the half is
still large) and, where 100 rows remain, 1/8. Halves tell what twice the rows would have brought, parts show small data.
"""

from __future__ import annotations

import math
import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.public import entries, write_parts
from dualcore.intake import Dataset, load

ROOT = Path(__file__).resolve().parents[2]
WORK = Path(os.environ.get("DUALCORE_BACKTEST", ROOT / "var" / "backtest"))
PARTS = (1, 2, 4, 8, 16)  # the training rows are divided by these; cases are 1, 2 (or 4) and 8, the others are "twice the rows"
CASES = (1, 2, 8)
LEAST = 100
MOST = {"image": 1700, "tabular": 10_000}
SEED = 20_26


@dataclass(frozen=True)
class Case:
    dataset: str
    part: int

    @property
    def key(self) -> str:
        return f"{self.dataset}-{self.part}"


def known() -> dict[str, dict]:
    return entries("public") | entries("samples")


def all_cases(names: list[str] | None = None) -> list[Case]:
    found = []
    for name, entry in known().items():
        if names and name not in names:
            continue
        for part in (*CASES, 4):
            if _too_large(entry, part) or (part == 4 and not _too_large(entry, 2)):
                continue
            if part == 1 or (part == 2 and entry["n_train"] >= 60) or entry["n_train"] // part >= LEAST:
                found.append(Case(name, part))
    return found


def _too_large(entry: dict, part: int) -> bool:
    """Full training on many rows takes hours on two cores: the largest case of such a dataset is a part of it."""
    return entry["n_train"] // part > MOST.get(entry["modality"], math.inf)


def whole(name: str) -> Dataset:
    entry = known()[name]
    with tempfile.TemporaryDirectory() as folder:
        data, test, arguments = write_parts(entry, Path(folder))
        return load(data, target=arguments[1] if arguments else None, test=test)


def part_of(data: Dataset, part: int) -> Dataset:
    """A stratified share of the training rows; nested: the part 1/8 lies in 1/4, that in 1/2."""
    if part == 1:
        return data
    rng = np.random.default_rng(SEED)
    order = rng.random(data.n)
    if data.classes:
        # Rank within the class, so that every prefix keeps the class shares.
        place = np.empty(data.n)
        for c in range(len(data.classes)):
            mine = np.flatnonzero(data.y == c)
            place[mine[np.argsort(order[mine])]] = (np.arange(len(mine)) + rng.random()) / len(mine)
        order = place
    rows = np.sort(np.argsort(order, kind="stable")[: data.n // part])
    X = data.X.iloc[rows].reset_index(drop=True) if hasattr(data.X, "iloc") else data.X[rows]
    take = lambda a: None if a is None else a[rows]  # noqa: E731
    profile = data.profile.model_copy(update={"rows": len(rows)})
    return replace(data, X=X, y=data.y[rows], time=take(data.time), groups=take(data.groups), profile=profile)
