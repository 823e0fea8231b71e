"""Files named by the SHA-256 of their content, so that a dataset can never change unnoticed."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import fsspec
from fsspec.implementations.local import LocalFileSystem

from dualcore.errors import DataError, NotFound

CHUNK = 1 << 20
SHA = re.compile(r"[0-9a-f]{64}")


class FileStore:
    """Content-addressed files in a folder, or on any file system that fsspec knows.

    Parameters
    ----------
    url : folder, or URL such as ``s3://bucket/dualcore`` (its driver must be installed); made when it does not exist
    cache : folder where files of another machine are kept once fetched; the system's temporary folder by default
    """

    def __init__(self, url: str | Path, cache: Path | None = None) -> None:
        self._fs, root = fsspec.core.url_to_fs(str(url))
        self.local = isinstance(self._fs, LocalFileSystem)
        self.folder = Path(root) if self.local else Path(cache or Path(tempfile.gettempdir()) / "dualcore-files")
        self._root = root.rstrip("/")
        self._fs.makedirs(self._root, exist_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)

    def put(self, source: BinaryIO, limit_bytes: int | None = None) -> tuple[str, int]:
        """Store the stream; returns (sha256, size in bytes). The same content is kept once.

        Raises
        ------
        DataError
            ``file_too_big`` when the stream is longer than ``limit_bytes``; ``store_full``, ``store_read_only``.
        """
        digest, size = hashlib.sha256(), 0
        temporary = None
        try:
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".incoming-")
            temporary = Path(name)
            with os.fdopen(handle, "wb") as out:
                while chunk := source.read(CHUNK):
                    size += len(chunk)
                    if limit_bytes is not None and size > limit_bytes:
                        raise DataError("file_too_big", limit_mb=limit_bytes // 1_000_000)
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            sha = digest.hexdigest()
            target = self._place(sha)
            target.parent.mkdir(exist_ok=True)
            if not self.local and not self._fs.exists(self._remote(sha)):
                self._upload(temporary, sha)
            temporary.replace(target)
        except OSError as error:
            raise _explained(error) from error
        finally:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
        return sha, size

    def _upload(self, file: Path, sha: str) -> None:
        # Under another name first: a reader never sees half of a file.
        remote = self._remote(sha)
        self._fs.makedirs(remote.rsplit("/", 1)[0], exist_ok=True)
        self._fs.put_file(str(file), f"{remote}.incoming")
        self._fs.mv(f"{remote}.incoming", remote)

    def put_file(self, path: str | Path, limit_bytes: int | None = None) -> tuple[str, int]:
        """``put`` of a file on disk."""
        with open(path, "rb") as source:
            return self.put(source, limit_bytes)

    def path(self, sha256: str) -> Path:
        """A local file with the content, after its hash was checked.

        Raises
        ------
        NotFound
            ``file_gone`` when there is no such file.
        DataError
            ``file_changed`` when the content no longer has this hash.
        """
        if not SHA.fullmatch(sha256):
            raise NotFound("file_gone")
        place = self._place(sha256)
        if not self.local and not self._same(place, sha256):
            self._fetch(sha256, place)
        if not place.is_file():
            raise NotFound("file_gone")
        if not self._same(place, sha256):
            raise DataError("file_changed", sha256=sha256[:12])
        return place

    def _fetch(self, sha256: str, place: Path) -> None:
        place.parent.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".incoming-")
        os.close(handle)
        try:
            self._fs.get_file(self._remote(sha256), name)
            Path(name).replace(place)
        except FileNotFoundError:
            place.unlink(missing_ok=True)
        finally:
            Path(name).unlink(missing_ok=True)

    def everything(self) -> Iterator[str]:
        """The hashes of all stored files."""
        for name in sorted(self._fs.find(self._root)):
            last = name.rsplit("/", 1)[-1]
            if SHA.fullmatch(last):
                yield last

    def stored(self, sha256: str) -> datetime:
        """When the file was written.  Raises FileNotFoundError."""
        moment = self._fs.modified(self._remote(sha256))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def writable(self) -> bool:
        """Whether a new file could be stored now."""
        try:
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".incoming-")
        except OSError:
            return False
        os.close(handle)
        Path(name).unlink(missing_ok=True)
        return self.local or self._fs.exists(self._root)

    def remove(self, sha256: str) -> None:
        """Forget a file for good; what is not there stays so."""
        if not SHA.fullmatch(sha256):
            raise NotFound("file_gone")
        if not self.local and self._fs.exists(self._remote(sha256)):
            self._fs.rm_file(self._remote(sha256))
        self._place(sha256).unlink(missing_ok=True)

    @staticmethod
    def _same(place: Path, sha256: str) -> bool:
        if not place.is_file():
            return False
        with open(place, "rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest() == sha256

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def _remote(self, sha256: str) -> str:
        return f"{self._root}/{sha256[:2]}/{sha256}"


def _explained(error: OSError) -> Exception:
    """A full or read-only store is something that a person can act on."""
    code = {errno.ENOSPC: "store_full", errno.EDQUOT: "store_full", errno.EROFS: "store_read_only", errno.EACCES: "store_read_only"}
    return DataError(code[error.errno]) if error.errno in code else error
