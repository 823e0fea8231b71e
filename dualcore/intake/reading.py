"""The notebook that travels through the reading of one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from dualcore.errors import DataError
from dualcore.intake.limits import DEFAULT, Limits
from dualcore.intake.records import Note, ReadOptions


def listed(names: list[str] | tuple[str, ...], most: int = 6) -> str:
    """Names as one short text: ``a, b, c ... (+12)``; each name shortened to 60 characters."""
    shown = ", ".join(str(n) if len(str(n)) <= 60 else f"{str(n)[:57]}..." for n in names[:most])
    return shown if len(names) <= most else f"{shown} ... (+{len(names) - most})"


@dataclass
class Reading:
    """File name, choices and limits of one reading, and what was noticed on the way."""

    name: str
    options: ReadOptions = field(default_factory=ReadOptions)
    limits: Limits = DEFAULT
    notes: list[Note] = field(default_factory=list)

    def note(self, code: str, level: str = "info", **fields: str | int | float) -> None:
        """Remember one finding; every note knows its file."""
        self.notes.append(Note(code=code, level=level, fields={"file": self.name, **fields}))

    def fail(self, code: str, **fields: object) -> NoReturn:
        """Refuse the file with ``error.<code>``."""
        raise DataError(code, file=self.name, **fields)
