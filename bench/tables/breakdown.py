"""A table of scores broken down: one row per model and part of the questions, such as a category."""

from collections.abc import Hashable, Mapping

import pandas

from bench.errors import BenchError, unknown
from bench.registered.registry import Registry
from bench.specs import Column, TableSpec
from bench.store.store import Store
from bench.tables.checks import absent_from_items, undefined
from bench.tables.frames import CELL, STAGE, of_items, scores_of_items, table_cells
from bench.tables.judged import judged
from bench.tables.scores import caption
from bench.tables.selection import Selection
from bench.tables.staleness import stale
from bench.tables.table import Table, TableCell, TableRow, rank


def broken_down(spec: TableSpec, selection: Selection, registry: Registry, store: Store, by: str) -> Table:
    """Build a table with a row per model and value of the items' field ``by``.

    BenchError if the table cannot be broken down, or not by this field.
    """
    if not spec.breakdowns:
        raise BenchError(f"table {spec.name!r} cannot be broken down; only tables of scores can")
    if by not in spec.breakdowns:
        raise unknown("breakdown", by, spec.breakdowns)
    items = of_items(store, [record for records in selection.by_model.values() for record in records])
    fields = [name for name in items.columns if name not in (*CELL, STAGE)]
    if fields and by not in fields:
        raise unknown(f"field of the items of task {spec.task!r}", by, fields, "fix the TableSpec's breakdowns")
    missing = absent_from_items(spec.columns, fields) if fields else []
    parts = [] if items.empty else [*dict.fromkeys(zip(items[by], items["model"], strict=True))]
    cells = {
        column.label: _cells(column, items, by) if {*(column.share or (column.metric,))} <= {*fields} else {}
        for column in spec.columns
    }
    old = {model: stale(records, registry) for model, records in selection.by_model.items()}
    rows: list[tuple[str | int, TableRow]] = []
    for part, model in parts:
        about = selection.by_model[model][0].model
        row = TableRow(
            str(part),
            model,
            about.family_label,
            {
                column.label: cells[column.label].get((part, model), TableCell(digits=column.digits))
                for column in spec.columns
            },
            condition=about.label,
            control=about.control,
            upper=about.upper,
            stale=old[model],
            measured_by=selection.by_model[model][0].measured_by,
        )
        rows.append((part, row))
    rows.sort(key=lambda row: (row[0], rank(row[1]), row[1].condition))
    return Table(
        spec.name,
        spec.number,
        f"{caption(spec, selection)} By {by}.",
        tuple(column.label for column in spec.columns),
        tuple(row for _, row in rows),
        (*spec.notes, *selection.caveats, *judged(selection), *missing, *_partial(spec, selection, items)),
        selection.dataset,
        selection.protocol,
    )


def _cells(column: Column, items: pandas.DataFrame, by: str) -> Mapping[Hashable, TableCell]:
    """Return a column's cell per part and model: mean and spread over the cells that have items of the part."""
    return table_cells(scores_of_items(column, items, [by, "model"]), [by, "model"], column.digits)


def _partial(spec: TableSpec, selection: Selection, items: pandas.DataFrame) -> list[str]:
    """Say of which columns some items have no score, and when a score is undefined."""
    lacking = {
        column: sum(items[column.metric].isna().tolist())
        for column in spec.columns
        if column.share is None and column.metric in items.columns
    }
    columns = [column for column, number in lacking.items() if number]
    return [
        *(f"{column.label}: undefined for {lacking[column]} of {len(items)} answers, left out." for column in columns),
        *undefined(selection.clear.get("metrics", {}), columns),
    ]
