"""What a table of an ablation may say of a variant: against which row its drop counts, and what that cannot show."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bench.specs import TableSpec
from bench.store.record import Record
from bench.tables.selection import Selection
from bench.tables.table import TableRow

_FEWEST = 3
"""Trainings of a row below which a difference may be that of another seed."""


def whole(spec: TableSpec, selection: Selection, rows: Sequence[TableRow], variant: TableRow) -> TableRow | None:
    """Return the row that a variant is compared with, None if that was not measured.

    It is the row that differs from the variant in nothing but the parts that are off, which the model's setting of the
    spec's option ``parts`` names. A variant with all parts, or of a table without that option, is compared with the
    model that the table ablates. A row that the same person measured comes before others.
    """
    full = spec.options.get("ablates")
    nearest = sorted(
        rows,
        key=lambda row: (row.measured_by != variant.measured_by, bool(row.measured_by), row.registered_model != full),
    )
    if not _off(spec, selection, variant):
        wholes = (row for row in nearest if row.registered_model == full)
        return None if variant.registered_model == full else next(wholes, None)
    for row in nearest:
        if row.control or row.model not in selection.by_model:
            continue
        if not _off(spec, selection, row) and _others(spec, selection, row) == _others(spec, selection, variant):
            return row
    return None


def with_limits(spec: TableSpec, selection: Selection, rows: list[TableRow]) -> list[TableRow]:
    """Footnote the variants without a loss that had not left chance in the whole model either."""
    return [replace(row, footnotes=(*row.footnotes, *_untaught(spec, selection, rows, row))) for row in rows]


def limits(spec: TableSpec, selection: Selection, rows: Sequence[TableRow]) -> list[str]:
    """Say which rows have too few trainings, and which variants lack the row that they are to be compared with."""
    if "ablates" not in spec.options:
        return []
    shown = [row for row in rows if not row.control and row.model in selection.by_model]
    few = [row.label for row in shown if len(selection.by_model[row.model]) < _FEWEST]
    alone = [row.label for row in shown if _off(spec, selection, row) and not whole(spec, selection, rows, row)]
    sentences = [
        f"Fewer than {_FEWEST} trainings are behind {', '.join(few)}: a difference between them may be that of another "
        "seed; `bench run` with --seeds 3 or more folds adds some."
    ]
    sentences = sentences if few else []
    if alone:
        sentences.append(
            f"The row that {', '.join(alone)} is to be compared with, all parts with its other settings, was not "
            "measured."
        )
    return sentences


def _untaught(spec: TableSpec, selection: Selection, rows: Sequence[TableRow], variant: TableRow) -> list[str]:
    base = (
        whole(spec, selection, rows, variant) if variant.model in selection.by_model and not variant.control else None
    )
    if base is None:
        return []
    trainings = selection.by_model[base.model]
    sentences = []
    for part in _off(spec, selection, variant):
        stuck = sum(part in record.losses_at_chance for record in trainings)
        if stuck:
            often = f" in {stuck} of {len(trainings)} trainings" if len(trainings) > 1 else ""
            sentences.append(
                f"{variant.label} lacks {part}, which never left chance in {base.label} itself{often}: the row does "
                f"not show what {part} could teach"
            )
    return sentences


def _off(spec: TableSpec, selection: Selection, row: TableRow) -> tuple[str, ...]:
    """Return the parts that are off in a measured row."""
    return tuple(_settings(selection, row).get(spec.options.get("parts", ""), ()))


def _others(spec: TableSpec, selection: Selection, row: TableRow) -> Mapping[str, Any]:
    parts = spec.options.get("parts")
    return {name: value for name, value in _settings(selection, row).items() if name != parts}


def _settings(selection: Selection, row: TableRow) -> Mapping[str, Any]:
    records: Sequence[Record] = selection.by_model.get(row.model, ())
    return records[0].model.settings if records else {}
