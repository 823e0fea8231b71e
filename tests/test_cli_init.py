"""``python -m dualcore init-report``: tables in both languages, JSON, and one clear line for bad input."""

import json
import sys

import numpy as np
import pytest

from dualcore.cli import main

NETS = """
import torch
from torch import nn

def mlp():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(64, 128), nn.Tanh(), nn.Linear(128, 128), nn.Tanh(), nn.Linear(128, 3))

def with_sample():
    return mlp(), torch.randn(16, 64, generator=torch.Generator().manual_seed(0))

def number():
    return 3

def breaks():
    raise RuntimeError("no data here")
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "init_nets.py").write_text(NETS)
    (tmp_path / "init_broken.py").write_text("import no_such_library_at_all\n")
    np.save(tmp_path / "x.npy", np.random.default_rng(0).normal(size=(16, 64)))
    np.save(tmp_path / "wide.npy", np.ones((16, 65)))
    (tmp_path / "text.npy").write_text("not an array")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield tmp_path
    for name in ("init_nets", "init_broken"):
        sys.modules.pop(name, None)


def test_without_a_sample_only_the_analytic_part(capsys):
    assert main(["init-report", "init_nets:mlp"]) == 0
    text = capsys.readouterr().out
    assert "assumed" in text and "measured  " not in text and "\u2192" not in text
    rows = [line.split() for line in text.splitlines() if " Linear " in line]
    assert [r[0] for r in rows] == ["0", "2", "4"]
    assert float(rows[0][4]) == pytest.approx(1 / 3, abs=0.02)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_before_and_after_and_json(folder, capsys, language):
    arguments = ["init-report", "init_nets:mlp", "--correct", "--beta", "0.2", "--sample", "x.npy", "--seed", "5", "--json", "out.json"]
    assert main([*arguments, "--language", language]) == 0
    report = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert report["seed"] == 5 and report["beta"] == "0.2" and report["examples"] == 16
    first = report["layers"][0]
    text = capsys.readouterr().out
    assert f"{first['variance_before']:.3f} \u2192 {first['variance_after']:.3f}" in text
    assert first["bias_share_after"] == pytest.approx(0.2, abs=0.1)


def test_the_factory_s_own_sample_is_used(capsys):
    assert main(["init-report", "init_nets:with_sample"]) == 0
    assert "measured on the sample" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["init_nets"], "module:factory"), (["no_such_module:f"], "no_such_module"), (["init_broken:f"], "no_such_library_at_all"),
        (["init_nets:nope"], "nope"), (["init_nets:number"], "int"), (["init_nets:breaks"], "no data here"),
        (["init_nets:mlp", "--correct", "--beta", "much"], "much"), (["init_nets:mlp", "--correct", "--beta", "2"], "2.0"),
        (["init_nets:mlp", "--sample", "missing.npy"], "missing.npy"), (["init_nets:mlp", "--sample", "text.npy"], "text.npy"),
        (["init_nets:mlp", "--sample", "wide.npy"], "(n, ..., 64)"),
    ],
)
def test_bad_input_ends_with_status_2_and_one_line(capsys, arguments, says):
    assert main(["init-report", *arguments]) == 2
    error = capsys.readouterr().err.strip()
    assert says in error and len(error.splitlines()) == 1
