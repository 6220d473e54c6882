"""The data of a page of results: every chunk by its name, made when it is asked for.

``index`` names all that the page shows. The others have numbers: P of a protocol, M of a model within it, T of a table,
B of a block of items, or of pictures.

::

    table-T         a table
    texts-T         the same as markdown, LaTeX and CSV
    figures-P       what the figures of a protocol are drawn from
    row-P-M         what is known of a model
    card-P-M        its model card
    why-P-M         where its numbers come from: stages, inputs, files
    items-P         what was asked, in columns
    references-P-B  the texts of what was asked
    scores-P-M      a model's scores, item by item, in columns
    answers-P-M-B   its answers
    attention-P-M   where it looked in some of them
    pictures-P-B    the addresses of pictures, null where the page holds none
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property

from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.report.attention import attention
from bench.report.chunk import Chunk
from bench.report.figures_data import figures_chunk
from bench.report.pictures import ReportPictures
from bench.report.protocol_items import ProtocolItems
from bench.report.row_data import card_chunk, row_chunk, why_chunk
from bench.report.shown_protocol import ShownProtocol, shown_protocols
from bench.report.table_data import start_of, table_chunk, table_of
from bench.report.words import WORDS
from bench.specs import TableSpec
from bench.store.store import Store
from bench.tables.comparison import labels_of
from bench.tables.formats import FORMATS
from bench.tables.table import Table
from bench.tables.verdict import verdict

PICTURES = 500
"""How many pictures of each protocol a page holds by default."""
PICTURE_BLOCK = 40
"""How many pictures a chunk has the addresses of."""
_FORMS = {"markdown": ".md", "latex": ".tex", "csv": ".csv"}
"""The formats in which a page offers a table, and the suffixes of the files."""


class ReportData:
    """The chunks of a page about a store, of all its protocols or of those that are named.

    ``pictures`` is how many pictures of each protocol the page holds, ``looks`` of how many of its answers a model
    that can tell shows where it looked. ``address`` gives the address of a picture by the
    numbers of its protocol and its own; by default that at which a server sends ``picture``.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        *,
        task: str | None = None,
        dataset: str | None = None,
        protocol: str | None = None,
        pictures: int = PICTURES,
        looks: int = 0,
        address: Callable[[int, int], str] = lambda protocol, number: f"pictures/{protocol}-{number}.webp",
    ) -> None:
        self._store, self._address, self._looks_shown = store, address, looks
        self.protocols = shown_protocols(store, registry, task, dataset, protocol)
        self.protocol_items = [ProtocolItems(shown) for shown in self.protocols]
        self.pictures = [
            ReportPictures(shown, protocol_items, pictures)
            for shown, protocol_items in zip(self.protocols, self.protocol_items, strict=True)
        ]
        self._chunks: Mapping[str, Callable[..., Chunk]] = {
            "index": self._index,
            "table": self._table,
            "texts": self._texts,
            "figures": lambda place: figures_chunk(self.protocols[place]),
            "row": lambda place, model: row_chunk(self.protocols[place], self.protocol_items[place], model),
            "card": lambda place, model: card_chunk(self.protocols[place], model),
            "why": lambda place, model: why_chunk(self.protocols[place], model),
            "items": self._items,
            "references": lambda place, block: self.protocol_items[place].references(block),
            "scores": lambda place, model: self.protocol_items[place].scores(model),
            "answers": lambda place, model, block: self.protocol_items[place].answers(model, block),
            "attention": self._looks,
            "pictures": self._pictures,
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
        for number in range(len(self._tables)):
            yield from (f"table-{number}", f"texts-{number}")
        for shown, protocol_items in zip(self.protocols, self.protocol_items, strict=True):
            place = shown.number
            yield from (f"figures-{place}", f"items-{place}")
            yield from (f"references-{place}-{block}" for block in range(protocol_items.blocks))
            yield from (
                f"pictures-{place}-{block}" for block in range(-(-len(protocol_items.pictures) // PICTURE_BLOCK))
            )
            for model in range(len(shown.models)):  # all of one model together: its answers are read once
                yield from (f"{kind}-{place}-{model}" for kind in ("row", "card", "why", "scores", "attention"))
                yield from (f"answers-{place}-{model}-{block}" for block in range(protocol_items.blocks))

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
            "picture_block": PICTURE_BLOCK,
            "words": WORDS,
            "protocols": [self._protocol(shown) for shown in self.protocols],
        }

    def _protocol(self, shown: ShownProtocol) -> Chunk:
        selection = shown.selection
        labels = labels_of(selection, shown.models, shown.registry.every("model").values())
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
                    "shown": labels[model],
                    "family": records[0].model.family_label,
                    "kind": "upper row"
                    if records[0].model.upper
                    else "control"
                    if records[0].model.control
                    else "model",
                    "start": start_of(records),
                    "cells": len(records),
                }
                for model in shown.models
                for records in [selection.by_model[model]]
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

    def _texts(self, number: int) -> Chunk:
        table = self._tables[number][2]
        return {
            form: {"suffix": suffix, "text": FORMATS[form].render([table], True, {})} for form, suffix in _FORMS.items()
        }

    def _items(self, place: int) -> Chunk:
        pictures = self.pictures[place]
        held = {"pictures_held": len(pictures.chosen), "pictures_missing": pictures.problem}
        return {**self.protocol_items[place].items(), **held}

    def _looks(self, place: int, model: int) -> Chunk:
        shown = self.protocols[place]
        return attention(shown, self.protocol_items[place], self.pictures[place], model, self._looks_shown)

    def _pictures(self, place: int, block: int) -> Chunk:
        """Return the addresses of a block of pictures, null for those that the page does not hold."""
        numbers = range(
            block * PICTURE_BLOCK, min((block + 1) * PICTURE_BLOCK, len(self.protocol_items[place].pictures))
        )
        held = {*self.pictures[place].chosen}
        return [self._address(place, number) if number in held else None for number in numbers]
