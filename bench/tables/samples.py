"""Tables of samples: pictures with ground truth, a model's answer, and its scores."""

from dataclasses import replace

from bench.errors import unknown
from bench.registered.registry import Registry
from bench.specs import TableSpec
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.checks import check_options
from bench.tables.items import Item, items_of
from bench.tables.published import published
from bench.tables.scores import caption
from bench.tables.selection import Selection
from bench.tables.staleness import stale
from bench.tables.table import Table, TableCell, TableRow


def samples_table(spec: TableSpec, selection: Selection, registry: Registry, store: Store) -> Table:
    """Build a table of one answer per category to the spec's question, on the first picture of each category.

    The model is the spec's, or the first one measured if the spec's was not.
    """
    check_options(spec, ("model", "question"), needed=("model", "question"))
    model = model_shown(spec.options["model"], selection)
    records = selection.by_model[model]
    answers = [
        (item, record)
        for record in records
        for item in items_of(store, record)
        if item["question"] == spec.options["question"]
    ]
    chosen = {item["category"]: (item, record) for item, record in reversed(answers)}
    old = stale(records, registry)
    who = records[0].measured_by
    rows = [replace(_row(spec, model, *answer), stale=old, measured_by=who) for _, answer in sorted(chosen.items())]
    printed = [
        TableRow(
            number.row,
            number.model,
            "published",
            {
                column.label: TableCell(published=printed_cell.value)
                for column in spec.columns
                if (printed_cell := published(spec.number).get((number.model, f"{number.row} {column.published}")))
            },
        )
        for number in {number.row: number for number in published(spec.number).values()}.values()
    ]
    return Table(
        spec.name,
        spec.number,
        caption(spec, selection),
        tuple(column.label for column in spec.columns),
        (*rows, *printed),
        (f"Answers of {model} to: {spec.options['question']}", *spec.notes, *selection.caveats),
        selection.dataset,
        selection.protocol,
    )


def model_shown(wanted: str, selection: Selection) -> str:
    """Return the model that a table of one model shows: the one wanted, else the first measured, controls last."""
    if wanted in selection.by_model:
        return wanted
    return min(selection.by_model, key=lambda model: (selection.by_model[model][0].model.control, model))


def _row(spec: TableSpec, model: str, item: Item, record: Record) -> TableRow:
    behind = (record.stages["score"],)
    for column in spec.columns:
        if column.metric not in item:
            raise unknown(f"field of the items of task {spec.task!r}", column.metric, item, "fix the table's Column")
    cells = {column.label: TableCell(item[column.metric], None, 1, fingerprints=behind) for column in spec.columns}
    texts = {"Ground truth": item["reference"], "Answer": item["answer"]}
    return TableRow(item["category"], model, "measured", cells, texts, picture=item["picture"])
