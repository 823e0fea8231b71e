"""Signals in tables: one row per signal (wide), or one row per time step (long)."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from dualcore.intake.arrays import fill_gaps, joined
from dualcore.intake.limits import Limits
from dualcore.intake.reading import Reading, listed

_NUMBERED = re.compile(r"(.*?)(\d+)")
_TIME_PREFIX = re.compile(r"(t|ts|time|step|sample|tick|sec|ms|時刻|時間|時点|点)[\s_.\-]*", re.IGNORECASE)
_CASE = re.compile(
    r"(case|id|series|sample|unit|sensor|machine|device|trial|run|recording|segment|window|cycle|subject|lot|instance|episode)"
    r"([\s_\-]*(id|no|nr|num|number|index))?|.+[\s_\-]id|.*(番号|ケース|系列|個体|試行|ロット|サイクル|装置)(id|no)?",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(t|ts|time|times|timestamp|time[\s_\-]*stamp|datetime|date|step|tick|frame|second|seconds|sec|ms|dim_time)"
    r"([\s_\-]*(s|sec|ms|step|index|id|no))?|time.*|.*[\s_\-](time|step)|.*(時刻|時間|日時|経過|ステップ|時点|秒).*",
    re.IGNORECASE,
)
_ROWS_PER_CASE = 8  # fewer rows per case are repeated measurements rather than a signal
_MOST_EXTRAS = 2  # other columns beside a wide signal (a name, a number)


def numbered_run(names: list[str]) -> list[str]:
    """The longest run of names that count upwards by one: ``t0, t1, ...``, ``V1, V2, ...``, ``0, 1, ...``."""
    numbers = [_NUMBERED.fullmatch(str(name).strip()) for name in names]
    best, start = (0, 0), 0
    for i, match in enumerate(numbers):
        before = numbers[i - 1] if i else None
        follows = match and before and match[1] == before[1] and int(match[2]) == int(before[2]) + 1
        start = start if follows else i
        if match and i + 1 - start > best[1] - best[0]:
            best = (start, i + 1)
    return list(names[slice(*best)])


def wide_series(frame: pd.DataFrame, target: str | None, limits: Limits) -> list[str]:
    """The columns of a wide table that are steps of one signal, in order; [] when it is a plain table.

    Names must count upwards by one. Names that say time (``t0``, ``step_1``) are believed; for others
    (``V1``, ``0``) the values must look like a signal: one scale, and neighbours alike more than strangers.
    """
    inputs = [c for c in frame.columns if c != target]
    columns = numbered_run(inputs)
    if len(columns) < limits.series_columns or len(inputs) - len(columns) > _MOST_EXTRAS:
        return []
    if any(frame[c].dtype.kind != "f" for c in columns):
        return []
    prefix = _NUMBERED.fullmatch(str(columns[0]).strip())[1]
    if _TIME_PREFIX.fullmatch(prefix):
        return columns
    return columns if _like_a_signal(frame[columns]) else []


def _like_a_signal(frame: pd.DataFrame) -> bool:
    """One scale in all columns, and neighbouring columns more alike than far ones (or than chance)."""
    values = frame.iloc[:: max(1, len(frame) // 1000)].to_numpy(np.float64)
    if len(values) < 8:
        return False
    values = np.where(np.isfinite(values), values, np.nanmean(np.where(np.isfinite(values), values, np.nan)))
    spread, middle = values.std(axis=0), values.mean(axis=0)
    moving = spread > 0
    if moving.sum() < 0.8 * len(moving):
        return False
    typical = np.median(spread[moving])
    if np.quantile(spread[moving], 0.9) > 30 * np.quantile(spread[moving], 0.1) or np.ptp(middle) > 30 * typical:
        return False
    scaled = (values[:, moving] - middle[moving]) / spread[moving]
    count = scaled.shape[1]
    alike = [abs(np.mean(scaled[:, lag:] * scaled[:, :-lag])) for lag in (1, 2, 3)]
    lags = range(count // 3, 2 * count // 3)
    strangers = np.mean([np.mean(np.abs((scaled[:, lag:] * scaled[:, :-lag]).mean(axis=0))) for lag in lags])
    return bool(max(alike) >= 0.3 and max(alike) >= strangers + 0.1)


def series_from_wide(frame: pd.DataFrame, columns: list[str], reading: Reading) -> np.ndarray:
    """float32 (n, 1, length) of the columns; gaps are filled and counted in a note."""
    if len(columns) > reading.limits.series_length:
        reading.fail("series_too_long", length=len(columns), limit=reading.limits.series_length)
    X, missing = fill_gaps(frame[columns].to_numpy(np.float64)[:, None, :], reading.limits)
    if missing:
        reading.note("array_values_missing", "warning", count=missing)
    return X


def looks_long(frame: pd.DataFrame, target: str | None = None) -> tuple[str, str] | None:
    """(case column, time column) of a long table: several rows per case and one target per case."""
    names = [str(c) for c in frame.columns]
    target = names[-1] if target is None else target
    cases = [c for c in names if c != target and _CASE.fullmatch(c.strip())]
    for case in cases:
        rows = frame.groupby(case, observed=True, sort=False).size()
        if len(rows) < 2 or rows.median() < _ROWS_PER_CASE:
            continue
        if (frame.groupby(case, observed=True, sort=False)[target].nunique(dropna=True) > 1).mean() > 0.02:
            continue
        for time in names:
            usable = time not in (case, target) and frame[time].dtype.kind in "fM" and _TIME.fullmatch(time.strip())
            if usable and frame.duplicated([case, time]).mean() < 0.05 and _signals(frame, case, time, target):
                return case, time
    return None


def _signals(frame: pd.DataFrame, case: str, time: str, target: str) -> list[str]:
    return [c for c in frame.columns if c not in (case, time, target) and frame[c].dtype.kind == "f"]


def long_series(
    frame: pd.DataFrame, case: str, time: str, target: str, reading: Reading, length: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A long table as signals, sorted by case and time.

    Returns
    -------
    X : float32 (n, channels, length), one channel per numeric column
    y : (n,) object array of str or float64, the target of each case
    cases : (n,) the case column's values, sorted
    """
    channels = _signals(frame, case, time, target)
    if not channels:
        reading.fail("series_no_channels", case=case, time=time)
    ignored = [c for c in frame.columns if c not in (case, time, target, *channels)]
    if ignored:
        reading.note("series_columns_ignored", names=listed(ignored), count=len(ignored))
    complete = frame[[case, time, target]].notna().all(axis=1)
    if not complete.all():
        reading.note("series_rows_dropped", "warning", count=int((~complete).sum()))
        frame = frame[complete]
    if frame.empty:
        reading.fail("series_no_rows", case=case, time=time)
    frame = frame.sort_values([case, time], kind="stable")
    twice = frame.duplicated([case, time])
    if twice.any():
        named = listed([_shown(c) for c in frame.loc[twice, case].drop_duplicates()])
        reading.note("series_duplicate_times", "warning", count=int(twice.sum()), cases=named)
        frame = frame[~twice]
    ids, starts = np.unique(frame[case].to_numpy(), return_index=True)
    when = _seconds(frame[time])
    bounds = [*starts[1:].tolist(), len(frame)]
    spans = list(zip(starts.tolist(), bounds, strict=True))
    signals = _without_holes(frame[channels].to_numpy(np.float64), when, spans, ids, reading)
    X, missing = fill_gaps(joined(signals, reading, length), reading.limits)
    if missing:
        reading.note("array_values_missing", "warning", count=missing)
    reading.note("series_long", case=case, time=time, count=len(ids), channels=len(channels), length=X.shape[2])
    return X, _targets(frame, case, target, reading), ids


