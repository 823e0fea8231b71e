"""Reproduces the last-layer score of the evaluation, and goes on from there.

    python train.py             the last layer on all rows; prints the left-out score beside the stored one
    python train.py --search    the same with penalty and temperature chosen anew (for data or features you changed)
    python train.py --tune      then trains all layers, from the corrected initial weights and the fitted last layer

Needs torch, numpy and safetensors. Everything it reads lies in this folder; see README.md.
"""

import argparse
import copy
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from kernel import dual_kernel, landmark_features
from lastlayer import Ridge, predict_left_out, search
from metrics import score
from network import Network
from safetensors.torch import load_file, save_file

HERE = Path(__file__).resolve().parent
WARM_STEPS, CLIP = 100, 1.0


def load_data():
    """Encoded inputs X (n, ...) float32, targets y (n,), the split, and the test part where there is one.

    data.npz holds
        X, y             encoded inputs; class codes into config["classes"], or values
        X_test, y_test   separate test file, read for the test score only (may be absent)
        unit             rows with one number stay together when rows are held back (may be absent)
        block            rows with one number are left out together (grouped data; may be absent)
        fit, held        masks (folds, n): rows that a fold is fitted on, rows that it scores (may be absent)
        landmarks        inputs that span the kernel on the landmark route (may be absent)
    To train on other rows, write a file of this form; "original" in config.json names the file it was made from.
    """
    with np.load(HERE / "data.npz", allow_pickle=False) as stored:
        data = {name: stored[name] for name in stored.files}
    split = {}
    if "fit" in data:
        split = {k: [torch.from_numpy(np.flatnonzero(mask)) for mask in data[k]] for k in ("fit", "held")}
    elif "block" in data:
        split = {"groups": groups_of(data["block"])}
    return data, split


def groups_of(numbers):
    """Row indices of each group. numbers: (n,)"""
    order = np.argsort(numbers, kind="stable")
    cuts = np.flatnonzero(np.diff(numbers[order])) + 1
    return [torch.from_numpy(rows) for rows in np.split(order, cuts)]


def build_network(config):
    """The network with its corrected initial weights."""
    network = Network(max(1, len(config["classes"])))
    network.load_state_dict(load_file(HERE / "weights.safetensors"), strict=False)
    return network


def read(X, config):
    """Inputs as the network reads them: whole vectors go to the unit sphere with a constant coordinate."""
    X = torch.from_numpy(np.ascontiguousarray(X))
    if config["inputs"] == "as_they_are":
        return X
    X = X.flatten(1)
    if config["inputs"] == "sphere":
        X = torch.cat([X, X.new_ones(len(X), 1)], 1)
        X = X / X.norm(dim=1, keepdim=True)
    return X


def features(network, inputs, batch=256):
    network.eval()
    with torch.inference_mode():
        return torch.cat([network.features(part) for part in inputs.split(batch)])


def representation(config, inputs, others, data):
    """(matrix, is_kernel) of ``others`` against the training inputs."""
    if config["route"] == "features":
        return features(build_network(config), others), False
    description = json.loads((HERE / "kernel.json").read_text(encoding="utf-8"))
    if config["route"] == "exact":
        return torch.cat([dual_kernel(description, part, inputs) for part in others.split(2048)]), True
    return landmark_features(description, others, torch.from_numpy(data["landmarks"])), False


def targets(config, y):
    """Targets as numbers (n, C): one-hot classes, or standardised values."""
    if config["classes"]:
        return F.one_hot(torch.from_numpy(y.astype(np.int64)), len(config["classes"])).double()
    return (torch.from_numpy(y.astype(np.float64))[:, None] - config["shift"]) / config["scale"]


def predictions(config, raw, temperature):
    """Probabilities (m, C), or values (m, 1), from the scores of the last layer."""
    if config["classes"]:
        return torch.softmax(raw * temperature, 1).numpy()
    return raw.numpy() * config["scale"] + config["shift"]


def last_layer(config, data, split, choose):
    """Fit the last layer, print its left-out score, keep its weights."""
    inputs, y, Y = read(data["X"], config), data["y"], targets(config, data["y"])
    matrix, is_kernel = representation(config, inputs, inputs, data)
    penalty, temperature = config["penalty"], config["temperature"]
    if choose:
        codes = torch.from_numpy(y.astype(np.int64)) if config["classes"] else None
        penalty, temperature = search(matrix, is_kernel, Y, codes, split)
    rows, raw = predict_left_out(matrix, is_kernel, Y, penalty, split)
    found = score(config["metric"], y[rows.numpy()], predictions(config, raw, temperature), config["tilt"], config["prior"])
    report = {
        "metric": config["metric"], "score": found, "stored": config["score"], "difference": found - config["score"],
        "penalty": penalty, "temperature": temperature, "rows": len(rows),
    }
    W, b = Ridge(matrix, is_kernel).weights(Y, penalty)
    save_file({"weight": W.contiguous(), "bias": b.contiguous()}, HERE / "last_layer.safetensors")
    if "X_test" in data:
        new, _ = representation(config, inputs, read(data["X_test"], config), data)
        ahead = predictions(config, new.double() @ W + b, temperature)
        report["test_score"] = score(config["metric"], data["y_test"], ahead, config["tilt"], config["prior"])
        report["stored_test"] = config["test_score"]
    return report


