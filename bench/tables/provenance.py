"""The origin of one number of a table: records, stages, inputs in clear, environment, files, durations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from bench.errors import BenchError, unknown
from bench.specs import TableSpec
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.layout import number
from bench.tables.staleness import reason
from bench.tables.table import Table, TableRow
from bench.terminal.text import safe


class StageOrigin(TypedDict):
    """One stage behind a number: ``seconds`` None if unknown, ``inputs`` in clear, ``files`` to their bytes."""

    fingerprint: str
    seconds: float | None
    inputs: Mapping[str, object] | None
    environment: Mapping[str, Any] | None
    files: Mapping[str, int]


class CellOrigin(TypedDict):
    """One training on a fold behind a number, with the ``metrics`` of its record."""

    fold: int
    repeat: int
    seed: int
    finished: str
    recipe: Mapping[str, object]
    settings: Mapping[str, object]
    at_chance: Sequence[str]
    metrics: Mapping[str, float]
    stages: Mapping[str, StageOrigin]


class Origin(TypedDict):
    """Where a number of a table comes from; ``measured`` and ``published`` are as printed."""

    table: int
    row: str
    model: str
    column: str
    metric: str
    measured: str
    n: int
    published: str
    stale: bool | None
    measured_by: str
    dataset: str
    protocol: str
    caption: str
    cells: Sequence[CellOrigin]


def provenance(spec: TableSpec, table: Table, row: str, column: str, store: Store) -> Origin:
    """Return the origin of a table's cell in clear, as JSON data.

    ``row`` is a label or a model's name, ``column`` a heading or a metric. BenchError if there is no such cell.
    """
    table_row = _row(table, row)
    headings = {column.metric: column.label for column in spec.columns}
    heading = headings.get(column, column)
    if heading not in table_row.cells:
        raise unknown("column", column, [*headings, *headings.values()])
    cell = table_row.cells[heading]
    if cell.value is None and cell.published is None:
        raise BenchError(f"{table_row.label} has no {heading} in table {spec.number}, neither measured nor published")
    by_score = {record.stages["score"]: record for record in store.records()}
    return {
        "table": spec.number,
        "row": table_row.label,
        "model": table_row.model,
        "column": heading,
        "metric": next(column.metric for column in spec.columns if column.label == heading),
        "measured": number(cell.value, cell.std, cell.digits),
        "n": cell.n,
        "published": number(cell.published, cell.published_std, cell.digits),
        "stale": table_row.stale,
        "measured_by": table_row.measured_by,
        "dataset": table.dataset,
        "protocol": table.protocol,
        "caption": table.caption,
        "cells": [
            cell_origin(by_score[fingerprint], store) for fingerprint in cell.fingerprints if fingerprint in by_score
        ],
    }


def summary(origin: Origin) -> str:
    """Say in few lines where a number comes from: the table, then each fold's score, date and stages."""
    remark = reason(origin["stale"], origin["measured_by"])
    about = [
        f"{origin['row']} ({origin['model']}), {origin['column']}, of:",
        f"  {origin['caption']}",
        f"measured: {origin['measured']}, n {origin['n']}" + (f" ({remark})" if remark else ""),
        f"published: {origin['published']}",
    ]
    if not origin["cells"]:
        return "\n".join(map(safe, about))
    first = origin["cells"][0]
    return "\n".join(
        safe(line)
        for line in [
            *about,
            f"recipe: {_pairs(first['recipe'])}",
            *([f"settings: {_pairs(first['settings'])}"] if first["settings"] else []),
            *([f"losses that never left chance: {', '.join(first['at_chance'])}"] if first["at_chance"] else []),
            f"computed {_where(first['stages']['train'])}",
            *(_cell_line(cell, origin["metric"]) for cell in origin["cells"]),
            "--full adds the inputs of each stage in clear, its code, packages and files; --json has all",
        ]
    )


def as_text(origin: Origin) -> str:
    """Render a provenance for reading: indented, one value per line."""
    return "\n".join(map(safe, _lines(origin, 0)))


def _row(table: Table, wanted: str) -> TableRow:
    rows = [row for row in table.rows if wanted in (row.label, row.model)]
    measured = [row for row in rows if any(cell.value is not None for cell in row.cells.values())]
    if not rows:
        raise unknown("row", wanted, {name for row in table.rows for name in (row.label, row.model)})
    return (measured or rows)[0]


def _cell_line(cell: CellOrigin, metric: str) -> str:
    stages = ", ".join(
        f"{name} {stage['fingerprint']}" + ("" if stage["seconds"] is None else f" ({stage['seconds']:.1f} s)")
        for name, stage in cell["stages"].items()
    )
    value = cell["metrics"].get(metric)
    measured = "" if value is None else f" {value:.4f},"
    place = f"fold {cell['fold']}, repeat {cell['repeat']}, seed {cell['seed']}"
    return f"{place}:{measured} {cell['finished'][:16]}, {stages}"


def _where(stage: StageOrigin) -> str:
    """Say where a stage was computed: the device, the threads, the version, the commit."""
    environment = stage["environment"] or {}
    commit = environment.get("code") or {}
    values = {
        **environment,
        "commit": str(commit.get("commit", ""))[:10],
        "torch": environment.get("packages", {}).get("torch"),
    }
    keys = ("device", "processes", "threads", "python", "torch", "commit")
    known = [f"{key} {values[key]}" for key in keys if values.get(key)]
    known += ["files changed since that commit"] if commit.get("dirty") else []
    return f"on {', '.join(known)}" if known else "in an environment that is not known"


def _pairs(values: Mapping[str, object]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items())


def cell_origin(record: Record, store: Store) -> CellOrigin:
    """Return all that is known of one training on a fold and what was made of it."""
    return {
        "fold": record.cell.fold,
        "repeat": record.cell.repeat,
        "seed": record.cell.seed,
        "finished": record.finished,
        "recipe": record.model.recipe,
        "settings": record.model.settings,
        "at_chance": record.losses_at_chance,
        "metrics": {name: metric.value for name, metric in record.metrics.items()},
        "stages": {name: _stage(name, fingerprint, record, store) for name, fingerprint in record.stages.items()},
    }


def _stage(name: str, fingerprint: str, record: Record, store: Store) -> StageOrigin:
    return {
        "fingerprint": fingerprint,
        "seconds": timing.seconds if (timing := record.timings.get(name)) else None,
        "inputs": store.stages.inputs(fingerprint),
        "environment": record.environment.get(name),
        "files": store.stages.files(fingerprint),
    }


def _lines(value: Mapping[str, object] | Sequence[object], depth: int) -> Iterable[str]:
    indent = "  " * depth
    pairs = (
        value.items() if isinstance(value, Mapping) else ((f"{place}.", item) for place, item in enumerate(value, 1))
    )
    for key, item in pairs:
        if isinstance(item, Mapping | list | tuple) and item:
            yield f"{indent}{key}"
            yield from _lines(item, depth + 1)
        else:
            yield (
                f"{indent}{key}: {item:.1f}"
                if isinstance(item, float) and key == "seconds"
                else f"{indent}{key}: {item}"
            )
