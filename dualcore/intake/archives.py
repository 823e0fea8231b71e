"""Zip archives with one folder per class, read in memory and never unpacked to disk."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dualcore.intake import pictures, sounds
from dualcore.intake.arrays import Parts
from dualcore.intake.reading import Reading, listed

_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_TEST = frozenset({"test", "testing"})
_TRAIN = frozenset({"train", "training"})
_VALIDATION = frozenset({"val", "valid", "validation", "dev"})
_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet", ".npz", ".ts", ".npy")
_SYMLINKS_AND_DEVICES = frozenset({stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK})
_CHUNK = 1 << 20


@dataclass(frozen=True)
class _Member:
    """One safe file of the archive: its entry and its readable path."""

    entry: zipfile.ZipInfo
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        return "/".join(self.path)

    def ends(self, suffixes: tuple[str, ...]) -> bool:
        return self.path[-1].lower().endswith(suffixes)


def read_zip(data: bytes, reading: Reading) -> Parts:
    """Class folders of pictures or WAV recordings, with or without train and test folders.

    Raises
    ------
    DataError
        zip_unreadable, zip_encrypted, zip_too_many, zip_bomb, zip_single_table, zip_nothing_usable,
        zip_no_class_folders, zip_mixed_kinds, zip_all_damaged
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        reading.fail("zip_unreadable", detail=str(error))
    with archive:
        _check_declared(entries, reading)
        files, folders = _safe(entries, reading)
        files, folders = _without_top(files, folders)
        images = [m for m in files if m.ends(pictures.SUFFIXES)]
        recordings = [m for m in files if m.ends(sounds.SUFFIXES)]
        if not images and not recordings:
            _refuse_without_examples(files, reading)
        if images and recordings and min(len(images), len(recordings)) > 0.1 * max(len(images), len(recordings)):
            reading.fail("zip_mixed_kinds", images=len(images), recordings=len(recordings))
        if len(images) >= len(recordings):
            return _collect(archive, images, folders, pictures.Album(reading), reading)
        return _collect(archive, recordings, folders, sounds.Tape(reading), reading)


def _check_declared(entries: list[zipfile.ZipInfo], reading: Reading) -> None:
    """Refuse by what the archive declares, before one byte is decompressed."""
    limits = reading.limits
    if len(entries) > limits.zip_entries:
        reading.fail("zip_too_many", count=len(entries), limit=limits.zip_entries)
    if any(e.flag_bits & 0x1 for e in entries):
        reading.fail("zip_encrypted")
    total = sum(e.file_size for e in entries)
    if total > limits.zip_bytes:
        reading.fail("zip_too_large", megabytes=round(total / 1e6), limit=round(limits.zip_bytes / 1e6))
    for entry in entries:
        ratio = entry.file_size / max(1, entry.compress_size)
        packed_hard = entry.file_size > limits.zip_ratio_from_bytes and ratio > limits.zip_ratio
        if packed_hard or entry.file_size > limits.zip_entry_bytes:
            reading.fail(
                "zip_bomb",
                entry=readable_name(entry)[-80:],
                megabytes=round(entry.file_size / 1e6, 1),
                ratio=round(ratio),
                limit_megabytes=round(limits.zip_entry_bytes / 1e6),
                limit_ratio=limits.zip_ratio,
            )


def readable_name(entry: zipfile.ZipInfo) -> str:
    """The entry's name; without the UTF-8 flag it is CP932 (Japanese Windows) or UTF-8 in disguise."""
    # orig_filename keeps backslashes and what follows a NUL.
    name = entry.orig_filename
    if entry.flag_bits & 0x800 or name.isascii():
        return name
    raw = name.encode("cp437")
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue  # the next encoding may fit; cp437, the standard's own, always does
    return name


def _safe(entries: list[zipfile.ZipInfo], reading: Reading) -> tuple[list[_Member], set[tuple[str, ...]]]:
    """Files with harmless names and the folders of the archive; litter is dropped silently."""
    files, folders, unsafe, seen = [], set(), [], set()
    for entry in entries:
        name = readable_name(entry)
        if _is_unsafe(name, entry):
            unsafe.append(name)
            continue
        path = tuple(p for p in name.split("/") if p not in ("", "."))
        if not path or any(p.startswith(".") or p.lower() in _LITTER for p in path):
            continue
        if name.endswith("/"):
            folders.add(path)
        elif path not in seen:  # a second entry of the same name would only repeat an example
            seen.add(path)
            files.append(_Member(entry, path))
            folders.add(path[:-1])
    if unsafe:
        reading.note("zip_unsafe_entries", "warning", count=len(unsafe), names=listed(unsafe))
    return files, folders - {()}


def _is_unsafe(name: str, entry: zipfile.ZipInfo) -> bool:
    return (
        name.startswith("/")
        or "\\" in name
        or "\0" in name
        or bool(re.match(r"[A-Za-z]:", name))
        or ".." in name.split("/")
        or stat.S_IFMT(entry.external_attr >> 16) in _SYMLINKS_AND_DEVICES
    )


