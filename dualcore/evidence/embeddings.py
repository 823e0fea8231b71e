"""Features of a pretrained model: precomputed in a file, or computed here by a local encoder.

Files that a person uploads are read as data only (arrays and tables, never pickle). An encoder is code: it is loaded from
where the person at the command line, or the administrator's folder, says.
"""

from __future__ import annotations

import importlib
import os
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from dualcore.errors import DataError
from dualcore.intake import Source
from dualcore.intake.reading import Reading
from dualcore.intake.records import Dataset, Question, ReadOptions
from dualcore.intake.target import answer_of

ENCODERS = (".pt", ".pt2")
KEYS = ("embeddings", "features", "X", "arr_0")  # of an npz, in this order
BATCH = 64
LARGEST = 1e9  # an embedding value beyond is an error of the file


@dataclass(frozen=True)
class Embeddings:
    """values (rows, D) float32; ids (rows,) as text where a column names the examples."""

    values: np.ndarray
    ids: np.ndarray | None = None


def read_embeddings(path: str | Path, name: str, id_column: str | None = None) -> Embeddings:
    """Embeddings from npz, npy, csv or parquet, one row per example.

    name : the file's name as the person knows it
    id_column : column (or array of an npz) that names the examples; the others are the features

    Raises DataError when the file cannot be read, holds something else than numbers, or lacks the column.
    """
    path, suffix = Path(path), Path(name).suffix.lower()
    if suffix == ".npz":
        values, ids = _from_npz(path, name, id_column)
    elif suffix == ".npy":
        values, ids = _array(path, name), None
        if id_column:
            raise DataError("embeddings_no_column", name=name, column=id_column)
    elif suffix in (".csv", ".parquet", ".pq"):
        values, ids = _from_table(path, name, suffix, id_column)
    else:
        raise DataError("embeddings_kind", name=name)
    if values.dtype.kind not in "fiu" or values.ndim < 2 or not len(values):
        raise DataError("embeddings_shape", name=name, shape=str(values.shape))
    values = values.reshape(len(values), -1).astype(np.float32)
    bad = int((~(np.abs(values) < LARGEST)).any(1).sum())
    if bad:
        raise DataError("embeddings_not_finite", name=name, rows=bad)
    return Embeddings(values, ids)


def _array(path: Path, name: str) -> np.ndarray:
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError("embeddings_unreadable", name=name) from error
    if not isinstance(found, np.ndarray):
        raise DataError("embeddings_unreadable", name=name)
    return found


def _from_npz(path: Path, name: str, id_column: str | None) -> tuple[np.ndarray, np.ndarray | None]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            if not hasattr(stored, "files"):
                raise ValueError("not an archive")
            key = next((k for k in KEYS if k in stored.files), None)
            if id_column and id_column not in stored.files:
                raise DataError("embeddings_no_column", name=name, column=id_column)
            others = [k for k in stored.files if k != id_column]
            if key is None and len(others) == 1:
                key = others[0]
            if key is None:
                raise DataError("embeddings_no_array", name=name, known=", ".join(stored.files))
            values, ids = stored[key], stored[id_column].ravel() if id_column else None
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise DataError("embeddings_unreadable", name=name) from error
    if ids is not None and len(ids) != len(values):
        raise DataError("embeddings_shape", name=name, shape=f"{values.shape}, {id_column}: {ids.shape}")
    return values, None if ids is None else _as_text(pd.Series(ids))


def _from_table(path: Path, name: str, suffix: str, id_column: str | None) -> tuple[np.ndarray, np.ndarray | None]:
    try:
        frame = pd.read_csv(path, encoding="utf-8-sig") if suffix == ".csv" else pd.read_parquet(path)
    except Exception as error:  # pandas and pyarrow raise many kinds for a file that is not what its name says
        raise DataError("embeddings_unreadable", name=name) from error
    ids = None
    if id_column:
        if id_column not in frame.columns:
            raise DataError("embeddings_no_column", name=name, column=id_column)
        ids, frame = _as_text(frame[id_column]), frame.drop(columns=id_column)
    words = [str(c) for c in frame.columns if frame[c].dtype.kind not in "fiu"]
    if words:
        raise DataError("embeddings_not_numbers", name=name, columns=", ".join(words[:5]))
    return frame.to_numpy(np.float64), ids


