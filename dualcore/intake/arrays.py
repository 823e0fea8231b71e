"""Examples that are arrays, as every reader of pictures, signals and sounds hands them on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dualcore.intake.limits import Limits
from dualcore.intake.reading import Reading

ArrayKind = Literal["image", "series", "audio"]


@dataclass(frozen=True)
class Parts:
    """The arrays of one file, before questions of target and split are asked.

    Attributes
    ----------
    X : uint8 (n, h, w, c) for images, float32 (n, channels, length) for series and audio
    y : (n,) object array of str (classes) or float64 (values)
    X_test, y_test : the same for the file's own test part, or None
    sample_rate : Hz, audio only (series when the file states it)
    """

    kind: ArrayKind
    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray | None = None
    y_test: np.ndarray | None = None
    sample_rate: float | None = None


def labels(raw: np.ndarray, names: np.ndarray | None, limits: Limits) -> np.ndarray:
    """Labels as class names (object array of str) or as values (float64).

    Parameters
    ----------
    raw : (n,) text, whole or real numbers
    names : (k,) text or None - ``names[raw]`` are the classes when ``raw`` are codes 0..k-1

    Whole numbers count as classes when there are at most 20 different ones or they run
    0..k-1 (or 1..k) with several examples each; otherwise they are values to predict.
    """
    if raw.dtype.kind == "S":
        raw = np.char.decode(raw, "utf-8", "replace")
    if raw.dtype.kind in "Ub":
        return np.array([str(v) for v in raw.tolist()], dtype=object)
    if raw.dtype.kind == "f" and not (np.isfinite(raw).all() and (raw == np.round(raw)).all()):
        return raw.astype(np.float64)
    codes = raw.astype(np.int64)
    distinct = np.unique(codes)
    if names is not None and len(distinct) and distinct[0] >= 0 and distinct[-1] < len(names):
        return np.array([str(v) for v in names[codes].tolist()], dtype=object)
    run = len(distinct) and distinct[0] in (0, 1) and distinct[-1] - distinct[0] == len(distinct) - 1
    if len(distinct) <= 20 or (run and len(distinct) <= limits.max_classes and len(codes) >= 3 * len(distinct)):
        return np.array([str(v) for v in codes.tolist()], dtype=object)
    return codes.astype(np.float64)


def fill_gaps(X: np.ndarray, limits: Limits) -> tuple[np.ndarray, int]:
    """Float32 signals without gaps, and how many values were missing, infinite or absurdly large.

    Parameters
    ----------
    X : float (n, channels, length); gaps are filled on the straight line between the neighbours,
        at the ends with the nearest value, and with 0 in a channel that is empty throughout.
    """
    with np.errstate(invalid="ignore"):
        good = np.abs(X) <= limits.largest_number
    missing = int(good.size - good.sum())
    if missing:
        X = X.copy()
        steps = np.arange(X.shape[2])
        for i, c in np.argwhere(~good.all(axis=2)):
            known = good[i, c]
            X[i, c, ~known] = np.interp(steps[~known], steps[known], X[i, c, known]) if known.any() else 0.0
    return X.astype(np.float32, copy=False), missing


def joined(signals: list[np.ndarray], reading: Reading, length: int | None = None) -> np.ndarray:
    """float32 (n, channels, length) of signals (channels, own length); says what was padded or cut.

    Parameters
    ----------
    length : the common length, or None for the most common one when half of the signals share it,
        else the median. Short signals go on with their last value.
    """
    own = np.array([s.shape[1] for s in signals])
    if length is None:
        values, counts = np.unique(own, return_counts=True)
        shared = 2 * counts.max() >= len(own)
        length = int(values[len(counts) - 1 - counts[::-1].argmax()] if shared else np.median(own))
    if length > reading.limits.series_length:
        reading.fail("series_too_long", length=length, limit=reading.limits.series_length)
    needed = 4 * len(signals) * signals[0].shape[0] * length
    if needed > reading.limits.array_bytes:
        reading.fail("series_too_large", megabytes=round(needed / 1e6), limit=round(reading.limits.array_bytes / 1e6))
    X = np.stack([fit_length(s[None], length)[0] for s in signals]).astype(np.float32, copy=False)
    padded, cut = int((own < length).sum()), int((own > length).sum())
    if padded or cut:
        reading.note(
            "series_lengths",
            "warning",
            shortest=int(own.min()),
            longest=int(own.max()),
            length=length,
            padded=padded,
            cut=cut,
        )
    return X


def fit_length(X: np.ndarray, length: int) -> np.ndarray:
    """(n, channels, L) at ``length``: cut at the end, or gone on with the last value."""
    if X.shape[2] >= length:
        return X[:, :, :length]
    return np.concatenate([X, np.repeat(X[:, :, -1:], length - X.shape[2], axis=2)], axis=2)
