"""Skeletons, their dual and tangent kernels, and random networks that realise them.

In reading order: duals and activations (one function and its dual), skeletons and builders (the graph), shapes and windows,
series (duals as polynomials), propagate (one pass through the graph), fused (its compiled loops), dual (tiles and memory),
networks (random realisations), width (how far they are from the kernel); modules/ for torch modules of your own.
"""

from dualcore.kernels.activations import ACTIVATIONS, activation, register_activation
from dualcore.kernels.builders import (
    conv1d,
    conv1d_multiscale,
    conv2d,
    convolutional,
    fully_connected,
    linear,
    multi_view,
    preset,
    presets,
    residual,
    residual_conv2d,
)
from dualcore.kernels.dual import dual_cost, dual_kernel, tangent_kernel
from dualcore.kernels.duals import Activation
from dualcore.kernels.modules.correction import correct_init_, diagnose_init
from dualcore.kernels.modules.derive import skeleton_of
from dualcore.kernels.modules.records import InitReport, LayerReport
from dualcore.kernels.networks import RandomNetwork, empirical_kernel, random_network
from dualcore.kernels.shapes import to_sphere
from dualcore.kernels.skeletons import Node, Skeleton
from dualcore.kernels.width import (
    KernelErrors,
    WidthLaw,
    WorstCase,
    kernel_error,
    width_for_error,
    width_law,
    worst_case_width,
)

__all__ = [
    "ACTIVATIONS", "Activation", "InitReport", "KernelErrors", "LayerReport", "Node", "RandomNetwork", "Skeleton", "WidthLaw", "WorstCase", "activation", "conv1d", "conv1d_multiscale",
    "conv2d", "convolutional", "correct_init_", "diagnose_init", "dual_cost", "dual_kernel", "empirical_kernel", "fully_connected", "kernel_error", "linear", "multi_view", "preset", "presets",
    "random_network", "register_activation", "residual", "residual_conv2d", "skeleton_of", "tangent_kernel", "to_sphere", "width_for_error",
    "width_law", "worst_case_width",
]
