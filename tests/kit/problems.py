"""A measured last layer in seconds: real score and model of a dataset, inside otherwise hand-made evidence."""

from __future__ import annotations

from dualcore.evidence.lastlayer import fit_last_layer
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.run import Clock, EvaluateOptions, prepare_run
from dualcore.intake.records import Dataset
from tests.present import sample


def measured(dataset: Dataset, skeleton, metric: str | None = None, width: int = 256, seed: int = 0):
    """(evidence, model) with the score of ``skeleton`` on ``dataset``, as stage 1 measures it."""
    run, _ = prepare_run(dataset, EvaluateOptions(metric=metric, seed=seed, device="cpu"), Clock(lambda f, s: None, lambda: False))
    rep = run.builder.build(skeleton, width, seed)
    fit = fit_last_layer(rep, run.y, run.C, run.metric, run.split)
    model = LastLayerModel.of(dataset, run.encoder, skeleton, run.builder, rep, fit, width, seed)
    score = run.score(run.y[fit.rows], fit.prediction)
    test = None
    if dataset.y_test is not None:
        test = run.score(dataset.y_test, model.predict(dataset.X_test))
    base = sample.evidence(regression=not dataset.classes)
    last = base.last_layer.model_copy(update={
        "score": score, "low": score - 0.02, "high": min(1.0, score + 0.02), "loo_score": score, "penalty": fit.penalty,
        "route": rep.route, "estimate_from": run.split.kind, "test_score": test,
        "test_low": None if test is None else test - 0.05, "test_high": None if test is None else test + 0.05,
    })
    counts = [int((run.y == c).sum()) for c in range(run.C)]
    facts = base.dataset.model_copy(update={
        "name": dataset.name, "sha256": dataset.sha256, "kind": dataset.kind, "task": dataset.task, "rows": dataset.n,
        "target": dataset.target, "classes": list(dataset.classes), "class_counts": counts,
    })
    manifest = base.manifest.model_copy(update={"rows_used": run.n, "seed": seed, "sampled": dataset.n > run.n})
    changes = {"last_layer": last, "dataset": facts, "manifest": manifest, "metric": run.metric, "skeleton": skeleton.to_dict(), "notes": list(dataset.notes)}
    return base.model_copy(update=changes), model
