"""Which candidates a re-evaluation compares: changes of one thing at a time around the present choice.

Skeletons first, then what a skeleton leaves open (bias share, activation, window, pooling), then the random draw (seed,
orthogonal rows, width), then another view of the inputs. Every preparation of inputs here is fitted without labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.stats import norm, rankdata

from dualcore.errors import SkeletonError
from dualcore.evidence import represent
from dualcore.evidence.lastlayer import Representation
from dualcore.evidence.stages import Factor, InputView
from dualcore.kernels import Skeleton, preset, presets, random_network
from dualcore.kernels.skeletons import WEIGHTED

CENTRE = {"table": "fc2", "image": "conv2d", "series": "conv1d-multiscale", "audio": "conv1d-multiscale"}
BIAS_SHARES = (0.0, 0.05, 0.2, 0.5)
ACTIVATIONS = ("relu", "gelu", "erf", "sin")
WINDOWS = {1: (5, 9, 15), 2: (3, 5, 7)}
CELLS = {1: (4, 8, 16), 2: (2, 3, 5)}
FEATURES = 1024  # of the random networks that stand beside an exact kernel
WHITENED = 200  # inputs at most
LEAST_EIGENVALUE = 1e-3  # of the mean; below it, directions are noise that whitening would blow up


@dataclass(frozen=True)
class Variant:
    """One candidate.

    factor, value : what is changed, and to what; the words are in the catalogue
    width : features of the random network; None = the route of stage 1 (exact kernel where affordable)
    """

    factor: Factor
    value: str
    skeleton: Skeleton
    seed: int
    width: int | None
    orthogonal: bool = False
    inputs: InputView = "encoded"

    @property
    def adoptable(self) -> bool:
        """Whether stage 1 can be started with it as it is; else the change is made in the data or in the code."""
        return not self.orthogonal and self.inputs == "encoded"


def variants(base: Variant, kind: str, n: int, inputs: int) -> list[Variant]:
    """12 to 24 candidates around the present choice.

    n, inputs : rows that will be used, encoded inputs per example
    """
    centre = base
    if represent.is_linear(base.skeleton):
        middle = preset(CENTRE[kind])
        centre = replace(base, skeleton=middle, width=FEATURES if middle.rank else None)
    found = [*_skeletons(base, kind), *_settings(centre), *_draws(centre), *_views(centre, kind, n, inputs)]
    seen, out = {_identity(base)}, []
    for variant in found:
        if _identity(variant) not in seen:
            seen.add(_identity(variant))
            out.append(variant)
    return out


def _identity(v: Variant) -> tuple:
    skeleton = {**v.skeleton.to_dict(), "name": ""}
    return (str(skeleton), v.seed, v.width, v.orthogonal, v.inputs)


def _skeletons(base: Variant, kind: str) -> Iterator[Variant]:
    for name, skeleton in presets(kind).items():
        if kind != "table" and name in ("fc1", "fc3", "residual"):
            continue  # whole-vector networks stand for one family there: one of them is enough
        width = None if not skeleton.rank else base.width if base.skeleton.rank else FEATURES
        yield replace(base, factor="skeleton", value=name, skeleton=skeleton, width=width)
    if kind == "table":
        yield replace(base, factor="skeleton", value="fc5", skeleton=preset("fc3", depth=5), width=None)


def _settings(centre: Variant) -> Iterator[Variant]:
    nodes = centre.skeleton.nodes
    firing = [n.name for n in nodes if n.activation not in ("identity", "step")]
    for share in BIAS_SHARES:
        yield _changed(centre, "bias_share", [n.name for n in nodes if n.op in WEIGHTED], share, "beta")
    for name in ACTIVATIONS:
        yield _changed(centre, "activation", firing, name, "activation")
    rank = centre.skeleton.rank
    if rank:
        window = next(n.window for n in nodes if n.op == "conv")
        for size in WINDOWS[rank]:
            yield _changed(centre, "window", [n.name for n in nodes if n.op == "conv" and n.window == window], size, "window")
        for cells in CELLS[rank]:
            yield _changed(centre, "cells", [n.name for n in nodes if n.op == "pool" and n.padding != "valid"], cells, "window")


def _changed(centre: Variant, factor: Factor, names: list[str], value: object, field: str) -> Variant:
    """The centre with ``field`` of the nodes ``names`` set to ``value``."""
    nodes = tuple(replace(n, **{field: value}) if n.name in names else n for n in centre.skeleton.nodes)
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return replace(centre, factor=factor, value=shown, skeleton=replace(centre.skeleton, nodes=nodes))


def _draws(centre: Variant) -> Iterator[Variant]:
    """Other random draws; where the kernel is exact, finite networks beside it."""
    width = centre.width or FEATURES
    if centre.width is None:
        yield replace(centre, factor="width", value=str(width), width=width)
    else:
        for i in (1, 2):
            yield replace(centre, factor="seed", value=str(centre.seed + i), seed=centre.seed + i)
        yield replace(centre, factor="width", value=str(width // 2), width=width // 2)
    yield replace(centre, factor="orthogonal", value=str(width), width=width, orthogonal=True)


def _views(centre: Variant, kind: str, n: int, inputs: int) -> Iterator[Variant]:
    views: list[InputView] = {"table": ["ranks"], "image": ["unit_contrast"]}.get(kind, ["unit_contrast", "differences"])
    if kind == "table" and 2 < inputs <= min(WHITENED, n // 2):
        views.append("whitened")
    for view in views:
        yield replace(centre, factor="inputs", value=view, inputs=view)


def prepared(X: np.ndarray, view: InputView) -> np.ndarray:
    """The encoded inputs X (n, ...) in another view, float32 of n rows."""
    if view == "ranks":
        return _normal_scores(X)
    if view == "whitened":
        return _whitened(X)
    if view == "unit_contrast":
        axes = tuple(range(1, X.ndim))
        mean, sd = X.mean(axes, keepdims=True), X.std(axes, keepdims=True)
        return ((X - mean) / np.maximum(sd, 1e-6)).astype(np.float32)
    if view == "differences":
        steps = np.diff(X, axis=-1, prepend=X[..., :1])
        return np.concatenate([X, steps / max(float(steps.std()), 1e-6)], 1).astype(np.float32)
    return X


def _normal_scores(X: np.ndarray) -> np.ndarray:
    """Every column with more than two values as normal quantiles of its ranks (rank-based inverse normal)."""
    out = X.copy()
    for j in range(X.shape[1]):
        if len(np.unique(X[:, j])) > 2:
            out[:, j] = norm.ppf((rankdata(X[:, j]) - 0.5) / len(X))
    return out


def _whitened(X: np.ndarray) -> np.ndarray:
    """Principal components with equal variances."""
    centred = X - X.mean(0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(X))
    return (centred @ vectors / np.sqrt(values + LEAST_EIGENVALUE * values.mean())).astype(np.float32)


def representation(variant: Variant, builder: represent.Builder, rows: np.ndarray | None = None) -> Representation:
    """What the last layer sees under a candidate. ``builder`` holds the inputs in the candidate's view.

    Raises SkeletonError when the skeleton does not fit the shape of the inputs.
    """
    skeleton = variant.skeleton
    if variant.width is None or represent.is_linear(skeleton):
        return builder.build(skeleton, represent.default_width(len(builder.X)), variant.seed, rows)
    inputs = builder.inputs(skeleton, rows)
    if variant.orthogonal:
        network = random_network(skeleton, variant.width, variant.seed, tuple(inputs.shape[1:]), True)
    else:
        network = builder.network(skeleton, variant.width, variant.seed)
    builder.count_flops(float(network.flops(len(inputs))))
    F = network.features(inputs, device=builder.device, on_batch=lambda *_: builder.should_stop())
    return Representation(F.cpu(), False)


def cost_per_row(variant: Variant, shape: tuple[int, ...]) -> float:
    """Floating point operations of the features of one example; 0 on the exact route, whose cost hangs on the rows."""
    if variant.width is None:
        return 0.0
    shape = shape if variant.skeleton.rank else (int(np.prod(shape)) + 1,)
    return random_network(variant.skeleton, variant.width, 0, shape).flops(1)


def fits(variant: Variant, shape: tuple[int, ...]) -> bool:
    """Whether the skeleton can read one encoded example of this shape."""
    skeleton = variant.skeleton
    if not skeleton.rank:
        return True
    if len(shape) != skeleton.rank + 1:
        return False
    try:
        random_network(skeleton, 8, 0, shape)(torch.zeros(1, *shape))
    except SkeletonError:
        return False
    return True
