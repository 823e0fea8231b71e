"""Skeletons, their dual and tangent kernels, and random networks that realise them."""

from dualcore.kernels.activations import ACTIVATIONS, Activation, activation
from dualcore.kernels.builders import (
    conv1d,
    conv1d_multiscale,
    conv2d,
    fully_connected,
    linear,
    preset,
    presets,
    residual,
    residual_conv2d,
)
from dualcore.kernels.dual import dual_cost, dual_kernel, tangent_kernel
from dualcore.kernels.networks import RandomNetwork, empirical_kernel, random_network
from dualcore.kernels.shapes import to_sphere
from dualcore.kernels.skeletons import Node, Skeleton
from dualcore.kernels.width import KernelErrors, kernel_error, width_for_error

__all__ = [
    "ACTIVATIONS", "Activation", "KernelErrors", "Node", "RandomNetwork", "Skeleton", "activation", "conv1d", "conv1d_multiscale",
    "conv2d", "dual_cost", "dual_kernel", "empirical_kernel", "fully_connected", "kernel_error", "linear", "preset", "presets",
    "random_network", "residual", "residual_conv2d", "tangent_kernel", "to_sphere", "width_for_error",
]
