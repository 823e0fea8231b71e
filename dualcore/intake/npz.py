"""NumPy archives: images or signals with their labels, never with Python objects in them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import numpy as np

from dualcore.intake.arrays import ArrayKind, Parts, fill_gaps, labels
from dualcore.intake.pictures import shrink
from dualcore.intake.reading import Reading, listed

# Names are compared in lower case; the first that exists is taken.
INPUTS = ("x_train", "train_x", "train_images", "x", "images", "data", "inputs", "signals", "series", "audio")
LABELS = ("y_train", "train_y", "train_labels", "y", "labels", "label", "target", "targets")
TEST_INPUTS = ("x_test", "test_x", "test_images")
TEST_LABELS = ("y_test", "test_y", "test_labels")
CLASS_NAMES = ("class_names", "classes", "target_names", "label_names")
SAMPLE_RATES = ("sample_rate", "sampling_rate", "fs", "sr")
_PICTURE_NAMES = ("images", "train_images")
_AUDIO_SECONDS = 0.25  # shorter windows in -1..1 are sensor signals rather than sound


class _Arrays:
    """The arrays of one archive by lower-case name; each is read once it is asked for."""

    def __init__(self, data: bytes, reading: Reading) -> None:
        self.reading = reading
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError) as error:
            reading.fail("npz_unreadable", detail=str(error))
        self.entries = {
            e.filename.removesuffix(".npy").lower(): e for e in self.archive.infolist() if e.filename.endswith(".npy")
        }
        total = sum(e.file_size for e in self.entries.values())
        if total > reading.limits.array_bytes:
            reading.fail("npz_too_large", megabytes=round(total / 1e6), limit=round(reading.limits.array_bytes / 1e6))

    def first(self, names: tuple[str, ...]) -> tuple[str, np.ndarray] | tuple[None, None]:
        """Name and values of the first of ``names`` in the archive."""
        name = next((n for n in names if n in self.entries), None)
        return (name, self._read(name)) if name else (None, None)

    def shown(self) -> str:
        """The names found, for a sentence."""
        return listed([e.filename.removesuffix(".npy") for e in self.entries.values()]) or "-"

    def _read(self, name: str) -> np.ndarray:
        entry, shown = self.entries[name], self.entries[name].filename.removesuffix(".npy")
        try:
            with self.archive.open(entry) as stream:
                version = np.lib.format.read_magic(stream)
                header = (
                    np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
                )
                shape, _, dtype = header(stream)
            if dtype.hasobject:
                self.reading.fail("npz_objects", array=shown)
            # The header may promise more than the entry holds; memory is taken only for what is there.
            if int(np.prod(shape, dtype=object)) * dtype.itemsize > entry.file_size:
                self.reading.fail("npz_unreadable", detail=f"{shown}: {shape} {dtype}")
            with self.archive.open(entry) as stream:
                return np.lib.format.read_array(stream, allow_pickle=False)
        except (ValueError, OSError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            self.reading.fail("npz_unreadable", detail=f"{shown}: {error}")


def read_npz(data: bytes, reading: Reading) -> Parts:
    """Images or signals with labels from the bytes of an ``.npz`` file.

    Raises
    ------
    DataError
        npz_unreadable, npz_too_large, npz_objects, npz_no_data, npz_no_labels, npz_labels_shape,
        npz_length_mismatch, npz_shape, npz_not_numbers, array_empty, series_too_long
    """
    arrays = _Arrays(data, reading)
    name, X = arrays.first(INPUTS)
    if name is None:
        reading.fail("npz_no_data", looked=", ".join(INPUTS), found=arrays.shown())
    label_name, y = arrays.first(LABELS)
    if label_name is None:
        reading.fail("npz_no_labels", looked=", ".join(LABELS), found=arrays.shown())
    y = _flat(y, label_name, reading)
    _check_lengths(name, X, label_name, y, reading)
    test_name, X_test = arrays.first(TEST_INPUTS)
    test_label_name, y_test = arrays.first(TEST_LABELS)
    if test_name and test_label_name:
        y_test = _flat(y_test, test_label_name, reading)
        _check_lengths(test_name, X_test, test_label_name, y_test, reading)
    elif test_name or test_label_name:
        reading.note("npz_test_incomplete", "warning", array=test_name or test_label_name)
        X_test = y_test = None
    rate = arrays.first(SAMPLE_RATES)[1]
    rate = float(rate.reshape(-1)[0]) if rate is not None and rate.size and rate.dtype.kind in "iuf" else None
    both = y if y_test is None else np.concatenate([y, y_test])
    both = labels(both, arrays.first(CLASS_NAMES)[1], reading.limits)
    y, y_test = both[: len(y)], None if y_test is None else both[len(y) :]
    X, y, dropped = _known(X, y)
    if y_test is not None:
        X_test, y_test, more = _known(X_test, y_test)
        dropped += more
    if dropped:
        reading.note("array_labels_missing", "warning", count=dropped)
    return _typed(name, Parts("series", X, y, X_test, y_test, rate), reading)


def _check_lengths(name: str, X: np.ndarray, label_name: str, y: np.ndarray, reading: Reading) -> None:
    if X.ndim == 0 or len(X) != len(y):
        count = len(X) if X.ndim else 0
        reading.fail("npz_length_mismatch", array=name, examples=count, labels_array=label_name, labels=len(y))
    if not X.size:
        reading.fail("array_empty", array=name)


def _flat(y: np.ndarray, name: str, reading: Reading) -> np.ndarray:
    """Labels (n,) from (n,), (n, 1) or one-hot (n, k)."""
    if y.dtype.kind not in "iufbUS":
        reading.fail("npz_not_numbers", array=name, dtype=str(y.dtype))
    if (
        y.ndim == 2
        and y.shape[1] > 1
        and y.dtype.kind in "iufb"
        and np.isin(y, (0, 1)).all()
        and (y.sum(axis=1) == 1).all()
    ):
        return y.argmax(axis=1)
    if y.ndim == 0 or y.size != len(y):
        reading.fail("npz_labels_shape", array=name, shape=str(y.shape))
    return y.reshape(len(y))


def _known(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Examples with a label, and how many had none."""
    keep = np.isfinite(y) if y.dtype.kind == "f" else np.ones(len(y), bool)
    return (X, y, 0) if keep.all() else (X[keep], y[keep], int((~keep).sum()))


