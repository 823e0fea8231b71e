"""``python -m dualcore reevaluate`` from stored evidence, in both languages."""

from __future__ import annotations

import json

import pytest

from dualcore.cli import main
from dualcore.evidence.stages import Reevaluation
from dualcore.intake import load
from tests.evidence.problems import table
from tests.evidence.test_reevaluate import _base


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A table, and evidence of a linear evaluation of it."""
    path = tmp_path_factory.mktemp("reevaluate")
    table(120).to_csv(path / "parts.csv", index=False)
    evidence = _base("linear")
    facts = evidence.dataset.model_copy(update={"sha256": load(path / "parts.csv", target="target").sha256})
    (path / "base.json").write_text(evidence.model_copy(update={"dataset": facts}).model_dump_json(), encoding="utf-8")
    return path


@pytest.mark.parametrize(("language", "says"), [("en", "(measured)"), ("ja", "(測定値)")])
def test_it_prints_rounds_correction_and_answer_and_writes_the_record(folder, capsys, language, says):
    out = folder / f"{language}.json"
    arguments = ["reevaluate", folder / "parts.csv", "--target", "target", "--evidence", folder / "base.json", "--json", out]
    assert main([str(a) for a in [*arguments, "--language", language]]) == 0
    assert says in capsys.readouterr().out
    record = Reevaluation.model_validate(json.loads(out.read_text(encoding="utf-8")))
    assert record.present.skeleton["name"] == "linear" and record.minimum_gain == 0.02


def test_evidence_of_other_data_is_refused(folder, capsys):
    table(130, seed=5).to_csv(folder / "other.csv", index=False)
    arguments = ["reevaluate", folder / "other.csv", "--target", "target", "--evidence", folder / "base.json"]
    assert main([str(a) for a in arguments]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
