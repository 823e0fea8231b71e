"""The pieces of work of stage 3: one step on one split, each kept on disk once it is done.

A step on a split is trained twice from its predecessor: on the training rows, to learn from the stopping rows how many
epochs are best; then as long on both together. Only the second network is judged: it has seen as many rows as the last
layer that it has to beat, and is made as the model that is handed over is made.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from dualcore.evidence import metrics, represent
from dualcore.evidence.blocks import Tuned, levels
from dualcore.evidence.descent import Descent, descend
from dualcore.evidence.descent import Recipe as Pace
from dualcore.evidence.fulltraining import flops_per_example
from dualcore.evidence.lastlayer import Representation, fit_last_layer, probabilities
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.records import Evidence
from dualcore.evidence.ridge import feature_weights
from dualcore.evidence.run import Run
from dualcore.evidence.tuned import Recipe, network_inputs, outputs_of
from dualcore.evidence.tunesplits import Splits, first
from dualcore.kernels import Skeleton

Tensor = torch.Tensor
KEEP_BYTES = 400e6  # values at the cut that are computed once
WIDTHS = (1024, 768, 512, 384, 256, 128)
SPEED = {"cpu": (1.2e10, 1e-4), "cuda": (3e12, 2e-5)}  # (operations per second, further seconds per example)
FAMILY_SPEED = {"cpu": (5e10, 2e-4), "cuda": (3e12, 2e-5)}  # the same for the networks of ``families``
MAKERS = 3  # a training step costs three forward passes
RATES = {"mlp": (1e-3, 1e-4), "conv": (3e-3, 1e-3), None: (1e-3, 1e-4)}  # family -> (learning rate, weight decay); None: skeleton
AGAIN = 0.7  # share of its epochs that the second training of a step takes, about
CROWDED = 0.5  # features per row from which on a fitted last layer leaves gradient descent nothing to learn


class OutOfBudget(Exception):
    """The time given for this part of the work is spent."""


@dataclass(frozen=True)
class Piece:
    """One step on one split.

    values : (m, C) predictions of the judging rows, label rule included
    history : scores on the stopping rows, epoch 0 first; epochs : the best of them
    """

    values: Tensor
    epochs: int
    history: list[float]
    seconds: float
    flops: float


@dataclass(frozen=True)
class Start:
    """The last layer of one split.

    base : predictions of the judging rows by the evaluated last layer in full
    values : those of the network that is tuned, with its last layer fitted, before tuning
    fit, seen : that last layer, fitted on the training rows, and on training and stopping rows: weight, bias; shift and
        scale of a numeric target; tilt and prior (label rule, ``metrics``)
    """

    base: Tensor
    values: Tensor
    fit: dict
    seen: dict
    seconds: float


@dataclass
class Bench:
    """Data, network and clock of one run of stage 3. Row numbers count within ``inputs``."""

    run: Run
    y: np.ndarray
    inputs: Tensor
    splits: Splits
    recipe: Recipe
    folder: Path
    paces: list[Pace]
    budget: float
    make_representation: Callable[[], Representation]
    rows: np.ndarray
    flops: float = 0.0
    resumed: int = 0
    representation: Representation | None = None
    earlier: float = 0.0  # seconds that an interrupted attempt had spent
    began: float = field(default_factory=time.perf_counter)
    _starts: dict[int, Start] = field(default_factory=dict)

    def __post_init__(self) -> None:
        network = self._bare(slice(0, 64))
        self.names: list[str] = list(network.body.names)
        self.parameters = [network.body.block_parameters(i) for i in range(len(self.names))]
        self.head_parameters = sum(p.numel() for p in network.head.parameters())
        self.features = network.body.out_features
        self.metric, self.device = self.run.metric, self.run.builder.device
        self.sign = 1.0 if metrics.greater_is_better(self.metric) else -1.0

    @classmethod
    def of(cls, run: Run, skeleton: Skeleton, family: str | None, base: Evidence, rows: np.ndarray, splits: Splits, options, seed: int, folder: Path) -> Bench:
        """``family`` None tunes the skeleton's own network."""
        own = skeleton if family is None else None
        inputs = network_inputs(run.builder.X[rows], own)
        recipe = Recipe(own, family, 0, seed, tuple(inputs.shape[1:]), max(1, run.C))
        fit = len(splits.parts[0].fit)
        count = len(levels(skeleton)) if own is not None else len(recipe.build().body.names)
        paces = paces_for(fit, family, count, options.rate, options.epochs)
        if own is not None:
            examples = (1 + AGAIN) * fit * paces[-1].epochs * splits.count
            recipe = replace(recipe, width=options.width or affordable(recipe, examples, options.budget_seconds / 4, run.builder.device))
        else:
            seconds = seconds_of(recipe, paces, fit, run.builder.device)
            splits = first(splits, max(1, int(options.budget_seconds / 2 / seconds)))
        last = base.last_layer
        build = run.builder.features if last.route == "features" else run.builder.build
        folder.mkdir(parents=True, exist_ok=True)
        bench = cls(
            run, run.y[rows], inputs, splits, recipe, folder, paces, options.budget_seconds / 2,
            lambda: build(skeleton, last.width or represent.default_width(run.n), base.manifest.seed, rows), rows,
        )
        bench._go_on_or_empty(base.dataset.sha256)
        return bench

    def _go_on_or_empty(self, sha256: str) -> None:
        """What lies in the folder is gone on with only when it belongs to the same data, network, pace and splits."""
        parts = [p.fit.tolist() for p in self.splits.parts]
        about = [sha256, self.recipe.to_dict(), self.metric, [asdict(p) for p in self.paces], self.rows.tolist(), parts]
        mark = hashlib.sha256(json.dumps(about).encode()).hexdigest()
        note = self.folder / "work.json"
        if not note.exists() or json.loads(note.read_text()) != mark:
            for old in self.folder.glob("*.pt"):
                old.unlink()
            note.write_text(json.dumps(mark))

    # ---- the clock ----

    @property
    def spent(self) -> float:
        """Seconds of this attempt, and of the finished pieces of those before it."""
        return self.earlier + time.perf_counter() - self.began

    def check(self) -> None:
        """Raises JobCancelled, and OutOfBudget when this part of the work has had its time."""
        self.run.clock.check()
        if self.spent > self.budget:
            raise OutOfBudget

    def _kept(self, name: str) -> dict | None:
        path = self.folder / name
        if not path.exists():
            return None
        kept = torch.load(path, weights_only=True, map_location="cpu")
        self.resumed += 1
        self.earlier += kept["seconds"]
        return kept

    def _keep(self, name: str, content: dict) -> None:
        path = self.folder / name
        new = path.with_suffix(".new")
        torch.save(content, new)
        os.replace(new, path)

    # ---- the last layer ----

    def start(self, i: int) -> Start:
        """The last layer on split ``i``: alone, and as the beginning of tuning."""
        if i not in self._starts:
            kept = self._kept(f"start-{i}.pt")
            if kept is None:
                begin, part = time.perf_counter(), self.splits.parts[i]
                self.run.clock.check()
                fit, seen = self._head(part.fit, i), self._head(part.seen, i)
                values = self._predictions(self._network(seen, part.seen, i), seen, part.judge)
                base = self._alone(part.seen, part.judge)
                kept = {"fit": fit, "seen": seen, "values": values, "base": base, "seconds": time.perf_counter() - begin}
                self._keep(f"start-{i}.pt", kept)
            self._starts[i] = Start(**kept)
        return self._starts[i]

    def _head(self, rows: np.ndarray, draw: int = 0) -> dict:
        """The last layer of the network that is tuned, fitted on ``rows``."""
        y, C = self.y[rows], self.run.C
        network = self._bare(rows, draw)
        F = network.features(self.inputs[torch.from_numpy(rows)])
        fit = fit_last_layer(Representation(F, False), y, C, self.metric, self.run.split_of(self.rows[rows]))
        self.flops += flops_per_example(network, self.recipe.shape) * len(rows) + 9.0 * min(F.shape) ** 3
        W, b = feature_weights(fit.decomposition, F, fit.Y, fit.penalty)
        stretch = fit.temperature if C else 1.0
        return {
            "weight": (W.T * stretch).float(), "bias": (b * stretch).float(), "tilt": fit.tilt,
            "prior": None if fit.prior is None else [float(v) for v in fit.prior],
            "shift": 0.0 if C else float(y.mean()), "scale": 1.0 if C else float(y.std()) or 1.0,
        }

    def _alone(self, seen: np.ndarray, judge: np.ndarray) -> Tensor:
        """Predictions of the evaluated last layer, fitted on everything that the tuned network may see."""
        if self.representation is None:
            self.representation = self.make_representation()
        index, C, y = torch.from_numpy(seen), self.run.C, self.y[seen]
        part = self.representation.subset(index)
        fit = fit_last_layer(part, y, C, self.metric, self.run.split_of(self.rows[seen]))
        self.flops += 9.0 * min(part.matrix.shape) ** 3
        weights = part.weights(fit.decomposition, torch.arange(len(seen)), fit.Y, fit.penalty)
        raw = self.representation.apply(weights, torch.from_numpy(judge), index)
        if not C:
            return raw * (float(y.std()) or 1.0) + float(y.mean())
        return tilted(probabilities(raw, fit.temperature), fit.tilt, fit.prior)

    # ---- the network ----

    def _bare(self, rows: np.ndarray | slice, draw: int = 0) -> Tuned:
        """The network before training, adapted to or corrected on ``rows``.

        draw : every split has its own initialisation, so that a pooled gain is no luck of one; 0 is the one handed over
        """
        recipe = replace(self.recipe, seed=self.recipe.seed + 7919 * draw)
        return recipe.build(self.inputs[rows]).to(self.run.builder.device)

    def _network(self, head: dict, rows: np.ndarray, draw: int = 0, blank: bool = False) -> Tuned:
        """With its fitted last layer; ``blank``: with none, where gradient descent had better begin without."""
        network = self._bare(rows, draw)
        with torch.no_grad():
            if blank and self.crowded:
                nn.init.zeros_(network.head.weight)
                nn.init.zeros_(network.head.bias)
            else:
                network.head.weight.copy_(head["weight"] / network.stretch)
                network.head.bias.copy_(head["bias"])
        return network

    @property
    def crowded(self) -> bool:
        """Fully connected features so many that a last layer fitted on them nearly interpolates the training rows.

        Descent that begins there stays in the linear regime of the random weights; from a last layer of zeros the hidden
        layers learn (measured: docs/stages.md).
        """
        body = self.recipe.skeleton.rank == 0 if self.recipe.skeleton is not None else self.recipe.family == "mlp"
        return body and self.features > CROWDED * len(self.splits.parts[0].fit)

    def _predictions(self, network: Tuned, head: dict, rows: np.ndarray, ready: Tensor | None = None) -> Tensor:
        """Predictions (m, C) of ``rows`` with the label rule in them; ``ready``: what the network reads for these rows."""
        z = network.inputs_for(self.inputs[torch.from_numpy(rows)], 0.0) if ready is None else ready
        raw = torch.from_numpy(outputs_of(network, z))
        if not self.run.C:
            return raw * head["scale"] + head["shift"]
        return tilted(torch.softmax(raw, 1), head["tilt"], head["prior"])

    def pooled(self, values: list[Tensor]) -> Prediction:
        """The predictions of all splits, one after another."""
        return Prediction(torch.cat(values).double().numpy())

    # ---- one step on one split ----

    def piece(self, k: int, i: int, report: Callable[[Descent], None]) -> Piece:
        """Free ``k`` blocks on split ``i``, from the weights of the step before. Raises OutOfBudget, JobCancelled."""
        kept = self._kept(f"step{k}-{i}.pt")
        if kept is None:
            self.check()
            kept = self._descend(k, i, report)
            self._keep(f"step{k}-{i}.pt", kept)
            for name in ("descent.pt", "again.pt"):
                (self.folder / name).unlink(missing_ok=True)
        self.flops += kept["flops"]
        return Piece(kept["values"], kept["epochs"], kept["history"], kept["seconds"], kept["flops"])

    def _descend(self, k: int, i: int, report: Callable[[Descent], None]) -> dict:
        part, start, pace = self.splits.parts[i], self.start(i), self.paces[k - 1]
        network, begin, y = self.weights_of(k - 1, i, "network"), time.perf_counter(), self.y[part.stop]
        network.release(k)
        ready = network.inputs_for(self.inputs, KEEP_BYTES)
        stop = torch.from_numpy(part.stop)

        def validate() -> tuple[float, float]:
            ahead = Prediction(self._predictions(network, start.fit, part.stop, ready[stop]).double().numpy())
            # Few stopping rows tie often: the loss decides between equal scores.
            return self.sign * metrics.score(self.metric, y, ahead), -metrics.score("log_loss" if self.run.C else "rmse", y, ahead)

        if (self.folder / "descent.pt").exists():
            self.resumed += 1
        seed = self.recipe.seed * 1009 + 31 * k + i
        state = self._train(network, ready, part.fit, start.fit, pace, seed, "descent.pt", report, validate)
        flops = self._flops(network, state.seen, len(part.stop) * (state.epoch + 1))
        again = self.weights_of(k - 1, i, "again")
        again.release(k)
        if state.best_epoch:
            ready = again.inputs_for(self.inputs, KEEP_BYTES)
            longer = self._train(again, ready, part.seen, start.seen, replace(pace, stop_after=state.best_epoch), seed, "again.pt", report)
            flops += self._flops(again, longer.seen, len(part.judge))
        values = self._predictions(again, start.seen, part.judge)
        return {
            "network": network.cpu().state_dict(), "again": again.cpu().state_dict(), "values": values, "epochs": state.best_epoch,
            "history": [self.sign * score for _, score in state.history], "seconds": max(state.seconds, time.perf_counter() - begin), "flops": flops,
        }  # fmt: skip

    def _train(
        self, network: Tuned, ready: Tensor, rows: np.ndarray, head: dict, pace: Pace, seed: int, checkpoint: str,
        report: Callable[[Descent], None], validate: Callable | None = None,
    ) -> Descent:
        return descend(
            network, ready[torch.from_numpy(rows)], self._targets(rows, head), self._loss(), pace, seed, validate, self.check, report,
            self.folder / checkpoint, self.device,
        )  # fmt: skip

    def weights_of(self, k: int, i: int, which: str = "again") -> Tuned:
        """The network of split ``i`` after step ``k``, 0 = before the first; "network": of the training rows alone."""
        part, start = self.splits.parts[i], self.start(i)
        head, rows = (start.fit, part.fit) if which == "network" else (start.seen, part.seen)
        network = self._network(head, rows, i, blank=True)
        if k:
            kept = torch.load(self.folder / f"step{k}-{i}.pt", weights_only=True, map_location="cpu")
            network.load_state_dict(kept[which])
        return network

    def _targets(self, rows: np.ndarray, head: dict) -> Tensor:
        if self.run.C:
            return torch.from_numpy(self.y[rows].astype(np.int64))
        return torch.from_numpy((self.y[rows] - head["shift"]) / head["scale"]).float()[:, None]

    def _loss(self) -> nn.Module:
        return nn.CrossEntropyLoss() if self.run.C else nn.MSELoss()

    def _flops(self, network: Tuned, seen: int, scored: int) -> float:
        """Operations of ``seen`` examples trained and ``scored`` examples predicted; the kept cut once for all rows."""
        stem, tail = network.flops()
        return (MAKERS * seen + scored) * tail + (len(self.inputs) if network.kept else seen + scored) * stem

    # ---- the model that is handed over ----

    def final(self, epochs: list[int], report: Callable[[float], None]) -> tuple[Tuned, dict]:
        """Steps 1, 2, ... on all rows, each for so many epochs. Raises OutOfBudget when that takes too long."""
        self.budget += self.spent  # the last training has the other half of the budget
        everything = np.arange(len(self.y))
        head = self._head(everything)
        network = self._network(head, everything, blank=True)
        for k, most in enumerate(epochs, 1):
            if most == 0:
                continue  # the step before was the best on the stopping rows
            network.release(k)
            ready = network.inputs_for(self.inputs, KEEP_BYTES)
            state = self._train(
                network, ready, everything, head, replace(self.paces[k - 1], stop_after=most), self.recipe.seed * 1009 + 31 * k + 997,
                f"final{k}.pt", lambda s, k=k, most=most: report((k - 1 + s.epoch / most) / len(epochs)),
            )  # fmt: skip
            self.flops += self._flops(network, state.seen, 0)
        return network.cpu(), head


