"""What a decision about one block is made from, and the rule without money. Light: nothing here needs torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

AHEAD = 2  # blocks that are looked at beyond the last one that paid while it is unclear whether they pay


@dataclass(frozen=True)
class Look:
    """One measured step. Scores in the metric; gains turned so that larger is better.

    block, blocks : place of the block, counted from the output, and how many there are
    last_layer, before, score : of the last layer alone, of the best model before this step, of this step
    gain, low, high : of this step over the best before; 90 % for all blocks together
    minimum_gain : smallest improvement that matters
    added : blocks that this step would commit to beyond the best before
    critical : standard deviations from the gain to ``low``; None = Bonferroni for all blocks
    rise : gain over the same network one block earlier, whatever that was worth
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
    added: int = 1
    critical: float | None = None
    rise: float = 0.0

    @property
    def left(self) -> int:
        """Further blocks that may be looked at before one has to pay."""
        return max(0, min(AHEAD + 1 - self.added, self.blocks - self.block))

    @property
    def reach(self) -> float:
        """Gain over the best before that cannot be ruled out when the blocks left rise as this one did."""
        return self.high + self.left * max(0.0, self.rise)


Decide = Callable[[Look], tuple[bool, str]]  # (pays, code of the reason: catalogue key under ``tune.why.``)
Ahead = Callable[[Look, bool], bool]  # (step, whether it pays) -> whether to look at the next block


def matters(look: Look) -> tuple[bool, str]:
    """The gain is real, and no smaller than what matters. "unclear": neither that nor its opposite is shown."""
    if look.low <= 0:
        if look.high >= look.minimum_gain:
            return False, "unclear"
        return False, "may_be_chance" if look.gain > 0 else "no_gain"
    if look.gain < look.minimum_gain:
        return False, "too_small"
    return True, "gains"


def within_reach(look: Look, pays: bool) -> bool:
    """Go on after a step that pays; after another one, while what matters is still within reach."""
    return pays or (look.left > 0 and look.reach >= look.minimum_gain)
