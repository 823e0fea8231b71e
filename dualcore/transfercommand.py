"""``python -m dualcore transfer``: pretrained features against a random initialisation, on a file."""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from dualcore.errors import DataError
from dualcore.evidence import represent, steps
from dualcore.evidence.embeddings import encode, load_encoder, match_rows, read_embeddings
from dualcore.evidence.stages import Transfer
from dualcore.evidence.transfer import Request, compare, prepare
from dualcore.intake import inspect
from dualcore.intake import prepare as prepare_data
from dualcore.intake.records import Question
from dualcore.kernels import Skeleton, preset
from dualcore.present import format as fmt
from dualcore.present.architecture import skeleton_name
from dualcore.present.words import say


def transfer_text(options: argparse.Namespace, skeleton: str | dict, on_progress: Callable[[float, str], None]) -> str:
    """Run the command and give its table.

    skeleton : of the random initialisation; "auto" compares the usual few by their left-out scores, as ``evaluate`` does

    Raises
    ------
    DataError, SkeletonError : when data, embeddings, encoder or skeleton cannot be used
    """
    if (options.embeddings is None) == (options.encoder is None):
        raise DataError("transfer_one_source")
    source = inspect(options.data)
    question = Question(target=options.target, task=options.task, time_column=options.time_column, group_column=options.group_column)
    dataset = prepare_data(source, question)
    given = options.embeddings or options.encoder
    request = Request(
        preset("linear"), options.metric, None, options.seed, "embeddings" if options.embeddings else "encoder", given.name, _digest(given)
    )
    run, rows = prepare(dataset, request)
    request = Request(_chosen(run, skeleton), *_fields(request))
    start = time.perf_counter()
    if options.embeddings:
        found = read_embeddings(options.embeddings, options.embeddings.name, options.id_column)
        features, spent = match_rows(found, dataset, source, question, options.id_column)[rows], 0.0
    else:
        features = encode(load_encoder(options.encoder, options.factory), run.data, run.builder.X)
        spent = time.perf_counter() - start
    result = compare(run, request, features, spent, on_progress)
    on_progress(1.0, "done")
    if options.json:
        options.json.write_text(json.dumps(result.model_dump(mode="json"), ensure_ascii=False, indent=1), encoding="utf-8")
    return _table(result, options.data.name, options.language)


def _fields(request: Request) -> tuple:
    return request.metric, request.width, request.seed, request.source, request.name, request.sha256


def _chosen(run, skeleton: str | dict) -> Skeleton:
    asked = represent.resolve(skeleton, run.data.kind)
    return asked if asked is not None else steps.choose_step(run)[0]


def _digest(path: Path) -> str:
    """SHA-256 of a file, or of all files of a folder with their names."""
    if not path.is_dir():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        digest.update(file.relative_to(path).as_posix().encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _table(result: Transfer, name: str, language: str) -> str:
    lines = [f"{name}: {fmt.metric_name(result.metric, language)}, n = {fmt.count(result.rows)}"]
    for part in (result.random, result.pretrained):
        label = say(f"transfer.features.{part.name}", language, skeleton=skeleton_name(result.skeleton, language), name=result.name)
        extra = [
            f"{say(f'transfer.measure.{key}', language, n=result.neighbours)} {fmt.number(value, 3)}"
            for key in ("logme", "h_score", "neighbours_score") if (value := getattr(part, key)) is not None
        ]
        lines.append(f"  {label}: {fmt.score_with_interval(part.score, part.low, part.high, language)}  [{', '.join(extra)}]")
    lines.append(f"  {say('transfer.gain', language)}: {fmt.signed(result.gain, 3)} ({fmt.interval(result.low, result.high, language, 3)})")
    lines += ["", say(f"transfer.reading.{result.reading}", language), f"  {say('transfer.caution', language)}"]
    lines.append(f"({fmt.duration(result.seconds, language)})")
    return "\n".join(lines)
