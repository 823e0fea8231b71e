"""Stage 2: would another initialisation, architecture or view of the inputs do better than the present choice?

Successive halving (Karnin, Koren, Somekh 2013; Jamieson, Talwalkar 2016, arXiv 1502.07943): all candidates on a few rows,
the better half on three times as many, and so on. Row sets are nested and stratified; rows that belong together, or follow
each other in time, are left out together as in stage 1. The present choice stands beside every candidate on every row set
and is never dropped. How the winner is corrected for having been chosen is told in ``selection``.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from dualcore.errors import DataError
from dualcore.evidence import lastlayer, metrics, represent, selection
from dualcore.evidence import variants as candidates
from dualcore.evidence.records import Evidence
from dualcore.evidence.run import Clock, EvaluateOptions, Run, prepare_run
from dualcore.evidence.selection import Measured
from dualcore.evidence.stages import Entrant, Mark, Reevaluation, Round
from dualcore.evidence.variants import Variant
from dualcore.intake import Dataset
from dualcore.kernels import Skeleton

ROWS = 1800
LEAST_ROWS = 40
FIRST_ROWS = 100  # of the first round, at least
GROWTH = 3
FLOPS = 3e12  # of random features in the whole tournament: some minutes on two cores
COSTLY_FEATURES = 6e7  # floating point operations per example; beyond, all sides take narrower networks
NARROW = 1024
FARTHEST = 100  # times the rows used; a decision that needs more is not in sight


@dataclass(frozen=True)
class ReevaluateOptions:
    """minimum_gain : smallest gain that is worthwhile, in the metric (for RMSE and MAE as a share of the target's spread)
    rows : rows of the last round at most; fewer where random features are costly
    candidates : compared at most (the protocol's ``max_candidates``)
    seed : None = that of the evaluation; of the row sets, the networks and the bootstrap
    """

    minimum_gain: float = 0.02
    rows: int = ROWS
    candidates: int = 24
    draws: int = 1000
    seed: int | None = None
    device: str = "auto"


@dataclass
class _Contest:
    """One candidate on its way: predictions of the last round it reached, marks of all."""

    variant: Variant
    pair: tuple[Measured, Measured] | None
    marks: list[Mark]
    seconds: float = 0.0


def reevaluate(
    dataset: Dataset,
    base: Evidence,
    options: ReevaluateOptions | None = None,
    on_progress: Callable[[float, str], None] = lambda fraction, step: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Reevaluation:
    """Compare candidates around the architecture of ``base`` on the same dataset; test labels are not touched.

    Raises
    ------
    DataError : ``too_few_to_compare`` below 40 rows
    """
    options = options or ReevaluateOptions()
    seed = base.manifest.seed if options.seed is None else options.seed
    on_progress(0.0, "reevaluate_prepare")
    clock = Clock(lambda fraction, step: None, should_stop)
    run, _ = prepare_run(dataset, EvaluateOptions(metric=base.metric, seed=seed, device=options.device), clock)
    if run.n < LEAST_ROWS:
        raise DataError("too_few_to_compare", rows=run.n, least=LEAST_ROWS)
    present, field = line_up(run, base)
    return compare(run, present, field[: options.candidates], options, on_progress)


def compare(
    run: Run, present: Variant, field: list[Variant], options: ReevaluateOptions, on_progress: Callable[[float, str], None]
) -> Reevaluation:
    """The tournament of ``field`` around ``present`` on the rows of ``run``."""
    sizes = round_sizes(run, [present, *field], options.rows)
    contests, rounds, reference, fresh, rows = _tournament(run, present, field, sizes, on_progress)
    on_progress(0.95, "reevaluate_correct")
    finalists = [j for j, c in enumerate(contests) if len(c.marks) == len(sizes)]
    choice = selection.choose_best(
        selection.Field([c.pair for c in contests], finalists, fresh, run.units(rows)), options.draws, run.options.seed
    )
    on_progress(1.0, "done")
    return _record(run, options, contests, rounds, reference, int(fresh.sum()), choice)


def line_up(run: Run, base: Evidence) -> tuple[Variant, list[Variant]]:
    """(the present choice, the candidates that fit the inputs)."""
    present, shape = present_choice(base), run.builder.X.shape[1:]
    if candidates.cost_per_row(present, shape) > COSTLY_FEATURES:
        present = replace(present, width=min(present.width, NARROW))
    field = candidates.variants(present, run.data.kind, run.n, int(np.prod(shape)))
    return present, [v for v in field if candidates.fits(v, shape)]


def present_choice(base: Evidence) -> Variant:
    """What stage 1 evaluated."""
    skeleton, last = Skeleton.from_dict(base.skeleton), base.last_layer
    # Vectors take the exact kernel on the few rows used here, unless a width was asked for.
    asked = skeleton.rank or (last.route == "features" and base.manifest.rows_used <= represent.LANDMARK_ROWS)
    width = last.width if asked and not represent.is_linear(skeleton) else None
    return Variant("present", skeleton.name, skeleton, base.manifest.seed, width)


def planned(base: Evidence, most: int = ReevaluateOptions.candidates) -> list[Variant]:
    """The candidates that a re-evaluation of ``base`` will compare; a few fewer where one does not fit the inputs."""
    found = candidates.variants(present_choice(base), base.dataset.kind, base.manifest.rows_used, base.dataset.inputs)
    return found[:most]


def round_sizes(run: Run, everyone: list[Variant], most: int) -> list[int]:
    """Rows of the rounds, smallest first; the work grows linearly with them."""
    shape = run.builder.X.shape[1:]
    costs = sorted((candidates.cost_per_row(v, shape) for v in everyone), reverse=True)
    rows = min(run.n, most)
    # The dearest half may reach the last round: three rounds cost at most about as much as the last one with half of all.
    per_row = sum(costs[: len(costs) // 2 + 1])
    if per_row > 0:
        rows = max(min(rows, 300), min(rows, int(FLOPS / per_row)))
    sizes = [rows]
    while sizes[0] // GROWTH >= FIRST_ROWS and len(sizes) < 3:
        sizes.insert(0, sizes[0] // GROWTH)
    return sizes


def nested_rows(run: Run, sizes: list[int]) -> list[np.ndarray]:
    """Row numbers of every round, smallest first; each set lies in the next, drawn as stage 1 draws."""
    rows = run.draw(sizes[-1])
    sets = [rows]
    for size in reversed(sizes[:-1]):
        inner = replace(run, y=run.y[rows], split=run.split_of(rows))
        rows = rows[inner.draw(size)]
        sets.insert(0, rows)
    return sets


def _tournament(run: Run, present: Variant, field: list[Variant], sizes: list[int], on_progress):
    """(contests, rounds, the present choice's contest, fresh (n,), rows of the last round)."""
    sets = nested_rows(run, sizes)
    last = sets[-1]
    fresh = np.ones(len(last), bool)
    everyone = np.ones((1, len(last)), np.float32)
    contests = [_Contest(v, None, []) for v in field]
    reference, alive, rounds = _Contest(present, None, []), list(range(len(field))), []
    views: dict[str, represent.Builder] = {}
    sign = 1.0 if metrics.greater_is_better(run.metric) else -1.0
    total = sum(size * math.ceil(len(field) / 2**i) for i, size in enumerate(sizes))
    done = 0.0
    for i, rows in enumerate(sets):
        begin, entered = time.perf_counter(), len(alive)
        split = run.split_of(rows)

        places, step = np.searchsorted(last, rows), f"reevaluate_{i + 1}"
        against = _measured(run, present, views, rows, places, split)
        here = float(against.scores(everyone)[0])
        reference.marks.append(Mark(rows=len(against.rows), score=here, gain=0.0))
        for j in alive:
            on_progress(0.02 + 0.93 * min(1.0, done / total), step)
            done += len(rows)
            started = time.perf_counter()
            mine = _measured(run, contests[j].variant, views, rows, places, split)
            score = float(mine.scores(everyone)[0])
            contests[j].pair = (mine, against)
            contests[j].marks.append(Mark(rows=len(mine.rows), score=score, gain=sign * (score - here)))
            contests[j].seconds += time.perf_counter() - started
        if i + 1 < len(sets):
            alive = sorted(alive, key=lambda j: -contests[j].marks[-1].gain)[: math.ceil(len(alive) / 2)]
            used = np.isin(last, rows)
            fresh &= ~_with_their_units(used, run.units(last) if run.split.kind == "grouped" else None)
        rounds.append(Round(rows=len(rows), entered=entered, kept=len(alive), seconds=time.perf_counter() - begin))
    return contests, rounds, reference, fresh if fresh.any() else np.ones(len(last), bool), last


def _with_their_units(used: np.ndarray, units: np.ndarray | None) -> np.ndarray:
    return used if units is None else np.isin(units, units[used])


def _measured(run: Run, variant: Variant, views: dict, rows: np.ndarray, places: np.ndarray, split) -> Measured:
    """Out-of-sample predictions of one candidate on some rows. places : of the rows among those of the last round."""
    run.clock.check()
    if variant.inputs not in views:
        views[variant.inputs] = replace(run.builder, X=candidates.prepared(run.builder.X, variant.inputs))
    rep = candidates.representation(variant, views[variant.inputs], rows)
    fit = lastlayer.fit_last_layer(rep, run.y[rows], run.C, run.metric, split)
    run.clock.count(9.0 * min(rep.matrix.shape) ** 3)
    return Measured(run.metric, run.y[rows][fit.rows], fit.prediction, places[fit.rows])


def outcome_of(corrected: float, low: float, minimum: float) -> str:
    """switch: worthwhile and beyond doubt; undecided: perhaps worthwhile; keep: not worthwhile."""
    if corrected < minimum:
        return "keep"
    return "switch" if low > 0 else "undecided"


def _rows_needed(choice: selection.Choice, rows: int) -> int | None:
    """Rows at which the corrected gain would stand clear of zero, if it stays what it is."""
    if choice.corrected_gain <= 0:
        return None
    spread = choice.critical * choice.gains[choice.winner].sd
    needed = math.ceil(rows * (spread / choice.corrected_gain) ** 2)
    return max(needed, rows + 1) if needed <= FARTHEST * rows else None


def _record(run, options, contests, rounds, reference, fresh_rows, choice) -> Reevaluation:
    better = metrics.greater_is_better(run.metric)
    scale = float(run.y.std()) if run.metric in ("rmse", "mae") else 1.0
    minimum = options.minimum_gain * scale
    won, best = contests[choice.winner], choice.gains[choice.winner]
    outcome = outcome_of(choice.corrected_gain, choice.low, minimum)
    here = reference.marks[-1].score
    entrants = [_entrant(c, g) for c, g in zip(contests, choice.gains, strict=True)]
    nothing = selection.Gain(0.0, 0.0, 0.0, 0.0, 0.0)
    return Reevaluation(
        metric=run.metric, greater_is_better=better, estimate_from=run.split.kind, outcome=outcome, minimum_gain=minimum,
        present=_entrant(reference, nothing), present_score=here, entrants=entrants, rounds=rounds, winner=choice.winner,
        raw_gain=best.gain, raw_low=best.low, raw_high=best.high, optimism=choice.optimism, corrected_gain=choice.corrected_gain,
        low=choice.low, high=choice.high, raw_score=won.marks[-1].score,
        corrected_score=here + (1 if better else -1) * choice.corrected_gain, p_value=choice.p_value, critical=choice.critical,
        draws=options.draws, fresh_rows=fresh_rows, rows_available=run.n,
        rows_needed=_rows_needed(choice, rounds[-1].rows) if outcome == "undecided" else None, seed=run.options.seed,
        seconds=run.clock.seconds, flops=run.clock.flops,
    )


def _entrant(contest: _Contest, gain: selection.Gain) -> Entrant:
    v = contest.variant
    return Entrant(
        factor=v.factor, value=v.value, skeleton=v.skeleton.to_dict(), seed=v.seed, width=v.width, orthogonal=v.orthogonal,
        inputs=v.inputs, adoptable=v.adoptable, marks=contest.marks, gain=gain.gain, low=gain.low, high=gain.high,
        simultaneous_low=gain.simultaneous_low, seconds=contest.seconds,
    )
