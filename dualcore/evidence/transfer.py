"""Transfer: pretrained features against the random initialisation, under one protocol.

Both representations see the same rows, the same split and the same ridge last layer with exact left-out predictions; the
gain is read on the same left-out rows. The reading is asymmetric: a clear gain is evidence for the pretrained model, the lack
of one is none against it, because the linear score of pretrained features need not rank what fine-tuning reaches
(arXiv 2202.10054; on pretrained encoders the two can be uncorrelated).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from dualcore.errors import DataError
from dualcore.evidence import lastlayer, metrics, represent, transferability
from dualcore.evidence.lastlayer import LastLayerFit, Representation
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.run import Clock, EvaluateOptions, Run, prepare_run
from dualcore.evidence.stages import Transfer, TransferScore
from dualcore.intake.records import Dataset
from dualcore.kernels import Skeleton

DRAWS = 400
MEASURE_ROWS = 2000
MEASURE_SHARE = 4  # rows per feature, at least, for the secondary measures
NEIGHBOURS = 5
Z = 1.6448536269514722


@dataclass(frozen=True)
class Request:
    """What is compared.

    skeleton, width, seed : of the random initialisation, as stage 1 evaluated it; width None = its default
    source : "embeddings" or "encoder"; name, sha256 : of that file
    seed_sd : standard deviation between initialisations of that width, in the metric
    """

    skeleton: Skeleton
    metric: str | None = None
    width: int | None = None
    seed: int = 0
    source: str = "embeddings"
    name: str = ""
    sha256: str = ""
    seed_sd: float = 0.0


def prepare(dataset: Dataset, request: Request, should_stop: Callable[[], bool] = lambda: False) -> tuple[Run, np.ndarray]:
    """(rows, split and encoded inputs as stage 1 takes them; which rows of the dataset these are)."""
    clock = Clock(lambda fraction, step: None, should_stop)
    run, sampled = prepare_run(dataset, EvaluateOptions(metric=request.metric, seed=request.seed, device="cpu"), clock)
    rows = np.arange(dataset.n)
    if sampled:  # stage 1 draws with the same generator
        rows = np.sort(np.random.default_rng(request.seed).choice(dataset.n, run.n, replace=False))
    if not np.array_equal(dataset.y[rows], run.y):
        raise RuntimeError("the sampled rows are not those of stage 1")
    return run, rows


def compare(
    run: Run, request: Request, features: np.ndarray, seconds: float = 0.0,
    on_progress: Callable[[float, str], None] = lambda fraction, step: None,
) -> Transfer:
    """Measure both representations and the paired gain.

    features : (n, D) of the pretrained model in the order of the run's rows
    seconds : that computing them took
    """
    begin = time.perf_counter()
    if len(features) != run.n:
        raise DataError("embeddings_rows", name=request.name, found=len(features), rows=run.n)
    on_progress(0.3, "transfer_random")
    random, random_fit = _measure(run, "random", lambda: _random(run, request), request.seed_sd)
    run.clock.check()
    on_progress(0.6, "transfer_pretrained")
    pretrained, fit = _measure(run, "pretrained", lambda: Representation(torch.from_numpy(_scaled(features)), False), 0.0, seconds)
    run.clock.check()
    on_progress(0.85, "transfer_gain")
    gain, low, high = paired_gain(run, fit, random_fit, request.seed_sd)
    chance = _chance(run, fit.rows)
    return Transfer(
        metric=run.metric, greater_is_better=metrics.greater_is_better(run.metric), source=request.source, name=request.name,
        sha256=request.sha256, skeleton=request.skeleton.name, rows=len(fit.rows), estimate_from=run.split.kind, random=random,
        pretrained=pretrained, chance=chance, gain=gain, low=low, high=high, reading=_reading(run, pretrained, chance, low, high),
        neighbours=NEIGHBOURS, seed=request.seed, seconds=seconds + time.perf_counter() - begin,
    )


def _random(run: Run, request: Request) -> Representation:
    build = run.builder.features if request.width else run.builder.build
    return build(request.skeleton, request.width or represent.default_width(run.n), request.seed)


def _scaled(features: np.ndarray) -> np.ndarray:
    """Columns of unit spread; constant columns carry nothing and are left out. No label is seen."""
    spread = features.std(0)
    varying = spread > 1e-8 * max(float(np.abs(features).max()), 1e-12)
    if not varying.any():
        raise DataError("embeddings_constant")
    return ((features[:, varying] - features[:, varying].mean(0)) / spread[varying]).astype(np.float32)


def _measure(
    run: Run, name: str, build: Callable[[], Representation], seed_sd: float, seconds: float = 0.0
) -> tuple[TransferScore, LastLayerFit]:
    begin = time.perf_counter()
    rep = build()
    fit = lastlayer.fit_last_layer(rep, run.y, run.C, run.metric, run.split)
    spent = seconds + time.perf_counter() - begin
    score, low, high = run.spread(run.y[fit.rows], fit.prediction, run.units(fit.rows), seed_sd)
    rows = run.draw(MEASURE_ROWS)
    record = TransferScore(
        name=name, dimensions=None if rep.is_kernel else rep.matrix.shape[1], score=score, low=low, high=high, penalty=fit.penalty,
        seconds=spent, **_secondary(run, rep, rows),
    )
    return record, fit


def _secondary(run: Run, rep: Representation, rows: np.ndarray) -> dict[str, float | None]:
    """LogME, H-score and nearest neighbours on at most MEASURE_ROWS rows."""
    F = _components(rep, rows)
    y, C = run.y[rows], run.C
    out: dict[str, float | None] = {"h_score": transferability.h_score(F, y) if C else None}
    try:
        out["logme"] = transferability.logme(F, y if C else (y - y.mean()) / (y.std() or 1.0), regression=not C)
    except ZeroDivisionError:  # the features hold the target exactly: its evidence has no bound
        out["logme"] = None
    out["neighbours_score"] = run.score(y, _neighbours(F, y, C, None if run.split.units is None else run.split.units[rows]))
    return {k: v if v is None or np.isfinite(v) else None for k, v in out.items()}


def _components(rep: Representation, rows: np.ndarray) -> np.ndarray:
    """Features (m, D) of some rows; of a kernel, and of features that are many for the rows, the leading components.

    With as many features as rows every target fits exactly, and LogME and H-score tell nothing.
    """
    index, most = torch.from_numpy(rows), max(2, len(rows) // MEASURE_SHARE)
    if not rep.is_kernel and rep.matrix.shape[1] <= most:
        return rep.matrix[index].double().numpy()
    K = rep.gram(index)
    K = K - K.mean(0) - K.mean(1, keepdim=True) + K.mean()
    s, V = torch.linalg.eigh(K)
    keep = torch.arange(len(s) - most, len(s))
    keep = keep[s[keep] > 1e-10 * s[-1]]
    return (V[:, keep] * s[keep].sqrt()).numpy()


def _neighbours(F: np.ndarray, y: np.ndarray, n_classes: int, units: np.ndarray | None) -> Prediction:
    """Left-out mean of the nearest rows by cosine; rows of the same unit do not count."""
    F = torch.from_numpy(F - F.mean(0))
    F = F / F.norm(dim=1, keepdim=True).clamp_min(1e-12)
    similar = F @ F.T
    same = torch.eye(len(y), dtype=torch.bool) if units is None else torch.from_numpy(units)[:, None] == torch.from_numpy(units)[None, :]
    similar[same] = -2.0
    nearest = similar.topk(min(NEIGHBOURS, len(y) - 1), 1).indices.numpy()
    if not n_classes:
        return Prediction(y[nearest].mean(1)[:, None])
    votes = np.eye(n_classes)[y[nearest]].mean(1)
    return Prediction((votes + 0.01 / n_classes) / 1.01)


def paired_gain(run: Run, a: LastLayerFit, b: LastLayerFit, seed_sd: float = 0.0) -> tuple[float, float, float]:
    """(gain of a over b on the same left-out rows, 90 % interval), in the metric's direction; units drawn together."""
    rows, mine, theirs = np.intersect1d(a.rows, b.rows, return_indices=True)
    y, p, q = run.y[rows], a.prediction.take(mine), b.prediction.take(theirs)
    sign = 1 if metrics.greater_is_better(run.metric) else -1
    gain = sign * (run.score(y, p) - run.score(y, q))
    units = run.units(rows)
    codes = np.arange(len(rows)) if units is None else np.unique(units, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    rng = np.random.default_rng(run.options.seed)
    draws = []
    for _ in range(DRAWS):
        picked = rng.integers(0, len(members), len(members))
        at = picked if units is None else np.concatenate([members[i] for i in picked])
        draws.append(run.score(y[at], p.take(at)) - run.score(y[at], q.take(at)))
    # As for single scores: other training rows would give other models, which drawing scored rows leaves out.
    sd = float(np.hypot(metrics.TRAINING_SPREAD * np.nanstd(draws), seed_sd))
    return gain, gain - Z * sd, gain + Z * sd


def _chance(run: Run, rows: np.ndarray) -> float:
    """Score of the majority, or of the mean."""
    y = run.y[rows]
    if run.C:
        share = np.bincount(y, minlength=run.C) / len(y)
        return run.score(y, Prediction(np.tile(share, (len(y), 1))))
    return run.score(y, Prediction(np.full((len(y), 1), y.mean())))


def _reading(run: Run, pretrained: TransferScore, chance: float, low: float, high: float) -> str:
    sign = 1 if metrics.greater_is_better(run.metric) else -1
    worst = sign * (pretrained.low if sign > 0 else pretrained.high)
    if worst <= sign * chance:
        return "no_signal"
    return "pretrained" if low > 0 else "random" if high < 0 else "even"
