"""A table of scores on the pictures of a study, beside the study's own numbers."""

from bench.errors import BenchError
from bench.registered.registry import Registry
from bench.specs import TableSpec
from bench.store.store import Store
from bench.tables.scores import scores_table
from bench.tables.selection import Selection
from bench.tables.table import Table


def on_subset(spec: TableSpec, selection: Selection, registry: Registry, store: Store) -> Table:
    """Build a table of scores; BenchError unless its records are of the pictures that the table is named after."""
    if not selection.dataset.endswith(f"+{spec.name}"):
        raise BenchError(
            f"table {spec.name!r} is of the pictures of a study, and {selection.dataset!r} is of others; run "
            f"`bench run --task {spec.task} --dataset sem --subset {spec.name} --split whole --set choice.options=10 "
            "--models ...` first"
        )
    return scores_table(spec, selection, registry, store)
