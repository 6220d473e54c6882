"""Who may reach the page: nothing of another site, nobody without the key where the page is not on loopback alone.

Own code, because Starlette's middleware checks single hosts, and knows neither origins nor a key in a cookie.
"""

import hmac
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bench.report.shell import policy

TOKEN = "x-bench-token"
"""The header of every change; only a page of this server can read what belongs there."""
COOKIE = "bench-view"
KEY = "key"
"""The name of the key in the address that is printed."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_READING = ("GET", "HEAD")
_SECONDS_OF_COOKIE = 30 * 24 * 3600
POLICY = f"{policy('live')}; frame-ancestors 'none'"
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""What every response says: nothing from elsewhere runs in the page, and no other site reads what is here."""


@dataclass(frozen=True)
class Access:
    """Who is let in: by the name of the ``host`` that is served, with the ``token`` of changes.

    ``key`` is what a reader must have, None on loopback alone. A JSON body has at most ``most_bytes``; the paths of
    ``uploads`` limit theirs by themselves.
    """

    host: str
    token: str
    key: str | None
    most_bytes: int = 16 * 2**20
    uploads: tuple[str, ...] = ()

    def knows(self, name: str) -> bool:
        """Return whether a request for this host name is meant for us: another's name may be bound to our address."""
        if name in (*_LOOPBACK, self.host.lower()):
            return True
        own = {socket.gethostname().lower(), socket.getfqdn().lower()}
        return self.key is not None and (_is_address(name) or name in own)


class Guard:
    """Lets pass what ``Access`` allows; everything else is refused with a sentence."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request as the application does, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        limited = receive if scope["path"] in self._access.uploads else _Limited(receive, self._access.most_bytes)
        await self._app(scope, limited, _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        """Return the response to a request that may not pass, None to one that may."""
        headers, access = Headers(scope=scope), self._access
        host = urlsplit(f"//{headers.get('host', '')}")
        if not access.knows((host.hostname or "").lower()):
            return _refused("this name is not served here; open the address that `bench view` printed", 421)
        site = headers.get("sec-fetch-site", "same-origin")
        if site not in ("same-origin", "none") and headers.get("sec-fetch-mode") != "navigate":
            return _refused("another site asks for this", 403)
        if access.key is not None and (answer := self._unknown_reader(scope, headers, access.key)) is not None:
            return answer
        if scope["method"] in _READING:
            return None
        if _is_foreign(headers.get("origin"), headers.get("host", "")):
            return _refused("another site asks for this change", 403)
        if not _equal(headers.get(TOKEN, ""), access.token):
            return _refused("the token of the change is missing or old; reload the page", 403, code="token")
        return None

    def _unknown_reader(self, scope: Scope, headers: Headers, key: str) -> Response | None:
        """Return the response to a reader without the key; one that brings it in the address gets a cookie."""
        if _equal(_cookie(headers.getlist("cookie")), key):
            return None
        given = parse_qs(scope["query_string"].decode("latin-1")).get(KEY, [""])[0]
        if scope["method"] not in _READING or not _equal(given, key):
            return _refused("a key is needed; open the address that `bench view` printed", 401, code="key")
        response = RedirectResponse(scope["path"], 303)
        response.set_cookie(COOKIE, key, max_age=_SECONDS_OF_COOKIE, httponly=True, samesite="strict")
        return response


class _Limited:
    """A request's body that is refused after so many bytes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._left = receive, most

    async def __call__(self) -> Message:
        """Return the next part; HTTPException if it is one too many."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, "the request is too large")
        return message


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return sent


def _refused(sentence: str, status: int, code: str = "") -> Response:
    return JSONResponse({"error": sentence, "code": code}, status) if code else PlainTextResponse(sentence, status)


def _is_foreign(origin: str | None, host: str) -> bool:
    """Return whether a change comes from a page of another origin; without one it comes from no page."""
    return origin is not None and urlsplit(origin).netloc.lower() != host.lower()


def _equal(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _cookie(headers: Iterable[str]) -> str:
    for header in headers:
        try:
            cookie = SimpleCookie(header)
        except CookieError:
            continue
        if COOKIE in cookie:
            return cookie[COOKIE].value
    return ""


def _is_address(name: str) -> bool:
    """Return whether a host is named by its address, which no other site's name can be bound to."""
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False
