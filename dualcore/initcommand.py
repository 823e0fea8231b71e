"""``python -m dualcore init-report``: the initialisation of a module that the user's own code makes."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from pathlib import Path

import numpy as np
import torch

from dualcore.errors import DataError
from dualcore.kernels.modules.correction import correct_init_, diagnose_init
from dualcore.present.initialise import init_report_text


def report_text(options: argparse.Namespace) -> str:
    """The table; the report itself goes to ``options.json`` where that is given.

    Raises DataError or SkeletonError naming what cannot be used.
    """
    module, sample = make(options.factory)
    if options.sample is not None:
        sample = _read(options.sample)
    if options.correct:
        report = correct_init_(module, _beta(options.beta), sample=sample, seed=options.seed)
    else:
        report = diagnose_init(module, sample)
    if options.json is not None:
        options.json.write_text(report.model_dump_json(indent=1), encoding="utf-8")
    return init_report_text(report, options.language)


def make(spec: str) -> tuple[torch.nn.Module, object]:
    """The module, and its sample or None, that ``module:factory`` returns; modules of the current folder come first."""
    name, colon, factory = spec.partition(":")
    if not (name and colon and factory):
        raise DataError("init_spec", spec=spec)
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        home = importlib.import_module(name)
    except Exception as error:  # whatever the user's code does wrong while it is imported
        raise DataError("init_import", name=name, reason=_first_line(error)) from error
    function = getattr(home, factory, None)
    if not callable(function):
        raise DataError("init_factory", name=name, factory=factory)
    try:
        made = function()
    except Exception as error:  # and while it runs
        raise DataError("init_failed", factory=spec, reason=_first_line(error)) from error
    module, sample = made if isinstance(made, tuple) and len(made) == 2 else (made, None)
    if not isinstance(module, torch.nn.Module):
        raise DataError("init_not_module", factory=spec, found=type(module).__name__)
    return module, sample


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).strip() or '-').splitlines()[0]}"


def _beta(text: str) -> float | str:
    if text == "critical":
        return text
    try:
        return float(text)
    except ValueError as error:
        raise DataError("init_beta", value=text) from error


def _read(path: Path) -> np.ndarray:
    try:
        values = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, IsADirectoryError) as error:
        raise DataError("sample_unreadable", name=str(path)) from error
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiub":
        raise DataError("sample_unreadable", name=str(path))
    return values.astype(np.float64) if values.dtype.kind in "ub" else values
