"""A fresh server per module on a free loopback port, a real Chromium, and small real files to upload."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
START_SECONDS = 90


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium found; run: sh tests/browser/install.sh"))


@contextlib.contextmanager
def running_server(
    home: Path, demo_dir: Path | None = None, settings: dict[str, str] | None = None, port: int | None = None,
    listens: str = "127.0.0.1",
):  # fmt: skip
    """Start the application on ``home``; gives its address. Without ``demo_dir`` there are no demo projects.

    settings : more of the environment
    """
    if port is None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    home.mkdir(parents=True, exist_ok=True)
    settings = {
        "DUALCORE_HOME": str(home), "DUALCORE_DEMO_DIR": str(demo_dir or home), "DUALCORE_JOB_SECONDS": "30", **(settings or {}),
    }  # fmt: skip
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}", "--server.headless=true"]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--server.address={listens}"], cwd=ROOT, env={**os.environ, **settings}, stdout=log, stderr=log
        )
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}/healthz", process, home)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait_until_it_answers(address: str, process: subprocess.Popen, home: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):  # not listening yet, or busy starting
            if urllib.request.urlopen(address, timeout=10).status == 200:
                return
        time.sleep(0.3)
    raise RuntimeError(f"the server did not answer:\n{(home / 'server.log').read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running_server(tmp_path_factory.mktemp("home")) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_browser(browser):
    """Open a browser window; gives its page. Fails when a page asks any other host for anything."""
    contexts, strangers = [], []

    def go(address: str, width: int = 1440, height: int = 900, locale: str = "ja-JP"):
        context = browser.new_context(viewport={"width": width, "height": height}, locale=locale)
        contexts.append(context)
        page = context.new_page()
        host = "/".join(address.split("/")[:3])
        page.on(
            "request",
            lambda r: strangers.append(r.url) if not r.url.startswith((host, "data:", "blob:", "ws:")) else None,
        )
        page.goto(address)
        page.wait_for_selector("h1, [data-testid=stAlert]", timeout=60_000)
        return page

    yield go
    for context in contexts:
        context.close()
    assert strangers == []


@pytest.fixture(scope="session")
def files(tmp_path_factory) -> dict[str, Path]:
    """One table with Japanese headers (cp932), one zip of class folders, one set of signals, one bad file."""
    from PIL import Image
    from sklearn.datasets import load_digits, load_wine

    folder = tmp_path_factory.mktemp("uploads")
    paths = {
        k: folder / n
        for k, n in {"table": "wine.csv", "image": "digits.zip", "signal": "signal.npz", "bad": "bad.csv"}.items()
    }
    wine = load_wine(as_frame=True).frame
    wine.columns = [*(f"成分{i + 1}" for i in range(13)), "品種"]
    wine["品種"] = pd.Series(wine["品種"]).map({0: "甲", 1: "乙", 2: "丙"})
    paths["table"].write_bytes(wine.to_csv(index=False).encode("cp932"))
    digits = load_digits()
    with zipfile.ZipFile(paths["image"], "w") as archive:
        for i in np.flatnonzero(digits.target < 3)[:240]:
            picture = io.BytesIO()
            Image.fromarray((digits.images[i] * 15.9).astype(np.uint8)).save(picture, "PNG")
            archive.writestr(f"{digits.target[i]}/{i:04}.png", picture.getvalue())
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 60)
    phase = rng.uniform(0, 2 * np.pi, (120, 1))
    waves = np.sin(np.linspace(0, 20, 128) * (1 + 0.6 * labels[:, None]) + phase) + rng.normal(0, 0.3, (120, 128))
    np.savez(paths["signal"], X=waves[:, None, :].astype(np.float32), y=labels)
    paths["bad"].write_bytes(b"")
    return paths
