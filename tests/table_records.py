"""Records and items as a run leaves them, for tests of what is made of them."""

import json
from dataclasses import replace

from bench.store.record import RECORD_FORMAT, CellIdentity, MetricValue, Record, RecordedModel, StageTiming

METRICS = ("bleu2", "bleu4", "rouge1", "rouge2", "rougeL", "meteor", "facts", "length_ratio")


def made(model, fold, value, *, protocol="p1", dataset="synthetic", control=False, code="now", day=1, **about):
    """A record of a model's fold, all of whose metrics have this value."""
    seed = about.get("seed", 0)
    place = f"{model}-{fold}-{f's{seed}-' if seed else ''}{protocol}"
    return Record(
        format=RECORD_FORMAT,
        cell=CellIdentity("vqa", dataset, model, fold, 0, protocol, seed=seed),
        protocol={
            "split": {"k": about.get("k", 10)},
            "repeats": 1,
            "task": {"caption": about.get("caption", "with")},
            "metrics": dict.fromkeys(METRICS, "what it means"),
        },
        model=RecordedModel(
            label=about.get("label", model),
            family="f",
            family_label="F",
            order=1,
            control=control,
            variant_of=about.get("variant_of"),
            pretrains=about.get("pretrains"),
            footnote=about.get("footnote", ""),
            settings=about.get("settings", {}),
            deviations=about.get("deviations", []),
            recipe=about.get("recipe", {"epochs": 5}),
            deterministic=about.get("deterministic", False),
            departures=about.get("departures", []),
            weights=about.get("weights", ""),
        ),
        config_recipe={"epochs": 5},
        stages={stage: f"{stage}-{place}" for stage in ("train", "predict", "score")},
        code={"train": code, "predict": code, "score": code},
        metrics={name: MetricValue(value, about.get("error", 0.01)) for name in METRICS},
        n=10,
        training={"epochs": 5, **about.get("training", {})},
        caveat=about.get("caveat", ""),
        timings={"score": StageTiming(1.5, 10)},
        environment={"score": {"device": "cpu", "packages": {"numpy": "9.9"}}},
        finished=f"2026-01-{day:02d}T00:00:00",
    )


def put_items(store, record, items):
    """Write the items of a record's score stage."""
    product = store.stages.folder(record.stages["score"]) / "product"
    product.mkdir(parents=True)
    (product / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))


def item(number, category, value, *, right=1, asked=2, question="What?", picture="p1"):
    """A judged answer, all of whose metrics have this value."""
    return {
        "id": str(number),
        "picture": picture,
        "category": category,
        "group": 1,
        "question": question,
        "reference": "A reference.",
        "answer": f"Answer {number} <b>&.",
        **{name: value for name in METRICS if name != "facts"},
        "facts_asked": asked,
        "facts_stated": asked,
        "facts_right": right,
        "facts_counted": asked,
    }


def classified(model, fold, value, *, family="vit", block="Vision Transformers (ViTs)", order=4, **about):
    """A record of the task classification, all of whose metrics have this value."""
    record = made(model, fold, value, **about)
    names = [
        "top1",
        "top5",
        *(f"{name}:{category}" for name in ("precision", "recall", "f1") for category in ("tips", "xy")),
    ]
    return replace(
        record,
        cell=replace(record.cell, task="classification"),
        protocol={**record.protocol, "task": {"asked": "the category"}},
        model=replace(record.model, family=family, family_label=block, order=order),
        metrics={name: MetricValue(value, about.get("error", 0.01)) for name in names},
    )
