"""Reports from an installation: the use case, who may have one, the page, the command line."""

from __future__ import annotations

import io

import pytest
from pptx import Presentation

from dualcore.cli import main
from dualcore.errors import DataError, NotAllowed, NotFound
from dualcore.records.views import DecisionInput
from dualcore.report.pack import FORMATS
from dualcore.services import LOCAL_USER, User
from tests.screens.conftest import NAME, filled, open_page, services  # noqa: F401 - fixtures


@pytest.fixture
def evaluation(services, filled):  # noqa: F811
    return services.latest_evaluation(LOCAL_USER, filled[0])


@pytest.mark.parametrize("form", ["pptx", "html", "ringi-html", "ringi-xlsx", "xlsx", "md"])
def test_a_report_is_made_of_what_is_stored(services, evaluation, form):  # noqa: F811
    made = services.report(LOCAL_USER, evaluation.id, form, "ja")
    starts = {"pptx": b"PK", "xlsx": b"PK", "ringi-xlsx": b"PK", "html": b"<!DOCTYPE html>", "ringi-html": b"<!DOCTYPE html>", "md": b"# "}
    assert made.startswith(starts[form]) and len(made) > 3000


def test_a_decision_enters_the_report(services, evaluation):  # noqa: F811
    action = "stop" if evaluation.verdict.decision != "stop" else "adopt"
    values = DecisionInput(stage="last_layer", evaluation_id=evaluation.id, action=action, reason="=予算は来期", conditions="")
    services.decide(LOCAL_USER, evaluation.project_id, values)
    found = services.dossier(LOCAL_USER, evaluation.id, "ja", "起案 太郎", "Nowhere/Atlantis")
    assert found.action == action and found.author == "起案 太郎" and found.zone == "UTC"
    deck = Presentation(io.BytesIO(services.report(LOCAL_USER, evaluation.id, "pptx", "ja")))
    cells = [c.text for slide in deck.slides for s in slide.shapes if s.has_table for row in s.table.rows for c in row.cells]
    assert "=予算は来期" in cells
    assert deck.slides[0].shapes.title.text_frame.text == NAME


def test_the_one_user_without_sign_in_leaves_the_author_to_be_filled_in(services, evaluation):  # noqa: F811
    assert services.dossier(LOCAL_USER, evaluation.id, "ja").author == ""


def test_reports_are_for_those_who_may_see_the_project(services, evaluation):  # noqa: F811
    stranger = User("eve", "Eve", frozenset({"analyst"}))
    with pytest.raises(NotAllowed):
        services.report(stranger, evaluation.id, "md", "ja")
    with pytest.raises(NotFound):
        services.report(LOCAL_USER, "0" * 16, "md", "ja")
    with pytest.raises(DataError):
        services.report(LOCAL_USER, evaluation.id, "docx", "ja")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_shows_every_format_and_makes_one(filled, open_page, language):  # noqa: F811
    app = open_page("report", language, project=filled[0])
    assert not app.exception and len(app.radio[0].options) == len(FORMATS)
    for form in ("pptx", "xlsx", "md", "ringi-pdf"):
        app.radio[0].set_value(form).run()
        assert not app.exception and not app.error
    app.radio[0].set_value("md").run()
    next(b for b in app.button if b.icon == ":material/slideshow:").click().run()
    assert not app.exception and app.success and app.get("download_button")


def test_the_page_without_an_evaluation_says_what_comes_first(services, open_page):  # noqa: F811
    from dualcore.services import ProjectInput

    project = services.create_project(LOCAL_USER, ProjectInput(name="x"))
    app = open_page("report", "ja", project=project.id)
    assert not app.exception and app.button


def test_the_command_writes_the_file(services, evaluation, tmp_path, capsys):  # noqa: F811
    out = tmp_path / "sheet.md"
    assert main(["report", evaluation.id, "--format", "md", "--language", "en", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith("# ") and str(out) in capsys.readouterr().out
    assert main(["report", evaluation.id, "--format", "docx"]) == 2
    assert "docx" in capsys.readouterr().err
