"""Where calls go: a server's base URL, the key that goes with it, and whether that leaves the machine."""

import ipaddress
import os
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from bench.errors import BenchError

URL_VARIABLE, KEY_VARIABLE = "OPENAI_BASE_URL", "OPENAI_API_KEY"
PUBLIC, PUBLIC_URL = "OpenAI's public API", "https://api.openai.com/v1"
SECRET_LETTERS = 12
"""A shorter key is not removed from answers: servers without keys often get a word, such as `none` or `test`."""
Reach = Literal["machine", "network", "outside"]
_LOCAL_SUFFIXES = (".local", ".lan", ".internal", ".home.arpa")


@dataclass(frozen=True)
class Address:
    """A server by its base URL; '' is the public API."""

    url: str

    def __post_init__(self) -> None:
        if self.url:
            _check(self.url)

    @property
    def reach(self) -> Reach:
        """How far calls go: they stay on this machine, go to a private network, or outside. No name is looked up."""
        if not self.url:
            return "outside"
        host = urlsplit(self.url).hostname or ""
        try:
            number = ipaddress.ip_address(host)
        except ValueError:
            return _reach_of_name(host)
        return "machine" if number.is_loopback else "network" if number.is_private else "outside"

    @property
    def stays(self) -> bool:
        """Whether calls reach this machine or a private network only."""
        return self.reach != "outside"

    def __str__(self) -> str:
        return self.url or PUBLIC


def default_url() -> str:
    """Return ``$OPENAI_BASE_URL``, '' if it is not set."""
    return os.environ.get(URL_VARIABLE, "").strip().rstrip("/")


def key_for(address: Address) -> str:
    """Return ``$OPENAI_API_KEY``, '' if it is not set for a user's server; BenchError if the public API lacks it."""
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key and not address.url:
        raise BenchError(
            f"{KEY_VARIABLE} is not set; export it to call {PUBLIC}, or name a server of your own by its base URL "
            f"({URL_VARIABLE}=http://127.0.0.1:8000/v1)"
        )
    return key


def redacted(text: str, key: str) -> str:
    """Return a server's message on one line, without the key and without characters that control a terminal."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join((printable.replace(key, "[key]") if key else printable).split())


def redacted_answer(text: str, key: str) -> str:
    """Return a model's answer without the key, unless the key is so short that it may be a word of the answer."""
    return text.replace(key, "[key]") if len(key) >= SECRET_LETTERS else text


def _check(url: str) -> None:
    """Refuse what is no base URL, and one that holds a secret; the error does not show it."""
    public = re.sub(r"[?#].*", "", re.sub(r"^(\w+://)?.*@", r"\1", url, flags=re.DOTALL), flags=re.DOTALL)
    if not _callable(url):
        raise BenchError(f"base URL {public!r} is none; write one like http://127.0.0.1:8000/v1")
    if public != url:
        raise BenchError(f"the base URL of {public} holds a secret; leave it out and export {KEY_VARIABLE} instead")


def _callable(url: str) -> bool:
    """Return whether the client can call a URL."""
    import httpx2

    try:
        parts, _ = urlsplit(url), httpx2.URL(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except (httpx2.InvalidURL, ValueError):
        return False


def _reach_of_name(host: str) -> Reach:
    if host == "localhost" or host.endswith(".localhost"):
        return "machine"
    return "network" if "." not in host or host.endswith(_LOCAL_SUFFIXES) else "outside"
