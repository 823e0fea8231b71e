"""A stored evaluation comes out again: same verdict, same figures, whatever the number of threads."""

import json

import pytest
import torch

from dualcore.cli import main
from dualcore.evidence import EvaluateOptions, Evidence, evaluate
from dualcore.evidence.replay import compare, load_for, replay
from dualcore.intake import load
from tests.evidence.problems import table


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """(file, evidence of it on one thread)."""
    file = tmp_path_factory.mktemp("replay") / "rows.csv"
    table(260).to_csv(file, index=False)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    options = EvaluateOptions(skeleton="fc1", budget_seconds=5.0, permutations=50, n_seeds=2, goal=0.8, seed=4)
    evidence = evaluate(load(file, target="target"), options).evidence
    torch.set_num_threads(before)
    return file, evidence


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_figures_on_another_number_of_threads(stored, threads):
    file, evidence = stored
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found, again = replay(Evidence.model_validate_json(evidence.model_dump_json(exclude={"baselines"})), load_for(evidence, file))
    finally:
        torch.set_num_threads(before)
    assert found.differences == []
    assert found.same and found.compared > 300
    assert again.last_layer.score == pytest.approx(evidence.last_layer.score, abs=1e-6)
    assert ("threads" in found.surroundings) == (threads != 1)


def test_a_changed_figure_is_named(stored):
    _, evidence = stored
    last = evidence.last_layer.model_copy(update={"score": evidence.last_layer.score + 1e-4})
    found = compare(evidence, evidence.model_copy(update={"last_layer": last}))
    assert [d.name for d in found.differences] == ["last_layer.score"]
    assert not found.same and found.largest == pytest.approx(1e-4)


def test_other_data_and_other_files_are_refused(stored, tmp_path, capsys):
    file, evidence = stored
    other, report = tmp_path / "other.csv", tmp_path / "report.json"
    table(260, seed=1).to_csv(other, index=False)
    from dualcore.decision import recommend

    report.write_text(json.dumps(evidence.model_dump(mode="json") | {"verdict": recommend(evidence).model_dump(mode="json")}))
    assert main(["replay", str(report), str(other)]) == 2
    assert "not the data of this evaluation" in capsys.readouterr().err
    assert main(["replay", str(file), str(file)]) == 2
    assert "not a stored evaluation" in capsys.readouterr().err


def test_the_command_compares_verdict_and_figures(stored, tmp_path, capsys):
    from dualcore.decision import Terms, recommend

    file, evidence = stored
    verdict = recommend(evidence, Terms(goal=0.8))
    report = evidence.model_dump(mode="json") | {"verdict": verdict.model_dump(mode="json")}
    path = tmp_path / "report.json"
    path.write_text(json.dumps(report))
    assert main(["replay", str(path), str(file)]) == 0
    assert "Same verdict as before" in capsys.readouterr().out
    report["last_layer"]["score"] += 0.01
    path.write_text(json.dumps(report))
    assert main(["replay", str(path), str(file)]) == 1
    assert "last_layer.score" in capsys.readouterr().out
