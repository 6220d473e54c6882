"""The stages pretrain and train: the sides that a model learns from, and the learning."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bench.contracts import Instructions, Micrographs
from bench.data.splits import Fold
from bench.errors import BenchError
from bench.stages.context import Surroundings, context_of, estimator_of
from bench.stages.contracts.contract import pictures
from bench.stages.fitting import fit
from bench.stages.materials import Materials

if TYPE_CHECKING:
    from bench.stages.run_plan import RunPlan
    from bench.store.cell import Cell, Stage


class Sides(NamedTuple):
    """What a model learns from, and what it is validated on.

    ``unlabelled`` are the pictures of the fold's training side that the cell's fraction leaves out, ``collected`` those
    without labels that the run names besides its dataset.
    """

    train: Any
    validation: Any
    unlabelled: Micrographs
    collected: Micrographs | None = None


def sides(materials: Materials, cell: Cell, fold: Fold | None = None) -> Sides:
    """Return what a cell's model learns from, on the cell's fold unless ``fold`` is given."""
    fold = fold or materials.partition.of(cell)
    unlabelled = materials.micrographs.take(materials.partition.left_out(cell)).unlabelled()
    if materials.plan.rows[cell.model].trains_on == "instructions":
        return Sides(_taught(materials, fold.train), _taught(materials, fold.validation), unlabelled)
    pictures = materials.micrographs
    return Sides(pictures.take(fold.train), pictures.take(fold.validation), unlabelled, materials.collected)


def learn(sides: Sides, plan: RunPlan, cell: Cell, stage: Stage, around: Surroundings, weights: Path) -> int:
    """Train a cell's model into the folder ``weights``; return the most pictures that it went through, at least one."""
    kind = estimator_of(plan, cell, stage)  # imported before anything is seeded
    context = replace(
        context_of(plan, cell, stage, around),
        unlabelled=sides.unlabelled,
        collected=sides.collected if stage.name == "pretrain" else None,
        ranks=around.ranks,
    )
    grid = plan.rows[cell.model].grid(stage.name)
    passes = fit(kind, sides.train, sides.validation, context, weights, grid)
    return max(1, round(passes * pictures(sides.train)))


def _taught(materials: Materials, positions: np.ndarray) -> Instructions:
    """Return the records that a model may learn from; BenchError if holding a prompt group out leaves none."""
    whole, group = materials.instructions(positions), materials.plan.config.hold_out_group
    if group is None:
        return whole
    remaining = [position for position, record in enumerate(whole.records) if record.group != group]
    if not remaining:
        raise BenchError(f"--hold-out-group {group}: all records are of this prompt group, none is left to teach")
    return whole.take(remaining)
