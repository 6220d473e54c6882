"""Tables of changes: by how much a model's score moves under a condition, with the error of the paired difference."""

from collections.abc import Mapping
from dataclasses import replace

from bench.registered.registry import Registry
from bench.specs import TableSpec
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.checks import absent, check_options
from bench.tables.places import apart, missing
from bench.tables.scores import caption, measured_cells, undefined_cell
from bench.tables.selection import Selection
from bench.tables.staleness import stale
from bench.tables.table import Table, TableCell, TableRow

_ERRORS = (
    "A number of a single fold has its standard error, that of a change from paired differences, clustered by picture; "
    "a mean over several folds has the standard deviation over them. Nothing is bold: a model that is never right "
    "loses nothing."
)


def changes_table(spec: TableSpec, selection: Selection, registry: Registry, store: Store) -> Table:
    """Build a table with one row per model, controls last, whose numbers of a single fold have their standard errors.

    No number is marked as the best of its column.
    """
    check_options(spec, ())
    measured = {column.label: measured_cells(column, selection) for column in spec.columns}
    rows = [_row(spec, model, records, measured, registry) for model, records in selection.by_model.items()]
    folds = apart(selection)
    return Table(
        spec.name,
        spec.number,
        caption(spec, selection),
        tuple(column.label for column in spec.columns),
        tuple(sorted(rows, key=lambda row: (row.control, row.label.lower()))),
        (*spec.notes, _ERRORS, *selection.caveats, *absent(spec, selection), *folds),
        selection.dataset,
        selection.protocol,
        (*folds, *missing(selection)),
        max(len(records) for records in selection.by_model.values()),
    )


def _row(
    spec: TableSpec,
    model: str,
    records: tuple[Record, ...],
    measured: Mapping[str, Mapping[str, TableCell]],
    registry: Registry,
) -> TableRow:
    about = records[0].model
    cells = {}
    for column in spec.columns:
        cell = measured[column.label].get(model) or undefined_cell(column, records)
        errors = [record.metrics[column.metric].error for record in records if column.metric in record.metrics]
        cells[column.label] = replace(cell, std=errors[0]) if len(errors) == 1 else cell
    return TableRow(
        about.label,
        model,
        about.family_label,
        cells,
        control=about.control,
        stale=stale(records, registry),
        measured_by=records[0].measured_by,
    )
