"""What a page knows of one model under a protocol: recipe, curves, confusion, calibration, cost, card, origins."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from bench.errors import BenchError, in_one_line
from bench.report.chunk import Chunk, rounded
from bench.report.protocol_items import ProtocolItems
from bench.report.shown_protocol import ShownProtocol
from bench.report.table_data import start_of
from bench.store.record import Record
from bench.store.sealed import DamagedError, read_json
from bench.store.store import Store
from bench.tables.items import Item, score_of
from bench.tables.provenance import cell_origin
from bench.tables.staleness import reason, stale
from bench.terminal.quantities import duration, power, size
from bench.terminal.quantities import rounded as in_short
from bench.training.history import FILE, PARTS

_MOST_POINTS = 200
"""How many points of a risk-coverage curve are drawn."""
_FEWEST_TO_DRAW = 2
_POOLED = ("data", "records", "code", "environment", "recipe", "model", "packages")
"""What many stages have alike: a chunk holds each different one once."""


def row_chunk(shown: ShownProtocol, protocol_items: ProtocolItems, model: int) -> Chunk:
    """Return what is known of a model, by its number."""
    records = shown.selection.by_model[shown.models[model]]
    about = records[0].model
    counts = [*_counts(records, shown.store)]
    items = protocol_items.of_model(model)
    return {
        "name": shown.models[model],
        "label": about.label,
        "family": about.family_label,
        "kind": "upper row" if about.upper else "control" if about.control else "model",
        "start": start_of(records),
        "weights": about.weights,
        "variant_of": about.variant_of,
        "footnote": about.footnote,
        "departures": [*about.departures],
        "deviations": [*about.deviations],
        "stale": reason(stale(records, shown.registry), records[0].measured_by),
        "recipe": about.recipe if records[0].learned else {},
        "usual_recipe": records[0].config_recipe if records[0].learned else {},
        "settings": about.settings,
        "metrics": _metrics(shown, records),
        "cells": [_cell(record) for record in records],
        "curves": [curve for record in records for curve in _curves(record, shown.store)],
        "confusion": _confusion(counts),
        "parts": _parts(shown, protocol_items, [*items.values()]),
        "facts": _facts(counts),
        "calibration": _calibration(counts),
        "coverage": _coverage([*items.values()]),
        "cost": _costs(records),
        "caveats": sorted({record.caveat for record in records if record.caveat}),
    }


def why_chunk(shown: ShownProtocol, model: int) -> Chunk:
    """Return where a model's numbers come from: each cell's stages down to inputs and files.

    What many stages have alike stands once in ``pool``; its place there is in their ``pooled``.
    """
    records = shown.selection.by_model[shown.models[model]]
    pool: dict[str, int] = {}
    cells = []
    for record in records:
        origin: dict[str, Any] = {**cell_origin(record, shown.store), "score": record.stages["score"]}
        origin["stages"] = {name: _pooled(dict(stage), pool) for name, stage in origin["stages"].items()}
        cells.append(origin)
    return {"pool": [json.loads(text) for text in pool], "cells": cells}


def card_chunk(shown: ShownProtocol, model: int) -> Chunk:
    """Return the model card of a model's first cell as markdown, or why there is none."""
    from bench.exports.description import card_of

    record = shown.selection.by_model[shown.models[model]][0]
    try:
        return {"markdown": card_of(record, shown.store, shown.registry)}
    except BenchError as error:
        return {"problem": f"There is no model card: {error}."}
    except Exception as error:  # a plugin's model may fail in any way
        return {"problem": f"There is no model card: {in_one_line(error)}."}


def _pooled(stage: dict[str, Any], pool: dict[str, int]) -> dict[str, Any]:
    def placed(value: object) -> int:
        return pool.setdefault(json.dumps(value, sort_keys=True), len(pool))

    inputs = dict(stage["inputs"] or {})
    held = {name: placed(inputs.pop(name)) for name in _POOLED if name in inputs}
    environment = {} if stage["environment"] is None else {"environment": placed(stage["environment"])}
    return {**stage, "inputs": inputs, "environment": None, "pooled": {**held, **environment}}


def _metrics(shown: ShownProtocol, records: Sequence[Record]) -> list[Chunk]:
    """Return every metric's mean over the cells, with its meaning; those of single categories are left to the parts."""
    meanings: Mapping[str, str] = shown.selection.clear.get("metrics", {})
    names = dict.fromkeys(name for record in records for name in record.metrics if ":" not in name)
    values = {name: [own.metrics[name].value for own in records if name in own.metrics] for name in names}
    return [
        {"metric": name, "value": rounded(float(np.mean(own))), "n": len(own), "meaning": meanings.get(name, "")}
        for name, own in values.items()
    ]


def _cell(record: Record) -> Chunk:
    return {
        "fold": record.cell.fold,
        "repeat": record.cell.repeat,
        "seed": record.cell.seed,
        "finished": record.finished,
        "n": record.n,
        "sides": record.sides,
        "metrics": {name: rounded(own.value) for name, own in record.metrics.items() if ":" not in name},
        "seconds": {stage: rounded(timing.seconds, 1) for stage, timing in record.timings.items()},
        "device": str((record.environment.get("train") or record.environment.get("score") or {}).get("device", "")),
    }


