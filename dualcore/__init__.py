"""dualcore: an honest first answer before money is spent on deep learning.

>>> import dualcore
>>> evidence = dualcore.evaluate("data.csv", target="label")        # doctest: +SKIP
>>> verdict = dualcore.recommend(evidence)                          # doctest: +SKIP
"""

from __future__ import annotations

import os

from dualcore.lazy import exports

# Threads of numerical libraries that wait for work must not spin: on a machine that does anything else at the same
# time, spinning made an evaluation ten times slower. Read when those libraries load, so it is set before they do.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"
__all__ = [
    "Evidence", "Protocol", "Skeleton", "Terms", "Verdict", "activation", "dual_kernel", "evaluate", "load", "preset", "presets",
    "random_network", "recommend", "tangent_kernel",
]

_EXPORTS = {
    "api": ("evaluate",),
    "decision": ("Protocol", "Terms", "Verdict", "recommend"),
    "evidence": ("Evidence",),
    "intake": ("load",),
    "kernels": ("Skeleton", "activation", "dual_kernel", "preset", "presets", "random_network", "tangent_kernel"),
}
__getattr__ = exports(__name__, _EXPORTS)
