"""The last-layer model in forms that other software reads: safetensors with JSON, and ONNX. Preprocessing is part of both."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from safetensors.numpy import save

from dualcore.evidence.model import LastLayerModel
from dualcore.evidence.portable import FORMAT, VERSION, Portable, portable

README = Path(__file__).with_name("model_format.md")
STAMP = (2000, 1, 1, 0, 0, 0)  # the same contents give the same bytes


def safetensors_archive(model: LastLayerModel, made_by: str = "") -> bytes:
    """zip with model.json, model.safetensors and a README that says how to compute with them.

    made_by : version of dualcore, for information

    Raises DataError as ``portable`` does.
    """
    found = portable(model)
    tensors = found.tensors | _encoder_tensors(model)
    return _zipped({
        "model.json": _json(description(model, found, made_by)), "model.safetensors": save(tensors), "README.md": README.read_bytes(),
    })


def onnx_archive(model: LastLayerModel, made_by: str = "") -> bytes:
    """zip with model.onnx, model.json (the encoding among it), encoder.safetensors where the encoding has arrays, and README.

    Raises DataError as ``portable`` does.
    """
    from dualcore.evidence.onnxgraph import onnx_bytes

    found = portable(model)
    about = description(model, found, made_by)
    metadata = {"format": FORMAT, "target": about["target"], "classes": json.dumps(about["classes"], ensure_ascii=False)}
    files = {"model.onnx": onnx_bytes(model, found, metadata), "model.json": _json(about), "README.md": README.read_bytes()}
    if arrays := _encoder_tensors(model):
        files["encoder.safetensors"] = save(arrays)
    return _zipped(files)


def description(model: LastLayerModel, found: Portable, made_by: str = "") -> dict:
    """model.json as a dictionary."""
    s = model.settings
    answer: dict = {"scale": s["scale"], "shift": s["shift"], "half_width": model.half_width(), "level": 0.9}
    if s["classes"]:
        answer = {"temperature": s["temperature"], "tilt": s["tilt"], "prior": s["prior"]}
    return {
        "format": FORMAT, "version": VERSION, "dualcore": made_by, "task": s["task"], "target": s["target"], "classes": s["classes"],
        "encoding": model.encoder.to_state()[0] | {"shape": list(found.shape)}, "steps": found.steps, "answer": answer,
        "skeleton": model.skeleton.to_dict(),
    }


def _encoder_tensors(model: LastLayerModel) -> dict:
    return {f"encoder.{name}": value for name, value in model.encoder.to_state()[1].items()}


def _json(value: dict) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False).encode()


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
