"""Stores of measured cells for tests of what is published: digests agree, every answer is stored."""

import json
from dataclasses import replace

from bench.store.fingerprint import digest
from bench.store.record import MetricValue
from bench.store.store import Store
from tests.table_records import item, made


def protocol_of(record):
    return digest(record.protocol)[:16]


def measured(store, model, fold=0, values=(0.5, 0.25), *, code="now", **about):
    """Write a cell whose answers have these values, with its stages, into a store; returns its record.

    The values of ``facts`` are the mean of the others' halves.
    """
    record = made(model, fold, sum(values) / len(values), code=code, **about)
    record = replace(record, cell=replace(record.cell, protocol=protocol_of(record)))
    stages, before = {}, {}
    for stage in ("train", "predict", "score"):
        inputs = {"of": f"{model} {fold}", "code": {"module": code}, **before}
        stages[stage] = digest({"stage": stage, **inputs})[:32]
        before = {stage: stages[stage]}
        store.stages.write_inputs(stages[stage], inputs)
    items = [
        {**item(number, "tips", value), "picture": f"p{number}", "answer": f"{model} {number} é\u2028"}
        for number, value in enumerate(values)
    ]
    metrics = {name: MetricValue(score.value, score.error) for name, score in record.metrics.items()}
    product = {"metrics": {name: {"value": score.value} for name, score in metrics.items()}, "n": len(items)}

    def make(folder):
        (folder / "scores.json").write_text(json.dumps(product))
        (folder / "items.jsonl").write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in items))

    store.stages.make_product(stages["score"], store.stages.inputs(stages["score"]), make)
    record = replace(
        record, stages=stages, metrics=metrics, products={"score": store.stages.product_digest(stages["score"])}
    )
    store.write_record(record.cell.id, record)
    return record


def store_at(folder, *models, folds=(0,), **about):
    """A store with cells of these models."""
    store = Store(folder)
    store.prepare()
    for model in models:
        for fold in folds:
            measured(store, model, fold, **about)
    return store
