"""Small archives made on the spot, and checks that every note and refusal has its sentence."""

from __future__ import annotations

import io
import os
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dualcore.errors import DataError
from dualcore.intake.reading import Reading
from dualcore.present.words import say

SHARED = Path(os.environ.get("DUALCORE_SHARED", Path(__file__).parents[2].parent / "shared"))
RNG = np.random.default_rng(0)


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared file {name} is not there")
    return path.read_bytes()


def said(reading: Reading) -> dict[str, dict]:
    """Codes and fields of the notes; every note must have its sentence in both languages."""
    for note in reading.notes:
        for language in ("ja", "en"):
            assert reading.name in say(f"note.{note.code}", language, **note.fields)
    return {n.code: n.fields for n in reading.notes}


def refused(read, data, reading: Reading) -> DataError:
    with pytest.raises(DataError) as caught:
        read(data, reading)
    for language in ("ja", "en"):
        assert reading.name in say(f"error.{caught.value.code}", language, **caught.value.fields)
    return caught.value


def npz(**arrays) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def png(picture: Image.Image | np.ndarray, format: str = "PNG", **options) -> bytes:
    stream = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(stream, format, **options)
    return stream.getvalue()


def wav(samples: np.ndarray, rate: int, channels: int = 1) -> bytes:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as out:
        out.setparams((channels, 2, rate, 0, "NONE", ""))
        out.writeframes((samples * 32767).astype("<i2").tobytes())
    return stream.getvalue()
