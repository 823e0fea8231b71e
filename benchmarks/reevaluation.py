"""Is the corrected gain of a re-evaluation honest? Simulation with known truth, and real data against their test parts.

    python -m benchmarks.reevaluation simulate
    python -m benchmarks.reevaluation data [--rows N] [NAME ...]
    python -m benchmarks.reevaluation repeat [--rows N] [--times K] [NAME ...]

``simulate`` draws tournaments of candidates whose true gains are known and compares the corrections. ``data`` runs the whole
stage on a dataset's training part and reads the winner's gain on the test part, trained on the same rows. ``repeat`` does so
on several small draws of rows, where the winner's curse is large. Nothing here is used by the stage itself; test labels are
read only after it has answered.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np

import dualcore  # noqa: F401 - before torch: it settles how idle threads wait

import torch  # isort: skip

from benchmarks.backtest.cases import whole
from dualcore.evidence import lastlayer, metrics, represent, selection, steps
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.reevaluate import ROWS, ReevaluateOptions, compare, nested_rows, round_sizes
from dualcore.evidence.run import Clock, EvaluateOptions, Run, prepare_run
from dualcore.evidence.selection import Field, Measured
from dualcore.evidence.variants import Variant, fits, prepared, representation, variants
from dualcore.intake import Dataset

DATA = ("abalone", "car_evaluation", "ecg200", "sign_language_digits", "cmc_LABELS_PERMUTED")
NETWORK = 1024  # features of the present choice where it is a random network
LANES = {  # name -> true gains of twelve candidates, in standard deviations of one row's loss
    "none better": [0.0] * 12,
    "three a little better": [0.1] * 3 + [0.0] * 9,
    "one better": [0.2] + [0.0] * 11,
    "one much better": [0.4] + [0.0] * 11,
    "a ladder": [0.05 * i for i in range(12)],
}


def tournament(rng: np.random.Generator, gains: list[float], sizes: tuple[int, ...]) -> tuple[Field, np.ndarray]:
    """(field, losses (n, 1 + k)): mean losses 5 - gain, standard deviation 1, correlation 1/2; better half goes on."""
    n = sizes[-1]
    common = rng.normal(size=n)
    losses = np.column_stack([5 - g + (common + rng.normal(size=n)) / np.sqrt(2) for g in [0.0, *gains]])
    order, fresh, alive, pairs = rng.permutation(n), np.ones(n, bool), list(range(len(gains))), [None] * len(gains)
    for i, size in enumerate(sizes):
        rows = np.sort(order[:size])
        make = lambda j, rows=rows: Measured("mae", np.zeros(size), Prediction(losses[rows, j][:, None]), rows)  # noqa: B023, E731
        for j in alive:
            pairs[j] = (make(j + 1), make(0))
        if i + 1 < len(sizes):
            alive = sorted(alive, key=lambda j, rows=rows: losses[rows, j + 1].mean())[: -(-len(alive) // 2)]
            fresh[rows] = False
    return Field(pairs, alive, fresh), losses


def tibshirani_bias(losses: np.ndarray, folds: int = 10) -> float:
    """Bias of the smallest cross-validation error: mean over folds of e_k(best) - e_k(best of fold k).

    Tibshirani and Tibshirani (2009), "A bias correction for the minimum error rate in cross-validation", Annals of Applied
    Statistics 3. losses (n, k)
    """
    per_fold = np.stack([part.mean(0) for part in np.array_split(losses, folds)])
    best = losses.mean(0).argmin()
    return float((per_fold[:, best] - per_fold.min(1)).mean())


def simulate(times: int = 300) -> None:
    print("| true gains | rounds | bias of the raw gain | Tibshirani 2009 | corrected | claims: naive | claims: corrected |")
    print("|---|---|---|---|---|---|---|")
    for name, gains in LANES.items():
        for sizes in ((360,), (40, 120, 360)):
            rng, found = np.random.default_rng(11), []
            for i in range(times):
                field, losses = tournament(rng, gains, sizes)
                choice = selection.choose_best(field, 150, i, spread=1.0)
                best, true = choice.gains[choice.winner], gains[choice.winner]
                finalists = losses[:, [1 + j for j in field.finalists]]
                found.append((
                    best.gain - true, best.gain - tibshirani_bias(finalists) - true, choice.corrected_gain - true, best.low > true,
                    choice.low > true,
                ))
            raw, old, new, naive, claimed = np.mean(found, 0)
            print(f"| {name} | {' - '.join(map(str, sizes))} | {raw:+.3f} | {old:+.3f} | {new:+.3f} | {naive:.3f} | {claimed:.3f} |", flush=True)


def start(data: Dataset) -> tuple[Run, Variant]:
    """The run, and the present choice: what stage 1 would choose."""
    run, _ = prepare_run(replace(data, X_test=None, y_test=None), EvaluateOptions(), Clock(lambda *_: None, lambda: False))
    skeleton, _ = steps.choose_step(run)
    return run, Variant("present", skeleton.name, skeleton, 0, NETWORK if skeleton.rank else None)


def test_prediction(run: Run, data: Dataset, variant: Variant, rows: np.ndarray) -> Prediction:
    """Predictions for the test part of a last layer that was fitted on ``rows``."""
    both = np.concatenate([run.builder.X[rows], run.encoder.transform(data.X_test)])
    # Prepared together: views are fitted without labels, as they are within the stage.
    rep = representation(variant, replace(run.builder, X=prepared(both, variant.inputs)))
    known, new = torch.arange(len(rows)), torch.arange(len(rows), len(both))
    part = represent.Representation(rep.matrix[known][:, known] if rep.is_kernel else rep.matrix[known], rep.is_kernel)
    y = run.y[rows]
    fit = lastlayer.fit_last_layer(part, y, run.C, run.metric, run.split_of(rows))
    weights = part.weights(fit.decomposition, known, fit.Y, fit.penalty)
    raw = rep.apply(weights, new, known)
    if run.C:
        return Prediction(lastlayer.probabilities(raw, fit.temperature).numpy(), fit.tilt, fit.prior)
    return Prediction(raw.numpy() * (y.std() or 1.0) + y.mean())


def one(data: Dataset, run: Run, present: Variant, rows: int, draws: int = 1000):
    """(result, winner's gain on the test part, score of the present choice there)."""
    shape = run.builder.X.shape[1:]
    field = [v for v in variants(present, run.data.kind, run.n, int(np.prod(shape))) if fits(v, shape)]
    result = compare(run, present, field, ReevaluateOptions(rows=rows, draws=draws), lambda *_: None)
    used = nested_rows(run, round_sizes(run, [present, *field], rows))[-1]
    scores = [metrics.score(run.metric, data.y_test, test_prediction(run, data, v, used)) for v in (present, field[result.winner])]
    return result, (scores[1] - scores[0]) * (1 if metrics.greater_is_better(run.metric) else -1), scores[0]


def on_data(names: list[str], rows: int) -> None:
    print("| dataset | present | rows | candidates | winner | raw gain | corrected (90 % interval) | adjusted p | test gain | outcome | s |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for name in names:
        data = whole(name)
        run, present = start(data)
        begin = time.perf_counter()
        r, test, _ = one(data, run, present, rows)
        won = r.entrants[r.winner]
        print(
            f"| {name} | {present.value} {r.present_score:.3f} | {' - '.join(str(x.rows) for x in r.rounds)} | {len(r.entrants)} "
            f"| {won.factor} {won.value} | {r.raw_gain:+.4f} | {r.corrected_gain:+.4f} ({r.low:+.4f} to {r.high:+.4f}) "
            f"| {r.p_value:.3f} | {test:+.4f} | {r.outcome} | {time.perf_counter() - begin:.0f} |", flush=True,
        )


def repeated(names: list[str], rows: int, times: int) -> None:
    print(f"| dataset | draws of {rows} rows | mean raw gain | mean corrected gain | mean test gain | raw - test | corrected - test | switched |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names:
        data, found = whole(name), []
        run, present = start(data)
        for i in range(times):
            chosen = replace(run, options=replace(run.options, seed=1000 + i))
            r, test, _ = one(data, chosen, present, rows, 400)
            found.append((r.raw_gain, r.corrected_gain, test, r.raw_gain - test, r.corrected_gain - test, r.outcome == "switch"))
        raw, corrected, test, a, b, switched = np.mean(found, 0)
        error = np.std(found, 0, ddof=1) / np.sqrt(times)
        print(
            f"| {name} | {times} | {raw:+.4f} | {corrected:+.4f} | {test:+.4f} | {a:+.4f} ± {error[3]:.4f} | {b:+.4f} ± {error[4]:.4f} "
            f"| {switched:.0%} |", flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("simulate", "data", "repeat"))
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_intermixed_args()
    torch.set_num_threads(1)
    names = options.names or list(DATA)
    if options.what == "simulate":
        simulate()
    elif options.what == "data":
        on_data(names, options.rows or ROWS)
    else:
        repeated(names, options.rows or 200, options.times)


if __name__ == "__main__":
    main()
