"""Sign-in, end to end: a real browser, the real application, a real OpenID Connect server on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from dualcore.present.words import say
from dualcore.records.models import Person
from dualcore.services import ProjectInput, Services, User
from dualcore.settings import Settings
from tests.browser.conftest import running_server

HERE = Path(__file__).parent / "oidc"
MODULES = Path.home() / ".cache" / "dualcore-tests" / "oidc"
ACCOUNTS = {
    "ada": {"claims": {"name": "Ada", "email": "ada@example.com", "email_verified": True}},
    "mina": {"claims": {"name": "Mina", "email": "mina@example.com", "email_verified": True, "roles": ["dual-analysts"]}},
    "vera": {"claims": {"name": "Vera", "email": "vera@example.com", "email_verified": True}},
    # Says that she is Ada, and nobody has checked it.
    "eve": {"claims": {"name": "Ada", "email": "ada@example.com", "email_verified": False}},
    "brief": {"claims": {"name": "Brief"}, "ttl": 12},
}
MARK = "PROJECT-OF-MINA"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def installed() -> Path:
    """The pinned OpenID Connect server, fetched once into a cache folder; skips where Node.js or its packages are missing."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("the sign-in tests need Node.js and npm")
    lock = (HERE / "package-lock.json").read_text()
    kept = MODULES / "package-lock.json"
    if not (MODULES / "node_modules" / "oidc-provider").is_dir() or not kept.is_file() or kept.read_text() != lock:
        MODULES.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, MODULES / name)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        found = subprocess.run(command, cwd=MODULES, capture_output=True, text=True, timeout=120)
        if found.returncode:
            kept.unlink()
            pytest.skip(f"npm could not fetch oidc-provider: {found.stderr[-200:]}")
    return MODULES


@contextlib.contextmanager
def provider(callback: str, log: Path):
    """The server; gives its address."""
    port = free_port()
    more = {"MODULES": str(installed()), "PORT": str(port), "CALLBACK": callback, "ACCOUNTS": json.dumps(ACCOUNTS)}
    with log.open("wb") as out:
        process = subprocess.Popen(["node", str(HERE / "server.mjs")], env={**os.environ, **more}, stdout=out, stderr=out)
        try:
            for _ in range(100):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/.well-known/openid-configuration", timeout=5)
                    break
                assert process.poll() is None, log.read_text()
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """(address of the application, its services); Mina has a project."""
    home = tmp_path_factory.mktemp("sign-in")
    port = free_port()
    callback = f"http://127.0.0.1:{port}/oauth2callback"
    with provider(callback, home / "oidc.log") as issuer:
        secrets = home / "secrets.toml"
        secrets.write_text(
            f'[auth]\nredirect_uri = "{callback}"\ncookie_secret = "{"s" * 40}"\nclient_id = "dualcore"\n'
            f'client_secret = "a-secret-for-tests-only"\nserver_metadata_url = "{issuer}/.well-known/openid-configuration"\n'
            '[auth.client_kwargs]\nprompt = "login"\n'
        )
        settings = {
            "STREAMLIT_SECRETS_FILES": str(secrets), "DUALCORE_ADMINS": "Ada@example.com", "DUALCORE_ROLE_CLAIM": "roles",
            "DUALCORE_ROLE_MAP": '{"dual-analysts": "analyst"}',
        }  # fmt: skip
        services = Services(Settings(home=home / "home", demo_dir=home))
        mina = User(f"{issuer}|mina", "Mina", frozenset({"analyst"}))
        services.create_project(mina, ProjectInput(name=MARK, question=MARK))
        with running_server(home / "home", home, settings=settings, port=port) as address:
            yield address, services, issuer


