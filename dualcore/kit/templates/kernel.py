"""Dual kernel of a skeleton on whole vectors: what its random networks approximate as they grow wide.

Every weighted layer maps the correlation s of two pre-activations to the dual of its activation,
sigma^(s) = E sigma(U) sigma(V) / E sigma(U)^2 with (U, V) Gaussian of correlation s (Daniely, Frostig and Singer 2016,
arXiv 1602.05897). kernel.json holds each dual as a Chebyshev series in the angle arccos(s), where it is smooth.
"""

import math

import numpy as np
import torch


def dual_kernel(description, X, Y):
    """K (n, m) float64 of the rows of X (n, d) and Y (m, d)."""
    values = {}
    for node in description["nodes"]:
        if node["op"] == "input":
            x, y = X.double(), Y.double()
            divisor = node["divisor"]
            values[node["name"]] = (x @ y.T / divisor, x.square().sum(1) / divisor, y.square().sum(1) / divisor)
            continue
        # Several inputs: the mean of their kernels, each with its share.
        parts = [values[name] for name in node["inputs"]]
        K, p, q = (sum(share * part[i] for share, part in zip(node["shares"], parts)) for i in range(3))
        if node["op"] == "dense":
            K, p, q = ((1 - node["beta"]) * part + node["beta"] for part in (K, p, q))
        values[node["name"]] = _activate(description["duals"].get(node["activation"]), K, p, q)
    return values[description["nodes"][-1]["name"]][0]


def _activate(dual, K, p, q):
    if dual is None:  # identity
        return K, p, q
    size = torch.sqrt(p[:, None] * q[None, :]).clamp_min(1e-300)
    angle = torch.arccos((K / size).clamp(-1, 1))
    out = torch.from_numpy(np.polynomial.chebyshev.chebval((2 * angle / math.pi - 1).numpy(), dual["series"]))
    degree = dual["degree"]
    if degree is None:  # the dual is that of unit variance, which normalised inputs have
        return out, torch.ones_like(p), torch.ones_like(q)
    return out * size**degree, p**degree, q**degree


def landmark_features(description, X, Z):
    """Features K(X, Z) L^-T (n, m) of the kernel on the span of the rows Z, with L L^T = K(Z, Z)."""
    K = dual_kernel(description, Z, Z)
    K = K + 1e-10 * K.diagonal().mean() * torch.eye(len(K), dtype=K.dtype)
    back = torch.linalg.inv(torch.linalg.cholesky(K)).T
    return torch.cat([dual_kernel(description, part, Z) @ back for part in X.split(2048)])
