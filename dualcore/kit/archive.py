"""The archive: code templates, the generated network, its corrected weights, encoded data, cards."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import safetensors
import torch
from safetensors.torch import save

from dualcore.decision.plan import Plan
from dualcore.decision.records import Verdict
from dualcore.errors import DataError
from dualcore.evidence.folds import Folds
from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.records import Evidence
from dualcore.evidence.represent import is_linear
from dualcore.evidence.run import Clock, EvaluateOptions, Run, prepare_run
from dualcore.intake.records import Dataset
from dualcore.kit import cards
from dualcore.kit.architecture import flat_code, kernel_description, network_code

TEMPLATES = Path(__file__).parent / "templates"
WIDTH = 1024  # of the network to train on where the evaluation used the kernel itself, which has no width
STAMP = (2000, 1, 1, 0, 0, 0)  # the same contents give the same bytes


def starter_kit(dataset: Dataset, evidence: Evidence, verdict: Verdict, model: LastLayerModel, plan: Plan, language: str) -> bytes:
    """A zip archive from which the score of the last layer is reproduced and full training starts.

    dataset : the data that the evaluation read
    model : the evaluation's last-layer model
    language : of the cards and the README, "ja" or "en"

    Raises
    ------
    DataError : ``kit_data_changed`` when the data are not those of the evaluation
    SkeletonError : when the architecture cannot be written as code
    """
    options = EvaluateOptions(metric=evidence.metric, seed=evidence.manifest.seed, device="cpu")
    run, _ = prepare_run(dataset, options, Clock(lambda fraction, step: None, lambda: False))
    if evidence.manifest.rows_drawn is not None and dataset.n == evidence.manifest.rows_used:
        run = _all_rows(run, dataset, evidence.manifest.seed)
    if dataset.sha256 != evidence.dataset.sha256 or run.n != evidence.manifest.rows_used:
        raise DataError("kit_data_changed", name=dataset.name)
    files = {path.name: path.read_bytes() for path in sorted(TEMPLATES.glob("*.py"))}
    code, weights = _network(run, model, evidence)
    files["network.py"] = code.encode()
    files["weights.safetensors"] = save(weights, {"skeleton": model.skeleton.name, "seed": str(model.settings["seed"])})
    files["architecture.json"] = model.skeleton.to_json().encode()
    if evidence.last_layer.route != "features":
        inputs = run.builder.inputs(model.skeleton, np.arange(1)).shape[1]
        files["kernel.json"] = json.dumps(kernel_description(model.skeleton, inputs)).encode()
    files["config.json"] = json.dumps(_config(run, evidence, model, verdict), indent=1, ensure_ascii=False).encode()
    files["data.npz"] = _data(run, evidence, model)
    files["plan.json"] = plan.model_dump_json(indent=1).encode()
    files["requirements.txt"] = _requirements().encode()
    files["README.md"] = cards.readme(evidence, language).encode()
    files["data_card.md"] = cards.data_card(dataset, run.encoder, evidence, language).encode()
    files["model_card.md"] = cards.model_card(evidence, verdict, sum(w.numel() for w in weights.values()), language).encode()
    return _zipped(files)


def _all_rows(run: Run, dataset: Dataset, seed: int) -> Run:
    """All rows under the folds of their score, where stage 1 took only its other figures from a draw."""
    split = Folds.deal(dataset.y, run.C, dataset.groups, dataset.time, seed).split()
    return replace(run, data=dataset, builder=replace(run.builder, X=run.encoder.transform(dataset.X)), split=split, y=dataset.y)


def _network(run: Run, model: LastLayerModel, evidence: Evidence) -> tuple[str, dict[str, torch.Tensor]]:
    skeleton, settings = model.skeleton, model.settings
    shape = tuple(run.builder.inputs(skeleton, np.arange(1)).shape[1:])
    if is_linear(skeleton):
        return flat_code(skeleton.name, shape[0]), {}
    if evidence.last_layer.route == "features":
        network = run.builder.network(skeleton, settings["width"], settings["seed"], model.fitted)
    else:
        network = run.builder.network(skeleton, WIDTH, settings["seed"])
    return network_code(network, skeleton.name)


def _config(run: Run, evidence: Evidence, model: LastLayerModel, verdict: Verdict) -> dict:
    last, settings = evidence.last_layer, model.settings
    whole = model.skeleton.rank == 0
    return {
        "dualcore": evidence.manifest.dualcore,
        "original": run.data.name,
        "sha256": evidence.dataset.sha256,
        "target": run.data.target,
        "classes": list(run.data.classes),
        "metric": evidence.metric,
        "greater_is_better": evidence.greater_is_better,
        "goal": verdict.goal,
        "score": last.score,
        "low": last.low,
        "high": last.high,
        "test_score": last.test_score,
        "route": last.route,
        "inputs": "as_they_are" if not whole else "flat" if is_linear(model.skeleton) else "sphere",
        "split": last.estimate_from,
        "seed": evidence.manifest.seed,
        "penalty": last.penalty,
        "temperature": settings["temperature"],
        "tilt": settings["tilt"],
        "prior": settings["prior"],
        "shift": 0.0 if run.C else float(run.y.mean()),
        "scale": 1.0 if run.C else float(run.y.std()) or 1.0,
    }


def _data(run: Run, evidence: Evidence, model: LastLayerModel) -> bytes:
    """data.npz: what train.py reads; its docstring of load_data says what the arrays are."""
    split, arrays = run.split, {"X": run.builder.X, "y": run.y}
    if split.units is not None:
        arrays["unit"] = split.units
    if split.folds is not None:
        for name, side in (("fit", 0), ("held", 1)):
            masks = np.zeros((len(split.folds), run.n), dtype=bool)
            for mask, fold in zip(masks, split.folds):
                mask[fold[side].numpy()] = True
            arrays[name] = masks
    elif split.blocks is not None:
        arrays["block"] = split.units
    if evidence.last_layer.route == "landmarks":
        arrays["landmarks"] = model.fitted_inputs
    if run.data.y_test is not None and len(run.data.y_test):
        arrays |= {"X_test": run.encoder.transform(run.data.X_test), "y_test": run.data.y_test}
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def _requirements() -> str:
    versions = {"torch": torch.__version__.split("+")[0], "numpy": np.__version__, "safetensors": safetensors.__version__}
    return "".join(f"{name}=={version}\n" for name, version in versions.items())


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"starter_kit/{name}", STAMP)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()
