"""Stage 1 evidence: evaluate a dataset with only the last layer trained."""

from dualcore.lazy import exports

__all__ = ["EvaluateOptions", "Evaluation", "Evidence", "LastLayerModel", "evaluate"]

_EXPORTS = {
    "model": ("LastLayerModel",),
    "records": ("Evidence",),
    "run": ("EvaluateOptions",),
    "stage1": ("Evaluation", "evaluate"),
}
__getattr__ = exports(__name__, _EXPORTS)
