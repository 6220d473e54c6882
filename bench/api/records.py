"""``bench.records`` and ``bench.items``: what was measured, as tidy pandas tables."""

from dataclasses import asdict
from pathlib import Path

import pandas

from bench.errors import unknown
from bench.inputs import checked
from bench.store.store import opened
from bench.tables.frames import CELL, of_items, of_records


@checked
def records(store: str | Path | None = None) -> pandas.DataFrame:
    """Return all records of a store, one row per cell and metric, with the columns of ``of_records``."""
    return of_records(opened(store).records())


@checked
def items(store: str | Path | None = None, **cell: object) -> pandas.DataFrame:
    """Return every scored answer of a store's cells, one row per question, after the columns of its cell.

    ``cell`` chooses by columns of ``CELL``, such as ``fold=0``; BenchError for another key.
    """
    for key in cell:
        if key not in CELL:
            raise unknown("column of a cell", key, CELL)
    open_store = opened(store)
    return of_items(
        open_store, (record for record in open_store.records() if cell.items() <= asdict(record.cell).items())
    )
