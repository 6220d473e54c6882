"""Checks of a table's spec against the options of its builder and the metrics of the records."""

import re
from collections.abc import Iterable, Mapping, Sequence

from bench.errors import BenchError, unknown
from bench.specs import Column, TableSpec
from bench.tables.selection import Selection


def check_options(spec: TableSpec, taken: Sequence[str], needed: Sequence[str] = ()) -> None:
    """BenchError if a spec has an option that its builder does not take, or lacks one that it needs."""
    for name in spec.options:
        if name not in taken:
            raise unknown(f"option of table {spec.name!r}", name, taken, "fix the TableSpec's options")
    for name in needed:
        if name not in spec.options:
            raise BenchError(f"table {spec.name!r} lacks the option {name!r}; write options={{{name!r}: ...}}")


def check_controls_by(spec: TableSpec) -> None:
    """BenchError if the option ``controls_by`` is not a tuple of column labels."""
    names = spec.options.get("controls_by", ())
    if isinstance(names, str):
        raise BenchError(f"controls_by {names!r} of table {spec.name!r} is no tuple; write ({names!r},)")
    for name in names:
        labels = [column.label for column in spec.columns]
        if name not in labels:
            raise unknown(f"column in controls_by of table {spec.name!r}", name, labels, "name columns by their labels")


def check_most_frequent(spec: TableSpec) -> None:
    """BenchError if the option ``most_frequent`` does not map metrics of the table to numbers of categories."""
    metrics = [column.metric for column in spec.columns]
    for metric, count in dict(spec.options.get("most_frequent", {})).items():
        if metric not in metrics:
            raise unknown(f"metric in most_frequent of table {spec.name!r}", metric, metrics, "name a column's metric")
        if type(count) is not int or count < 1:
            raise BenchError(f"most_frequent {count!r} of {metric!r} of table {spec.name!r} is no number from 1 up")


def check_headings(spec: TableSpec, printed: Iterable[str]) -> None:
    """BenchError if a column names a heading that the paper's table of this number does not have."""
    headings = list(printed)
    for column in spec.columns:
        if column.published is not None and column.published not in headings:
            raise unknown(
                f"published heading of column {column.label!r} of table {spec.name!r}",
                column.published,
                headings,
                f"only the paper's headings of table {spec.number} can stand there; leave `published` away",
            )


def absent(spec: TableSpec, selection: Selection) -> list[str]:
    """Say which columns are empty for which models because their records lack the metric, and which lack some items.

    BenchError if no record has a column's metric and the task defines none of that name.
    """
    by_model = {
        model: {name for record in records for name in record.metrics} for model, records in selection.by_model.items()
    }
    known = {*selection.clear.get("metrics", ())}.union(*by_model.values())
    sentences: dict[str, list[Column]] = {}
    for column in spec.columns:
        lacking = [model for model, metrics in by_model.items() if column.metric not in metrics]
        if column.metric not in known:
            raise unknown(f"metric of column {column.label!r} of table {spec.name!r}", column.metric, known, _REMEDY)
        if lacking:
            who = ", ".join(selection.by_model[model][0].model.label for model in lacking)
            sentence = "no record has it" if len(lacking) == len(by_model) else f"not of {who}"
            sentences.setdefault(sentence, []).append(column)
        if partial := _partial(column, selection):
            sentences.setdefault(partial, []).append(column)
    meanings = selection.clear.get("metrics", {})
    columns = [column for own in sentences.values() for column in own]
    return [
        *(f"{', '.join(column.label for column in own)}: {sentence}." for sentence, own in sentences.items()),
        *undefined(meanings, columns),
    ]


def undefined(meanings: Mapping[str, str], columns: Iterable[Column]) -> list[str]:
    """Return when a score is undefined, as its task says it, if that concerns one of the columns."""
    sentence = meanings.get("undefined", "")
    concerned = any(re.search(rf"\b{re.escape(column.metric)}\b", sentence) for column in columns)
    return [f"Undefined: {sentence}."] if concerned else []


def _partial(column: Column, selection: Selection) -> str:
    """Say over how many items the means of a column are, '' if over all."""
    numbers: dict[tuple[int, int], list[str]] = {}
    for records in selection.by_model.values():
        scored = [(record.metrics[column.metric].n, record.n) for record in records if column.metric in record.metrics]
        own, every = sum(every if n is None else n for n, every in scored), sum(every for _, every in scored)
        if own < every:
            numbers.setdefault((own, every), []).append(records[0].model.label)
    everybody = len(selection.by_model) == len(next(iter(numbers.values()), ()))
    return ", ".join(
        f"mean over {own} of {every} answers" + ("" if everybody else f" of {' and '.join(labels)}")
        for (own, every), labels in numbers.items()
    )


_REMEDY = "name in the Column what the task's `score` returns"


def absent_from_items(columns: Sequence[Column], fields: Iterable[str]) -> list[str]:
    """Say which columns cannot be broken down because the items lack their fields."""
    return [
        f"{column.label} cannot be broken down: the items have no field {field!r}; give its Column the `share` of two "
        f"fields, or the items that field (they have {', '.join(fields)})."
        for column in columns
        for field in (column.share or (column.metric,))
        if field not in fields
    ]
