"""What the rows of a table cost: FLOPs, time and memory of training, parameters, and time of inference."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from bench.errors import BenchError
from bench.store.record import Record
from bench.tables.layout import MISSING
from bench.tables.selection import Selection
from bench.tables.table import Table
from bench.terminal.quantities import duration, power, rounded, size
from bench.training.history import PARTS


def with_costs(table: Table, selection: Selection) -> Table:
    """Return the table with the costs of training and the inference time per picture before each row's numbers.

    A row that answers questions also has its answers per second. FLOPs, times and rates are means over folds, repeats
    and seeds; memory is the maximum. BenchError for a table with several rows of one model.
    """
    if len({row.model for row in table.rows}) < len(table.rows):
        raise BenchError(f"table {table.number} has several rows of one model; --costs is for tables of one row each")
    rows = (replace(row, texts={**row.texts, **_costs(selection.by_model.get(row.model, ()))}) for row in table.rows)
    return replace(table, rows=tuple(rows))


def training_seconds(records: Sequence[Record]) -> float | None:
    """Return the mean time of a row's trainings, first steps included; None if none is known."""
    times = [[record.timings[stage].seconds for stage in PARTS if stage in record.timings] for record in records]
    known = [sum(own) for own in times if own]
    return fmean(known) if known else None


def training_flops(records: Sequence[Record]) -> float | None:
    """Return the mean FLOPs of a row's trainings, first steps included; None if they are not known of each."""
    counts = [[record.history(stage).get("training_flops") for stage in PARTS] for record in records]
    known = [sum(filter(None, own)) for own in counts]
    return fmean(known) if known and all(known) else None


def _costs(records: Sequence[Record]) -> dict[str, str]:
    if not records:
        return {}
    seconds, flops = training_seconds(records), training_flops(records)
    parameters = max((record.parameters for record in records if record.parameters), default=None)
    learned = [record.timings[stage] for record in records for stage in PARTS if stage in record.timings]
    predicted = [record.timings["predict"] for record in records if "predict" in record.timings]
    inferences = [timing.seconds / timing.units for timing in predicted if timing.units]
    paces = [timing.answers / timing.seconds for timing in predicted if timing.answers and timing.seconds]
    held = max((timing.memory.process for timing in learned if timing.memory), default=None)
    return {
        "training": duration(seconds) if seconds is not None else MISSING,
        "training FLOPs": power(flops) if flops else MISSING,
        "parameters": rounded(parameters) if parameters else MISSING,
        **({"a picture": f"{1000 * fmean(inferences):.1f} ms"} if inferences else {}),
        **({"answers a second": f"{fmean(paces):.0f}"} if paces else {}),
        "memory": size(held),
    }
