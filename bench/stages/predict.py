"""The stage predict: a trained model is asked the questions of its cell.

A model sees neither references nor labels. The answers of an upper row come from the oracle of its task instead.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import BenchError
from bench.specs import resolve
from bench.stages.context import Surroundings, context_of, estimator_of, load_estimator
from bench.stages.contracts.contract import pictures
from bench.stages.questions import Questions
from bench.store.sealed import write_json

if TYPE_CHECKING:
    from bench.stages.run_plan import RunPlan
    from bench.store.cell import Cell
    from bench.terminal.progress import Progress

USAGE = "usage.json"
"""The file of what predictions cost, written for a model that is paid per token."""


def predict(questions: Questions, cell: Cell, around: Surroundings, folder: Path) -> int:
    """Write the predictions of a cell's model into a folder; return how many test pictures they are about."""
    plan, tested = questions.materials.plan, questions.tested(cell)
    row, posed = plan.rows[cell.model], plan.task.pose(tested)
    if row.trains_on != "instructions" and not row.spec.upper:
        posed = plan.task.explained(posed)
    kind = estimator_of(plan, cell, cell.predict)  # imported before anything is seeded
    context = context_of(plan, cell, cell.predict, around)
    estimator = load_estimator(kind, around.weights(cell, cell.train), context)
    plan.contract.keep(predictions(plan, cell, estimator, posed, context.progress), folder)
    if usage := getattr(estimator, "usage", None):
        write_json(folder / USAGE, usage)
    return pictures(tested)


def predictions(plan: RunPlan, cell: Cell, estimator: Any, posed: Any, progress: Progress) -> Any:
    """Return what a cell's model predicts of what is posed, or for an upper row the oracle of the task.

    BenchError unless the oracle answers each question once.
    """
    if not plan.rows[cell.model].spec.upper:
        given = plan.contract.ask(estimator, posed, progress)
        return plan.transfer.restricted(given) if plan.transfer and plan.contract.about == "micrographs" else given
    path = plan.task_spec.oracle
    assert path, "a plan has no upper row without it"
    given = resolve(path)(posed)
    if len(given) != len(posed):
        raise BenchError(f"oracle {path!r} gave {len(given)} answers to {len(posed)} questions; it must give one each")
    return given
