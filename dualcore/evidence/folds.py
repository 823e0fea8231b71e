"""Which rows are left out together where each is left out once: random within classes, whole groups, or by time."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from dualcore.evidence.lastlayer import Split

FOLDS = 5


@dataclass(frozen=True)
class Folds:
    """Which fold leaves a row out.

    of : (n,) number of each row's fold, 0 .. count - 1
    kind : streamed_folds (random, stratified by class); grouped (whole groups); time_ordered (a fold is fitted on the folds
        before it, and the first is not scored)
    units : (n,) numbers of the units that are drawn together in the bootstrap, or None
    """

    of: np.ndarray
    count: int
    kind: Literal["streamed_folds", "grouped", "time_ordered"]
    units: np.ndarray | None = None

    @classmethod
    def deal(
        cls, y: np.ndarray, n_classes: int, groups: np.ndarray | None = None, time: np.ndarray | None = None, seed: int = 0,
        parts: int = FOLDS,
    ) -> Folds:
        n, rng = len(y), np.random.default_rng(seed)
        if time is not None:
            return _by_time(time, parts)
        if groups is not None:
            sizes = np.bincount(codes := np.unique(groups, return_inverse=True)[1])
            if 1 < len(sizes) < n:
                place = _balanced(sizes, min(parts, len(sizes)), rng)
                return cls(place[codes], int(place.max()) + 1, "grouped", codes)
        of, parts = np.empty(n, dtype=np.int64), min(parts, n)
        of[np.lexsort((rng.random(n), y if n_classes else np.zeros(n)))] = np.arange(n) % parts
        return cls(of, parts, "streamed_folds")

    @property
    def ordered(self) -> bool:
        return self.kind == "time_ordered"

    @property
    def scored(self) -> np.ndarray:
        """Rows that have an out-of-fold prediction."""
        return np.flatnonzero(self.of > 0) if self.ordered else np.arange(len(self.of))

    def split(self) -> Split:
        """The same folds as pairs of (fit rows, scored rows)."""
        fitted = (lambda i: self.of < i) if self.ordered else (lambda i: self.of != i)
        numbers = range(int(self.ordered), self.count)
        pairs = [tuple(torch.from_numpy(np.flatnonzero(m)) for m in (fitted(i), self.of == i)) for i in numbers]
        return Split("leave_one_out" if self.kind == "streamed_folds" else self.kind, folds=pairs, units=self.units)


def _by_time(time: np.ndarray, parts: int) -> Folds:
    """Successive stretches of about equal length; rows of one moment stay in one."""
    n, order = len(time), np.argsort(time, kind="stable")
    _, first = np.unique(time[order], return_index=True)
    start = np.repeat(first, np.diff(np.append(first, n)))  # of the moment that a place in the order belongs to
    if len(first) == 1:
        start = np.arange(n)  # one moment only: the order of the file
    of, units = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    of[order] = np.unique(start * min(parts, n) // n, return_inverse=True)[1]
    units[order] = np.arange(n) * min(40, n) // n
    return Folds(of, int(of.max()) + 1, "time_ordered", units)


def _balanced(sizes: np.ndarray, parts: int, rng: np.random.Generator) -> np.ndarray:
    """Fold of every group: the largest first, into the fold with the fewest rows."""
    place, heap = np.empty(len(sizes), dtype=np.int64), [(0, i) for i in range(parts)]
    for group in np.lexsort((rng.random(len(sizes)), -sizes)):
        rows, fold = heapq.heappop(heap)
        place[group] = fold
        heapq.heappush(heap, (rows + int(sizes[group]), fold))
    return place
