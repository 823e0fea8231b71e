"""What the lessons show: plain records, every number with its meaning."""

from __future__ import annotations

from dualcore.evidence.records import Shares
from dualcore.record import Record


class Spread(Record):
    """A score over repeated draws: their mean, the smallest and the largest."""

    mean: float
    low: float
    high: float
    draws: int


class Fitted(Record):
    """One curve and what a last layer makes of it on the places of ``Toolbox.x``."""

    name: str
    target: list[float]
    fit: list[float]
    explained: float  # 1 - squared error / variance on all places, most of which were not fitted; at most 1
    succeeds: bool


class Toolbox(Record):
    """tools : some of the random features on the places ``x``, each divided by its largest absolute value."""

    width: int
    seed: int
    x: list[float]
    tools: list[list[float]]
    curves: list[Fitted]
    rows: int  # places that were fitted
    least: float  # explained share from which a curve counts as reproduced


class AtWidth(Record):
    width: int
    score: Spread  # left-out accuracy over initialisations


class Enough(Record):
    """Left-out accuracy of the last layer on random features, against the dual kernel on the same rows."""

    rows: int
    classes: int
    chance: float  # accuracy of always giving the most frequent answer
    kernel: float  # left-out accuracy of the dual kernel: the limit of width
    points: list[AtWidth]
    cases: int  # of the track record
    gained: int  # of these, in how many full training added at least ``worthwhile``
    worthwhile: float


class Learned(Record):
    """Share of a polynomial of each degree that was learned, on fresh rows; 0 is no better than the mean."""

    skeleton: str
    explained: list[float]


class CoverageByDegree(Record):
    rows: int
    dimension: int
    degrees: list[int]
    skeletons: list[Learned]
    fresh_rows: int


class Convolution(Record):
    """examples : a few signals (class, values); scores are accuracies on fresh signals over draws of the data."""

    shift: int  # places by which the pattern may move
    length: int
    rows: int
    fresh_rows: int
    chance: float
    examples: list[tuple[int, list[float]]]
    connected: Spread
    convolutional: Spread


class AtDepth(Record):
    depth: int
    similarity: float  # mean correlation of two different inputs behind so many layers
    spread: float  # standard deviation of that correlation over the pairs: the differences that are left to learn from
    kernel: float  # left-out accuracy of the infinitely wide network
    network: Spread  # left-out accuracy of networks of ``Deep.width``


class Deep(Record):
    rows: int
    width: int
    chance: float
    points: list[AtDepth]


class Special(Record):
    """The product's own split of the variance, beside what was built into the data."""

    case: str
    rows: int
    built: dict[str, float]  # shares of the variance: "seen" and "blind" (structure that the representation has, has not), "noise"
    shares: Shares


class Path(Record):
    """Mean money per project, of those whose full training would reach the goal with ``Staged.chance``."""

    code: str
    net: float
    low: float  # 90 % interval of the mean, from the finite number of draws
    high: float
    spent: float
    invested: float  # share of the projects that get the full investment


class Staged(Record):
    chance: float
    value: float
    invest: float
    evaluation: float
    currency: str
    draws: int
    paths: list[Path]
    saves: float  # staged against all at once, mean per project
    saves_low: float
    saves_high: float