def _as_text(values: pd.Series) -> np.ndarray:
    """Names of examples; whole numbers read as floats lose their decimal."""
    if values.dtype.kind == "f" and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    return values.astype(str).str.strip().to_numpy()


def match_rows(found: Embeddings, dataset: Dataset, source: Source, question: Question, id_column: str | None) -> np.ndarray:
    """Embeddings (n, D) in the order of the dataset's rows.

    source : the training file that ``dataset`` was prepared from, under ``question``
    id_column : the column of that file which names the examples; None = the embeddings stand in file order

    Raises DataError when numbers of rows differ or an example has no embedding.
    """
    kept = _kept_rows(source, question, dataset)
    if id_column is None:
        if len(found.values) == dataset.n:
            return found.values
        if len(found.values) == len(kept):
            return found.values[kept]
        raise DataError("embeddings_rows", name=source.name, found=len(found.values), rows=len(kept))
    if source.typed is None or id_column not in source.typed:
        raise DataError("embeddings_no_column", name=source.name, column=id_column)
    if pd.Series(found.ids).duplicated().any():
        raise DataError("embeddings_ids_twice", column=id_column)
    own = _as_text(source.typed[id_column].values)[kept]
    place = {name: i for i, name in enumerate(found.ids)}
    missing = [name for name in own if name not in place]
    if missing:
        raise DataError("embeddings_ids_missing", column=id_column, rows=len(missing), example=missing[0])
    return found.values[[place[name] for name in own]]


def _kept_rows(source: Source, question: Question, dataset: Dataset) -> np.ndarray:
    """(file rows,) which rows of the file the dataset kept: those that have a target."""
    if source.kind == "series" and source.typed is not None:
        return np.ones(dataset.n, dtype=bool)  # rows of the file are no examples here; only their order is known
    values = pd.Series(source.parts.y) if source.parts is not None else source.typed[dataset.target].values
    role = ("numeric" if values.dtype.kind in "fiu" else "categorical") if source.parts is not None else source.typed[dataset.target].role
    return answer_of(dataset.target, values, role, question.task, Reading(source.name, ReadOptions()), []).keep


@dataclass(frozen=True)
class LocalEncoder:
    """module : tensor (n, ...) -> features; batch : the fixed number of examples that it takes at once, or None."""

    module: Callable[[torch.Tensor], object]
    batch: int | None = None


def encoder_files(folder: Path | None) -> list[str]:
    """Names of the encoders in the administrator's folder, sorted; links that lead out of it are not listed."""
    if folder is None or not folder.is_dir():
        return []
    root = folder.resolve()
    return sorted(p.name for p in root.iterdir() if p.suffix in ENCODERS and p.is_file() and p.resolve().parent == root)


def load_encoder(path: str | Path, factory: str | None = None) -> LocalEncoder:
    """A pretrained encoder from disk. Loading runs code of the file or of ``factory``: only from places one trusts.

    path : TorchScript (.pt), an exported program (.pt2), weights (.safetensors, with ``factory``), or a folder with one of them
    factory : "module:function" that returns the nn.Module which the weights belong to; modules of the current folder come first

    Raises DataError when there is nothing to load or it cannot be loaded.
    """
    path = Path(path)
    if path.is_dir():
        path = _only_file(path)
    if not path.is_file():
        raise DataError("encoder_missing", name=path.name)
    if path.suffix == ".safetensors":
        return _with_factory(path, factory)
    if path.suffix not in ENCODERS:
        raise DataError("encoder_kind", name=path.name)
    try:
        if path.suffix == ".pt2":
            program = torch.export.load(path)
            return LocalEncoder(program.module(), _fixed_batch(program))
        return LocalEncoder(torch.jit.load(path, map_location="cpu").eval())
    except Exception as error:  # whatever a file that is not what its name says makes torch raise
        raise DataError("encoder_unreadable", name=path.name, reason=_first_line(error)) from error


