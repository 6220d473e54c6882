"""A model's worst mistakes with their pictures: its worst answers, or the categories it confused."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.errors import BenchError, unknown
from bench.specs import Column, TableSpec
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.items import Item, items_of, score_of
from bench.tables.layout import number
from bench.tables.page import page
from bench.tables.places import in_words
from bench.tables.selection import Selection

_TEXTS = {"question": "question", "reference": "ground truth", "answer": "answer", "predicted": "taken for"}
"""The fields of an item whose text is shown, if it has them, and the heading of each."""


class Mistake(NamedTuple):
    """One judged item: its texts under their headings, categories with their probabilities, scores as printed."""

    picture: str
    category: str
    texts: Mapping[str, str]
    ranked: Sequence[tuple[str, float]]
    scores: Mapping[str, str]


def latest(model: str, store: Store, task: str | None) -> Record:
    """Return the latest record of a model, within a task if one is named; BenchError if there is none."""
    records = [record for record in store.records() if task in (None, record.cell.task)]
    own = [record for record in records if record.cell.model == model]
    if not own:
        of = f" in task {task!r}" if task else ""
        raise unknown(f"measured model{of}", model, {record.cell.model for record in records})
    return max(own, key=lambda record: record.finished)


def worst(
    spec: TableSpec, selection: Selection, store: Store, model: str, column: str | None, count: int
) -> list[Mistake]:
    """Return a model's items of lowest score, worst first; items that are right in every judging column are left out.

    A column of the table judges, by default the columns in which controls are compared, one after the other. Of two
    equally wrong items the one of lower probability comes first. BenchError for a model without records, a table whose
    items cannot be shown, an unknown column, or if nothing is wrong.
    """
    if model not in selection.by_model:
        remedy = (
            f"these are of {selection.dataset}, protocol {selection.protocol}; --dataset and --protocol name others"
        )
        raise unknown("model of these records", model, selection.by_model, remedy)
    if not spec.breakdowns:
        raise BenchError(f"table {spec.name!r} does not judge answers one by one; name a table of scores")
    judging = _judging(spec, column)
    items = [item for record in selection.by_model[model] for item in items_of(store, record)]
    if not items:
        raise BenchError(f"no answers of {model} are stored as they were scored; the same `bench run` again makes them")
    judged = [(scores, item) for item in items if min(scores := _scores(judging, item), default=1.0) < 1]
    if not judged:
        names = " or ".join(column.label for column in judging)
        raise BenchError(
            f"of {len(items)} stored answers of {model} none is wrong in {names}; judge by another --column"
        )
    judged.sort(key=lambda pair: (pair[0], pair[1].get("probability", 0.0)))
    return [_mistake(spec, item) for _, item in judged[:count]]


def as_html(selection: Selection, model: str, mistakes: Sequence[Mistake], pictures: Mapping[str, str]) -> str:
    """Render mistakes as a page; ``pictures`` maps a picture's id to its data URI."""
    records = selection.by_model[model]
    label, folds = records[0].model.label, sorted({record.cell.fold for record in records})
    title = f"What {label} got most wrong"
    about = f"{selection.data}; {in_words(folds)} of {selection.clear['split']['k']}, protocol {selection.protocol}"
    return page("gallery.html", title=title, about=about, mistakes=mistakes, pictures=pictures)


def _judging(spec: TableSpec, wanted: str | None) -> list[Column]:
    columns = {column.label: column for column in spec.columns}
    names = [wanted] if wanted else list(spec.options.get("controls_by", ())) or list(columns)[:1]
    for name in names:
        if name not in columns:
            raise unknown("column", name, columns)
    return [columns[name] for name in names]


def _scores(judging: Sequence[Column], item: Item) -> list[float]:
    """Return an item's scores in the judging columns, 1 where it lacks one; an empty list if it has none."""
    scores = [score_of(column, [item]) for column in judging]
    return [1.0 if score is None else score for score in scores] if any(score is not None for score in scores) else []


def _mistake(spec: TableSpec, item: Item) -> Mistake:
    shown = [column for column in spec.columns if not column.optional or column.metric in item]
    scores = {column.label: number(score_of(column, [item]), None, column.digits) for column in shown}
    texts = {heading: item[field] or "(empty)" for field, heading in _TEXTS.items() if field in item}
    ranked = [(name, share) for name, share in item.get("ranked", ())]
    if ranked and item["category"] not in dict(ranked):
        ranked.append((item["category"], item["probability"]))
    return Mistake(item["picture"], item["category"], texts, ranked, scores)
