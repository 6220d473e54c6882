"""Where calls go: a server's base URL, the key that goes with it, and whether that leaves the machine."""

import ipaddress
import os
import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import Literal
from urllib.parse import urlsplit

from bench.errors import BenchError

URL_VARIABLE, KEY_VARIABLE = "OPENAI_BASE_URL", "OPENAI_API_KEY"
PUBLIC, PUBLIC_URL = "OpenAI's public API", "https://api.openai.com/v1"
_SECRET_LETTERS = 12
"""A shorter key is not removed from answers: servers without keys often get a word, such as `none` or `test`."""
_LOOKUP_SECONDS = 5.0
"""How long the look-up of a name may take."""
Reach = Literal["machine", "network", "outside"]
REACHES: tuple[Reach, ...] = ("machine", "network", "outside")
"""From near to far."""
_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"),
    )
)
"""Networks whose addresses no router of the internet forwards: RFC 1918, RFC 4193, link-local."""


class Key(str):
    """A key, which no `repr` shows: a traceback may print variables."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'[key]'"


@dataclass(frozen=True)
class Address:
    """A server by its base URL; '' is the public API."""

    url: str

    def __post_init__(self) -> None:
        if self.url:
            _check(self.url)

    @property
    def host(self) -> str:
        """The host's name or number."""
        return urlsplit(self.url or PUBLIC_URL).hostname or ""

    @property
    def is_public_api(self) -> bool:
        """Whether this is OpenAI's own API, also if its URL is written out."""
        return self.host == urlsplit(PUBLIC_URL).hostname

    @property
    def reach(self) -> Reach:
        """How far calls go: they stay on this machine, go to a private network, or outside.

        The name is looked up, and the farthest of its addresses counts; a name without an address counts as outside.
        """
        if self.is_public_api:
            return "outside"
        numbers = lookup(self.host)
        if not numbers:
            return "machine" if self.host == "localhost" or self.host.endswith(".localhost") else "outside"
        return farthest(numbers)

    def __str__(self) -> str:
        return self.url or PUBLIC


def lookup(host: str) -> tuple[str, ...]:
    """Return the addresses of a host, by the same function as a connection; () if it has none within seconds."""
    numbers: list[str] = []

    def resolve() -> None:
        with suppress(OSError, ValueError):  # ValueError: a name that no look-up accepts
            numbers.extend(str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))

    thread = Thread(target=resolve, daemon=True)  # the look-up itself has no time limit
    thread.start()
    thread.join(_LOOKUP_SECONDS)
    return tuple(dict.fromkeys(numbers))


def farthest(numbers: Iterable[str]) -> Reach:
    """Return how far the farthest of these addresses is."""
    return max(map(_reach_of_number, numbers), key=REACHES.index)


def default_url() -> str:
    """Return ``$OPENAI_BASE_URL``, '' if it is not set."""
    return os.environ.get(URL_VARIABLE, "").strip().rstrip("/")


def key_for(address: Address) -> Key:
    """Return ``$OPENAI_API_KEY``, '' if it is not set for a user's server.

    BenchError if the public API lacks it, or if it holds a character that no key has; the error does not show the key.
    """
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key and address.is_public_api:
        raise BenchError(
            f"{KEY_VARIABLE} is not set; export it to call {PUBLIC}, or name a server of your own by its base URL "
            f"({URL_VARIABLE}=http://127.0.0.1:8000/v1)"
        )
    check_header(KEY_VARIABLE, key)
    return Key(key)


def check_header(variable: str, value: str) -> None:
    """Raise BenchError if a variable's value cannot be sent in a header, which takes printable ASCII only."""
    for place, letter in enumerate(value, start=1):
        if not (letter.isascii() and letter.isprintable()):
            raise BenchError(
                f"{variable} holds {ascii(letter)} as character {place}, which cannot be sent; copy it again, "
                "without quotes, spaces or line breaks"
            )


def redacted(text: str, key: str) -> str:
    """Return a server's message on one line, without the key and without characters that control a terminal."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join((printable.replace(key, "[key]") if key else printable).split())


def redacted_answer(text: str, key: str) -> str:
    """Return a model's answer without the key, unless the key is so short that it may be a word of the answer."""
    return text.replace(key, "[key]") if len(key) >= _SECRET_LETTERS else text


def _check(url: str) -> None:
    """Refuse what is no base URL, and one that holds a secret; the error does not show it."""
    public = re.sub(r"[?#].*", "", re.sub(r"^(\w+://)?.*@", r"\1", url, flags=re.DOTALL), flags=re.DOTALL)
    if not _callable(url):
        raise BenchError(f"base URL {public!r} is none; write one like http://127.0.0.1:8000/v1")
    if public != url:
        raise BenchError(f"the base URL of {public} holds a secret; leave it out and export {KEY_VARIABLE} instead")


def _callable(url: str) -> bool:
    """Return whether the client can call a URL, and takes the same host from it as this module."""
    import httpx2

    try:
        parts, client = urlsplit(url), httpx2.URL(url)
        if "\\" in url or any(letter.isspace() or not letter.isprintable() for letter in url):
            return False  # parsers of URLs differ about these
        same = httpx2.URL(f"http://{_bracketed(parts.hostname or '')}").host == client.host
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and same
    except (httpx2.InvalidURL, ValueError):
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _reach_of_number(number: str) -> Reach:
    """Return how far an address is; one that carries another, as IPv6 does with IPv4, is as far as that."""
    try:
        address = ipaddress.ip_address(number.partition("%")[0])
    except ValueError:
        return "outside"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback or address.is_unspecified:
        return "machine"
    return (
        "network"
        if any(address in network for network in _PRIVATE if network.version == address.version)
        else "outside"
    )
