"""What a long computation says while it runs: a live bar on a terminal, a log line every 30 s elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars

LINE_SECONDS = 30.0
TRAINING = "training"
"""What the loop calls its part, whose units are steps."""


class Stopped(BaseException):
    """The work is to stop, and goes on later; a progress that is told raises it in ``advance``, between two units."""


class Progress(Protocol):
    """Told by whoever computes."""

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Begin a new part of ``total`` units, ``done`` of which stand already."""
        ...

    def advance(self, done: int, **figures: float) -> None:
        """Say how many units are done by now, with figures such as ``loss``; may raise ``Stopped``."""
        ...

    def say(self, text: str) -> None:
        """Say one line that stays."""
        ...


class Silence:
    """The progress of who wants to hear nothing."""

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Ignore it."""

    def advance(self, done: int, **figures: float) -> None:
        """Ignore it."""

    def say(self, text: str) -> None:
        """Ignore it."""


class Lines:
    """A line now and then: for logs, batch jobs and pipes."""

    def __init__(self, stream: IO[str] | None = None, seconds: float = LINE_SECONDS) -> None:
        self._stream = stream
        self._seconds = seconds
        self._what, self._total, self._first = "", 0, 0
        self._began = self._spoken = 0.0

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Begin a part; the first line comes after the pause."""
        self._what, self._total, self._first = what, total, done
        self._began = self._spoken = time.monotonic()

    def advance(self, done: int, **figures: float) -> None:
        """Write a line when the pause since the last is over."""
        now = time.monotonic()
        if now - self._spoken < self._seconds:
            return
        self._spoken = now
        left = (now - self._began) / max(done - self._first, 1) * (self._total - done)
        numbers = "".join(f" {name} {value:.4g}" for name, value in figures.items())
        self.say(f"{self._what} {done}/{self._total}{numbers}, {_clock(left)} left")

    def say(self, text: str) -> None:
        """Write the line at once."""
        print(text, file=self._stream or sys.stderr, flush=True)  # noqa: T201 -- this is the printer


class Live:
    """A bar that lives on a terminal."""

    def __init__(self, console: Console) -> None:
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bars.stop()

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Replace the bar by a new one."""
        if self._task is not None:
            self._bars.remove_task(self._task)
        self._task = self._bars.add_task(escape(what), total=total, completed=done, figures="")

    def advance(self, done: int, **figures: float) -> None:
        """Move the bar."""
        if self._task is not None:
            numbers = " ".join(f"{name} {value:.4g}" for name, value in figures.items())
            self._bars.update(self._task, completed=done, figures=numbers)

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        self._bars.console.print(escape(text), highlight=False)


@contextmanager
def shown() -> Iterator[Progress]:
    """Show a live bar on a terminal, a line every 30 s elsewhere."""
    if sys.stderr.isatty():
        with Live(Console(stderr=True)) as live:
            yield live
    else:
        yield Lines()


class CellProgress:
    """A cell's own progress: names the cell before each part and keeps the lines in the cell's log."""

    def __init__(self, shown: Progress, prefix: str, log: Path) -> None:
        self._shown = shown
        self._prefix = prefix
        self._stream = log.open("a", encoding="utf-8")
        self._lines = Lines(self._stream)

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Begin a part of the cell's work."""
        self._shown.start(f"{self._prefix}: {what}", total, done)
        self._lines.start(what, total, done)

    def advance(self, done: int, **figures: float) -> None:
        """Say how far the part is."""
        self._shown.advance(done, **figures)
        self._lines.advance(done, **figures)

    def say(self, text: str) -> None:
        """Say a line about the cell."""
        self._shown.say(f"{self._prefix}: {text}")
        self._lines.say(text)

    def note(self, text: str) -> None:
        """Write to the log alone."""
        self._lines.say(text)

    def close(self) -> None:
        """Close the log."""
        self._stream.close()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
