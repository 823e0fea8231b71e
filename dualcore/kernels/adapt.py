"""Data-dependent initialisation of the first convolutions of a random network; labels are never read.

Series whose filters are read by the step function (proportions of positive values). A Gaussian bias knows nothing of the
values that a filter takes on the data: on smooth series most thresholds lie outside them, and the proportion is 0 or 1.
As in MiniRocket (Dempster, Schmidt, Webb 2021, arXiv 2012.08791) thresholds are quantiles of the filter's own output:

    every second filter loses its mean over the window (it no longer sees the level);
    bias_i = -quantile(z_i(x), u_i),  x a random example, u_i uniform, z_i the filter's output without bias;
    feature_j is divided by its standard deviation over at most SCALE_ROWS examples.

Images. Neighbouring pixels are nearly equal, so Gaussian filters see little but local brightness. Filters are drawn for
whitened patches (Coates, Ng, Lee 2011), with S the second moment of the patches and q their size:

    W <- c W (S + RIDGE tr(S) / q I)^(-1/2),  c such that pre-activations keep their mean variance.

What this does to the theory. A whitened network is a draw from its skeleton on whitened patches: another kernel than the
skeleton's on the pixels, as one changes inputs by standardising them. Quantile thresholds depend on filter and data and the
scaling re-weights features, so there the skeleton's dual kernel is that of the network before adaptation only.
Leave-one-out scores need no kernel; they hold for the adapted features up to the little that inputs without labels tell.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from dualcore.kernels.networks import RandomNetwork
from dualcore.kernels.skeletons import Node, Skeleton
from dualcore.kernels.windows import margins

Tensor = torch.Tensor
QUANTILE_ROWS = 64  # examples whose values become thresholds
SCALE_ROWS = 128
RARE = 1e-4  # of the mean standard deviation: a feature that varies less than this is left out
PATCH_ROWS, PATCHES = 512, 20_000
RIDGE = 1.0  # directions that vary less than the mean of all count as noise
LARGEST_PATCH = 1024  # numbers; larger windows are left as drawn


def adapts(skeleton: Skeleton) -> bool:
    """Whether the network of this skeleton is adapted: images, and series read by the step function."""
    return len(skeleton.inputs) == 1 and bool(_filters(skeleton))


def adapt_(network: RandomNetwork, X: Tensor, seed: int = 0) -> dict[str, Tensor]:
    """Adapt ``network`` to the inputs X (n, c, length) or (n, c, h, w), in place.

    Returns the fitted numbers: for series "bias.NODE" (channels,) and "scale" (D,), for images "whitening.NODE" (q, q);
    ``restore_`` gives them to a fresh network of the same skeleton, width, seed and input shape.
    """
    generator = torch.Generator().manual_seed(seed)
    filters = _filters(network.skeleton)
    if network.skeleton.rank == 2:
        sample = _sample(X, PATCH_ROWS, generator)
        fitted = {f"whitening.{node.name}": _whitening(node, sample, generator) for node in filters}
        restore_(network, fitted)
        return fitted
    sample = _sample(X, SCALE_ROWS, generator)
    fitted = {f"bias.{node.name}": _thresholds(network, node, sample[:QUANTILE_ROWS], generator) for node in filters}
    restore_(network, fitted)
    spread = network.features(sample).double().std(0, correction=0)
    floor = RARE * spread.mean()
    # A mean square of 1 / D per feature keeps the representation's length near 1, as before adaptation.
    scale = torch.where(spread > floor, 1 / spread.clamp_min(max(float(floor), 1e-30)), 0.0) / network.out_features**0.5
    fitted["scale"] = scale.float()
    network.rescale_(fitted["scale"])
    return fitted


def restore_(network: RandomNetwork, fitted: dict[str, Tensor]) -> None:
    """Give a fresh network the numbers that ``adapt_`` found."""
    with torch.no_grad():
        for node in _filters(network.skeleton):
            W = network.weights[_key(node)]
            if f"whitening.{node.name}" in fitted:
                W.copy_((W.flatten(1) @ fitted[f"whitening.{node.name}"]).reshape(W.shape))
            else:
                W.copy_(_centred(W))
                network.biases[_key(node)].copy_(fitted[f"bias.{node.name}"])
    if "scale" in fitted:
        network.rescale_(fitted["scale"])


def _filters(skeleton: Skeleton) -> list[Node]:
    """The convolutions that are adapted: all that read an image; of a series, linear ones with a bias read by a step."""
    start = {node.name for node in skeleton.inputs}
    first = [node for node in skeleton.nodes if node.op == "conv" and node.inputs[0] in start]
    if skeleton.rank == 2:
        return first
    read_by_step = {i for node in skeleton.nodes if node.op == "activation" and node.activation == "step" for i in node.inputs}
    return [node for node in first if node.name in read_by_step and node.beta > 0 and node.activation == "identity"]


def _whitening(node: Node, sample: Tensor, generator: torch.Generator) -> Tensor:
    """c (S + ridge)^(-1/2) (q, q) float32 of patches (c, window, window) of the sample; the identity where there is none."""
    channels, windows = sample.shape[1], [node.on(0), node.on(1)]
    size = channels * windows[0].window * windows[1].window
    reach = [w.dilation * (w.window - 1) + 1 for w in windows]
    if size > LARGEST_PATCH or reach[0] > sample.shape[2] or reach[1] > sample.shape[3]:
        return torch.eye(size)
    per_image = max(1, PATCHES // len(sample))
    unfold = torch.nn.Unfold([w.window for w in windows], [w.dilation for w in windows])
    S, count = torch.zeros(size, size, dtype=torch.float64), 0
    for image in sample:
        P = unfold(image[None])[0].T
        P = P[torch.randint(0, len(P), (per_image,), generator=generator)].double()
        S += P.T @ P
        count += len(P)
    S /= count
    mean = S.diagonal().mean()
    if not mean > 0:
        return torch.eye(size)
    values, V = torch.linalg.eigh(S)
    M = (V * (values.clamp_min(0) + RIDGE * mean).rsqrt()) @ V.T
    return (M * (S.trace() / (M @ S @ M).trace()).sqrt()).float()


def _centred(W: Tensor) -> Tensor:
    """Weights (C, c, window) whose every second filter has mean 0 over the window; centring twice changes nothing."""
    out = W.clone()
    out[1::2] -= out[1::2].mean(2, keepdim=True)
    return out


def _thresholds(network: RandomNetwork, node: Node, sample: Tensor, generator: torch.Generator) -> Tensor:
    W = _centred(network.weights[_key(node)].detach())
    window = node.on(0)
    row = torch.randint(0, len(sample), (len(W),), generator=generator)
    level = torch.rand(len(W), generator=generator, dtype=torch.float64)
    border = getattr(network, f"border_{_key(node)}", None)
    out = torch.empty(len(W))
    for i in row.unique().tolist():
        x, mine = sample[i : i + 1].float(), torch.nonzero(row == i)[:, 0]
        padded = F.pad(x, margins(window), mode="circular" if node.padding == "circular" else "constant")
        z = F.conv1d(padded, W[mine], stride=window.stride, dilation=window.dilation)[0]
        z = (z if border is None else z * border).sort(1).values
        at = (level[mine] * z.shape[1]).long().clamp_max(z.shape[1] - 1)
        out[mine] = -z.gather(1, at[:, None])[:, 0]
    return out


def _sample(X: Tensor, rows: int, generator: torch.Generator) -> Tensor:
    return X[torch.randperm(len(X), generator=generator)[:rows]].float()


def _key(node: Node) -> str:
    return node.name.replace(".", "_")
