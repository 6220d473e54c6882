"""A store whose page the tests look at: who is right about what is known."""

import json
from dataclasses import replace

from bench.store.sealed import write_json
from bench.store.store import Store
from tests.table_records import METRICS, classified, made, put_items

HOSTILE = "<script>window.taken=1</script><img src=x onerror='window.taken=1'>"
"""Text that a page must show as text."""
QUESTIONS = ("What shape is it?", "How large is it?")
CATEGORIES = ("fibres", "tips")
PICTURES = tuple(f"synthetic-{number:06d}" for number in range(6))
RIGHT = {"mine": {0, 1, 2, 5, 8}, "theirs": {1, 3, 5}, "blind": {11}}
"""The numbers of the questions that each model answers rightly, of twelve: two about each of six pictures."""
DATASET = {"dataset": "synthetic", "records": "scripted", "settings": {"synthetic": {"size": 30}}}


def write_store(root):
    """Write records of two tasks with answers; return the store."""
    store = Store(root)
    store.prepare()
    for name, control in (("mine", False), ("theirs", False), ("blind", True)):
        label = {"mine": "Mine & own", "theirs": f"Theirs {HOSTILE}", "blind": "Blind"}[name]
        value = len(RIGHT[name]) / 12
        record = made(name, 0, value, control=control, label=label, day=2, departures=[HOSTILE])
        record = replace(record, sides={"train": 40, "validation": 10, "test": 12})
        _put(store, record, [_item(name, number) for number in range(12)], {"facts": {"shape": [3, 6, 5]}})
        _write_history(store, record)
        record = classified(name, 0, value, control=control, label=label, block="ConvNets", day=1, protocol="p2")
        predictions = [_picture_item(name, number) for number in range(6)]
        matrix = [[0, 0], [0, 0]]
        for item in predictions:
            matrix[CATEGORIES.index(item["category"])][CATEGORIES.index(item["predicted"])] += 1
        right = sum(item["top1"] for item in predictions)
        counts = {"categories": [*CATEGORIES], "confusion": matrix, "calibration": [[6, 4.2, right]]}
        _put(store, record, predictions, counts)
    for number, (task, protocol) in enumerate((("classification", "p2"), ("vqa", "p1"))):
        asked = {"task": task, "dataset": "synthetic", "protocol": protocol, "config": DATASET}
        write_json(root / "runs" / f"{number}.json", asked)
    return store


def _put(store, record, items, counts):
    store.write_record(f"{record.cell.task}-{record.cell.model}", record)
    put_items(store, record, items)
    product = store.stages.folder(record.stages["score"]) / "product"
    (product / "scores.json").write_text(json.dumps({"metrics": {}, "counts": counts, "n": len(items)}))


def _item(model, number):
    right = number in RIGHT[model]
    answer = "It is straight." if right else "It is curved, as one sees."
    answers = {
        ("mine", 3): f"{HOSTILE} [x](javascript:window.taken=1)",
        ("mine", 4): "\u202eright to left\u2066 \u05e9\u05dc\u05d5\u05dd",
        ("mine", 6): "word " * 200_000,
    }
    return {
        "id": f"{PICTURES[number // 2]}#{number % 2}",
        "picture": PICTURES[number // 2],
        "category": CATEGORIES[number // 2 % 2],
        "group": number % 2 + 1,
        "question": QUESTIONS[number % 2],
        "reference": "It is straight.",
        "answer": answers.get((model, number), answer),
        **dict.fromkeys([name for name in METRICS if name != "facts"], 1.0 if right else 0.3),
        "facts_asked": 1,
        "facts_stated": 1,
        "facts_right": int(right),
        "facts_counted": 1.0,
        "fact_values": [["shape" if number % 2 == 0 else "size", "straight", ["straight" if right else "curved"]]],
    }


def _picture_item(model, number):
    true = CATEGORIES[number % 2]
    right = number in RIGHT[model]
    other = next(name for name in CATEGORIES if name != true)
    predicted = true if right else other
    return {
        "id": PICTURES[number],
        "picture": PICTURES[number],
        "category": true,
        "predicted": predicted,
        "top1": float(right),
        "top5": 1.0,
        "confidence": 0.7,
        "probability": 0.7 if right else 0.3,
        "ranked": [[predicted, 0.7], [next(name for name in CATEGORIES if name != predicted), 0.3]],
    }


def _write_history(store, record):
    weights = store.stages.folder(record.stages["train"]) / "product" / "weights"
    weights.mkdir(parents=True)
    epochs = [
        {"losses": {"lm": 2.0 / epoch}, "validation": 2.5 / epoch, "learning_rate": 0.01 / epoch, "seconds": 1.0}
        for epoch in (1, 2, 3)
    ]
    (weights / "history.json").write_text(json.dumps({"epochs": epochs, "best": 2, "chance": {}}))
