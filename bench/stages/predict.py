"""The stage predict: a trained model is asked the questions of its cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.stages.context import Surroundings, context_of, estimator_of, load_estimator
from bench.stages.contracts.contract import pictures
from bench.stages.questions import Questions
from bench.store.store import write_json

if TYPE_CHECKING:
    from bench.planning.cell import Cell

USAGE = "usage.json"
"""Beside what a model gave that is paid by the token: what it cost."""


def predict(questions: Questions, cell: Cell, around: Surroundings, folder: Path) -> int:
    """Write what a cell's model gives into a folder; return how many pictures it was asked about."""
    plan, posed = questions.materials.plan, questions.posed(cell)
    kind = estimator_of(plan, cell, cell.predict)  # imported before anything is seeded
    context = context_of(plan, cell, cell.predict, around)
    estimator = load_estimator(kind, around.weights(cell, cell.train), context)
    given = plan.contract.ask(estimator, posed, context.progress)
    plan.contract.keep(plan.transfer.restricted(given) if plan.transfer else given, folder)
    if usage := getattr(estimator, "usage", None):
        write_json(folder / USAGE, usage)
    return pictures(posed)
