"""The client of a server: it makes one call, returns its reply and sends nothing elsewhere."""

from types import TracebackType
from typing import Any, Self

from bench.endpoint import failures
from bench.endpoint.address import PUBLIC_URL, Address, key_for, redacted, redacted_answer
from bench.endpoint.prices import Usage
from bench.endpoint.request import LETTERS_A_TOKEN, Reply

_CONNECT_SECONDS = 10.0


class Client:
    """The official client, opened with ``async with``; the caller decides about retries."""

    def __init__(self, address: Address, timeout: float) -> None:
        self._address, self._timeout, self._key = address, timeout, key_for(address)

    async def __aenter__(self) -> Self:
        """Open connections."""
        import httpx2
        import openai

        timeout = httpx2.Timeout(self._timeout, connect=min(_CONNECT_SECONDS, self._timeout))
        own = None
        if self._address.stays:  # then no proxy and no redirect may carry pictures elsewhere
            own = openai.DefaultAsyncHttpxClient(trust_env=False, follow_redirects=False, timeout=timeout)
        self._client = openai.AsyncOpenAI(
            api_key=self._key or "none",
            base_url=self._address.url or PUBLIC_URL,  # without one, the client would take the environment's
            timeout=timeout,
            max_retries=0,  # bench.endpoint.connection says why
            http_client=own,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close connections."""
        await self._client.close()

    async def complete(self, body: dict[str, Any], identity: str, estimate: int) -> Reply:
        """Return the reply to a chat; raises what ``failures.read`` returns.

        ``identity`` is sent as an idempotency key: a server that supports these bills a call once, however often it is
        sent. ``estimate`` is the number of tokens of the messages if the server counts none.
        """
        model = str(body["model"])
        data = await self.request(
            lambda client: client.chat.completions.create(**body, extra_headers={"Idempotency-Key": identity}), model
        )
        try:
            return self.reply(data.model_dump(), estimate)
        except (LookupError, TypeError, AttributeError, ValueError):
            raise failures.Passing("the server's reply is no chat completion") from None

    async def request(self, call: Any, model: str = "") -> Any:
        """Return the result of a call of the client; raises what ``failures.read`` returns."""
        import openai

        try:
            return await call(self._client)
        except (openai.OpenAIError, ValueError) as error:
            # Not `from error`: a traceback would show the server's message, which may hold the key.
            raise failures.read(error, self._address, self._key, model) from None

    def reply(self, data: dict[str, Any], estimate: int) -> Reply:
        """Return the reply in a chat completion, given as JSON data."""
        choice = data["choices"][0]
        message = choice["message"]
        refusal = message.get("refusal") or ""
        text = redacted_answer(refusal or message.get("content") or "", self._key)
        refused = bool(refusal) or choice.get("finish_reason") == "content_filter"
        counted = data.get("usage") or {}
        sent, answered = counted.get("prompt_tokens"), counted.get("completion_tokens")
        usage = Usage(
            estimate if sent is None else int(sent),
            -(-len(text) // LETTERS_A_TOKEN) if answered is None else int(answered),
        )
        return Reply(text, refused, usage, choice.get("finish_reason") == "length")

    def clean(self, text: str) -> str:
        """Return a server's message in a form that may be shown."""
        return redacted(text, self._key)
