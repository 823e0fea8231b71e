"""predict and export on the command line."""

from __future__ import annotations

import json
import zipfile

import pandas as pd
import pytest

from dualcore.cli import main
from tests.evidence.problems import dataset, table
from tests.evidence.test_export import fit


@pytest.fixture
def files(tmp_path):
    fit(dataset(table(200, 1, task="regression")), "fc1").save(tmp_path / "out.json.model.npz")
    table(100, 2).drop(columns="target").to_csv(tmp_path / "same.csv", index=False)
    table(100, 2).drop(columns="target").assign(x4=lambda f: 3 * f.x4).to_csv(tmp_path / "other.csv", index=False)
    return tmp_path


def test_predict_says_what_the_columns_are_and_whether_rows_differ(files, capsys):
    assert main(["predict", str(files / "out.json"), str(files / "same.csv"), "--out", str(files / "p.csv")]) == 0
    said = capsys.readouterr().out
    assert "100 rows" in said and "target_low90" in said and "No difference from the 200 training rows" in said
    assert list(pd.read_csv(files / "p.csv", encoding="utf-8-sig").columns) == ["target", "target_low90", "target_high90"]
    assert main(["predict", str(files / "out.json"), str(files / "other.csv"), "--out", str(files / "p.csv"), "--level", "0.95", "--language", "ja"]) == 0
    said = capsys.readouterr().out
    assert "! 学習データと違う点があります: x4" in said and "target_low95" in said and "PSI" in said


@pytest.mark.parametrize("form", ["onnx", "safetensors"])
def test_export_writes_an_archive(files, capsys, form):
    assert main(["export", str(files / "out.json.model.npz"), "--form", form, "--out", str(files / "m.zip")]) == 0
    archive = zipfile.ZipFile(files / "m.zip")
    assert f"model.{form}" in archive.namelist() and json.loads(archive.read("model.json"))["target"] == "target"
    assert "m.zip" in capsys.readouterr().out


def test_what_cannot_be_used_ends_with_2(files, capsys):
    assert main(["predict", str(files / "out.json"), str(files / "same.csv"), "--out", str(files / "p.csv"), "--level", "2"]) == 2
    (files / "none.npz").write_bytes(b"x")
    assert main(["export", str(files / "none.npz"), "--form", "onnx", "--out", str(files / "m.zip")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2
