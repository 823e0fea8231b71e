"""Files named by the SHA-256 of their content, so that a dataset can never change unnoticed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO

from dualcore.errors import DataError, NotFound

CHUNK = 1 << 20
SHA = re.compile(r"[0-9a-f]{64}")


class FileStore:
    """A folder of content-addressed files.

    Parameters
    ----------
    folder : Path
        Made when it does not exist.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def put(self, source: BinaryIO, limit_bytes: int | None = None) -> tuple[str, int]:
        """Store the stream; returns (sha256, size in bytes). The same content is kept once.

        Raises
        ------
        DataError
            ``file_too_big`` when the stream is longer than ``limit_bytes``.
        """
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".incoming-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as out:
                while chunk := source.read(CHUNK):
                    size += len(chunk)
                    if limit_bytes is not None and size > limit_bytes:
                        raise DataError("file_too_big", limit_mb=limit_bytes // 1_000_000)
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            target = self._place(digest.hexdigest())
            target.parent.mkdir(exist_ok=True)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        return digest.hexdigest(), size

    def put_file(self, path: str | Path, limit_bytes: int | None = None) -> tuple[str, int]:
        """``put`` of a file on disk."""
        with open(path, "rb") as source:
            return self.put(source, limit_bytes)

    def path(self, sha256: str) -> Path:
        """Where the content lies, after its hash was checked.

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
        if not place.is_file():
            raise NotFound("file_gone")
        with open(place, "rb") as source:
            if hashlib.file_digest(source, "sha256").hexdigest() != sha256:
                raise DataError("file_changed", sha256=sha256[:12])
        return place

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256