def paces_for(fit: int, family: str | None, blocks: int, rate: float | None, epochs: int | None) -> list[Pace]:
    """Length and rate of every step: each anneals to zero, none ends before. Convolutions with batch normalisation need
    fewer passes, and their steps before the last half of that: the next step goes on from there."""
    standard, decay = RATES[family]
    base = Pace.for_rows(fit, standard if rate is None else rate, decay)
    out = []
    for k in range(1, blocks + 1):
        length = base.epochs // 2 if family != "conv" or k == blocks else base.epochs // 4
        length = max(12, length) if epochs is None else epochs
        out.append(replace(base, epochs=length, patience=length))
    return out


def tilted(p: Tensor, tilt: float, prior) -> Tensor:
    """Probabilities with the label rule argmax p / prior**tilt worked into them; as they are for tilt 0."""
    if tilt == 0 or prior is None:
        return p
    q = p / torch.as_tensor(np.asarray(prior), dtype=p.dtype).clamp_min(1e-12) ** tilt
    return q / q.sum(1, keepdim=True)


def affordable(recipe: Recipe, examples: int, seconds: float, device: str) -> int:
    """The largest of WIDTHS with which ``examples`` through all steps take about ``seconds`` on such a device.

    From operation counts and a fixed speed, not from a measurement: the same work gets the same width everywhere.
    """
    speed, overhead = SPEED[device.split(":")[0]]
    for width in WIDTHS:
        network = replace(recipe, width=width).build()
        cost = 0.0
        for k in range(1, len(network.body.names) + 1):
            network.release(k)
            stem, tail = network.flops()
            cost += MAKERS * (tail + stem / MAKERS) / speed + overhead
        if cost * examples <= seconds:
            return width
    return WIDTHS[-1]


def seconds_of(recipe: Recipe, paces: list[Pace], fit: int, device: str) -> float:
    """About how long all steps of a family's network take on one split, from operation counts and a fixed speed."""
    speed, overhead = FAMILY_SPEED[device.split(":")[0]]
    network, seconds = recipe.build(), 0.0
    for k, pace in enumerate(paces, 1):
        network.release(k)
        stem, tail = network.flops()
        seconds += (1 + AGAIN) * fit * pace.epochs * (MAKERS * tail / speed + overhead) + fit * stem / speed
    return seconds
