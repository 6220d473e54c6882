"""The stage predict: a trained model is asked the questions of its cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import BenchError
from bench.stages.context import Surroundings, context_of, estimator_of
from bench.stages.materials import pictures
from bench.stages.questions import Questions
from bench.store.store import write_json

if TYPE_CHECKING:
    from bench.planning.cell import Cell

ANSWERS, PROBABILITIES = "answers.json", "probabilities.npy"
USAGE = "usage.json"
"""Beside the answers of a model that is paid by the token: what they cost."""


def predict(questions: Questions, cell: Cell, around: Surroundings, folder: Path) -> int:
    """Write the answers of a cell's model, or its probabilities; return how many pictures it was asked about."""
    plan, posed = questions.materials.plan, questions.posed(cell)
    kind = estimator_of(plan.rows[cell.model], cell.predict)  # imported before anything is seeded
    context = context_of(plan, cell, cell.predict, around)
    estimator = kind.load(around.weights(cell, cell.train), context)
    if plan.task.asks == "answerer":
        context.progress.start(f"answering {len(posed)} questions", 1)
        write_json(folder / ANSWERS, checked_answers(estimator.answer(posed.unanswered()), len(posed)))
        if usage := getattr(estimator, "usage", None):
            write_json(folder / USAGE, usage)
    else:
        context.progress.start("classifying", len(posed))
        probabilities = estimator.predict_proba(posed.unlabelled())
        kept = plan.transfer.restricted(probabilities) if plan.transfer else probabilities
        np.save(folder / PROBABILITIES, kept, allow_pickle=False)
    return pictures(posed)


def checked_answers(answers: list[str], asked: int) -> list[str]:
    """Return the answers if each question has exactly one; BenchError otherwise."""
    if len(answers) != asked:
        raise BenchError(f"the model gave {len(answers)} answers to {asked} questions; answer() must return one each")
    for number, answer in enumerate(answers):
        if not isinstance(answer, str):
            raise BenchError(f"answer {number} is {type(answer).__name__}, not str; answer() must return strings")
    return answers
