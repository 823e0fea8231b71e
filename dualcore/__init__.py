"""dualcore: an honest first answer before money is spent on deep learning.

>>> import dualcore
>>> evidence = dualcore.evaluate("data.csv", target="label")        # doctest: +SKIP
>>> verdict = dualcore.recommend(evidence)                          # doctest: +SKIP
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"
__all__ = [
    "Evidence", "Protocol", "Skeleton", "Terms", "Verdict", "activation", "dual_kernel", "evaluate",
    "load", "preset", "presets", "random_network", "recommend", "tangent_kernel",
]

# Imported on first use: ``import dualcore`` stays quick for pages that only show records.
_ROOMS = {
    "kernels": ("Skeleton", "activation", "dual_kernel", "preset", "presets", "random_network", "tangent_kernel"),
    "intake": ("load",),
    "evidence": ("Evidence",),
    "decision": ("Protocol", "Terms", "Verdict", "recommend"),
    "api": ("evaluate",),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str):
    if name in _HOME:
        return getattr(importlib.import_module(f"dualcore.{_HOME[name]}"), name)
    raise AttributeError(f"module 'dualcore' has no attribute {name!r}")
