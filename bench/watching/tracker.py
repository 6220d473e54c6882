"""Trackers of experiments: watchers that keep each cell as what the tracker calls a run."""

from collections.abc import Mapping
from typing import Any, Protocol

from bench.watching.events import CellEvent, EpochEvent, Event, FailureEvent, RecordEvent, StageEvent

Choices = Mapping[str, str | int | float | bool]
"""What a cell was made of, flat: its model, fold and dataset, its recipe and settings."""


class Tracker(Protocol):
    """A watcher that turns the events of a cell into a tracker's run: a subclass opens it, logs figures, closes it.

    Losses are logged per epoch as ``train/loss``, times per stage as ``seconds/train``, scores as ``score/f1``. Cells
    come one after another, so one run is open at a time.
    """

    _is_open = False
    _step = 0

    def open(self, name: str, group: str, choices: Choices) -> None:
        """Open the run of a cell; ``group`` is the run of ``bench`` that it belongs to."""
        ...

    def log(self, figures: Mapping[str, float], step: int) -> None:
        """Log figures by name; ``step`` counts the epochs of the cell."""
        ...

    def finish(self, failure: str) -> None:
        """Close the open run; ``failure`` says why its cell failed or was stopped, '' if it is done."""
        ...

    def watch(self, event: Event) -> None:
        """Log an event."""
        match event:
            case CellEvent(state="started"):
                self.close()
                self._step, self._is_open = 0, True
                self.open(event.cell.name, event.run, _choices(event))
            case EpochEvent():
                self._step += 1
                validation = {} if event.validation is None else {"validation": event.validation}
                figures = {**event.losses, **validation, "learning_rate": event.learning_rate}
                self._log(event.stage, figures)
            case StageEvent(state="ended") if event.seconds is not None:
                self._log("seconds", {event.stage: event.seconds})
            case RecordEvent():
                self._log("score", event.metrics)
            case FailureEvent():
                self._close(f"{event.part} failed: {event.reason}")
            case CellEvent():
                self._close("")
            case _:
                pass

    def close(self) -> None:
        """Close a run whose cell was stopped."""
        self._close("stopped before its end")

    def _log(self, group: str, figures: Mapping[str, float]) -> None:
        self.log({f"{group}/{name}": value for name, value in figures.items()}, self._step)

    def _close(self, failure: str) -> None:
        if self._is_open:
            self._is_open = False
            self.finish(failure)


def _choices(event: CellEvent) -> Choices:
    """Return what a cell was made of; a value that is no number or text as text."""
    cell = event.cell
    place: dict[str, Any] = {
        "task": cell.task,
        "dataset": cell.dataset,
        "model": cell.model,
        "fold": cell.fold,
        "repeat": cell.repeat,
        "seed": cell.seed,
        "fraction": cell.fraction,
        "cell": cell.id,
    }
    recipe = {f"recipe.{key}": value for key, value in event.recipe.items()}
    settings = {f"{cell.model}.{key}": value for key, value in event.settings.items()}
    return {
        key: value if isinstance(value, str | int | float | bool) else str(value)
        for key, value in {**place, **recipe, **settings}.items()
    }
