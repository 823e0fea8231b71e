"""The last layer on more rows than a matrix of features may have: k-fold scores from streamed sums.

Features are computed in batches and never held for all rows. Per fold the sums over rows

    F'^T F', F'^T Y, sum F', sum Y, sum Y^2, n        with F' = F - shift, shift the mean of the first batch

are kept in float64. Under one fixed shift Chan's formula for merging moments (Chan, Golub, LeVeque 1983) is addition, and
centring, A = F'^T F' - n m m^T, loses nothing to the size of the mean. The rows that a fold is fitted on are the total
minus the fold; with time-ordered rows the folds before it. One symmetric eigendecomposition per fold serves every penalty.

Memory: about (folds + 5) D^2 * 8 bytes and one batch, whatever n. Work: linear in n, and folds + 1 times about 9 D^3.
The sums are those of ridge with an unpenalised intercept (see ``ridge``): the scores are those of refitting every fold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import torch

from dualcore.errors import NumericalError
from dualcore.evidence import represent
from dualcore.evidence.folds import Folds
from dualcore.evidence.lastlayer import CALIBRATED_ON, best_tilt, calibrate, encode_target, probabilities
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.ridge import add_gram, complete, lambda_path
from dualcore.evidence.run import Run
from dualcore.intake import Dataset
from dualcore.kernels import Skeleton

Tensor = torch.Tensor
Rows = slice | np.ndarray
MOST_FEATURES = 4096  # beyond, the sums of five folds take more than 1.3 GB
BATCH_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Source:
    """Rows in pieces.

    features : rows -> (m, width), in any floating type; the same numbers each time
    target : (n,) class codes (n_classes > 0) or standardised values
    batch : rows at a time
    """

    features: Callable[[Rows], Tensor]
    target: np.ndarray
    n_classes: int
    width: int
    batch: int = 2048
    device: str = "cpu"

    def batches(self) -> Iterator[slice]:
        n = len(self.target)
        return (slice(start, min(start + self.batch, n)) for start in range(0, n, self.batch))


@dataclass
class Sums:
    """Sums over rows of shifted features: gram (D, D), its lower triangle alone on the CPU; cross (D, C); f (D,); y (C,)."""

    gram: Tensor | None
    cross: Tensor
    f: Tensor
    y: Tensor
    yy: float = 0.0
    n: int = 0

    @classmethod
    def empty(cls, D: int, C: int, device: str) -> Sums:
        zeros = lambda *shape: torch.zeros(shape, dtype=torch.float64, device=device)  # noqa: E731
        return cls(zeros(D, D), zeros(D, C), zeros(D), zeros(C))

    def add(self, F: Tensor, Y: Tensor) -> None:
        add_gram(self.gram, F)
        self.cross.addmm_(F.T, Y)
        self.f += F.sum(0)
        self.y += Y.sum(0)
        self.yy += float(Y.square().sum())
        self.n += len(F)

    def merge(self, other: Sums, sign: int = 1) -> Sums:
        """Add (or with sign -1 take away) the rows of ``other``, in place."""
        for mine, theirs in ((self.gram, other.gram), (self.cross, other.cross), (self.f, other.f), (self.y, other.y)):
            mine.add_(theirs, alpha=sign)
        self.yy, self.n = self.yy + sign * other.yy, self.n + sign * other.n
        return self


@dataclass(frozen=True)
class Solved:
    """Eigendecomposition of one centred fit; ``Z`` = V^T F^T Y (D, C); ``mean`` of the shifted features."""

    V: Tensor
    eigenvalues: Tensor
    Z: Tensor
    mean: Tensor
    y_mean: Tensor
    n: int

    @classmethod
    def of(cls, sums: Sums, check: Callable[[], None]) -> Solved:
        """Uses up ``sums.gram``."""
        mean, y_mean = sums.f / sums.n, sums.y / sums.n
        A, sums.gram = sums.gram.addr_(sums.f, mean, alpha=-1), None
        s, V = _eigh(A, check)
        s = s.clamp_min(0)
        Z = V.T @ (sums.cross - torch.outer(sums.f, y_mean))
        Z[s <= s.max() * len(s) * torch.finfo(s.dtype).eps] = 0  # F^T Y has no part where F has none: what is there is rounding
        return cls(V, s, Z, mean, y_mean, sums.n)

    def weights(self, penalties: Tensor) -> tuple[Tensor, Tensor]:
        """(D, L C) and (L C,) on shifted features, for penalties (L,)."""
        W = self.V @ (self.Z[:, None, :] / (self.eigenvalues[:, None] + penalties)[:, :, None]).flatten(1)
        return W, self.y_mean.repeat(len(penalties)) - self.mean @ W


def _eigh(A: Tensor, check: Callable[[], None]) -> tuple[Tensor, Tensor]:
    """Of the lower triangle; ``check`` is called while another thread computes."""
    if not torch.isfinite(A).all():
        raise NumericalError("not_finite")
    pool = ThreadPoolExecutor(1)
    future = pool.submit(torch.linalg.eigh, A)
    pool.shutdown(wait=False)
    while True:
        try:
            return future.result(timeout=0.5)
        except TimeoutError:
            check()


@dataclass(frozen=True)
class StreamedFit:
    """A last layer fitted on all rows with its out-of-fold predictions; fields as in ``LastLayerFit``.

    weights : (D, C) and (C,) of the fit on all rows, on the features as they are
    """

    penalty: float
    temperature: float
    tilt: float
    prior: np.ndarray | None
    rows: np.ndarray
    prediction: Prediction
    raw: np.ndarray
    squared_error: float
    path: list[tuple[float, float]]  # losses of classes on CALIBRATED_ON rows at most
    weights: tuple[Tensor, Tensor]
    folds: Folds

    def take(self, at: np.ndarray) -> StreamedFit:
        """The same fit with some of its predictions."""
        return replace(self, rows=self.rows[at], prediction=self.prediction.take(at), raw=self.raw[at])


class Streamed:
    """Sums of one pass over the rows, and what follows from them."""

    def __init__(self, source: Source, folds: Folds, check: Callable[[], None], report: Callable[[float], None] = lambda _: None):
        self.source, self.folds, self.check, self.report = source, folds, check, report
        self.shift = source.features(next(source.batches())).to(source.device, torch.float64).mean(0)
        sums = self._accumulate()
        n, f, diagonal = sum(s.n for s in sums), sum(s.f for s in sums), sum(float(s.gram.diagonal().sum()) for s in sums)
        # As ``Decomposition.path``: the unit is the mean eigenvalue per row.
        self.penalties = lambda_path(max((diagonal - float(f.square().sum()) / n) / n, 1e-300))
        self.squares = torch.zeros(len(self.penalties), dtype=torch.float64)  # left-out squared errors, values only
        self.solved: dict[int, Solved] = {}
        self.total = self._solve(sums)

    def _accumulate(self) -> list[Sums]:
        source = self.source
        sums = [Sums.empty(source.width, max(1, source.n_classes), source.device) for _ in range(self.folds.count)]
        for rows in source.batches():
            F, Y = self._read(rows), encode_target(source.target[rows], source.n_classes).to(source.device)
            for fold, inside in self._parts(rows):
                self.check()
                sums[fold].add(F[inside], Y[inside])
            self.report(0.5 * rows.stop / len(source.target))
        return sums

    def _read(self, rows: Rows) -> Tensor:
        """Shifted features (m, D) float64."""
        return self.source.features(rows).to(self.source.device, torch.float64) - self.shift

    def _parts(self, rows: Rows) -> Iterator[tuple[int, Tensor]]:
        """(fold, places in the batch) of the folds that some of these rows belong to."""
        of = self.folds.of[rows]
        return ((int(fold), torch.from_numpy(np.flatnonzero(of == fold))) for fold in np.unique(of))

    def _solve(self, sums: list[Sums]) -> Solved:
        """One decomposition per fold, in place of its sums; returns that of all rows."""
        whole, ordered = Sums.empty(self.source.width, sums[0].cross.shape[1], self.source.device), self.folds.ordered
        for part in [] if ordered else sums:
            whole.merge(part)
        for fold, part in enumerate(sums):
            if not ordered:
                self._solve_fold(fold, _copy(whole).merge(part, -1), part)
            elif fold:
                self._solve_fold(fold, _copy(whole), part)
            if ordered:
                whole.merge(part)
            part.gram = None
        return Solved.of(whole, self.check)

    def _solve_fold(self, fold: int, fitted: Sums, held: Sums) -> None:
        self.solved[fold] = found = Solved.of(fitted, self.check)
        if self.source.n_classes:
            return
        W, b = self._of_fold(found, self.penalties)
        # sum (y - F w - b)^2 over the held rows, from their sums.
        inner = (W * (complete(held.gram) @ W)).sum(0) - 2 * W.T @ held.cross[:, 0] + held.yy
        self.squares += (inner - 2 * b * (held.y - held.f @ W) + held.n * b.square()).cpu()

    def _of_fold(self, found: Solved, penalties: Tensor) -> tuple[Tensor, Tensor]:
        # The same share of the mean eigenvalue on every fold: the penalty grows with the rows.
        return found.weights((penalties * (found.n / len(self.source.target))).to(found.V.device))

    def weights(self, penalties: Tensor) -> dict[int, tuple[Tensor, Tensor]]:
        """Of every fold that is scored, on shifted features."""
        return {fold: self._of_fold(found, penalties) for fold, found in self.solved.items()}

    def predict(self, rows: Rows, weights: dict[int, tuple[Tensor, Tensor]]) -> Tensor:
        """Out-of-fold scores (m, columns of the weights) float64; NaN where a row has none."""
        F = self._read(rows)
        out = torch.full((len(F), len(next(iter(weights.values()))[1])), torch.nan, dtype=torch.float64)
        for fold, inside in self._parts(rows):
            self.check()
            if fold in weights:
                W, b = weights[fold]
                out[inside] = (F[inside] @ W + b).cpu()
        return out

    def out_of_fold(self, rows: np.ndarray) -> Tensor:
        """(L, m, C) scores of some rows at every penalty."""
        weights, size = self.weights(self.penalties), self.source.batch
        raw = torch.cat([self.predict(rows[i : i + size], weights) for i in range(0, len(rows), size)])
        return raw.view(len(rows), len(self.penalties), -1).transpose(0, 1)

    def fit(self, y: np.ndarray, metric: str, shift: float, spread: float, seed: int) -> StreamedFit:
        """Choose penalty and temperature and predict every row; ``y`` codes, or values = shift + spread * target."""
        source, scored, n_classes = self.source, self.folds.scored, self.source.n_classes
        losses, temperatures = self.squares / len(scored), torch.ones(len(self.penalties))
        if n_classes:
            some = np.random.default_rng(seed).choice(scored, min(len(scored), CALIBRATED_ON), replace=False)
            temperatures, losses = calibrate(self.out_of_fold(some), torch.from_numpy(y[some].astype(np.int64)))
        best = int(np.nanargmin(losses.numpy()))
        chosen = self.penalties[best : best + 1]
        weights, raw = self.weights(chosen), torch.empty((len(y), max(1, n_classes)), dtype=torch.float64)
        for rows in source.batches():
            raw[rows] = self.predict(rows, weights)
            self.report(0.5 + 0.5 * rows.stop / len(y))
        raw = raw[torch.from_numpy(scored)]
        values, prior, tilt = raw.numpy() * spread + shift, None, 0.0
        if n_classes:
            values, prior = probabilities(raw, float(temperatures[best])).numpy(), np.bincount(y, minlength=n_classes) / len(y)
            tilt = best_tilt(metric, y[scored], values, prior)
        Y = encode_target(source.target[scored], n_classes)
        total = float((Y - Y.mean(0)).square().sum())
        W, b = (part.cpu() for part in self.total.weights(chosen.to(source.device)))
        return StreamedFit(
            penalty=float(chosen), temperature=float(temperatures[best]), tilt=tilt, prior=prior, rows=scored,
            prediction=Prediction(values, tilt, prior), raw=raw.numpy(),
            squared_error=float((Y - raw).square().sum()) / total if total > 0 else 1.0,
            path=list(zip(self.penalties.tolist(), losses.tolist(), strict=True)), weights=(W, b - self.shift.cpu() @ W), folds=self.folds,
        )


def _copy(sums: Sums) -> Sums:
    return replace(sums, gram=sums.gram.clone(), cross=sums.cross.clone(), f=sums.f.clone(), y=sums.y.clone())


def fit_all_rows(data: Dataset, run: Run, skeleton: Skeleton, width: int, seed: int) -> StreamedFit | None:
    """The last layer on all rows of ``data``; encoder and network are those of ``run``, which holds a draw of them.

    None where the features are too many for the sums (``MOST_FEATURES``).
    """
    builder, check = run.builder, run.clock.check
    inputs = builder.inputs(skeleton, np.arange(1))
    network = None if represent.is_linear(skeleton) else builder.network(skeleton, width, seed)
    D = inputs.shape[1] if network is None else network.out_features
    if D > MOST_FEATURES:
        return None

    def features(rows: Rows) -> Tensor:
        check()
        part = builder.inputs(skeleton, X=run.encoder.transform(data.X.iloc[rows] if hasattr(data.X, "iloc") else data.X[rows]))
        return part if network is None else network.features(part, device=builder.device, on_batch=lambda *_: check())

    batch = int(np.clip(BATCH_BYTES // (12 * inputs[0].numel() + 20 * D), 128, 4096))
    shift, spread = (0.0, 1.0) if run.C else (float(data.y.mean()), float(data.y.std()) or 1.0)
    folds = Folds.deal(data.y, run.C, data.groups, data.time, seed)
    source = Source(features, data.y if run.C else (data.y - shift) / spread, run.C, D, batch, builder.device)
    fit = Streamed(source, folds, check, run.clock.part).fit(data.y, run.metric, shift, spread, seed)
    per_row = 0.0 if network is None else 2.0 * network.flops(1)
    run.clock.count(data.n * (per_row + D * D + 4.0 * D * max(1, run.C)) + 9.0 * (folds.count + 1) * D**3)
    return fit
