"""New examples (a separate test file, data to predict) brought to the form of the training examples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dualcore.intake.arrays import Parts, fit_length
from dualcore.intake.pictures import shrink
from dualcore.intake.sounds import resampled

# Rec. 601 luma, as Pillow turns colour into grey.
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


def matched(parts: Parts, shape: tuple[int, ...], sample_rate: float | None = None) -> Parts:
    """``parts`` with ``X`` of the form that training examples have.

    Parameters
    ----------
    shape : of one training example: image (h, w, c), signal (channels, length)
    sample_rate : Hz of the training recordings; sound of another rate is resampled

    Pictures are resized and turned grey or coloured; signals are cut or go on with their last value,
    sound with silence. A different number of channels is left as it is: nothing could stand in for them.
    """
    X = parts.X
    if parts.kind == "image":
        height, width, channels = shape
        if channels == 1 and X.shape[3] == 3:
            X = np.stack([np.round(x @ _LUMA).astype(np.uint8) for x in X])[..., None]
        elif channels == 3 and X.shape[3] == 1:
            X = np.repeat(X, 3, axis=3)
        return replace(parts, X=shrink(X, None, (height, width)))
    if parts.kind == "audio" and sample_rate and parts.sample_rate and parts.sample_rate != sample_rate:
        X = np.stack([resampled(x, round(parts.sample_rate), round(sample_rate)) for x in X])
    length = shape[1]
    if parts.kind == "audio" and X.shape[2] < length:
        X = np.pad(X, ((0, 0), (0, 0), (0, length - X.shape[2])))
    return replace(parts, X=fit_length(X, length), sample_rate=sample_rate or parts.sample_rate)
