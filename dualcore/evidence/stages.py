"""What stages beyond the last layer measured: one record each, told apart by ``kind``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dualcore.evidence.records import Metric
from dualcore.record import Record

StageKind = Literal["reevaluate", "tune", "transfer"]


class Reevaluation(Record):
    """Stage 2: candidates compared on small validation sets."""

    kind: Literal["reevaluate"] = "reevaluate"
    metric: Metric
    seconds: float


class Tuning(Record):
    """Stage 3: hidden layers tuned one block at a time."""

    kind: Literal["tune"] = "tune"
    metric: Metric
    seconds: float


class Transfer(Record):
    """Random initialisation against pretrained features, under one protocol."""

    kind: Literal["transfer"] = "transfer"
    metric: Metric
    seconds: float


StageResult = Annotated[Reevaluation | Tuning | Transfer, Field(discriminator="kind")]
