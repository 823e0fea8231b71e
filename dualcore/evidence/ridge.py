"""The convex last layer: ridge with an unpenalised intercept and exact leave-one-out.

Objective ||Y - F W - 1 b^T||^2 + lambda ||W||^2 (no 1/n). One decomposition serves every
lambda, every output, every permutation of the labels and every held-out block.

Kernel form (n <= D). Let H be the Householder reflection that maps e_1 to 1/sqrt(n); its last
n-1 columns Q span the complement of the constant vector. With Q^T K Q = V S V^T and U = Q V,

    G(lambda) = U diag(1 / (s + lambda)) U^T,   alpha = G Y,   e_B = G_BB^{-1} alpha_B

where e_B are the residuals of the block B when its rows are left out together (a block of one
row is leave-one-out). Working in the complement matters: centring K and keeping its null
direction puts 1/lambda on every diagonal entry of G and makes leave-one-out look perfect.

Feature form (n > D). With centred F and F^T F = V S V^T, P = F V,

    1 - h_ii = 1 - 1/n - sum_j P_ij^2 / (s_j + lambda),   e_B = (I - H_BB)^{-1} (Y - Yhat)_B

Sources: Allen 1974 and Rifkin, Lippert 2007 (leave-one-out); theory of block deletion as in
Cook, Weisberg 1982, section 3.6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.linalg import blas

from dualcore.errors import NumericalError

Tensor = torch.Tensor
CHUNK = 4096  # rows at a time
COLUMNS = 4096  # right-hand sides at a time


def _reflect(A: Tensor) -> Tensor:
    """H A, with H the Householder reflection that maps e_1 to 1/sqrt(n). A: (n, m)."""
    n = A.shape[0]
    v = torch.full((n,), n**-0.5, dtype=A.dtype, device=A.device)
    v[0] -= 1.0
    norm2 = v @ v
    if norm2 == 0:
        return A.clone()
    return A - torch.outer(v, (2.0 / norm2) * (v @ A))


def lambda_path(scale: float, count: int = 22) -> Tensor:
    """Penalties from 1e-6 to 1e3 times ``scale`` (the mean eigenvalue), largest first."""
    return torch.logspace(3, -6, count, dtype=torch.float64) * scale


@dataclass(frozen=True)
class Decomposition:
    """One eigendecomposition of the last-layer problem.

    basis : (n, k) - U in the kernel form (float64), P in the feature form (in the type of the features)
    eigenvalues : (k,) float64, >= 0
    kernel_form : which of the two forms of the module docstring
    V, mean : (D, D), (D,) of the feature form, to return to weights
    """

    basis: Tensor
    eigenvalues: Tensor
    kernel_form: bool
    V: Tensor | None = None
    mean: Tensor | None = None

    @property
    def n(self) -> int:
        return self.basis.shape[0]

    @property
    def scale(self) -> float:
        """Mean eigenvalue per row: the unit of the penalty path."""
        return float(self.eigenvalues.sum()) / self.n

    def project(self, Y: Tensor) -> Tensor:
        """basis^T Y (k, C) float64, summed in float64."""
        if self.basis.dtype == torch.float64:
            return self.basis.T @ Y
        Z = torch.zeros((self.basis.shape[1], Y.shape[1]), dtype=torch.float64, device=Y.device)
        for part, target in zip(self.basis.split(CHUNK), Y.split(CHUNK), strict=True):
            Z.addmm_(part.to(torch.float64).T, target)
        return Z

    def effective_dimension(self, penalty: float) -> float:
        """tr K (K + lambda I)^{-1}, lambda un-normalised."""
        return float((self.eigenvalues / (self.eigenvalues + penalty)).sum())

    def path(self) -> Tensor:
        return lambda_path(max(self.scale, 1e-300))


def decompose_kernel(K: Tensor) -> Decomposition:
    """Decompose a Gram matrix K (n, n), symmetric positive semi-definite."""
    K = K.to(torch.float64)
    inner = _reflect(_reflect(K).T)[1:, 1:]
    s, V = _eigh((inner + inner.T) / 2)
    U = torch.zeros((K.shape[0], V.shape[1]), dtype=K.dtype, device=K.device)
    U[1:] = V
    return Decomposition(_reflect(U), s.clamp_min(0), True)


def decompose_features(F: Tensor) -> Decomposition:
    """Decompose features F (n, D); uses the kernel form when n <= D."""
    n, D = F.shape
    if n <= D:
        F = F.to(torch.float64)
        F = F - F.mean(0)
        return decompose_kernel(F @ F.T)
    mean = F.mean(0, dtype=torch.float64)
    A = torch.zeros((D, D), dtype=torch.float64, device=F.device)
    for part in F.split(CHUNK):
        add_gram(A, part.to(torch.float64) - mean)
    s, V = _eigh(complete(A))
    # As precise as the features themselves: the sums above carry what needs float64.
    P = torch.empty((n, D), dtype=F.dtype, device=F.device)
    turn = V.to(F.dtype)
    for start in range(0, n, CHUNK):
        P[start : start + CHUNK] = (F[start : start + CHUNK].to(torch.float64) - mean).to(F.dtype) @ turn
    return Decomposition(P, s.clamp_min(0), False, V, mean)


def add_gram(A: Tensor, X: Tensor) -> None:
    """A += X^T X in place, the lower triangle alone where the device is the CPU; see ``complete``. A (D, D), X (m, D) float64."""
    if A.device.type != "cpu":
        A.addmm_(X.T, X)
        return
    # A symmetric product takes half the operations, and torch has none: the arrays are handed over transposed, uncopied.
    out = blas.dsyrk(1.0, X.contiguous().numpy().T, beta=1.0, c=A.numpy().T, overwrite_c=1, lower=0)
    if not np.shares_memory(out, A.numpy()):
        A.copy_(torch.from_numpy(out).T)


def complete(A: Tensor) -> Tensor:
    """The symmetric matrix whose lower triangle ``add_gram`` has filled."""
    return A if A.device.type != "cpu" else A.tril() + A.tril(-1).T


def _eigh(A: Tensor) -> tuple[Tensor, Tensor]:
    if not torch.isfinite(A).all():
        raise NumericalError("not_finite")
    return torch.linalg.eigh(A)


def leave_out(d: Decomposition, Y: Tensor, penalties: Tensor, blocks: list[Tensor] | None = None) -> Tensor:
    """Predictions for rows that were left out, for every penalty.

    Y : (n, C) float64
    penalties : (L,) float64, > 0
    blocks : index tensors that partition the rows and are left out together; None = one by one

    Returns (L, n, C) float64.
    """
    out = torch.empty((len(penalties), *Y.shape), dtype=torch.float64, device=Y.device)
    # Rows that stand alone in their block are done at once; only larger blocks need a system of their own.
    _leave_one_out(d, Y, penalties, out)
    _leave_blocks_out(d, Y, penalties, [b for b in blocks or () if len(b) > 1], out)
    return out


def _leave_one_out(d: Decomposition, Y: Tensor, penalties: Tensor, out: Tensor) -> None:
    shrink = 1.0 / (d.eigenvalues[:, None] + penalties[None, :].to(Y.device))  # (k, L)
    kind = d.basis.dtype
    weight = torch.cat([part.square() @ shrink.to(kind) for part in d.basis.split(CHUNK)]).to(torch.float64)  # (n, L)
    mean = torch.zeros_like(Y[0]) if d.kernel_form else Y.mean(0)
    Z = d.project(Y - mean)
    width = max(1, COLUMNS // Y.shape[1])
    for at in range(0, len(penalties), width):  # several penalties in one product
        some = slice(at, at + width)
        sides = (Z[:, None, :] * shrink[:, some, None]).flatten(1)
        fitted = (d.basis @ sides.to(kind)).to(torch.float64).view(d.n, -1, Y.shape[1]).transpose(0, 1)  # (l, n, C)
        if d.kernel_form:
            out[some] = Y - fitted / weight.T[some, :, None]
        else:
            out[some] = Y - (Y - mean - fitted) / (1 - 1 / d.n - weight.T[some, :, None]).clamp_min(1e-12)


def _leave_blocks_out(d: Decomposition, Y: Tensor, penalties: Tensor, blocks: list[Tensor], out: Tensor) -> None:
    if not blocks:
        return
    centre = torch.zeros_like(Y[0]) if d.kernel_form else Y.mean(0)
    Z = d.project(Y - centre)
    for i, penalty in enumerate(penalties):
        shrink = 1.0 / (d.eigenvalues + penalty)
        for B in blocks:
            U = d.basis[B].to(torch.float64)
            inner = (U * shrink) @ U.T
            part = U @ (Z * shrink[:, None])
            if d.kernel_form:
                residual = torch.linalg.solve(inner, part)
            else:
                eye = torch.eye(len(B), dtype=inner.dtype, device=inner.device)
                residual = torch.linalg.solve(eye - 1 / d.n - inner, Y[B] - centre - part)
            out[i][B] = Y[B] - residual


def leave_out_some(d: Decomposition, Y: Tensor, penalty: float, blocks: list[Tensor]) -> list[Tensor]:
    """Predictions (|B|, C) for each of some disjoint blocks that is left out on its own, the others staying in the fit."""
    out = Y.new_empty((1, *Y.shape))
    _leave_blocks_out(d, Y, torch.tensor([penalty], dtype=torch.float64), blocks, out)
    return [out[0][B] for B in blocks]


def dual_weights(d: Decomposition, Y: Tensor, penalty: float, K: Tensor) -> tuple[Tensor, Tensor]:
    """alpha (n, C) and intercept (C,) with prediction K(x, X) alpha + b; kernel form only."""
    alpha = d.basis @ (d.project(Y) / (d.eigenvalues[:, None] + penalty))
    # Stationarity in b and in alpha give Y - K alpha - 1 b = lambda alpha, and 1^T alpha = 0.
    intercept = (Y - K.to(Y.dtype) @ alpha - penalty * alpha).mean(0)
    return alpha, intercept


def feature_weights(d: Decomposition, F: Tensor, Y: Tensor, penalty: float) -> tuple[Tensor, Tensor]:
    """W (D, C) and intercept (C,) with prediction F(x) W + b."""
    y_mean = Y.mean(0)
    if d.kernel_form:
        alpha = d.basis @ (d.project(Y) / (d.eigenvalues[:, None] + penalty))
        mean = F.mean(0, dtype=torch.float64)
        W = (F.to(torch.float64) - mean).T @ alpha
    else:
        mean = d.mean
        W = d.V @ (d.project(Y - y_mean) / (d.eigenvalues[:, None] + penalty))
    return W, y_mean - mean @ W
