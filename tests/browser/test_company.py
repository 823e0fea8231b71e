"""What a company does with a verdict, in Japanese and in a real browser: find it, decide, report, learn, take the model along."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from playwright.sync_api import expect

from dualcore.present.words import say
from dualcore.services import LOCAL_USER, ProjectInput, open_services
from dualcore.settings import Settings
from tests.browser.conftest import running_server
from tests.screens.conftest import _project

SOON = {"timeout": 60_000}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """(address, project id, services) of a server with two judged projects and a new one."""
    home = tmp_path_factory.mktemp("home")
    services = open_services(Settings(home=home, demo_dir=home))
    project, _ = _project(services, False), _project(services, True)
    services.create_project(LOCAL_USER, ProjectInput(name="新しい案件"))
    with running_server(home) as address:
        yield address, project, services


def test_the_portfolio_is_searched_and_the_address_keeps_it(company, open_browser):
    address, _, _ = company
    page = open_browser(address)
    page.get_by_placeholder(say("portfolio.search_hint")).first.fill("新しい")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]q="), **SOON)
    expect(page.get_by_text("新しい案件").first).to_be_visible(**SOON)
    expect(page.get_by_text("軸受")).to_have_count(0, **SOON)
    again = open_browser(page.url)
    expect(again.get_by_text("新しい案件").first).to_be_visible(**SOON)
    expect(again.get_by_text("軸受")).to_have_count(0, **SOON)


def test_a_decision_is_recorded_and_the_next_stage_opens(company, open_browser):
    address, project, services = company
    page = open_browser(f"{address}/gates?project={project}")
    expect(page.get_by_text(say("gates.state.locked")).first).to_be_visible(**SOON)
    page.get_by_test_id("stForm").get_by_text(say("verdict.re-evaluate"), exact=True).first.click()
    page.get_by_label(say("gates.form.reason")).fill("現場の見解と一致しないため")
    page.get_by_role("button", name=say("gates.form.send")).click()
    expect(page.get_by_text(say("gates.recorded"))).to_be_visible(**SOON)
    made = services.decisions(LOCAL_USER, project)[0]
    assert (made.action, made.reason) == ("re-evaluate", "現場の見解と一致しないため")
    page.goto(f"{address}/gates?project={project}")
    expect(page.locator(".st-key-gate_reevaluate").get_by_text(say("gates.state.ready"))).to_be_visible(**SOON)
    expect(page.locator(".st-key-gate_intermediate").get_by_text(say("gates.state.locked"))).to_be_visible(**SOON)


def test_slides_are_downloaded_in_japanese(company, open_browser):
    address, project, _ = company
    page = open_browser(f"{address}/report?project={project}")
    page.get_by_role("button", name=say("report.page.make")).click()
    save = page.locator("[data-testid=stDownloadButton] button").first
    expect(save).to_be_visible(timeout=120_000)
    with page.expect_download(timeout=120_000) as caught:
        save.click()
    content = open(caught.value.path(), "rb").read()
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert any(n.startswith("ppt/") or n.endswith(".pptx") for n in names)


def test_a_lesson_answers_a_moved_control(company, open_browser):
    address, _, _ = company
    page = open_browser(f"{address}/learn?lesson=toolbox")
    expect(page.locator(".js-plotly-plot").first).to_be_visible(**SOON)
    before = page.locator(".js-plotly-plot").first.inner_html()
    slider = page.get_by_role("slider").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "old => document.querySelector('.js-plotly-plot') && document.querySelector('.js-plotly-plot').innerHTML !== old",
        arg=before, timeout=60_000,
    )  # fmt: skip


def test_a_changed_threshold_shows_what_it_would_change(company, open_browser):
    address, _, _ = company
    page = open_browser(f"{address}/protocol")
    expect(page.locator("h1")).to_be_visible(**SOON)
    page.get_by_role("button", name=say("protocol.preview")).click()
    expect(page.locator(".st-key-protocol_effect h3")).to_contain_text("2 件", **SOON)
