"""The inline launcher: the cells one after another in this process."""

import time
from collections import deque
from collections.abc import Callable, Sequence

from bench.cell import Cell
from bench.run import Runner

WAIT_SECONDS = 0.5


def launch(runner: Runner, cells: Sequence[Cell], run: str, jobs: int) -> list[Cell]:
    """Compute the cells here and return those that failed."""
    failed: list[Cell] = []
    work(runner, cells, lambda cell: cell in failed, failed.append)
    return failed


def work(
    runner: Runner, cells: Sequence[Cell], has_failed: Callable[[Cell], bool], fail: Callable[[Cell], None]
) -> None:
    """Compute cells until each is done or failed, turning to others while one is busy in another process."""
    waiting = deque(cells)
    busy = 0
    while waiting:
        cell = waiting.popleft()
        if has_failed(cell):
            continue
        outcome = runner.run(cell)
        if outcome == "failed":
            fail(cell)
        busy = busy + 1 if outcome == "busy" else 0
        if outcome == "busy":
            waiting.append(cell)
            if busy >= len(waiting):
                time.sleep(WAIT_SECONDS)
