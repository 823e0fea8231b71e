"""The two inner loops of position and vector kernels, compiled for the CPU (numba): windows, and dual activations.

Every value is read once, kept in the cache in blocks of ``BLOCK`` and written back; the same steps as tensor operations
spend their time moving temporaries. One thread each, without the interpreter lock: tiles run side by side (parallel.py).
Compiled code is kept beside this file, or in numba's folder of the user where that cannot be written.
"""

from __future__ import annotations

import numpy as np
from numba import njit

BLOCK = 256
# No reassociation and no assumption about infinities: results differ from plain evaluation by fused multiply-adds alone.
_compiled = njit(nogil=True, cache=True, fastmath={"contract", "nsz"}, error_model="numpy")


@_compiled
def distances(K, p, q, X, Y, near):
    """In place: products K (a, b) of the rows of X (a, d) and Y (b, d) become half squared distances.

    p, q : squared lengths (a,), (b,). Rows closer than ``near`` (relative to the lengths) are subtracted coordinate by
    coordinate: the difference of products has lost its digits there.
    """
    half = K.dtype.type(0.5)
    for i in range(K.shape[0]):
        for j in range(K.shape[1]):
            mean = half * (p[i] + q[j])
            gap = mean - K[i, j]
            if gap < near * mean:
                gap = K.dtype.type(0)
                for k in range(X.shape[1]):
                    gap += (X[i, k] - Y[j, k]) ** 2
                gap *= half
            elif 2 * mean - gap < near * mean:
                gap = K.dtype.type(0)
                for k in range(X.shape[1]):
                    gap += (X[i, k] + Y[j, k]) ** 2
                gap = 2 * mean - half * gap
            K[i, j] = gap


@_compiled
def place_both(K, out, mirrored):
    """Copy K (a, b) into ``out`` (a, b) and, transposed, into ``mirrored`` (b, a), in squares that stay in the cache."""
    side = 32
    for i in range(0, K.shape[0], side):
        for j in range(0, K.shape[1], side):
            for a in range(i, min(i + side, K.shape[0])):
                for b in range(j, min(j + side, K.shape[1])):
                    out[a, b] = K[a, b]
            for b in range(j, min(j + side, K.shape[1])):
                for a in range(i, min(i + side, K.shape[0])):
                    mirrored[b, a] = K[a, b]


@_compiled
def position_distances(X, Y, out, factor):
    """out (a, b, m) = factor / 2 |x - y|^2 over the channels of X (a, c, m) and Y (b, c, m) at equal positions."""
    scale = out.dtype.type(0.5 * factor)
    for i in range(X.shape[0]):
        for j in range(Y.shape[0]):
            for k in range(X.shape[2]):
                out[i, j, k] = 0
            for c in range(X.shape[1]):
                for k in range(X.shape[2]):
                    difference = X[i, c, k] - Y[j, c, k]
                    out[i, j, k] += scale * difference * difference


@_compiled
def position_products(X, Y, out, factor):
    """out (a, b, m, m) = factor <x_p, y_p'> over the channels of X (a, c, m) and Y (b, c, m) at all pairs of positions."""
    for i in range(X.shape[0]):
        for j in range(Y.shape[0]):
            for p in range(X.shape[2]):
                for k in range(Y.shape[2]):
                    out[i, j, p, k] = 0
                for c in range(X.shape[1]):
                    x = out.dtype.type(factor) * X[i, c, p]
                    for k in range(Y.shape[2]):
                        out[i, j, p, k] += x * Y[j, c, k]


@_compiled
def shifted_sum(K, out, shifts, weights):
    """out (rows, n) = sum over taps t of weights[t] (n) * K[:, k + shifts[t]]; weights are 0 where that lies outside."""
    one = K.dtype.type(1)
    for row in range(K.shape[0]):
        _shifted(K[row], out[row], shifts[0], weights[0], one, True)
        for t in range(1, len(shifts)):
            _shifted(K[row], out[row], shifts[t], weights[t], one, False)


@_compiled
def shifted_sum_pairs(K, out, steps, shifts, weights, scale):
    """The same for pairs of positions, which move together, as weights are shared: K and out (o, L, blocks, n), and
    out[o, i] sums K[o, i + steps[t]], times scale (L)."""
    length = K.shape[1]
    for o in range(K.shape[0]):
        for i in range(length):
            for b in range(K.shape[2]):
                first = True
                for t in range(len(steps)):
                    a = i + steps[t]
                    if 0 <= a < length:
                        _shifted(K[o, a, b], out[o, i, b], shifts[t], weights[t], scale[i], first)
                        first = False
                if first:
                    out[o, i, b, :] = 0


