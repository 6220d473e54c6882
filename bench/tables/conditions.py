"""Tables of protocols that differ in one choice of the task, as one table: its rows side by side."""

from collections.abc import Sequence
from dataclasses import replace

from bench.errors import BenchError, unknown
from bench.store import Store
from bench.tables.selection import Record, Selection, select, selected
from bench.tables.table import Table, TableRow


def selections(store: Store, task: str, dataset: str | None, protocol: str | None, vary: str) -> list[Selection]:
    """Select the records of every protocol that differs from the chosen one in the task's choice ``vary`` alone.

    BenchError where the task has no such choice, or no other protocol was run.
    """
    chosen = select(store, task, dataset, protocol)
    choices = chosen.clear["task"]
    if vary not in choices:
        raise unknown("choice of the protocol", vary, [key for key, value in choices.items() if isinstance(value, str)])
    records = [record for record in store.records() if record["cell"]["dataset"] == chosen.dataset]
    others = {
        record["cell"]["protocol"]: record
        for record in records
        if record["cell"]["protocol"] != chosen.protocol and _differs_only_in(vary, record, chosen)
    }
    if not others:
        raise BenchError(
            f"there is no record that differs from protocol {chosen.protocol} in {vary} alone; "
            f"make some with `bench run --task {task} --set {task}.{vary}=...`"
        )
    return [chosen, *(selected(records, chosen.dataset, protocol, store) for protocol in sorted(others))]


def side_by_side(tables: Sequence[Table], found: Sequence[Selection], vary: str) -> Table:
    """Join tables of the same rows under several protocols; each measured row says under which."""
    values = [str(selection.clear["task"][vary]) for selection in found]
    rows: list[TableRow] = []
    places = [{row.model: row for row in table.rows} for table in tables]
    names = dict.fromkeys(row.model for table in tables for row in table.rows)
    for name in names:
        for value, table in zip(values, places, strict=True):
            if name in table:
                row = replace(table[name], condition=f"{vary} {value}")
                rows.append(_without_published(row) if value != values[0] and name in places[0] else row)
    rows.sort(key=lambda row: row.control)
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


def _differs_only_in(vary: str, record: Record, chosen: Selection) -> bool:
    own, other = dict(record["protocol"]), dict(chosen.clear)
    tasks = [{key: value for key, value in clear["task"].items() if key != vary} for clear in (own, other)]
    return {**own, "task": tasks[0]} == {**other, "task": tasks[1]}
