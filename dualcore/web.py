"""What the web server adds around every answer: headers against framing and leaks, and a guarded way in and out.

Plain ASGI, around Streamlit's own routes ``/auth/login``, ``/auth/logout`` and ``/oauth2callback``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

Scope = Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"content-security-policy", b"frame-ancestors 'self'"),
    # Addresses name projects, and that of a snapshot is its key: they go to no other site.
    (b"referrer-policy", b"same-origin"),
]
NEXT = "dualcore_next"  # cookie: where to go on after the sign-in
NEXT_SECONDS = 600
# Own pages only: no host, no second slash, nothing that a browser reads as either.
OWN = re.compile(r"(?:/[\w-]+)*/?(?:\?[\w\-=&%.~+]*)?", re.ASCII)
LONGEST = 1000


class Guard:
    """Middleware.

    - Sign-in and sign-out start from the pages of this application only: another site cannot sign anybody in or out.
    - After the sign-in the person is back on the page they wanted to see.
    - Cookies are ``Secure`` where the application is served over https.

    Parameters
    ----------
    app : the ASGI application inside
    secure : whether people reach the application over https; asked when the first cookie is set
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], secure: Callable[[], bool]) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = scope["path"]
        if path.endswith(("/auth/login", "/auth/logout")) and asked.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            await _refuse(send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                if path.endswith("/auth/login"):
                    headers += _remember(asked)
                elif path.endswith("/oauth2callback"):
                    headers = _go_on(asked, headers)
                if self.secure():
                    headers = [_secured(pair) for pair in headers]
                present = {name.lower() for name, _ in headers}
                message = {**message, "headers": headers + [pair for pair in HEADERS if pair[0] not in present]}
            await send(message)

        await self.app(scope, receive, answer)


async def _refuse(send: Send) -> None:
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain"), *HEADERS]})
    await send({"type": "http.response.body", "body": b"Open the application itself to sign in or out.\n"})


def own_page(address: str) -> str | None:
    """The address if it is a page of this application (path and query only), else None."""
    return address if len(address) <= LONGEST and OWN.fullmatch(address) else None


def _remember(asked: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """The page on which "sign in" was pressed."""
    came = urlsplit(asked.get("referer", ""))
    page = own_page(came.path + (f"?{came.query}" if came.query else ""))
    if page is None or came.netloc != asked.get("host"):
        return []
    cookie = f"{NEXT}={quote(page, safe='')}; Path=/; Max-Age={NEXT_SECONDS}; HttpOnly; SameSite=lax"
    return [(b"set-cookie", cookie.encode("latin-1"))]


def _go_on(asked: dict[str, str], headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Where the sign-in succeeded, lead to the page that was asked for; forget it in any case."""
    found = re.search(rf"(?:^|;\s*){NEXT}=([^;]*)", asked.get("cookie", ""))
    if found is None:
        return headers
    forget = (b"set-cookie", f"{NEXT}=; Path=/; Max-Age=0; HttpOnly; SameSite=lax".encode("latin-1"))
    page = own_page(unquote(found[1]))
    signed_in = any(
        name.lower() == b"set-cookie" and value.startswith(b"_streamlit_user=") and b"Max-Age=0" not in value
        for name, value in headers
    )
    if signed_in and page:
        headers = [(n, page.encode("latin-1")) if n.lower() == b"location" else (n, v) for n, v in headers]
    return [*headers, forget]


def _secured(pair: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    name, value = pair
    if name.lower() == b"set-cookie" and b"; secure" not in value.lower():
        return name, value + b"; Secure"
    return pair


def may_read_metrics(request: Any, token: str | None) -> bool:
    """With a token whoever sends it; without one this machine, when it asks directly and not for somebody else."""
    if token is not None:
        sent = request.headers.get("authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(sent.encode(), token.encode())
    direct = not any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    return direct and request.client is not None and request.client.host in ("127.0.0.1", "::1")
