"""Questions to a model of the hub in batches, as many at once as memory holds."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from bench.errors import BenchError
from bench.terminal.progress import Progress
from bench.training.memory import out_of_memory, release

Reply = TypeVar("Reply")


def in_batches(count: int, size: int, work: Callable[[np.ndarray], Sequence[Reply]], progress: Progress) -> list[Reply]:
    """Return the replies to ``count`` questions in order, ``size`` at once; batches are halved if memory runs out.

    ``work`` replies to the questions at some positions. BenchError if memory does not hold one question alone.
    """
    replies: list[Reply] = []
    while len(replies) < count:
        positions = np.arange(len(replies), min(len(replies) + size, count))
        batch = _or_none(work, positions)
        if batch is None:
            size = len(positions) // 2
            release()
            continue
        replies += batch
        progress.advance(len(replies))
    return replies


def _or_none(work: Callable[[np.ndarray], Sequence[Reply]], positions: np.ndarray) -> Sequence[Reply] | None:
    """Return the replies to these questions, None if memory ran out; BenchError if it was one question alone."""
    try:
        return work(positions)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        if len(positions) == 1:
            raise BenchError(
                "memory does not hold one question alone; show smaller pictures by longest_side, or take a smaller "
                "model or a device with more memory"
            ) from error
    return None
