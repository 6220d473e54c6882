"""How a job learns that it must end: Slurm's signals become a request to stop, obeyed between two steps."""

import signal
from types import FrameType

_SHARE = 0.7
"""The share of a job's remaining time in which the current step may end."""
_KILL_WAIT = 20
"""Seconds after SIGTERM in which to stop: Slurm's default is 30 until SIGKILL."""


class Abandoned(BaseException):
    """The step did not end in time; only the last checkpoint remains."""


class Signals:
    """Handles the signals of this process.

    ``stop`` becomes true when the job's time is nearly over, when another job preempts it, or when it is cancelled.
    These differ only in the time that remains.
    """

    def __init__(self, grace_seconds: int) -> None:
        self.stop = False
        self._seconds = {signal.SIGUSR2: max(1, int(_SHARE * grace_seconds)), signal.SIGTERM: _KILL_WAIT}
        for number in self._seconds:
            signal.signal(number, self._stop_soon)
        signal.signal(signal.SIGCONT, lambda number, frame: None)
        signal.signal(signal.SIGALRM, self._too_late)

    def heeded(self) -> None:
        """Note that the work has stopped, so that nothing is abandoned."""
        signal.alarm(0)

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        seconds = self._seconds[signal.Signals(number)]
        signal.alarm(min(signal.alarm(0) or seconds, seconds))  # whichever comes first
        self.stop = True

    def _too_late(self, number: int, frame: FrameType | None) -> None:
        raise Abandoned


class NoSignals(Signals):
    """Ignores the signals of this process, because another process decides when it ends."""

    def __init__(self) -> None:
        self.stop = False
        for number in (signal.SIGUSR2, signal.SIGTERM, signal.SIGCONT):
            signal.signal(number, signal.SIG_IGN)
