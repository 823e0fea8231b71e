"""Published measures of how well a kernel or a representation fits a target, in float64.

Everything takes NumPy arrays or torch tensors and returns floats or NumPy arrays. Nothing here is
centred unless the name or the parameter says so, because the sources differ: C(k), the RKHS norm and
the eigenlearning equations take the kernel as it is, alignment is given both ways, and GCV has an
``intercept``. lambda and delta are un-normalised (K + lambda I, never K + n lambda I).

docs/evidence-measures.md says what each number means and how far it can be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import brentq
from scipy.stats import t as student

from dualcore.evidence.ridge import Decomposition, decompose_kernel

Array = np.ndarray


def numbers(value: ArrayLike | torch.Tensor) -> Array:
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    return np.asarray(value, dtype=np.float64)


def columns_of(y: ArrayLike | torch.Tensor) -> Array:
    """Targets as (n, C)."""
    y = numbers(y)
    return y[:, None] if y.ndim == 1 else y


def labels_of(y: ArrayLike | torch.Tensor) -> tuple[Array, int]:
    y = y.detach().cpu().numpy() if isinstance(y, torch.Tensor) else np.asarray(y)
    classes, codes = np.unique(y, return_inverse=True)
    return codes, len(classes)


def _square(K: ArrayLike | torch.Tensor) -> Array:
    K = numbers(K)
    if K.ndim != 2 or K.shape[0] != K.shape[1]:
        raise ValueError(f"a Gram matrix (n, n) is needed, not {K.shape}")
    return (K + K.T) / 2


def centred(K: ArrayLike | torch.Tensor) -> Array:
    """H K H with H = I - 11^T/n: the kernel with its constant direction taken out. K: (n, n)."""
    K = _square(K)
    mean = K.mean(0)
    return K - mean[None, :] - mean[:, None] + mean.mean()


# ---------------------------------------------------------------------------- spectrum and target


@dataclass(frozen=True)
class Spectrum:
    """Eigenpairs of a Gram matrix on M rows and the target's power along them, largest eigenvalue first.

    values : (M,) eigenvalues of K (not divided by M), >= 0
    vectors : (M, M) orthonormal columns
    power : (M,) squared coefficients of the target per row, sum_c (u_i^T y_c)^2 / M; they sum to mean(y^2)
    """

    values: Array
    vectors: Array
    power: Array

    @property
    def rows(self) -> int:
        return len(self.values)


def spectrum(K: ArrayLike | torch.Tensor, y: ArrayLike | torch.Tensor) -> Spectrum:
    """Decompose K (M, M) against the target y, (M,) or (M, C) summed over its columns."""
    values, vectors = np.linalg.eigh(_square(K))
    values, vectors = np.maximum(values[::-1], 0.0), vectors[:, ::-1]
    Y = columns_of(y)
    return Spectrum(values, vectors, np.square(vectors.T @ Y).sum(1) / len(Y))


def cumulative_power(K: ArrayLike | torch.Tensor, y: ArrayLike | torch.Tensor) -> Array:
    """C(k), k = 1..M, in sample: share of the target's power in the k leading eigenvectors of K.

    C(k) = sum_{i<=k} (u_i^T y)^2 / ||y||^2 (Canatar, Bordelon, Pehlevan 2021, arXiv 2006.13198, eq. 7).
    It always reaches 1 at k = M, and k/M on average when labels are permuted: compare against that, or
    use ``cumulative_power_held_out``. Not defined between equal eigenvalues. K: (M, M); y: (M,) or (M, C).
    """
    power = spectrum(K, y).power
    total = power.sum()
    return np.cumsum(power) / total if total > 0 else np.zeros(len(power))


def cumulative_power_held_out(
    K: ArrayLike | torch.Tensor, y: ArrayLike | torch.Tensor, rows_a: ArrayLike, rows_b: ArrayLike, count: int
) -> Array:
    """C(k), k = 1..count, with eigenfunctions of rows ``a`` and coefficients from both parts.

    Eigenfunctions phi_j of the centred kernel come from rows a and are continued to rows b (Nystrom); with
    a_j = mean_a(phi_j y) and b_j = mean_b(phi_j y) on centred targets, C(k) = sum_{j<=k} a_j b_j / Var y is
    unbiased for the power of these functions and has mean 0 when the labels are noise. Exchange the parts
    and average for the full use of the rows. K: (n, n); y: (n,) or (n, C); returns (count,).
    """
    K, Y = numbers(K), columns_of(y)
    a, b = np.asarray(rows_a), np.asarray(rows_b)
    on_a, on_b = held_out_eigenfunctions(K, a, b, count)
    A, B = Y[a] - Y[a].mean(0), Y[b] - Y[b].mean(0)
    total = Y[np.concatenate([a, b])].var(0).sum()
    products = ((on_a.T @ A / len(a)) * (on_b.T @ B / len(b))).sum(1)
    return np.cumsum(products) / total if total > 0 else np.zeros(on_a.shape[1])


def held_out_eigenfunctions(K: ArrayLike | torch.Tensor, rows_a: Array, rows_b: Array, count: int) -> tuple[Array, Array]:
    """(|a|, count) and (|b|, count): leading eigenfunctions of rows a, of unit mean square there, on a and on b."""
    K = numbers(K)
    Kaa, Kba = K[np.ix_(rows_a, rows_a)], K[np.ix_(rows_b, rows_a)]
    s, U = np.linalg.eigh(centred(Kaa))
    s, U = s[::-1][:count], U[:, ::-1][:, :count]
    s = np.maximum(s, 1e-12 * max(s.max(), 1e-300))
    cross = Kba - Kba.mean(1)[:, None] - Kaa.mean(0)[None, :] + Kaa.mean()
    root = np.sqrt(len(rows_a))
    return U * root, cross @ U / s * root


def alignment(K: ArrayLike | torch.Tensor, y: ArrayLike | torch.Tensor, centre: bool = True) -> float:
    """Kernel-target alignment <K, YY^T> / (||K||_F ||YY^T||_F), in [0, 1] for a positive kernel.

    centre : True centres kernel and target (Cortes, Mohri, Rostamizadeh 2012, JMLR 13, Definition 4);
        False is the original (Cristianini et al. 2001), inflated by every constant part.
    K: (n, n); y: (n,) or (n, C), numbers or one-hot codes.
    """
    Y = columns_of(y)
    if centre:
        K, Y = centred(K), Y - Y.mean(0)
    else:
        K = _square(K)
    scale = np.linalg.norm(K) * np.linalg.norm(Y.T @ Y)  # ||YY^T||_F = ||Y^T Y||_F
    return float(np.sum(Y * (K @ Y)) / scale) if scale > 0 else 0.0


def hsic(K: ArrayLike | torch.Tensor, y: ArrayLike | torch.Tensor) -> float:
    """Biased HSIC between K and the linear kernel of the target, <HKH, YY^T> / n^2.

    Gretton et al. 2005, eq. 9, with division by n^2 instead of (n-1)^2. K: (n, n); y: (n,) or (n, C).
    """
    Y = columns_of(y)
    Y = Y - Y.mean(0)
    return float(np.sum(Y * (_square(K) @ Y)) / len(Y) ** 2)


def effective_dimension(K: ArrayLike | torch.Tensor, penalty: float) -> float:
    """tr K (K + penalty I)^-1: how many directions a ridge with this penalty uses. K: (n, n)."""
    s = np.maximum(np.linalg.eigvalsh(_square(K)), 0.0)
    return float((s / (s + penalty)).sum())


def rkhs_norm_squared(K: ArrayLike | torch.Tensor, y: ArrayLike | torch.Tensor, delta: float) -> float:
    """M^2 = y^T (K + delta I)^-1 y, summed over the columns of y.

    Squared norm of the smoothest function that fits y up to delta; its root is the M of Daniely, Frostig,
    Singer 2016 (arXiv 1602.05897), Theorem 4. K: (n, n); y: (n,) or (n, C); delta > 0.
    """
    K, Y = _square(K), columns_of(y)
    factor = cho_factor(K + delta * np.eye(len(K)), lower=True)
    return float(np.sum(Y * cho_solve(factor, Y)))


@dataclass(frozen=True)
class NormGrowth:
    """M^2(n)/n over nested subsets.

    rows : (m,) sizes; values : (m, repeats) M^2(n)/n at each
    exponent : slope of log(M^2/n) against log n; -1 when M^2 stays bounded (the target lies in the space),
        0 when M^2 grows in proportion to n (noise, or a target outside it)
    low, high : 90 % interval of the exponent over the repeats
    slope : of M^2(n)/n against log2 n, per doubling
    """

    rows: Array
    values: Array
    exponent: float
    low: float
    high: float
    slope: float

    @property
    def in_space(self) -> bool | None:
        """True: the norm levels off; False: it keeps growing; None: these rows do not tell."""
        return True if self.high < -0.5 else False if self.low > -0.5 else None


def rkhs_norm_growth(
    K: ArrayLike | torch.Tensor, y: ArrayLike | torch.Tensor, delta: float, sizes: list[int], repeats: int = 6, seed: int = 0
) -> NormGrowth:
    """M^2(n)/n = y^T (K + delta I)^-1 y / n over ``repeats`` random orders of the rows, nested within an order.

    A target in the space of the kernel has bounded M^2, hence M^2/n falls like 1/n; noise and what the
    kernel does not cover keep M^2/n from falling (theory: not in H_S). The interval is that of the mean of
    the repeats' exponents (Student t); repeats share rows, so at the largest sizes it is too narrow.
    K: (n, n); y: (n,) or (n, C), centred by the caller; sizes: at least two, each <= n.
    """
    K, Y = _square(K), columns_of(y)
    rng = np.random.default_rng(seed)
    values = np.empty((len(sizes), repeats))
    for r in range(repeats):
        order = rng.permutation(len(K))
        for i, size in enumerate(sizes):
            rows = order[:size]
            values[i, r] = rkhs_norm_squared(K[np.ix_(rows, rows)], Y[rows], delta) / size
    x = np.log(np.asarray(sizes, dtype=float))
    x = x - x.mean()
    exponents = x @ np.log(np.maximum(values, 1e-300)) / (x @ x)
    sd = exponents.std(ddof=1) / np.sqrt(repeats) if repeats > 1 else np.inf
    half = student.ppf(0.95, max(1, repeats - 1)) * sd
    mean = float(exponents.mean())
    slope = float(x @ values.mean(1) / (x @ x) * np.log(2))
    return NormGrowth(np.asarray(sizes), values, mean, mean - half, mean + half, slope)


# ---------------------------------------------------------------------------------- ridge criteria


def gcv(K: ArrayLike | torch.Tensor, y: ArrayLike | torch.Tensor, penalty: float, intercept: bool = False) -> Array:
    """Generalised cross-validation of kernel ridge, one value per column of y.

    GCV = (1/n) ||(I - A) y||^2 / ((1/n) tr(I - A))^2 with the hat matrix A (Golub, Heath, Wahba 1979);
    it follows the risk even on pretrained features (Wei, Hu, Steinhardt 2022, arXiv 2203.06176), and breaks
    on duplicated or grouped rows. K: (n, n), or F F^T of features; intercept: unpenalised, counted in tr A.
    """
    K, Y = _square(K), columns_of(y)
    if intercept:
        # In the complement of the constant: subtracting its share from a trace near 1 would cost seven digits.
        return gcv_of(decompose_kernel(torch.from_numpy(K)), torch.from_numpy(Y), torch.tensor([penalty], dtype=torch.float64))[0].numpy()
    s, U = np.linalg.eigh(K)
    keep = penalty / (np.maximum(s, 0.0) + penalty)
    return np.square(keep[:, None] * (U.T @ Y)).mean(0) / keep.mean() ** 2


def leave_one_out(K: ArrayLike | torch.Tensor, y: ArrayLike | torch.Tensor, penalty: float) -> Array:
    """(n, C) left-out predictions of kernel ridge without intercept, y - (G y)_i / G_ii with G = (K + penalty I)^-1.

    Rifkin, Lippert 2007. With intercept, and for many penalties at once: ``ridge.leave_out``. K: (n, n);
    y: (n,) or (n, C); penalty > 0.
    """
    K, Y = _square(K), columns_of(y)
    factor = cho_factor(K + penalty * np.eye(len(K)), lower=True)
    G = cho_solve(factor, np.eye(len(K)))
    return Y - G @ Y / np.diag(G)[:, None]


def gcv_of(d: Decomposition, Y: torch.Tensor, penalties: torch.Tensor) -> torch.Tensor:
    """GCV with intercept for every penalty from one decomposition. Y: (n, C); penalties: (L,); returns (L, C) float64."""
    n = len(Y)
    centre = Y.to(torch.float64) - Y.to(torch.float64).mean(0)
    Z = d.basis.T @ centre  # (k, C)
    out = []
    for penalty in penalties.tolist():
        if d.kernel_form:  # orthonormal basis of the complement of the constant
            keep = penalty / (d.eigenvalues + penalty)
            residual, trace = (keep[:, None] * Z).square().sum(0), keep.sum()
        else:
            shrink = 1.0 / (d.eigenvalues + penalty)
            residual = (centre - d.basis @ (shrink[:, None] * Z)).square().sum(0)
            trace = n - 1 - (d.eigenvalues * shrink).sum()
        out.append(residual / n / (trace / n) ** 2)
    return torch.stack(out)


# ------------------------------------------------------------------------------ eigenlearning


@dataclass(frozen=True)
class Eigenlearning:
    """Predicted risk of kernel ridge with n rows drawn from a population.

    kappa : implicit regularisation; overfitting : E0 >= 1, factor by which noise is amplified
    learnability : (M,) L_i = lambda_i / (lambda_i + kappa), share of mode i that is learned
    learned_power : sum_i L_i v_i^2 / sum_i v_i^2
    test_mse, train_mse : predicted mean squared errors, in the target's units squared
    """

    kappa: float
    overfitting: float
    learnability: Array
    learned_power: float
    test_mse: float
    train_mse: float


def eigenlearning(eigenvalues: ArrayLike, power: ArrayLike, n: int, delta: float, noise: float = 0.0) -> Eigenlearning:
    """Omniscient risk estimate from population eigenvalues and target power.

    sum_i lambda_i/(lambda_i + kappa) + delta/kappa = n; E0 = n / (n - sum_i L_i^2);
    test = E0 (sum_i (1 - L_i)^2 v_i^2 + noise); train = (delta / (n kappa))^2 test
    (Simon, Dickens, Karkada, DeWeese 2021, arXiv 2110.03922, eqs. 4-9; same as Bordelon, Canatar, Pehlevan
    2020, arXiv 2002.02561). It needs a pool of M >> n rows: below M = 10 n it can be off by a factor of two.

    eigenvalues : (M,) of K / M on the pool, >= 0; power : (M,) v_i^2, squared coefficients per row
    n : training rows; delta : ridge of (K_n + delta I), >= 0; noise : variance of the label noise

    Raises ValueError when delta is 0 and the kernel has no more than n positive eigenvalues (kappa = 0 then).
    """
    values, power = np.maximum(numbers(eigenvalues), 0.0), numbers(power)
    positive = values[values > 0]
    if delta <= 0 and len(positive) <= n:
        raise ValueError("without a ridge, more positive eigenvalues than rows are needed")

    def surplus(log_kappa: float) -> float:
        kappa = np.exp(log_kappa)
        return float((values / (values + kappa)).sum() + delta / kappa - n)

    # The left side falls from infinity to 0 in kappa and is below n at (sum lambda + delta) / n.
    high = np.log((values.sum() + delta) / n) + 1e-9
    low = high - 1.0
    while surplus(low) < 0:
        low -= 4.0
    kappa = float(np.exp(brentq(surplus, low, high, xtol=1e-15, rtol=8.9e-16, maxiter=500)))
    learned = values / (values + kappa)
    overfitting = n / (n - float(np.square(learned).sum()))
    test = overfitting * (float((np.square(1 - learned) * power).sum()) + noise)
    total = float(power.sum())
    return Eigenlearning(
        kappa=kappa, overfitting=overfitting, learnability=learned,
        learned_power=float((learned * power).sum()) / total if total > 0 else 0.0,
        test_mse=test, train_mse=(delta / (n * kappa)) ** 2 * test,
    )
