"""Comparisons between the rows that are ranked: the best of a column, the rows that tie with it, gains and drops."""

from collections.abc import Callable
from dataclasses import replace
from math import isnan
from typing import Literal

from bench.specs import Column, TableSpec
from bench.statistics.significance import holm, p_over_folds, p_within_fold
from bench.tables.selection import Selection
from bench.tables.table import TableCell, TableRow

LEVEL = 0.05
"""Two rows tie if the p of their difference is above it."""
TIES = (
    "Bold: the best of a column, of the numbers above every control; italic: no worse than it at 5 % (over folds the "
    "corrected resampled t-test of Nadeau and Bengio, within one fold the standard errors clustered by picture, "
    "without which nothing is told apart; Holm's correction over the models of the column)."
)


def with_best(spec: TableSpec, selection: Selection, rows: list[TableRow]) -> list[TableRow]:
    """Mark the best number of each column, and the numbers below it that tie with it.

    The best is the highest of those that beat every control and share a fold with each; without such a number a column
    has no best. Controls and upper rows are neither.
    """
    for column in spec.columns:
        values = [
            (value, row) for row in rows if not row.control and (value := row.cells[column.label].value) is not None
        ]
        able = [(value, row) for value, row in values if not _below(row.cells[column.label])]
        if len(values) < 2 or not able or not column.higher_is_better:
            continue
        highest, best = max(able, key=lambda pair: pair[0])
        lower = [row for value, row in values if value < highest]
        chances = holm([_chance(column, selection, row.model, best.model) for row in lower])
        tied = {row.model for row, chance in zip(lower, chances, strict=True) if chance > LEVEL}
        for value, row in values:
            cell = row.cells[column.label]
            is_best = value == highest and not _below(cell)
            row.cells[column.label] = replace(cell, best=is_best, tie=row.model in tied)
    return rows


def _below(cell: TableCell) -> bool:
    """Return whether a number is not known to be above every control."""
    return bool(cell.below or cell.apart)


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
    """Say how far each variant is from the model that the spec's option ``ablates`` names, column by column.

    Each difference has its p, by the tests of ``TIES``, corrected over the variants of the column.
    """
    full = next((row for row in rows if row.model == spec.options.get("ablates")), None)
    if full is None:
        return []
    variants = [row for row in rows if not row.control and row is not full]
    differences: dict[str, list[str]] = {row.label: [] for row in variants}
    for column in spec.columns:
        best = full.cells[column.label].value
        if best is None:
            continue
        measured = [(row, value) for row in variants if (value := row.cells[column.label].value) is not None]
        chances = holm([_chance(column, selection, row.model, full.model) for row, _ in measured])
        for (row, value), chance in zip(measured, chances, strict=True):
            differences[row.label].append(f"{column.label} {value - best:+.{column.digits}f} (p {chance:.2f})")
    return [f"{label} against {full.label}: {', '.join(parts)}." for label, parts in differences.items() if parts]


def _published(cell: TableCell) -> float | None:
    return cell.published


def _value(cell: TableCell) -> float | None:
    return cell.value


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
