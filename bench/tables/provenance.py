"""What one number of a table comes from: records, stages, inputs in clear, environment, files, durations."""

from collections.abc import Iterable, Mapping
from typing import Any

from bench.errors import BenchError, unknown
from bench.specs import TableSpec
from bench.store import Store
from bench.tables.layout import number
from bench.tables.table import Table, TableRow


def provenance(spec: TableSpec, table: Table, row: str, column: str, store: Store) -> dict[str, Any]:
    """Return in clear what a cell of a table comes from, as JSON data.

    ``row`` is a label or a model's name, ``column`` a heading or a metric. BenchError where there is none such.
    """
    found = _row(table, row)
    headings = {column.metric: column.label for column in spec.columns}
    heading = headings.get(column, column)
    if heading not in found.cells:
        raise unknown("column", column, [*headings, *headings.values()])
    cell = found.cells[heading]
    if cell.value is None and cell.published is None:
        raise BenchError(f"{found.label} has no {heading} in table {spec.number}, neither measured nor published")
    by_score = {record["stages"]["score"]: record for record in store.records()}
    return {
        "table": spec.number,
        "row": found.label,
        "model": found.model,
        "column": heading,
        "measured": number(cell.value, cell.std, cell.digits),
        "n": cell.n,
        "published": number(cell.published, cell.published_std, cell.digits),
        "stale": found.stale,
        "dataset": table.dataset,
        "protocol": table.protocol,
        "cells": [_cell(by_score[fingerprint], store) for fingerprint in cell.fingerprints if fingerprint in by_score],
    }


def as_text(found: Mapping[str, Any]) -> str:
    """Render a provenance for reading: indented, one thing a line."""
    return "\n".join(_lines(found, 0))


def _row(table: Table, wanted: str) -> TableRow:
    rows = [row for row in table.rows if wanted in (row.label, row.model)]
    measured = [row for row in rows if any(cell.value is not None for cell in row.cells.values())]
    if not rows:
        raise unknown("row", wanted, {name for row in table.rows for name in (row.label, row.model)})
    return (measured or rows)[0]


def _cell(record: Mapping[str, Any], store: Store) -> dict[str, Any]:
    return {
        "fold": record["cell"]["fold"],
        "repeat": record["cell"]["repeat"],
        "finished": record["finished"],
        "recipe": record["model"]["recipe"],
        "settings": record["model"]["settings"],
        "metrics": {name: metric["value"] for name, metric in record["metrics"].items()},
        "stages": {name: _stage(name, fingerprint, record, store) for name, fingerprint in record["stages"].items()},
    }


def _stage(name: str, fingerprint: str, record: Mapping[str, Any], store: Store) -> dict[str, Any]:
    return {
        "fingerprint": fingerprint,
        "seconds": record["timings"].get(name, {}).get("seconds"),
        "inputs": store.inputs(fingerprint),
        "environment": record["environment"].get(name),
        "files": store.files(fingerprint),
    }


def _lines(value: Any, depth: int) -> Iterable[str]:
    indent = "  " * depth
    pairs = (
        value.items() if isinstance(value, Mapping) else ((f"{place}.", item) for place, item in enumerate(value, 1))
    )
    for key, item in pairs:
        if isinstance(item, Mapping | list) and item:
            yield f"{indent}{key}"
            yield from _lines(item, depth + 1)
        else:
            yield (
                f"{indent}{key}: {item:.1f}"
                if isinstance(item, float) and key == "seconds"
                else f"{indent}{key}: {item}"
            )
