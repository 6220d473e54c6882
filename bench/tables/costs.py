"""What the rows of a table cost: time of training and inference, and the memory that training held."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from bench.errors import BenchError
from bench.quantities import duration, size
from bench.tables.selection import Record, Selection
from bench.tables.table import Table


def with_costs(table: Table, selection: Selection) -> Table:
    """Return the table with a training's time, a picture's inference and memory before each row's numbers.

    They are means over folds and repeats. BenchError for a table whose rows are not models.
    """
    if len({row.model for row in table.rows}) < len(table.rows):
        raise BenchError(f"table {table.number} has several rows of one model; --costs is for tables of one row each")
    rows = (replace(row, texts={**row.texts, **_costs(selection.by_model.get(row.model, ()))}) for row in table.rows)
    return replace(table, rows=tuple(rows))


def _costs(records: Sequence[Record]) -> dict[str, str]:
    if not records:
        return {}
    train, predict = ([record["timings"][stage] for record in records] for stage in ("train", "predict"))
    inference = fmean(timing["seconds"] / timing["units"] for timing in predict)
    held = max((timing["memory"]["process"] for timing in train if timing.get("memory")), default=None)
    return {
        "training": duration(fmean(timing["seconds"] for timing in train)),
        "a picture": f"{1000 * inference:.1f} ms",
        "memory": size(held),
    }
