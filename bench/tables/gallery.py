"""A model's worst answers, with the pictures they are about."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bench.errors import BenchError, unknown
from bench.specs import Column, TableSpec
from bench.store import Store
from bench.tables.items import items_of, score_of
from bench.tables.layout import number
from bench.tables.page import page
from bench.tables.selection import Selection


class Answer(NamedTuple):
    """One judged answer; ``scores`` maps a column's heading to what is printed of it."""

    picture: str
    category: str
    question: str
    reference: str
    answer: str
    scores: dict[str, str]


def worst_answers(
    spec: TableSpec, selection: Selection, store: Store, model: str, column: str | None, count: int
) -> list[Answer]:
    """Return a model's answers of lowest score, worst first.

    They are judged by a column of the table, else by those its controls are compared in, one after the other.
    BenchError for a model without records, a table whose items cannot be shown, or an unknown column.
    """
    if model not in selection.by_model:
        raise unknown("model of these records", model, selection.by_model)
    if not spec.breakdowns:
        raise BenchError(f"table {spec.name!r} does not judge answers one by one; name a table of scores")
    judging = _judging(spec, column)
    items = [item for record in selection.by_model[model] for item in items_of(store, record)]
    judged = [item for item in items if any(score_of(column, [item]) is not None for column in judging)]
    judged.sort(key=lambda item: [1.0 if (score := score_of(column, [item])) is None else score for column in judging])
    return [_answer(spec, item) for item in judged[:count]]


def as_html(model: str, answers: list[Answer], pictures: Mapping[str, str]) -> str:
    """Render answers as a page; ``pictures`` maps a picture's id to its data URI."""
    return page("gallery.html", title=f"The worst answers of {model}", answers=answers, pictures=pictures)


def _judging(spec: TableSpec, wanted: str | None) -> list[Column]:
    columns = {column.label: column for column in spec.columns}
    names = [wanted] if wanted else list(spec.options.get("controls_by", ())) or list(columns)[:1]
    for name in names:
        if name not in columns:
            raise unknown("column", name, columns)
    return [columns[name] for name in names]


def _answer(spec: TableSpec, item: Mapping[str, Any]) -> Answer:
    scores = {column.label: number(score_of(column, [item]), None, column.digits) for column in spec.columns}
    return Answer(item["picture"], item["category"], item["question"], item["reference"], item["answer"], scores)
