"""Lesson 5: behind many layers all inputs look alike, and a network of real width can no longer tell them apart.

The exact kernel of a deep ReLU network still separates the inputs, by differences in the fourth digit; a network of
finite width carries an error of about 1/sqrt(width) in the same kernel, which drowns them.
"""

from __future__ import annotations

from functools import cache

import torch

from dualcore.kernels import dual_kernel, fully_connected, random_network, to_sphere
from dualcore.lessons.fitting import chance_of, digits, left_out_accuracy, spread
from dualcore.lessons.records import AtDepth, Deep

ROWS, CLASSES, WIDTH, SEEDS = 150, 10, 256, 2
DEPTHS = (1, 2, 4, 8, 16, 32)


@cache
def at_depth(depth: int) -> AtDepth:
    """Similarity of different digits behind ``depth`` ReLU layers, and what the last layer makes of it."""
    X, y = digits(ROWS, CLASSES)
    S, skeleton = to_sphere(X), fully_connected(depth, "relu")
    K = dual_kernel(skeleton, S)
    pairs = K[~torch.eye(len(K), dtype=torch.bool)]
    networks = [random_network(skeleton, WIDTH, s, (S.shape[1],)) for s in range(SEEDS)]
    return AtDepth(
        depth=depth, similarity=float(pairs.mean()), spread=float(pairs.std()), kernel=left_out_accuracy(K, True, y),
        network=spread([left_out_accuracy(n.features(S.float()), False, y) for n in networks]),
    )  # fmt: skip


def look_deeper(layers: int) -> Deep:
    """All ``DEPTHS`` up to ``layers``."""
    _, y = digits(ROWS, CLASSES)
    points = [at_depth(n) for n in DEPTHS if n <= layers]
    return Deep(rows=len(y), width=WIDTH, chance=chance_of(y), points=points)
