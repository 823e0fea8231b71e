"""Pictures of any size and mode become one uint8 array of one size and one mode."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections import Counter

import numpy as np
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from dualcore.intake.limits import Limits
from dualcore.intake.reading import Reading, listed

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".jp2", ".ppm", ".pgm")
# What Pillow raises on damaged files, besides its own errors.
DAMAGED = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
    IndexError,
    TypeError,
)


class TooManyPixels(Exception):
    """The picture declares more pixels than the limit; it was not decoded."""


def decode(data: bytes, limits: Limits) -> Image.Image:
    """The first frame of one picture, mode L (grey) or RGB, upright.

    Raises
    ------
    TooManyPixels
        The declared size is above ``limits.image_pixels``; nothing was decoded.
    OSError, ValueError, ...
        One of ``DAMAGED``: the bytes are no readable picture.
    """
    with warnings.catch_warnings():
        # Pillow's own warning about large pictures: our limit is checked right below, before pixels are decoded.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        warnings.simplefilter("ignore", UserWarning)
        try:
            # Others in this process may have switched it on (the PDF library does): half a picture would pass for a whole one.
            ImageFile.LOAD_TRUNCATED_IMAGES = False
            picture = Image.open(io.BytesIO(data))
        except Image.DecompressionBombError as error:
            raise TooManyPixels from error
        if picture.width * picture.height > limits.image_pixels:
            raise TooManyPixels
        # A large JPEG is decoded at a fraction of its size, still at least twice the stored one.
        picture.draft(None, (2 * limits.image_side, 2 * limits.image_side))
        picture.load()
        picture = ImageOps.exif_transpose(picture)
    return _grey_or_colour(picture)


def _grey_or_colour(picture: Image.Image) -> Image.Image:
    if picture.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
        return _scaled(picture)
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture)
    return picture if picture.mode == "L" else picture.convert("RGB")


def _scaled(picture: Image.Image) -> Image.Image:
    """Deep grey levels (16 bits, 32 bits, float) as 0..255: scaled, not clipped to white.

    16 bits are scaled by what 16 bits can hold, so that all pictures of a set stay comparable.
    """
    levels = np.nan_to_num(np.asarray(picture, dtype=np.float64))
    low, high = float(levels.min(initial=0.0)), float(levels.max(initial=0.0))
    ranges = (1.0, 255.0, 65535.0) if picture.mode == "F" else (65535.0,)
    high = next((c for c in ranges if high <= c), high)
    return Image.fromarray(np.round((levels - low) * (255 / (high - low))).astype(np.uint8))


def is_grey(picture: Image.Image) -> bool:
    """Whether the three colours are (nearly, as JPEG leaves them) equal everywhere."""
    if picture.mode == "L":
        return True
    colours = np.asarray(picture).astype(np.int16)
    return bool((colours.max(axis=2) - colours.min(axis=2)).max(initial=0) <= 3)


def common_size(sizes: list[tuple[int, int]], limits: Limits) -> tuple[int, int]:
    """(width, height) for all pictures: the most common size if it is shared by half of them, else
    the median of each side; the larger side at most ``limits.image_side``."""
    size, count = Counter(sizes).most_common(1)[0]
    if 2 * count < len(sizes):
        size = tuple(int(np.median([s[i] for s in sizes])) for i in (0, 1))
    return _within(size, limits.image_side)


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    factor = min(1.0, side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture at (width, height); shrinking averages, so that nothing is lost between pixels."""
    if picture.size == size:
        return picture
    return picture.resize(size, Image.Resampling.BOX if _whole(picture.size, size) else Image.Resampling.BILINEAR)


def _whole(old: tuple[int, int], new: tuple[int, int]) -> bool:
    return all(o >= n and o % n == 0 for o, n in zip(old, new, strict=True))


def shrink(X: np.ndarray, reading: Reading | None, size: tuple[int, int] | None = None) -> np.ndarray:
    """uint8 (n, h, w, c) with the larger side at most ``limits.image_side``, or of ``size`` (h, w)."""
    height, width = X.shape[1:3]
    if size is None:
        width_new, height_new = _within((width, height), reading.limits.image_side)
        size = (height_new, width_new)
    if size == (height, width):
        return X
    if reading is not None:
        reading.note("images_resized", before=f"{width}x{height}", after=f"{size[1]}x{size[0]}")
    small = np.empty((len(X), *size, X.shape[3]), np.uint8)
    for i, picture in enumerate(X):
        picture = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)
        small[i] = np.asarray(resized(picture, (size[1], size[0]))).reshape(small.shape[1:])
    return small


class Album:
    """Collects decoded pictures one by one, keeps them small, and joins them at the end."""

    kind = "image"

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.pictures: list[Image.Image] = []
        self.sizes: list[tuple[int, int]] = []
        self.grey = True
        self.damaged: list[str] = []
        self.too_large: list[str] = []

    def add(self, name: str, data: bytes) -> bool:
        """Decode one picture; False (and remembered) when it cannot be used."""
        try:
            picture = decode(data, self.reading.limits)
        except TooManyPixels:
            self.too_large.append(name)
            return False
        except DAMAGED:
            self.damaged.append(name)
            return False
        self.sizes.append(picture.size)
        picture = resized(picture, _within(picture.size, self.reading.limits.image_side))
        if self.grey and not is_grey(picture):
            self.grey = False
        self.pictures.append(picture)
        return True

    def joined(self) -> np.ndarray:
        """uint8 (n, h, w, 1 or 3) of all pictures; notes what was skipped and converted."""
        mode = "L" if self.grey else "RGB"
        size = common_size(self.sizes, self.reading.limits)
        out = np.empty((len(self.pictures), size[1], size[0], 1 if self.grey else 3), np.uint8)
        converted = sum(p.mode != mode for p in self.pictures) if not self.grey else 0
        for i, picture in enumerate(self.pictures):
            out[i] = np.asarray(resized(picture.convert(mode), size)).reshape(out.shape[1:])
            self.pictures[i] = None  # frees memory while the array fills
        changed = sum(s != size for s in self.sizes)
        if changed or converted:
            self.reading.note(
                "images_converted_grey" if self.grey else "images_converted_colour",
                resized=changed,
                total=len(self.sizes),
                sizes=len(set(self.sizes)),
                after=f"{size[0]}x{size[1]}",
            )
        return out

    def report(self) -> None:
        """Notes on the pictures that could not be used."""
        if self.damaged:
            self.reading.note("images_skipped", "warning", count=len(self.damaged), names=listed(self.damaged))
        if self.too_large:
            limit = round(self.reading.limits.image_pixels / 1e6)
            self.reading.note(
                "images_too_large", "warning", count=len(self.too_large), names=listed(self.too_large), limit=limit
            )
