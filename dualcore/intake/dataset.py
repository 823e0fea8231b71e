"""From a Source and a question to a Dataset: target, roles of the columns, honest groups, profile."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from dualcore.intake import series, suspects
from dualcore.intake.columns import Typed
from dualcore.intake.encode import Encoder
from dualcore.intake.limits import DEFAULT, Limits
from dualcore.intake.matching import matched
from dualcore.intake.reading import Reading, listed
from dualcore.intake.records import ClassShare, Column, Dataset, Profile, Question, ReadOptions
from dualcore.intake.source import Source, from_frame, inspect
from dualcore.intake.target import Answer, answer_of, codes_in

INPUTS = ("numeric", "categorical", "date", "text")


def load(
    data: str | Path | pd.DataFrame,
    *,
    target: str | None = None,
    test: str | Path | pd.DataFrame | None = None,
    task: str = "auto",
    time_column: str | None = None,
    group_column: str | None = None,
    keep_suspects: bool = False,
    options: ReadOptions = ReadOptions(),
    limits: Limits = DEFAULT,
) -> Dataset:
    """Read and prepare in one call. Raises DataError; see ``inspect`` and ``prepare``."""
    look = lambda d: from_frame(d, limits=limits) if isinstance(d, pd.DataFrame) else inspect(d, options=options, limits=limits)  # noqa: E731
    question = Question(target=target, task=task, time_column=time_column, group_column=group_column, keep_suspects=keep_suspects)
    return prepare(look(data), question, None if test is None else look(test), limits)


def prepare(source: Source, question: Question = Question(), test: Source | None = None, limits: Limits = DEFAULT) -> Dataset:
    """Decide what to predict from what.

    Raises
    ------
    DataError : when the target cannot be used, nothing is left to learn from, or the test file does not fit
    """
    return replace(_prepared(source, question, test, limits), question=question, options=source.options)


def _prepared(source: Source, question: Question, test: Source | None, limits: Limits) -> Dataset:
    reading = Reading(source.name, source.options, limits, list(source.notes))
    digest = _digest(source, question, test)
    if source.parts is not None:
        return _arrays(source, question, test, reading, digest)
    target = question.target or source.suggested.target
    if target is None or target not in source.typed:
        reading.fail("no_column" if question.target else "no_target", column=target or "", known=listed(list(source.typed)))
    if question.target is None:
        reading.note("target_assumed", target=target)
    if source.kind == "series":
        return _series(source, question, test, target, reading, digest)
    return _table(source, question, test, target, reading, digest)


def _digest(source: Source, question: Question, test: Source | None) -> str:
    parts = [source.sha256, source.options.model_dump_json(), question.model_dump_json(), test.sha256 if test else ""]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True)
class _Roles:
    columns: tuple[Column, ...]  # every column with the role it plays
    inputs: tuple[str, ...]


def _table(source: Source, question: Question, test: Source | None, target: str, reading: Reading, digest: str) -> Dataset:
    typed = source.typed
    for name in (question.time_column, question.group_column):
        if name is not None and name not in typed:
            reading.fail("no_column", column=name, known=listed(list(typed)))
    others = [n for n, t in typed.items() if n != target and t.role == "categorical" and 2 <= t.distinct <= 20]
    own = typed[target]
    answer = answer_of(target, own.values, own.role, question.task, reading, others)
    time_column = _time_column(source, question, answer, reading)
    roles = _roles(typed, target, time_column, question, answer, reading)
    if not roles.inputs:
        reading.fail("no_inputs", target=target)
    frame = pd.DataFrame({n: typed[n].values[answer.keep].reset_index(drop=True) for n in roles.inputs})
    time = None if time_column is None else _sort_key(typed[time_column].values[answer.keep])
    groups, duplicates = _groups(frame, answer, typed, question, reading)
    drift = None if time is None else suspects.drift(frame, time)
    if drift is not None and drift >= reading.limits.drift_auc:
        reading.note("drift", "warning", column=time_column, auc=round(drift, 2))
    X_test, y_test = (None, None) if test is None else _test_part(test, target, roles, answer, reading)
    cells = max(1, sum(len(typed[n].values) for n in roles.inputs))
    profile = Profile(
        kind="table", rows=len(answer.y), test_rows=0 if y_test is None else len(y_test), columns=list(roles.columns),
        task=answer.task, target=target, missing_share=sum(typed[n].missing for n in roles.inputs) / cells,
        duplicate_rows=duplicates, time_column=time_column, group_column=question.group_column, drift_auc=drift,
        size_bytes=source.size_bytes, **_about_target(answer),
    )
    return Dataset(
        source.name, "table", answer.task, target, frame, answer.y, answer.classes, digest, profile, tuple(reading.notes),
        X_test, y_test, time, groups, tuple(c for c in roles.columns if c.role in INPUTS),
    )


def _time_column(source: Source, question: Question, answer: Answer, reading: Reading) -> str | None:
    """The column asked for; or a date column by which the file is sorted, and then that is said."""
    if question.time_column is not None:
        return question.time_column
    for name, t in source.typed.items():
        if t.role != "date" or name == question.target:
            continue
        known = _sort_key(t.values[answer.keep])
        steps = np.diff(known)
        if np.isfinite(known).all() and (steps >= 0).mean() > 0.98 and len(np.unique(known)) > 0.5 * len(known):
            reading.note("time_order_assumed", "warning", column=name)
            return name
        reading.note("time_order_possible", column=name)
    return None


def _sort_key(values: pd.Series) -> np.ndarray:
    """Seconds, or the numbers themselves; blanks sort first, as nothing is known of them."""
    if values.dtype.kind == "M":
        seconds = values.to_numpy("datetime64[s]").astype(np.float64)
        return np.where(values.isna().to_numpy(), -np.inf, seconds)
    if values.dtype.kind in "fiu":
        return np.nan_to_num(values.to_numpy(np.float64), nan=-np.inf)
    return pd.factorize(values, sort=True)[0].astype(np.float64)


def _roles(typed: dict[str, Typed], target: str, time: str | None, question: Question, answer: Answer, reading: Reading) -> _Roles:
    """What each column is used for; columns that are left out are named with the reason."""
    taken = {target: "target"} | ({time: "time"} if time else {})
    if question.group_column:
        taken[question.group_column] = "group"
    columns, left_out = [], {"empty": [], "constant": [], "identifier": [], "leak": [], "ignored": []}
    for name, column in typed.items():
        role = taken.get(name) or _role_of(name, column, question, answer, reading)
        if role in left_out:
            left_out[role].append(name)
        columns.append(column.record(name).model_copy(update={"role": role}))
    codes = {"empty": "columns_empty", "constant": "columns_constant", "identifier": "identifiers", "leak": "leaks", "ignored": "high_cardinality"}
    for role, names in left_out.items():
        if names:
            level = {"leak": "serious", "identifier": "warning", "ignored": "warning"}.get(role, "info")
            reading.note(codes[role], level, count=len(names), columns=listed(names))
    texts = [c.name for c in columns if c.role == "text"]
    if texts:
        reading.note("text_used", columns=listed(texts))
    return _Roles(tuple(columns), tuple(c.name for c in columns if c.role in INPUTS))


def _role_of(name: str, column: Typed, question: Question, answer: Answer, reading: Reading) -> str:
    if column.role in ("empty", "constant"):
        return column.role
    if question.keep_suspects:
        return column.role
    values = column.values[answer.keep].reset_index(drop=True)
    if suspects.is_identifier(name, column):
        return "identifier"
    if column.role == "categorical" and column.distinct > max(100, 0.5 * len(values)):
        return "ignored"
    if column.role in ("numeric", "categorical"):
        classification = bool(answer.classes)
        if suspects.flags_the_answer(values, column.role, answer.y, classification):
            return "leak"
        alone = suspects.leak_score(values, column.role, answer.y, classification)
        if alone >= suspects.LEAK:
            return "leak"
        if alone >= suspects.DOMINANT:
            reading.note("dominant_column", "warning", column=name, percent=round(100 * alone))
    return column.role


def _groups(frame: pd.DataFrame, answer: Answer, typed, question: Question, reading: Reading) -> tuple[np.ndarray | None, int]:
    """(group numbers or None, repeated rows). Exact duplicates stay on one side of every split."""
    keys = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    whole = pd.DataFrame({"inputs": keys, "target": answer.y})
    duplicates = int(whole.duplicated().sum())
    share = duplicates / len(whole)
    if question.group_column:
        return pd.factorize(typed[question.group_column].values[answer.keep].astype(str))[0], duplicates
    if share < reading.limits.duplicate_share:
        return None, duplicates
    reading.note("duplicates", "warning" if share > 0.05 else "info", rows=duplicates, percent=round(100 * share))
    return pd.factorize(keys)[0], duplicates


def _about_target(answer: Answer) -> dict:
    if answer.classes:
        counts = np.bincount(answer.y, minlength=len(answer.classes))
        return {"classes": [ClassShare(name=c, rows=int(k), share=k / len(answer.y)) for c, k in zip(answer.classes, counts)]}
    counts, edges = np.histogram(answer.y, bins=min(30, max(5, len(answer.y) // 20)))
    bars = [(float(a), float(b), int(k)) for a, b, k in zip(edges, edges[1:], counts)]
    return {"target_mean": float(answer.y.mean()), "target_std": float(answer.y.std()), "target_histogram": bars}


def _test_part(test: Source, target: str, roles: _Roles, answer: Answer, reading: Reading) -> tuple[pd.DataFrame, np.ndarray]:
    """Inputs and labels of the test file, with the training file's columns and classes."""
    if test.typed is None:
        reading.fail("test_other_kind", test=test.name)
    missing = [n for n in (*roles.inputs, target) if n not in test.typed]
    if missing:
        reading.fail("test_columns_missing", test=test.name, columns=listed(missing))
    kinds = {c.name: c.role for c in roles.columns}
    frame = pd.DataFrame({n: _as_role(test.typed[n].values, kinds[n]) for n in roles.inputs})
    y, keep = _test_labels(test.typed[target].values, answer, test.name, reading)
    return frame[keep].reset_index(drop=True), y


