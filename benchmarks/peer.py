"""The peer of ``benchmarks.kernels``: neural-tangents 0.6.5 in an environment of its own (``make bench`` makes it).

Reads one JSON request per line: {"case", "x64", "inputs", "out", "jit"}; answers {"seconds"} of one evaluation of
``inputs`` (.npy), the first of a kind being preceded by one that compiles; the kernel is saved to ``out``.
"""

import json
import sys
import time
from functools import cache

import jax
import numpy as np
from neural_tangents import stax


@cache
def kernel(case: str, x64: bool, jit: bool):
    jax.config.update("jax_enable_x64", x64)
    layers = []
    for i in range(5):
        std = 1.0 if i == 0 else 2**0.5
        layer = stax.Dense(512, W_std=std) if case.startswith("fc") else stax.Conv(64, (3, 3), padding="SAME", W_std=std)
        layers += [layer, stax.Relu()]
    if case.startswith("conv"):
        layers.append(stax.GlobalAvgPool() if case == "conv-mean" else stax.Flatten())
    function = stax.serial(*layers, stax.Dense(1, W_std=2**0.5))[2]
    kind = "ntk" if case == "fc-tangent" else "nngp"
    return (jax.jit if jit else lambda f: f)(lambda x: function(x, None, kind))


def main() -> None:
    compiled = set()
    for line in sys.stdin:
        request = json.loads(line)
        X = np.load(request["inputs"])
        key = (request["case"], request["x64"], request["jit"])
        compute = kernel(*key)
        if (key, X.shape) not in compiled:
            compute(X).block_until_ready()
            compiled.add((key, X.shape))
        start = time.perf_counter()
        K = compute(X).block_until_ready()
        seconds = time.perf_counter() - start
        np.save(request["out"], np.asarray(K))
        print(json.dumps({"seconds": seconds}), flush=True)


main()
