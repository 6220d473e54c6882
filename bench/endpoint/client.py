"""The client of a server: it makes one call, returns its reply and sends nothing elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from bench.endpoint import completion, failures
from bench.endpoint.address import PUBLIC_URL, Address, key_for, redacted
from bench.endpoint.request import Reply
from bench.specs.json_data import JSONObject

if TYPE_CHECKING:
    from openai import AsyncOpenAI

MOST_BYTES, MOST_BYTES_OF_A_FILE = 2**26, 2**29
"""The longest reply to a chat, and the longest file of a batch: 20,000 answers of 20 kB are 400 MB."""
_CONNECT_SECONDS = 10.0
_SLOWEST_BYTES = 100_000
"""Bytes per second: a file of a batch that comes or goes more slowly is given up."""

Result = TypeVar("Result")


class Client:
    """The official client, opened with ``async with``; the caller decides about retries."""

    def __init__(self, address: Address, timeout: float, settings: str, most_bytes: int = MOST_BYTES) -> None:
        self._address, self._timeout, self._key = address, timeout, key_for(address)
        self._settings, self._most_bytes = settings, most_bytes

    async def __aenter__(self) -> Self:
        """Open connections; BenchError if something in the environment is in the way."""
        import httpx2
        import openai

        from bench.endpoint.transport import http_client

        timeout = httpx2.Timeout(self._timeout, connect=min(_CONNECT_SECONDS, self._timeout))
        self._client = openai.AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self._address.url or PUBLIC_URL,  # without one, the client would take the environment's
            timeout=timeout,
            max_retries=0,  # bench.endpoint.connection says why
            http_client=http_client(self._address, timeout, self._most_bytes),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close connections."""
        await self._client.close()

    async def complete(self, body: JSONObject, identity: str, estimate: int) -> Reply:
        """Return the reply to a chat; raises what ``failures.read`` returns.

        ``identity`` is sent as an idempotency key: a server that supports these bills a call once, however often it is
        sent. ``estimate`` is the number of tokens of the messages if the server counts none.
        """
        import httpx2

        async def post(client: "AsyncOpenAI") -> httpx2.Response:
            headers = {"Idempotency-Key": identity}
            # The client's method for chats takes only the fields it knows.
            return await client.post(
                "/chat/completions", cast_to=httpx2.Response, body=dict(body), options={"headers": headers}
            )

        response = await self._within(post, self._timeout + _CONNECT_SECONDS, body)
        try:
            data = completion.parsed(response.content)
            if fault := completion.fault_in(data):
                raise failures.Passing(f"the server answered {response.status_code}: {self.clean(fault)[:300]}")
            return completion.reply_of(data, estimate, self._key)
        except ValueError as error:
            raise failures.Passing(f"the server's reply is no chat completion ({str(error)[:100]})") from None

    async def request(self, call: Callable[["AsyncOpenAI"], Awaitable[Result]]) -> Result:
        """Return the result of a call of the client; raises what ``failures.read`` returns."""
        return await self._within(call, self._timeout + self._most_bytes / _SLOWEST_BYTES, None)

    async def _within(
        self, call: Callable[["AsyncOpenAI"], Awaitable[Result]], seconds: float, sent: JSONObject | None
    ) -> Result:
        """Return the result of a call that takes at most so long as a whole: the client's limit is one of each read."""
        try:
            async with asyncio.timeout(seconds):
                return await call(self._client)
        except Exception as error:  # a server decides what comes, and the client checks little of it
            model = str(sent["model"]) if sent else ""
            # Not `from error`: a traceback would show the server's message, which may hold the key.
            raise failures.read(error, self._address, self._key, model, sent, self._settings) from None

    def read(self, data: object) -> Reply:
        """Return the reply in a chat completion that a batch's file holds; ValueError if it is none."""
        return completion.reply_of(data, 0, self._key)

    def clean(self, text: str) -> str:
        """Return a server's message in a form that may be shown."""
        return redacted(text, self._key)
