"""Comparisons between the rows that are ranked: the best of a column, the rows that tie with it, gains and drops."""

from collections.abc import Callable
from dataclasses import replace
from math import isnan
from statistics import fmean
from typing import Literal

from bench.specs import Column, TableSpec
from bench.statistics.significance import holm, p_over_folds, p_within_fold
from bench.tables.ablation import whole
from bench.tables.selection import Selection
from bench.tables.table import TableCell, TableRow

LEVEL = 0.05
"""Two rows tie if the p of their difference is above it."""
TIES = (
    "Bold: the best of a column among the rows with most folds, of the numbers above every control; italic: no worse "
    "than it at 5 % (over folds the corrected resampled t-test of Nadeau and Bengio, within one fold the standard "
    "errors clustered by picture, without which nothing is told apart; Holm's correction over the models of the "
    "column)."
)


def with_best(spec: TableSpec, selection: Selection, rows: list[TableRow]) -> list[TableRow]:
    """Mark the best number of each column, and the numbers that tie with it.

    The best is the highest of those that beat every control and share a fold with each; without such a number a column
    has no best. Of these it is that of a row with most folds: a mean over fewer is of others and may only tie, on those
    shared. Controls and upper rows are neither.
    """
    for column in spec.columns:
        values = [
            (value, row) for row in rows if not row.control and (value := row.cells[column.label].value) is not None
        ]
        able = [(value, row) for value, row in values if not _below(row.cells[column.label])]
        if len(values) < 2 or not able or not column.higher_is_better:
            continue
        most = max(row.cells[column.label].n for _, row in able)
        whole = [pair for pair in able if pair[1].cells[column.label].n == most]
        highest, best = max(whole, key=lambda pair: pair[0])
        bold = {row.model for value, row in whole if value == highest}
        others = [row for _, row in values if row.model not in bold]
        chances = holm([_chance(column, selection, row.model, best.model) for row in others])
        tied = {
            row.model
            for row, chance in zip(others, chances, strict=True)
            if chance > LEVEL or sum(_differences(column, selection, row.model, best.model)) < 0
        }
        for _, row in values:
            marked = replace(row.cells[column.label], best=row.model in bold, tie=row.model in tied)
            row.cells[column.label] = marked
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
    folds = own.cells[column.label].n
    scores = [
        (value, row.label)
        for row in others
        if (value := value_of(row.cells[column.label])) is not None
        and (value_of is _published or row.cells[column.label].n >= folds)
    ]
    if score is None or not scores or not column.higher_is_better:
        return ""
    value, label = max(scores)
    return f"{column.label} {100 * (score / value - 1):+.1f} % ({label})" if value else ""


def drops(spec: TableSpec, selection: Selection, rows: list[TableRow]) -> list[str]:
    """Say how far each variant is from the row it is to be compared with (``ablation.whole``), column by column.

    Each difference is over the folds that both have, with its p, by the tests of ``TIES``, corrected over the variants
    of the column.
    """
    if "ablates" not in spec.options:
        return []
    pairs = [(row, base) for row in rows if not row.control and (base := whole(spec, selection, rows, row))]
    differences: dict[str, list[str]] = {}
    for column in spec.columns:
        measured = [
            (row, base, fmean(drops))
            for row, base in pairs
            if row.cells[column.label].value is not None
            and base.cells[column.label].value is not None
            and (drops := _differences(column, selection, row.model, base.model))
        ]
        chances = holm([_chance(column, selection, row.model, base.model) for row, base, _ in measured])
        for (row, base, drop), chance in zip(measured, chances, strict=True):
            sentence = differences.setdefault(f"{row.label} against {base.label}", [])
            sentence.append(f"{column.label} {-drop:+.{column.digits}f} (p {chance:.2f})")
    return [f"{pair}: {', '.join(parts)}." for pair, parts in differences.items()]


def _published(cell: TableCell) -> float | None:
    return cell.published


def _value(cell: TableCell) -> float | None:
    return cell.value


def _chance(column: Column, selection: Selection, model: str, best: str) -> float:
    """Return the p of a model being no worse than the best one, on the folds that both have."""
    differences = _differences(column, selection, model, best)
    if len(differences) > 1:
        return p_over_folds(differences, selection.clear["split"]["k"])
    if not differences:
        return 1.0
    both = [model, best]
    place = selection.by_place(column.metric)[both].dropna().index
    errors = selection.by_place(column.metric, "error").reindex(index=place, columns=both).to_numpy()[0]
    return p_within_fold(differences[0], *(None if isnan(error) else error for error in errors.tolist()))


def _differences(column: Column, selection: Selection, model: str, best: str) -> list[float]:
    """Return by how much the best one is above a model on each fold that both have."""
    scores = selection.by_place(column.metric)[[model, best]].dropna()
    return [other - own for own, other in scores.to_numpy().tolist()]
