"""The server of the page: Starlette on uvicorn, bound before anything else is prepared."""

import ipaddress
import logging
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import environ
from pathlib import Path
from sys import platform
from typing import NamedTuple

import uvicorn
from starlette.applications import Starlette

from bench.errors import BenchError
from bench.inputs import folder_of, path_of
from bench.view.guard import KEY, Access, Guard
from bench.view.live_page import LivePage
from bench.view.routes import routes

PORT = 8765
"""The port if nobody names one; the next that are free if it is taken."""
_TRIES = 20


@dataclass(frozen=True)
class PageAddress:
    """Where the page is served: an open socket, and what to open in a browser."""

    bound: socket.socket
    url: str


def bound(host: str, port: int | None) -> PageAddress:
    """Open the socket; BenchError if the host is none of this machine's, or the port is taken."""
    try:
        family = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][0]
    except OSError as error:
        raise BenchError(f"--host {host!r} is not known ({error.strerror}); name an address of this machine") from error
    ports = [port] if port is not None else [*range(PORT, PORT + _TRIES), 0]
    for number in ports:
        own = socket.socket(family, socket.SOCK_STREAM)
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            own.bind((host, number))
            own.listen(128)
        except OSError as error:
            own.close()
            if number == ports[-1]:
                raise BenchError(
                    f"{host}:{number} cannot be served ({error.strerror}); name another --port or --host"
                ) from error
            continue
        return PageAddress(own, f"http://{_shown(host)}:{own.getsockname()[1]}/")
    raise AssertionError("the last try raises")


def access(host: str, wants_key: bool) -> Access:
    """Return who may reach a host: on loopback all on this machine unless a key is wanted, elsewhere who has it."""
    key = secrets.token_urlsafe(24) if wants_key or not is_loopback(host) else None
    return Access(host=host, token=secrets.token_urlsafe(24), key=key, uploads=("/api/pictures",))


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine's own alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def application(site: LivePage, own: Access) -> Guard:
    """Return the application behind its guard."""
    return Guard(Starlette(routes=routes(site, own.token)), own)


def serve(site: LivePage, address: PageAddress, own: Access, opens_browser: bool, tell: Callable[[str], None]) -> None:
    """Serve until a signal ends it."""
    url = f"{address.url}?{KEY}={own.key}" if own.key else address.url
    tell(f"{url} (Ctrl-C ends it)")
    if opens_browser and _has_browser():
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
    try:
        PageServer(site, own).run(sockets=[address.bound])
    finally:
        site.close()


class PageServer(uvicorn.Server):
    """A server of a site that ends in a second or two, whoever listens or waits for an answer."""

    def __init__(self, site: LivePage, own: Access) -> None:
        config = uvicorn.Config(
            application(site, own),
            log_config=None,  # uvicorn's own ends the handlers of every other library, and one of those closes stderr
            log_level="error",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
        super().__init__(config)
        self._site = site

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what is open in good order; what is cancelled then is no error to print."""
        self._site.watch.end()
        logger = logging.getLogger("uvicorn.error")
        level, logger.level = logger.level, logging.CRITICAL
        try:
            await super().shutdown(sockets)
        finally:
            logger.level = level


def _has_browser() -> bool:
    """Return whether a browser with windows can be opened: one in this terminal would take it over."""
    if platform in ("darwin", "win32"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")) and "SSH_CONNECTION" not in environ


def _shown(host: str) -> str:
    """Return a host as an address in a browser names it."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 -- compared, not bound  # nosec B104
        return socket.getfqdn()
    return f"[{host}]" if ":" in host else host


class NamedModels(NamedTuple):
    """What a user wants to ask besides: ``folders`` of exports, and ``names`` of models that learn nothing."""

    folders: list[Path]
    names: list[str]


def named_models(given: Sequence[str]) -> NamedModels:
    """Return the models that a user named; BenchError for a folder that is not there or holds none, or a wrong name."""
    from bench.exports.exported import FILE
    from bench.exports.untrained import untrained
    from bench.registered.registry import Registry

    models = NamedModels([], [])
    for each in given:
        path = path_of(each, "--models")
        if ":" in each and not path.exists():
            models.names.append(untrained(each, Registry()).name)
            continue
        folder = folder_of(each, "--models")
        if not folder.is_dir():
            raise BenchError(
                f"--models {each!r} does not exist; name a folder that `bench export` wrote, or a model that is asked "
                "as it is, such as hf:FOLDER"
            )
        if not (folder / FILE).is_file() and not any(folder.glob(f"*/{FILE}")):
            raise BenchError(f"--models {each!r} holds no exported model; name a folder that `bench export` wrote")
        models.folders.append(folder)
    return models
