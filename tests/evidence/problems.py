"""Small datasets made here, with known answers."""

import numpy as np
import pandas as pd

from dualcore.intake import load


def table(n=300, seed=0, noise=0.3, task="classification"):
    """A curved boundary in two of five inputs, and one category."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 5))
    z = X[:, 0] ** 2 - X[:, 1] + noise * rng.standard_normal(n)
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(5)])
    frame["colour"] = rng.choice(["red", "green", "blue"], n)
    frame["target"] = np.where(z > 0.5, "yes", "no") if task == "classification" else z
    return frame


def permuted(n=300, seed=0, task="classification"):
    frame = table(n, seed, task=task)
    frame["target"] = np.random.default_rng(seed + 99).permutation(frame["target"].to_numpy())
    return frame


def dataset(frame, **choices):
    return load(frame, target="target", **choices)
