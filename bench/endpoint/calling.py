"""Many questions to a server: some at a time, every reply kept, temporary failures retried, the budget respected."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from bench.endpoint import failures
from bench.endpoint.client import Client
from bench.endpoint.connection import Connection, Ended
from bench.endpoint.endpoint import Endpoint
from bench.endpoint.ledger import Ledger
from bench.endpoint.outcome import ASKED_AGAIN, Outcome, judged
from bench.endpoint.prices import Usage
from bench.endpoint.request import Reply, ServerQuestion


def ask(
    endpoint: Endpoint, questions: Iterable[ServerQuestion], ledger: Ledger, told: Callable[[Outcome], None]
) -> bool:
    """Ask all questions and pass each outcome to ``told`` at once; return False if the budget ended it before.

    Questions are taken one by one as calls become free. BenchError if no call can succeed; calls under way are finished
    and passed on first, after Ctrl-C too.
    """
    return asyncio.run(_Asking(endpoint, ledger, told).all(iter(questions)))


class _Asking:
    """One run over all questions."""

    def __init__(self, endpoint: Endpoint, ledger: Ledger, told: Callable[[Outcome], None]) -> None:
        self._endpoint, self._ledger, self._told = endpoint, ledger, told
        self._line = Connection(max(3, endpoint.in_flight))
        self._money = asyncio.Condition()
        self._error: BaseException | None = None
        self._within = True

    async def all(self, questions: Iterator[ServerQuestion]) -> bool:
        """Distribute the questions among as many workers as calls may be in flight."""
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError, ValueError, RuntimeError):  # outside the main thread
            loop.add_signal_handler(signal.SIGINT, self._interrupted)
        async with Client(self._endpoint.address, self._endpoint.timeout) as client:
            await asyncio.gather(*(self._work(questions, client) for _ in range(self._endpoint.in_flight)))
        if self._error is not None:
            raise self._error
        return self._within

    async def _work(self, questions: Iterator[ServerQuestion], client: Client) -> None:
        while not self._line.ended.is_set():
            try:
                await asyncio.sleep(0)  # kept replies need no server: let Ctrl-C through
                question = next(questions, None)
                if question is None:
                    return
                self._told(await self._outcome(question, client))
            except Ended:
                return
            except BaseException as error:  # after any error, the calls of the other workers are finished first
                self._end(error)

    async def _outcome(self, question: ServerQuestion, client: Client) -> Outcome:
        sent, usage = self._endpoint.body(question), Usage(0, 0)
        for attempt in range(1 + ASKED_AGAIN):
            identity = self._endpoint.identity(sent, attempt)
            reply = self._endpoint.replies.get(identity)
            if reply is None:
                try:
                    reply = await self._paid(question, sent, identity, client)
                except failures.Unanswerable as error:
                    self._line.lost(error, str(self._endpoint.address))
                    return Outcome(question.name, "lost", None, "", str(error), usage)
            self._line.reached()
            usage = usage.plus(reply.usage)
            outcome = judged(question, reply, attempt, usage)
            if outcome is not None:
                return outcome
        raise AssertionError("the last attempt is always judged")

    async def _paid(self, question: ServerQuestion, sent: dict[str, Any], identity: str, client: Client) -> Reply:
        """Return the reply to a call, once it is in the ledger and kept; a refusal costs nothing and is kept too."""
        async with self._within_budget(self._endpoint.worst(question)):
            try:
                reply = await self._line.patiently(lambda: client.complete(sent, identity, question.estimate))
                self._ledger.add(reply.usage)
            except failures.Refusal as refusal:
                reply = Reply(str(refusal), True, Usage(0, 0))
            self._endpoint.replies.put(identity, reply)
        return reply

    @asynccontextmanager
    async def _within_budget(self, worst: Usage) -> AsyncIterator[None]:
        """Reserve the most that a call can cost, once others have left enough; end the run if the budget is too small.

        The first call is made alone: it shows what the server counts for a picture.
        """
        ledger = self._ledger
        async with self._money:
            await self._money.wait_for(lambda: ledger.held <= 0 or (ledger.calls > 0 and ledger.fits(worst)))
            if not self._ledger.fits(worst):
                self._within = False
                self._line.ended.set()
            if self._line.ended.is_set():
                raise Ended
            most = self._ledger.hold(worst)
        try:
            yield
        finally:
            async with self._money:
                self._ledger.release(most)
                self._money.notify_all()

    def _interrupted(self) -> None:
        """End after the calls under way; a second Ctrl-C ends at once."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        self._end(KeyboardInterrupt())

    def _end(self, error: BaseException) -> None:
        self._error = self._error or error
        self._line.ended.set()
