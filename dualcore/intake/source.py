"""Look into a file: what it is, what it holds, what it seems to be for."""

from __future__ import annotations

import hashlib
import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd

from dualcore.intake import series, tables
from dualcore.intake.archives import read_zip
from dualcore.intake.arrays import Parts
from dualcore.intake.columns import Typed
from dualcore.intake.limits import DEFAULT, Limits
from dualcore.intake.npz import read_npz
from dualcore.intake.reading import Reading
from dualcore.intake.records import Column, Kind, Note, Question, ReadOptions
from dualcore.intake.suspects import is_identifier
from dualcore.intake.text import decode
from dualcore.intake.ts import read_ts

_TARGET = re.compile(
    r"^(target|labels?|class|y|outcome|result|churn|default|(machine[ _])?failure|fault|quality|risk|income|occupancy|diagnosis|survived"
    r"|判定|種|品種|種類|分類|ラベル|クラス|結果|目的変数|良否|合否|正解)$",
    re.IGNORECASE,
)
_PICTURES = ((b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"BM", "BMP"), (b"RIFF", "WAV"), (b"%PDF", "PDF"))


@dataclass(frozen=True)
class Source:
    """One file that was read, before the person has said what to predict.

    typed : typed columns of a table; parts : arrays of images, series and audio; one of them is None
    """

    name: str
    kind: Kind
    sha256: str
    size_bytes: int
    rows: int
    columns: tuple[Column, ...]
    preview: pd.DataFrame
    suggested: Question
    sheets: tuple[str, ...]
    options: ReadOptions
    notes: tuple[Note, ...]
    typed: dict[str, Typed] | None = None
    parts: Parts | None = None


def inspect(
    path: str | Path, *, name: str | None = None, options: ReadOptions = ReadOptions(), limits: Limits = DEFAULT
) -> Source:
    """Read a file by its content.

    Parameters
    ----------
    name : the file's name as the person knows it; the path's own by default

    Raises
    ------
    DataError : when the file cannot be used; names file, cause and remedy
    """
    path = Path(path)
    reading = Reading(name or path.name, options, limits)
    size = path.stat().st_size
    if size > limits.file_bytes:
        reading.fail("file_too_large", megabytes=round(size / 1e6), limit=round(limits.file_bytes / 1e6))
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if not data.strip():
        reading.fail("empty_file")
    typed, parts, sheets = _read(data, reading)
    if parts is not None:
        return _of_parts(parts, reading, digest, size)
    return _of_table(typed, reading, digest, size, sheets)


def from_frame(frame: pd.DataFrame, name: str = "data", limits: Limits = DEFAULT) -> Source:
    """A Source from a frame in memory."""
    reading = Reading(name, ReadOptions(), limits)
    if not len(frame):
        reading.fail("no_rows", columns=frame.shape[1])
    digest = hashlib.sha256(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    digest.update("\x1f".join(map(str, frame.columns)).encode())
    return _of_table(tables.typed_frame(frame, reading), reading, digest.hexdigest(), int(frame.memory_usage().sum()), [])


def _read(data: bytes, reading: Reading) -> tuple[dict[str, Typed] | None, Parts | None, list[str]]:
    suffix = Path(reading.name).suffix.lower()
    if data[:4] == b"PAR1":
        return tables.frame_from_parquet(data, reading), None, []
    if data[:4] == b"PK\x03\x04":
        inside = _zip_names(data, reading)
        if any(n.startswith("xl/") for n in inside):
            if suffix not in (".xlsx", ".xlsm"):
                reading.note("really_excel", "warning")
            return *_excel(data, reading),
        if inside and all(n.endswith(".npy") for n in inside):
            return None, read_npz(data, reading), []
        return None, read_zip(data, reading), []
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return *_excel(data, reading),
    for magic, what in _PICTURES:
        if data.startswith(magic):
            reading.fail("single_file", what=what)
    head = data[:4000].lower()
    if head.lstrip().startswith((b"@", b"#")) and b"@" in head and (b"@problemname" in data[:200_000].lower() or b"@data" in data[:200_000].lower()):
        return None, read_ts(decode(data, reading)[0], reading), []
    if suffix in (".xlsx", ".xlsm", ".xls"):
        reading.note("really_text", "warning")
    if suffix == ".parquet":
        reading.fail("parquet_damaged")
    if suffix in (".zip", ".npz"):
        reading.fail("zip_damaged")
    return tables.frame_from_text(data, reading), None, []


def _excel(data: bytes, reading: Reading) -> tuple[dict[str, Typed], None, list[str]]:
    typed, sheets = tables.frame_from_excel(data, reading)
    return typed, None, sheets


def _zip_names(data: bytes, reading: Reading) -> list[str]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return archive.namelist()
    except zipfile.BadZipFile:
        reading.fail("zip_damaged")


def _of_parts(parts: Parts, reading: Reading, digest: str, size: int) -> Source:
    head = pd.DataFrame({"label": [str(v) for v in parts.y[: reading.limits.preview_rows]]})
    return Source(
        reading.name, parts.kind, digest, size, len(parts.y), (), head, Question(target="label"), (), reading.options,
        tuple(reading.notes), None, parts,
    )


def _of_table(typed: dict[str, Typed], reading: Reading, digest: str, size: int, sheets: list[str]) -> Source:
    frame = pd.DataFrame({n: t.values for n, t in typed.items()})
    target = suggest_target(typed)
    kind: Kind = "table"
    group = None
    time = next((n for n, t in typed.items() if t.role == "date" and n != target), None)
    if found := series.looks_long(frame, target):
        kind, (group, time) = "series", found
    elif target is not None and series.wide_series(frame, target, reading.limits):
        kind = "series"
    preview = frame.iloc[: reading.limits.preview_rows, :60].map(lambda v: "" if pd.isna(v) else _text(v))
    return Source(
        reading.name, kind, digest, size, len(frame), tuple(t.record(n) for n, t in typed.items()), preview,
        Question(target=target, time_column=time, group_column=group), tuple(sheets), reading.options, tuple(reading.notes), typed,
    )


def _can_be_target(name: str, column: Typed) -> bool:
    """Not a name, a code or a running number: classes repeat, quantities are no identifiers."""
    if column.role == "numeric":
        return not is_identifier(name, column)
    return column.role == "categorical" and column.distinct <= max(2, min(200, len(column.values) // 5))


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}" if not value.is_integer() else str(int(value))
    return str(value)


def suggest_target(typed: dict[str, Typed]) -> str | None:
    """The column that looks like what one wants to predict: by its name, else the last, else the first usable one."""
    usable = [n for n, t in typed.items() if t.role in ("numeric", "categorical", "constant")]
    if not usable:
        return None
    named = [n for n in usable if _TARGET.match(n.strip())]
    if named:
        return named[-1]
    fits = [n for n in reversed(usable) if _can_be_target(n, typed[n])]
    first = usable[0]
    if typed[first].role == "categorical" and typed[first].distinct <= 20 and all(typed[n].role == "numeric" for n in usable[1:]):
        return first
    return fits[0] if fits else usable[-1]




__all__ = ["Source", "from_frame", "inspect", "suggest_target"]
