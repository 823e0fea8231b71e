"""The tuned network as a file: one npz of arrays and a JSON header, no pickle; and how to read either kind of model."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from dualcore.errors import DataError
from dualcore.evidence import represent
from dualcore.evidence.blocks import FamilyBody, SkeletonBody, Tuned
from dualcore.evidence.metrics import Prediction
from dualcore.evidence.model import LastLayerModel
from dualcore.intake import Encoder
from dualcore.kernels import Skeleton

KIND = "tuned"
Tensor = torch.Tensor


@dataclass(frozen=True)
class Recipe:
    """What makes the untrained network again.

    skeleton : None for a family network
    shape : of one input as the network reads it
    even : every feature has size 1 before the last layer (``Tuned.stretch``)
    """

    skeleton: Skeleton | None
    family: str | None
    width: int
    seed: int
    shape: tuple[int, ...]
    outputs: int
    even: bool = True

    def build(self, sample: Tensor | None = None) -> Tuned:
        """The network before any training; ``sample`` adapts a skeleton's network, and corrects the initialisation of a
        family's (noise when None)."""
        if self.skeleton is not None:
            body = SkeletonBody(self.skeleton, self.width, self.seed, self.shape, sample)
            return Tuned(body, self.outputs, math.sqrt(body.out_features) if self.even else 1.0)
        blank = torch.randn(64, *self.shape, generator=torch.Generator().manual_seed(0)) if sample is None else sample
        return Tuned(FamilyBody(self.family, self.shape, self.seed, blank), self.outputs)

    def to_dict(self) -> dict:
        skeleton = None if self.skeleton is None else self.skeleton.to_dict()
        return {
            "skeleton": skeleton, "family": self.family, "width": self.width, "seed": self.seed, "shape": list(self.shape),
            "outputs": self.outputs, "even": self.even,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: dict) -> Recipe:
        skeleton = None if data["skeleton"] is None else Skeleton.from_dict(data["skeleton"])
        # Files of before had no "even": their last layer reads the normalised vector.
        return cls(skeleton, data["family"], data["width"], data["seed"], tuple(data["shape"]), data["outputs"], data.get("even", False))


def outputs_of(network: Tuned, inputs: Tensor, batch: int = 512) -> np.ndarray:
    """Raw outputs (n, C) float64 of what ``network`` reads."""
    device = network.head.weight.device
    network.eval()
    with torch.inference_mode():
        return torch.cat([network(part.to(device)).double().cpu() for part in inputs.split(batch)]).numpy()


@dataclass(frozen=True)
class TunedModel:
    """Encoder, network and label rule of a tuned model; predicts like ``LastLayerModel``."""

    encoder: Encoder
    recipe: Recipe
    network: Tuned
    settings: dict  # classes, task, target, shift, scale, tilt, prior

    def predict(self, X) -> Prediction:
        """Predictions for raw inputs as intake reads them."""
        return self.predict_encoded(self.encoder.transform(X))

    def predict_encoded(self, X: np.ndarray) -> Prediction:
        """X (m, ...) encoded -> probabilities (m, C), or values (m, 1)."""
        s = self.settings
        raw = outputs_of(self.network, network_inputs(X, self.recipe.skeleton))
        if s["classes"]:
            return Prediction(torch.softmax(torch.from_numpy(raw), 1).numpy(), s["tilt"], np.array(s["prior"]))
        return Prediction(raw * s["scale"] + s["shift"])

    def save(self, path: str | Path) -> None:
        state, arrays = self.encoder.to_state()
        header = {"kind": KIND, "settings": self.settings, "encoder": state, "recipe": self.recipe.to_dict()}
        weights = {f"network.{k}": v.cpu().numpy() for k, v in self.network.state_dict().items()}
        with open(path, "wb") as file:
            np.savez_compressed(
                file, header=np.frombuffer(json.dumps(header).encode(), dtype=np.uint8), **weights,
                **{f"encoder.{k}": v for k, v in arrays.items()},
            )

    @classmethod
    def load(cls, path: str | Path) -> TunedModel:
        """Raises DataError when the file is not a tuned model."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                parts = {name: stored[name] for name in stored.files}
            header = json.loads(parts["header"].tobytes())
            recipe = Recipe.from_dict(header["recipe"])
        except (OSError, ValueError, KeyError) as error:
            raise DataError("not_a_model", name=Path(path).name) from error
        under = lambda room: {k.removeprefix(room): v for k, v in parts.items() if k.startswith(room)}  # noqa: E731
        network = recipe.build()
        weights = under("network.")
        if "body.scale" in weights:
            network.body.rescale_(torch.ones(network.body.out_features))
        network.load_state_dict({k: torch.from_numpy(v) for k, v in weights.items()})
        network.eval()
        return cls(Encoder.from_state(header["encoder"], under("encoder.")), recipe, network, header["settings"])


def network_inputs(X: np.ndarray, skeleton: Skeleton | None) -> Tensor:
    """Encoded inputs in the form that the network reads: as they are for a family, else as the skeleton wants them."""
    if skeleton is None:
        return torch.from_numpy(np.ascontiguousarray(X, dtype=np.float32))
    return represent.Builder(X, "cpu", lambda: None, lambda _: None).inputs(skeleton).float()


def load_model(path: str | Path) -> LastLayerModel | TunedModel:
    """The model in a file that stage 1 or stage 3 wrote. Raises DataError."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            kind = json.loads(stored["header"].tobytes()).get("kind")
    except (OSError, ValueError, KeyError) as error:
        raise DataError("not_a_model", name=Path(path).name) from error
    return TunedModel.load(path) if kind == KIND else LastLayerModel.load(path)
