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
# The check question of each lesson has three answers; this one is right.
ANSWERS = (1, 2, 3)
RIGHT = {"toolbox": 2, "enough": 2, "coverage": 3, "convolution": 2, "depth": 2, "special": 3, "staged": 1}
_EXPORTS = {
    "toolbox": ("fit_curves",),
    "enough": ("WIDTHS", "compare_widths"),
    "coverage": ("ROWS", "learn_degrees"),
    "convolution": ("SHIFTS", "move_pattern"),
    "depth": ("DEPTHS", "look_deeper"),
    "special": ("CASES", "split_variance"),
    "staged": ("CHANCES", "compare_paths"),
    "initialise": ("correct_example",),
    "records": ("Convolution", "CoverageByDegree", "Deep", "Enough", "Special", "Staged", "Toolbox"),
}
__all__ = ["ANSWERS", "LESSONS", "RIGHT", "SHOWS", *(name for names in _EXPORTS.values() for name in names)]
__getattr__ = exports(__name__, _EXPORTS)
