"""Stage 1 evidence: evaluate a dataset with only the last layer trained."""

from dualcore.evidence.evaluate import EvaluateOptions, Evaluation, evaluate
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.records import Evidence

__all__ = ["EvaluateOptions", "Evaluation", "Evidence", "LastLayerModel", "evaluate"]
