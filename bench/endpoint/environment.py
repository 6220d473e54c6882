"""What the environment says about the way to a server: certificates, proxies, headers; a fault names its variable."""

import os
import re
import ssl
import sys
import time
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from bench.endpoint.address import PUBLIC_URL, Address, check_header
from bench.errors import BenchError

FILE_VARIABLE, FOLDER_VARIABLE, _LOG_VARIABLE = "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"
_HEADERS = ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID")
"""Variables that the official client sends as headers."""
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


class Proxy(NamedTuple):
    """A proxy by the variable that names it; ``shown`` is its URL without user and password."""

    variable: str
    url: str

    @property
    def shown(self) -> str:
        """The URL without user, password and characters that control a terminal."""
        bare = re.sub(r"//.*@", "//", self.url)
        return "".join(letter if letter.isprintable() else "?" for letter in bare)

    @property
    def host(self) -> str:
        """The proxy's host."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The proxy's port, as the URL or else its scheme says."""
        parts = urlsplit(self.url)
        return parts.port or {"http": 80, "https": 443}.get(parts.scheme, 1080)


def trusted() -> ssl.SSLContext:
    """Return the certificates that a server's is checked by: of $SSL_CERT_FILE, of $SSL_CERT_DIR, else the system's.

    BenchError names the variable whose file or folder is missing, holds no certificate, or only ones that are not valid
    today.
    """
    import httpx2

    file, folder = os.environ.get(FILE_VARIABLE), os.environ.get(FOLDER_VARIABLE)
    _check_log()
    if file:
        context = _of_file(file)
    elif folder:
        context = _of_folder(folder)
    else:
        context = httpx2.create_ssl_context(trust_env=False)
    validity = [(_seconds(each["notBefore"]), _seconds(each["notAfter"])) for each in _loaded(context)]
    source = f"{FILE_VARIABLE}={file}" if file else "the system's certificates"
    if validity and all(until < time.time() for _, until in validity):
        raise BenchError(f"{source}: every certificate has expired by {_today()}; {_remedy(file)}, or set the clock")
    if validity and all(since > time.time() for since, _ in validity):
        raise BenchError(f"{source}: no certificate is valid yet on {_today()}; set this machine's clock")
    return context


def proxies() -> Mapping[str, Proxy]:
    """Return the proxies of the environment by the scheme of the calls that go through them, checked.

    BenchError names the variable whose value is no URL of a proxy, or one that needs a missing package.
    """
    entries = {
        scheme: _proxy(scheme, url) for scheme, url in getproxies().items() if scheme in ("http", "https", "all")
    }
    for proxy in entries.values():
        _check_proxy(proxy)
    return entries


def proxy_for(address: Address) -> Proxy | None:
    """Return the proxy that calls to an address outside go through, None for none."""
    parts = urlsplit(address.url or PUBLIC_URL)
    if proxy_bypass(parts.hostname or ""):
        return None
    entries = proxies()
    return entries.get(parts.scheme) or entries.get("all")


def check_headers() -> None:
    """Raise BenchError for a variable that the official client sends as a header and that cannot be one."""
    for variable in _HEADERS:
        check_header(variable, os.environ.get(variable, ""))
    for line in os.environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines():
        check_header("OPENAI_CUSTOM_HEADERS", line)


def _of_file(file: str) -> ssl.SSLContext:
    path = Path(file)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise BenchError(f"{FILE_VARIABLE}={file} {what}; {_remedy(file)}")
    try:
        return ssl.create_default_context(cafile=file)
    except (OSError, ValueError) as error:  # SSLError is an OSError; ValueError: a path with a zero byte
        why = "holds no certificate in PEM form" if isinstance(error, ssl.SSLError) else f"cannot be read ({error})"
        raise BenchError(f"{FILE_VARIABLE}={file} {why}; {_remedy(file)}") from None


def _of_folder(folder: str) -> ssl.SSLContext:
    folders = [Path(name) for name in folder.split(os.pathsep)]
    present = [each for each in folders if each.is_dir()]
    if not present:
        raise BenchError(f"{FOLDER_VARIABLE}={folder} is no folder; {_remedy(None)}")
    if not any(re.fullmatch(r"[0-9a-f]{8}\.\d+", path.name) for each in present for path in _listed(each)):
        raise BenchError(
            f"{FOLDER_VARIABLE}={folder} holds no certificate under its hashed name; run `openssl rehash` there, or "
            f"unset {FOLDER_VARIABLE}"
        )
    return ssl.create_default_context(capath=folder)


def _listed(folder: Path) -> Iterator[Path]:
    try:
        yield from folder.iterdir()
    except OSError as error:
        raise BenchError(f"{FOLDER_VARIABLE}={folder} cannot be read ({error.strerror}); {_remedy(None)}") from None


def _check_log() -> None:
    """Refuse a log of keys that cannot be written: every context of TLS opens it."""
    log = os.environ.get(_LOG_VARIABLE)
    if log and not sys.flags.ignore_environment:
        path = Path(log)
        target = path if path.exists() else path.parent
        if path.is_dir() or not os.access(target, os.W_OK):
            raise BenchError(f"{_LOG_VARIABLE}={log} cannot be written; unset {_LOG_VARIABLE}")


def _loaded(context: ssl.SSLContext) -> list[Mapping[str, str]]:
    """Return the certificates that a context has read; those of folders are read when they are needed."""
    try:
        return context.get_ca_certs()  # pyright: ignore[reportReturnType]
    except (NotImplementedError, ssl.SSLError):
        return []


def _seconds(date: str) -> float:
    return ssl.cert_time_to_seconds(date)


def _today() -> str:
    return time.strftime("%Y-%m-%d", time.gmtime())


def _remedy(file: str | None) -> str:
    variable = FILE_VARIABLE if file else FOLDER_VARIABLE
    return f"unset {variable}, or name one that holds the certificates of authorities"


def _proxy(scheme: str, url: str) -> Proxy:
    lower = f"{scheme}_proxy"  # the lower-case name counts where both are set
    variable = lower if os.environ.get(lower) else lower.upper()
    return Proxy(variable, url if "://" in url else f"http://{url}")


def _check_proxy(proxy: Proxy) -> None:
    import httpx2

    remedy = f"correct it, like http://proxy.example.org:3128, or unset {proxy.variable}"
    try:
        scheme, valid = urlsplit(proxy.url).scheme, bool(proxy.host) and proxy.port > 0
        if scheme in _PROXY_SCHEMES:
            httpx2.Proxy(url=proxy.url)
    except (httpx2.InvalidURL, ValueError, UnicodeError):
        scheme, valid = "http", False
    if not valid:
        raise BenchError(f"{proxy.variable}={proxy.shown} is no URL of a proxy; {remedy}")
    if scheme not in _PROXY_SCHEMES:
        raise BenchError(
            f"{proxy.variable}={proxy.shown}: {scheme!r} is no kind of proxy (valid: {', '.join(_PROXY_SCHEMES)}); "
            f"{remedy}"
        )
    if scheme.startswith("socks") and find_spec("socksio") is None:
        raise BenchError(
            f"{proxy.variable}={proxy.shown} is a SOCKS proxy, which needs a package that is missing; "
            f"pip install socksio, or unset {proxy.variable}"
        )
