"""How a job hears of its end: Slurm's signals become a wish to stop, which the work heeds between two steps."""

import signal
from types import FrameType

_SHARE = 0.7
"""Of the time that is left to a job, the share in which a step may end."""
_KILL_WAIT = 20
"""Seconds from SIGTERM in which to stop: Slurm's own default leaves 30 until SIGKILL."""


class Abandoned(BaseException):
    """The time to stop at the end of a step is over; what stands is the last checkpoint."""


class Signals:
    """The signals of this process, from now on.

    ``stop`` once the job's time is nearly over, another job needs its place, or somebody cancels it: how much time is
    left differs, why does not matter here.
    """

    def __init__(self, grace_seconds: int) -> None:
        self.stop = False
        self._seconds = {signal.SIGUSR2: max(1, int(_SHARE * grace_seconds)), signal.SIGTERM: _KILL_WAIT}
        for number in self._seconds:
            signal.signal(number, self._told_to_stop)
        signal.signal(signal.SIGCONT, lambda number, frame: None)
        signal.signal(signal.SIGALRM, self._too_late)

    def heeded(self) -> None:
        """Note that the work has stopped: nothing is abandoned any more."""
        signal.alarm(0)

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        seconds = self._seconds[signal.Signals(number)]
        signal.alarm(min(signal.alarm(0) or seconds, seconds))  # whichever comes first
        self.stop = True

    def _too_late(self, number: int, frame: FrameType | None) -> None:
        raise Abandoned


class NoSignals(Signals):
    """Signals that this process passes over, because another decides when it ends."""

    def __init__(self) -> None:
        self.stop = False
        for number in (signal.SIGUSR2, signal.SIGTERM, signal.SIGCONT):
            signal.signal(number, signal.SIG_IGN)