def _only_file(folder: Path) -> Path:
    found = sorted(p for p in folder.iterdir() if p.suffix in (*ENCODERS, ".safetensors"))
    if len(found) != 1:
        raise DataError("encoder_folder", name=folder.name, count=len(found))
    return found[0]


def _fixed_batch(program) -> int | None:
    """Examples per call of an exported program; None where that dimension is free."""
    inputs = set(program.graph_signature.user_inputs)
    node = next(n for n in program.graph.nodes if n.op == "placeholder" and n.name in inputs)
    size = node.meta["val"].shape[0]
    return size if isinstance(size, int) else None


def _with_factory(path: Path, factory: str | None) -> LocalEncoder:
    from safetensors.torch import load_file

    if not factory:
        raise DataError("encoder_factory_needed", name=path.name)
    home, _, function = factory.partition(":")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        module = getattr(importlib.import_module(home), function)()
        module.load_state_dict(load_file(path))
    except Exception as error:  # whatever the person's own code or a wrong file raises
        raise DataError("encoder_factory_failed", factory=factory, reason=_first_line(error)) from error
    return LocalEncoder(module.eval())


def encode(encoder: LocalEncoder, dataset: Dataset, encoded: np.ndarray, check: Callable[[], None] = lambda: None) -> np.ndarray:
    """Features (n, D) float32 of all rows.

    Images go in as (n, c, h, w) in [0, 1] at their own size, signals and sound as they are, tables as encoded numbers.
    check : called before every batch; raises to cancel

    Raises DataError when the encoder does not take these inputs or gives something else than numbers.
    """
    inputs = encoder_inputs(dataset, encoded)
    parts = []
    size = encoder.batch or BATCH
    with torch.inference_mode():
        for start in range(0, len(inputs), size):
            check()
            batch = inputs[start : start + size]
            short = len(batch)
            if encoder.batch and short < encoder.batch:
                batch = torch.cat([batch, batch[-1:].expand(encoder.batch - short, *batch.shape[1:])])
            try:
                out = encoder.module(batch)
            except Exception as error:  # shapes and types that the encoder does not take
                raise DataError("encoder_refuses", shape=str(tuple(batch.shape)), reason=_first_line(error)) from error
            parts.append(_flat(out)[:short])
    values = torch.cat(parts).numpy()
    if len(values) != len(inputs) or not np.isfinite(values).all():
        raise DataError("encoder_output", shape=str(values.shape))
    return values


def encoder_inputs(dataset: Dataset, encoded: np.ndarray) -> torch.Tensor:
    """What an encoder gets, float32 (n, ...)."""
    if dataset.kind == "table":
        return torch.from_numpy(encoded)
    if dataset.kind == "image":
        return torch.from_numpy(np.ascontiguousarray(dataset.X.transpose(0, 3, 1, 2))).float() / 255
    return torch.from_numpy(np.nan_to_num(np.asarray(dataset.X, dtype=np.float32)))


def _flat(out: object) -> torch.Tensor:
    """(n, D): the first of several outputs; positions behind the channels are averaged."""
    while isinstance(out, dict | tuple | list):
        out = next(iter(out.values())) if isinstance(out, dict) else out[0]
    if not isinstance(out, torch.Tensor) or out.ndim < 2:
        raise DataError("encoder_output", shape=str(getattr(out, "shape", type(out).__name__)))
    out = out.float().cpu()
    return out if out.ndim == 2 else out.flatten(2).mean(2)


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[-1] if lines else '-'}"[:200]
