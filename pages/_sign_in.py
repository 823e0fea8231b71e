"""Who is at the browser: the local user, a person who signed in, or the reason why nobody may come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit import config
from streamlit.errors import StreamlitSecretNotFoundError

from dualcore.errors import NotAllowed
from dualcore.services import LOCAL_USER, Services, User

SHORTEST_SECRET = 32
CALLBACK = "/oauth2callback"
PROVIDER_KEYS = ("client_id", "client_secret", "server_metadata_url")


@dataclass(frozen=True)
class Closed:
    """Why nobody may come in: ``signed_out``, ``network``, ``incomplete``, or the code of a NotAllowed error."""

    code: str
    faults: tuple[tuple[str, str], ...] = ()  # (code, key) of ``sign_in.fault.<code>``

    @property
    def may_sign_in(self) -> bool:
        return self.code not in ("network", "incomplete")


def auth_section() -> Mapping[str, Any] | None:
    """``[auth]`` of the secrets; None = no sign-in is set up; empty = it should be there and cannot be read."""
    try:
        return st.secrets.get("auth")
    except StreamlitSecretNotFoundError:
        named = config.is_manually_set("secrets.files")
        return {} if named or any(Path(p).exists() for p in st.get_option("secrets.files")) else None


def set_up() -> bool:
    """Whether people sign in here."""
    return auth_section() is not None


def over_https() -> bool:
    return str((auth_section() or {}).get("redirect_uri", "")).startswith("https:")


def providers() -> list[str | None]:
    """Names of the providers for ``st.login``; None = the one that stands in ``[auth]`` itself."""
    auth = auth_section() or {}
    named = [name for name, value in auth.items() if isinstance(value, Mapping) and name != "client_kwargs"]
    return [*([None] if "client_id" in auth else []), *named]


def faults(auth: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What is wrong with the settings, as (code, key); values are never shown."""
    if not auth:
        return (("unreadable", ""),)
    found = [("missing", f"auth.{key}") for key in ("redirect_uri", "cookie_secret") if not auth.get(key)]
    if auth.get("cookie_secret") and len(str(auth["cookie_secret"])) < SHORTEST_SECRET:
        found.append(("cookie_secret", ""))
    addresses = {}
    if auth.get("redirect_uri"):
        addresses["auth.redirect_uri"] = auth["redirect_uri"]
        if not str(auth["redirect_uri"]).endswith(CALLBACK):
            found.append(("redirect_uri", ""))
    names = providers()
    if not names:
        found.append(("no_provider", ""))
    for name in names:
        section, path = (auth, "auth") if name is None else (auth[name], f"auth.{name}")
        found += [("missing", f"{path}.{key}") for key in PROVIDER_KEYS if not section.get(key)]
        if section.get("server_metadata_url"):
            addresses[f"{path}.server_metadata_url"] = section["server_metadata_url"]
    for key, address in addresses.items():
        parts = urlsplit(str(address))
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
            found.append(("https", key))
    return tuple(found)


def is_loopback(host: str | None) -> bool:
    """Whether the name or address stands for this computer itself."""
    if host is None:
        return False
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def on_this_computer(listens: str | None, host: str | None, forwarded: bool) -> bool:
    """Whether only this computer can ask.

    Parameters
    ----------
    listens : address that the server listens on; empty = all
    host : Host header of the request; a name that another site made point to this computer, or that of a proxy, is a
        stranger's. None = no browser asks
    forwarded : whether a proxy passed the request on
    """
    name = urlsplit(f"//{host}").hostname if host else None
    return is_loopback(listens) and not forwarded and (host is None or is_loopback(name))


def who(services: Services) -> User | Closed:
    """The person at the browser, judged anew each time it is asked."""
    auth = auth_section()
    if auth is not None:
        wrong = faults(auth)
        return Closed("incomplete", wrong) if wrong else _person(services, st.user.to_dict())
    return LOCAL_USER if services.settings.trust_network or _alone() else Closed("network")


def _alone() -> bool:
    headers = st.context.headers
    forwarded = any(name in headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
    return on_this_computer(st.get_option("server.address"), headers.get("Host"), forwarded)


def open_to_all() -> bool:
    """Whether others than this computer can ask although nobody signs in."""
    return not set_up() and not _alone()


def _person(services: Services, claims: dict[str, Any]) -> User | Closed:
    if claims.get("is_logged_in") is not True:
        return Closed("signed_out")
    try:
        return services.signed_in(claims)
    except NotAllowed as error:
        return Closed(error.code)


def later(services: Services, action: Callable[[User], bytes | str]) -> Callable[[], bytes | str]:
    """``action`` for a download that is made when it is clicked, outside of the session: the person is judged anew then.

    Raises NotAllowed on the click when the sign-in has ended meanwhile.
    """
    if not set_up():
        return lambda: action(LOCAL_USER)
    claims = st.user.to_dict()
    return lambda: action(services.signed_in(claims))
