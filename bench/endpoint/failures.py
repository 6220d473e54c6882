"""What can go wrong with a call, and what follows: ask again later, take it as refused, or end the run."""

from __future__ import annotations

import math
import socket
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from bench.endpoint.address import KEY_VARIABLE, URL_VARIABLE, Address, redacted
from bench.endpoint.dialect import remedy
from bench.endpoint.environment import FILE_VARIABLE, Proxy, proxy_for
from bench.errors import BenchError
from bench.specs.json_data import JSONObject

if TYPE_CHECKING:
    import openai

LONGEST_WAIT = 600.0
"""Seconds: a server that asks for more patience ends the run."""
_NO_CREDIT = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
REFUSALS = ("content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation")
_AGAIN = "; nothing is lost, the same command goes on where it stopped"


class Passing(Exception):
    """A failure that may pass: its text says what the server did.

    ``wait`` is the seconds that the server asks for, None without any; ``everyone`` marks one that concerns all calls.
    """

    def __init__(self, text: str, wait: float | None = None, everyone: bool = False) -> None:
        super().__init__(text)
        self.wait, self.everyone = wait, everyone


class Unanswerable(Exception):
    """A call that this server will never answer; its text says why."""


class Unsettled(Unanswerable):
    """A call that got no reply after all tries; the server may have done it."""


class Refusal(Exception):
    """A call that the server refuses because of its content; the text is the server's message."""


class Ending(BenchError):
    """A failure that ends a run at once, because no other call would succeed."""


def read(
    error: Exception,
    address: Address,
    key: str,
    model: str = "",
    sent: JSONObject | None = None,
    settings: str = "",
) -> Exception:
    """Translate an exception of the client: into Passing, Unanswerable, Refusal or Ending.

    ``sent`` is the body of a chat, and ``settings`` the name of the settings that decide it. No text of the result
    holds the key.
    """
    import openai

    if isinstance(error, BenchError | Passing | Unanswerable):
        return error
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, address, key, model, sent, settings)
    if isinstance(error, TimeoutError):
        return Passing("the server did not answer in time")
    if isinstance(error, openai.APIConnectionError):
        return _of_connection(error, address, key)
    return Passing(f"the server's reply could not be read ({type(error).__name__})")


def _of_status(
    error: openai.APIStatusError, address: Address, key: str, model: str, sent: JSONObject | None, settings: str
) -> Exception:
    status, codes = int(error.status_code), _codes(error.body)
    detail = error.body.get("message") or error.body.get("detail") if isinstance(error.body, Mapping) else error.body
    message = redacted(str(detail or error.message), key)[:300]
    if codes & {*REFUSALS}:
        return Refusal(message)
    if 300 <= status < 400:
        target = redacted(str(error.response.headers.get("location", "another address")), key)[:200]
        return Ending(
            f"{address} redirects to {target} ({status}), where nothing is sent; if that is the server you mean, "
            f"make it the base URL ({URL_VARIABLE})"
        )
    if status == 401:  # a server's message about a wrong key may quote it
        which = f"does not accept the key in {KEY_VARIABLE}" if key else f"wants a key; export {KEY_VARIABLE}"
        return Ending(f"{address} {which} (401){_AGAIN}")
    if status == 403:
        return Ending(f"{address} denies access (403: {message}); check the key's rights{_AGAIN}")
    if status == 407:
        return Ending(f"the proxy wants a user and password (407: {message}); {_proxy_remedy(address)}{_AGAIN}")
    if status == 402 or codes & {*_NO_CREDIT}:
        return Ending(f"{address} says that there is no credit left ({status}: {message}); add some{_AGAIN}")
    if status == 404:
        lacks = f"has no model {model!r}, or another path" if model else "has no such path, maybe no Batch API"
        return Ending(f"{address} {lacks} (404: {message}); check the base URL and what that server offers")
    parameter = error.body.get("param") if isinstance(error.body, Mapping) else ""
    setting = remedy(str(detail), sent, str(parameter)) if sent else ""
    change = f" (--set {settings}.{setting} sends it otherwise)" if setting else ""
    if passes(status):
        wait = retry_after(error.response.headers)
        if wait is not None and wait > LONGEST_WAIT:
            return Ending(f"{address} asks to wait {wait:.0f} s ({status}); run again after that{_AGAIN}")
        return Passing(f"the server answered {status}: {message}{change}", wait, everyone=status in (429, 503, 529))
    return Unanswerable(f"the server answered {status}: {message}{change}")


