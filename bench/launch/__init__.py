"""Launchers: where the cells of a run are computed."""

from collections.abc import Sequence
from typing import Protocol

from bench.cell import Cell
from bench.plan import Plan
from bench.progress import Progress
from bench.store import Store


class Launcher(Protocol):
    """Computes cells and returns those that failed."""

    def __call__(
        self, plan: Plan, store: Store, cells: Sequence[Cell], progress: Progress, run: str, jobs: int
    ) -> list[Cell]:
        """Compute the cells; ``run`` names the run in the store, ``jobs`` is how many work at once."""
        ...


LAUNCHERS = {"inline": "bench.launch.inline:launch", "local": "bench.launch.local:launch"}
