"""The inline launcher: the cells one after another in this process."""

import time
from collections import deque
from collections.abc import Callable, Sequence

from bench.launch import Launched
from bench.planning.outlook import CellOutlook, as_text
from bench.planning.plan import Plan
from bench.running.runner import Runner
from bench.stages.environment import worker_threads
from bench.store.cell import Cell

WAIT_SECONDS = 0.5


class Inline:
    """A ``Launcher`` of ``bench.launch``."""

    packs = False
    waits = True

    def __init__(self, jobs: int | None) -> None:
        pass

    def check(self, plan: Plan, looks: Sequence[CellOutlook]) -> None:
        """Check nothing: this process is available."""

    def prepare(self, runner: Runner) -> None:
        """Load pictures and records, once for all cells."""
        runner.questions.load()

    def forecast(self, plan: Plan, looks: Sequence[CellOutlook], explain: bool) -> str:
        """Return what a run would do and cost, as text."""
        return as_text(list(looks), explain, 1, worker_threads(plan.config.machine, 1))

    def launch(self, runner: Runner, looks: Sequence[CellOutlook], run: str) -> Launched:
        """Compute the cells here."""
        failed: dict[str, str] = {}
        cells = [look.cell for look in looks]
        work(runner, cells, lambda cell: cell.id in failed, lambda cell, why: failed.update({cell.id: why}))
        return Launched(failed)


def work(
    runner: Runner, cells: Sequence[Cell], has_failed: Callable[[Cell], bool], fail: Callable[[Cell, str], None]
) -> None:
    """Compute cells until each is done or failed; while another process computes one, continue with the others.

    ``fail`` is called with a failed cell and the reason.
    """
    waiting = deque(cells)
    busy = 0
    while waiting:
        cell = waiting.popleft()
        if has_failed(cell):
            continue
        outcome = runner.run(cell)
        if outcome == "failed":
            fail(cell, runner.failures[cell.id])
        busy = busy + 1 if outcome == "busy" else 0
        if outcome == "busy":
            waiting.append(cell)
            if busy >= len(waiting):
                time.sleep(WAIT_SECONDS)
