"""``bench.records`` and ``bench.items``: what was measured, as tidy pandas tables."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas

from bench.errors import unknown
from bench.store.store import opened
from bench.tables.items import items_of

CELL = ("task", "dataset", "model", "fold", "repeat", "fraction", "protocol")
"""What a row of ``records`` begins with: the place of its cell."""


def records(store: str | Path | None = None) -> pandas.DataFrame:
    """Return all records of a store, a row a cell and metric.

    Columns: those of ``CELL``; ``label`` and ``family`` of the model, ``control``; ``metric``, ``value``, ``error``
    (the standard error; none where there is none), ``n`` questions; ``train_seconds``, ``predict_seconds``,
    ``finished``.
    """
    return frame(opened(store).records())


def items(store: str | Path | None = None, **cell: Any) -> pandas.DataFrame:
    """Return every scored answer of a store's cells, a row a question, behind the columns of its cell.

    ``cell`` chooses by columns of ``CELL``, such as ``fold=0``; BenchError for another.
    """
    for key in cell:
        if key not in CELL:
            raise unknown("column of a cell", key, CELL)
    kept = opened(store)
    chosen = [record for record in kept.records() if cell.items() <= _place(record).items()]
    rows = [{**_place(record), **item} for record in chosen for item in items_of(kept, record)]
    return pandas.DataFrame(rows, columns=None if rows else [*CELL])


def frame(found: Iterable[Mapping[str, Any]]) -> pandas.DataFrame:
    """Return records as ``records`` does."""
    rows = [row for record in found for row in _rows(record)]
    return pandas.DataFrame(rows, columns=None if rows else [*CELL, "metric", "value"])


def _place(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: record["cell"].get(key, 1.0 if key == "fraction" else None) for key in CELL}


def _rows(record: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    model, timings = record["model"], record["timings"]
    about = {"label": model["label"], "family": model["family"], "control": model["control"]}
    spent = {f"{stage}_seconds": timings.get(stage, {}).get("seconds") for stage in ("train", "predict")}
    for metric, score in record["metrics"].items():
        yield {
            **_place(record),
            **about,
            "metric": metric,
            "value": score["value"],
            "error": score["error"],
            "n": record["n"],
            **spent,
            "finished": pandas.Timestamp(record["finished"]),
        }
