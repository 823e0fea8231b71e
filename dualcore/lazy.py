"""Names of a package that are imported on first use: pages that only read records must not wait for torch."""

from __future__ import annotations

import importlib
from collections.abc import Callable


def exports(package: str, homes: dict[str, tuple[str, ...]]) -> Callable[[str], object]:
    """A module-level ``__getattr__`` for ``package``; ``homes`` maps its modules to the names they define."""
    home = {name: module for module, names in homes.items() for name in names}

    def find(name: str) -> object:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{home[name]}"), name)

    return find
