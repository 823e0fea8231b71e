"""From files as users really produce them to a Dataset, with everything that was assumed said."""

from dualcore.lazy import exports

__all__ = [
    "DEFAULT", "Column", "Dataset", "Encoder", "Limits", "Note", "Profile", "Question", "ReadOptions", "Source", "fit_encoder",
    "from_frame", "inspect", "load", "prepare", "read_inputs",
]

_EXPORTS = {
    "encode": ("Encoder", "fit_encoder"),
    "limits": ("DEFAULT", "Limits"),
    "dataset": ("load", "prepare", "read_inputs"),
    "records": ("Column", "Dataset", "Note", "Profile", "Question", "ReadOptions"),
    "source": ("Source", "from_frame", "inspect"),
}
__getattr__ = exports(__name__, _EXPORTS)
