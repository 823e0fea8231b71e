"""``init-report`` as an engineer uses it: a module of one's own in the current folder."""

import json

import numpy as np
import pytest

from dualcore.cli import main

MODEL = '''
import torch
from torch import nn

def build():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(20, 300), nn.ReLU(), nn.Linear(300, 300), nn.ReLU(), nn.Linear(300, 2))

def with_sample():
    return build(), torch.randn(50, 20)

def number():
    return 3

def broken():
    raise RuntimeError("no weights here")

class Loop(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x

def loop():
    return Loop()
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "own_model.py").write_text(MODEL)
    np.save(tmp_path / "batch.npy", np.random.default_rng(0).normal(size=(40, 20)).astype(np.float32))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def run(capsys, *arguments):
    status = main(["init-report", *arguments])
    return status, *capsys.readouterr()


def test_the_table_and_the_record_agree(folder, capsys):
    status, out, _ = run(capsys, "own_model:with_sample", "--correct", "--json", "report.json", "--seed", "3")
    assert status == 0
    record = json.loads((folder / "report.json").read_text())
    layers = {layer["name"]: layer for layer in record["layers"]}
    assert record["seed"] == 3
    # Default initialisation: a third of the mean square of the inputs, then a sixth per relu layer.
    assert abs(layers["0"]["variance_before"] - 1 / 3) < 0.06
    assert all(abs(layers[n]["variance_after"] - 1) < 0.1 for n in ("0", "2"))
    assert f"{layers['2']['variance_before']:.3f} → {layers['2']['variance_after']:.3f}" in out


def test_without_a_sample_or_with_one_from_a_file(folder, capsys):
    assert run(capsys, "own_model:build")[0] == 0
    status, out, _ = run(capsys, "own_model:build", "--sample", "batch.npy", "--language", "ja")
    assert status == 0
    assert any("぀" <= letter <= "鿿" for letter in out)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["own_model"], "own_model"), (["nowhere:build"], "nowhere"), (["own_model:missing"], "missing"), (["own_model:number"], "int"),
        (["own_model:broken"], "no weights here"), (["own_model:loop"], "trac"), (["own_model:build", "--sample", "no.npy"], "no.npy"),
        (["own_model:build", "--correct", "--beta", "7"], "7"), (["own_model:build", "--correct", "--seed", "-1"], "-1"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(folder, capsys, arguments, word):
    status, out, error = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert len(error.strip().splitlines()) == 1
    assert word in error
    assert "Traceback" not in error
