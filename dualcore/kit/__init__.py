"""The starter kit of stage 4: everything an engineer needs to go on from the evaluation, in one archive."""

from dualcore.lazy import exports

__all__ = ["starter_kit"]

__getattr__ = exports(__name__, {"archive": ("starter_kit",)})
