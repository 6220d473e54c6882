"""The file watcher: the events of a run as one line of JSON each, in ``events.jsonl``."""

from pathlib import Path

from bench.watching.events import Event


class EventFile:
    """Appends each event to a file in its folder; every line is whole as soon as it is there."""

    def __init__(self, folder: Path) -> None:
        self._stream = (folder / "events.jsonl").open("a", encoding="utf-8")

    def watch(self, event: Event) -> None:
        """Write an event."""
        self._stream.write(f"{event.json}\n")
        self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
