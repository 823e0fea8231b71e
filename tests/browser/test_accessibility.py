"""Every page against axe-core's rules (WCAG A and AA): no serious and no critical violation, in light and dark."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import pytest

from dualcore.services import LOCAL_USER, open_services
from dualcore.settings import Settings
from tests.browser.conftest import running_server
from tests.decided import decided
from tests.screens.conftest import _project

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# The menu is Streamlit's own: its lists of pages hold elements that a list may not (its headings and its separators).
RUN = """() => axe.run({exclude: [["[data-testid=stSidebarNav]"]]}, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).then(found =>
  found.violations.filter(v => ["serious", "critical"].includes(v.impact)).map(v =>
    ({rule: v.id, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " | " + n.failureSummary.slice(0, 300))})))"""
ALONE = ("home", "new_project", "protocol", "track_record", "glossary", "learn", "learn?lesson=toolbox", "people")
IN_A_PROJECT = (
    "data", "architecture", "evaluate", "result", "gates", "reevaluate", "tune", "transfer", "invest", "report", "meeting",
    "phrases", "members",
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """(address, project id) of a server with two judged projects and a decision."""
    home = tmp_path_factory.mktemp("home")
    services = open_services(Settings(home=home, demo_dir=home))
    project, _ = _project(services, False), _project(services, True)
    decided(services, LOCAL_USER, services.latest_evaluation(LOCAL_USER, project).id, "invest")
    with running_server(home) as address:
        yield address, project


def violations(browser, address: str, theme: str) -> list:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP", color_scheme=theme)
    try:
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("h1", timeout=60_000)
        page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')", timeout=60_000)
        page.wait_for_timeout(1000)
        page.evaluate(AXE)
        return page.evaluate(RUN)
    finally:
        context.close()


@pytest.mark.parametrize("name", [*ALONE, *IN_A_PROJECT])
def test_no_serious_violation(filled, browser, name):
    address, project = filled
    query = f"?project={project}" if name in IN_A_PROJECT else ""
    assert violations(browser, f"{address}/{name}{query}", "light") == []


@pytest.mark.parametrize("name", ["home", "result", "gates"])
def test_no_serious_violation_in_the_dark(filled, browser, name):
    address, project = filled
    assert violations(browser, f"{address}/{name}?project={project}", "dark") == []
