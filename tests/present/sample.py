"""A plausible hand-made Evidence and Verdict, for tests of figures and pages only."""

from __future__ import annotations

import numpy as np

from dualcore.decision.records import Option, Protocol, Terms, Verdict
from dualcore.evidence.records import (
    Candidate,
    Ceiling,
    Confusion,
    Cost,
    Coverage,
    Curve,
    CurvePoint,
    DatasetFacts,
    Errors,
    Evidence,
    KernelError,
    LastLayer,
    Manifest,
    NormGrowth,
    Null,
    PowerPoint,
    Probe,
    Reference,
    Residuals,
    Segment,
    Shares,
    Suspect,
    WidthPoint,
)
from dualcore.intake.records import ClassShare, Column, Note, Profile

CLASSES = ["正常", "内輪損傷", "外輪損傷", "**アンバランス**"]


def _last_layer(regression: bool) -> LastLayer:
    return LastLayer(
        score=0.912,
        low=0.889,
        high=0.931,
        loo_score=0.912,
        test_score=0.905,
        test_low=0.871,
        test_high=0.934,
        metrics={"r2": 0.912, "rmse": 12.3, "mae": 8.1}
        if regression
        else {"accuracy": 0.912, "macro_f1": 0.905, "roc_auc": 0.981},
        penalty=0.01,
        route="exact",
        estimate_from="leave_one_out",
        random_split_score=0.912,
        seed_scores=[0.903, 0.908, 0.911, 0.899, 0.906],
        seed_width=1024,
        calibration_error=None if regression else 0.04,
        path=[(10.0**k, 0.91 - 0.02 * (k + 2) ** 2) for k in range(-6, 3)],
    )


def _references(regression: bool) -> list[Reference]:
    constant = "mean" if regression else "majority"
    return [
        Reference(
            name=constant,
            score=0.0 if regression else 0.31,
            low=-0.02 if regression else 0.28,
            high=0.02 if regression else 0.34,
        ),
        Reference(
            name="linear", score=0.79, low=0.76, high=0.82, seconds=0.4, gain=0.122, gain_low=0.09, gain_high=0.15
        ),
        Reference(
            name="boosted_trees",
            score=0.88,
            low=0.85,
            high=0.905,
            seconds=3.2,
            gain=0.032,
            gain_low=0.008,
            gain_high=0.056,
        ),
    ]


def _curve() -> Curve:
    rows = [100, 200, 400, 800]
    scores = [0.78, 0.84, 0.88, 0.912]
    return Curve(
        points=[CurvePoint(rows=r, score=s, low=s - 0.03, high=s + 0.03) for r, s in zip(rows, scores)],
        fitted=True,
        exponent=0.5,
        limit=0.96,
        limit_low=0.93,
        limit_high=0.98,
        doubled=0.927,
        doubled_low=0.905,
        doubled_high=0.945,
        rows_for_goal=1900,
        rows_for_goal_low=1100,
        rows_for_goal_high=5200,
        forecast=[
            CurvePoint(rows=r, score=s, low=s - 0.02, high=s + 0.02)
            for r, s in ((800, 0.912), (1600, 0.927), (3200, 0.937))
        ],
    )


def _coverage() -> Coverage:
    spectrum = (np.arange(1, 201) ** -1.4).tolist()
    total = sum(spectrum)
    widths = [32, 64, 128, 256, 512, 1024]
    return Coverage(
        cumulative_power=[
            PowerPoint(k=k, power=1 - 0.95 * k**-0.35, null_low=k / 900, null_high=k / 700 + 0.02)
            for k in (1, 2, 4, 8, 16, 32, 64, 128, 256)
        ],
        effective_dimension=34.2,
        spectrum=[v / total for v in spectrum],
        kernel_error=KernelError(
            points=[WidthPoint(width=w, error=1.9 / w**0.5, low=1.7 / w**0.5, high=2.15 / w**0.5) for w in widths],
            constant=1.9,
            slope=-0.497,
            slope_low=-0.53,
            slope_high=-0.46,
            reference="dual_kernel",
            rows=500,
            width_for_5_percent=1444,
        ),
        specificity=Shares(explained=0.71, data_gap=0.09, coverage_gap=0.13, noise=0.07, index=0.13, reliable=True),
        rows=800,
    )


def norm_growth() -> NormGrowth:
    return NormGrowth(
        rows=[100, 200, 400, 800], values=[0.8, 0.42, 0.23, 0.12], low=[0.7, 0.38, 0.21, 0.11], high=[0.9, 0.46, 0.25, 0.13],
        delta=0.1, exponent=-0.91, exponent_low=-0.99, exponent_high=-0.83, in_space=True,
    )


