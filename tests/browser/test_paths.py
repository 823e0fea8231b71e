"""What a manager does, in a real browser: from upload to verdict, refresh, cancel, a bad file, language, phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dualcore.present.words import WORDS, say
from tests.browser.conftest import running_server

FINISH_MS = 180_000
VERDICTS = "|".join(re.escape(ja) for key, (ja, _) in WORDS.items() if key.startswith("result.sentence."))


def press(page, key: str, language: str = "ja") -> None:
    """Press the button with the words ``key``."""
    page.get_by_role("button", name=say(key, language), exact=False).first.click()


def new_project(page, name: str) -> None:
    press(page, "home.new")
    page.get_by_label(say("new.name")).fill(name)
    press(page, "new.create")
    expect(page.locator("h1")).to_have_text(say("data.title"))


def upload(page, path) -> None:
    page.locator("input[type=file]").first.set_input_files(path)


def attach(page, path) -> None:
    """Upload a file and accept everything that dualcore assumes."""
    upload(page, path)
    expect(page.get_by_text(re.compile("読み取りました")).first).to_be_visible(timeout=60_000)
    press(page, "data.use")
    expect(page.get_by_role("button", name=say("data.next"))).to_be_visible(timeout=60_000)


def start(page, path, name: str) -> None:
    new_project(page, name)
    attach(page, path)
    press(page, "data.next")
    press(page, "architecture.next")
    press(page, "evaluate.start")
    expect(page.locator("h1")).to_have_text(say("evaluate.title_running"), timeout=30_000)


@pytest.mark.parametrize("kind", ["table", "image", "signal"])
def test_from_upload_to_verdict(server, open_browser, files, kind):
    page = open_browser(server)
    start(page, files[kind], f"案件 {kind}")
    expect(page.locator("h1")).to_have_text(re.compile(VERDICTS), timeout=FINISH_MS)
    assert re.search(r"/result\?.*project=[0-9a-f]+", page.url) and "evaluation=" in page.url
    expect(page.get_by_test_id("stMetric")).to_have_count(3)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=30_000)
    expect(page.get_by_text(say("result.reasons"), exact=True)).to_be_visible()
    assert "Traceback" not in page.content()
    for tab in ("comparison", "errors", "money", "provenance"):
        page.get_by_role("tab", name=say(f"result.tab.{tab}")).click()
        assert page.get_by_test_id("stAlert").filter(has_text="記録番号").count() == 0


def test_a_refresh_and_a_second_browser_see_the_running_job(server, open_browser, files):
    page = open_browser(server)
    start(page, files["table"], "再読み込み")
    page.reload()
    expect(page.locator("h1")).to_have_text(re.compile(f"{say('evaluate.title_running')}|{VERDICTS}"), timeout=30_000)
    other = open_browser(page.url)
    expect(other.locator("h1")).to_be_visible()
    expect(page.locator("h1")).to_have_text(re.compile(f"{VERDICTS}|{say('evaluate.title')}"), timeout=FINISH_MS)


def test_cancel(server, open_browser, files):
    page = open_browser(server)
    start(page, files["table"], "中止")
    press(page, "evaluate.cancel")
    expect(page.get_by_text(say("evaluate.cancelled"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name=say("evaluate.start"))).to_be_visible()


def test_a_bad_file_is_answered_in_one_sentence(server, open_browser, files):
    page = open_browser(server)
    new_project(page, "空のファイル")
    upload(page, files["bad"])
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_have_count(1, timeout=30_000)
    expect(alert).to_contain_text("bad.csv")
    assert "Traceback" not in page.content()
    expect(page.get_by_role("button", name=say("data.use"))).to_have_count(0)


def test_names_of_people_stay_text(server, open_browser):
    page = open_browser(server)
    new_project(page, "**x** <script>alert(1)</script> :red[y]")
    expect(page.get_by_test_id("stSidebar")).to_contain_text("**x** <script>alert(1)</script> :red[y]")


def test_the_language_follows_browser_and_switch(server, open_browser):
    page = open_browser(f"{server}/new_project", locale="en-US")
    expect(page.locator("h1")).to_have_text(say("new.title", "en"))
    page.get_by_test_id("stSidebar").get_by_text("日本語").click()
    expect(page.locator("h1")).to_have_text(say("new.title", "ja"))
    assert "lang=ja" in page.url
    page.get_by_test_id("stSidebar").get_by_text("English").click()
    expect(page.locator("h1")).to_have_text(say("new.title", "en"))


@pytest.mark.parametrize(
    "address", ["/", "/new_project", "/data", "/architecture", "/evaluate", "/result", "/glossary"]
)
def test_nothing_is_wider_than_a_phone(server, open_browser, address):
    page = open_browser(server + address, width=390, height=844)
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390


def test_a_deep_link_into_a_fresh_server_passes_the_frame(tmp_path, open_browser):
    with running_server(tmp_path / "home") as address:
        page = open_browser(f"{address}/result?project=unknown")
        expect(page.get_by_test_id("stAlert")).to_contain_text(say("error.no_project")[:8])
        expect(page.get_by_test_id("stSidebarNav")).to_contain_text(say("nav.home"))
        helper = open_browser(f"{address}/_shared")
        expect(helper.get_by_test_id("stSidebarNav")).to_contain_text(say("nav.home"))
