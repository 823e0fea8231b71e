"""Full float32 and float64 products, whatever the process has switched on.

TF32 keeps ten bits of the mantissa: a Gram matrix then has errors of 1e-3 and negative eigenvalues. Autocast would do
worse. Both are off while kernels and features are computed, and a small product is checked once per device.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import torch

from dualcore.errors import NumericalError

TOLERANCE = 1e-5  # relative; TF32 gives 1e-3, float32 1e-7


@contextmanager
def full_precision(device: torch.device, allow_tf32: bool = False) -> Iterator[None]:
    """Within: no autocast and, unless ``allow_tf32``, no TF32 on ``device``.

    Raises NumericalError when the device computes float32 products with less all the same.
    """
    with torch.autocast(device.type, enabled=False):
        if device.type != "cuda" or allow_tf32:
            yield
            return
        switches = (torch.backends.cuda.matmul, torch.backends.cudnn.conv)
        before = [s.fp32_precision for s in switches]
        try:
            for s in switches:
                s.fp32_precision = "ieee"
            check_products(str(device))
            yield
        finally:
            for s, value in zip(switches, before):
                s.fp32_precision = value


@lru_cache(maxsize=16)
def check_products(device: str) -> float:
    """Largest relative error of a float32 product of 64 x 64 matrices on ``device``.

    Raises NumericalError when it is that of a shortened format.
    """
    generator = torch.Generator().manual_seed(0)
    A, B = (torch.randn(64, 64, generator=generator, dtype=torch.float32) for _ in range(2))
    exact = A.double() @ B.double()
    error = float(((A.to(device) @ B.to(device)).cpu().double() - exact).abs().max() / exact.abs().max())
    if not error < TOLERANCE:
        raise NumericalError("products_not_exact", device=device, error=f"{error:.1e}")
    return error
