"""The data of a run: pictures as its models see them, instruction records, and the partition."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bench.contracts import InstructionRecord, Instructions, Micrographs
from bench.data.field_of_view import fields_of_view
from bench.data.masking import as_shown
from bench.data.partition import Partition

if TYPE_CHECKING:
    from bench.config.loading import Config
    from bench.stages.run_plan import RunPlan


class Materials:
    """The data of a plan, loaded once per process."""

    def __init__(self, plan: RunPlan) -> None:
        self.plan = plan
        self.partition: Partition = plan.partition

    def load(self) -> None:
        """Load all that the plan needs; BenchError if pictures or records are not as they should be."""
        rows = self.plan.rows.values()
        if "instructions" in (self.plan.contract.about, *(row.trains_on for row in rows)):
            _ = self.records
        _ = self.micrographs

    @cached_property
    def micrographs(self) -> Micrographs:
        """All pictures, as this run shows them."""
        return as_shown(self.plan.dataset, self.plan.config, self.plan.progress)

    @cached_property
    def collected(self) -> Micrographs | None:
        """The pictures without labels that the run names besides its dataset, None if it names none."""
        plan = self.plan
        return plan.unlabelled.load(plan.config, plan.progress) if plan.unlabelled else None

    @cached_property
    def records(self) -> tuple[InstructionRecord, ...]:
        """All instruction records."""
        return tuple(self.plan.teacher.records(self.plan.dataset))

    def instructions(self, positions: np.ndarray) -> Instructions:
        """Return the records of the pictures at these positions, with captions."""
        micrographs = self.micrographs.take(positions)
        captions = [self.plan.dataset.caption(int(label)) for label in micrographs.labels]
        names = self.plan.teacher.names(self.plan.dataset)
        return instructions_of(micrographs, self.records, captions, names, self.plan.config)


def instructions_of(
    micrographs: Micrographs,
    records: Sequence[InstructionRecord],
    captions: Sequence[str],
    names: Sequence[str],
    config: Config,
) -> Instructions:
    """Return those of the records that are about these pictures; a caption per picture, a name per category."""
    where = {name: position for position, name in enumerate(micrographs.ids)}
    about = tuple(record for record in records if record.picture in where)
    pictures = np.array([where[record.picture] for record in about], dtype=np.int64)
    scales = fields_of_view(micrographs) if config.scale == "stated" else ()
    return Instructions(micrographs, about, pictures, tuple(captions), tuple(names), scales)
