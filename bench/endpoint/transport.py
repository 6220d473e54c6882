"""The connections of the client: none beyond the judged reach, no redirect, no reply longer than allowed."""

import ssl
import zlib
from collections.abc import AsyncIterator, Iterable
from typing import cast

import httpcore2
import httpx2

from bench.endpoint.address import REACHES, Address, Reach, farthest
from bench.endpoint.environment import check_headers, proxies, trusted
from bench.endpoint.failures import Ending, Unanswerable
from bench.endpoint.request import MOST_CALLS_AT_ONCE
from bench.errors import BenchError


def http_client(address: Address, timeout: httpx2.Timeout, most_bytes: int) -> httpx2.AsyncClient:
    """Return the client of an address: it follows no redirect, since that could carry pictures elsewhere.

    Calls that stay use no proxy, and each connection is checked again: a name may have got another address meanwhile.
    ``most_bytes`` is the longest reply, decompressed. BenchError for a variable of the environment that is in the way.
    """
    check_headers()
    reach = address.reach
    transport = None
    if reach == "outside":
        proxies()
        context = trusted()
    else:
        context = trusted() if address.url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        transport = _Near(reach, context)

    async def bounded(response: httpx2.Response) -> None:
        response.stream = _Bounded(response, most_bytes)
        response.headers.pop("content-encoding", None)

    try:
        return httpx2.AsyncClient(
            transport=transport,
            verify=context,
            trust_env=transport is None,
            timeout=timeout,
            headers={"Accept-Encoding": "gzip"},
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=MOST_CALLS_AT_ONCE, max_keepalive_connections=100),
            event_hooks={"response": [bounded]},
        )
    except Exception as error:  # the environment may hold anything; what is known of it was checked above
        raise BenchError(
            f"the connection to {address} cannot be set up ({type(error).__name__}: {error}); see `bench doctor`"
        ) from None


class _Near(httpx2.AsyncHTTPTransport):
    """A transport whose connections end within a reach."""

    def __init__(self, reach: Reach, context: ssl.SSLContext) -> None:
        # Not super().__init__(), which takes no network backend.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=MOST_CALLS_AT_ONCE,
            max_keepalive_connections=100,
            network_backend=_Within(reach),
        )


class _Within(httpcore2.AsyncNetworkBackend):
    """Opens connections, and closes one that leads beyond a reach before anything is sent."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._network = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        stream = await self._network.connect_tcp(host, port, timeout, local_address, socket_options)
        peer = str(stream.get_extra_info("server_addr")[0])
        if REACHES.index(farthest([peer])) > REACHES.index(self._reach):
            await stream.aclose()
            raise Ending(
                f"nothing is sent to {host}: it leads to {peer}, which is farther than it was when the run began; "
                "check the name's addresses, or name a number"
            )
        return stream

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class _Bounded(httpx2.AsyncByteStream):
    """The body of a response, decompressed; raises Unanswerable when it is longer than allowed.

    Own code: httpx decompresses a part of a reply whole, however long it becomes.
    """

    def __init__(self, response: httpx2.Response, most_bytes: int) -> None:
        self._stream, self._most = response.stream, most_bytes
        self._coding = response.headers.get("content-encoding", "identity").strip().lower()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        room = self._most
        unpack = self._decompressor()
        assert isinstance(self._stream, httpx2.AsyncByteStream)
        async for part in self._stream:
            content = part if unpack is None else unpack.decompress(part, room + 1)
            room -= len(content)
            if room < 0:
                raise Unanswerable(f"the server's reply is longer than {self._most / 2**20:.0f} MiB")
            yield content

    async def aclose(self) -> None:
        assert isinstance(self._stream, httpx2.AsyncByteStream)
        await self._stream.aclose()

    def _decompressor(self) -> "zlib._Decompress | None":
        if self._coding in ("identity", ""):
            return None
        if self._coding not in ("gzip", "x-gzip", "deflate"):
            raise ValueError(f"the server's reply is packed by {self._coding!r}, which was not asked for")
        return zlib.decompressobj(zlib.MAX_WBITS | 32)
