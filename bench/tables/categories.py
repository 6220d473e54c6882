"""Tables of one model's scores in each category, from metrics named ``metric:category``."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench.registered.registry import Registry
from bench.specs import TableSpec
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.checks import check_options, undefined
from bench.tables.frames import table_cells, where
from bench.tables.places import places_of
from bench.tables.published import published
from bench.tables.samples import model_shown
from bench.tables.scores import caption, undefined_cell
from bench.tables.selection import Selection
from bench.tables.staleness import stale
from bench.tables.table import Table, TableRow


def categories_table(spec: TableSpec, selection: Selection, registry: Registry, store: Store) -> Table:
    """Build a table with a row per category, for the spec's model or the first one measured.

    The option ``printed`` maps categories to their names in the paper, in printed order; others follow.
    """
    check_options(spec, ("model", "printed", "beside"), needed=("model", "printed"))
    model = model_shown(spec.options["model"], selection)
    records = selection.by_model[model]
    names: Mapping[str, str] = spec.options["printed"]
    printed = published(spec.number) if model == spec.options["model"] else {}
    old = stale(records, registry)
    measured = table_cells(where(selection.scores, "model", model), ["metric"], 3)
    rows: list[TableRow] = []
    categories = _in_order(records, names)
    for category in categories:
        cells = {
            column.label: measured.get(f"{column.metric}:{category}") or undefined_cell(column, records)
            for column in spec.columns
        }
        for column in spec.columns:
            number = printed.get((model, f"{names.get(category)} {column.published}"))
            cells[column.label] = replace(cells[column.label], published=number.value if number else None)
        label = names.get(category, category)
        shown = category if label in categories else label
        rows.append(TableRow(shown, model, "", cells, stale=old, measured_by=records[0].measured_by))
    lacking = [c for c in spec.columns if any(row.cells[c.label].value is None for row in rows)]
    return Table(
        spec.name,
        spec.number,
        f"{caption(spec, selection)} Of {records[0].model.label}.",
        tuple(column.label for column in spec.columns),
        tuple(rows),
        (*spec.notes, *selection.caveats, *undefined(selection.clear.get("metrics", {}), lacking)),
        selection.dataset,
        selection.protocol,
        folds=len(places_of(records)),
        beside=spec.options.get("beside", False),
    )


def _in_order(records: Sequence[Record], names: Mapping[str, str]) -> list[str]:
    """Return the measured categories: the paper's in its order, then the others."""
    measured = {name.partition(":")[2] for record in records for name in record.metrics if ":" in name}
    return [name for name in names if name in measured] + sorted(measured - names.keys())
