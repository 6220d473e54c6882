"""Cells as runs of TensorBoard: event files in the watcher's folder, shown by ``tensorboard --logdir``."""

from collections.abc import Mapping
from pathlib import Path

from tensorboard.summary import Writer

from bench.watching.tracker import Choices, Tracker


class TensorBoardFiles(Tracker):
    """Writes a folder of event files for each cell; TensorBoard keeps neither settings nor failures."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, name: str, group: str, choices: Choices) -> None:
        """Open the folder of a cell."""
        self._writer = Writer(str(self._folder / name.replace("/", "_")))

    def log(self, figures: Mapping[str, float], step: int) -> None:
        """Write figures of an epoch."""
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)
        self._writer.flush()

    def finish(self, failure: str) -> None:
        """Close the folder's files."""
        self._writer.close()
