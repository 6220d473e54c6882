"""What a cell's model is asked: the test side as the task poses it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from bench.contracts import Instructions, Micrographs
from bench.data.masking import as_shown
from bench.data.splits import Fold
from bench.data.transfer import Transfer
from bench.stages.materials import Materials, instructions_of

if TYPE_CHECKING:
    from bench.store.cell import Cell


class Questions:
    """The test sides of a plan's cells, loaded once per process."""

    def __init__(self, materials: Materials) -> None:
        self.materials = materials
        self._transfer: Transfer | None = materials.plan.transfer

    def load(self) -> None:
        """Load all that the plan needs; BenchError if pictures or records are not as they should be."""
        self.materials.load()
        _ = self._elsewhere

    def posed(self, cell: Cell, fold: Fold | None = None) -> Any:
        """Return the questions of a cell, with their answers, on its own fold unless ``fold`` is given."""
        return self.materials.plan.task.pose(self.tested(cell, fold))

    def tested(self, cell: Cell, fold: Fold | None = None) -> Any:
        """Return the test side of a cell, from which its task makes the questions."""
        positions = (fold or self.materials.partition.of(cell)).test
        return self.side(positions) if self._elsewhere is None else self._elsewhere

    def side(self, positions: Any) -> Any:
        """Return the pictures at these positions, or the records about them, whichever the task asks about."""
        about = {"instructions": self.materials.instructions, "micrographs": self.materials.micrographs.take}
        return about[self.materials.plan.contract.about](positions)

    @cached_property
    def _elsewhere(self) -> Micrographs | Instructions | None:
        """The other dataset that every cell is tested on, its pictures or records; None if each uses its own fold."""
        if self._transfer is None:
            return None
        plan = self.materials.plan
        pictures = as_shown(self._transfer.tested, plan.config, plan.progress)
        shared = self._transfer.shared(pictures, self.materials.micrographs, plan.progress)
        if plan.contract.about == "micrographs":
            return shared
        names = plan.teacher.names(plan.dataset)
        learned = [plan.dataset.categories.index(category) for category in shared.categories]
        return instructions_of(
            shared,
            plan.teacher.records(self._transfer.tested),
            [plan.dataset.caption(learned[label]) for label in shared.labels],
            [names[label] for label in learned],
            plan.config,
        )
