"""From typed inputs to numbers that a network can read. The encoder never sees labels or test rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from PIL import Image
from scipy import signal as dsp

from dualcore.errors import DataError
from dualcore.intake.records import Dataset

LEVELS = 50  # categories that get an input of their own, the most frequent first
CLIP = 6.0  # standard deviations; beyond, one wild value would own the row's direction
IMAGE_SIDE = 32
SERIES_LENGTH = 2048
MEL_BANDS, FRAME_S, HOP_S = 40, 0.032, 0.016
TEXT_HASHES, TEXT_DIMENSIONS = 2**14, 100


@dataclass
class Encoder:
    """Fitted encoding of one kind of data.

    kind : table, image, series, audio
    columns : (name, role) of a table's inputs in order
    settings : numbers and names, JSON-serialisable; arrays : fitted arrays
    """

    kind: str
    columns: list[tuple[str, str]] = field(default_factory=list)
    settings: dict = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Number of encoded inputs per example."""
        return int(np.prod(self.settings["shape"]))

    def transform(self, X: pd.DataFrame | np.ndarray) -> np.ndarray:
        """Encoded inputs float32: (n, d), (n, c, h, w) or (n, c, length). Raises DataError when columns or shapes differ."""
        if self.kind == "table":
            return self._table(X)
        raw = _signals(X, self.kind, self.settings)
        if raw.shape[1:] != tuple(self.settings["shape"]):
            raise DataError("other_shape", found=str(raw.shape[1:]), expected=str(tuple(self.settings["shape"])))
        return ((raw - self.arrays["mean"]) / self.arrays["std"]).astype(np.float32)

    def _table(self, frame: pd.DataFrame) -> np.ndarray:
        missing = [n for n, _ in self.columns if n not in frame.columns]
        if missing:
            raise DataError("columns_missing", columns=", ".join(missing[:6]), count=len(missing))
        blocks = [self._column(i, role, frame[name]) for i, (name, role) in enumerate(self.columns)]
        return np.concatenate(blocks, 1).astype(np.float32) if blocks else np.zeros((len(frame), 0), np.float32)

    def _column(self, i: int, role: str, values: pd.Series) -> np.ndarray:
        own = self.settings["columns"][i]
        if role == "numeric":
            return _number_block(pd.to_numeric(values, errors="coerce").to_numpy(np.float64), own)
        if role == "categorical":
            return _level_block(values, own["levels"])
        if role == "date":
            return _date_block(values, own)
        return _text_block(values, self.arrays[f"idf{i}"], self.arrays[f"basis{i}"]) / own["scale"]

    def to_state(self) -> tuple[dict, dict[str, np.ndarray]]:
        """(JSON-serialisable description, arrays); no pickle."""
        return {"kind": self.kind, "columns": [list(c) for c in self.columns], "settings": self.settings}, self.arrays

    @classmethod
    def from_state(cls, state: dict, arrays: dict[str, np.ndarray]) -> Encoder:
        return cls(state["kind"], [tuple(c) for c in state["columns"]], state["settings"], arrays)


def fit_encoder(data: Dataset) -> Encoder:
    """Fit the encoding on the training inputs of ``data``."""
    if data.kind == "table":
        return _fit_table(data)
    encoder = Encoder(data.kind, settings=_signal_settings(data))
    raw = _signals(data.X, data.kind, encoder.settings)
    axes = (0, *range(2, raw.ndim))
    # Pixels and samples are one scale per channel: what differs between positions is signal.
    per_band = (0, 2) if data.kind == "audio" else axes
    encoder.arrays = {
        "mean": raw.mean(per_band, keepdims=True)[0].astype(np.float32),
        "std": np.maximum(raw.std(per_band, keepdims=True)[0], 1e-6).astype(np.float32),
    }
    encoder.settings["shape"] = list(raw.shape[1:])
    return encoder


def _signal_settings(data: Dataset) -> dict:
    if data.kind == "image":
        h, w = data.X.shape[1:3]
        scale = min(1.0, IMAGE_SIDE / max(h, w))
        return {"size": [max(1, round(h * scale)), max(1, round(w * scale))]}
    if data.kind == "audio":
        return {"rate": float(data.sample_rate or 8000), "length": int(data.X.shape[-1])}
    return {"length": int(min(data.X.shape[-1], SERIES_LENGTH))}


def _signals(X: np.ndarray, kind: str, settings: dict) -> np.ndarray:
    """Raw arrays of the encoder's shape, float32."""
    if kind == "image":
        return _images(np.asarray(X), tuple(settings["size"]))
    X = np.nan_to_num(np.asarray(X, dtype=np.float32))
    if kind == "audio":
        return _log_mel(X, settings["rate"])
    if X.shape[-1] != settings["length"]:
        return dsp.resample_poly(X, settings["length"], X.shape[-1], axis=-1).astype(np.float32)
    return X


def _images(X: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(n, h, w, c) uint8 -> (n, c, size) in [0, 1]."""
    if X.shape[1:3] != size:
        flat = [[Image.fromarray(x[..., c]).resize(size[::-1], Image.Resampling.BOX) for c in range(x.shape[-1])] for x in X]
        X = np.stack([np.stack([np.asarray(c) for c in x], -1) for x in flat])
    return (X.transpose(0, 3, 1, 2) / np.float32(255)).astype(np.float32)


def _log_mel(X: np.ndarray, rate: float) -> np.ndarray:
    """Log mel spectrogram (n, bands, frames) of mono sound (n, 1, length)."""
    size = int(2 ** np.ceil(np.log2(FRAME_S * rate)))
    hop = max(1, int(HOP_S * rate))
    X = X[:, 0]
    if X.shape[1] < size:
        X = np.pad(X, ((0, 0), (0, size - X.shape[1])))
    frames = np.lib.stride_tricks.sliding_window_view(X, size, axis=1)[:, ::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=2)) ** 2
    mel = power @ _mel_bank(size, rate).T  # (n, frames, bands)
    return np.log(mel + 1e-6 * max(float(mel.mean()), 1e-12)).transpose(0, 2, 1).astype(np.float32)


def _mel_bank(size: int, rate: float) -> np.ndarray:
    """Triangular filters (bands, size // 2 + 1), equally spaced on the mel scale."""
    hertz = np.fft.rfftfreq(size, 1 / rate)
    top = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, MEL_BANDS + 2) / 2595) - 1)
    up = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(up, down))