def _of_connection(error: Exception, address: Address, key: str) -> Exception:
    """Translate a failed connection: the true cause is somewhere in the chain of exceptions."""
    import httpx2

    chain = list(_chain(error))
    cause = error.__cause__ or error
    text = redacted(str(cause), key) or "no connection in time"
    for each in chain:
        if isinstance(each, Unanswerable | Ending):  # of our own transport
            return each
        if isinstance(each, ssl.SSLError):
            return Unreachable(_of_tls(each, address))
    if isinstance(cause, httpx2.ProxyError):
        return Unreachable(f"the proxy does not connect to {address} ({text}); {_proxy_remedy(address)}{_AGAIN}")
    if isinstance(cause, httpx2.LocalProtocolError | httpx2.InvalidURL):
        return Ending(f"nothing can be sent to {address} ({text}); check the variables that begin with OPENAI_")
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.UnsupportedProtocol):
        if any(isinstance(each, socket.gaierror) for each in chain):
            text = f"its name has no address: {text}"
        return Unreachable(f"{address} cannot be reached{_through(address)} ({text}); {_way_remedy(address)}{_AGAIN}")
    if isinstance(cause, httpx2.TimeoutException):
        return Passing("the server did not answer in time")
    if isinstance(cause, httpx2.DecodingError | ValueError | zlib.error):
        return Passing(f"the server's reply could not be read ({text[:200]})")
    return Passing(f"the connection{_through(address)} broke ({type(cause).__name__})")


def _of_tls(error: ssl.SSLError, address: Address) -> str:
    """Say in one sentence why no encrypted connection is possible."""
    why = getattr(error, "verify_message", "") or error.reason or "TLS failed"
    if "expired" in why or "not yet valid" in why:
        now = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
        return f"the certificate of {address} does not hold now ({why}); this machine's clock says {now} UTC, check it"
    if "mismatch" in why:
        return (
            f"the certificate of {address} is of another name ({why.rstrip('.')}); check the base URL ({URL_VARIABLE})"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the certificate of {address}{_through(address)} is not trusted ({why}); "
            f"name a PEM file with the certificate of its authority, or of the proxy's, by {FILE_VARIABLE}"
        )
    return f"{address} speaks no TLS ({why}); check whether its base URL begins with http://{_through(address)}"


def _through(address: Address) -> str:
    proxy = _proxy_on_the_way(address)
    return f" through the proxy {proxy.shown} of {proxy.variable}" if proxy else ""


def _way_remedy(address: Address) -> str:
    if _proxy_on_the_way(address):
        return _proxy_remedy(address)
    return f"check that the server runs and the base URL ({URL_VARIABLE})"


def _proxy_remedy(address: Address) -> str:
    proxy = _proxy_on_the_way(address)
    return f"correct or unset {proxy.variable if proxy else 'HTTPS_PROXY'}, or add the host to NO_PROXY"


def _proxy_on_the_way(address: Address) -> Proxy | None:
    return proxy_for(address) if address.reach == "outside" else None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that led to it."""
    known: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in known:
            known.add(id(each))
            yield each
            waiting += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]


def passes(status: int) -> bool:
    """Return whether a call that got this status may succeed later."""
    return status in (408, 409, 429) or status >= 500


class Unreachable(Ending):
    """No connection: it ends a run without a reply so far, and may pass in another."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait, by ``retry-after-ms`` or ``Retry-After``; None if it does not.

    The latter is a number of seconds or a date. Own code, because the client's function for them is private, and
    urllib3's public one takes no fractions of a second.
    """
    milliseconds, text = headers.get("retry-after-ms"), headers.get("retry-after") or ""
    try:
        return _sensible(float(milliseconds) / 1000 if milliseconds is not None else float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError, OSError, LookupError):
        return None


def _sensible(seconds: float) -> float | None:
    """Return a number of seconds, None for one that says nothing."""
    return None if math.isnan(seconds) or seconds < 0 else seconds


def _codes(body: object) -> set[str]:
    """Return the codes and types of an error's body, also the one that Azure wraps into another error."""
    if not isinstance(body, Mapping):
        return set()
    inner = body.get("innererror")
    values = [body.get("code"), body.get("type"), inner.get("code") if isinstance(inner, Mapping) else None]
    return {value for value in values if isinstance(value, str)}
