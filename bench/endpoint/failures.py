"""What can go wrong with a call, and what follows: ask again later, take it as refused, or end the run."""

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from bench.endpoint.address import KEY_VARIABLE, URL_VARIABLE, Address, redacted
from bench.errors import BenchError

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


def read(error: Exception, address: Address, key: str, model: str) -> Exception:
    """Translate an exception of the client: into Passing, Unanswerable, Refusal or Ending.

    No text of the result holds the key.
    """
    import openai

    if isinstance(error, openai.APIStatusError):
        return _of_status(error, address, key, model)
    if isinstance(error, openai.APIConnectionError):
        return _of_connection(error, address)
    return Passing(f"the server's reply could not be read ({type(error).__name__})")


def _of_status(error: Any, address: Address, key: str, model: str) -> Exception:
    status, code = error.status_code, {error.code, error.type} | _inner_codes(error.body)
    detail = error.body.get("message") if isinstance(error.body, dict) else error.body
    message = redacted(str(detail or error.message), key)[:300]
    if code & {*REFUSALS}:
        return Refusal(message)
    if status == 401:  # a server's message about a wrong key may quote it
        which = f"does not accept the key in {KEY_VARIABLE}" if key else f"wants a key; export {KEY_VARIABLE}"
        return Ending(f"{address} {which} (401){_AGAIN}")
    if status == 403:
        return Ending(f"{address} denies access (403: {message}); check the key's rights{_AGAIN}")
    if status == 402 or code & {*_NO_CREDIT}:
        return Ending(f"{address} says that there is no credit left ({status}: {message}); add some{_AGAIN}")
    if status == 404:
        lacks = f"has no model {model!r}, or another path" if model else "has no such path, maybe no Batch API"
        return Ending(f"{address} {lacks} (404: {message}); check the base URL and what that server offers")
    if passes(status):
        wait = retry_after(error.response.headers)
        if wait is not None and wait > LONGEST_WAIT:
            return Ending(f"{address} asks to wait {wait:.0f} s ({status}); run again after that{_AGAIN}")
        return Passing(f"the server answered {status}: {message}", wait, everyone=status in (429, 503, 529))
    return Unanswerable(f"the server answered {status}: {message}")


def _of_connection(error: Exception, address: Address) -> Exception:
    import httpx2

    cause = error.__cause__
    if isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.UnsupportedProtocol):
        return Unreachable(
            f"{address} cannot be reached ({' '.join(str(cause).split()) or 'no connection in time'}); "
            f"check that the server runs and the base URL ({URL_VARIABLE}){_AGAIN}"
        )
    if isinstance(cause, httpx2.TimeoutException):
        return Passing("the server did not answer in time")
    return Passing(f"the connection broke ({type(cause).__name__})")


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
    milliseconds, text = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if milliseconds is not None:
            return max(0.0, float(milliseconds) / 1000)
        return None if text is None else max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text or "").timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def _inner_codes(body: Any) -> set[Any]:
    """Return the code that Azure wraps into another error."""
    inner = body.get("innererror") if isinstance(body, dict) else None
    return {inner.get("code")} if isinstance(inner, dict) else set()
