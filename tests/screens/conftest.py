"""A fresh installation per test, and pages run by Streamlit's AppTest."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
FRAME = ROOT / "pages" / "_frame.py"
sys.path.insert(0, str(ROOT))

from dualcore.decision import recommend  # noqa: E402
from dualcore.decision.records import Terms  # noqa: E402
from dualcore.intake.records import Question, ReadOptions  # noqa: E402
from dualcore.records import models  # noqa: E402
from dualcore.records.verdicts import record_verdict  # noqa: E402
from dualcore.services import LOCAL_USER, ProjectInput, open_services  # noqa: E402
from dualcore.settings import Settings  # noqa: E402
from tests.present import sample  # noqa: E402

NAME = "軸受 **x** <script>alert(1)</script> :red[y]"


@pytest.fixture
def services(tmp_path, monkeypatch):
    monkeypatch.setenv("DUALCORE_HOME", str(tmp_path))
    st.cache_resource.clear()
    return open_services(Settings())


@pytest.fixture
def filled(services):
    """(project id, regression project id), both with hand-made evidence of the sample."""
    return _project(services, False), _project(services, True)


def _project(services, regression: bool) -> str:
    evidence = sample.evidence(regression)
    project = services.create_project(LOCAL_USER, ProjectInput(name=NAME, question="**q**", terms=Terms(goal=0.88)))
    with services._database.write() as session:
        dataset = models.Dataset(
            project_id=project.id, sha256="b" * 64, filename="**f**.csv", file_sha="a" * 64, test_filename=None, test_sha=None,
            options=ReadOptions(), question=Question(), profile=sample.profile(regression), notes=[],
        )  # fmt: skip
        session.add(dataset)
        session.flush()
        verdict = recommend(evidence, terms=project.terms)
        evaluation = models.Evaluation(
            project_id=project.id,
            dataset_id=dataset.id,
            skeleton="auto",
            metric=None,
            seed=0,
            evidence=evidence,
            verdict=verdict,
            model_sha=None,
        )
        session.add(evaluation)
        session.flush()
        record_verdict(session, evaluation, verdict, LOCAL_USER.id)
    return project.id


@pytest.fixture
def open_page(services):
    """Open a page as a reader would, in a language, on a project; gives the finished AppTest."""

    def go(page: str, language: str = "ja", /, **query: str) -> AppTest:
        app = AppTest.from_file(str(FRAME), default_timeout=60)
        app.query_params["lang"] = language
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        return app if page == "home" else app.switch_page(f"{page}.py").run()

    return go
