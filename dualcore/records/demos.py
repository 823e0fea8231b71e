"""The catalogue of the demo datasets that ship with dualcore."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter

from dualcore.records.views import DemoView

_CATALOGUE = TypeAdapter(list[DemoView])


def read_catalogue(folder: Path) -> list[DemoView]:
    """The demos of ``folder/catalogue.json``; a folder without a catalogue has none."""
    path = folder / "catalogue.json"
    return _CATALOGUE.validate_json(path.read_bytes()) if path.exists() else []
