"""Progress of a long computation: a live bar on a terminal, a log line every 30 s elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Protocol, Self, TypedDict

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markup import escape
from rich.progress import Progress as Bars
from rich.progress import ProgressColumn, Task, TaskID
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bench.terminal.text import safe, safe_lines

LINE_SECONDS = 30.0
LOG_SECONDS = 10.0
"""A cell's log has a line so often: `bench view` draws the losses of what runs from it."""
_SHORTEST_BAR, _LONGEST_BAR = 8, 24
TRAINING = "training"
"""The training loop's name for its activity, whose units are steps."""


class EpochFigures(TypedDict):
    """An epoch's mean ``losses`` by name, ``validation`` loss, None if it was not measured, and ``seconds``."""

    losses: Mapping[str, float]
    validation: float | None
    learning_rate: float
    seconds: float


class Stopped(BaseException):
    """The work must stop and will resume later; a progress raises it in ``advance``, between two units."""


class Progress(Protocol):
    """Receives the progress of a computation."""

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Start a new activity of ``total`` units, ``done`` of which are done already."""
        ...

    def advance(self, done: int, **figures: float) -> None:
        """Report how many units are done, with figures such as ``loss``; may raise ``Stopped``."""
        ...

    def end_epoch(self, number: int, figures: EpochFigures) -> None:
        """Report that an epoch of a training has ended; they are counted from 1."""
        ...

    def say(self, text: str) -> None:
        """Print one permanent line."""
        ...


class NoProgress:
    """A progress that ignores everything."""

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Ignore it."""

    def advance(self, done: int, **figures: float) -> None:
        """Ignore it."""

    def end_epoch(self, number: int, figures: EpochFigures) -> None:
        """Ignore it."""

    def say(self, text: str) -> None:
        """Ignore it."""


class Lines(NoProgress):
    """Occasional lines, for logs, batch jobs and pipes."""

    def __init__(self, stream: IO[str] | None = None, seconds: float = LINE_SECONDS) -> None:
        self._stream = stream
        self._seconds = seconds
        self._what, self._total, self._first = "", 0, 0
        self._began = self._spoken = 0.0

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Start an activity; the first line comes after the pause."""
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
        print(safe_lines(text), file=self._stream or sys.stderr, flush=True)  # noqa: T201 -- printing is its purpose


class Live(NoProgress):
    """A bar on a terminal, which disappears at the end."""

    def __init__(self, console: Console) -> None:
        # Only a terminal's stdout may be redirected through the bar, not a file or a pipe.
        self._bars = Bars(_Line(), console=console, transient=True, redirect_stdout=sys.stdout.isatty())
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
        self._task = self._bars.add_task(safe(what), total=total, completed=done, figures=())

    def advance(self, done: int, **figures: float) -> None:
        """Move the bar."""
        if self._task is not None:
            shown = tuple(f"{name} {value:.4g}" for name, value in figures.items())
            self._bars.update(self._task, completed=done, figures=shown)

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        self._bars.console.print(escape(safe_lines(text)), highlight=False)


class _Line(ProgressColumn):
    """The only column of the bars: of several, rich would cut the last, which is the time."""

    def render(self, task: Task) -> RenderableType:
        return _Fitted(task)


class _Fitted:
    """One line of name, bar, steps, figures and time left, fitted to the available width.

    If it is too narrow, figures are dropped from the last, then the name is cut; bar, steps and time stay. An activity
    of one step has nothing to count: its bar only pulses, next to the elapsed time.
    """

    def __init__(self, task: Task) -> None:
        self._task = task

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        pieces = self._pieces(options.max_width)
        line = Table.grid(padding=(0, 1))
        for _, width in pieces:
            line.add_column(width=width, no_wrap=True)
        line.add_row(*(piece for piece, _ in pieces))
        yield line

    def _pieces(self, width: int) -> list[tuple[RenderableType, int]]:
        """Return the pieces with their widths; with one blank between two they fill at most ``width``."""
        task, name = self._task, Text(self._task.description)
        long = max(_SHORTEST_BAR, min(_LONGEST_BAR, width // 5))
        single = (task.total or 0) <= 1
        bar = ProgressBar(task.total or 1, task.completed, long, pulse=single, animation_time=task.get_time())
        steps = Text(f"{task.completed:.0f}/{task.total or 0:.0f}")
        left = "-:--" if task.time_remaining is None else _clock(task.time_remaining)
        ends = [Text(f"{_clock(task.elapsed or 0)} gone")] if single else [steps, Text(f"{left} left")]
        room = width - (long + 1) - sum(text.cell_len + 1 for text in ends)
        name.truncate(max(room, 0), overflow="ellipsis")
        room -= name.cell_len
        figures: list[str] = []
        for figure in task.fields["figures"]:
            room -= len(figure) + 1
            if room < 0:
                break
            figures.append(figure)
        texts = [*ends[:-1], *([Text(" ".join(figures))] if figures else []), ends[-1]]
        return [(name, name.cell_len), (bar, long), *((text, text.cell_len) for text in texts)]


@contextmanager
def shown() -> Iterator[Progress]:
    """Show a live bar on a terminal, a line every 30 s elsewhere."""
    if sys.stderr.isatty():
        with Live(Console(stderr=True)) as live:
            yield live
    else:
        yield Lines()


class CellProgress:
    """A cell's progress: it puts the cell's name before each activity and writes the lines to the cell's log.

    A log that cannot be written, as on a full disk, stops no cell and hides no error. ``on_epoch`` is called with what
    ``end_epoch`` reports.
    """

    def __init__(
        self,
        shown: Progress,
        prefix: str,
        log: Path,
        on_epoch: Callable[[int, EpochFigures], None] = lambda number, figures: None,
    ) -> None:
        self._shown = shown
        self._on_epoch = on_epoch
        self._prefix = prefix
        self._stream = log.open("a", encoding="utf-8")
        self._lines = Lines(self._stream, LOG_SECONDS)

    def start(self, what: str, total: int, done: int = 0) -> None:
        """Start an activity of the cell."""
        self._shown.start(f"{self._prefix}: {what}", total, done)
        self._lines.start(what, total, done)

    def advance(self, done: int, **figures: float) -> None:
        """Report the activity's progress."""
        self._shown.advance(done, **figures)
        with suppress(OSError):
            self._lines.advance(done, **figures)

    def end_epoch(self, number: int, figures: EpochFigures) -> None:
        """Hand an epoch on."""
        self._on_epoch(number, figures)

    def say(self, text: str) -> None:
        """Print a line about the cell."""
        self._shown.say(f"{self._prefix}: {text}")
        self.note(text)

    def note(self, text: str) -> None:
        """Write only to the log."""
        with suppress(OSError):
            self._lines.say(text)

    def close(self) -> None:
        """Close the log."""
        with suppress(OSError):
            self._stream.close()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
