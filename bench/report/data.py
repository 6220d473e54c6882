"""The data of a page of results: every chunk by its name, made when it is asked for.

``index`` names all that the page shows. The others have numbers: P of a protocol, M of a model within it, T of a table,
B of a block of questions. ``table-T`` is a table, ``row-P-M`` what is known of a model.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property

from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.report.chunk import Chunk
from bench.report.shown_protocol import ShownProtocol, shown_protocols
from bench.report.table_data import start_of, table_chunk, table_of
from bench.specs import TableSpec
from bench.store.store import Store
from bench.tables.table import Table
from bench.tables.verdict import verdict


class ReportData:
    """The chunks of a page about a store, of all its protocols or of those that are named."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        *,
        task: str | None = None,
        dataset: str | None = None,
        protocol: str | None = None,
    ) -> None:
        self._store = store
        self.protocols = shown_protocols(store, registry, task, dataset, protocol)
        self._chunks: Mapping[str, Callable[..., Chunk]] = {
            "index": self._index,
            "table": self._table,
        }

    title = "Which model reads electron micrographs best"

    def chunk(self, name: str) -> Chunk:
        """Return a chunk by its name, without a suffix; BenchError if the page has none of it."""
        kind, *numbers = name.split("-")
        if kind not in self._chunks or not all(re.fullmatch(r"[0-9]{1,9}", number) for number in numbers):
            raise BenchError(f"the page has no data {name!r}")
        try:
            return self._chunks[kind](*map(int, numbers))
        except (IndexError, TypeError):
            raise BenchError(f"the page has no data {name!r}") from None

    def names(self) -> Iterator[str]:
        """Yield the names of all chunks."""
        yield "index"
        yield from (f"table-{number}" for number in range(len(self._tables)))

    @cached_property
    def _tables(self) -> list[tuple[ShownProtocol, TableSpec, Table]]:
        return [(shown, spec, table) for shown in self.protocols for spec, table in self._built[shown.number][0]]

    @cached_property
    def _built(self) -> dict[int, tuple[list[tuple[TableSpec, Table]], list[str]]]:
        """The tables of each protocol, and a sentence on each that cannot be built."""
        built: dict[int, tuple[list[tuple[TableSpec, Table]], list[str]]] = {}
        for shown in self.protocols:
            tables: list[tuple[TableSpec, Table]] = []
            left_out: list[str] = []
            for spec in shown.specs:
                try:
                    tables.append((spec, table_of(spec, shown)))
                except BenchError as error:
                    left_out.append(f"Table {spec.number} ({spec.name}) is left out: {error}.")
            built[shown.number] = tables, left_out
        return built

    def _index(self) -> Chunk:
        from importlib.metadata import version

        return {
            "title": self.title,
            "store": str(self._store.root),
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
            "version": version("mvaema-bench"),
            "cells": len(self._store.records()),
            "protocols": [self._protocol(shown) for shown in self.protocols],
        }

    def _protocol(self, shown: ShownProtocol) -> Chunk:
        selection = shown.selection
        return {
            "task": shown.task,
            "dataset": selection.dataset,
            "data": selection.data,
            "protocol": selection.protocol,
            "choices": selection.choices,
            "verdict": self._verdict(shown),
            "tables": [
                {"table": number, "name": spec.name, "number": spec.number, "title": spec.title}
                for number, (own, spec, _) in enumerate(self._tables)
                if own is shown
            ],
            "left_out": self._built[shown.number][1],
            "models": [
                {
                    "name": model,
                    "label": records[0].model.label,
                    "family": records[0].model.family_label,
                    "kind": "upper row"
                    if records[0].model.upper
                    else "control"
                    if records[0].model.control
                    else "model",
                    "start": start_of(records),
                    "cells": len(records),
                }
                for model, records in selection.by_model.items()
            ],
        }

    def _verdict(self, shown: ShownProtocol) -> list[str]:
        try:
            return [*verdict(shown.selection, self._store, shown.registry, shown.task, None).sentences]
        except BenchError as error:
            return [f"There is no verdict: {error}."]

    def _table(self, number: int) -> Chunk:
        shown, spec, table = self._tables[number]
        return table_chunk(spec, shown, table)
