"""The scores of models as ``bench.statistics`` compares them: by fold and seed, with each picture's influence."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from bench.errors import BenchError, unknown
from bench.specs import Column, TableSpec
from bench.statistics.clustered import ratio_influences
from bench.statistics.paired import Difference, Fold, ModelScores, difference
from bench.store.record import MetricValue, Record
from bench.store.store import Store
from bench.tables.items import Item, items_of
from bench.tables.selection import Selection

_ROUNDING = 1e-6
"""How far a record's score may be, as a share of it, from the one that its answers give."""


class Measurements:
    """The scores of a selection's models in some columns, and the differences between models.

    The answers of a record are read at the first difference that needs them, once for all columns.
    """

    def __init__(self, selection: Selection, store: Store, columns: Sequence[Column]) -> None:
        self._selection, self._store, self._columns = selection, store, columns
        self._influences: dict[str, Mapping[str, Mapping[str, float]]] = {}
        self._scores: dict[tuple[str, str], ModelScores] = {}
        self._with_answers: dict[tuple[str, str], ModelScores] = {}
        self.pictures_recur = "test_data" in selection.clear
        self.k = int(selection.clear["split"]["k"])

    def scores(self, model: str, column: Column) -> ModelScores:
        """Return a model's scores of a column alone, for which no answer is read."""
        if (model, column.metric) not in self._scores:
            metrics = {
                fold: [record.metrics[column.metric] for record in own]
                for fold, own in self._by_fold(model, column).items()
            }
            self._scores[model, column.metric] = ModelScores(
                {fold: [score.value for score in own] for fold, own in metrics.items()},
                {},
                {fold: float(np.mean(own)) for fold, scores in metrics.items() if (own := _known(scores))},
            )
        return self._scores[model, column.metric]

    def of(self, model: str, column: Column) -> ModelScores:
        """Return a model's scores of a column, with each picture's influence where the answers are stored."""
        if (model, column.metric) not in self._with_answers:
            scores = self.scores(model, column)
            influences = {fold: self._of_fold(own, column) for fold, own in self._by_fold(model, column).items()}
            known = {fold: own for fold, own in influences.items() if own}
            self._with_answers[model, column.metric] = ModelScores(scores.by_fold, known, scores.errors)
        return self._with_answers[model, column.metric]

    def level(self, model: str, column: Column) -> Difference:
        """Return a model's score, the mean over its folds, as its difference from 0."""
        own = self.scores(model, column)
        if self.pictures_recur or len(own.by_fold) == 1:
            own = self.of(model, column)
        zero = ModelScores(dict.fromkeys(own.by_fold, (0.0,)), dict.fromkeys(own.by_fold, {}), {})
        level = difference(own, zero, self.k, pictures_recur=self.pictures_recur)
        assert level is not None, "a model shares its folds with itself"
        return level

    def difference(self, first: str, second: str, column: Column, *, noise: bool = False) -> Difference | None:
        """Compare two models in a column, None if they share no fold.

        Answers are read if the test needs them, or to know all of the ``noise``.
        """
        one, other = self.scores(first, column), self.scores(second, column)
        several = len(one.by_fold.keys() & other.by_fold.keys()) > 1
        if noise or self.pictures_recur or not several:
            one, other = self.of(first, column), self.of(second, column)
        return difference(one, other, self.k, pictures_recur=self.pictures_recur)

    def _by_fold(self, model: str, column: Column) -> dict[Fold, list[Record]]:
        by_fold: dict[Fold, list[Record]] = {}
        for record in self._selection.by_model[model]:
            if column.metric in record.metrics:
                by_fold.setdefault((record.cell.fold, record.cell.repeat), []).append(record)
        return by_fold

    def _of_fold(self, records: Sequence[Record], column: Column) -> dict[str, float]:
        """Return each picture's influence on the mean score of one fold's records; none if answers are missing."""
        total: dict[str, float] = {}
        for record in records:
            own = self._of_record(record).get(column.metric)
            if not own:
                return {}
            for picture, influence in own.items():
                total[picture] = total.get(picture, 0.0) + influence / len(records)
        return total

    def _of_record(self, record: Record) -> Mapping[str, Mapping[str, float]]:
        """Return the influences by metric and picture; only metrics that the answers add up to."""
        name = record.stages["score"]
        if name not in self._influences:
            items = items_of(self._store, record)
            self._influences[name] = {
                column.metric: _influences(column, items, record.metrics[column.metric].value)
                for column in self._columns
                if column.metric in record.metrics
            }
        return self._influences[name]


def column_of(metric: str | None, selection: Selection, columns: Sequence[Column]) -> Column:
    """Return the column of a metric, by default of the first one that any record has.

    A metric of no table is in a column of its own, of which nobody knows whether higher values are better. BenchError
    if no record has the metric, or any at all.
    """
    records = [record for own in selection.by_model.values() for record in own]
    measured = dict.fromkeys(name for record in records for name in record.metrics)
    if not measured:
        raise BenchError(
            f"no score of {records[0].model.label} is defined; `bench table` says why; name another --dataset or "
            "--protocol"
        )
    own = [column for column in columns if column.metric in measured]
    metric = metric or (own[0].metric if own else next(iter(measured)))
    if metric not in measured:
        raise unknown("metric", metric, measured)
    return next((column for column in own if column.metric == metric), Column(metric, metric, higher_is_better=None))


def columns_of(task: str, specs: Iterable[TableSpec]) -> list[Column]:
    """Return the columns of a task's tables, in order: those by which the first table judges controls come first.

    A metric that several tables have is listed once.
    """
    tables = sorted((spec for spec in specs if spec.task == task), key=lambda spec: spec.number)
    judging = [
        column
        for spec in tables
        for name in spec.options.get("controls_by", ())
        for column in spec.columns
        if column.label == name
    ]
    columns: dict[str, Column] = {}
    for column in [*judging, *(column for spec in tables for column in spec.columns)]:
        columns.setdefault(column.metric, column)
    return [*columns.values()]


def _influences(column: Column, items: Sequence[Item], score: float) -> dict[str, float]:
    """Return each picture's influence on a score; none if the answers do not say theirs, or give another score."""
    above, below = column.share or (column.metric, None)
    fields = ("picture", above, *([below] if below else []))
    scored = [item for item in items if all(item.get(name) is not None for name in fields)]
    numerators, divisors = [item[above] for item in scored], [item[below] if below else 1 for item in scored]
    whole = len(scored) == sum(item.get(above) is not None for item in items)
    if (
        not whole
        or not all(isinstance(number, int | float) for number in (*numerators, *divisors))
        or not sum(divisors)
    ):
        return {}
    ratio, influences = ratio_influences(np.array(numerators, dtype=float), np.array(divisors, dtype=float))
    if abs(ratio - score) > _ROUNDING * abs(score):
        return {}
    pictures: dict[str, float] = {}
    for item, influence in zip(scored, influences.tolist(), strict=True):
        pictures[str(item["picture"])] = pictures.get(str(item["picture"]), 0.0) + influence
    return pictures


def _known(scores: Sequence[MetricValue]) -> list[float]:
    return [score.error for score in scores if score.error is not None]
