"""How rows stand against each other: the best of a column, those that tie with it, those that lose to a control."""

from collections.abc import Sequence
from dataclasses import replace

from bench.specs import Column, TableSpec
from bench.statistics import p_over_folds, p_within_fold
from bench.tables.selection import Record, Selection
from bench.tables.table import TableRow

LEVEL = 0.05
"""A difference whose p is above it is no difference: the two tie."""
TIES = (
    "Bold: the best of a column, controls aside; italic: no worse than it at 5 % (over folds the corrected resampled "
    "t-test of Nadeau and Bengio, within one fold the standard errors clustered by picture)."
)


def with_best(spec: TableSpec, selection: Selection, rows: list[TableRow]) -> list[TableRow]:
    """Mark the highest measured number of each column, controls aside, and those that tie with it."""
    for column in spec.columns:
        values = [
            (value, row) for row in rows if not row.control and (value := row.cells[column.label].value) is not None
        ]
        if len(values) < 2 or not column.higher_is_better:
            continue
        highest, best = max(values, key=lambda found: found[0])
        for value, row in values:
            tied = value < highest and _tied(column, selection, row.model, best.model)
            row.cells[column.label] = replace(row.cells[column.label], best=value == highest, tie=tied)
    return rows


def against_controls(spec: TableSpec, selection: Selection, rows: list[TableRow]) -> tuple[list[TableRow], list[str]]:
    """Footnote the rows that a control equals or beats; return the rows and what is said of the losers.

    They are compared in the first column of the spec's option ``controls_by`` in which a control has a number, on the
    folds that both have; a row that shares none with a control is footnoted too.
    """
    controls = [row for row in rows if row.control]
    columns = [name for name in spec.options.get("controls_by", ()) if any(_has(row, name) for row in controls)]
    if not columns:
        return rows, []
    judged, notes = [], []
    (column,) = [column for column in spec.columns if column.label == columns[0]]
    for row in rows:
        said = [] if row.control or not _has(row, columns[0]) else _judged(column, selection, row, controls)
        judged.append(_footnoted(row, columns[0], said))
        notes += said
    return judged, notes


def _judged(column: Column, selection: Selection, row: TableRow, controls: list[TableRow]) -> list[str]:
    """Name the controls that equal or beat a row on the folds both have, and those with which it shares none."""
    own = _by_place(column, selection.by_model[row.model])
    lost, strange = [], []
    for control in controls:
        other = _by_place(column, selection.by_model[control.model])
        shared = own.keys() & other.keys()
        if other and not shared:
            strange.append(control.label)
        elif shared and sum(other[place][0] for place in shared) >= sum(own[place][0] for place in shared):
            lost.append(control.label)
    said = [f"{row.label} does not beat {' and '.join(lost)} in {column.label}"] if lost else []
    return said + ([f"{row.label} has no fold in common with {' and '.join(strange)}"] if strange else [])


def _footnoted(row: TableRow, column: str, notes: list[str]) -> TableRow:
    cell = row.cells[column]
    return replace(row, cells={**row.cells, column: replace(cell, footnotes=(*cell.footnotes, *notes))})


def _has(row: TableRow, column: str) -> bool:
    return row.cells[column].value is not None


def _tied(column: Column, selection: Selection, model: str, best: str) -> bool:
    """Tell whether a model's scores cannot be told from the best one's, on the folds that both have."""
    own, others = (_by_place(column, selection.by_model[name]) for name in (model, best))
    places = [place for place in own if place in others]
    differences = [others[place][0] - own[place][0] for place in places]
    if len(places) > 1:
        return p_over_folds(differences, selection.clear["split"]["k"]) > LEVEL
    return all(p_within_fold(differences[0], own[place][1], others[place][1]) > LEVEL for place in places)


def _by_place(column: Column, records: Sequence[Record]) -> dict[tuple[int, int], tuple[float, float | None]]:
    found = {}
    for record in records:
        metric = record["metrics"].get(column.metric)
        if metric is not None:
            found[record["cell"]["fold"], record["cell"]["repeat"]] = (metric["value"], metric["error"])
    return found
