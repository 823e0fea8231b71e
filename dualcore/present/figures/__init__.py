"""Pure Plotly pictures of records: each gives a figure, its finding, an alt text and how to read it.

All texts of a ``Picture`` are plain; a page that shows them as Markdown escapes them first.
"""

from dualcore.present.figures.calibration import plot_calibration
from dualcore.present.figures.coverage import (
    plot_degeneration,
    plot_dual,
    plot_kernel_error,
    plot_norm_growth,
    plot_power,
    plot_specificity,
    plot_spectrum,
)
from dualcore.present.figures.data import plot_classes, plot_money, plot_target
from dualcore.present.figures.faults import plot_confusion, plot_residuals, plot_segments, segment_name
from dualcore.present.figures.growth import plot_curve, plot_probe, plot_seeds
from dualcore.present.figures.initialise import plot_signal
from dualcore.present.figures.scores import plot_candidates, plot_score
from dualcore.present.figures.sensitivity import plot_goals, plot_money_map
from dualcore.present.figures.skeleton import draw_skeleton, plot_skeleton
from dualcore.present.figures.style import Picture, Theme
from dualcore.present.figures.track import plot_agreement, plot_full_gain, plot_policies, plot_reliability
from dualcore.present.figures.tuning import plot_descent, plot_tuning

__all__ = [
    "Picture",
    "Theme",
    "draw_skeleton",
    "plot_agreement",
    "plot_full_gain",
    "plot_policies",
    "plot_reliability",
    "plot_calibration",
    "plot_candidates",
    "plot_classes",
    "plot_confusion",
    "plot_curve",
    "plot_degeneration",
    "plot_descent",
    "plot_dual",
    "plot_goals",
    "plot_kernel_error",
    "plot_money",
    "plot_money_map",
    "plot_norm_growth",
    "plot_power",
    "plot_probe",
    "plot_residuals",
    "plot_score",
    "plot_seeds",
    "plot_segments",
    "plot_signal",
    "plot_skeleton",
    "plot_specificity",
    "plot_spectrum",
    "plot_target",
    "plot_tuning",
    "segment_name",
]
