"""Tables of protocols that differ in one choice, joined into one with their rows side by side."""

from collections.abc import Sequence
from dataclasses import replace

from bench.errors import BenchError, unknown
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.choices import Clear, another, choices, without
from bench.tables.selection import Selection, select, selected
from bench.tables.table import Table, TableRow, rank


def selections(store: Store, task: str, dataset: str | None, protocol: str | None, vary: str) -> list[Selection]:
    """Select the records of every protocol that differs from the chosen one in the choice ``vary`` alone.

    The chosen one comes first, the others by their values. BenchError if the protocol has no such choice, or no other
    protocol was run.
    """
    chosen = select(store, task, dataset, protocol)
    if vary not in choices(chosen.clear):
        raise unknown("choice of the protocol", vary, choices(chosen.clear))
    records = [
        record for record in store.records() if (record.cell.task, record.cell.dataset) == (task, chosen.dataset)
    ]
    others = {
        record.cell.protocol: record
        for record in records
        if record.cell.protocol != chosen.protocol and without(record.protocol, vary) == without(chosen.clear, vary)
    }
    if not others:
        raise BenchError(_nothing_beside(chosen, records, task, vary))
    varied = [selected(records, chosen.dataset, protocol, store) for protocol in others]
    return [chosen, *sorted(varied, key=lambda selection: _value(selection.clear, vary))]


def _nothing_beside(chosen: Selection, records: Sequence[Record], task: str, vary: str) -> str:
    """Say that no record differs in the choice alone, what else the others differ in, and how to make some."""
    value = _value(chosen.clear, vary)
    near = {
        record.cell.protocol: _apart(without(record.protocol, vary), without(chosen.clear, vary))
        for record in records
        if _value(record.protocol, vary) != value
    }
    beside = "".join(f"; {protocol} differs in {' and '.join(keys)}, too" for protocol, keys in near.items())
    models = ",".join(chosen.by_model)
    return (
        f"there is no record that differs from protocol {chosen.protocol} ({vary} {value}) in {vary} alone{beside}; "
        f"make some with `bench run --task {task} --dataset {chosen.dataset} --models {models}`, its other options "
        f"{another(vary, chosen.clear, task)}"
    )


def _value(clear: Clear, choice: str) -> str:
    """Return the value of a choice in words; a protocol may leave out one that has its usual value."""
    return choices(clear).get(choice, "as usual")


def _apart(one: Clear, other: Clear) -> list[str]:
    """Name the parts in which two protocols differ."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def side_by_side(tables: Sequence[Table], conditions: Sequence[Selection], vary: str) -> Table:
    """Join tables of the same rows under several protocols; each measured row names its protocol."""
    values = [_value(selection.clear, vary) for selection in conditions]
    rows: list[TableRow] = []
    places = [{row.model: row for row in table.rows} for table in tables]
    names = dict.fromkeys(row.model for table in tables for row in table.rows)
    for name in names:
        for value, table in zip(values, places, strict=True):
            if name in table:
                row = replace(table[name], condition=f"{vary} {value}")
                rows.append(_without_published(row) if value != values[0] and name in places[0] else row)
    rows.sort(key=rank)
    notes = dict.fromkeys(note for table in tables for note in table.notes)
    problems = dict.fromkeys(problem for table in tables for problem in table.problems)
    also = "".join(
        f" Beside it protocol {table.protocol} ({vary} {value})." for table, value in _others(tables, values)
    )
    return replace(
        tables[0], caption=tables[0].caption + also, rows=tuple(rows), notes=tuple(notes), problems=tuple(problems)
    )


def _others(tables: Sequence[Table], values: Sequence[str]) -> list[tuple[Table, str]]:
    return list(zip(tables, values, strict=True))[1:]


def _without_published(row: TableRow) -> TableRow:
    return replace(
        row, cells={name: replace(cell, published=None, published_std=None) for name, cell in row.cells.items()}
    )
