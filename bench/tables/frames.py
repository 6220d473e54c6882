"""Records and items as tidy pandas tables; scores, breakdowns and comparisons group them."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import asdict, fields
from statistics import fmean
from typing import cast

import pandas

from bench.specs import Column
from bench.statistics.clustered import mean_std, pooled_std
from bench.store.record import CellIdentity, Record
from bench.store.store import Store
from bench.tables.items import items_of
from bench.tables.table import TableCell

CELL = tuple(field.name for field in fields(CellIdentity))
"""The first columns of a row: the identity of its cell."""
FOLD = ("repeat", "fold")
"""The columns that distinguish the folds of one protocol; the seeds of one fold share its pictures."""
STAGE = "score_stage"
"""The column that holds the fingerprint of the score stage, which distinguishes two cells."""


def of_records(records: Iterable[Record]) -> pandas.DataFrame:
    """Return one row per cell and metric.

    Columns: those of ``CELL``; ``label`` and ``family`` of the model, ``control``; ``metric``, ``value``, ``error``
    (the standard error; empty if there is none), ``n`` questions; ``train_seconds``, ``predict_seconds``,
    ``finished``, ``score_stage`` (its fingerprint).
    """
    behind = [*records]
    columns = {
        **{key: [getattr(record.cell, key) for record in behind] for key in CELL},
        "label": [record.model.label for record in behind],
        "family": [record.model.family for record in behind],
        "control": [record.model.control for record in behind],
        "n": [record.n for record in behind],
        "train_seconds": [_seconds(record, "train") for record in behind],
        "predict_seconds": [_seconds(record, "predict") for record in behind],
        "finished": pandas.to_datetime([record.finished for record in behind], utc=True, format="ISO8601"),
        STAGE: [record.stages["score"] for record in behind],
    }
    cells = pandas.DataFrame(columns)
    scores = [score for record in behind for score in record.metrics.values()]
    frame = cells.loc[cells.index.repeat([len(record.metrics) for record in behind])].reset_index(drop=True)
    place = list(frame.columns).index("n")
    frame.insert(place, "metric", [name for record in behind for name in record.metrics])
    frame.insert(place + 1, "value", pandas.Series([score.value for score in scores], dtype=float))
    frame.insert(place + 2, "error", pandas.Series([score.error for score in scores], dtype=float))
    return frame


def of_items(store: Store, records: Iterable[Record]) -> pandas.DataFrame:
    """Return one row per scored item: the columns of ``CELL``, its ``score_stage``, and the fields its task gave it."""
    rows = [
        {**place, **item}
        for record in records
        for place in [{**asdict(record.cell), STAGE: record.stages["score"]}]
        for item in items_of(store, record)
    ]
    return pandas.DataFrame(rows, columns=None if rows else [*CELL, STAGE])


def where(frame: pandas.DataFrame, column: str, value: str) -> pandas.DataFrame:
    """Return the rows that have a value in a column."""
    return cast("pandas.DataFrame", frame[frame[column] == value])


def table_cells(scores: pandas.DataFrame, by: Sequence[str], digits: int) -> dict[Hashable, TableCell]:
    """Return the mean and spread over folds of a column ``value``, by the values of the columns ``by``.

    The value of a fold is the mean over its seeds. A value that is missing does not count; the mean is None if all are.
    """
    cells: dict[Hashable, TableCell] = {}
    for place, every in scores.groupby([*by] if len(by) > 1 else by[0], sort=False):
        own = every.dropna(subset=["value"])
        folds = _by_fold(own)
        mean, std, n = mean_std([fmean(values) for values in folds]) if folds else (None, None, 0)
        seeds = max(map(len, _by_fold(every)))
        behind = tuple((own if folds else every)[STAGE])
        cells[place] = TableCell(mean, std, n, seeds, pooled_std(folds), digits=digits, fingerprints=behind)
    return cells


def _by_fold(frame: pandas.DataFrame) -> list[list[float]]:
    """Return the values of each fold, one per seed."""
    folds: dict[Hashable, list[float]] = {}
    for *fold, value in zip(*(frame[name] for name in FOLD), frame["value"], strict=True):
        folds.setdefault(tuple(fold), []).append(float(value))
    return [*folds.values()]


def scores_of_items(column: Column, items: pandas.DataFrame, by: Sequence[str]) -> pandas.DataFrame:
    """Return a column's score over the items of each cell within each group, as a column ``value``.

    The score is the mean of one field, or the ratio of two fields' sums; it is missing if the divisor is 0.
    """
    cell = [*by, *FOLD, STAGE]
    if column.share is None:
        own = items.assign(value=pandas.to_numeric(items[column.metric]))
        return cast("pandas.DataFrame", own[[*cell, "value"]].groupby(cell, sort=False, as_index=False).mean())
    above, below = column.share
    sums = items.pivot_table([above, below], cell, aggfunc="sum", sort=False).reset_index()
    return sums.assign(value=sums[above] / sums[below])


def _seconds(record: Record, stage: str) -> float | None:
    return record.timings[stage].seconds if stage in record.timings else None