def _as_role(values: pd.Series, role: str) -> pd.Series:
    """Test values in the type that the training column has."""
    if role == "numeric":
        return pd.to_numeric(values, errors="coerce")
    if role == "date":
        return pd.to_datetime(values, errors="coerce")
    if values.dtype.kind == "f":
        return values.map(lambda v: None if pd.isna(v) else f"{v:g}").astype(object)
    return values


def _test_labels(values: pd.Series, answer: Answer, name: str, reading: Reading) -> tuple[np.ndarray, np.ndarray]:
    if answer.classes:
        y, keep = codes_in(values, answer.classes)
    else:
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
        keep = np.isfinite(numbers)
        y = numbers[keep]
    if not keep.all():
        reading.note("test_rows_unknown", "warning", test=name, rows=int((~keep).sum()))
    if not len(y):
        reading.fail("test_no_labels", test=name)
    return y, keep


def _series(source: Source, question: Question, test: Source | None, target: str, reading: Reading, digest: str) -> Dataset:
    """A wide or long table of signals."""
    layout = _layout_of(source, question, target, reading)
    X, values = _signals_of(source, target, layout, reading)
    answer = answer_of(target, values, _plain_role(values), question.task, reading, [])
    X_test = y_test = None
    if test is not None:
        if test.typed is None:
            reading.fail("test_other_kind", test=test.name)
        own = Reading(test.name, test.options, reading.limits)
        X_test, labels = _signals_of(test, target, replace(layout, length=X.shape[2]), own)
        if X_test.shape[1:] != X.shape[1:]:
            reading.fail("test_other_shape", test=test.name, found=str(X_test.shape[1:]), expected=str(X.shape[1:]))
        y_test, keep = _test_labels(labels, answer, test.name, reading)
        X_test = X_test[keep]
    return _finish("series", source, X[answer.keep], answer, target, X_test, y_test, None, reading, digest)


