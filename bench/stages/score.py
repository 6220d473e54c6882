"""The stage score: a cell's task scores the predictions of its model."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.stages.contracts.contract import pictures
from bench.stages.judging import judge_of
from bench.stages.questions import Questions
from bench.stages.seeding import prepare
from bench.store.sealed import write_json
from bench.terminal.text import json_text

if TYPE_CHECKING:
    from bench.stages.context import Surroundings
    from bench.store.cell import Cell

SCORES, ITEMS = "scores.json", "items.jsonl"


def score(questions: Questions, cell: Cell, predicted: Path, around: Surroundings, folder: Path) -> int:
    """Score the predictions in the folder ``predicted``; return how many test pictures they are about."""
    plan, tested = questions.materials.plan, questions.tested(cell)
    posed = plan.task.pose(tested)
    reference = questions.side(questions.materials.partition.of(cell).train)
    predictions = plan.contract.read(predicted)
    prepare(plan.config.machine, cell.random_state)  # a metric may draw, too
    around.progress.start(f"scoring {len(posed)} answers", 1)
    scores = plan.task.score(predictions, posed, reference)
    if plan.marking and (judge := judge_of(plan, cell, around)):
        scores = plan.marking.added(scores, judge, predictions, posed, reference)
    metrics = {
        name: {"value": value, "error": error, **({"n": scores.over[name]} if name in scores.over else {})}
        for name, (value, error) in scores.metrics.items()
    }
    write_json(folder / SCORES, {"metrics": metrics, "counts": scores.counts, "n": len(scores.items)})
    lines = (json_text(_defined(item), None) for item in scores.items)
    (folder / ITEMS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return pictures(tested)


def _defined(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item with None for each score that is undefined."""
    return {key: None if isinstance(value, float) and not isfinite(value) else value for key, value in item.items()}
