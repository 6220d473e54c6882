"""What the controls say of a table's numbers: which of them a number does not beat, and how far above them it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import isclose
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import BenchError
from bench.specs import TableSpec
from bench.tables.selection import Selection
from bench.tables.table import Table, TableCell, TableRow

if TYPE_CHECKING:
    import pandas


def against_controls(spec: TableSpec, selection: Selection, rows: Sequence[TableRow]) -> list[TableRow]:
    """Say of each number which controls it does not beat, and with which it has no fold in common.

    A control judges every column in which higher is better, on the folds that both rows have. A control with a step
    before training judges only the rows that have the same step.
    """
    judges = [row for row in rows if row.judges]
    judged = [dict(row.cells) for row in rows]
    for column in spec.columns if judges else ():
        frame = selection.by_place(column.metric)
        scores = {str(model): frame[model].to_numpy() for model in frame}
        for row, cells in zip(rows, judged, strict=True):
            if not row.control and row.model in scores:
                own = [other for other in judges if other.model in scores and _judges(selection, other, row)]
                cell = _judged(cells[column.label], scores, row, own)
                cells[column.label] = cell if column.higher_is_better else replace(cell, below=())
    return [replace(row, cells=cells) for row, cells in zip(rows, judged, strict=True)]


def _judged(
    cell: TableCell, scores: Mapping[str, np.ndarray], row: TableRow, controls: Sequence[TableRow]
) -> TableCell:
    """Judge a cell by scores that have one place for each fold and repeat, not a number where there is none."""
    below, apart = [], []
    for control in controls:
        own, other = scores[row.model], scores[control.model]
        shared = ~np.isnan(own + other)
        if not shared.any():
            apart.append(control.label)
        elif other[shared].sum() >= own[shared].sum():
            below.append(control.label)
    return replace(cell, below=tuple(below), apart=tuple(apart))


def _judges(selection: Selection, control: TableRow, row: TableRow) -> bool:
    return begun_by(selection, control.model) in (None, begun_by(selection, row.model))


def begun_by(selection: Selection, model: str) -> str | None:
    """Return what trains a model's first step, None if it has none or was not measured."""
    records = selection.by_model.get(model)
    return records[0].model.pretrains if records else None


def losses(rows: Iterable[TableRow]) -> list[str]:
    """Say which rows do not beat which controls in which columns, a sentence for those alike in it."""
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for row in rows:
        name = f"{row.label} ({row.condition})" if row.condition else row.label
        for controls in dict.fromkeys(cell.below for cell in row.cells.values() if cell.below):
            columns = tuple(column for column, cell in row.cells.items() if cell.below == controls)
            alike.setdefault((controls, columns), []).append(name)
    return [
        f"{_listed(names)} {'do' if len(names) > 1 else 'does'} not beat {_listed(controls)} in {_listed(columns)}"
        for (controls, columns), names in alike.items()
    ]


def strangers(row: TableRow) -> list[str]:
    """Say with which controls a row has no fold in common, and if that is so in some columns only, in which."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for column, cell in row.cells.items():
        columns.setdefault(cell.apart, []).append(column)
    everywhere = len(columns) == 1
    return [
        f"{row.label} has no fold in common with {_listed(controls)}" + ("" if everywhere else f" in {_listed(own)}")
        for controls, own in columns.items()
        if controls
    ]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def with_scale(table: Table, spec: TableSpec, selection: Selection) -> Table:
    """Return the table with each number's share of the way from the best control to the upper row.

    Both are those of the folds that the row, all controls and the upper row have. It is missing where there is no such
    fold, or the best control is not below the upper row. BenchError if the table has no control or no upper row.
    """
    controls = [row.model for row in table.rows if row.judges]
    upper = [row.model for row in table.rows if row.upper]
    if not controls or not upper:
        lacking = " and ".join([*([] if controls else ["no control"]), *([] if upper else ["no upper row"])])
        raise BenchError(
            f"--scale needs a control and an upper row on the same folds, and table {table.number} shows {lacking}; "
            f"`bench list models` names those of {spec.task}, `bench run` measures them"
        )
    rows = [dict(row.cells) for row in table.rows]
    for column in spec.columns:
        scores = selection.by_place(column.metric)
        ends = [model for model in (*controls, upper[0]) if model in scores]
        if not column.higher_is_better or upper[0] not in ends or len(ends) < 2:
            continue
        for row, cells in zip(table.rows, rows, strict=True):
            if row.model in scores:
                cells[column.label] = replace(cells[column.label], share=_share(scores, row.model, ends))
    note = (
        "In brackets: the share of the way from the best control of the column (0 %) to the upper row (100 %), on the "
        "folds that the row has in common with these."
    )
    return replace(
        table,
        rows=tuple(replace(row, cells=cells) for row, cells in zip(table.rows, rows, strict=True)),
        notes=(*table.notes, note),
    )


def _share(scores: "pandas.DataFrame", model: str, ends: Sequence[str]) -> float | None:
    """Return a model's share of the way to the last of ``ends``, the upper row, from the best of the others."""
    columns = [*dict.fromkeys((model, *ends))]
    shared = scores[columns].dropna()
    if shared.empty:
        return None
    means: dict[str, float] = dict(zip(columns, shared.to_numpy().mean(0).tolist(), strict=True))
    top, zero = means[ends[-1]], max(means[end] for end in ends[:-1])
    return (means[model] - zero) / (top - zero) if top > zero and not isclose(top, zero) else None
