"""The cells of a store that are published: those measured here, of the chosen tasks, models, data and protocol."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.errors import BenchError, unknown
from bench.publishing.publication import ITEMS_FILE, SCORES_FILE, PublishedCell
from bench.specs.json_data import JSONObject
from bench.store.record import Record
from bench.store.store import Store

_ABSOLUTE = re.compile(r"(?:(?<=:)|^)/[^/\s]+/\S*")
"""A path from the root, alone or behind a colon, as in ``NAME:/data/pictures``."""


@dataclass(frozen=True)
class CellChoice:
    """Which cells to publish: all by default; ``protocol`` begins the digest of one; ``answers`` whether with them."""

    task: str | None = None
    models: tuple[str, ...] = ()
    dataset: str | None = None
    protocol: str | None = None
    answers: bool = True


def chosen_cells(store: Store, choice: CellChoice, who: str) -> list[PublishedCell]:
    """Return the chosen cells of a store, as measured by ``who``; BenchError if there is none."""
    records = [record for record in store.records() if not record.measured_by]
    if not records:
        raise BenchError(
            f"the store {str(store.root)!r} holds no record that was measured here; make some with `bench run`, or "
            "name another with --store"
        )
    records = _of("task", choice.task, records, {record.cell.task for record in records})
    records = _of("dataset", choice.dataset, records, {record.cell.dataset for record in records})
    measured = {record.cell.model for record in records}
    for model in choice.models:
        if model not in measured:
            raise unknown("measured model", model, measured)
    if choice.models:
        records = [record for record in records if record.cell.model in choice.models]
    if choice.protocol is not None:
        protocols = {record.cell.protocol for record in records}
        matches = [name for name in protocols if name.startswith(choice.protocol)]
        if len(matches) != 1:
            raise unknown("protocol of these records", choice.protocol, protocols)
        records = [record for record in records if record.cell.protocol == matches[0]]
    records.sort(key=lambda record: record.cell.id)
    return [_cell(store, record, who, choice.answers) for record in records]


def _of(what: str, wanted: str | None, records: list[Record], names: Collection[str]) -> list[Record]:
    if wanted is None:
        return records
    if wanted not in names:
        raise unknown(f"measured {what}", wanted, names)
    return [record for record in records if getattr(record.cell, what) == wanted]


def _cell(store: Store, record: Record, who: str, with_answers: bool) -> PublishedCell:
    product = store.product_of(record, "score")
    inputs: dict[str, JSONObject] = {}
    for stage, fingerprint in record.stages.items():
        clear = store.stages.inputs(fingerprint)
        if clear is not None:
            inputs[stage] = clear
    scores = (product / SCORES_FILE).read_text(encoding="utf-8") if product else ""
    return PublishedCell(who, record, scores, inputs, partial(_items, store, record, with_answers))


def _items(store: Store, record: Record, with_answers: bool) -> list[str] | None:
    """Return the lines of a record's answers, None if they are not to be published or gone."""
    product = store.product_of(record, "score") if with_answers else None
    if product is None:
        return None
    return (product / ITEMS_FILE).read_text(encoding="utf-8").removesuffix("\n").split("\n")


def places_in(cells: Iterable[PublishedCell]) -> tuple[str, ...]:
    """Return the paths of this machine that records and inputs name: whoever publishes may not want to show them."""
    texts = (text for cell in cells for part in (cell.record.as_json(), cell.inputs) for text in _texts(part))
    paths = {path for text in {*texts} if "/" in text and (path := _ABSOLUTE.search(text)) is not None}
    return tuple(sorted({path[0] for path in paths if Path(path[0]).exists()}))


def _texts(data: object) -> Iterator[str]:
    """Yield all texts of JSON data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)
