"""The last layer: ridge regression with an unpenalised intercept and exact left-out predictions.

Minimises ||Y - F W - 1 b^T||^2 + penalty ||W||^2. One eigendecomposition serves every penalty and every row that is
left out (Allen 1974; for groups of rows Cook and Weisberg 1982, section 3.6).
"""

import torch

TEMPERATURES = torch.logspace(-0.5, 2.5, 31, dtype=torch.float64)


class Ridge:
    """Decomposition of features F (n, D) or of a kernel K (n, n)."""

    def __init__(self, matrix, is_kernel):
        self.matrix, self.is_kernel = matrix, is_kernel
        n = len(matrix)
        if is_kernel or n <= matrix.shape[1]:
            self.dual = True
            if is_kernel:
                K = matrix.double()
            else:
                F = matrix.double()
                F = F - F.mean(0)
                K = F @ F.T
            # In the complement of the constant vector: a null direction left in K would make every left-out error vanish.
            inner = _reflect(_reflect(K).T)[1:, 1:]
            self.s, V = torch.linalg.eigh((inner + inner.T) / 2)
            U = torch.zeros(n, n - 1, dtype=torch.float64)
            U[1:] = V
            self.basis = _reflect(U)
        else:
            self.dual = False
            self.mean = matrix.mean(0, dtype=torch.float64)
            F = matrix.double() - self.mean
            self.s, self.V = torch.linalg.eigh(F.T @ F)
            self.basis = F @ self.V
        self.s = self.s.clamp_min(0)

    def penalties(self):
        """From 1e-6 to 1e3 times the mean eigenvalue, largest first."""
        return torch.logspace(3, -6, 22, dtype=torch.float64) * max(float(self.s.sum()) / len(self.matrix), 1e-300)

    def left_out(self, Y, penalty, groups=None):
        """Predictions (n, C) of every row by the fit without it, or without its whole group."""
        shrink = 1 / (self.s + penalty)
        centre = torch.zeros_like(Y[0]) if self.dual else Y.mean(0)
        fitted = self.basis @ ((self.basis.T @ (Y - centre)) * shrink[:, None])
        weight = (self.basis.square() @ shrink)[:, None]
        if self.dual:
            out = Y - fitted / weight
        else:
            out = Y - (Y - centre - fitted) / (1 - 1 / len(Y) - weight).clamp_min(1e-12)
        for rows in groups or ():
            if len(rows) == 1:
                continue
            U = self.basis[rows]
            inner = (U * shrink) @ U.T
            if self.dual:
                residual = torch.linalg.solve(inner, fitted[rows])
            else:
                eye = torch.eye(len(rows), dtype=torch.float64)
                residual = torch.linalg.solve(eye - 1 / len(Y) - inner, Y[rows] - centre - fitted[rows])
            out[rows] = Y[rows] - residual
        return out

    def weights(self, Y, penalty):
        """(W, b): predictions are F(x) W + b, or K(x, rows) W + b for a kernel."""
        shrink = 1 / (self.s + penalty)
        if not self.dual:
            W = self.V @ ((self.basis.T @ (Y - Y.mean(0))) * shrink[:, None])
            return W, Y.mean(0) - self.mean @ W
        alpha = self.basis @ ((self.basis.T @ Y) * shrink[:, None])
        if self.is_kernel:
            return alpha, (Y - self.matrix.double() @ alpha - penalty * alpha).mean(0)
        mean = self.matrix.mean(0, dtype=torch.float64)
        W = (self.matrix.double() - mean).T @ alpha
        return W, Y.mean(0) - mean @ W


def _reflect(A):
    """Householder reflection that maps the first unit vector to the constant vector. A: (n, m)."""
    v = torch.full((len(A),), len(A) ** -0.5, dtype=A.dtype)
    v[0] -= 1
    return A - torch.outer(v, (2 / (v @ v)) * (v @ A))


def predict_left_out(matrix, is_kernel, Y, penalty, split):
    """(rows, scores (m, C)): left-out scores under the split of data.npz."""
    if "fit" not in split:
        ridge = Ridge(matrix, is_kernel)
        return torch.arange(len(Y)), ridge.left_out(Y, penalty, split.get("groups"))
    rows, scores = [], []
    for fit, held in zip(split["fit"], split["held"]):
        part = matrix[fit][:, fit] if is_kernel else matrix[fit]
        # The penalty grows with the rows: the same share of the mean eigenvalue on every fold.
        W, b = Ridge(part, is_kernel).weights(Y[fit], penalty * len(fit) / len(Y))
        scores.append((matrix[held][:, fit] if is_kernel else matrix[held]).double() @ W + b)
        rows.append(held)
    return torch.cat(rows), torch.cat(scores)


def search(matrix, is_kernel, Y, codes, split):
    """(penalty, temperature) with the smallest left-out log loss, or squared error where ``codes`` is None."""
    best = (float("inf"), None, 1.0)
    for penalty in Ridge(matrix, is_kernel).penalties().tolist():
        rows, raw = predict_left_out(matrix, is_kernel, Y, penalty, split)
        if codes is None:
            best = min(best, (float((raw - Y[rows]).square().mean()), penalty, 1.0))
            continue
        picked = raw.gather(1, codes[rows][:, None])[:, 0]
        for t in TEMPERATURES.tolist():
            best = min(best, (float(torch.logsumexp(raw * t, 1).mean() - t * picked.mean()), penalty, t))
    return best[1], best[2]
