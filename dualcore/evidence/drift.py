"""Do new rows look like the training rows? Column by column, and as a whole in what the last layer sees.

Columns. Training counts in at most ``BINS`` bins (quantiles of numbers, days, lengths of texts; levels of categories) are
held against the new counts by Pearson's chi-square test of homogeneity, neighbouring bins being joined until ten rows are
expected in each. Missing cells and values that training never had are tested on their own: Fisher's exact test, and a
binomial test against the number of values that training had once, which is how often a further row brings one for the
first time (Good 1953, Biometrika 40). Holm's correction (1979) covers all tests of a file. A test alone would call any
difference in a large file a drift, so that the population stability index has to be 0.1 at least, the usual bound of "no
relevant change" (Siddiqi 2006; its relation to chi-square: Yurdakul 2018), or the share of missing and unseen cells has to
move by 2 and 1 points.

As a whole. The maximum mean discrepancy (Gretton et al. 2012, JMLR 13) of a sample of training rows and the new rows under
the kernel of the model's own network, with a permutation null. That kernel is chosen, and not a classifier that tells old
from new, because every prediction is linear in it: |mean prediction then - now| <= ||w|| MMD, so what it does not see
cannot move the predictions on average, and nothing is fitted that could overfit a small file. Features are taken
through a random projection (Johnson, Lindenstrauss 1984) to ``PROJECTION`` numbers per row, so that the sample stays small.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import binom, chi2, hypergeom

from dualcore.intake import Encoder
from dualcore.record import Record

BINS = 20
LEVELS = 1000  # categories that are kept by name; beyond, new ones cannot be told from rare ones
EXPECTED = 10.0  # rows in a joined bin, at least
REFERENCE_ROWS, NEW_ROWS, PROJECTION = 500, 1000, 128
PERMUTATIONS = 999
FEWEST = 20  # new rows; with fewer nothing is said
LEVEL = 0.002  # of each of the two families of tests, columns and whole
LEAST_PSI, LEAST_MISSING, LEAST_UNSEEN, LEAST_DISTANCE = 0.1, 0.02, 0.01, 0.01

Finding = Literal["values", "missing", "unseen"]
Summary = Literal["mean", "spread", "roughness"]


class ColumnDrift(Record):
    """One column: how far its values moved, and which findings count as drift.

    psi : population stability index over the joined bins; 0 = the same shares
    p_value : the smallest of the column's tests, corrected for all tests of the file
    missing_before, missing_now, unseen : shares of rows; unseen = with a category that training never had (None: not known)
    """

    name: str
    psi: float
    p_value: float
    summary: Summary | None = None  # of images and signals, whose columns are figures of each example
    missing_before: float
    missing_now: float
    unseen: float | None
    findings: list[Finding] = []


class Drift(Record):
    """New rows against training rows.

    status : "same", "drift", "few" (fewer than ``FEWEST`` rows), "unknown" (the model keeps nothing to compare with)
    distance : squared maximum mean discrepancy, without its bias, as a share of the spread of the training rows
    """

    status: Literal["same", "drift", "few", "unknown"]
    rows: int
    training_rows: int = 0
    columns: list[ColumnDrift] = []
    distance: float | None = None
    p_value: float | None = None
    overall: bool = False

    @property
    def drifted(self) -> list[ColumnDrift]:
        """Columns with a finding, the farthest moved first."""
        return sorted((c for c in self.columns if c.findings), key=lambda c: -c.psi)


def describe(X: pd.DataFrame | np.ndarray, encoder: Encoder, encoded: np.ndarray | None = None) -> list[dict]:
    """What is kept of the training rows, one JSON-serialisable entry per column: bins, counts, missing and single values.

    X : raw inputs as intake reads them; encoded : those of images and signals, for which summaries are kept
    """
    return [_describe_one(name, values) | {"summary": summary} for name, summary, values in _columns(X, encoder, encoded)]


def project(F: np.ndarray, seed: int) -> np.ndarray:
    """Features (n, D) -> (n, min(D, PROJECTION)) float32 whose inner products are those of F up to 1 / sqrt(PROJECTION)."""
    if F.shape[1] <= PROJECTION:
        return F.astype(np.float32)
    turn = np.random.default_rng(seed).standard_normal((F.shape[1], PROJECTION)) / np.sqrt(PROJECTION)
    return (F.astype(np.float64) @ turn).astype(np.float32)


def compare(
    reference: list[dict], sample: np.ndarray, training_rows: int, X: pd.DataFrame | np.ndarray, encoder: Encoder,
    encoded: np.ndarray, projected: np.ndarray, seed: int = 0,
) -> Drift:
    """Hold new rows against what ``describe`` and ``project`` kept.

    sample : (m, p) projected features of training rows; projected : (k, p) those of some of the new rows
    """
    n = len(encoded)
    if n < FEWEST:
        return Drift(status="few", rows=n, training_rows=training_rows)
    found = [_compare_one(own, values) for own, (*_, values) in zip(reference, _columns(X, encoder, encoded), strict=True)]
    columns = _corrected(found, n)
    distance, p = discrepancy(sample, projected, seed)
    overall = p <= LEVEL and distance >= LEAST_DISTANCE
    drifted = overall or any(c.findings for c in columns)
    return Drift(
        status="drift" if drifted else "same", rows=n, training_rows=training_rows, columns=columns, distance=distance, p_value=p,
        overall=overall,
    )


def discrepancy(A: np.ndarray, B: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """(squared MMD without bias as a share of the spread of A, p-value of the permutation test) of rows A (m, p), B (k, p)."""
    m, k = len(A), len(B)
    Z = np.concatenate([A, B]).astype(np.float64)
    Z -= A.mean(0)
    G = Z @ Z.T
    weights = np.r_[np.full(m, 1 / m), np.full(k, -1 / k)]
    rng = np.random.default_rng(seed)
    shuffled = np.column_stack([weights, *(rng.permutation(weights) for _ in range(PERMUTATIONS))])
    values = (shuffled * (G @ shuffled)).sum(0)  # biased; the bias is the same under every permutation but for its noise
    spread, other = float(np.trace(G[:m, :m])) / (m - 1), float(np.square(B - B.mean(0)).sum()) / max(1, k - 1)
    unbiased = values[0] - spread / m - other / k
    p = (1 + int((values[1:] >= values[0] * (1 - 1e-12)).sum())) / (PERMUTATIONS + 1)
    return float(unbiased / max(spread, 1e-300)), p


def _columns(X: pd.DataFrame | np.ndarray, encoder: Encoder, encoded: np.ndarray | None) -> list[tuple[str, Summary | None, np.ndarray]]:
    """(name, summary, values): float64 with NaN for missing, or objects with None. Of images and signals: per channel."""
    if encoder.kind == "table":
        return [(name, None, _values(X[name], role)) for name, role in encoder.columns]
    flat = encoded.reshape(*encoded.shape[:2], -1).astype(np.float64)
    parts = {"mean": flat.mean(2), "spread": flat.std(2), "roughness": np.abs(np.diff(encoded, axis=-1)).reshape(*flat.shape[:2], -1).mean(2)}
    if encoder.kind == "audio":  # bands of the spectrogram are no channels: one figure for all
        parts = {name: values.mean(1, keepdims=True) for name, values in parts.items()}
    return [(str(c + 1), name, values[:, c]) for name, values in parts.items() for c in range(min(8, values.shape[1]))]


def _values(values: pd.Series, role: str) -> np.ndarray:
    if role == "numeric":
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
        return np.where(np.isfinite(numbers), numbers, np.nan)
    if role == "date":
        dates = pd.to_datetime(values, errors="coerce")
        return np.where(dates.isna(), np.nan, dates.to_numpy("datetime64[s]").astype(np.float64) / 86_400)
    known = values.notna().to_numpy()
    if role == "text":
        return np.where(known, values.astype(str).str.len().to_numpy(np.float64), np.nan)
    return np.where(known, values.astype(str).to_numpy(object), None)


def _describe_one(name: str, values: np.ndarray) -> dict:
    if values.dtype != object:
        known = values[np.isfinite(values)]
        edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1], method="inverted_cdf")) if len(known) else np.empty(0)
        counts = np.bincount(np.searchsorted(edges, known), minlength=len(edges) + 1)
        return {
            "name": name, "kind": "numbers", "edges": edges.tolist(), "counts": counts.tolist(), "missing": int(len(values) - len(known)),
        }
    counts = pd.Series(values[pd.notna(values)]).value_counts()
    kept = counts[:LEVELS]
    return {
        "name": name, "kind": "levels", "levels": [str(v) for v in kept.index], "counts": [int(c) for c in kept],
        "others": int(counts[LEVELS:].sum()), "single": int((counts == 1).sum()), "complete": len(counts) <= LEVELS,
        "missing": int(len(values) - counts.sum()),
    }


def _compare_one(own: dict, values: np.ndarray) -> dict:
    """psi and the tests of one column: finding -> (p-value, whether it is large enough to matter)."""
    before, missing = np.array(own["counts"], dtype=float), own["missing"]
    unseen = None
    if own["kind"] == "numbers":
        known = values[np.isfinite(values)]
        now = np.bincount(np.searchsorted(own["edges"], known), minlength=len(before)).astype(float)
    else:
        known = values[pd.notna(values)]
        codes = pd.Index(own["levels"], dtype=object).get_indexer(known)
        now = np.bincount(codes[codes >= 0], minlength=len(before)).astype(float)
        # Rare levels are one bin with what was never seen: each by itself stands there because training happened to have it.
        often = before >= EXPECTED
        rest = own["others"] + before[~often].sum(), now[~often].sum() + (codes < 0).sum()
        before, now = np.append(before[often], rest[0]), np.append(now[often], rest[1])
        unseen = int((codes < 0).sum()) if own["complete"] else None
    n, rows, training = len(known), len(values), int(before.sum()) + missing
    tests: dict[str, tuple[float, bool]] = {}
    psi, p = _shift(before, now)
    tests["values"] = p, psi >= LEAST_PSI
    blank = rows - n
    tests["missing"] = _fisher(missing, training, blank, rows), abs(blank / rows - missing / max(1, training)) >= LEAST_MISSING
    if unseen is not None:
        tests["unseen"] = _news(own["single"] + 1, training - missing, unseen, n), unseen / rows >= LEAST_UNSEEN
    return {
        "name": own["name"], "summary": own["summary"], "psi": psi, "tests": tests, "missing_before": missing / max(1, training), "missing_now": blank / rows,
        "unseen": None if unseen is None else unseen / rows,
    }


def _news(single: int, training: int, unseen: int, rows: int) -> float:
    """p-value of more new categories than chance brings. A further row brings one with probability single / training
    (Good 1953); both counts are taken as Poisson, so that given their sum the new one is binomial."""
    return float(binom.sf(unseen - 1, single + unseen, rows / max(1, rows + training)))


def _shift(before: np.ndarray, now: np.ndarray) -> tuple[float, float]:
    """(population stability index, p-value of homogeneity) of two rows of counts over joined bins."""
    a, b = _joined(before, now)
    if len(a) < 2 or not a.sum() or not b.sum():
        return 0.0, 1.0
    share_a, share_b = (a + 0.5) / (a.sum() + 0.5 * len(a)), (b + 0.5) / (b.sum() + 0.5 * len(b))
    psi = float(((share_b - share_a) * np.log(share_b / share_a)).sum())
    both = a + b
    expected = np.outer([a.sum(), b.sum()], both / both.sum())
    statistic = (np.square(np.stack([a, b]) - expected) / expected).sum()
    return psi, float(chi2.sf(statistic, len(a) - 1))


def _joined(before: np.ndarray, now: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Neighbouring bins added up until ``EXPECTED`` rows of the smaller file are expected in each."""
    share = min(before.sum(), now.sum()) / max(1.0, before.sum() + now.sum())
    a, b, x, y = [], [], 0.0, 0.0
    for u, v in zip(before, now):
        x, y = x + u, y + v
        if (x + y) * share >= EXPECTED:
            a.append(x)
            b.append(y)
            x = y = 0.0
    if a and x + y:  # what is left at the end goes to the last bin
        a[-1], b[-1] = a[-1] + x, b[-1] + y
    return np.array(a), np.array(b)


def _fisher(missing: int, training: int, blank: int, rows: int) -> float:
    """Two-sided p-value (twice the smaller tail) that the share of missing cells is the same."""
    of = hypergeom(training + rows, missing + blank, rows)
    return float(min(1.0, 2 * min(of.cdf(blank), of.sf(blank - 1))))


def _corrected(found: list[dict], rows: int) -> list[ColumnDrift]:
    """Holm's correction over all tests of the file."""
    places = [(i, finding) for i, one in enumerate(found) for finding in one["tests"]]
    raw = np.array([found[i]["tests"][f][0] for i, f in places])
    order = np.argsort(raw)
    adjusted = np.empty(len(raw))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(raw[order] * (len(raw) - np.arange(len(raw)))))
    known = dict(zip(places, adjusted.tolist()))
    out = []
    for i, one in enumerate(found):
        findings = [f for f, (_, matters) in one["tests"].items() if matters and known[i, f] <= LEVEL]
        out.append(ColumnDrift(
            name=one["name"], summary=one["summary"], psi=max(0.0, one["psi"]), p_value=min(known[i, f] for f in one["tests"]),
            missing_before=one["missing_before"], missing_now=one["missing_now"], unseen=one["unseen"], findings=findings,
        ))
    return out
