"""``python -m dualcore predict`` and ``export``: an evaluated model on new data, or as a file for other software."""

from __future__ import annotations

import argparse
from pathlib import Path

from dualcore.errors import DataError
from dualcore.present import format as fmt
from dualcore.present.words import say


def predict_text(options: argparse.Namespace, model_file: Path) -> str:
    """Write the predictions, and say how to read them and whether the rows have drifted."""
    from dualcore.evidence.predictions import frame_to_csv, predictions_and_report
    from dualcore.evidence.tuned import load_model
    from dualcore.present.drift import drift_headline, drift_rows, drift_whole, how_to_read

    if not 0.5 <= options.level <= 0.99:
        raise DataError("level_range", level=options.level)
    frame, report = predictions_and_report(load_model(model_file), options.data, options.level)
    options.out.write_text(frame_to_csv(frame), encoding="utf-8-sig")
    l = options.language  # noqa: E741
    lines = [f"{say('predict.rows', l, rows=fmt.count(report.rows))} {how_to_read(report, l)}"]
    loud, said = drift_headline(report.drift, l)
    lines.append(f"{'! ' if loud == 'warning' else ''}{said}")
    lines += [f"  - {name}: {finding} (PSI {psi})" for name, finding, psi in drift_rows(report.drift, l)]
    whole = drift_whole(report.drift, l)
    return "\n".join([*lines, *([] if whole is None else [f"  {whole}"])])


def export_text(options: argparse.Namespace, model_file: Path) -> str:
    """Write the export and say where."""
    from dualcore import __version__
    from dualcore.evidence.export import onnx_archive, safetensors_archive
    from dualcore.evidence.tuned import load_model

    made = (onnx_archive if options.form == "onnx" else safetensors_archive)(load_model(model_file), __version__)
    options.out.write_bytes(made)
    return say("cli.exported", options.language, path=options.out, size=fmt.size(len(made)))