@_compiled
def shifted_sum_images(K, out, band, steps_h, steps_w, shifts_h, weights_h, weights_w, scale_h, scale_w):
    """Both axes of an image at once: K and out (o, H, W, n) with n = H * W, band (W, n) for one line of the first axis,
    which stays in the cache between the two sums."""
    height, width = K.shape[1], K.shape[2]
    for o in range(K.shape[0]):
        for i in range(height):
            for j in range(width):
                first = True
                for t in range(len(steps_h)):
                    a = i + steps_h[t]
                    if 0 <= a < height:
                        _shifted(K[o, a, j], band[j], shifts_h[t], weights_h[t], scale_h[i], first)
                        first = False
                if first:
                    band[j, :] = 0
            for j in range(width):
                first = True
                for t in range(len(steps_w)):
                    b = j + steps_w[t]
                    if 0 <= b < width:
                        _shifted(band[b], out[o, i, j], steps_w[t], weights_w[t], scale_w[j], first)
                        first = False
                if first:
                    out[o, i, j, :] = 0


@_compiled
def _shifted(source, target, shift, weights, factor, first):
    n = len(target)
    low, high = max(0, -shift), max(max(0, -shift), min(n, n - shift))
    # Slices that start at 0: with sums as indices the loops are not vectorised.
    t, w, s = target[low:high], weights[low:high], source[low + shift : high + shift]
    if first:
        for k in range(len(t)):
            t[k] = factor * w[k] * s[k]
        target[:low] = 0
        target[high:] = 0
    else:
        for k in range(len(t)):
            t[k] += factor * w[k] * s[k]


@_compiled
def strided_sum(K, out, window, stride, dilation, left, scale):
    """out (o, L', inner) = scale (L') times sums over the windows of K (o, L, inner); zeros beyond the border."""
    for o in range(K.shape[0]):
        for i in range(out.shape[1]):
            for k in range(out.shape[2]):
                out[o, i, k] = 0
            for tap in range(window):
                a = i * stride + tap * dilation - left
                if 0 <= a < K.shape[1]:
                    for k in range(K.shape[2]):
                        out[o, i, k] += scale[i] * K[o, a, k]


@_compiled
def strided_sum_pairs(K, out, window, stride, dilation, left, scale):
    """The same for pairs of positions: K (o, L, mid, L, inner), out (o, L', mid, L', inner)."""
    length = K.shape[1]
    for o in range(K.shape[0]):
        for i in range(out.shape[1]):
            for m in range(K.shape[2]):
                for j in range(out.shape[3]):
                    for k in range(K.shape[4]):
                        out[o, i, m, j, k] = 0
                    for tap in range(window):
                        a, b = i * stride + tap * dilation - left, j * stride + tap * dilation - left
                        if 0 <= a < length and 0 <= b < length:
                            for k in range(K.shape[4]):
                                out[o, i, m, j, k] += scale[i] * scale[j] * K[o, a, m, b, k]


