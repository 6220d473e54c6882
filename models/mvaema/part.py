"""What one of several ranks computes of a batch: some of its records with their pictures."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bench.contracts import Instructions
from bench.models.instruction_batches import InstructionBatch, rows_by_picture
from bench.models.mvaema.batch import Batch
from bench.models.mvaema.losses import IGNORED, Pairs
from bench.training.gathering import gathered
from bench.training.reduction import align

_OF_RECORDS = ("pairs", "present", "tokens", "positions", "targets")


class BatchPiece(NamedTuple):
    """A rank's ``rows`` (R,) of the records that were ``drawn`` for a step."""

    drawn: InstructionBatch
    rows: np.ndarray


def spread(instructions: Instructions, drawn: InstructionBatch, ranks: int) -> Sequence[tuple[float, BatchPiece]]:
    """Return a batch in at most so many pieces of whole pictures, whose losses add up to the batch's."""
    return [(1.0, BatchPiece(drawn, rows)) for rows in rows_by_picture(instructions.pictures[drawn.positions], ranks)]


class Part(NamedTuple):
    """The records at ``rows`` (R,), ascending, of a ``batch`` of B that all ranks put together."""

    batch: Batch
    rows: Tensor

    @classmethod
    def of(cls, batch: Batch, piece: BatchPiece) -> "Part":
        """Return the part that a piece is, on the device of the batch."""
        return cls(batch, torch.from_numpy(piece.rows).to(batch.pictures.device))

    @property
    def own(self) -> Batch:
        """The part as a batch of its own records and pictures, but for ``same``."""
        seen, pictures = self.batch.pictures[self.rows].unique(return_inverse=True)
        records = {name: getattr(self.batch, name)[self.rows] for name in _OF_RECORDS}
        return self.batch._replace(**records, pixels=self.batch.pixels[seen], pictures=pictures)

    @property
    def share(self) -> float:
        """The share of the records that it has."""
        return len(self.rows) / len(self.batch.pictures)

    @property
    def share_of_tokens(self) -> float:
        """The share of the answers' tokens that it has."""
        tokens = (self.batch.targets != IGNORED).sum(1)
        return int(tokens[self.rows].sum()) / int(tokens.sum())

    def gathered(self, mine: Tensor) -> Tensor:
        """Return the rows (B, ...) of all records, with gradients, of those (R, ...) that each rank has."""
        return gathered(mine, self.rows, len(self.batch.pictures))

    def pairs(self, drawn: Pairs) -> tuple[Pairs, float]:
        """Return those pairs whose pictures are its own, counted among its own, and their share.

        All go by the pairs of the first rank: another's generator may stand elsewhere.
        """
        align(drawn)
        mine = torch.isin(drawn.pictures, self.rows)
        own = Pairs(*(each[mine] for each in drawn))
        return own._replace(pictures=torch.searchsorted(self.rows, own.pictures)), len(own.match) / len(drawn.match)
