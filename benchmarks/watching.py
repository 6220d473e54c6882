"""Training that is watched against the same training unwatched: what a watcher costs a step."""

import tempfile
import time
from pathlib import Path

from bench.specs import WatcherSpec
from bench.terminal.progress import EpochFigures, NoProgress
from bench.watching.events import EpochEvent, WatchedCell, now
from bench.watching.watcher import Chosen
from bench.watching.watchers import WatcherProcess, Watchers
from benchmarks.measurement import Row, alone, in_turns
from benchmarks.training_loop import EPOCHS, harness
from benchmarks.visual_questions import Size, batch

FULL = Size()
_CELL = WatchedCell("id", "mvaema fold 0", "vqa", "synthetic", "mvaema", 0, 0, 0, 1.0)
_KINDS = {
    "the file watcher": "bench.watching.event_file:EventFile",
    "a watcher that never stops computing": "benchmarks.watching:Restless",
    "a watcher that hangs": "benchmarks.watching:Hanging",
}


class Restless:
    """A watcher that computes for ever at the first event."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def watch(self, event: object) -> None:
        """Never return."""
        while True:
            pass


class Hanging(Restless):
    """A watcher that waits for ever at the first event."""

    def watch(self, event: object) -> None:
        """Never return."""
        while True:
            time.sleep(60)


def rows() -> list[Row]:
    """Return a row for a watcher that behaves and one for each that does not, and the time of sending an event."""
    return [*(watched(name) for name in _KINDS), sending()]


def watched(name: str, size: Size = FULL, steps: int = 4, repetitions: int = 9) -> Row:
    """Measure two epochs of few steps with their validation; the watcher has its first event before."""
    given = batch(size, 12)
    spec = WatcherSpec("watcher", name, builds=_KINDS[name])
    with tempfile.TemporaryDirectory() as folder:
        process = WatcherProcess(Chosen(spec, {}), Path(folder))
        watchers = Watchers("run", [process])
        progress = _Watched(watchers)
        progress.end_epoch(1, _FIGURES)
        time.sleep(2)  # it has started, and is at work or hangs
        timing = in_turns(
            lambda: harness(size, given, steps, progress), lambda: harness(size, given, steps), repetitions
        )
        watchers.close(2.0)
    what = f"training with {name}, {EPOCHS} epochs of {steps} steps"
    return Row(what, "the same unwatched", timing, "of its time", 1.01)


def sending(events: int = 500, repetitions: int = 5) -> Row:
    """Measure what the training itself does for its events: it puts them into the queue of a watcher."""
    with tempfile.TemporaryDirectory() as folder:
        spec = WatcherSpec("watcher", "file", builds=_KINDS["the file watcher"])
        process = WatcherProcess(Chosen(spec, {}), Path(folder))
        progress = _Watched(Watchers("run", [process]))

        def send() -> None:
            for number in range(events):
                progress.end_epoch(number + 1, _FIGURES)

        timing = alone(send, repetitions)
        process.finish()
        process.end(60.0, 60.0)
    return Row(f"sending {events} events", "", timing, "s", 0.05)


_FIGURES: EpochFigures = {"losses": {"loss": 1.0}, "validation": 1.0, "learning_rate": 0.001, "seconds": 1.0}


class _Watched(NoProgress):
    """A progress that sends every epoch to watchers."""

    def __init__(self, watchers: Watchers) -> None:
        self._watchers = watchers

    def end_epoch(self, number: int, figures: EpochFigures) -> None:
        """Send it."""
        self._watchers.send(EpochEvent(self._watchers.run, now(), _CELL, "train", 1, number, **figures))