@_compiled
def activate(K, T, sx, sy, repeat, products, degree, plain, power, near, far, near_slope, far_slope):
    """In place: values K (rows, m) before an activation become those behind it, tangents T (rows, m) likewise.

    sx, sy : standard deviations of the two sides. repeat = 0: sx (a, m), sy (b, m), and the rows of K are all pairs of
        their rows, y running faster; otherwise sx (rows, 1), and each row of sy (b, m) serves ``repeat`` rows in turn
    products : K holds covariances; otherwise half squared distances
    degree : of homogeneity; -1 = all variances are 1
    plain, power, near, far, near_slope, far_slope : see series.DualSeries; T of size 0 = no tangents. T holds the part of the
        tangent that comes from below, to which the covariance is added here
    """
    real = K.dtype.type
    t, x, u = np.empty(BLOCK, K.dtype), np.empty(BLOCK, K.dtype), np.empty(BLOCK, K.dtype)
    gap, slope, other = np.empty(BLOCK, K.dtype), np.empty(BLOCK, K.dtype), np.empty(BLOCK, K.dtype)
    b, root, lost = np.empty(BLOCK, K.dtype), np.empty(BLOCK, K.dtype), np.empty(BLOCK, K.dtype)
    tangents = T.size > 0
    snap = real(4 * np.finfo(K.dtype).eps)
    least = snap if products else real(0)
    ix, iy = _inverse(sx), _inverse(sy)
    for row in range(K.shape[0]):
        mine, yours = (row, row // repeat % sy.shape[0]) if repeat else (row // sy.shape[0], row % sy.shape[0])
        for start in range(0, K.shape[1], BLOCK):
            # Slices that start at 0: with sums as indices the loops are not vectorised.
            k, y = K[row, start : start + BLOCK], sy[yours, start : start + BLOCK]
            n = len(k)
            iyours = iy[yours, start : start + BLOCK]
            if repeat:
                a, ia = sx[mine, 0], ix[mine, 0]
                for i in range(n):
                    root[i] = a * y[i]
                    lost[i] = real(0.5) * (a - y[i]) * (a - y[i])
                    t[i] = ia * iyours[i]
            else:
                s, imine = sx[mine, start : start + BLOCK], ix[mine, start : start + BLOCK]
                for i in range(n):
                    root[i] = s[i] * y[i]
                    lost[i] = real(0.5) * (s[i] - y[i]) * (s[i] - y[i])
                    t[i] = imine[i] * iyours[i]
            far_ones = 0
            for i in range(n):
                v = (root[i] - k[i] if products else k[i] - lost[i]) * t[i]
                # Rounding must not move equal inputs apart: the slope of many duals jumps from there.
                v = real(0) if v < least else v
                v = real(2) if v > real(2) - snap else v
                t[i] = v
                far_ones += v > real(1)
                u[i] = np.sqrt(min(v, real(2) - v))
                x[i] = real(2) * u[i] - real(1)
            _sum(near, x, gap, b, n, plain)
            for i in range(n):
                gap[i] *= u[i] if power == 1 else u[i] * u[i]
            if far_ones:
                _sum(far, x, other, b, n, plain)
                for i in range(n):
                    gap[i] = gap[i] if t[i] <= 1 else real(1) - other[i]
            if tangents:
                _sum(near_slope, x, slope, b, n, plain)
                if far_ones:
                    _sum(far_slope, x, other, b, n, plain)
                    for i in range(n):
                        slope[i] = slope[i] if t[i] <= 1 else other[i]
                tangent = T[row, start : start + BLOCK]
                for i in range(n):
                    c = k[i] if products else root[i] + lost[i] - k[i]
                    tangent[i] = slope[i] * (c + tangent[i])
                if degree > 1:
                    for i in range(n):
                        tangent[i] *= _power(root[i], degree - 1)
            if degree > 1:
                for i in range(n):
                    a, c = sx[mine, 0 if repeat else start + i], y[i]
                    lost[i] = real(0.5) * (_power(a, degree) - _power(c, degree)) ** 2
                    root[i] = _power(root[i], degree)
            elif degree < 1:
                for i in range(n):
                    root[i], lost[i] = 1, 0
            for i in range(n):
                k[i] = root[i] * (real(1) - gap[i]) if products else lost[i] + root[i] * gap[i]


@_compiled
def _inverse(deviations):
    """1 / deviations; 0 where they are 0: a constant zero then counts as equal to everything, and is multiplied by 0."""
    out = np.empty_like(deviations)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = 1 / deviations[i, j] if deviations[i, j] > 0 else 0
    return out


@_compiled
def _power(value, degree):
    out = value * 0 + 1
    for _ in range(degree):
        out *= value
    return out


@_compiled
def _sum(c, x, out, b, n, plain):
    """The series with coefficients c, a multiple of four, at x[:n]: Horner's rule for powers, or Clenshaw's recurrence."""
    last = len(c) - 1
    if plain:
        c0, c1, c2, c3 = c[last], c[last - 1], c[last - 2], c[last - 3]
        for i in range(n):
            out[i] = ((c0 * x[i] + c1) * x[i] + c2) * x[i] + c3
        for k in range(last - 4, 0, -4):
            c0, c1, c2, c3 = c[k], c[k - 1], c[k - 2], c[k - 3]
            for i in range(n):
                out[i] = (((out[i] * x[i] + c0) * x[i] + c1) * x[i] + c2) * x[i] + c3
        return
    for i in range(n):
        out[i] = c[last]
        b[i] = 0
    for k in range(last - 1, 1, -2):
        high, low = c[k], c[k - 1]
        for i in range(n):
            p, y = out[i], x[i] + x[i]
            q = y * p + (high - b[i])
            b[i] = q
            out[i] = y * q + (low - p)
    for i in range(n):
        out[i] = x[i] * out[i] + (c[0] - b[i])
