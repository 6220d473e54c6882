"""The progress of a worker: a line in the job's output now and then, and how far its cell is in the cell's report."""

import os
import socket
import sys
import time
from contextlib import suppress
from dataclasses import replace

from bench.launch.reports import Report, Reports
from bench.launch.slurm.signals import Signals
from bench.progress import Lines, Stopped

_SECONDS = 5.0
"""The shortest time between two reports of a cell."""


class StatusWriter:
    """A ``Progress`` that reports on the cell begun last, and stops the work at its next step when it is to end."""

    def __init__(self, reports: Reports, job: str, worker: str, signals: Signals) -> None:
        self.reports, self.job, self.worker = reports, job, worker
        self.cell = ""
        self._signals = signals
        self._lines = Lines(sys.stdout)
        self._now = Report("running", job=job, worker=worker, host=host())
        self._began = self._told = self._stepped = time.monotonic()
        self._first = 0

    @property
    def idle_seconds(self) -> float:
        """How long nothing has gone on."""
        return time.monotonic() - self._stepped

    @property
    def place(self) -> str:
        """The part under way and how far it is."""
        return self._now.place or "before the first cell"

    def begin(self, cell: str) -> None:
        """Turn to a cell; raises ``Stopped`` where the work is to end."""
        self._step()
        self.cell = cell

    def begin_stage(self, name: str) -> None:
        """Say that a stage of the cell is begun, before what it needs is loaded: that may be too much."""
        self._now = replace(self._now, what=name, total=0, done=0, figures={}, left=None)
        self._tell()

    def leave(self) -> None:
        """Turn away from the cell, which needs no more telling."""
        self.cell = ""
        self._now = Report("running", job=self.job, worker=self.worker, host=self._now.host)

    def ended(self, cell: str, report: Report) -> None:
        """Tell how a cell ended without a record; where there is none yet, nothing is to be told."""
        if cell:
            self._write(
                cell, replace(report, job=self.job, worker=self.worker, host=self._now.host, what=self._now.what)
            )

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Begin a part of the cell's work."""
        self._lines.start(what, total, done)
        self._began, self._first = time.monotonic(), done
        self._now = replace(self._now, what=what.rpartition(": ")[2], total=total, done=done, figures={}, left=None)
        self._step()
        self._tell()
        self._told -= _SECONDS  # so that its first step is told at once, too

    def advance(self, done: int, **figures: float) -> None:
        """Say how far the part is; raises ``Stopped`` where the work is to end."""
        self._lines.advance(done, **figures)
        now = time.monotonic()
        if now - self._told >= _SECONDS:
            left = (now - self._began) / max(done - self._first, 1) * (self._now.total - done)
            self._now = replace(self._now, done=done, figures=figures, left=left)
            self._tell()
        self._step()

    def say(self, text: str) -> None:
        """Write a line at once."""
        self._lines.say(text)

    def _tell(self) -> None:
        self._told = time.monotonic()
        if self.cell:
            self._write(self.cell, self._now)

    def _write(self, cell: str, report: Report) -> None:
        with suppress(OSError):  # a full disk: the work itself will meet it, or not
            self.reports.write(cell, report)

    def _step(self) -> None:
        self._stepped = time.monotonic()
        if self._signals.stop:
            raise Stopped


def host() -> str:
    """Return the name of this node as Slurm knows it."""
    return os.environ.get("SLURMD_NODENAME") or socket.gethostname()
