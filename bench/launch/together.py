"""Several ranks that go through cells together, so that one training is spread over all of them."""

from collections.abc import Callable, Sequence

from bench.launch import inline
from bench.planning.cell import Cell
from bench.running.runner import Runner


def work(
    runner: Runner, cells: Sequence[Cell], has_failed: Callable[[Cell], bool], fail: Callable[[Cell, str], None]
) -> None:
    """Compute cells as one process does, on every rank of the runner's; each must call it with the same cells.

    The first rank holds claims, writes products and records, predicts and scores, so that each picture is counted once;
    the others wait for its word and train along. ``has_failed`` and ``fail`` are asked of the first alone. A failure
    that all ranks have is the cell's; raises ``Parted`` on the rank of any other, whose process is to end and to be
    missed by the rest.
    """
    if runner.ranks.first:
        inline.work(runner, cells, has_failed, fail)
        runner.ranks.tell(None)
        return
    known = {cell.id: cell for cell in cells}
    while (order := runner.ranks.told()) is not None:
        cell, stage = order
        runner.follow(known[cell], stage)
