"""Money of stage 3: what one more block costs, what it is worth, and whether to go on.

The protocol's cost of full investment is spread evenly over the blocks: whoever tunes all of them has made the full
investment, whoever stops earlier has spent less. A block is worth the share of the remaining way to the goal that it
covers: reaching the goal from where the last layer stands is worth ``Terms.value``, half of the way half of it. A step
that was looked at beyond one that remained unclear commits to the blocks of both.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy.stats import norm

from dualcore.decision.records import Protocol, Terms
from dualcore.evidence.looks import Ahead, Decide, Look, matters, within_reach
from dualcore.evidence.stages import Tuning
from dualcore.record import Record

Course = Literal["nothing_to_tune", "keep_last_layer", "undecided", "stop_after", "reached", "go_on", "unfinished"]
POINT = 0.01  # the gain that a price is named for
QUANTILES = 400


class StepMoney(Record):
    """Money of one step, in the terms' currency.

    ``net`` and the prices count every block since the best model before: a step behind an unclear one pays for both.
    """

    block: int
    cost: float  # this block's share of the investment, and the measured computing time
    worth: float | None  # None without a goal
    net: float | None
    price_of_a_point: float | None  # cost of a gain of 0.01 in the metric; None without a gain
    gain_per_money: float | None  # gain in the metric per unit of currency; None where nothing costs anything
    pays: bool
    why: str  # catalogue key under ``tune.why.``


class TuningVerdict(Record):
    """What stage 3 recommends."""

    course: Course
    block: int  # the last one that pays; 0 = none
    steps: list[StepMoney]
    spent: float  # computing time of the stage
    avoided: float  # share of the full investment that stopping here does not spend
    reaches_goal: bool | None  # by the score of the model that is kept; None without a goal


def block_cost(terms: Terms, protocol: Protocol, blocks: int) -> float:
    """Share of one block in the full investment."""
    return (protocol.days_invest * terms.day_cost + protocol.gpu_hours_invest * terms.gpu_hour_cost) / max(1, blocks)


def compute_cost(terms: Terms, seconds: float) -> float:
    return seconds / 3600 * terms.gpu_hour_cost


def worth(look: Look, terms: Terms) -> float | None:
    """Expected worth of a gain: the share of the way from the last layer to the goal that it covers, times the value.

    The gain is taken as normal with the interval's width; nothing beyond the goal counts, nor a loss. None without a goal.
    """
    if terms.goal is None:
        return None
    sign = 1.0 if look.greater_is_better else -1.0
    way, left = sign * (terms.goal - look.last_layer), sign * (terms.goal - look.before)
    if left <= 0 or way <= 0:
        return 0.0
    sd = (look.gain - look.low) / (look.critical or float(norm.ppf(1 - 0.05 / look.blocks)))
    draws = look.gain + sd * norm.ppf((np.arange(QUANTILES) + 0.5) / QUANTILES)
    return float(terms.value * np.clip(draws, 0, left).mean() / way)


def step_cost(look: Look, terms: Terms, protocol: Protocol) -> float:
    """Shares of the blocks that the step commits to in the investment, and the computing time of its measurement."""
    return look.added * block_cost(terms, protocol, look.blocks) + compute_cost(terms, look.seconds)


def judge(terms: Terms, protocol: Protocol) -> Decide:
    """The rule that stage 3 stops by: a step pays when its gain is real, matters, and is worth what it costs."""

    def decide(look: Look) -> tuple[bool, str]:
        pays, why = matters(look)
        if not pays or terms.goal is None:
            return pays, why
        sign = 1.0 if look.greater_is_better else -1.0
        if sign * (look.before - terms.goal) >= 0:
            return False, "goal_was_reached"
        return (True, why) if worth(look, terms) >= step_cost(look, terms, protocol) else (False, "costs_more")

    return decide


def looks_further(terms: Terms, protocol: Protocol) -> Ahead:
    """Whether the next block is measured: what matters is within reach, the goal is not reached, and the most that could
    be gained is worth the blocks that it would commit to."""

    def ahead(look: Look, pays: bool) -> bool:
        if not within_reach(look, pays):
            return False
        if terms.goal is None:
            return True
        sign = 1.0 if look.greater_is_better else -1.0
        way, left = (sign * (terms.goal - v) for v in (look.last_layer, look.score if pays else look.before))
        if left <= 0 or way <= 0:
            return False
        most = left if pays else min(left, look.reach)
        committed = 1 if pays else look.added + 1
        return terms.value * most / way >= committed * block_cost(terms, protocol, look.blocks)

    return ahead


def weigh_tuning(tuning: Tuning, terms: Terms, protocol: Protocol | None = None) -> TuningVerdict:
    """What the measured steps mean in money under ``terms``, and whether to go on. Nothing is measured again."""
    protocol = protocol or Protocol()
    sign, blocks = (1.0 if tuning.greater_is_better else -1.0), max(1, len(tuning.blocks))
    money, kept = [], 0
    for step in tuning.steps:
        over = step.block - 1 if step.over is None else step.over
        look = Look(
            step.block, blocks, tuning.last_layer, step.score - sign * step.gain, step.score, step.gain, step.low, step.high,
            step.seconds, tuning.minimum_gain, tuning.greater_is_better, added=step.block - over, critical=step.critical, rise=step.rise,
        )
        money.append(_money(look, terms, protocol))
        kept = step.block if money[-1].pays else kept
    score = tuning.last_layer if kept == 0 else tuning.steps[kept - 1].score
    reaches = None if terms.goal is None or score is None else bool(sign * (score - terms.goal) >= 0)
    return TuningVerdict(
        course=_course(tuning, kept, reaches, bool(money) and money[-1].why == "unclear"), block=kept, steps=money, spent=compute_cost(terms, tuning.seconds),
        avoided=block_cost(terms, protocol, blocks) * (blocks - kept), reaches_goal=reaches,
    )


def _money(look: Look, terms: Terms, protocol: Protocol) -> StepMoney:
    cost, value = step_cost(look, terms, protocol), worth(look, terms)
    pays, why = judge(terms, protocol)(look)
    own = cost - (look.added - 1) * block_cost(terms, protocol, look.blocks)
    return StepMoney(
        block=look.block, cost=own, worth=value, net=None if value is None else value - cost,
        price_of_a_point=cost * POINT / look.gain if look.gain > 0 else None, gain_per_money=look.gain / cost if cost > 0 else None,
        pays=pays, why=why,
    )


def _course(tuning: Tuning, kept: int, reaches: bool | None, unclear: bool) -> Course:
    if tuning.reason is not None:
        return "nothing_to_tune"
    if tuning.ended == "budget" and kept == len(tuning.steps):
        return "unfinished"
    if kept == 0:
        return "undecided" if unclear else "keep_last_layer"
    if reaches:
        return "reached"
    return "go_on" if kept == len(tuning.blocks) else "stop_after"
