"""How the batch of a step is cut: among the ranks of a training, and again where memory runs out."""

from collections.abc import Callable, Sequence
from typing import Any

from bench.contracts import Context
from bench.errors import BenchError

Piece = tuple[float, Any]
"""A part of a batch, with the share that its mean loss has in the batch's."""
Split = Callable[[Any, int], Sequence[Piece]]
"""From a batch and a number to at most as many pieces."""


class Cut:
    """Cuts batches by ``split``, and among ranks by ``spread`` where the two differ.

    ``meeting`` tells that ranks meet within a loss, so that each must have a piece of its own.
    """

    def __init__(self, split: Split | None, spread: Split | None, context: Context) -> None:
        self._split, self._spread = split, spread or split
        self._ranks, self._batch_size = context.ranks, context.recipe.batch_size
        self.meeting = spread is not None
        if self._ranks.size > 1 and self._spread is None:
            raise BenchError(
                f"the loss of {context.model.name} needs the whole batch in one process, and {self._ranks.size} were "
                "to train it together; run it on one GPU (gpus_per_cell=1)"
            )

    def pieces(self, batch: Any, parts: int) -> Sequence[Piece]:
        """Return this rank's piece of a batch, in at most so many parts.

        A rank for which there is none computes the first one's, of which nothing counts. BenchError where that would
        count, because ranks meet.
        """
        pieces = self._spread_out(batch)
        rank = self._ranks.rank
        if self.meeting and len(pieces) < self._ranks.size > 1:
            raise BenchError(
                f"a batch in {len(pieces)} pieces cannot be shared by {self._ranks.size} processes; take a larger "
                f"recipe.batch_size than {self._batch_size}, or fewer GPUs for a cell (gpus_per_cell)"
            )
        return self._cut(*(pieces[rank] if rank < len(pieces) else (0.0, pieces[0][1])), parts)

    def check_smaller(self, batch: Any, parts: int, place: str) -> None:
        """BenchError where the batch of a step cannot go in more pieces; alike on all ranks."""
        if self._split is None:
            raise BenchError(
                f"memory does not hold a training step ({place}), whose loss needs the whole batch at once; take a "
                f"smaller recipe.batch_size than {self._batch_size}"
            )
        pieces = self._spread_out(batch)
        if all(len(self._cut(*piece, 2 * parts)) == len(self._cut(*piece, parts)) for piece in pieces):
            raise BenchError(
                f"memory does not hold a training step of one picture alone ({place}); make the model or image_size "
                "smaller, or take a device with more memory"
            )

    def _spread_out(self, batch: Any) -> Sequence[Piece]:
        if self._ranks.size == 1:
            return [(1.0, batch)]
        assert self._spread is not None, "refused at once otherwise"
        return self._spread(batch, self._ranks.size)

    def _cut(self, share: float, piece: Any, parts: int) -> Sequence[Piece]:
        if parts == 1 or self._split is None:
            return [(share, piece)]
        return [(share * part, smaller) for part, smaller in self._split(piece, parts)]
