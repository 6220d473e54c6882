"""Tables of scores: mean and spread over folds and repeats, published beside measured, controls below."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bench.errors import BenchError
from bench.freshness import current_code
from bench.registry import Registry
from bench.specs import FamilySpec, ModelSpec, TableSpec, TaskSpec
from bench.statistics import mean_std
from bench.store import Store
from bench.tables.published import Published, published
from bench.tables.selection import Record, Selection
from bench.tables.table import Table, TableCell, TableRow


def scores_table(spec: TableSpec, selection: Selection, registry: Registry, store: Store) -> Table:
    """Build a table with one row a model: those of the paper in printed order, then others, then controls."""
    printed = published(spec.number)
    paper_rows = list(dict.fromkeys(number.model for number in printed.values()))
    measured = sorted(selection.by_model, key=lambda model: _order(selection.by_model[model][0]))
    names = [*paper_rows, *(model for model in measured if model not in paper_rows)]
    rows = [_row(spec, model, selection, registry, printed) for model in names]
    rows = _against_controls(spec, _with_best(spec, sorted(rows, key=lambda row: row.control)))
    return Table(
        spec.name,
        spec.number,
        caption(spec, selection),
        tuple(column.label for column in spec.columns),
        tuple(rows),
        (*spec.notes, *selection.caveats, *_fold_notes(rows, selection)),
        selection.dataset,
        selection.protocol,
    )


def caption(spec: TableSpec, selection: Selection) -> str:
    """Say what the table shows: title, dataset, protocol, folds."""
    records = [record for found in selection.by_model.values() for record in found]
    folds = sorted({record["cell"]["fold"] for record in records})
    split = selection.clear["split"]
    repeats = selection.clear["repeats"]
    task = selection.clear["task"].items()
    choices = ", ".join(f"{key} {value}" for key, value in task if isinstance(value, str) and len(value) < 40)
    return (
        f"Table {spec.number}. {spec.title} Dataset {selection.dataset}, protocol {selection.protocol} ({choices}), "
        f"fold{'s' if len(folds) > 1 else ''} {_ranges(folds)} of {split['k']}"
        + (f", {repeats} repeats." if repeats > 1 else ".")
        + (
            " Measured numbers are mean ± standard deviation over folds and repeats."
            if len(folds) * repeats > 1
            else ""
        )
    )


def _order(record: Record) -> tuple[int, str]:
    return record["model"]["order"], record["model"]["label"].lower()


def _row(
    spec: TableSpec,
    model: str,
    selection: Selection,
    registry: Registry,
    printed: Mapping[tuple[str, str], Published],
) -> TableRow:
    records = selection.by_model.get(model, ())
    in_paper = next((number for number in printed.values() if number.model == model), None)
    cells = {}
    for column in spec.columns:
        number = printed.get((model, column.published or ""))
        cell = _measured([record["metrics"].get(column.metric, {}).get("value") for record in records], column.digits)
        cells[column.label] = replace(cell, published=number.value, published_std=number.std) if number else cell
    about = records[0]["model"] if records else {}
    return TableRow(
        label=in_paper.row if in_paper else about["label"],
        model=model,
        block=in_paper.block if in_paper else about["family_label"],
        cells=cells,
        control=bool(about.get("control", False)),
        stale=_stale(records, registry),
        footnotes=tuple(_footnotes(model, records, selection)),
    )


def _measured(values: list[float | None], digits: int) -> TableCell:
    known = [value for value in values if value is not None]
    if not known:
        return TableCell(digits=digits)
    mean, std, n = mean_std(known)
    return TableCell(mean, std, n, digits=digits)


def _with_best(spec: TableSpec, rows: list[TableRow]) -> list[TableRow]:
    """Mark the highest measured number of each column, controls aside."""
    for column in spec.columns:
        values = [cell.value for row in rows if not row.control and (cell := row.cells[column.label]).value is not None]
        if len(values) < 2 or not column.higher_is_better:
            continue
        for row in rows:
            cell = row.cells[column.label]
            if not row.control and cell.value == max(value for value in values if value is not None):
                row.cells[column.label] = replace(cell, best=True)
    return rows


def _against_controls(spec: TableSpec, rows: list[TableRow]) -> list[TableRow]:
    """Footnote the rows that a control equals or beats.

    They are compared in the first column of the spec's option ``controls_by`` in which a control has a number.
    """
    controls = [row for row in rows if row.control]
    columns = [name for name in spec.options.get("controls_by", ()) if any(_has(row, name) for row in controls)]
    if not columns:
        return rows
    column = columns[0]
    return [row if row.control else _judged(row, controls, column) for row in rows]


def _judged(row: TableRow, controls: list[TableRow], column: str) -> TableRow:
    own = row.cells[column].value
    found = [(control.label, control.cells[column].value) for control in controls]
    lost = [label for label, value in found if own is not None and value is not None and value >= own]
    notes = (f"{row.label} does not beat {' and '.join(lost)} in {column}",) if lost else ()
    return replace(row, footnotes=row.footnotes + notes)


def _has(row: TableRow, column: str) -> bool:
    return row.cells[column].value is not None


def _stale(records: tuple[Record, ...], registry: Registry) -> bool | None:
    """Tell whether the code behind records has changed since; None where the model is no longer installed."""
    try:
        return any(current_code(*_behind(record, registry)) != record["code"] for record in records)
    except BenchError:
        return None


def _behind(record: Record, registry: Registry) -> tuple[ModelSpec, FamilySpec, TaskSpec]:
    model = registry.find("model", record["cell"]["model"])[0]
    return model, registry.family(model), registry.find("task", record["cell"]["task"])[0]


def _footnotes(model: str, records: tuple[Record, ...], selection: Selection) -> Iterable[str]:
    if not records:
        return
    about = records[0]["model"]
    if about["footnote"]:
        yield about["footnote"]
    changed = _changes(records[0]["config_recipe"], about["recipe"]) + list(records[0]["model"]["deviations"])
    if changed:
        yield f"{about['label']}: {', '.join(changed)}"
    if selection.left_out[model]:
        yield f"{about['label']}: {selection.left_out[model]} fold(s) with other settings or code are left out"


def _changes(usual: Mapping[str, Any], own: Mapping[str, Any]) -> list[str]:
    return [f"{key} {value} (others {usual[key]})" for key, value in own.items() if usual[key] != value]


def _fold_notes(rows: list[TableRow], selection: Selection) -> list[str]:
    """Name the rows with fewer folds than the fullest."""
    counts = {row.label: len(selection.by_model.get(row.model, ())) for row in rows}
    most = max(counts.values())
    return [f"{label}: {count} of {most} folds and repeats" for label, count in counts.items() if 0 < count < most]


def _ranges(folds: list[int]) -> str:
    whole = len(folds) > 2 and folds == list(range(folds[0], folds[-1] + 1))
    return f"{folds[0]}-{folds[-1]}" if whole else ", ".join(map(str, folds))
