"""The real path of stage 4 and of transfer: upload, evaluation, comparison in the worker's process, kit."""

import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import torch

from dualcore.cli import main
from dualcore.errors import NotAllowed
from dualcore.services import Services
from tests.decided import decided
from tests.jobs.test_evaluation import FAST, KEN, MINA, attached, run_to_the_end, table


@pytest.mark.timeout(900)
def test_from_an_evaluation_to_a_comparison_and_a_kit_that_reproduces_the_score(settings, tmp_path):
    folder = tmp_path / "encoders"
    folder.mkdir()
    torch.jit.trace(torch.nn.Linear(3, 4), torch.zeros(2, 3)).save(folder / "layer.pt")
    services = Services(settings.model_copy(update={**FAST, "encoders": folder}))
    project, _, _ = attached(services, table())
    view = services.evaluation(MINA, run_to_the_end(services, services.start_evaluation(MINA, project.id, skeleton="fc1").id).result_id)

    rng = np.random.default_rng(0)
    raw = rng.normal(size=(160, 3)).round(3)  # the inputs of the table; their product decides
    np.save(tmp_path / "e.npy", np.column_stack([raw[:, 0] * raw[:, 1], raw]))
    kept = services.keep_embeddings(MINA, project.id, tmp_path / "e.npy", "e.npy")
    job = run_to_the_end(services, services.start_transfer(MINA, view.id, kept).id)
    assert (job.state, job.error) == ("done", None)
    found = services.stage(MINA, job.result_id).result
    assert found.random.score == pytest.approx(view.evidence.last_layer.score, abs=1e-6)
    assert found.pretrained.score > 0.9 and found.sha256 == kept.sha256

    job = run_to_the_end(services, services.start_transfer(MINA, view.id, encoder="layer.pt").id)
    assert job.error is None and services.stage(MINA, job.result_id).result.source == "encoder"

    plan = services.plan(MINA, view.id)
    assert plan.goal == view.verdict.goal
    with pytest.raises(NotAllowed):
        services.starter_kit(MINA, view.id, "ja")  # nobody has decided yet
    decided(services, MINA, view.id, "invest", "invest", "invest")
    packed = services.starter_kit(MINA, view.id, "ja")
    with pytest.raises(NotAllowed):
        services.starter_kit(KEN, view.id, "ja")
    zipfile.ZipFile(io.BytesIO(packed)).extractall(tmp_path / "kit")
    done = subprocess.run([sys.executable, "train.py"], cwd=tmp_path / "kit" / "starter_kit", capture_output=True, text=True, timeout=200)
    assert json.loads(done.stdout.splitlines()[-1])["score"] == pytest.approx(view.evidence.last_layer.score, abs=1e-3), done.stderr


def test_the_command_line_compares_and_refuses_in_one_line(tmp_path, capsys):
    (tmp_path / "t.csv").write_bytes(table())
    np.save(tmp_path / "e.npy", np.random.default_rng(1).normal(size=(160, 5)))
    ask = ["transfer", str(tmp_path / "t.csv"), "--target", "=part", "--skeleton", "fc1"]
    assert main([*ask, "--embeddings", str(tmp_path / "e.npy"), "--json", str(tmp_path / "o.json")]) == 0
    assert "Gain on the same rows" in capsys.readouterr().out
    report = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    assert report["kind"] == "transfer" and report["high"] < 0 and len(report["sha256"]) == 64
    assert main(ask) == 2
    np.save(tmp_path / "e.npy", np.zeros((150, 5)))
    assert main([*ask, "--embeddings", str(tmp_path / "e.npy")]) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 2 and "--encoder" in error[0] and "150 embeddings" in error[1]
