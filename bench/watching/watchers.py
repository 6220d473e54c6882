"""The watchers of a run at work: each in a process of its own, behind a queue that is never waited for.

Processes, because a thread that computes slows down the training beside it, and a crash in a library ends the process
that it is in. Own code, because the queues of multiprocessing block, or lose what is in them, when the reader dies.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Full, Queue
from time import monotonic

from bench.errors import in_one_line
from bench.terminal.progress import Progress
from bench.terminal.quantities import count
from bench.terminal.text import json_text
from bench.watching.events import Event
from bench.watching.watcher import Chosen

LONGEST_QUEUE = 1000
"""The most events that wait for a watcher; further ones are lost to it, and it is said how many."""
FINISH_SECONDS, STOP_SECONDS = 60.0, 2.0
"""How long watchers have to finish after a run, and after one that was stopped."""
_PATIENCE = 3.0
"""How long nothing is said of the waiting, in seconds."""
FOLDER = "watch"
"""The folder of a store in which watchers write, below the run's name and the process that sent the events."""


class Watchers:
    """The watchers of one process of a run; ``send`` never waits and never fails."""

    def __init__(self, run: str, processes: Sequence["WatcherProcess"] = (), progress: Progress | None = None) -> None:
        self.run, self._processes, self._progress = run, processes, progress

    def send(self, event: Event) -> None:
        """Send an event to every watcher."""
        for process in self._processes:
            process.send(event)
            if self._progress and (trouble := process.news()):
                self._progress.say(trouble)

    def close(self, seconds: float) -> None:
        """Let the watchers finish, and end those that do not within these seconds."""
        for process in self._processes:
            process.finish()
        began = monotonic()
        soon = began + min(_PATIENCE, seconds)
        late = [process for process in self._processes if not process.has_ended(max(0.0, soon - monotonic()))]
        if late and self._progress and seconds > _PATIENCE:
            names = ", ".join(process.name for process in late)
            self._progress.say(f"waiting up to {seconds:.0f} s for watchers to finish: {names}")
        for process in self._processes:
            process.end(max(0.0, began + seconds - monotonic()), seconds)
            if self._progress and (trouble := process.news()):
                self._progress.say(trouble)


NOBODY = Watchers("")


class WatcherProcess:
    """A watcher's process, its queue, and the thread that feeds it; ``log`` has what the watcher prints."""

    def __init__(self, chosen: Chosen, folder: Path) -> None:
        self.name = chosen.spec.name
        self.log = folder / f"{self.name}.log"
        self._queue: Queue[Event | None] = Queue(LONGEST_QUEUE + 1)  # the last place is for the end
        self._lost, self._news = 0, ""
        self._is_over = False
        own = folder / self.name
        own.mkdir(parents=True, exist_ok=True)
        order = {"builds": chosen.spec.builds, "folder": str(own.resolve()), "settings": dict(chosen.settings)}
        command = [sys.executable, "-m", "bench.watching.process", str(os.getpid())]
        # What this process can import, the other can, and nothing of the current folder that this one cannot.
        paths = os.pathsep.join(filter(None, sys.path))
        environment = {**os.environ, "PYTHONPATH": paths, "PYTHONSAFEPATH": "1"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment)
        threading.Thread(target=self._feed, args=(json_text(order, None),), daemon=True).start()

    def send(self, event: Event) -> None:
        """Put an event into the queue; it is lost if the queue is full or the process has ended."""
        if self._is_over:
            return
        if self._queue.qsize() < LONGEST_QUEUE:
            self._queue.put_nowait(event)
        else:
            self._lost += 1

    def news(self) -> str:
        """Return, once, what went wrong since the last call, '' if nothing did."""
        news, self._news = self._news, ""
        return news

    def finish(self) -> None:
        """Let the process finish after the events in the queue."""
        with suppress(Full):  # it was to finish already
            self._queue.put_nowait(None)

    def has_ended(self, seconds: float) -> bool:
        """Wait at most these seconds for the end of the process; return whether it has ended."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self, seconds: float, whole: float) -> None:
        """End the process if it has not ended in these seconds, of ``whole`` that it had; note what it missed."""
        if not self.has_ended(seconds):
            self._process.kill()
            self._process.wait()
            self._note(f"watcher {self.name} had not finished {whole:.0f} s after the run and was ended")
        elif self._process.returncode and not self._is_over:
            self._note(f"watcher {self.name} failed; its log says why")
        self._is_over = True
        if self._lost:
            self._note(f"watcher {self.name} was too slow and missed {count(self._lost, 'event')}")

    def _feed(self, order: str) -> None:
        """Write the order and the events to the process, one line each, until the last; give up one that ended.

        An empty line is the end: a process that a library has forked may hold the pipe open.
        """
        stream = self._process.stdin
        assert stream is not None, "it was started with a pipe"
        line = order
        with suppress(OSError), stream:
            while line:
                try:
                    stream.write(f"{line}\n".encode())
                    stream.flush()
                except OSError:
                    self._is_over = True
                    self._note(f"watcher {self.name} ended early, the run goes on; its log says why")
                    return
                event = self._queue.get()
                line = event.json if event else ""
            stream.write(b"\n")

    def _note(self, sentence: str) -> None:
        self._news = f"{self._news}\n" * bool(self._news) + f"note: {sentence} ({self.log})"


@contextmanager
def watching(chosen: Sequence[Chosen], store: Path, run: str, worker: str, progress: Progress) -> Iterator[Watchers]:
    """Yield the watchers of a run in this process, called ``worker``; they end with the enclosed code.

    One that cannot be started is left out, with a note.
    """
    folder, processes = store / FOLDER / run / worker, list[WatcherProcess]()
    for each in chosen:
        try:
            processes.append(WatcherProcess(each, folder))
        except (OSError, RuntimeError) as error:
            progress.say(f"note: watcher {each.spec.name} cannot be started, the run goes on: {in_one_line(error)}")
    if processes:
        progress.say(f"watched by {', '.join(process.name for process in processes)}, see {folder}")
    watchers = Watchers(run, processes, progress)
    try:
        yield watchers
    except BaseException:
        watchers.close(STOP_SECONDS)
        raise
    try:
        watchers.close(FINISH_SECONDS)
    except BaseException:  # Ctrl-C while it waits
        watchers.close(0.0)
        raise
