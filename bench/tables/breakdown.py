"""A table of scores broken down: one row for each part of the questions, such as a category, and model."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from bench.errors import BenchError, unknown
from bench.registered.registry import Registry
from bench.specs import Column, TableSpec
from bench.statistics.clustered import mean_std
from bench.store.store import Store
from bench.tables.checks import absent_from_items
from bench.tables.items import items_of, score_of
from bench.tables.scores import caption
from bench.tables.selection import Record, Selection
from bench.tables.staleness import stale
from bench.tables.table import Table, TableCell, TableRow


def broken_down(spec: TableSpec, selection: Selection, registry: Registry, store: Store, by: str) -> Table:
    """Build a table with a row for each value of the items' field ``by`` and each model.

    BenchError where the table cannot be broken down, or not by this.
    """
    if not spec.breakdowns:
        raise BenchError(f"table {spec.name!r} cannot be broken down; only tables of scores can")
    if by not in spec.breakdowns:
        raise unknown("breakdown", by, spec.breakdowns)
    item = _item(selection, store)
    if item is not None and by not in item:
        raise unknown(f"field of the items of task {spec.task!r}", by, item, "mend the TableSpec's breakdowns")
    rows: list[tuple[Any, TableRow]] = []
    for model, records in selection.by_model.items():
        rows += _rows(spec, model, records, registry, store, by)
    rows.sort(key=lambda found: (found[0], found[1].control, found[1].condition))
    return Table(
        spec.name,
        spec.number,
        f"{caption(spec, selection)} By {by}.",
        tuple(column.label for column in spec.columns),
        tuple(row for _, row in rows),
        (*spec.notes, *selection.caveats, *(absent_from_items(spec.columns, item) if item else ())),
        selection.dataset,
        selection.protocol,
    )


def _item(selection: Selection, store: Store) -> Mapping[str, Any] | None:
    """Return one item of the records, for its fields; None where their score stages were removed."""
    every = (record for records in selection.by_model.values() for record in records)
    return next((items[0] for record in every if (items := items_of(store, record))), None)


def _rows(
    spec: TableSpec, model: str, records: Sequence[Record], registry: Registry, store: Store, by: str
) -> list[tuple[Any, TableRow]]:
    parts: dict[Any, list[tuple[Record, list[Mapping[str, Any]]]]] = defaultdict(list)
    for record in records:
        own: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
        for item in items_of(store, record):
            own[item[by]].append(item)
        for part, items in own.items():
            parts[part].append((record, items))
    about, old = records[0]["model"], stale(records, registry)
    return [
        (
            part,
            TableRow(
                str(part),
                model,
                about["family_label"],
                {column.label: _cell(column, found) for column in spec.columns},
                condition=about["label"],
                control=about["control"],
                stale=old,
            ),
        )
        for part, found in parts.items()
    ]


def _cell(column: Column, found: Sequence[tuple[Record, list[Mapping[str, Any]]]]) -> TableCell:
    known = [(value, record) for record, items in found if (value := score_of(column, items)) is not None]
    if not known:
        return TableCell(digits=column.digits)
    mean, std, n = mean_std([value for value, _ in known])
    behind = tuple(record["stages"]["score"] for _, record in known)
    return TableCell(mean, std, n, digits=column.digits, fingerprints=behind)
