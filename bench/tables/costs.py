"""What the rows of a table cost: time of training and inference, and the memory of training."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from bench.errors import BenchError
from bench.store.record import Record
from bench.tables.selection import Selection
from bench.tables.table import Table
from bench.terminal.quantities import duration, size
from bench.training.history import PARTS


def with_costs(table: Table, selection: Selection) -> Table:
    """Return the table with training time, inference time per picture and memory before each row's numbers.

    A row that answers questions also has its answers per second. Times and rates are means over folds and repeats;
    memory is the maximum. BenchError for a table with several rows of one model.
    """
    if len({row.model for row in table.rows}) < len(table.rows):
        raise BenchError(f"table {table.number} has several rows of one model; --costs is for tables of one row each")
    rows = (replace(row, texts={**row.texts, **_costs(selection.by_model.get(row.model, ()))}) for row in table.rows)
    return replace(table, rows=tuple(rows))


def _costs(records: Sequence[Record]) -> dict[str, str]:
    if not records:
        return {}
    learned = [[record.timings[stage] for stage in PARTS if stage in record.timings] for record in records]
    predicted = [record.timings["predict"] for record in records]
    inferences = [timing.seconds / timing.units for timing in predicted if timing.units]
    paces = [timing.answers / timing.seconds for timing in predicted if timing.answers and timing.seconds]
    sizes = (timing.memory.process for timings in learned for timing in timings if timing.memory)
    held = max(sizes, default=None)
    return {
        "training": duration(fmean(sum(timing.seconds for timing in timings) for timings in learned)),
        **({"a picture": f"{1000 * fmean(inferences):.1f} ms"} if inferences else {}),
        **({"answers a second": f"{fmean(paces):.0f}"} if paces else {}),
        "memory": size(held),
    }
