"""What the initialisation of a module is, and what a correction made of it: plain records."""

from __future__ import annotations

from dualcore.record import Record

Field = str | int | float


class Remark(Record):
    """A sentence to be: ``init.<code>`` of the catalogue with its fields."""

    code: str
    fields: dict[str, Field] = {}


class LeftAlone(Record):
    """A part of the module that was not changed, and why."""

    name: str
    kind: str
    why: Remark


class LayerReport(Record):
    """One Linear, convolution or normalisation layer. Unknown numbers are None; so is everything "after" in a diagnosis.

    kind : class name
    fan_in : numbers that one neuron reads; None for a normalisation
    depth : layers on the longest path up to and including this one
    reads, behind : what it reads, and the activation that follows ("-": none)
    variance_* : second moment of the pre-activation that the actual weights give, fan_in E w^2 m + E b^2 with m the second
        moment of what the layer reads, on average over positions
    bias_share_* : the part of it that comes from the bias
    slope_* : chi, by which one layer multiplies the distance of two nearly equal inputs (correlations): 1 = critical
    measured_* : the same second moment on the batch
    correlation_* : mean cosine of the pre-activations of two different examples of the batch
    """

    name: str
    kind: str
    fan_in: int | None
    depth: int
    reads: str
    behind: str
    readout: bool = False
    changed: bool = False
    variance_before: float | None = None
    variance_after: float | None = None
    bias_share_before: float | None = None
    bias_share_after: float | None = None
    slope_before: float | None = None
    slope_after: float | None = None
    measured_before: float | None = None
    measured_after: float | None = None
    correlation_before: float | None = None
    correlation_after: float | None = None
    remarks: tuple[Remark, ...] = ()


class InitReport(Record):
    """The whole module, in the order of the forward pass.

    corrected : False for a diagnosis
    examples : of the sample; 0 = none
    input_moment : mean square of the inputs; measured on the sample, else taken as 1
    """

    module: str
    corrected: bool
    layers: tuple[LayerReport, ...]
    left_alone: tuple[LeftAlone, ...]
    remarks: tuple[Remark, ...]
    examples: int
    input_moment: float
    seed: int | None = None
    beta: str | None = None
    readout: str | None = None
    orthogonal: bool = False
