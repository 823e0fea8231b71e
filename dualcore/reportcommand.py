"""``python -m dualcore report``: one format of the report on an evaluation of this installation."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from dualcore.present import format as fmt
from dualcore.present.words import say
from dualcore.report.pack import file_name
from dualcore.services import LOCAL_USER, open_services


def report_text(options: argparse.Namespace) -> str:
    """Make the file and say where it is.  Raises NotFound, DataError."""
    start = time.perf_counter()
    made = open_services().report(LOCAL_USER, options.evaluation, options.format, options.language, options.author, options.zone)
    out = options.out or Path(file_name(options.evaluation, options.format, options.language))
    out.write_bytes(made)
    took = fmt.duration(time.perf_counter() - start, options.language)
    return say("cli.report", options.language, path=out, size=fmt.size(len(made)), time=took)
