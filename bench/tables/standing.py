"""Comparisons between rows: the best of a column, the rows that tie with it, the rows that lose to a control."""

from collections.abc import Callable
from dataclasses import replace
from math import isnan
from typing import Literal

from bench.specs import Column, TableSpec
from bench.statistics.significance import holm, p_over_folds, p_within_fold
from bench.tables.ablation import whole
from bench.tables.selection import Selection
from bench.tables.table import TableCell, TableRow

LEVEL = 0.05
"""Two rows tie if the p of their difference is above it."""
TIES = (
    "Bold: the best of a column, controls aside; italic: no worse than it at 5 % (over folds the corrected resampled "
    "t-test of Nadeau and Bengio, within one fold the standard errors clustered by picture, without which nothing "
    "is told apart; Holm's correction over the models of the column)."
)


def with_best(spec: TableSpec, selection: Selection, rows: list[TableRow]) -> list[TableRow]:
    """Mark the highest measured number of each column, controls aside, and the numbers that tie with it."""
    for column in spec.columns:
        values = [
            (value, row) for row in rows if not row.control and (value := row.cells[column.label].value) is not None
        ]
        if len(values) < 2 or not column.higher_is_better:
            continue
        highest, best = max(values, key=lambda pair: pair[0])
        lower = [row for value, row in values if value < highest]
        chances = holm([_chance(column, selection, row.model, best.model) for row in lower])
        tied = {row.model for row, chance in zip(lower, chances, strict=True) if chance > LEVEL}
        for value, row in values:
            marked = replace(row.cells[column.label], best=value == highest, tie=row.model in tied)
            row.cells[column.label] = marked
    return rows


def gains(spec: TableSpec, rows: list[TableRow], source: Literal["paper", "measured"]) -> list[str]:
    """Say how far the model of the spec's option ``gain`` is from the best other, in percent of the other's score."""
    own = next((row for row in rows if row.model == spec.options.get("gain")), None)
    if own is None:
        return []
    others = [row for row in rows if not row.control and row is not own]
    value_of = _published if source == "paper" else _value
    parts = [part for column in spec.columns if (part := _gain(column, own, others, value_of))]
    return [f"{own.label} over the next best, {source}: {', '.join(parts)}."] if parts else []


def _gain(column: Column, own: TableRow, others: list[TableRow], value_of: Callable[[TableCell], float | None]) -> str:
    score = value_of(own.cells[column.label])
    scores = [(value, row.label) for row in others if (value := value_of(row.cells[column.label])) is not None]
    if score is None or not scores or not column.higher_is_better:
        return ""
    value, label = max(scores)
    return f"{column.label} {100 * (score / value - 1):+.1f} % ({label})" if value else ""


def drops(spec: TableSpec, selection: Selection, rows: list[TableRow]) -> list[str]:
    """Say how far each variant is from the row it is to be compared with (``ablation.whole``), column by column.

    Each difference has its p, by the tests of ``TIES``, corrected over the variants of the column.
    """
    if "ablates" not in spec.options:
        return []
    pairs = [(row, base) for row in rows if not row.control and (base := whole(spec, selection, rows, row))]
    differences: dict[str, list[str]] = {}
    for column in spec.columns:
        measured = [
            (row, base, value - best)
            for row, base in pairs
            if (value := _value(row.cells[column.label])) is not None
            and (best := _value(base.cells[column.label])) is not None
        ]
        chances = holm([_chance(column, selection, row.model, base.model) for row, base, _ in measured])
        for (row, base, difference), chance in zip(measured, chances, strict=True):
            sentence = differences.setdefault(f"{row.label} against {base.label}", [])
            sentence.append(f"{column.label} {difference:+.{column.digits}f} (p {chance:.2f})")
    return [f"{pair}: {', '.join(parts)}." for pair, parts in differences.items()]


def _published(cell: TableCell) -> float | None:
    return cell.published


def _value(cell: TableCell) -> float | None:
    return cell.value


def against_controls(spec: TableSpec, selection: Selection, rows: list[TableRow]) -> tuple[list[TableRow], list[str]]:
    """Footnote the rows that a control equals or beats; return the rows and the footnotes.

    Rows are compared in the first column of the spec's option ``controls_by`` in which a control has a number, on the
    folds that both have. A row that shares no fold with a control is footnoted too. A control with a step before
    training is compared only with the rows that have the same step.
    """
    controls = [row for row in rows if row.control]
    columns = [name for name in spec.options.get("controls_by", ()) if any(_has(row, name) for row in controls)]
    if not columns:
        return rows, []
    judged, notes = [], []
    (column,) = [column for column in spec.columns if column.label == columns[0]]
    for row in rows:
        first = begun_by(selection, row.model)
        own = [control for control in controls if begun_by(selection, control.model) in (None, first)]
        sentences = [] if row.control or not _has(row, columns[0]) else _judged(column, selection, row, own)
        judged.append(_footnoted(row, columns[0], sentences))
        notes += sentences
    return judged, notes


def begun_by(selection: Selection, model: str) -> str | None:
    """Return what trains a model's first step, None if it has none or was not measured."""
    records = selection.by_model.get(model)
    return records[0].model.pretrains if records else None


def _judged(column: Column, selection: Selection, row: TableRow, controls: list[TableRow]) -> list[str]:
    """Name the controls that equal or beat a row on the folds both have, and those that share no fold with it."""
    scores = selection.by_place(column.metric)
    lost, strange = [], []
    for control in controls:
        if control.model not in scores:
            continue
        shared = scores[[row.model, control.model]].dropna()
        own, other = shared.to_numpy().sum(0).tolist()
        if shared.empty:
            strange.append(control.label)
        elif other >= own:
            lost.append(control.label)
    sentences = [f"{row.label} does not beat {' and '.join(lost)} in {column.label}"] if lost else []
    return sentences + ([f"{row.label} has no fold in common with {' and '.join(strange)}"] if strange else [])


def _footnoted(row: TableRow, column: str, notes: list[str]) -> TableRow:
    cell = row.cells[column]
    return replace(row, cells={**row.cells, column: replace(cell, footnotes=(*cell.footnotes, *notes))})


def _has(row: TableRow, column: str) -> bool:
    return row.cells[column].value is not None


def _chance(column: Column, selection: Selection, model: str, best: str) -> float:
    """Return the p of a model being no worse than the best one, on the folds that both have."""
    both = [model, best]
    scores = selection.by_place(column.metric)[both].dropna()
    differences = [other - own for own, other in scores.to_numpy().tolist()]
    if len(differences) > 1:
        return p_over_folds(differences, selection.clear["split"]["k"])
    if not differences:
        return 1.0
    errors = selection.by_place(column.metric, "error").reindex(index=scores.index, columns=both).to_numpy()[0]
    return p_within_fold(differences[0], *(None if isnan(error) else error for error in errors.tolist()))
