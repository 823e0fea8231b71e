"""The command line as other tools call it: exit status, JSON, predictions."""

import json

import numpy as np
import pandas as pd
import pytest

from dualcore.cli import main
from tests.evidence.problems import table


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli")
    table(160).to_csv(path / "train.csv", index=False)
    table(80, seed=1).to_csv(path / "test.csv", index=False)
    arguments = ["evaluate", path / "train.csv", "--target", "target", "--test", path / "test.csv", "--goal", "0.7"]
    assert main([str(a) for a in [*arguments, "--budget-seconds", "5", "--json", path / "out.json"]]) == 0
    return path


def test_json_holds_the_contract(folder):
    report = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert {"name", "sha256", "rows", "task", "classes"} <= set(report["dataset"])
    assert {"score", "low", "high", "loo_score", "test_score"} <= set(report["last_layer"])
    assert set(report["baselines"]) == {"majority", "linear", "boosted_trees"}
    assert {"estimate", "low", "high"} <= set(report["ceiling"])
    assert {"cumulative_power", "effective_dimension", "kernel_error", "specificity"} <= set(report["coverage"])
    assert {"decision", "reasons", "confidence", "next_step"} <= set(report["verdict"])
    assert {"seconds", "flops"} <= set(report["cost"])
    assert 0 < report["null"]["p_value"] <= 1
    assert {"skeleton", "metric", "curve", "probe", "manifest"} <= set(report)
    assert report["manifest"]["seed"] == 0
    assert report["last_layer"]["test_score"] is not None


def test_predict_from_the_run_gives_one_line_per_row(folder):
    assert main(["predict", str(folder / "out.json"), str(folder / "test.csv"), "--out", str(folder / "p.csv")]) == 0
    found = pd.read_csv(folder / "p.csv")
    truth = pd.read_csv(folder / "test.csv")
    report = json.loads((folder / "out.json").read_text(encoding="utf-8"))
    assert (found["target"] == truth["target"]).mean() == pytest.approx(report["last_layer"]["test_score"])
    assert np.allclose(found[["p(no)", "p(yes)"]].sum(axis=1), 1, atol=1e-5)


def test_kernel_is_written(folder):
    out = folder / "k.npz"
    assert main(["kernel", str(folder / "train.csv"), "--target", "target", "--skeleton", "fc2", "--out", str(out)]) == 0
    K = np.load(out)["K"]
    assert K.shape == (160, 160)
    assert np.allclose(np.diag(K), 1)


@pytest.mark.parametrize(
    ("content", "arguments", "says"),
    [
        (b"", [], "empty"),
        (b"a,b\n1,2\n", [], "rows"),
        (b"<!doctype html><html></html>", [], "web page"),
        (None, ["--target", "nope"], "nope"),
        (None, ["--target", "target", "--metric", "r2"], "metric"),
        (None, ["--target", "target", "--skeleton", "nope"], "skeleton"),
    ],
)
def test_unusable_input_ends_with_status_2_and_one_line(folder, tmp_path, capsys, content, arguments, says):
    file = folder / "train.csv"
    if content is not None:
        file = tmp_path / "bad.csv"
        file.write_bytes(content)
    assert main(["evaluate", str(file), *arguments]) == 2
    error = capsys.readouterr().err.strip()
    assert says in error
    assert len(error.splitlines()) == 1


def test_a_missing_file_is_said(capsys):
    assert main(["evaluate", "no-such-file.csv"]) == 2
    assert "no-such-file.csv" in capsys.readouterr().err
