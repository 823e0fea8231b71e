"""Published measures of transferability, and the Cover-Hart bound, in float64; arrays or tensors in, floats or arrays out.

docs/evidence-measures.md says what each number means and how far it can be trusted.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import ArrayLike

from dualcore.evidence.measures import Array, columns_of, labels_of, numbers


def leep(source: ArrayLike | torch.Tensor, y: ArrayLike) -> float:
    """LEEP: mean log of the target's probability through the source classes, <= 0, larger is better.

    Nguyen et al. 2020, arXiv 2002.12462, eq. 2. source: (n, Z) class probabilities of a source model;
    y: (n,) target labels.
    """
    theta = numbers(source)
    codes, C = labels_of(y)
    joint = np.eye(C)[codes].T @ theta / len(theta)  # (C, Z)
    given = joint / np.maximum(joint.sum(0, keepdims=True), 1e-300)
    return float(np.log((given[codes] * theta).sum(1)).mean())


def nce(source: ArrayLike, y: ArrayLike) -> float:
    """Negative conditional entropy -H(Y|Z) in nats of hard source labels (Tran et al. 2019, arXiv 1908.08142).

    source: (n,) source labels, or (n, Z) probabilities whose largest is taken; y: (n,) target labels.
    """
    source = source.detach().cpu().numpy() if isinstance(source, torch.Tensor) else np.asarray(source)
    z, Z = labels_of(source.argmax(1) if source.ndim == 2 else source)
    codes, C = labels_of(y)
    joint = np.zeros((C, Z))
    np.add.at(joint, (codes, z), 1.0 / len(z))
    given = joint / joint.sum(0, keepdims=True)
    filled = joint > 0
    return float((joint[filled] * np.log(given[filled])).sum())


def h_score(F: ArrayLike | torch.Tensor, y: ArrayLike) -> float:
    """H-score tr(Cov(F)^+ Cov(E[F|y])), between 0 and C - 1 (Bao et al. 2019, ICIP, eq. 3).

    Inflated when the number of features comes near n. F: (n, D); y: (n,) labels.
    """
    F = numbers(F)
    codes, C = labels_of(y)
    F = F - F.mean(0)
    member = np.eye(C)[codes]
    means = member.T @ F / member.sum(0)[:, None]
    between = means[codes]
    return float(np.trace(np.linalg.pinv(F.T @ F / len(F), rcond=1e-10, hermitian=True) @ (between.T @ between / len(F))))


def log_evidence(F: ArrayLike | torch.Tensor, y: ArrayLike | torch.Tensor, tolerance: float = 1e-14, limit: int = 20_000) -> Array:
    """(C,) max over alpha, beta of (1/n) log N(y_c; 0, F F^T / alpha + I / beta), by MacKay's fixed point.

    You et al. 2021, arXiv 2102.11005, Algorithm 1. F: (n, D), used as it is; y: (n,) or (n, C) numbers.
    """
    F, Y = numbers(F), columns_of(y)
    n, D = F.shape
    U, s, _ = np.linalg.svd(F, full_matrices=False)
    s2 = np.square(s)
    out = []
    for target in Y.T:
        z2 = np.square(U.T @ target)
        outside = max(float(target @ target - z2.sum()), 0.0)  # the part that no combination of features reaches
        alpha = beta = 1.0
        for _ in range(limit):
            ratio = alpha / beta
            gamma = float((s2 / (s2 + ratio)).sum())
            weights = float((s2 * z2 / np.square(s2 + ratio)).sum())
            residual = float((z2 * np.square(ratio / (s2 + ratio))).sum()) + outside
            new_alpha, new_beta = gamma / max(weights, 1e-300), (n - gamma) / max(residual, 1e-300)
            change = abs(new_alpha / alpha - 1) + abs(new_beta / beta - 1)
            alpha, beta = new_alpha, new_beta
            if change < tolerance:
                break
        # log det and quadratic form of the marginal covariance, in the eigenbasis of F F^T
        variance = s2 / alpha + 1 / beta
        log_det = float(np.log(variance).sum()) + (n - len(s2)) * np.log(1 / beta)
        quadratic = float((z2 / variance).sum()) + beta * outside
        out.append(-0.5 * (n * np.log(2 * np.pi) + log_det + quadratic) / n)
    return np.array(out)


def logme(F: ArrayLike | torch.Tensor, y: ArrayLike, regression: bool = False) -> float:
    """LogME: mean over classes (one-hot targets) or outputs of ``log_evidence``. F: (n, D); y: (n,) labels or numbers."""
    if regression:
        return float(log_evidence(F, y).mean())
    codes, C = labels_of(y)
    return float(log_evidence(F, np.eye(C)[codes]).mean())


def cover_hart_lower(error: ArrayLike, n_classes: int) -> Array:
    """Lower bound (C-1)/C (1 - sqrt(1 - C R1/(C-1))) of the Bayes error from the 1-NN error R1.

    Cover, Hart 1967, asymptotic in the rows. R1 above chance (C-1)/C gives chance. error: any shape.
    """
    top = (n_classes - 1) / n_classes
    return top * (1 - np.sqrt(np.maximum(0.0, 1 - numbers(error) / top)))
