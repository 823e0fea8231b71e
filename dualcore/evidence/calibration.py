"""Are the class probabilities what they say? Three ways to make them, on the same rows, none scored on rows it was fitted on.

- *prevalidated*: one temperature for the left-out scores (prevalidated ridge, arXiv 2401.15610); here it is fitted on the
  rows outside the block that is scored.
- *split*: a block is left out of the fit; half of it fits the temperature, the other half is scored.
- *none*: the left-out scores themselves, clipped to [0, 1] and scaled to sum 1.
"""

from __future__ import annotations

import numpy as np
import torch

from dualcore.evidence.lastlayer import (
    LastLayerFit,
    Split,
    calibrate,
    calibration_error,
    probabilities,
    reliability_bins,
)
from dualcore.evidence.records import Calibration, CalibrationMethod, ReliabilityBin
from dualcore.evidence.ridge import leave_out_some

BLOCKS, BLOCK_ROWS, SMALLEST = 5, 300, 50
DRAWS = 200


def measure(fit: LastLayerFit, y: np.ndarray, split: Split, seed: int) -> Calibration | None:
    """``y``: codes of ``fit.rows``. None where there are too few rows to tell."""
    n = len(y)
    if n < SMALLEST:
        return None
    rng = np.random.default_rng(seed)
    raw, codes = torch.from_numpy(fit.raw), torch.from_numpy(y.astype(np.int64))
    units = np.arange(n) if split.units is None else np.unique(split.units[fit.rows], return_inverse=True)[1]
    parts = max(BLOCKS, -(-n // BLOCK_ROWS))
    block = (rng.permutation(units.max() + 1) * parts // (units.max() + 1))[units]
    blocks = [b for b in (np.flatnonzero(block == i) for i in range(BLOCKS)) if len(b) > 1]
    rows = np.concatenate(blocks)
    made = {"prevalidated": torch.cat([_prevalidated(raw, codes, block != block[b[0]], b) for b in blocks])}
    if split.folds is None:  # the decomposition holds all rows: right where their order does not matter
        made["split"] = torch.cat(_split(fit, codes, blocks))
    clipped = raw[rows].clamp(0, 1) + 1e-9
    made["none"] = clipped / clipped.sum(1, keepdim=True)
    observed = y[rows]
    methods = [_method(name, observed, p.numpy(), rng) for name, p in made.items()]
    return Calibration(rows=len(rows), methods=methods, bins=_bins(observed, made["prevalidated"].numpy()))


def _prevalidated(raw: torch.Tensor, codes: torch.Tensor, others: np.ndarray, rows: np.ndarray) -> torch.Tensor:
    others = torch.from_numpy(others)
    return probabilities(raw[rows], float(calibrate(raw[others][None], codes[others])[0]))


def _split(fit: LastLayerFit, codes: torch.Tensor, blocks: list[np.ndarray]) -> list[torch.Tensor]:
    found = leave_out_some(fit.decomposition, fit.Y, fit.penalty, [torch.from_numpy(b) for b in blocks])
    out = []
    for raw, b in zip(found, blocks, strict=True):
        p, half = torch.empty_like(raw), torch.arange(len(b)) % 2 == 0
        for scored in (half, ~half):
            p[scored] = probabilities(raw[scored], float(calibrate(raw[~scored][None], codes[b][~scored])[0]))
        out.append(p)
    return out


def _method(name: str, y: np.ndarray, p: np.ndarray, rng: np.random.Generator) -> CalibrationMethod:
    error, top = calibration_error(y, p), p.max(1)
    draws = np.array([calibration_error(y[r], p[r]) for r in rng.integers(0, len(y), (DRAWS, len(y)))])
    # Resampling adds noise that the error counts as miscalibration: its mean is moved back to the measured value.
    low, high = np.quantile(draws - draws.mean() + error, [0.05, 0.95])
    right = [calibration_error(np.where(rng.random(len(y)) < top, p.argmax(1), -1), p) for _ in range(DRAWS)]
    loss = -np.log(np.clip(p[np.arange(len(y)), y], 1e-12, 1)).mean()
    return CalibrationMethod(
        name=name, error=error, low=float(max(0.0, min(low, error))), high=float(max(high, error)), by_chance=float(np.quantile(right, 0.95)),
        log_loss=float(loss),
    )


def _bins(y: np.ndarray, p: np.ndarray) -> list[ReliabilityBin]:
    top, right = p.max(1), p.argmax(1) == y
    out = []
    for rows in reliability_bins(top):
        k, hits = len(rows), int(right[rows].sum())
        # Wilson's interval keeps a width where every row is right.
        centre, half = (hits + 1.353) / (k + 2.706), 1.645 * np.sqrt(hits * (k - hits) / k + 0.676) / (k + 2.706)
        out.append(ReliabilityBin(
            predicted=float(top[rows].mean()), observed=hits / k, low=float(max(0.0, centre - half)), high=float(min(1.0, centre + half)), rows=k,
        ))
    return out
