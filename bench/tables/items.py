"""The items of a record: one flat mapping a question, as its task scored it."""

import json
from typing import Any

from bench.store import Store
from bench.tables.selection import Record


def items_of(store: Store, record: Record) -> list[dict[str, Any]]:
    """Return the items of a record, in order; none where its score stage was removed."""
    product = store.product(record["stages"]["score"])
    if product is None:
        return []
    return [json.loads(line) for line in (product / "items.jsonl").read_text(encoding="utf-8").splitlines()]