def _fit_table(data: Dataset) -> Encoder:
    encoder = Encoder("table", [(c.name, c.role) for c in data.columns if c.role in ("numeric", "categorical", "date", "text")])
    fitted = []
    for i, (name, role) in enumerate(encoder.columns):
        values = data.X[name]
        if role == "numeric":
            fitted.append(_fit_numbers(values.to_numpy(np.float64)))
        elif role == "categorical":
            counts = values.dropna().astype(str).value_counts()
            fitted.append({"levels": counts.index[:LEVELS].tolist()})
        elif role == "date":
            fitted.append(_fit_dates(values))
        else:
            idf, basis, scale = _fit_text(values)
            encoder.arrays |= {f"idf{i}": idf, f"basis{i}": basis}
            fitted.append({"scale": scale})
    encoder.settings = {"columns": fitted}
    encoder.settings["shape"] = [encoder.transform(data.X.iloc[:1]).shape[1]]
    return encoder


def _fit_numbers(values: np.ndarray) -> dict:
    known = values[np.isfinite(values)]
    median = float(np.median(known)) if len(known) else 0.0
    spread = known.std() if len(known) else 0.0
    skew = float(((known - known.mean()) ** 3).mean() / spread**3) if spread > 0 else 0.0
    # A long tail on one side of a quantity that starts at a bound: its logarithm carries the information.
    log = bool(skew > 3 and known.min() >= 0 and len(np.unique(known)) > 10)
    shown = np.log1p(known / max(median, 1e-12)) if log and median > 0 else known
    return {
        "median": median, "log": log and median > 0, "mean": float(shown.mean()) if len(shown) else 0.0,
        "std": float(shown.std()) or 1.0 if len(shown) else 1.0, "flag": bool(np.isnan(values).mean() > 0.01),
    }


def _number_block(values: np.ndarray, own: dict) -> np.ndarray:
    blank = ~np.isfinite(values)
    filled = np.where(blank, own["median"], values)
    if own["log"]:
        filled = np.log1p(np.maximum(filled, 0) / own["median"])
    scaled = np.clip((filled - own["mean"]) / own["std"], -CLIP, CLIP)[:, None]
    return np.hstack([scaled, blank[:, None].astype(float)]) if own["flag"] else scaled


def _level_block(values: pd.Series, levels: list[str]) -> np.ndarray:
    """One input per frequent category and one for everything else."""
    codes = pd.Categorical(values.astype(str).where(values.notna(), None), categories=levels).codes
    out = np.zeros((len(values), len(levels) + 1))
    out[np.arange(len(values)), np.where(codes < 0, len(levels), codes)] = 1.0
    return out


def _fit_dates(values: pd.Series) -> dict:
    days = _days(values)
    known = days[np.isfinite(days)]
    return {"mean": float(known.mean()), "std": float(known.std()) or 1.0, "hours": bool((known % 1 != 0).any())}


def _days(values: pd.Series) -> np.ndarray:
    return (pd.to_datetime(values).to_numpy(dtype="datetime64[s]").astype("datetime64[s]") - np.datetime64("1970-01-01")) / np.timedelta64(1, "D")


def _date_block(values: pd.Series, own: dict) -> np.ndarray:
    """Position in time, and season, weekday and hour as points on circles."""
    days = np.nan_to_num(_days(values), nan=own["mean"])
    turns = [days / 365.2425, (days + 4) / 7] + ([days] if own["hours"] else [])
    circles = [f(2 * np.pi * t) for t in turns for f in (np.sin, np.cos)]
    return np.column_stack([np.clip((days - own["mean"]) / own["std"], -CLIP, CLIP), *circles])


def _hashed(values: pd.Series):
    from sklearn.feature_extraction.text import HashingVectorizer

    hashing = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), n_features=TEXT_HASHES, norm=None, alternate_sign=False)
    # One form for half and full width: to a reader they are the same letters.
    counts = hashing.transform(values.fillna("").astype(str).str.normalize("NFKC"))
    counts.data = 1 + np.log(counts.data)
    return counts


def _fit_text(values: pd.Series) -> tuple[np.ndarray, np.ndarray, float]:
    """(idf, basis (TEXT_HASHES, dimensions), scale) of character n-grams, which need no word boundaries."""
    from sklearn.decomposition import TruncatedSVD

    counts = _hashed(values)
    idf = np.log((1 + len(values)) / (1 + np.asarray((counts > 0).sum(0)).ravel())) + 1
    weighted = _weighted(counts, idf)
    dimensions = int(min(TEXT_DIMENSIONS, max(2, len(values) // 4)))
    basis = TruncatedSVD(dimensions, random_state=0).fit(weighted).components_.T.astype(np.float32)
    return idf.astype(np.float32), basis, float((weighted @ basis).std()) or 1.0


def _weighted(counts, idf: np.ndarray):
    from sklearn.preprocessing import normalize

    return normalize(counts.multiply(idf[None, :]).tocsr())


def _text_block(values: pd.Series, idf: np.ndarray, basis: np.ndarray) -> np.ndarray:
    return np.asarray(_weighted(_hashed(values), idf) @ basis)
