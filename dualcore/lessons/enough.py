"""Lesson 2: with width, the last layer on random features comes to what the dual kernel can do."""

from __future__ import annotations

from functools import cache

from dualcore.decision.track import track_record
from dualcore.kernels import dual_kernel, fully_connected, random_network, to_sphere
from dualcore.lessons.fitting import chance_of, digits, left_out_accuracy, spread
from dualcore.lessons.records import AtWidth, Enough

ROWS, CLASSES, DEPTH = 150, 10, 1
WIDTHS = (4, 8, 16, 32, 64, 128, 256, 512, 1024)
SEEDS = 3


WORTHWHILE = 0.02


def compare_widths(width: int) -> Enough:
    """Left-out accuracy on handwritten digits for all ``WIDTHS`` up to ``width``, and for the dual kernel."""
    _, y = digits(ROWS, CLASSES)
    cases = record.cases if (record := track_record()) else []
    return Enough(
        rows=len(y), classes=CLASSES, chance=chance_of(y), kernel=of_kernel(), points=[at_width(w) for w in WIDTHS if w <= width],
        cases=len(cases), gained=sum(c.truth.full - c.truth.last >= WORTHWHILE for c in cases), worthwhile=WORTHWHILE,
    )  # fmt: skip


@cache
def at_width(width: int) -> AtWidth:
    """The last layer on ``width`` random features, for ``SEEDS`` initialisations."""
    X, y = digits(ROWS, CLASSES)
    S, skeleton = to_sphere(X), fully_connected(DEPTH, "relu")
    drawn = [random_network(skeleton, width, s, (S.shape[1],)).features(S.float()) for s in range(SEEDS)]
    return AtWidth(width=width, score=spread([left_out_accuracy(F, False, y) for F in drawn]))


@cache
def of_kernel() -> float:
    X, y = digits(ROWS, CLASSES)
    return left_out_accuracy(dual_kernel(fully_connected(DEPTH, "relu"), to_sphere(X)), True, y)