@pytest.fixture
def visitor(browser):
    """A browser of its own; gives a page that is not signed in."""
    contexts = []

    def go(address: str, locale: str = "en-US"):
        context = browser.new_context(locale=locale, viewport={"width": 1440, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("h1", timeout=60_000)
        return page

    yield go
    for context in contexts:
        context.close()


def sign_in(page, login: str) -> None:
    page.get_by_role("button", name=say("sign_in.button", "en"), exact=True).click()
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    page.wait_for_selector("h1", timeout=60_000)


def expect_sidebar(page, name: str, role: str) -> None:
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar).to_contain_text(f"{name} · {say(f'role.{role}', 'en')}", timeout=30_000)


def cookie(page, name: str = "_streamlit_user") -> dict | None:
    return next((c for c in page.context.cookies() if c["name"] == name), None)


def mina_s_project(services: Services) -> str:
    return next(p.id for p in services.list_projects(User("x", "x", frozenset({"admin"}))) if p.name == MARK)


def test_in_to_the_page_that_was_asked_for_and_out_again(site, visitor):
    address, services, _ = site
    project = mina_s_project(services)
    page = visitor(f"{address}/data?project={project}")
    expect(page.locator("h1")).to_have_text(say("sign_in.title.signed_out", "en"))
    assert MARK not in page.content() and cookie(page) is None
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    before = {c["name"]: c["value"] for c in page.context.cookies()}
    sign_in(page, "mina")
    expect_sidebar(page, "Mina", "analyst")
    expect(page.get_by_test_id("stSidebar")).to_contain_text(MARK)
    assert urlsplit(page.url).path == "/data" and parse_qs(urlsplit(page.url).query)["project"] == [project]
    # Nothing that was there before the sign-in says who somebody is: there is nothing to fixate.
    first = cookie(page)
    assert "_streamlit_user" not in before
    assert first["httpOnly"] and first["sameSite"] == "Lax"
    page.get_by_role("button", name=say("sign_in.out", "en")).click()
    # The provider asks whether to end its own session as well.
    page.locator("button[name=logout]").click()
    expect(page.locator("h1")).to_have_text(say("sign_in.title.signed_out", "en"), timeout=30_000)
    assert cookie(page) is None
    assert MARK not in page.content()
    sign_in(page, "mina")
    expect_sidebar(page, "Mina", "analyst")
    assert cookie(page)["value"] != first["value"]


def test_somebody_else_s_project_by_its_address_and_pages_of_a_higher_role(site, visitor):
    address, services, issuer = site
    project = mina_s_project(services)
    page = visitor(address)
    sign_in(page, "vera")
    expect_sidebar(page, "Vera", "viewer")
    expect(page.get_by_test_id("stSidebarNav")).not_to_contain_text(say("nav.people", "en"))
    for place in ("data", "result", "evaluate", "gates", "members", "report"):
        page.goto(f"{address}/{place}?project={project}")
        expect(page.get_by_test_id("stAlert").first).to_contain_text(say("error.not_your_project", "en")[:30], timeout=30_000)
        assert MARK not in page.content()
    for place, role in (("people", "admin"), ("new_project", "analyst")):
        page.goto(f"{address}/{place}?role=admin&user=ada&is_admin=true")
        expect(page.get_by_test_id("stAlert").first).to_contain_text(say(f"role.{role}", "en"), timeout=30_000)
    # Mina gives access to the person, and not to the address somebody merely claims.
    mina = User(f"{issuer}|mina", "Mina", frozenset({"analyst"}))
    services.add_member(mina, project, "vera@example.com", "viewer")
    page.goto(f"{address}/data?project={project}")
    expect(page.get_by_test_id("stSidebar")).to_contain_text(MARK, timeout=30_000)
    services.remove_member(mina, project, f"{issuer}|vera")


def test_an_address_that_nobody_verified_gives_no_role_and_a_forged_cookie_no_entry(site, visitor):
    address, services, issuer = site
    page = visitor(address)
    sign_in(page, "eve")
    expect_sidebar(page, "Ada", "viewer")
    with services._database.read() as session:
        assert session.get(Person, f"{issuer}|eve").email == ""
    # The claims in the cookie can be read, but not rewritten: its signature no longer fits.
    from itsdangerous import URLSafeTimedSerializer

    mine = cookie(page)
    right = URLSafeTimedSerializer("s" * 40, salt="_streamlit_user")
    claims = json.loads(right.loads(mine["value"].strip('"')))
    assert claims["sub"] == "eve"
    wrong = URLSafeTimedSerializer("guessed", salt="_streamlit_user")
    forged = wrong.dumps(json.dumps({**claims, "sub": "ada", "email_verified": True}))
    page.context.clear_cookies(name="_streamlit_user")
    page.context.add_cookies([{**mine, "value": forged}])
    page.goto(f"{address}/people")
    expect(page.locator("h1")).to_have_text(say("sign_in.title.signed_out", "en"), timeout=30_000)


def test_an_administrator_gives_a_role_and_blocks_and_both_count_at_once(site, visitor):
    address, services, issuer = site
    theirs = visitor(address)
    sign_in(theirs, "vera")
    expect_sidebar(theirs, "Vera", "viewer")
    page = visitor(f"{address}/people")
    sign_in(page, "ada")
    expect_sidebar(page, "Ada", "admin")
    expect(page.locator("h1")).to_have_text(re.compile(r"\d+ people"), timeout=30_000)
    ada = User(f"{issuer}|ada", "Ada", frozenset({"admin"}))
    services.set_role(ada, f"{issuer}|vera", "decider")
    theirs.goto(address)
    expect_sidebar(theirs, "Vera", "decider")
    services.set_role(ada, f"{issuer}|vera", "blocked")
    theirs.get_by_test_id("stSidebar").get_by_text("日本語").click()  # any rerun of the open page
    expect(theirs.locator("h1")).to_have_text(say("sign_in.title.person_blocked", "ja"), timeout=30_000)
    services.set_role(ada, f"{issuer}|vera", None)


def test_a_session_ends_with_its_token_and_nothing_stays_behind(site, visitor):
    address, _, _ = site
    page = visitor(f"{address}/glossary")
    sign_in(page, "brief")
    expect_sidebar(page, "Brief", "viewer")
    page.wait_for_timeout(12_500)
    page.get_by_test_id("stSidebar").get_by_text("日本語").click()  # any rerun of the open page
    expect(page.locator("h1")).to_have_text(say("sign_in.title.sign_in_expired", "ja"), timeout=30_000)
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
    for language in ("ja", "en"):
        expect(page.get_by_text(say("glossary.lead", language))).to_have_count(0)
    page.goto(f"{address}/glossary?lang=en")
    expect(page.locator("h1")).to_have_text(say("sign_in.title.sign_in_expired", "en"), timeout=30_000)
    expect(page.get_by_role("button", name=say("sign_in.button", "en"), exact=True)).to_be_visible()


def test_the_way_back_takes_no_stranger_s_code(site, visitor):
    """CSRF on the callback: a state that this browser did not ask for, or none, signs nobody in."""
    address, _, issuer = site
    # The attacker gets a good code for his own account, under a state that he made up.
    attacker, caught = visitor(address), []
    attacker.on("request", lambda request: caught.append(request.url) if "/oauth2callback" in request.url else None)
    asked = {
        "client_id": "dualcore", "redirect_uri": f"{address}/oauth2callback", "response_type": "code", "prompt": "login",
        "scope": "openid email profile", "state": "made-up",
    }  # fmt: skip
    attacker.goto(f"{issuer}/auth?{urlencode(asked)}")
    attacker.locator("input[name=login]").fill("eve")
    attacker.locator("input[name=password]").fill("any")
    attacker.locator("button[type=submit]").click()
    expect(attacker.locator("h1")).to_have_text(say("sign_in.title.signed_out", "en"), timeout=30_000)
    (code,) = parse_qs(urlsplit(caught[0]).query)["code"]
    victim = visitor(address)
    victim.get_by_role("button", name=say("sign_in.button", "en"), exact=True).click()  # a sign-in of the victim's own is under way
    victim.wait_for_selector("input[name=login]")
    for state in ("made-up", None):
        answer = {"code": code, "iss": issuer, **({"state": state} if state else {})}
        victim.goto(f"{address}/oauth2callback?{urlencode(answer)}")
        expect(victim.locator("h1")).to_have_text(say("sign_in.title.signed_out", "en"), timeout=30_000)
        assert cookie(victim) is None


def test_another_site_cannot_sign_anybody_in_or_out_nor_frame_a_page(site, visitor):
    address, _, issuer = site
    page = visitor(address)
    sign_in(page, "mina")
    expect_sidebar(page, "Mina", "analyst")
    # "localhost" is another site than 127.0.0.1.
    elsewhere = page.context.new_page()
    elsewhere.route("http://localhost/*", lambda route: route.fulfill(body="<h1>elsewhere</h1>", content_type="text/html"))
    for way in ("logout", "login"):
        elsewhere.goto("http://localhost/")
        elsewhere.evaluate(f"location.href = '{address}/auth/{way}'")
        expect(elsewhere.get_by_text("Open the application itself")).to_be_visible()
    assert cookie(page) is not None
    with urllib.request.urlopen(address) as answer:
        assert answer.headers["X-Frame-Options"] == "SAMEORIGIN" and answer.headers["Referrer-Policy"] == "same-origin"


def test_a_server_that_others_reach_shows_nothing_before_sign_in_is_set_up(tmp_path, visitor):
    with running_server(tmp_path / "home", listens="0.0.0.0") as address:
        for language in ("ja", "en"):
            page = visitor(f"{address}/?lang={language}")
            expect(page.locator("h1")).to_have_text(say("sign_in.title.network", language))
            expect(page.get_by_text("DUALCORE_TRUST_NETWORK=true")).to_be_visible()
            expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)
        page.goto(f"{address}/people?lang=en")
        expect(page.locator("h1")).to_have_text(say("sign_in.title.network", "en"))
