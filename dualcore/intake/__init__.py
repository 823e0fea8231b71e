"""From files as users really produce them to a Dataset, with everything that was assumed said."""

from dualcore.intake.encode import Encoder, fit_encoder
from dualcore.intake.limits import DEFAULT, Limits
from dualcore.intake.prepare import load, prepare, read_inputs
from dualcore.intake.records import Column, Dataset, Note, Profile, Question, ReadOptions
from dualcore.intake.source import Source, from_frame, inspect

__all__ = [
    "DEFAULT", "Column", "Dataset", "Encoder", "Limits", "Note", "Profile", "Question", "ReadOptions", "Source", "fit_encoder",
    "from_frame", "inspect", "load", "prepare", "read_inputs",
]
