"""Run a stored evaluation again from its manifest, and say what came out differently.

Everything that decides what is computed is in the manifest: the question put to the file, how the file was read, the
options and the seed. No clock decides how much is computed, so the same figures come out on another day, another
load and another number of threads. Seconds, memory and versions are no results and are not compared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path

from dualcore.errors import DataError
from dualcore.evidence.records import Evidence
from dualcore.evidence.run import EvaluateOptions
from dualcore.evidence.stage1 import evaluate
from dualcore.intake import Dataset, load
from dualcore.intake.records import Question, ReadOptions
from dualcore.record import Record

TOLERANCE = 1e-6  # of a figure, relative to its size where that is above 1
LISTED = 40
NOT_RESULTS = {"cost", "manifest", "seconds", "full_training_seconds", "baselines"}
NAMES = ("dataset.name", ".fields.file")  # what the file is called: it may be renamed
SURROUNDINGS = ("dualcore", "python", "torch", "numpy", "sklearn", "device", "threads")


class Difference(Record):
    """One figure that came out differently; ``size`` None where it is not a number."""

    name: str  # path in the evidence, for instance last_layer.score
    stored: float | str | None
    again: float | str | None
    size: float | None


class Replay(Record):
    """A stored evaluation beside its repetition."""

    compared: int  # figures
    different: int  # figures beyond the tolerance
    differences: list[Difference]  # the largest of them
    largest: float  # largest difference of any number
    tolerance: float
    surroundings: dict[str, tuple[str, str]]  # (then, now) of versions, device and threads that changed

    @property
    def same(self) -> bool:
        return self.different == 0


def load_for(evidence: Evidence, data: str | Path, test: str | Path | None = None) -> Dataset:
    """The file read as it was for ``evidence``.

    Raises DataError when the evidence has no complete manifest, or the file is not the one it was made from.
    """
    manifest = evidence.manifest
    if not manifest.options:
        raise DataError("replay_no_options", version=manifest.dualcore)
    question, reading = Question(**manifest.question), ReadOptions(**manifest.reading)
    dataset = load(data, **question.model_dump(exclude={"keep_suspects"}), keep_suspects=question.keep_suspects, test=test, options=reading)
    if dataset.sha256 != evidence.dataset.sha256:
        raise DataError("replay_other_data", name=dataset.name, stored=evidence.dataset.sha256[:12], found=dataset.sha256[:12])
    return dataset


def replay(
    evidence: Evidence,
    dataset: Dataset,
    on_progress: Callable[[float, str], None] = lambda fraction, step: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Replay, Evidence]:
    """Evaluate ``dataset`` (from ``load_for``) with the stored options; (comparison, new evidence)."""
    again = evaluate(dataset, EvaluateOptions(**evidence.manifest.options), on_progress, should_stop).evidence
    return compare(evidence, again), again


def compare(stored: Evidence, again: Evidence, tolerance: float = TOLERANCE) -> Replay:
    """Every figure of ``stored`` against the same one of ``again``."""
    a, b = ({n: v for n, v in _figures(e.model_dump(mode="json")) if not n.endswith(NAMES)} for e in (stored, again))
    sizes = {name: _size(a.get(name), b.get(name)) for name in a.keys() | b.keys()}
    beyond = sorted((n for n, s in sizes.items() if s > tolerance), key=lambda n: (-sizes[n], n))
    then, now = stored.manifest, again.manifest
    changed = {n: (str(getattr(then, n)), str(getattr(now, n))) for n in SURROUNDINGS if getattr(then, n) != getattr(now, n)}
    return Replay(
        compared=len(sizes), different=len(beyond), tolerance=tolerance, surroundings=changed,
        largest=max((s for s in sizes.values() if math.isfinite(s)), default=0.0),
        differences=[
            Difference(name=n, stored=a.get(n), again=b.get(n), size=sizes[n] if math.isfinite(sizes[n]) else None) for n in beyond[:LISTED]
        ],
    )


def _figures(value: object, name: str = "") -> Iterator[tuple[str, float | str | None]]:
    """(path, value) of every leaf that is a result."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in NOT_RESULTS:
                yield from _figures(part, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        if name == "probe.trajectory":
            value = [score for _, score in value]  # the other half of each point is a time
        for i, part in enumerate(value):
            yield from _figures(part, f"{name}[{i}]")
    elif isinstance(value, (bool, str)) or value is None:
        yield name, None if value is None else str(value)
    else:
        yield name, float(value)


def _size(a: float | str | None, b: float | str | None) -> float:
    """Difference relative to the larger of 1 and the stored value; infinite where the two cannot be compared."""
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) / max(1.0, abs(a))
    return 0.0 if a == b else math.inf