def _typed(name: str, raw: Parts, reading: Reading) -> Parts:
    """The arrays as they came, told apart and brought to the form that their kind has."""
    X, X_test = raw.X, raw.X_test
    if X.dtype.kind not in "iufb":
        reading.fail("npz_not_numbers", array=name, dtype=str(X.dtype))
    if X_test is not None and (X_test.shape[1:] != X.shape[1:] or X_test.dtype.kind not in "iufb"):
        reading.fail("npz_shape_differs", array=name, shape=str(X.shape[1:]), test_shape=str(X_test.shape[1:]))
    kind = _kind(name, X, raw.sample_rate, reading)
    if kind == "image":
        high = _brightest(X, reading)
        X = shrink(_pixels(X, high), reading)
        X_test = None if X_test is None else shrink(_pixels(X_test, high), None, X.shape[1:3])
        return replace(raw, kind="image", X=X, X_test=X_test, sample_rate=None)
    X, missing = fill_gaps(_signals(X), reading.limits)
    if X_test is not None:
        X_test, more = fill_gaps(_signals(X_test), reading.limits)
        missing += more
    if missing:
        reading.note("array_values_missing", "warning", count=missing)
    return replace(raw, kind=kind, X=X, X_test=X_test)


def _kind(name: str, X: np.ndarray, rate: float | None, reading: Reading) -> ArrayKind:
    """Whether ``X`` holds images, signals or sound; says what was assumed where shapes leave a choice."""
    if X.ndim == 4 and (X.shape[3] in (1, 3, 4) or X.shape[1] in (1, 3, 4)):
        return "image"
    if X.ndim not in (2, 3) or X.ndim == 2 and X.shape[1] < reading.limits.series_columns:
        reading.fail("npz_shape", array=name, shape=str(X.shape))
    if X.ndim == 3 and _looks_like_picture(name, X):
        reading.note("array_kind_image", array=name, shape=str(X.shape))
        return "image"
    if X.shape[-1] > reading.limits.series_length:
        reading.fail("series_too_long", length=X.shape[-1], limit=reading.limits.series_length)
    long_enough = rate is not None and rate >= 4000 and X.shape[-1] >= _AUDIO_SECONDS * rate
    if long_enough and (X.dtype == np.int16 or name == "audio" or X.dtype.kind == "f" and np.abs(X).max() <= 1):
        reading.note("array_kind_audio", array=name, shape=str(X.shape), rate=rate)
        return "audio"
    reading.note(
        "array_kind_series",
        array=name,
        shape=str(X.shape),
        channels=1 if X.ndim == 2 else X.shape[1],
        length=X.shape[-1],
    )
    return "series"


def _looks_like_picture(name: str, X: np.ndarray) -> bool:
    height, width = X.shape[1:]
    if min(height, width) < 8 or max(height, width) > 3 * min(height, width):
        return False
    if X.dtype in (np.uint8, np.bool_) or name in _PICTURE_NAMES:
        return True
    sample = X[:: max(1, len(X) // 200)]
    if not np.isfinite(sample).all() or sample.min() < 0 or sample.max() > 255:
        return False
    whole = bool((sample == np.round(sample)).all())
    return whole or (height == width and sample.max() <= 1)


def _brightest(X: np.ndarray, reading: Reading) -> tuple[float, float]:
    """The values that become black and white (0 and 255)."""
    if X.dtype == np.uint8:
        return 0.0, 255.0
    if X.dtype == np.bool_:
        return 0.0, 1.0
    low, high = float(np.nanmin(X)), float(np.nanmax(X))
    if not np.isfinite([low, high]).all():
        reading.fail("npz_pictures_infinite")
    if low >= 0:
        low, high = 0.0, next((c for c in (1.0, 255.0, 4095.0, 65535.0) if high <= c), high)
    if (low, high) != (0.0, 255.0):
        reading.note("images_scaled", low=low, high=high)
    return low, high


def _pixels(X: np.ndarray, levels: tuple[float, float]) -> np.ndarray:
    """uint8 (n, h, w, c) from any numbers; channels first become channels last, alpha goes on white."""
    X = X[..., None] if X.ndim == 3 else X
    if X.shape[3] not in (1, 3, 4):
        X = np.moveaxis(X, 1, 3)
    if X.dtype != np.uint8:
        low, high = levels
        scaled = np.empty(X.shape, np.uint8)
        for i in range(0, len(X), 256):  # in pieces, so that a large array is not held twice as floats
            piece = np.nan_to_num(X[i : i + 256].astype(np.float32), nan=low)
            scaled[i : i + 256] = np.clip(np.round((piece - low) * (255 / max(high - low, 1e-30))), 0, 255)
        X = scaled
    if X.shape[3] == 4:
        alpha = X[..., 3:].astype(np.float32) / 255
        X = np.round(X[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    return X


def _signals(X: np.ndarray) -> np.ndarray:
    """float32 (n, channels, length); whole numbers of 16 bits become -1..1 as sound is stored."""
    X = X[:, None, :] if X.ndim == 2 else X
    return X.astype(np.float32) / 32768 if X.dtype == np.int16 else X.astype(np.float32)