def _curves(record: Record, store: Store) -> Iterable[Chunk]:
    """Yield the history of each training of a cell, if its product still holds it."""
    for stage in PARTS:
        if stage not in record.stages:
            continue
        path = store.stages.folder(record.stages[stage]) / "product" / "weights" / FILE
        with suppress(DamagedError, OSError, KeyError, TypeError):
            if not path.is_file():
                continue
            history = read_json(path)
            epochs = history["epochs"]
            if len(epochs) < 1:
                continue
            names = dict.fromkeys(name for epoch in epochs for name in epoch["losses"])
            yield {
                "stage": stage,
                "fold": record.cell.fold,
                "repeat": record.cell.repeat,
                "seed": record.cell.seed,
                "losses": {name: [rounded(epoch["losses"].get(name)) for epoch in epochs] for name in names},
                "validation": [rounded(epoch.get("validation")) for epoch in epochs],
                "rate": [rounded(epoch.get("learning_rate"), 10) for epoch in epochs],
                "best": history.get("best", 0),
                "chance": history.get("chance", {}),
            }


def _counts(records: Sequence[Record], store: Store) -> Iterable[Mapping[str, Any]]:
    """Yield what the score stage of each record counted."""
    for record in records:
        product = store.product_of(record, "score")
        with suppress(DamagedError, OSError, KeyError, TypeError):
            if product is not None and (product / "scores.json").is_file():
                yield read_json(product / "scores.json")["counts"]


def _confusion(counts: Sequence[Mapping[str, Any]]) -> Chunk:
    own = [each for each in counts if "confusion" in each and each.get("categories") == counts[0].get("categories")]
    if not own:
        return None
    return {"categories": own[0]["categories"], "counts": np.sum([each["confusion"] for each in own], axis=0).tolist()}


def _parts(shown: ShownProtocol, protocol_items: ProtocolItems, items: Sequence[Item]) -> list[Chunk]:
    """Return a model's scores in each category, question and other part that tables are broken down by."""
    names = dict.fromkeys(name for spec in shown.specs for name in spec.breakdowns)
    parts: list[Chunk] = []
    for name in names:
        groups: dict[str, list[Item]] = {}
        for item in items:
            if name in item:
                groups.setdefault(str(item[name]), []).append(item)
        if len(groups) < _FEWEST_TO_DRAW:
            continue
        ordered = sorted(groups, key=lambda value: (int(value) if value.isdigit() else 0, value))
        parts.append(
            {
                "by": name,
                "columns": [column.label for column in protocol_items.columns],
                "rows": [
                    {
                        "value": value,
                        "n": len(groups[value]),
                        "scores": [rounded(score_of(column, groups[value])) for column in protocol_items.columns],
                    }
                    for value in ordered
                ],
            }
        )
    return parts


def _facts(counts: Sequence[Mapping[str, Any]]) -> list[Chunk]:
    """Return how many facts of each kind were right, asked for and stated."""
    total: dict[str, list[int]] = {}
    for each in counts:
        for kind, numbers in (each.get("facts") or {}).items():
            total[kind] = [one + other for one, other in zip(total.get(kind, [0, 0, 0]), numbers, strict=True)]
    return [{"kind": kind, "right": n[0], "asked": n[1], "stated": n[2]} for kind, n in sorted(total.items())]


def _calibration(counts: Sequence[Mapping[str, Any]]) -> Chunk:
    """Return the bins of confidence that hold anything: how many, the mean confidence, the share that is right."""
    own = [each["calibration"] for each in counts if each.get("calibration")]
    if not own:
        return None
    bins = np.sum(own, axis=0)
    return [
        {"n": int(n), "confidence": rounded(sure / n), "right": rounded(right / n)} for n, sure, right in bins if n > 0
    ]


def _coverage(items: Sequence[Item]) -> Chunk:
    """Return the accuracy on the surest answers over the share that is answered, by groups of equal confidence."""
    known = [(item["confidence"], item["top1"]) for item in items if "confidence" in item and "top1" in item]
    if not known:
        return None
    confidence, right = np.array(known, dtype=float).T
    levels, places = np.unique(-confidence, return_inverse=True)
    answered = np.cumsum(np.bincount(places, minlength=len(levels)))
    rights = np.cumsum(np.bincount(places, weights=right, minlength=len(levels)))
    shown = np.unique(np.linspace(0, len(levels) - 1, min(_MOST_POINTS, len(levels))).astype(int))
    return [
        {
            "answered": rounded(float(answered[at] / len(known))),
            "right": rounded(float(rights[at] / answered[at])),
            "confidence": rounded(float(-levels[at])),
        }
        for at in shown
    ]


def _costs(records: Sequence[Record]) -> list[Chunk]:
    """Return what the model costs, in words."""
    parameters = max((record.parameters for record in records if record.parameters), default=None)
    costs: list[tuple[str, str]] = [("parameters", in_short(parameters))] if parameters else []
    flops = [sum(own.history(stage).get("training_flops") or 0.0 for stage in PARTS) for own in records]
    costs += [("training FLOPs of a cell", power(float(np.mean(flops))))] if all(flops) else []
    for stage in ("pretrain", "train", "predict", "score"):
        timings = [record.timings[stage] for record in records if stage in record.timings]
        if not timings:
            continue
        costs.append((f"{stage}, a cell", duration(float(np.mean([timing.seconds for timing in timings])))))
        held = max((timing.memory.process for timing in timings if timing.memory), default=None)
        costs += [(f"{stage}, memory", size(held))] if held else []
        paces = [timing.answers / timing.seconds for timing in timings if timing.answers and timing.seconds]
        costs += [("answers a second", f"{float(np.mean(paces)):.1f}")] if paces else []
    usage = [record.usage for record in records if record.usage]
    costs += [
        (f"{key} of a server's answers", str(sum(own.get(key) or 0 for own in usage))) for key in ("requests",) if usage
    ]
    return [{"what": what, "amount": amount} for what, amount in costs]
