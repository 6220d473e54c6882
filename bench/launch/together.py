"""Several processes that compute cells together, so that one training is distributed over all of them."""

from collections.abc import Callable, Mapping, Sequence

from bench.launch import inline
from bench.processes.ranks import Parted
from bench.running.runner import Runner
from bench.store.cell import Cell


def work(
    runner: Runner, cells: Sequence[Cell], has_failed: Callable[[Cell], bool], fail: Callable[[Cell, str], None]
) -> None:
    """Compute cells in every process of the runner's group; each process must call this with the same cells.

    The first rank holds claims, writes products and records, predicts and scores, so that each picture is counted once;
    the others wait for its word and train along. A failure that all ranks have is the cell's, of which the first tells;
    so is a user's mistake that one of them meets, such as too large a batch, of which that one tells. Raises ``Parted``
    on a rank that failed without the others: its process is to end and to be missed by the rest.
    """
    try:
        if runner.ranks.first:
            inline.work(runner, cells, has_failed, fail)
            runner.ranks.send(None)
        else:
            _follow(runner, {cell.id: cell for cell in cells})
    except Parted:
        for cell in cells:
            if cell.id in runner.failures and not has_failed(cell):
                fail(cell, runner.failures[cell.id])
        raise


def _follow(runner: Runner, cells: Mapping[str, Cell]) -> None:
    """Train along with the first rank, in the cells of these ids, until it says that all are done."""
    while (order := runner.ranks.receive()) is not None:
        cell, stage = order
        runner.follow(cells[cell], stage)