def _errors(regression: bool) -> Errors:
    rng = np.random.default_rng(0)
    observed = rng.normal(150, 40, 200)
    segments = [
        Segment(
            column="ライン", value="**第2**", rows=140, error=0.19, error_elsewhere=0.07, low=0.13, high=0.26, ratio=2.7
        ),
        Segment(
            column="温度", value="> 81.5", rows=90, error=0.14, error_elsewhere=0.08, low=0.08, high=0.21, ratio=1.8
        ),
        Segment(column="", value="内輪損傷", rows=120, error=0.05, error_elsewhere=0.1, low=0.02, high=0.09, ratio=0.5),
    ]
    if regression:
        residuals = Residuals(observed=observed.tolist(), predicted=(observed + rng.normal(0, 12, 200)).tolist())
        return Errors(residuals=residuals, segments=segments)
    counts = [[240, 6, 3, 1], [9, 170, 14, 2], [2, 11, 180, 4], [1, 3, 5, 149]]
    suspects = [Suspect(row=41, observed="正常", predicted="外輪損傷", margin=0.83)]
    return Errors(confusion=Confusion(classes=CLASSES, counts=counts), segments=segments, suspects=suspects)


def evidence(regression: bool = False) -> Evidence:
    """Evidence of a classification (four classes) or a regression."""
    return Evidence(
        dataset=DatasetFacts(
            name="vibration.npz",
            sha256="a" * 64,
            kind="series",
            task="regression" if regression else "classification",
            rows=800,
            test_rows=200,
            inputs=512,
            target="状態",
            classes=[] if regression else CLASSES,
            class_counts=[] if regression else [250, 195, 197, 158],
            target_std=40.0 if regression else None,
        ),
        skeleton={"name": "conv1d"},
        metric="r2" if regression else "accuracy",
        greater_is_better=True,
        goal=0.9,
        last_layer=_last_layer(regression),
        references=_references(regression),
        null=Null(p_value=0.005, permutations=199, scores=[0.2 + 0.001 * i for i in range(199)], low=0.23, high=0.34),
        ceiling=Ceiling(estimate=0.97, low=0.95, high=0.985, reliable=True, method="nearest_neighbour"),
        curve=_curve(),
        coverage=_coverage(),
        probe=Probe(
            ran=True,
            gain=0.015,
            low=-0.004,
            high=0.034,
            before=0.905,
            after=0.92,
            rows=640,
            validation_rows=160,
            seconds=21.0,
            trajectory=[(0, 0.905), (4, 0.909), (8, 0.914), (12, 0.918), (16, 0.92), (20, 0.919)],
            full_training_seconds=900.0,
        ),
        candidates=[
            Candidate(name="linear", score=0.79, low=0.76, high=0.82, seconds=0.3),
            Candidate(name="fc2", score=0.86, low=0.83, high=0.885, seconds=1.2),
            Candidate(name="conv1d", score=0.912, low=0.889, high=0.931, seconds=4.8, chosen=True),
        ],
        errors=_errors(regression),
        notes=[Note(code="rows_sampled", level="warning", fields={"used": 800, "rows": 2000})],
        cost=Cost(seconds=13.4, flops=3.2e10, steps={"last_layer": 4.0, "curve": 3.1}, peak_memory_bytes=310_000_000),
        manifest=Manifest(
            dualcore="0.1.0",
            python="3.11",
            torch="2.13.0",
            numpy="2.4.6",
            sklearn="1.9.1",
            device="cpu",
            seed=0,
            started="2026-11-23T09:00:00+00:00",
            rows_used=800,
            sampled=False,
            protocol="1.0",
        ),
    )


def verdict(decision: str = "adopt") -> Verdict:
    """A verdict on ``evidence()``; reasons are empty because their words live elsewhere."""
    options = [
        Option(decision="stop", probability=0.0, cost=0, value=0, net=0),
        Option(decision="adopt", probability=0.78, cost=400_000, value=7_800_000, net=7_400_000),
        Option(decision="re-evaluate", probability=0.8, cost=640_000, value=8_000_000, net=7_360_000),
        Option(decision="invest", probability=0.88, cost=2_450_000, value=8_800_000, net=6_350_000),
    ]
    return Verdict(
        decision=decision,
        confidence=0.83,
        reasons=[],
        would_change=[],
        next_step="",
        next_step_cost=400_000,
        goal=0.9,
        goal_assumed=False,
        probabilities={"stop": 0.02, "adopt": 0.83, "re-evaluate": 0.1, "invest": 0.05},
        options=options,
        avoided=2_450_000,
        currency="JPY",
        protocol=Protocol(),
        terms=Terms(goal=0.9),
    )


def profile(regression: bool = False) -> Profile:
    """A profile of a small table with an awkward column name."""
    return Profile(
        kind="table",
        rows=800,
        columns=[
            Column(
                name="**温度** <script>", role="numeric", distinct=311, low=20.0, high=95.0, examples=["81.5", "77.0"]
            ),
            Column(name="ライン", role="categorical", distinct=3, missing=12, examples=["第1", "第2"]),
            Column(name="状態", role="target", distinct=4, examples=CLASSES[:2]),
        ],
        task="regression" if regression else "classification",
        target="状態",
        classes=[]
        if regression
        else [ClassShare(name=c, rows=r, share=r / 800) for c, r in zip(CLASSES, (250, 195, 197, 158))],
        target_mean=150.0 if regression else None,
        target_std=40.0 if regression else None,
        target_histogram=[(50 + 20 * i, 70 + 20 * i, 10 + 30 * min(i, 9 - i)) for i in range(10)] if regression else [],
        missing_share=0.005,
        duplicate_rows=4,
        size_bytes=120_000,
    )
