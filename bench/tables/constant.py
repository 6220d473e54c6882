"""The row of a constant answer: what naming the most frequent categories of another test dataset would score.

A control that always names the category that is most frequent where models learn may name a rare one there, and any
model would beat it. So the same answer with knowledge of the test pictures stands beside it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench.specs import TableSpec
from bench.statistics.clustered import clustered_mean
from bench.store.record import MetricValue, Record, RecordedModel
from bench.store.store import Store
from bench.tables.items import Item, items_of
from bench.tables.selection import Selection

MODEL = "constant answer"
"""The row's name; no model's has a blank."""
_LABEL = "Majority of the test pictures"


def with_test_majority(spec: TableSpec, selection: Selection, store: Store) -> Selection:
    """Return the selection with a record of the constant answer for each fold, if another dataset was tested.

    The spec's option ``most_frequent`` maps a metric to how many of the most frequent categories count as right. A fold
    whose items are no longer stored has no such record.
    """
    counted: Mapping[str, int] = spec.options.get("most_frequent", {})
    if not counted or "test_data" not in selection.clear:
        return selection
    measured = [record for own in selection.by_model.values() for record in own]
    last = max(record.model.order for record in measured)
    records: dict[tuple[int, int], Record] = {}
    for record in measured:
        place = record.cell.repeat, record.cell.fold
        if place not in records and (items := items_of(store, record)):
            records[place] = _constant(record, items, counted, last)
    if not records:
        return selection
    own = tuple(record for _, record in sorted(records.items()))
    by_model = {**selection.by_model, MODEL: own}
    return replace(selection, by_model=by_model, left_out={**selection.left_out, MODEL: 0})


def _constant(record: Record, items: Sequence[Item], counted: Mapping[str, int], order: float) -> Record:
    """Return the record of the constant answer to a cell's questions."""
    frequent = [category for category, _ in Counter(item["category"] for item in items).most_common()]
    pictures = [item["picture"] for item in items]
    metrics = {
        metric: MetricValue(*clustered_mean([item["category"] in frequent[:count] for item in items], pictures))
        for metric, count in counted.items()
    }
    model = RecordedModel(
        label=_LABEL,
        family="control",
        family_label="Controls",
        order=order,
        control=True,
        variant_of=None,
        pretrains=None,
        footnote="a constant answer: what always naming the most frequent category of the test pictures would score",
        settings={},
        deviations=[],
        recipe={},
    )
    return Record(
        format=record.format,
        cell=replace(record.cell, model=MODEL),
        protocol=record.protocol,
        model=model,
        config_recipe={},
        stages={"score": ""},
        code={},
        metrics=metrics,
        n=len(items),
        timings={},
        environment={},
        finished=record.finished,
    )