def _plain_role(values: pd.Series) -> str:
    return "numeric" if values.dtype.kind in "fiu" else "categorical"


@dataclass(frozen=True)
class _Layout:
    """Where the signals stand in a table: the columns of a wide one, or case, time and length of a long one."""

    columns: tuple[str, ...] = ()
    case: str = ""
    time: str = ""
    length: int | None = None


def _layout_of(source: Source, question: Question, target: str, reading: Reading) -> _Layout:
    frame = _frame(source)
    if long := series.looks_long(frame, target):
        return _Layout(case=question.group_column or long[0], time=question.time_column or long[1])
    columns = series.wide_series(frame, target, reading.limits)
    reading.note("series_assumed", columns=len(columns), first=columns[0], last=columns[-1])
    return _Layout(columns=tuple(columns))


def _frame(source: Source) -> pd.DataFrame:
    return pd.DataFrame({n: t.values for n, t in source.typed.items()})


def _signals_of(source: Source, target: str, layout: _Layout, reading: Reading) -> tuple[np.ndarray, pd.Series]:
    """Signals (n, channels, length) and their targets."""
    needed = [*layout.columns, target] if layout.columns else [layout.case, layout.time, target]
    missing = [n for n in needed if n not in source.typed]
    if missing:
        reading.fail("test_columns_missing", test=source.name, columns=listed(missing))
    frame = _frame(source)
    if layout.columns:
        numbers = frame[list(layout.columns)].apply(pd.to_numeric, errors="coerce")
        return series.series_from_wide(numbers, list(layout.columns), reading), frame[target]
    X, values, _ = series.long_series(frame, layout.case, layout.time, target, reading, layout.length)
    return X, pd.Series(values)


