"""Questions as batches: submitted together at half the price, collected later; every step outlives the process."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bench.endpoint import failures
from bench.endpoint.client import MOST_BYTES_OF_A_FILE, Client
from bench.endpoint.connection import Connection
from bench.endpoint.dialect import remedy
from bench.endpoint.endpoint import Endpoint
from bench.endpoint.ledger import Ledger, append, lines_of
from bench.endpoint.prices import Usage
from bench.endpoint.replies import checked_identity
from bench.endpoint.request import Reply, ServerQuestion
from bench.endpoint.server_batch import CALLED, BatchState, Pack, marked, submitted, uploaded
from bench.specs.json_data import JSONObject
from bench.terminal.progress import Progress

if TYPE_CHECKING:
    from openai import AsyncOpenAI

Result = TypeVar("Result")

_MOST_CALLS, MOST_BYTES = 20_000, 90_000_000
"""The largest batch submitted; the public API takes 50,000 calls and 200 MB."""
_WAITING = ("validating", "in_progress", "finalizing", "cancelling")
_FRUITLESS = 3
"""After so many batches without one reply, the remaining questions count as lost."""


class ServerBatches:
    """The batches of one set of questions; ``state`` is the file of those submitted and collected.

    ``failures`` maps the identity of a call to why no batch has answered it.
    """

    def __init__(
        self, endpoint: Endpoint, ledger: Ledger, state: Path, progress: Progress, poll_seconds: float
    ) -> None:
        self._endpoint, self._ledger, self._state, self._progress = endpoint, ledger, state, progress
        self._poll_seconds = poll_seconds
        self._line = Connection(3)
        self._open, self._replies = outstanding(state), 0
        self._hopeless: set[str] = set()
        self._sent: JSONObject = {}
        self.failures: dict[str, str] = {}

    def run(self, questions: Callable[[], Iterable[ServerQuestion]]) -> bool:
        """Get and keep the replies to all questions; return False if the budget ended it before.

        Malformed replies are asked for again in a further batch. BenchError if the server has no batches or fails one.
        """
        try:
            return asyncio.run(self._run(questions))
        except (failures.Unanswerable, failures.Refusal) as error:
            remedy = "what was handed in is collected by the same command" if self._open else "try without --batch"
            raise failures.Ending(f"{self._endpoint.address} takes no batch: {error}; {remedy}") from None

    async def _run(self, questions: Callable[[], Iterable[ServerQuestion]]) -> bool:
        fruitless, within = 0, True
        async with self._client() as client:
            await self._gather(client)
            while fruitless < _FRUITLESS:
                before = self._replies
                handed_in, within = await self._hand_in(questions(), client)
                if not handed_in:
                    break
                await self._gather(client)
                for name in handed_in:
                    if self._endpoint.replies.get(name) is None:
                        self.failures.setdefault(name, "the batch ended without a reply to it")
                fruitless = 0 if self._replies > before else fruitless + 1
        return within

    def _client(self) -> Client:
        endpoint = self._endpoint
        return Client(endpoint.address, endpoint.timeout, endpoint.settings, MOST_BYTES_OF_A_FILE)

    async def _gather(self, client: Client) -> None:
        """Wait for every batch that was submitted and not collected, then keep its replies."""
        for key, saved in list(self._open.items()):
            name = saved or await self._by_mark(key, client)
            batch = None if name is None else await self._finished(name, client)
            if batch is not None:
                await self._collect(batch, client)
            self._write({"key": key, "collected": True})
            if batch is not None and batch.status == "failed":
                raise failures.Ending(
                    f"{self._endpoint.address} refused batch {client.clean(f'{name}: {batch.reasons}')[:400]}"
                )

    async def _hand_in(self, questions: Iterable[ServerQuestion], client: Client) -> tuple[list[str], bool]:
        """Submit the calls without a kept reply, as far as the budget reaches; return them, and whether it sufficed."""
        calls: list[str] = []
        self._within, reserved = True, self._ledger.held
        for pack in self._packs(questions):
            name = await self._submitted(pack, client)
            self._progress.say(f"batch {client.clean(name)}: {len(pack.calls)} calls handed in")
            calls += pack.calls
        self._ledger.held = reserved
        return calls, self._within

    async def _submitted(self, pack: Pack, client: Client) -> str:
        """Submit a pack once and return the batch's name."""
        file, tries = await self._result(client, lambda api: uploaded(api, pack)), 0

        async def begin(api: "AsyncOpenAI") -> str:
            nonlocal tries
            tries += 1
            earlier = await marked(api, pack.key) if tries > 1 else None  # an earlier reply may have been lost
            return earlier or await submitted(api, pack, file)

        # Written before it is submitted: after a kill in between, the server's list shows whether it arrived.
        self._write({"key": pack.key})
        try:
            name = await self._result(client, begin)
        except (failures.Unanswerable, failures.Refusal, failures.Ending) as error:
            if tries == 1 and not isinstance(error, failures.Unsettled):  # refused: there is nothing to collect
                self._write({"key": pack.key, "collected": True})
            raise
        self._write({"key": pack.key, "batch": name})
        return name

    def _packs(self, questions: Iterable[ServerQuestion]) -> Iterator[Pack]:
        lines: dict[str, bytes] = {}
        size = 0
        for question in questions:
            attempt = self._endpoint.stored_outcome(question)
            if not isinstance(attempt, int):
                continue
            body = self._endpoint.body(question, attempt)
            name = self._endpoint.identity(body, attempt)
            if name in lines or name in self._hopeless:
                continue
            if not self._ledger.fits(self._endpoint.worst(question)):
                self._within = False
                break
            self._ledger.hold(self._endpoint.worst(question))
            call = {"custom_id": name, "method": "POST", "url": CALLED, "body": body}
            self._sent = body
            lines[name] = json.dumps(call, ensure_ascii=False).encode()
            size += len(lines[name])
            if len(lines) >= _MOST_CALLS or size >= MOST_BYTES:
                yield Pack.of(lines)
                lines, size = {}, 0
        if lines:
            yield Pack.of(lines)

    async def _by_mark(self, key: str, client: Client) -> str | None:
        """Return the batch that a killed process submitted before it could write down its name, None if it did not."""
        return await self._result(client, lambda api: marked(api, key))

    async def _finished(self, name: str, client: Client) -> BatchState:
        """Wait until the server is done with a batch and return it."""

        async def look(api: "AsyncOpenAI") -> BatchState:
            return BatchState.of(await api.batches.retrieve(name))

        before = None
        while True:
            batch = await self._result(client, look)
            if (batch.status, batch.progress) != before:
                before = batch.status, batch.progress
                self._progress.say(client.clean(f"batch {name}: {batch.status}{batch.progress}"))
            if batch.status not in _WAITING:
                return batch
            await asyncio.sleep(self._poll_seconds)

    async def _collect(self, batch: BatchState, client: Client) -> None:
        """Keep the replies of a batch, also of one that expired or was cancelled."""
        for file in batch.files:

            async def text(api: "AsyncOpenAI", file: str = file) -> str:
                return (await api.files.content(file)).content.decode("utf-8", "replace")

            # Not splitlines(), which cuts at marks that an answer may hold.
            for line in (await self._result(client, text)).split("\n"):
                if line.strip():
                    self._take(line, client)

    def _take(self, line: str, client: Client) -> None:
        """Keep the reply in a line of a batch's file, if it is one."""
        try:
            self._keep(json.loads(line), client)
        except (LookupError, TypeError, AttributeError, ValueError, RecursionError):
            self._progress.say("a line of the batch is no reply to a call; its call is asked again")

    def _keep(self, line: JSONObject, client: Client) -> None:
        """Keep one line's reply unless it is kept; the next batch repeats a call whose failure may pass."""
        name, response = checked_identity(line["custom_id"]), line.get("response") or {}
        if self._endpoint.replies.get(name) is not None:
            return
        status, body = response.get("status_code"), response.get("body") or {}
        error = body.get("error") or line.get("error") or {}
        if status == 200:
            reply = client.read(body)
            self._ledger.add(reply.usage)
        elif error.get("code") in failures.REFUSALS:
            reply = Reply(client.clean(str(error.get("message"))), True, Usage(0, 0))
        else:
            message = client.clean(str(error.get("message") or error.get("code")))[:300]
            setting = remedy(message, self._sent) if self._sent else ""
            change = f" (--set {self._endpoint.settings}.{setting} sends it otherwise)" if setting else ""
            self.failures[name] = f"{message}{change}"
            self._progress.say(f"a call of the batch failed: {self.failures[name]}")
            if isinstance(status, int) and not failures.passes(status):
                self._hopeless.add(name)
            return
        self._endpoint.replies.put(name, reply)
        self._replies += 1

    async def _result(self, client: Client, call: Callable[["AsyncOpenAI"], Awaitable[Result]]) -> Result:
        reply = await self._line.patiently(lambda: client.request(call))
        self._line.reached()
        return reply

    def _write(self, line: JSONObject) -> None:
        append(self._state, line)
        _note(self._open, line)


def outstanding(state: Path) -> dict[str, str | None]:
    """Return the submitted, uncollected batches by key, with their names as far as known."""
    batches: dict[str, str | None] = {}
    for line in lines_of(state):
        _note(batches, line)
    return batches


def _note(batches: dict[str, str | None], line: JSONObject) -> None:
    if line.get("collected"):
        batches.pop(line["key"], None)
    else:
        batches[line["key"]] = line.get("batch")
