"""How a job hears of its end: Slurm's signals become a wish to stop, which the work heeds between two steps."""

import signal
from types import FrameType
from typing import Literal

_SHARE = 0.7
"""Of the time that is left to a job, the share in which a step may end."""
_KILL_WAIT = 20
"""Seconds from SIGTERM in which to stop: Slurm's own default leaves 30 until SIGKILL."""


class Abandoned(BaseException):
    """The time to stop at the end of a step is over; what stands is the last checkpoint."""


class Signals:
    """The signals of this process, from now on.

    ``wish`` is '' while it may go on, ``requeue`` once the job's time is nearly over or another job needs its place,
    ``end`` when it was told to terminate.
    """

    def __init__(self, grace_seconds: int) -> None:
        self.wish: Literal["", "requeue", "end"] = ""
        self._grace = grace_seconds
        signal.signal(signal.SIGUSR2, self._near_its_end)
        signal.signal(signal.SIGTERM, self._told_to_end)
        signal.signal(signal.SIGCONT, lambda number, frame: None)
        signal.signal(signal.SIGALRM, self._too_late)

    def heeded(self) -> None:
        """Note that the work has stopped: nothing is abandoned any more."""
        signal.alarm(0)

    def _near_its_end(self, number: int, frame: FrameType | None) -> None:
        if self.wish != "requeue":
            signal.alarm(max(1, int(_SHARE * self._grace)))
        self.wish = "requeue"

    def _told_to_end(self, number: int, frame: FrameType | None) -> None:
        if not self.wish:
            signal.alarm(_KILL_WAIT)
            self.wish = "end"

    def _too_late(self, number: int, frame: FrameType | None) -> None:
        raise Abandoned


class Deaf(Signals):
    """Signals that this process passes over, because another decides when it ends."""

    def __init__(self) -> None:
        self.wish = ""
        for number in (signal.SIGUSR2, signal.SIGTERM, signal.SIGCONT):
            signal.signal(number, signal.SIG_IGN)
