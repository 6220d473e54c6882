"""The progress of a worker: occasional lines in the job's output, and the report of its cell."""

import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import replace

from bench.launch.reports import Report, Reports
from bench.launch.slurm.signals import Signals
from bench.terminal.progress import Lines, NoProgress, Stopped

_SECONDS = 5.0
"""The shortest time between two reports of a cell."""


class StatusWriter(NoProgress):
    """A ``Progress`` that reports on the current cell, and stops the work at its next step on request."""

    def __init__(self, reports: Reports, job: str, worker: str, signals: Signals) -> None:
        self.reports, self.job, self.worker = reports, job, worker
        self.cell = ""
        self._signals = signals
        self._lines = Lines(sys.stdout)
        self._now = Report("running", job=job, worker=worker, host=host())
        self._began = self._reported = self._stepped = time.monotonic()
        self._first = 0

    @property
    def idle_seconds(self) -> float:
        """Seconds since the last step."""
        return time.monotonic() - self._stepped

    @property
    def place(self) -> str:
        """The current activity and its progress."""
        return self._now.place or "before the first cell"

    def begin(self, cell: str) -> None:
        """Start a cell; raise ``Stopped`` if the work must end."""
        self._step()
        self.cell = cell

    def begin_stage(self, name: str) -> None:
        """Report that a stage starts, before its inputs are loaded, which may exhaust the memory."""
        self._now = replace(self._now, what=name, total=0, done=0, figures={}, left=None)
        self._report()

    def leave(self) -> None:
        """Leave the cell; nothing more is reported of it."""
        self.cell = ""
        self._now = Report("running", job=self.job, worker=self.worker, host=self._now.host)

    def ended(self, cell: str, report: Report) -> None:
        """Report how a cell ended without a record; do nothing before the first cell."""
        if cell:
            self._write(
                cell, replace(report, job=self.job, worker=self.worker, host=self._now.host, what=self._now.what)
            )

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Start an activity of the cell."""
        self._lines.start(what, total, done)
        self._began, self._first = time.monotonic(), done
        self._now = replace(self._now, what=what.rpartition(": ")[2], total=total, done=done, figures={}, left=None)
        self._step()
        self._report()
        self._reported -= _SECONDS  # so that its first step is reported at once, too

    def advance(self, done: int, **figures: float) -> None:
        """Report the activity's progress; raise ``Stopped`` if the work must end."""
        self._lines.advance(done, **figures)
        now = time.monotonic()
        if now - self._reported >= _SECONDS:
            left = (now - self._began) / max(done - self._first, 1) * (self._now.total - done)
            self._now = replace(self._now, done=done, figures=figures, left=left)
            self._report()
        self._step()

    def say(self, text: str) -> None:
        """Write a line at once."""
        self._lines.say(text)

    def _report(self) -> None:
        self._reported = time.monotonic()
        if self.cell:
            self._write(self.cell, self._now)

    def _write(self, cell: str, report: Report) -> None:
        with suppress(OSError):  # a full disk: the work itself may or may not fail
            self.reports.write(cell, report)

    def _step(self) -> None:
        self._stepped = time.monotonic()
        if self._signals.stop:
            raise Stopped


def host() -> str:
    """Return the name of this node as Slurm knows it."""
    return os.environ.get("SLURMD_NODENAME") or socket.gethostname()
