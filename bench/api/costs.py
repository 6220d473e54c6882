"""``bench.costs``: what a run was expected to cost and what it cost."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.errors import BenchError
from bench.inputs import checked
from bench.planning.costs import Settlement, as_text, settled
from bench.store.store import opened


@dataclass(frozen=True)
class Settlements:
    """The expected and the actual cost of each of a run's ``cells``; ``print`` shows them as a table."""

    cells: Sequence[Settlement]

    @property
    def json(self) -> str:
        """The cells as JSON, in seconds and bytes."""
        return json.dumps([asdict(cell) for cell in self.cells], indent=1)

    def __str__(self) -> str:
        return as_text(self.cells)


@checked
def costs(task: str | None = None, *, store: str | Path | None = None) -> Settlements:
    """Compare the estimated with the actual cost of the latest run, of ``task``, that computed anything.

    BenchError if there is no such run.
    """
    results = opened(store)
    for run in results.runs():
        if any(run.expected.values()) and task in (None, run.task):
            return Settlements(settled(run, results))
    of = f" of task {task!r}" if task else ""
    raise BenchError(f"the store {str(results.root)!r} has no run{of} that computed anything; use `bench run` first")
