"""The items of a record: one flat mapping per question, as its task scored it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bench.errors import BenchError, in_one_line
from bench.specs import Column
from bench.store.record import Record
from bench.store.store import Store

Item = Mapping[str, Any]
"""The fields that a task gave one question: texts, numbers, and None for a score that is undefined."""


def items_of(store: Store, record: Record) -> list[Item]:
    """Return the items of a record, in order; none if its score stage was removed or changed."""
    product = store.product_of(record, "score")
    if product is None:
        return []
    try:
        lines = (product / "items.jsonl").read_text(encoding="utf-8").removesuffix("\n")
        return json.loads("[" + lines.replace("\n", ",") + "]")  # at once: line by line takes a third longer
    except (OSError, ValueError) as error:  # from before there were digests
        raise BenchError(
            f"the scored answers of {record.cell} in {str(product)!r} cannot be read ({in_one_line(error)}); make them "
            "again with --force"
        ) from error


def score_of(column: Column, items: Sequence[Item]) -> float | None:
    """Return a column's score over items: the mean of one field, or the ratio of two sums; None if there is none."""
    above, below = column.share or (column.metric, None)
    scored = [item for item in items if item.get(above) is not None]
    total = len(scored) if below is None else sum(item[below] for item in scored)
    return sum(item[above] for item in scored) / total if total else None
