"""Launchers: where the cells of a run are computed."""

from collections.abc import Sequence
from typing import Protocol

from bench.cell import Cell
from bench.run import Runner


class Launcher(Protocol):
    """Computes cells and returns those that failed."""

    def __call__(self, runner: Runner, cells: Sequence[Cell], run: str, jobs: int) -> list[Cell]:
        """Compute the cells; ``run`` names the run in the store, ``jobs`` is how many work at once."""
        ...


LAUNCHERS = {"inline": "bench.launch.inline:launch", "local": "bench.launch.local:launch"}
