"""What a stage's model is given besides data: settings, seeded surroundings, and an earlier stage's product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.contracts import Context
from bench.errors import BenchError
from bench.processes.ranks import ALONE, Ranks
from bench.registered.signature import handed
from bench.specs import resolve
from bench.stages.seeding import prepare
from bench.stages.settings import settings_until
from bench.store.sealed import read_json
from bench.training.history import TUNING

if TYPE_CHECKING:
    from bench.stages.run_plan import RunPlan
    from bench.store.cell import Cell, Stage
    from bench.terminal.progress import Progress


@dataclass(frozen=True)
class Surroundings:
    """Where a stage is computed: nothing in it changes the product.

    ``folder`` keeps checkpoints until the stage is done; ``weights`` returns the folder in which an earlier stage of
    the cell saved what it learned.
    """

    progress: Progress
    folder: Path
    weights: Callable[[Cell, Stage], Path]
    ranks: Ranks = ALONE


def context_of(plan: RunPlan, cell: Cell, stage: Stage, around: Surroundings) -> Context:
    """Seed this process for a stage and return its model's context; import the model's code before."""
    row, machine, first = plan.rows[cell.model], plan.config.machine, cell.pretrain
    before = resolve(row.pretrains) if row.pretrains and stage is not first else None
    context = Context(
        model=row.spec,
        settings=settings_until(row, stage.name),
        recipe=row.recipe_of(stage.name),
        seed=cell.random_state,
        device=prepare(machine, cell.random_state),
        progress=around.progress,
        folder=around.folder,
        checkpoint_seconds=machine.checkpoint_seconds,
    )
    if first is None or before is None:
        return context
    return replace(context, pretrained=lambda: load_estimator(before, around.weights(cell, first), context))


def estimator_of(plan: RunPlan, cell: Cell, stage: Stage) -> Any:
    """Import the estimator of a stage; BenchError, before any training, if it lacks a method that the cell calls."""
    row = plan.rows[cell.model]
    first = stage.name == "pretrain" and row.pretrains
    path = first or row.estimator
    kind = resolve(path)
    missing = [name for name in ("fit", "save", "load") if not hasattr(kind, name)]
    if not (first or row.spec.upper or any(hasattr(kind, name) for name in plan.contract.methods)):
        missing.append(plan.contract.methods[0])
    if missing:
        raise BenchError(
            f"estimator {path!r} of model {row.name!r} has no {' and no '.join(missing)}, which the task {cell.task!r} "
            "needs; add what bench.contracts.Estimator lists, or name a torch module by `builds` instead of `estimator`"
        )
    return kind


def make_estimator(kind: Any, context: Context) -> Any:
    """Return an estimator of this class, built from the context and the settings that its signature names."""
    return kind(context, **handed(kind, context.settings))


def load_estimator(kind: Any, folder: Path, context: Context) -> Any:
    """Return an estimator of this class from the folder it was saved in, with the same settings.

    What tuning chose among its settings takes the place of the context's.
    """
    context = replace(context, settings={**context.settings, **_tuned(folder)})
    return kind.load(folder, context, **handed(kind, context.settings))


def _tuned(folder: Path) -> dict[str, Any]:
    """Return the settings that tuning chose for a saved model; empty if it chose none."""
    chosen = next((tried for tried in read_json(folder / TUNING) or () if tried.get("chosen")), {})
    values = chosen.get("settings", {})
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
