"""A table as a chunk: columns with their meaning, rows with their numbers, intervals, ties and published numbers."""

from collections.abc import Mapping

from bench.report.chunk import Chunk, rounded
from bench.report.shown_protocol import ShownProtocol
from bench.specs import Column, TableSpec
from bench.store.record import Record
from bench.tables.build import View, build
from bench.tables.costs import training_flops, training_seconds
from bench.tables.judgement import LEVEL
from bench.tables.staleness import DAGGERS, reason
from bench.tables.table import Table, TableCell, TableRow

TABLE_OF_MODELS = "bench.tables.scores:scores_table"
"""What builds a table with one row per model, which a page shows as a leaderboard."""


def table_of(spec: TableSpec, shown: ShownProtocol) -> Table:
    """Build a table of the records that a page shows; BenchError if it cannot be built of them."""
    selection = shown.selection
    view = View(selection.dataset, selection.protocol)
    return build(spec, view, shown.registry, shown.store, lambda _: selection)


def table_chunk(spec: TableSpec, shown: ShownProtocol, table: Table) -> Chunk:
    """Return a table as a chunk. A row's ``cells`` are in the order of the columns, its ``model`` a number."""
    columns = {column.label: column for column in shown.selection.defined(spec.columns)}
    own = [columns[label] for label in table.columns if label in columns]
    is_of_models = spec.builds == TABLE_OF_MODELS
    return {
        "protocol": shown.number,
        "name": table.name,
        "number": table.number,
        "caption": table.caption,
        "of_models": is_of_models,
        "columns": [_column(column, shown) for column in own],
        "controls_by": [*spec.options.get("controls_by", ())],
        "rows": [_row(row, own, shown, is_of_models) for row in table.rows],
        "notes": [*table.notes],
        "notes_of_paper": [*table.of_paper],
        "problems": [*table.problems],
    }


def _column(column: Column, shown: ShownProtocol) -> Chunk:
    meanings: Mapping[str, str] = shown.selection.clear.get("metrics", {})
    return {
        "label": column.label,
        "metric": column.metric,
        "digits": column.digits,
        "higher_is_better": column.higher_is_better,
        "meaning": meanings.get(column.metric, ""),
    }


def _row(row: TableRow, columns: list[Column], shown: ShownProtocol, is_of_models: bool) -> Chunk:
    records = shown.selection.by_model.get(row.model, ())
    about = records[0].model if records else None
    return {
        "label": row.label,
        "name": row.model,
        "model": shown.models.index(row.model) if records else None,
        "block": row.block,
        "family": about.family_label if about else row.block,
        "condition": row.condition,
        "texts": row.texts,
        "kind": "upper row" if row.upper else "control" if row.control else "model",
        "start": start_of(records),
        "stale": reason(row.stale, row.measured_by),
        "dagger": DAGGERS.get(row.stale, ""),
        "footnotes": [*row.footnotes],
        "flops": rounded(training_flops(records), 0) if records else None,
        "seconds": rounded(training_seconds(records), 1) if records else None,
        "parameters": max((record.parameters for record in records if record.parameters), default=None),
        "finished": max((record.finished for record in records), default=""),
        "cells": [_cell(row.cells[column.label], column, row, shown, is_of_models) for column in columns],
    }


def start_of(records: tuple[Record, ...]) -> str:
    """Say what a row's training started from: random weights, pretrained ones, or that it was not trained."""
    if not records:
        return "published only"
    if records[0].model.weights:
        return "pretrained"
    return "from scratch" if records[0].learned else "not trained"


def _cell(cell: TableCell, column: Column, row: TableRow, shown: ShownProtocol, is_of_models: bool) -> Chunk:
    low, high = _interval(row.model, column, shown) if is_of_models and cell.value is not None else (None, None)
    fields = {
        "value": rounded(cell.value, 6),
        "low": rounded(low),
        "high": rounded(high),
        "std": rounded(cell.std),
        "n": cell.n,
        "seeds": cell.seeds if cell.seeds > 1 else None,
        "published": cell.published,
        "published_std": cell.published_std,
        "best": cell.best or None,
        "tie": cell.tie or None,
        "below": [*cell.below] or None,
        "apart": [*cell.apart] or None,
        "footnotes": [*cell.footnotes] or None,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _interval(model: str, column: Column, shown: ShownProtocol) -> tuple[float | None, float | None]:
    """Return the 95 % interval of a model's score, as `bench verdict` gives it."""
    if model not in shown.selection.by_model or not shown.measured.scores(model, column).by_fold:
        return None, None
    return shown.measured.level(model, column).interval(LEVEL) or (None, None)
