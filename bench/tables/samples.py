"""Tables of samples: pictures with ground truth, a model's answer, and the scores of that answer."""

import json
from collections.abc import Iterator
from typing import Any

from bench.registry import Registry
from bench.specs import TableSpec
from bench.store import Store
from bench.tables.published import published
from bench.tables.scores import caption
from bench.tables.selection import Record, Selection
from bench.tables.table import Table, TableCell, TableRow


def samples_table(spec: TableSpec, selection: Selection, registry: Registry, store: Store) -> Table:
    """Build a table of one answer a category to the question named in the spec, the first picture of each.

    The model is the spec's, or the first one measured where that one was not.
    """
    model = _model(spec.options["model"], selection)
    chosen = {item["category"]: item for record in selection.by_model[model] for item in _items(store, record, spec)}
    rows = [_row(spec, model, category, item) for category, item in sorted(chosen.items())]
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


def _model(wanted: str, selection: Selection) -> str:
    """Return the model whose answers are shown: the one wanted, else the first measured, a control at last."""
    if wanted in selection.by_model:
        return wanted
    return min(selection.by_model, key=lambda model: (selection.by_model[model][0]["model"]["control"], model))


def _items(store: Store, record: Record, spec: TableSpec) -> Iterator[dict[str, Any]]:
    """Yield the record's items of the spec's question, last first, so that a category's first one stays."""
    product = store.product(record["stages"]["score"])
    if product is None:
        return
    lines = (product / "items.jsonl").read_text(encoding="utf-8").splitlines()
    for line in reversed(lines):
        item = json.loads(line)
        if item["question"] == spec.options["question"]:
            yield item


def _row(spec: TableSpec, model: str, category: str, item: dict[str, Any]) -> TableRow:
    cells = {column.label: TableCell(item[column.metric], None, 1) for column in spec.columns}
    texts = {"Ground truth": item["reference"], "Answer": item["answer"]}
    return TableRow(category, model, "measured", cells, texts, picture=item["picture"])
