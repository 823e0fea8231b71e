"""WAV recordings become one float32 array of one sampling rate and one length."""

from __future__ import annotations

import io
import struct
import warnings
from collections import Counter
from math import gcd

import numpy as np
from scipy.io import wavfile
from scipy.signal import resample_poly

from dualcore.intake.reading import Reading, listed

SUFFIXES = (".wav", ".wave")
# What scipy raises on damaged files.
DAMAGED = (ValueError, EOFError, struct.error, UnboundLocalError, ZeroDivisionError, TypeError, IndexError, KeyError)


def decode(data: bytes) -> tuple[int, np.ndarray]:
    """(Hz, float32 (samples,) in -1..1) of one WAV file; several channels are averaged.

    Raises
    ------
    ValueError, EOFError, ...
        One of ``DAMAGED``: the bytes are no readable WAV file.
    """
    with warnings.catch_warnings():
        # Unknown chunks (tags, cue points) are harmless to the samples.
        warnings.simplefilter("ignore", wavfile.WavFileWarning)
        rate, samples = wavfile.read(io.BytesIO(data))
    if not samples.size or rate <= 0:
        raise ValueError("no samples")
    if samples.dtype == np.uint8:
        values = (samples.astype(np.float32) - 128) / 128
    elif samples.dtype.kind == "i":  # 24 bits arrive in the upper bits of 32
        values = samples.astype(np.float32) / float(2 ** (8 * samples.dtype.itemsize - 1))
    else:
        values = np.nan_to_num(samples.astype(np.float32), posinf=1.0, neginf=-1.0)
    return int(rate), values.mean(axis=1, dtype=np.float32) if values.ndim == 2 else values


def resampled(samples: np.ndarray, own: int, rate: int) -> np.ndarray:
    """float32 (..., samples) at ``own`` Hz brought to ``rate`` Hz."""
    divisor = gcd(own, rate)
    return resample_poly(samples, rate // divisor, own // divisor, axis=-1).astype(np.float32)


class Tape:
    """Collects decoded recordings one by one and joins them at the end."""

    kind = "audio"

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.recordings: list[tuple[int, np.ndarray]] = []
        self.lengths: list[float] = []  # seconds
        self.damaged: list[str] = []
        self.rate: float | None = None

    def add(self, name: str, data: bytes) -> bool:
        """Decode one recording; False (and remembered) when it cannot be used."""
        try:
            rate, samples = decode(data)
        except DAMAGED:
            self.damaged.append(name)
            return False
        self.lengths.append(len(samples) / rate)
        # What lies beyond the limit is cut in any case; cutting here keeps memory bounded.
        self.recordings.append((rate, samples[: int(self.reading.limits.audio_seconds * rate) + 1].copy()))
        return True

    def joined(self) -> np.ndarray:
        """float32 (n, 1, length): the most common rate, the 95th percentile of the lengths."""
        rates = Counter(rate for rate, _ in self.recordings)
        rate = max(rates, key=lambda r: (rates[r], -r))
        self.rate = float(rate)
        if len(rates) > 1:
            self.reading.note("audio_resampled", count=len(self.recordings) - rates[rate], rate=rate)
        seconds = min(float(np.percentile(self.lengths, 95)), self.reading.limits.audio_seconds)
        length = min(max(1, round(seconds * rate)), self.reading.limits.series_length)
        out = np.zeros((len(self.recordings), 1, length), np.float32)
        for i, (own, samples) in enumerate(self.recordings):
            if own != rate:
                samples = resampled(samples, own, rate)
            samples = samples[:length]
            out[i, 0, : len(samples)] = samples
            self.recordings[i] = (own, samples[:0])  # frees memory while the array fills
        if max(self.lengths) - min(self.lengths) > 0.5 / rate:
            self.reading.note(
                "audio_lengths",
                shortest=round(min(self.lengths), 2),
                longest=round(max(self.lengths), 2),
                seconds=round(length / rate, 2),
            )
        return out

    def report(self) -> None:
        """Notes on the recordings that could not be used."""
        if self.damaged:
            self.reading.note("audio_skipped", "warning", count=len(self.damaged), names=listed(self.damaged))
