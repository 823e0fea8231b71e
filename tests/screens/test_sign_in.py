"""Who may come in: the address that the server listens on, what the token says, and what the menu offers."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from dualcore.present.words import say
from dualcore.services import LOCAL_USER, User
from pages import _sign_in
from tests.screens.conftest import FRAME, ROOT

SECRETS = {
    "auth": {
        "redirect_uri": "https://dual.example/oauth2callback", "cookie_secret": "s" * 40, "client_id": "dualcore",
        "client_secret": "x", "server_metadata_url": "https://id.example/.well-known/openid-configuration",
    }
}  # fmt: skip


def claims(**more) -> dict:
    now = time.time()
    return {"is_logged_in": True, "iss": "https://id.example", "sub": "mina", "name": "Mina", "iat": now - 60, "exp": now + 600, **more}


def opened(who: dict | None, secrets: dict | None = SECRETS) -> AppTest:
    app = AppTest.from_file(str(FRAME), default_timeout=60)
    app.query_params["lang"] = "en"
    app.secrets = secrets or {}
    app.user = who or {}
    return app.run()


@pytest.mark.parametrize(
    ("listens", "host", "forwarded", "alone"),
    [
        ("localhost", "localhost:8501", False, True),
        ("127.0.0.1", "127.0.0.1:8501", False, True),
        ("::1", "[::1]:8501", False, True),
        ("127.0.0.1", None, False, True),
        ("", "localhost:8501", False, False),
        (None, "localhost", False, False),
        ("0.0.0.0", "127.0.0.1:8501", False, False),
        ("192.168.0.7", "192.168.0.7", False, False),
        ("unix:///run/dualcore.sock", "localhost", False, False),
        ("localhost", "dual.example", False, False),  # a proxy, or a name that was made to point here
        ("localhost", "localhost.evil.example:8501", False, False),
        ("localhost", "localhost@evil.example", False, False),
        ("localhost", "localhost", True, False),
    ],
)
def test_only_this_computer_needs_no_sign_in(listens, host, forwarded, alone):
    assert _sign_in.on_this_computer(listens, host, forwarded) is alone


@pytest.mark.parametrize("language", ["ja", "en"])
def test_on_a_network_without_sign_in_no_page_is_served(services, monkeypatch, language):
    monkeypatch.setattr(_sign_in, "_alone", lambda: False)
    app = AppTest.from_file(str(FRAME), default_timeout=60)
    app.query_params["lang"] = language
    app.run()
    assert app.title[0].value == say("sign_in.title.network", language) and len(app.title) == 1
    assert "DUALCORE_TRUST_NETWORK" in app.markdown[-1].value
    monkeypatch.setenv("DUALCORE_TRUST_NETWORK", "true")
    app = AppTest.from_file(str(FRAME), default_timeout=60)
    app.query_params["lang"] = language
    import streamlit as st

    st.cache_resource.clear()
    app.run()
    assert app.title[0].value != say("sign_in.title.network", language)
    assert say("sign_in.trusted", language) in [w.value for w in app.sidebar.warning]


def test_who_is_not_signed_in_sees_the_door_and_nothing_behind(services, monkeypatch):
    for who in (None, {"is_logged_in": False}, {"email": "test@example.com", "sub": "mina", "iss": "https://id.example"}):
        app = opened(who)
        assert [x.value for x in app.title] == [say("sign_in.title.signed_out", "en")]
        assert [b.label for b in app.button] == [say("sign_in.button", "en")]
        assert not app.sidebar.markdown


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"exp": time.time() - 1}, "sign_in_expired"),
        ({"exp": None}, "sign_in_expired"),
        ({"sub": ""}, "sign_in_unknown"),
        ({"iss": None}, "sign_in_unknown"),
    ],
)
def test_a_token_that_does_not_hold_is_said(services, more, code):
    app = opened(claims(**more))
    assert [x.value for x in app.title] == [say(f"sign_in.title.{code}", "en")]
    assert app.info[0].value == say(f"error.{code}", "en")
    assert len(app.button) == 1


def test_an_open_page_is_judged_anew_on_every_run(services):
    app = opened(claims(exp=time.time() + 3600))
    assert app.title[0].value != say("sign_in.title.sign_in_expired", "en")
    app.user = claims(exp=time.time() - 1)
    app.run()
    assert [x.value for x in app.title] == [say("sign_in.title.sign_in_expired", "en")]
    assert not app.sidebar.markdown


def test_the_sidebar_says_who_and_the_pages_ask_for_the_role(services):
    app = opened(claims())
    assert any("Mina" in m.value and "viewer" in m.value for m in app.sidebar.markdown)
    for page, role in (("people", "administrator"), ("new_project", "analyst")):
        app.switch_page(f"{page}.py").run()
        assert role in app.error[0].value and not app.title


def test_an_administrator_gives_a_role_on_the_page(services, monkeypatch):
    monkeypatch.setenv("DUALCORE_ADMINS", "ada@example.com")
    import streamlit as st

    st.cache_resource.clear()
    opened(claims())
    app = opened(claims(sub="ada", name="Ada", email="Ada@example.com", email_verified=True))
    app.switch_page("people.py").run()
    assert app.title[0].value == say("people.title", "en", n=2)
    app.selectbox(key="people_who").set_value("https://id.example|mina").run()
    app.selectbox(key="people_role_https://id.example|mina").set_value("decider").run()
    next(b for b in app.main.button if b.label == say("people.save", "en")).click().run()
    assert not app.exception and not app.error
    assert [p.given for p in services.people(LOCAL_USER) if p.name == "Mina"] == ["decider"]


def test_an_owner_gives_access_and_takes_it_away(services, filled):
    mina = User("https://id.example|mina", "Mina", frozenset({"analyst"}))
    services.signed_in(claims(sub="vera", name="Vera", email="vera@example.com", email_verified=True))
    services.signed_in(claims())
    services.set_role(LOCAL_USER, mina.id, "analyst")
    from dualcore.services import ProjectInput

    project = services.create_project(mina, ProjectInput(name="shared"))
    app = AppTest.from_file(str(FRAME), default_timeout=60)
    app.query_params.update({"lang": "en", "project": project.id})
    app.secrets, app.user = SECRETS, claims()
    app.run().switch_page("members.py").run()
    assert app.title[0].value == say("members.title_owner", "en")
    app.main.text_input[0].set_value("Vera@Example.com")
    next(b for b in app.main.button if b.label == say("members.send", "en")).click().run()
    assert not app.error, app.error[0].value
    assert [(m.name, m.role) for m in services.members(mina, project.id)] == [("Mina", "admin"), ("Vera", "viewer")]
    next(b for b in app.main.button if b.label == say("members.remove", "en")).click().run()
    assert len(services.members(mina, project.id)) == 1


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"cookie_secret": "short"}, ("cookie_secret", "")),
        ({"cookie_secret": None}, ("missing", "auth.cookie_secret")),
        ({"redirect_uri": "https://dual.example/"}, ("redirect_uri", "")),
        ({"redirect_uri": "http://dual.example/oauth2callback"}, ("https", "auth.redirect_uri")),
        ({"server_metadata_url": "http://id.example/x"}, ("https", "auth.server_metadata_url")),
        ({"client_secret": None}, ("missing", "auth.client_secret")),
    ],
)
def test_incomplete_settings_close_the_door_and_show_no_secret(services, change, fault):
    auth = {k: v for k, v in {**SECRETS["auth"], **change}.items() if v is not None}
    app = opened(claims(), {"auth": auth})
    assert [x.value for x in app.title] == [say("sign_in.title.incomplete", "en")]
    assert say(f"sign_in.fault.{fault[0]}", "en", setting=fault[1]) in app.markdown[-1].value
    assert not app.button and "short" not in app.markdown[-1].value


def test_a_secrets_file_that_cannot_be_read_closes_the_door_instead_of_opening_it(services, tmp_path, monkeypatch):
    broken = tmp_path / "secrets.toml"
    broken.write_text("[auth\n")
    monkeypatch.setattr(_sign_in.st, "secrets", type(_sign_in.st.secrets)())
    before, defined = config.get_option("secrets.files"), config.get_where_defined("secrets.files")
    config.set_option("secrets.files", [str(broken)])
    try:
        assert _sign_in.who(services) == _sign_in.Closed("incomplete", (("unreadable", ""),))
        broken.unlink()  # named, and not there
        assert _sign_in.auth_section() == {}
    finally:
        config.set_option("secrets.files", before, defined)  # else it would count as named by hand from here on


def test_several_providers_have_a_button_each(services):
    one = {k: v for k, v in SECRETS["auth"].items() if k not in ("redirect_uri", "cookie_secret")}
    both = {k: SECRETS["auth"][k] for k in ("redirect_uri", "cookie_secret")} | {"keycloak": one, "entra": one}
    app = opened(None, {"auth": both})
    assert [b.label for b in app.button] == [say("sign_in.button_named", "en", provider=p) for p in ("keycloak", "entra")]


def test_downloads_that_are_made_on_the_click_do_not_ask_for_the_session():
    """Outside of the session nobody is signed in; ``on_click`` carries the token along and judges it again."""
    for path in (Path(ROOT) / "pages").glob("*.py"):
        assert not re.search(r"lambda[^:\n]*:[^\n]*\buser\(\)", path.read_text(encoding="utf-8")), path.name


def test_a_download_of_a_session_that_has_ended_is_refused(services, monkeypatch):
    from dualcore.errors import NotAllowed

    token = claims(exp=time.time() + 0.5)
    monkeypatch.setattr(_sign_in, "set_up", lambda: True)
    monkeypatch.setattr(_sign_in.st, "user", type("U", (), {"to_dict": lambda self: token})())
    made = _sign_in.later(services, lambda who: who.name)
    assert made() == "Mina"
    time.sleep(0.6)
    with pytest.raises(NotAllowed, match="sign-in has ended"):
        made()
