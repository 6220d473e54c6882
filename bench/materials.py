"""The data of a run: pictures, instruction records, and the sides of each cell."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bench.cell import Cell
from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.errors import BenchError
from bench.masking import as_shown
from bench.plan import Plan
from bench.splits import Fold


@dataclass(frozen=True)
class Sides:
    """The data of one cell: the train stage's two sides, and the test side as its task poses it.

    ``unlabelled`` are the pictures of the fold's training side that the cell's fraction leaves out.
    """

    train: Any
    validation: Any
    posed: Any
    reference: Any
    unlabelled: Micrographs


class Materials:
    """The data of a plan, loaded once a process."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def load(self) -> None:
        """Load all that the plan needs now; BenchError where pictures or records are not as they should be."""
        rows = self._plan.rows.values()
        if self._plan.task.asks == "answerer" or any(row.trains_on == "instructions" for row in rows):
            _ = self.records
        _ = self.micrographs, self.elsewhere

    @cached_property
    def micrographs(self) -> Micrographs:
        """All pictures, as this run shows them."""
        return as_shown(self._plan.dataset, self._plan.config, self._plan.progress)

    @cached_property
    def elsewhere(self) -> Micrographs | None:
        """The pictures of another dataset that every cell is asked about; None where each is about its own fold's."""
        transfer = self._plan.transfer
        if transfer is None:
            return None
        shown = as_shown(transfer.tested, self._plan.config, self._plan.progress)
        return transfer.shared(shown, self.micrographs, self._plan.progress)

    @cached_property
    def records(self) -> tuple[InstructionRecord, ...]:
        """All instruction records."""
        return tuple(self._plan.teacher.records(self._plan.dataset))

    def instructions(self, positions: np.ndarray) -> Instructions:
        """Return the records of the pictures at these positions, with captions."""
        micrographs = self.micrographs.take(positions)
        where = {name: position for position, name in enumerate(micrographs.ids)}
        records = tuple(record for record in self.records if record.picture in where)
        pictures = np.array([where[record.picture] for record in records], dtype=np.int64)
        captions = tuple(self._plan.dataset.caption(int(label)) for label in micrographs.labels)
        names = self._plan.teacher.names(self._plan.dataset)
        return Instructions(micrographs, records, pictures, captions, names)

    def taught(self, positions: np.ndarray) -> Instructions:
        """Return the records that a model may learn from; BenchError where holding a prompt group out leaves none."""
        whole, group = self.instructions(positions), self._plan.config.hold_out_group
        if group is None:
            return whole
        kept = [position for position, record in enumerate(whole.records) if record.group != group]
        if not kept:
            raise BenchError(f"--hold-out-group {group}: all records are of this prompt group, none is left to teach")
        return whole.take(kept)

    def sides(self, cell: Cell, fold: Fold | None = None) -> Sides:
        """Return what a cell trains on, and what it is asked; on a ``fold`` other than its own where one is given."""
        fold = fold or self._plan.fold(cell)
        view = self.taught if self._plan.rows[cell.model].trains_on == "instructions" else self.micrographs.take
        asked = self.instructions if self._plan.task.asks == "answerer" else self.micrographs.take
        tested = asked(fold.test) if self.elsewhere is None else self.elsewhere
        posed = self._plan.poses.pose(tested, self._plan.task_settings)
        unlabelled = self.micrographs.take(self._plan.left_out(cell)).unlabelled()
        return Sides(view(fold.train), view(fold.validation), posed, asked(fold.train), unlabelled)
