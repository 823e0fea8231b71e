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
_EXPORTS = {
    "api": ("evaluate",),
    "estimator": ("LastLayerClassifier", "LastLayerRegressor", "load_estimator"),
    "decision": ("Protocol", "Terms", "Verdict", "recommend"),
    "evidence": ("Evidence",),
    "intake": ("load",),
    "kernels": (
        "Node", "Skeleton", "activation", "convolutional", "correct_init_", "diagnose_init", "dual_kernel", "empirical_kernel",
        "fully_connected", "kernel_error", "linear", "multi_view", "preset", "presets", "random_network", "register_activation",
        "residual", "skeleton_of", "tangent_kernel", "to_sphere", "width_for_error", "width_law", "worst_case_width",
    ),
    "present.figures": ("draw_skeleton",),
}
__all__ = sorted(name for names in _EXPORTS.values() for name in names)
__getattr__ = exports(__name__, _EXPORTS)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