def _arrays(source: Source, question: Question, test: Source | None, reading: Reading, digest: str) -> Dataset:
    """Images, signals and sound that came as arrays or folders."""
    parts = source.parts
    values = pd.Series(parts.y)
    answer = answer_of("label", values, _plain_role(values), question.task, reading, [])
    X_test, labels = parts.X_test, parts.y_test
    if test is not None:
        if test.parts is None or test.kind != source.kind:
            reading.fail("test_other_kind", test=test.name)
        like = matched(test.parts, parts.X.shape[1:], parts.sample_rate)
        X_test, labels = like.X, like.y
    y_test = None
    if X_test is not None and labels is not None:
        if X_test.shape[1:] != parts.X.shape[1:]:
            reading.fail("test_other_shape", test=source.name, found=str(X_test.shape[1:]), expected=str(parts.X.shape[1:]))
        y_test, keep = _test_labels(pd.Series(labels), answer, test.name if test else source.name, reading)
        X_test = X_test[keep]
    return _finish(source.kind, source, parts.X[answer.keep], answer, "label", X_test, y_test, parts.sample_rate, reading, digest)


def _finish(kind, source, X, answer, target, X_test, y_test, sample_rate, reading, digest) -> Dataset:
    keys = np.array([hashlib.blake2b(np.ascontiguousarray(x).tobytes(), digest_size=8).hexdigest() for x in X])
    duplicates = len(keys) - len(np.unique(keys))
    groups = None
    if duplicates / len(keys) >= reading.limits.duplicate_share:
        reading.note("duplicates", "warning", rows=duplicates, percent=round(100 * duplicates / len(keys)))
        groups = pd.factorize(keys)[0]
    profile = Profile(
        kind=kind, rows=len(answer.y), test_rows=0 if y_test is None else len(y_test), shape=list(X.shape[1:]), task=answer.task,
        target=target, duplicate_rows=duplicates, size_bytes=source.size_bytes, **_about_target(answer),
    )
    return Dataset(
        source.name, kind, answer.task, target, X, answer.y, answer.classes, digest, profile, tuple(reading.notes), X_test,
        y_test, None, groups, (), sample_rate,
    )


def read_inputs(path: str | Path, encoder: Encoder) -> pd.DataFrame | np.ndarray:
    """Inputs of new rows in the form that a fitted encoder reads. Raises DataError when they do not fit."""
    source = inspect(path)
    reading = Reading(source.name)
    if encoder.kind == "table":
        if source.typed is None:
            reading.fail("test_other_kind", test=source.name)
        missing = [n for n, _ in encoder.columns if n not in source.typed]
        if missing:
            reading.fail("test_columns_missing", test=source.name, columns=listed(missing))
        return pd.DataFrame({n: _as_role(source.typed[n].values, role) for n, role in encoder.columns})
    if source.parts is not None:
        return source.parts.X
    if source.suggested.target is None or source.kind != "series":
        reading.fail("test_other_kind", test=source.name)
    target = source.suggested.target
    return _signals_of(source, target, _layout_of(source, source.suggested, target, reading), reading)[0]


__all__ = ["load", "prepare", "read_inputs"]
