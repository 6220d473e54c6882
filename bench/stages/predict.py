"""The stage predict: a trained model is asked the questions of its cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.stages.context import Surroundings, context_of, estimator_of, load_estimator
from bench.stages.contracts.contract import pictures
from bench.stages.questions import Questions
from bench.store.sealed import write_json

if TYPE_CHECKING:
    from bench.store.cell import Cell

USAGE = "usage.json"
"""The file of what predictions cost, written for a model that is paid per token."""


def predict(questions: Questions, cell: Cell, around: Surroundings, folder: Path) -> int:
    """Write the predictions of a cell's model into a folder; return how many pictures they are about."""
    plan, posed = questions.materials.plan, questions.posed(cell)
    kind = estimator_of(plan, cell, cell.predict)  # imported before anything is seeded
    context = context_of(plan, cell, cell.predict, around)
    estimator = load_estimator(kind, around.weights(cell, cell.train), context)
    predictions = plan.contract.ask(estimator, posed, context.progress)
    plan.contract.keep(plan.transfer.restricted(predictions) if plan.transfer else predictions, folder)
    if usage := getattr(estimator, "usage", None):
        write_json(folder / USAGE, usage)
    return pictures(posed)
