"""The blind control: MVaEMa whose picture is a constant, so that its score is what text alone gives."""

import numpy as np
import torch

from bench.contracts import MID_GREY, Instructions, Look, Micrographs
from bench.errors import BenchError
from bench.models.instruction_batches import InstructionBatch
from bench.models.mvaema.batch import Batch, TokenisedRecords
from bench.models.mvaema.estimator import MVaEMa


class Blind(MVaEMa):
    """MVaEMa that trains and answers with every picture mid-grey."""

    def pixels(self, micrographs: Micrographs, positions: np.ndarray) -> np.ndarray:
        """Return grey pictures (B, H, W), whatever the positions."""
        return np.full((len(positions), *micrographs.pixels.shape[1:]), MID_GREY, dtype=np.uint8)

    def looks(self, questions: Instructions) -> list[Look]:
        """Refuse: its attention to a grey picture, drawn over another, would mislead."""
        raise BenchError("blind is shown a grey picture, whatever it is asked about; ask mvaema where it looked")

    def _batch(self, records: TokenisedRecords, instructions: Instructions, drawn: InstructionBatch) -> Batch:
        """Encode the one picture once for all records."""
        batch = super()._batch(records, instructions, drawn)
        return batch._replace(pixels=batch.pixels[:1], pictures=torch.zeros_like(batch.pictures))
