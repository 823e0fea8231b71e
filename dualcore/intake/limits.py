"""Every limit of intake in one place; pass another ``Limits`` to change one."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What intake accepts and where its rules of thumb switch."""

    file_bytes: int = 500 * MEGABYTE
    cells: int = 30_000_000  # of one table
    columns: int = 5_000  # of a table that is no wide series
    min_rows: int = 20  # training rows with a target
    max_classes: int = 200
    preview_rows: int = 20
    # archives
    zip_entries: int = 100_000
    zip_bytes: int = 2_000 * MEGABYTE  # all entries, decompressed
    zip_entry_bytes: int = 64 * MEGABYTE
    zip_ratio: int = 200  # decompressed : compressed, for entries above zip_ratio_from_bytes
    zip_ratio_from_bytes: int = 1 * MEGABYTE
    array_bytes: int = 4_000 * MEGABYTE
    # pictures, signals
    image_pixels: int = 40_000_000  # declared size of one picture
    image_side: int = 96  # stored size of the larger side
    series_length: int = 200_000
    audio_seconds: float = 30.0
    # tables
    largest_number: float = 1e30  # beyond this a number counts as missing
    numeric_share: float = 0.8  # of the filled cells must be readable as numbers
    date_share: float = 0.9
    max_levels: int = 100  # categories kept per column, the rest are grouped
    series_columns: int = 16  # ordered columns that make a wide table a series
    # warnings
    duplicate_share: float = 0.01  # from here duplicates are kept on one side of a split
    small_class: int = 5
    majority: float = 0.8  # share of the largest class from which accuracy misleads
    drift_auc: float = 0.8


DEFAULT = Limits()
