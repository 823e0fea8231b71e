"""Pictures of every page for looking at: ``python -m tests.browser.shots [ADDRESS]``.

Takes each page of an installation with demo projects at 1440 and 390 pixels, in Japanese and
English, light and dark, into tests/browser/shots/ (not in the repository). Without an address a
fresh server with the demo projects is started and all their evaluations are awaited.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, ROOT, running_server

OUT = Path(__file__).parent / "shots"
PAGES = ("home", "new_project", "data", "architecture", "evaluate", "result", "glossary")
LOOKS = [(1440, "ja", "light"), (1440, "en", "dark"), (390, "ja", "light"), (390, "en", "dark")]
TALLEST = 9000


def shoot(browser: Browser, address: str, name: str, width: int, language: str, theme: str) -> None:
    """One picture of a whole page."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
    page.wait_for_selector("h1", timeout=60_000)
    page.wait_for_timeout(2500)
    # The application scrolls inside its main part: make the window as tall as what is in it.
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, TALLEST)})
    page.wait_for_timeout(1500)
    page.screenshot(path=OUT / f"{name}-{width}-{language}-{theme}.png")
    context.close()


def links(browser: Browser, address: str) -> list[str]:
    """Names of the projects on the start page, as keys of their cards."""
    page = browser.new_page()
    page.goto(f"{address}/?lang=en")
    page.wait_for_selector("[class*=st-key-project_]", timeout=60_000)
    classes = page.eval_on_selector_all("[class*=st-key-project_]", "all => all.map(e => e.className)")
    page.close()
    return [
        part.removeprefix("st-key-project_")
        for c in classes
        for part in c.split()
        if part.startswith("st-key-project_")
    ]


def await_evaluations(browser: Browser, address: str) -> None:
    page = browser.new_page()
    for _ in range(120):
        page.goto(f"{address}/?lang=en")
        page.wait_for_selector("[class*=st-key-project_]", timeout=60_000)
        page.wait_for_timeout(2500)
        if not any(word in page.content() for word in ("evaluating", "Waiting")):
            break
        time.sleep(5)
    page.close()


def main(address: str) -> None:
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        await_evaluations(browser, address)
        projects = links(browser, address)
        for look in LOOKS:
            for page in PAGES:
                place = "" if page in ("home", "new_project", "glossary") else f"?project={projects[0]}"
                shoot(browser, f"{address}/{'' if page == 'home' else page}{place}", page, *look)
        for i, project in enumerate(projects):
            shoot(browser, f"{address}/result?project={project}", f"result-{i}", *LOOKS[0])
        browser.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
            running_server(Path(home), ROOT / "data") as started,
        ):
            main(started)
