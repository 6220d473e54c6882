"""What a stage's model is given beside data: its settings, seeded surroundings, and what an earlier stage left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.contracts import Context
from bench.ranks import ALONE, Ranks
from bench.registered.signature import handed
from bench.specs import STAGES, StageName, resolve
from bench.stages.seeding import prepare

if TYPE_CHECKING:
    from bench.planning.cell import Cell, Stage
    from bench.planning.plan import Plan
    from bench.planning.rows import Row
    from bench.progress import Progress


@dataclass(frozen=True)
class Surroundings:
    """Where a stage is computed: nothing in it changes the product.

    ``folder`` keeps checkpoints until the stage is done, ``weights`` tells in which folder an earlier stage of the cell
    left what it learned.
    """

    progress: Progress
    folder: Path
    weights: Callable[[Cell, Stage], Path]
    ranks: Ranks = ALONE


def context_of(plan: Plan, cell: Cell, stage: Stage, around: Surroundings) -> Context:
    """Seed this process for a stage and return what its model is given; its code must be imported by then."""
    row, machine, first = plan.rows[cell.model], plan.config.machine, cell.pretrain
    before = resolve(row.pretrains) if row.pretrains and stage is not first else None
    context = Context(
        model=row.spec,
        settings=settings_until(row, stage.name),
        recipe=row.recipe,
        seed=cell.seed,
        device=prepare(machine, cell.seed),
        progress=around.progress,
        folder=around.folder,
        checkpoint_seconds=machine.checkpoint_seconds,
    )
    if first is None or before is None:
        return context
    return replace(context, pretrained=lambda: load_estimator(before, around.weights(cell, first), context))


def estimator_of(row: Row, stage: Stage) -> Any:
    """Import the estimator of a stage."""
    return resolve(row.pretrains if stage.name == "pretrain" and row.pretrains else row.estimator)


def make_estimator(kind: Any, context: Context) -> Any:
    """Return an estimator of this class, made of the context and of the settings that its signature names."""
    return kind(context, **handed(kind, context.settings))


def load_estimator(kind: Any, folder: Path, context: Context) -> Any:
    """Return an estimator of this class as it was saved in a folder, made of the same as by ``make_estimator``."""
    return kind.load(folder, context, **handed(kind, context.settings))


def settings_until(row: Row, stage: StageName) -> dict[str, Any]:
    """Return the settings that a stage may read: its own and those of the stages before.

    What a later stage reads stands in no fingerprint of this one, and so must not decide it.
    """
    return {
        key: value
        for key, value in row.settings.items()
        if STAGES.index(row.declared[key].stage) <= STAGES.index(stage)
    }
