"""The connection to a server: when it may be used again, whether it ever answered, and whether the run is over.

The retries are our own code. The client's retries see one call alone: they hold no other call back from a busy server,
sleep on after Ctrl-C, go on without credit or without any answer so far, and wait for two minutes at most. tenacity
would save counting and doubling, a line each; which failures may pass, and who waits how long, would stay our code.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from bench.endpoint import failures

TRIES = 6
"""How often one call is sent before its failure no longer counts as temporary."""
FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
"""Seconds between two tries if the server names none; they double from try to try."""

Result = TypeVar("Result")


class Ended(Exception):
    """The run ends; this call is not made."""


class Connection:
    """The connection of all calls of a run; ``patience`` calls in turn without a reply end the run."""

    def __init__(self, patience: int) -> None:
        self.ended = asyncio.Event()
        self._patience, self._answered, self._lost, self._free_at = patience, False, 0, 0.0

    def reached(self) -> None:
        """Note a reply."""
        self._answered, self._lost = True, 0

    def lost(self, error: Exception, server: str) -> None:
        """Note a call that got no reply; raises Ending if the first, or so many in turn, got none."""
        self._lost += 1
        if not self._answered or self._lost >= self._patience:
            raise failures.Ending(f"{server} answers no call: {error}; nothing is lost, the same command goes on")

    async def patiently(self, call: Callable[[], Awaitable[Result]]) -> Result:
        """Return a call's result, sent again after each failure that may pass; raises Unsettled after the last.

        A server that was never reached is not tried again.
        """
        for turn in range(TRIES):
            await self._pause(self._free_at - asyncio.get_running_loop().time())
            try:
                return await call()
            except failures.Unreachable as failure:
                if not self._answered or turn == TRIES - 1:
                    raise
                await self._hold(failures.Passing(str(failure)), turn)
            except failures.Passing as failure:
                if turn == TRIES - 1:
                    raise failures.Unsettled(f"{failure}, {TRIES} times in turn") from None
                await self._hold(failure, turn)
        raise AssertionError("the last try returns or raises")

    async def _hold(self, failure: failures.Passing, turn: int) -> None:
        """Wait as long as the server asks for, else longer from turn to turn; all calls wait for a busy server."""
        wait = failure.wait
        if wait is None:
            wait = min(FIRST_PAUSE * 2**turn, _LONGEST_PAUSE) * random.uniform(0.75, 1)
        if failure.everyone:
            self._free_at = max(self._free_at, asyncio.get_running_loop().time() + wait)
        await self._pause(wait)

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.ended.wait(), seconds)
        if self.ended.is_set():
            raise Ended
