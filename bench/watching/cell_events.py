"""The events of one cell, sent to a run's watchers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from bench.specs import StageName
from bench.stages.row import Row
from bench.store.cell import Cell
from bench.store.record import Record
from bench.terminal.progress import EpochFigures
from bench.watching.events import (
    CellEvent,
    EpochEvent,
    FailureEvent,
    RecordEvent,
    StageEvent,
    State,
    WatchedCell,
    now,
)
from bench.watching.watchers import Watchers


class CellEvents:
    """Sends the events of a cell; one that another process computes has none, so none is sent before ``start``."""

    def __init__(self, watchers: Watchers, cell: Cell, row: Row) -> None:
        self._watchers, self._row = watchers, row
        place = (cell.task, cell.dataset, cell.model, cell.fold, cell.repeat, cell.seed, cell.fraction)
        self._cell = WatchedCell(cell.id, str(cell), *place)
        self._is_started = False
        self._stage: StageName = "train"
        self._training, self._epoch = 0, 0

    def start(self) -> None:
        """Send that the cell starts, the first time."""
        if not self._is_started:
            self._is_started = True
            self._send_cell("started")

    def start_stage(self, name: StageName) -> None:
        """Send that a stage starts."""
        self._stage, self._training, self._epoch = name, 1, 0
        self._watchers.send(StageEvent(*self._now, self._cell, "started", name))

    def end_epoch(self, number: int, figures: EpochFigures) -> None:
        """Send that an epoch has ended; one that does not count on belongs to another training of the stage."""
        self._training += number <= self._epoch
        self._epoch = number
        self._watchers.send(EpochEvent(*self._now, self._cell, self._stage, self._training, number, **figures))

    def end_stage(self, name: StageName, meta: Mapping[str, Any] | None) -> None:
        """Send that a stage has ended, with what its product says of its making."""
        figures = meta or {}
        self._watchers.send(
            StageEvent(*self._now, self._cell, "ended", name, figures.get("seconds"), figures.get("units"))
        )

    def write_record(self, record: Record, file: Path) -> None:
        """Send that the cell's record was written."""
        metrics = {name: metric.value for name, metric in record.metrics.items()}
        self._watchers.send(RecordEvent(*self._now, self._cell, metrics, record.n, str(file)))

    def fail(self, part: str, reason: str, log: Path) -> None:
        """Send that the cell has failed, and its end."""
        self.start()
        self._watchers.send(FailureEvent(*self._now, self._cell, part, reason, str(log)))
        self.end("failed")

    def end(self, outcome: Literal["done", "failed"]) -> None:
        """Send that the cell ends."""
        self._send_cell("ended", outcome)

    def _send_cell(self, state: State, outcome: Literal["", "done", "failed"] = "") -> None:
        recipe, settings = self._row.recipe.model_dump(), dict(self._row.settings)
        self._watchers.send(CellEvent(*self._now, self._cell, state, recipe, settings, outcome))

    @property
    def _now(self) -> tuple[str, str]:
        return self._watchers.run, now()
