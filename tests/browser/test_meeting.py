"""Meeting mode in a real browser: keys and taps walk through all slides, nothing scrolls, plain links work; a snapshot link."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dualcore.present.phrases import SLIDES
from dualcore.present.words import say
from dualcore.services import LOCAL_USER, open_services
from dualcore.settings import Settings
from tests.browser.conftest import running_server
from tests.screens.conftest import _project

LAST = len(SLIDES)
SCROLLS = """() => {
  const over = (e) => e.scrollHeight - e.clientHeight > 2 || e.scrollWidth - e.clientWidth > 2;
  return [".st-key-slide", ".st-key-deck", "[data-testid=stMain]", "html"].filter((s) => over(document.querySelector(s)));
}"""


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """(address, project id, address part of a snapshot) of a server with one judged project."""
    home = tmp_path_factory.mktemp("home")
    services = open_services(Settings(home=home, demo_dir=home))
    project = _project(services, False)
    link = services.share(LOCAL_USER, services.latest_evaluation(LOCAL_USER, project).id, 7)
    with running_server(home) as address:
        yield address, project, link


def at(page, place: str, language: str) -> None:
    """The slide is the one at ``place``, in the address and on the screen, and fits."""
    expect(page).to_have_url(re.compile(rf"[?&]slide={re.escape(place)}(&|$)"), timeout=30_000)
    expect(page.locator(".dc-bar")).to_contain_text(say("meeting.place", language, n=place[0], all=LAST), timeout=30_000)
    if SLIDES[int(place[0]) - 1] in ("money", "coverage"):
        expect(page.locator(".js-plotly-plot:visible")).to_have_count(1, timeout=60_000)
    # The keys listen once the letters have been fitted.
    page.wait_for_function("document.querySelector('.st-key-deck').style.getPropertyValue('--fit')", timeout=30_000)
    page.wait_for_timeout(300)
    assert page.evaluate(SCROLLS) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_keys_walk_through_all_slides_and_nothing_scrolls(shown, open_browser, language):
    address, project, _ = shown
    page = open_browser(f"{address}/meeting?project={project}&slide=1&lang={language}", 1280, 720)
    at(page, "1", language)
    for name in ("stSidebar", "stHeader", "stToolbar"):
        assert page.get_by_test_id(name).locator("visible=true").count() == 0
    for place, key in zip(range(2, LAST + 1), ["ArrowRight", "Space", "PageDown", "ArrowDown"] * 2, strict=False):
        page.keyboard.press(key)
        at(page, str(place), language)
    page.keyboard.press("1")
    at(page, f"{LAST}.1", language)
    page.keyboard.press("ArrowRight")
    at(page, f"{LAST}.2", language)
    page.keyboard.press("Escape")
    at(page, str(LAST), language)
    for key, place in (("PageUp", LAST - 1), ("ArrowLeft", LAST - 2), ("Home", 1), ("End", LAST)):
        page.keyboard.press(key)
        at(page, str(place), language)
    page.keyboard.press("n")
    expect(page.locator(".dc-notes")).to_be_visible(timeout=30_000)
    page.keyboard.press("n")  # at once: what was asked for counts, not what is still drawn
    expect(page.locator(".dc-notes")).to_have_count(0, timeout=30_000)
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(rf"/result\?.*project={project}"), timeout=30_000)
    expect(page.get_by_test_id("stSidebar")).to_be_visible()


def test_keys_pressed_fast_are_all_counted(shown, open_browser):
    address, project, _ = shown
    page = open_browser(f"{address}/meeting?project={project}&slide=1&lang=ja", 1280, 720)
    at(page, "1", "ja")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    at(page, "7", "ja")


def test_taps_swipes_and_links_on_a_phone(shown, browser):
    address, project, _ = shown
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{address}/meeting?project={project}&slide=1&lang=ja")
    page.wait_for_selector("h1", timeout=60_000)
    at(page, "1", "ja")
    page.touchscreen.tap(300, 500)
    at(page, "2", "ja")
    page.touchscreen.tap(40, 500)
    at(page, "1", "ja")
    page.get_by_role("link", name=say("meeting.next")).click()
    at(page, "2", "ja")
    for place in range(3, LAST + 1):
        page.touchscreen.tap(300, 300 if place < LAST else 60)
        at(page, str(place), "ja")
    context.close()


def test_the_link_works_without_our_keys(shown, open_browser):
    address, project, _ = shown
    page = open_browser(f"{address}/meeting?project={project}&slide=2&lang=en", 1280, 720)
    at(page, "2", "en")
    page.goto(page.get_by_role("link", name=say("meeting.next", "en")).evaluate("link => link.href"))
    page.wait_for_selector("h1", timeout=60_000)
    at(page, "3", "en")


def test_a_snapshot_opens_by_itself(shown, open_browser):
    address, _, link = shown
    page = open_browser(f"{address}/{link}&lang=ja")
    expect(page.get_by_test_id("stMetric")).to_have_count(3, timeout=30_000)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=60_000)
    assert page.get_by_test_id("stSidebar").locator("visible=true").count() == 0
    assert page.locator("meta[name=robots]").get_attribute("content") == "noindex, nofollow"
    assert page.locator("a:visible").evaluate_all("all => all.every(a => new URL(a.href).search.startsWith('?key='))")
    dead = open_browser(f"{address}/snapshot?key=unknown&lang=ja")
    expect(dead.get_by_test_id("stAlert")).to_contain_text(say("error.share_gone")[:12])


def test_a_link_is_made_and_withdrawn_on_the_result_page(shown, open_browser):
    address, project, _ = shown
    page = open_browser(f"{address}/result?project={project}&lang=en")
    page.get_by_role("button", name=say("sharing.open", "en")).click(timeout=60_000)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=say("sharing.make", "en")).click(timeout=30_000)
    made = dialog.locator("code")
    expect(made).to_contain_text("/snapshot?key=", timeout=30_000)
    reader = open_browser(made.inner_text().strip())
    expect(reader.get_by_test_id("stMetric")).to_have_count(3, timeout=60_000)
    dialog.get_by_role("button", name=say("sharing.withdraw", "en")).first.click()
    expect(dialog.get_by_text(say("sharing.state.withdrawn", "en"), exact=True)).to_be_visible(timeout=30_000)
    reader.reload()
    expect(reader.get_by_test_id("stAlert")).to_contain_text("does not work", timeout=60_000)
