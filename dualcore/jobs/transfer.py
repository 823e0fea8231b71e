"""The job kind "transfer": pretrained features against the random initialisation of an evaluation.

Embeddings come from the store, by the content hash that the options carry, and are read as data. An encoder is code: it is
taken by name from the folder that the administrator set, and from nowhere else.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dualcore.errors import DataError
from dualcore.evidence.embeddings import encode, encoder_files, load_encoder, match_rows, read_embeddings
from dualcore.evidence.stages import Transfer
from dualcore.evidence.transfer import Request, compare, prepare
from dualcore.intake import inspect
from dualcore.intake.records import Question, ReadOptions
from dualcore.kernels import Skeleton

if TYPE_CHECKING:
    from dualcore.jobs.stages import Work


def run_transfer(work: Work) -> tuple[Transfer, None]:
    """Options: either ``encoder`` (a name), or ``embeddings_sha`` and ``filename``, with ``id_column`` and ``data`` (the
    training file: file_sha, filename, options, question) for the order of the rows."""
    request = _request(work)
    run, rows = prepare(work.dataset, request, work.should_stop)
    work.on_progress(0.1, "encode")
    start = time.perf_counter()
    features = _encoded(work, run) if request.source == "encoder" else _stored(work)[rows]
    spent = time.perf_counter() - start if request.source == "encoder" else 0.0
    return compare(run, request, features, spent, work.on_progress), None


def _request(work: Work) -> Request:
    last, manifest = work.evidence.last_layer, work.evidence.manifest
    encoder = work.params.get("encoder")
    if encoder is not None and encoder not in encoder_files(work.settings.encoders):
        raise DataError("encoder_missing", name=encoder)
    name = encoder or work.params["filename"]
    sha = work.params.get("embeddings_sha") or hashlib.sha256((work.settings.encoders / encoder).read_bytes()).hexdigest()
    seeds, sd = last.seed_scores, 0.0
    if last.route == "features" and len(seeds) > 1 and last.width:
        sd = float(np.std(seeds, ddof=1)) * (last.seed_width / last.width) ** 0.5
    return Request(
        Skeleton.from_dict(work.evidence.skeleton), work.evidence.metric, last.width if last.route == "features" else None,
        manifest.seed, "encoder" if encoder else "embeddings", name, sha, sd,
    )


def _stored(work: Work) -> np.ndarray:
    """Embeddings (n, D) in the order of the dataset."""
    asked, data = work.params, work.params["data"]
    id_column = asked.get("id_column") or None
    found = read_embeddings(work.store.path(asked["embeddings_sha"]), asked["filename"], id_column)
    options, question = ReadOptions.model_validate(data["options"]), Question.model_validate(data["question"])
    source = inspect(work.store.path(data["file_sha"]), name=Path(data["filename"]).name, options=options)
    return match_rows(found, work.dataset, source, question, id_column)


def _encoded(work: Work, run) -> np.ndarray:
    encoder = load_encoder(work.settings.encoders / work.params["encoder"])
    work.on_progress(0.12, "transfer_encode")
    return encode(encoder, run.data, run.builder.X, run.clock.check)
