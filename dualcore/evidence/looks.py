"""What a decision about one block is made from, and the rule without money. Light: nothing here needs torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    """One measured step. Scores in the metric; gains turned so that larger is better.

    block, blocks : place of the block, counted from the output, and how many there are
    last_layer, before, score : of the last layer alone, of the best model before this step, of this step
    gain, low, high : of this step over the best before; 90 % for all blocks together
    minimum_gain : smallest improvement that matters
    """

    block: int
    blocks: int
    last_layer: float
    before: float
    score: float
    gain: float
    low: float
    high: float
    seconds: float
    minimum_gain: float
    greater_is_better: bool


Decide = Callable[[Look], tuple[bool, str]]  # (pays, code of the reason: catalogue key under ``tune.why.``)


def matters(look: Look) -> tuple[bool, str]:
    """The gain is real, and no smaller than what matters."""
    if look.low <= 0:
        return False, "may_be_chance" if look.gain > 0 else "no_gain"
    if look.gain < look.minimum_gain:
        return False, "too_small"
    return True, "gains"