def _without_top(files: list[_Member], folders: set[tuple[str, ...]]) -> tuple[list[_Member], set[tuple[str, ...]]]:
    """Paths without folders that all files share (the folder that was zipped), however many there are."""
    while files and all(len(m.path) > 2 for m in files) and len({m.path[0] for m in files}) == 1:
        top = files[0].path[0]
        if top.lower() in _TEST | _TRAIN | _VALIDATION and any(f[0] != top for f in folders):
            break  # an empty "test" beside "train" is no second class
        files = [_Member(m.entry, m.path[1:]) for m in files]
        folders = {f[1:] for f in folders if f[0] == top and len(f) > 1}
    return files, folders


def _refuse_without_examples(files: list[_Member], reading: Reading) -> None:
    tables = [m.name for m in files if m.ends(_TABLES)]
    if tables:
        reading.fail("zip_single_table", entry=tables[0] if len(tables) == 1 else listed(tables))
    endings = Counter("." + m.path[-1].rsplit(".", 1)[-1] if "." in m.path[-1] else m.path[-1] for m in files)
    reading.fail("zip_nothing_usable", found=listed([f"{e} ({c})" for e, c in endings.most_common()]) or "-")


def _part_and_class(path: tuple[str, ...], split: bool) -> tuple[str, str]:
    """("train" | "test" | "validation", class name) of one file; the class may lie several folders deep."""
    if not split:
        return "train", "/".join(path[:-1])
    head = path[0].lower()
    part = "test" if head in _TEST else "validation" if head in _VALIDATION else "train"
    return part, "/".join(path[1:-1])


def _is_split(folders: set[tuple[str, ...]]) -> bool:
    """Whether the top folders are named after parts (train, test) rather than after classes."""
    tops = {f[0].lower() for f in folders}
    return bool(tops) and tops <= _TEST | _TRAIN | _VALIDATION and bool(tops & (_TRAIN | _VALIDATION))


def _collect(
    archive: zipfile.ZipFile,
    members: list[_Member],
    folders: set[tuple[str, ...]],
    collection: pictures.Album | sounds.Tape,
    reading: Reading,
) -> Parts:
    """Read every example, and tell parts and classes by its folders."""
    split = _is_split({m.path[:-1] for m in members if len(m.path) > 1})
    members = _with_class(members, split, reading)
    classes, tests = [], []
    validation = 0
    for member, content in _contents(archive, members, reading):
        if not collection.add(member.name, content):
            continue
        part, name = _part_and_class(member.path, split)
        classes.append(name)
        tests.append(part == "test")
        validation += part == "validation"
    collection.report()
    if not classes:
        reading.fail("zip_all_damaged", count=len(members))
    if validation:
        reading.note("zip_validation_folder", count=validation)
    _note_empty(folders, members, split, reading)
    X, y, test = collection.joined(), np.array(classes, dtype=object), np.array(tests, dtype=bool)
    rate = getattr(collection, "rate", None)
    if not test.any() or test.all():
        return Parts(collection.kind, X, y, sample_rate=rate)
    return Parts(collection.kind, X[~test], y[~test], X[test], y[test], sample_rate=rate)


def _with_class(members: list[_Member], split: bool, reading: Reading) -> list[_Member]:
    """The members that lie in a class folder; refuses when there is nothing to tell apart."""
    depth = 2 if split else 1
    inside = [m for m in members if len(m.path) > depth]
    outside = [m.name for m in members if len(m.path) <= depth]
    if len({_part_and_class(m.path, split)[1] for m in inside}) < 1:
        reading.fail("zip_no_class_folders", count=len(members), names=listed([m.name for m in members], 3))
    if outside:
        reading.note("zip_outside_folders", "warning", count=len(outside), names=listed(outside))
    return inside


def _contents(archive: zipfile.ZipFile, members: list[_Member], reading: Reading) -> Iterator[tuple[_Member, bytes]]:
    """Each member's bytes; what comes out is counted, whatever the archive declared."""
    total = 0
    for member in members:
        content = bytearray()
        try:
            with archive.open(member.entry) as stream:
                while chunk := stream.read(_CHUNK):
                    content += chunk
                    if len(content) > reading.limits.zip_entry_bytes or total + len(content) > reading.limits.zip_bytes:
                        limit = round(reading.limits.zip_bytes / 1e6)
                        reading.fail("zip_too_large", megabytes=round((total + len(content)) / 1e6), limit=limit)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
            content = bytearray()  # a damaged entry is an unreadable example: counted and named as such
        total += len(content)
        yield member, bytes(content)


def _note_empty(folders: set[tuple[str, ...]], members: list[_Member], split: bool, reading: Reading) -> None:
    """Name class folders without one example."""
    used = {m.path[:i] for m in members for i in range(1, len(m.path))}
    depth = 2 if split else 1
    empty = sorted("/".join(f[depth - 1 :]) for f in folders - used if len(f) >= depth)
    if empty:
        reading.note("zip_empty_classes", "warning", count=len(empty), names=listed(empty))
