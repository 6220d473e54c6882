"""How the batch of a step is cut: among the ranks of a training, or if the memory of one process runs out."""

from collections.abc import Callable, Sequence
from typing import Any

from bench.contracts import Context
from bench.errors import BenchError
from bench.processes.ranks import Parted

Piece = tuple[float, Any]
"""The share of a part's mean loss in the batch's, and the part."""
Split = Callable[[Any, int], Sequence[Piece]]
"""From a batch and a number to at most as many pieces."""


class Cut:
    """Cuts batches with ``split``, and among ranks with ``spread`` if the two differ."""

    def __init__(self, split: Split | None, spread: Split | None, context: Context) -> None:
        self._split, self._spread = split, spread or split
        self._ranks, self._batch_size = context.ranks, context.recipe.batch_size
        if self._ranks.size > 1 and self._spread is None:
            raise BenchError(
                f"the loss of {context.model.name} needs the whole batch in one process, and {self._ranks.size} were "
                "to train it together; run it on one GPU (gpus_per_cell=1)"
            )

    def pieces(self, batch: Any, parts: int) -> Sequence[Piece]:
        """Return a batch in at most so many parts, or with several ranks this one's piece.

        BenchError if a batch has fewer pieces than there are ranks.
        """
        if self._ranks.size == 1:
            return [(1.0, batch)] if parts == 1 or self._split is None else self._split(batch, parts)
        assert self._spread is not None, "refused at once otherwise"
        pieces = self._spread(batch, self._ranks.size)
        if len(pieces) < self._ranks.size:
            raise BenchError(
                f"a batch in {len(pieces)} pieces cannot be shared by {self._ranks.size} processes; take a larger "
                f"recipe.batch_size than {self._batch_size}, or fewer GPUs for a cell (gpus_per_cell)"
            )
        return [pieces[self._ranks.rank]]

    def check_smaller(self, batch: Any, parts: int, place: str) -> None:
        """Raise BenchError if the batch of a step cannot be cut into more pieces.

        With several ranks it never can, because the others are within the step: raises Parted, whose cause is the
        cell's failure.
        """
        if self._ranks.size > 1:
            failure = BenchError(
                f"memory does not hold the piece of a training step ({place}) that falls to one of {self._ranks.size} "
                f"processes; take a smaller recipe.batch_size than {self._batch_size}, or more processes "
                "(gpus_per_cell, nodes_per_cell)"
            )
            raise Parted(str(failure)) from failure
        if self._split is None:
            raise BenchError(
                f"memory does not hold a training step ({place}), whose loss needs the whole batch at once; take a "
                f"smaller recipe.batch_size than {self._batch_size}"
            )
        if len(self.pieces(batch, 2 * parts)) == len(self.pieces(batch, parts)):
            raise BenchError(
                f"memory does not hold a training step of one picture alone ({place}); make the model or image_size "
                "smaller, or take a device with more memory"
            )
