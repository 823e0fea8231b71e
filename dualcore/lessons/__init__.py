"""The course: seven small computations by the product's own engine, quick enough to move a slider in a meeting.

Each module computes what one lesson shows, from generated or public data, and gives a record; the words and the
pictures live in ``present``. Nothing is stored in advance: every figure is computed when it is asked for.
"""

from dualcore.lazy import exports

# In the order of the course; the ids are the addresses (/learn?lesson=toolbox).
LESSONS = ("toolbox", "enough", "coverage", "convolution", "depth", "special", "staged")
# Terms of the glossary that a lesson lets one see.
SHOWS = {
    "toolbox": ("random_network", "last_layer", "initialisation", "width", "activation"),
    "enough": ("last_layer", "dual_kernel", "width", "leave_one_out", "chance"),
    "coverage": ("dual_kernel", "coverage", "skeleton", "learning_curve", "bias_share", "blind_spot", "cumulative_power"),
    "convolution": ("convolution", "fully_connected", "skeleton"),
    "depth": ("depth", "dual_kernel", "degeneration", "signal_size"),
    "special": ("specificity", "data_gap", "coverage_gap", "noise", "ceiling"),
    "staged": ("gate", "expected_value", "worth_of_information", "verdict", "probe"),
}
_EXPORTS = {
    "toolbox": ("fit_curves",),
    "enough": ("compare_widths",),
    "coverage": ("learn_degrees",),
    "convolution": ("move_pattern",),
    "depth": ("look_deeper",),
    "special": ("split_variance",),
    "staged": ("compare_paths",),
    "records": ("Convolution", "CoverageByDegree", "Deep", "Enough", "Special", "Staged", "Toolbox"),
}
__all__ = ["LESSONS", "SHOWS", *(name for names in _EXPORTS.values() for name in names)]
__getattr__ = exports(__name__, _EXPORTS)
