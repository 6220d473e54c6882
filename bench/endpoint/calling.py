"""Many questions to a server: some at a time, every reply kept, temporary failures retried, the budget respected."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, suppress

from bench.endpoint import failures
from bench.endpoint.client import Client
from bench.endpoint.connection import Connection, Ended
from bench.endpoint.endpoint import TRIES, Endpoint
from bench.endpoint.ledger import Ledger
from bench.endpoint.outcome import Outcome
from bench.endpoint.prices import Usage
from bench.endpoint.request import Reply, ServerQuestion
from bench.processes.endings import Interrupted
from bench.specs.json_data import JSONObject

_USELESS_AT_FIRST, _USELESS_LATER = 3, 20
"""After so many replies in turn that hold no answer the run ends: before the first answer, and after it."""


def ask(
    endpoint: Endpoint,
    questions: Iterable[ServerQuestion],
    ledger: Ledger,
    report: Callable[[Outcome], None],
    proven: bool = False,
) -> bool:
    """Ask all questions and pass each outcome to ``report`` at once; return False if the budget ended it before.

    Questions are taken one by one as calls become free; until the first answer, one call is made at a time, unless the
    endpoint is ``proven``. BenchError if no call can succeed, or if replies in turn hold no answer; calls under way are
    finished and passed on first, after Ctrl-C too.
    """
    return asyncio.run(_Asking(endpoint, ledger, report, proven).all(iter(questions)))


class _Asking:
    """One run over all questions."""

    def __init__(self, endpoint: Endpoint, ledger: Ledger, report: Callable[[Outcome], None], proven: bool) -> None:
        self._endpoint, self._ledger, self._report = endpoint, ledger, report
        self._line = Connection(max(3, endpoint.in_flight))
        self._money = asyncio.Condition()
        self._error: BaseException | None = None
        self._within = True
        self._proven, self._under_way, self._useless = proven, 0, 0

    async def all(self, questions: Iterator[ServerQuestion]) -> bool:
        """Distribute the questions among as many workers as calls may be in flight."""
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError, ValueError, RuntimeError):  # outside the main thread
            loop.add_signal_handler(signal.SIGINT, self._interrupted)
        async with Client(self._endpoint.address, self._endpoint.timeout, self._endpoint.settings) as client:
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
                await self._answer(question, client)
            except Ended:
                return
            except BaseException as error:  # after any error, the calls of the other workers are finished first
                self._end(error)

    async def _answer(self, question: ServerQuestion, client: Client) -> None:
        """Ask a question, as often as its replies are malformed, and report its outcome."""
        usage = Usage(0, 0)
        for attempt in range(TRIES):
            sent = self._endpoint.body(question, attempt)
            identity = self._endpoint.identity(sent, attempt)
            reply = self._endpoint.replies.get(identity)
            if reply is not None:
                usage = usage.plus(reply.usage)
                if self._decides(self._endpoint.judged(question, reply, attempt, usage)):
                    return
                continue
            async with self._within_budget(self._endpoint.worst(question)):
                try:
                    reply = await self._paid(question, sent, identity, client)
                except failures.Unanswerable as error:
                    self._line.lost(error, str(self._endpoint.address))
                    self._report(Outcome(question.name, "lost", None, "", str(error), usage))
                    return
                usage = usage.plus(reply.usage)
                if self._decides(self._endpoint.judged(question, reply, attempt, usage)):
                    return
        raise AssertionError("the last attempt is always judged")

    def _decides(self, outcome: Outcome | None) -> bool:
        """Report an outcome, if there is one; raise Ending if it is one of many in turn without an answer."""
        self._line.reached()
        if outcome is None:
            return False
        self._report(outcome)
        self._useless = 0 if outcome.status == "answered" else self._useless + 1
        self._proven |= outcome.status != "failed"  # a refusal may be of one picture alone
        if self._useless >= (_USELESS_LATER if self._proven else _USELESS_AT_FIRST):
            remedy = outcome.remedy or "see whether this model suits the questions"
            raise failures.Ending(
                f"{self._useless} replies of {self._endpoint.model!r} in turn hold no answer: {outcome.reason}; "
                f"{remedy}; what was paid is kept"
            )
        return True

    async def _paid(self, question: ServerQuestion, sent: JSONObject, identity: str, client: Client) -> Reply:
        """Return the reply to a call, once it is in the ledger and kept; a refusal costs nothing and is kept too."""
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

        Until a reply has held an answer, calls are made one by one: the first shows what the server counts for a
        picture, and whether there is any use in more.
        """
        ledger = self._ledger
        async with self._money:
            await self._money.wait_for(
                lambda: self._under_way == 0 or (self._proven and ledger.calls > 0 and ledger.fits(worst))
            )
            if not self._ledger.fits(worst):
                self._within = False
                self._line.ended.set()
            if self._line.ended.is_set():
                raise Ended
            most = self._ledger.hold(worst)
            self._under_way += 1
        try:
            yield
        finally:
            async with self._money:
                self._under_way -= 1
                self._ledger.release(most)
                self._money.notify_all()

    def _interrupted(self) -> None:
        """End after the calls under way; a second Ctrl-C ends at once."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        self._end(Interrupted(signal.SIGINT))

    def _end(self, error: BaseException) -> None:
        self._error = self._error or error
        self._line.ended.set()