def _seconds(times: pd.Series) -> np.ndarray:
    if times.dtype.kind == "M":
        return times.to_numpy("datetime64[us]").astype(np.int64) / 1e6
    return times.to_numpy(np.float64)


def _without_holes(
    values: np.ndarray, when: np.ndarray, spans: list[tuple[int, int]], ids: np.ndarray, reading: Reading
) -> list[np.ndarray]:
    """Signals (channels, length) of the spans; steps left out of an even clock come back as NaN.

    A clock is even when nine in ten of its steps are the usual one.
    """
    steps = np.concatenate([np.diff(when[a:b]) for a, b in spans] or [np.empty(0)])
    usual = float(np.median(steps)) if len(steps) else 0.0
    even = usual > 0 and float((np.abs(steps - usual) <= 0.1 * usual).mean()) >= 0.9
    signals, with_gap, added, left = [], [], 0, []
    for (a, b), name in zip(spans, ids, strict=True):
        own, place = values[a:b].T, np.arange(b - a)
        if even and (np.diff(when[a:b]) > 1.5 * usual).any():
            grid = np.round((when[a:b] - when[a]) / usual).astype(np.int64)
            if grid[-1] + 1 <= 2 * (b - a) and len(np.unique(grid)) == b - a:
                place = grid
                with_gap.append(_shown(name))
                added += int(grid[-1]) + 1 - (b - a)
            else:
                left.append(_shown(name))
        signal = np.full((own.shape[0], int(place[-1]) + 1), np.nan)
        signal[:, place] = own
        signals.append(_bridged(signal, place))
    if with_gap:
        reading.note("series_gap", "warning", count=len(with_gap), cases=listed(with_gap), steps=added)
    if left:
        reading.note("series_gap_left", "warning", count=len(left), cases=listed(left))
    return signals


def _bridged(signal: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Steps between ``place`` filled on a straight line; cells that were blank in the file stay NaN."""
    if len(place) < signal.shape[1]:
        hole = np.setdiff1d(np.arange(signal.shape[1]), place)
        for channel in signal:
            known = place[np.isfinite(channel[place])]
            channel[hole] = np.interp(hole, known, channel[known]) if len(known) else 0.0
    return signal


def _targets(frame: pd.DataFrame, case: str, target: str, reading: Reading) -> np.ndarray:
    """One target per case: the only one, or the most frequent one, which is then said."""
    grouped = frame.groupby(case, observed=True, sort=True)[target]
    varying = grouped.nunique() > 1
    if varying.any():
        named = listed([_shown(c) for c in varying.index[varying]])
        reading.note("series_target_varies", "serious", count=int(varying.sum()), cases=named, target=target)
    chosen = grouped.agg(lambda own: own.mode().iloc[0]) if varying.any() else grouped.first()
    return chosen.to_numpy(np.float64) if chosen.dtype.kind == "f" else chosen.astype(str).to_numpy(object)


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
