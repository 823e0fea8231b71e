"""The Python face: from a file or a frame to evidence in one call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dualcore.evidence import EvaluateOptions, Evaluation, Evidence
from dualcore.evidence import evaluate as _evaluate
from dualcore.intake import load

if TYPE_CHECKING:
    import pandas as pd


def evaluate(
    data: str | Path | pd.DataFrame,
    target: str | None = None,
    *,
    test: str | Path | pd.DataFrame | None = None,
    task: str = "auto",
    skeleton: str | dict = "auto",
    metric: str | None = None,
    goal: float | None = None,
    time_column: str | None = None,
    group_column: str | None = None,
    device: str = "auto",
    seed: int = 0,
    budget_seconds: float = 60.0,
) -> Evidence:
    """Evaluate a dataset with only the last layer trained (stage 1).

    Parameters
    ----------
    data : file (CSV, TSV, Excel, Parquet, zip, npz, .ts) or DataFrame
    target : column to predict; None takes the one that looks like it and says so in ``notes``
    test : separate test file; its labels are read only for ``last_layer.test_score``
    skeleton : "auto", a preset's name, or a dictionary from ``Skeleton.to_dict``
    metric : None for accuracy or R2
    goal : the level that would be good enough, in the metric

    Raises
    ------
    DataError, SkeletonError : when the input cannot be used; the message says what to do
    """
    return evaluation(
        data, target, test, task, time_column, group_column,
        EvaluateOptions(skeleton=skeleton, metric=metric, goal=goal, seed=seed, device=device, budget_seconds=budget_seconds),
    ).evidence


def evaluation(data, target, test, task, time_column, group_column, options: EvaluateOptions, on_progress=None) -> Evaluation:
    """As ``evaluate``, with the fitted model beside the evidence."""
    dataset = load(data, target=target, test=test, task=task, time_column=time_column, group_column=group_column)
    return _evaluate(dataset, options, **({"on_progress": on_progress} if on_progress else {}))
