"""What a trained model scores on the pictures of other datasets, beside the controls that were asked the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import PurePath

from bench.exports.exported import Elsewhere, Outcomes, Over
from bench.registered.registry import Registry
from bench.specs import Column
from bench.store.record import Record
from bench.store.store import Store
from bench.tables.items import Item, items_of
from bench.tables.judgement import LEVEL, judge
from bench.tables.model_scores import Measurements, columns_of
from bench.tables.selection import select


def tests_elsewhere(record: Record, store: Store, registry: Registry) -> tuple[Elsewhere, ...]:
    """Return what the model that a record's train stage made scores on other datasets, from the store's records."""
    own = [other for other in store.records() if other.stages["train"] == record.stages["train"]]
    return tuple(_test(other, store, registry) for other in own if is_elsewhere(other))


def is_elsewhere(record: Record) -> bool:
    """Return whether a record's model was asked about another dataset than it was trained on."""
    return "test_data" in record.protocol


def _test(record: Record, store: Store, registry: Registry) -> Elsewhere:
    cell = record.cell
    selection = select(store, cell.task, cell.dataset, cell.protocol)
    columns = columns_of(cell.task, registry.every("table").values())
    judgement = judge(selection, Measurements(selection, store, columns), columns, None, ())
    column = judgement.column
    leads = [lead for lead in judgement.over_controls if (lead.model, lead.metric) == (cell.model, column.metric)]
    items = items_of(store, record)
    over = [
        Over(
            name=selection.by_model[lead.other][0].model.label,
            value=_mean(selection.by_model[lead.other], column),
            corrected=lead.corrected,
            is_beaten=lead.outcome == "better",
        )
        for lead in leads
    ]
    return Elsewhere(
        dataset=PurePath(record.protocol["test_data"]["dataset"].rpartition(":")[2]).name,
        pictures=len({item["picture"] for item in items}),
        metric=column.metric,
        label=column.label,
        metrics={name: asdict(value) for name, value in record.metrics.items() if ":" not in name},
        controls=(*over, *_commonest(items, column)),
        outcomes=_outcomes(items, column),
    )


def _outcomes(items: Sequence[Item], column: Column) -> Outcomes | None:
    """Return how sure the model was of each picture and whether it is right; None of items that do not say both."""
    confidence = tuple(item["confidence"] for item in items if item.get("confidence") is not None)
    right = [item.get(column.metric) for item in items]
    if not items or len(confidence) < len(items) or not {*right} <= {0.0, 1.0}:
        return None
    return Outcomes(confidence=confidence, right=tuple(each == 1.0 for each in right))


def _mean(records: Sequence[Record], column: Column) -> float:
    values = [record.metrics[column.metric].value for record in records]
    return sum(values) / len(values)


def _commonest(items: Sequence[Item], column: Column) -> list[Over]:
    """Return the best answer that is the same for every picture, which knows the pictures' shares of categories.

    None for items that have no category, or whose score is not right or wrong.
    """
    from scipy.stats import binomtest

    scores = [item.get(column.metric) for item in items]
    if not items or not all("category" in item for item in items) or not {*scores} <= {0.0, 1.0}:
        return []
    _, most = Counter(item["category"] for item in items).most_common(1)[0]
    right = round(sum(score for score in scores if score is not None))
    p = float(binomtest(right, len(items), most / len(items), alternative="greater").pvalue)
    return [Over(name="always their commonest category", value=most / len(items), corrected=p, is_beaten=p <= LEVEL)]
