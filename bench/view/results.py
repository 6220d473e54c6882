"""The data of the page of results, made anew when a record of the store came or changed."""

import threading
from typing import TYPE_CHECKING

from bench.errors import BenchError
from bench.store.store import Store

if TYPE_CHECKING:
    from bench.report.data import ReportData

Stamps = tuple[tuple[str, int], ...]


def stamps(store: Store) -> Stamps:
    """Return the name and time of change of every record of a store: what differs in them was computed since."""
    files = (store.root / "cells").glob("*.json")
    return tuple(sorted((file.name, file.stat().st_mtime_ns) for file in files if not file.name.startswith(".")))


class Results:
    """Chunks of results as JSON, one after another; a chunk is kept until the records differ."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._turn = threading.Lock()
        self._stamps: Stamps | None = None
        self._data: ReportData | None = None
        self._texts: dict[str, str] = {}

    def chunk(self, name: str) -> str:
        """Return a chunk by its name; BenchError if there is none, as in a store without records."""
        from bench.report.chunk import as_json

        with self._turn:
            data = self._current()
            if name not in self._texts:
                self._texts[name] = as_json(data.chunk(name))
            return self._texts[name]

    def picture(self, place: int, number: int) -> bytes:
        """Return a picture of a protocol's items as WebP; BenchError if there is none."""
        with self._turn:
            data = self._current()
            if place >= len(data.pictures):
                raise BenchError(f"the page has no protocol {place}")
            return data.pictures[place].image(number)

    def _current(self) -> "ReportData":
        """Return the data of the records as they are now."""
        if self._data is None or stamps(self._store) != self._stamps:
            from bench.registered.registry import Registry
            from bench.report.data import ReportData

            self._texts.clear()
            self._data, self._stamps = None, stamps(self._store)
            self._data = ReportData(self._store, Registry())
        return self._data