def hold_back(data, config, share=0.2):
    """(fit rows, validation rows): the latest rows of ordered data, whole groups, or the same share of every class."""
    n = len(data["y"])
    if "unit" in data:
        units = data["unit"]
        if config["split"] == "time_ordered":
            late = units >= np.quantile(units, 1 - share)
        else:
            names = np.random.default_rng(config["seed"]).permutation(np.unique(units))
            late = np.isin(units, names[: max(1, round(share * len(names)))])
    else:
        order = np.random.default_rng(config["seed"]).permutation(n)
        if config["classes"]:
            order = order[np.argsort(data["y"][order], kind="stable")]
        late = np.zeros(n, bool)
        late[order[:: round(1 / share)]] = True
    return torch.from_numpy(np.flatnonzero(~late)), torch.from_numpy(np.flatnonzero(late))


def tune(config, data, epochs, rate, decay, device):
    """Train all layers from the last-layer solution; the best epoch on the validation rows is kept."""
    torch.manual_seed(config["seed"])
    network, inputs, y = build_network(config), read(data["X"], config), data["y"]
    fit, held = hold_back(data, config)
    Y, psi = targets(config, y), features(network, inputs)[fit]
    codes = torch.from_numpy(y.astype(np.int64)) if config["classes"] else None
    split = {"groups": groups_of(data["block"][fit.numpy()])} if "block" in data else {}
    penalty, temperature = search(psi, False, Y[fit], None if codes is None else codes[fit], split)
    W, b = Ridge(psi, False).weights(Y[fit], penalty)
    network.head.weight.data = (W * temperature).T.float().contiguous()
    network.head.bias.data = (b * temperature).float()
    network.to(device)

    def validate():
        network.eval()
        with torch.inference_mode():
            raw = torch.cat([network(part.to(device)).double().cpu() for part in inputs[held].split(256)])
        return score(config["metric"], y[held.numpy()], predictions(config, raw, 1.0), config["tilt"], config["prior"])

    sign = 1 if config["greater_is_better"] else -1
    goal = codes if codes is not None else Y.float()
    loss = F.cross_entropy if codes is not None else F.mse_loss
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=decay)
    batch = 16 if len(fit) < 200 else 32 if len(fit) < 1000 else 64 if len(fit) < 5000 else 128
    steps = -(-len(fit) // batch)
    before = validate()
    best, kept, best_epoch, started = before, copy.deepcopy(network.state_dict()), 0, time.perf_counter()
    for epoch in range(epochs):
        network.train()
        generator = torch.Generator().manual_seed(config["seed"] * 100_003 + epoch)
        for i, rows in enumerate(torch.randperm(len(fit), generator=generator).split(batch)):
            at, rows = epoch * steps + i, fit[rows]
            warm = min(1.0, (at + 1) / min(WARM_STEPS, max(1, epochs * steps // 10)))
            for group in optimiser.param_groups:
                group["lr"] = rate * warm * 0.5 * (1 + math.cos(math.pi * at / (epochs * steps)))
            optimiser.zero_grad(set_to_none=True)
            loss(network(inputs[rows].to(device)), goal[rows].to(device)).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
            optimiser.step()
        now = validate()
        print(f"epoch {epoch + 1}/{epochs}: {config['metric']} {now:.4f} on {len(held)} validation rows", flush=True)
        if sign * now > sign * best:
            best, kept, best_epoch = now, copy.deepcopy(network.state_dict()), epoch + 1
        if epoch + 1 - best_epoch >= max(8, epochs // 5):
            break
    save_file({k: v.cpu().contiguous() for k, v in kept.items()}, HERE / "tuned.safetensors")
    return {
        "validation_before": before, "validation_after": best, "epoch": best_epoch, "validation_rows": len(held),
        "tuning_seconds": round(time.perf_counter() - started, 1),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--search", action="store_true", help="choose penalty and temperature anew")
    parser.add_argument("--tune", action="store_true", help="train all layers as well")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate")
    parser.add_argument("--decay", type=float, default=1e-4, help="weight decay")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    config = json.loads((HERE / "config.json").read_text(encoding="utf-8"))
    data, split = load_data()
    report = last_layer(config, data, split, options.search)
    if options.tune:
        report |= tune(config, data, options.epochs, options.rate, options.decay, options.device)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
