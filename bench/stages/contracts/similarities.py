"""The contract of comparing pictures with texts: how well each text fits each picture."""

from pathlib import Path
from typing import Any

import numpy as np

from bench.contracts import Instructions
from bench.errors import BenchError
from bench.specs import Data
from bench.terminal.progress import Progress

_FILE = "similarities.npy"


class Similarities:
    """A ``Contract``: one row of similarities (T,) per picture, one column per text."""

    about: Data = "instructions"
    fewest = 6
    model = "model that compares pictures with texts"
    methods = ("similarities",)
    unable = "has no common space of pictures and texts"
    command = ""
    hub_tag = "image-feature-extraction"

    def ask(self, estimator: Any, posed: Instructions, progress: Progress) -> np.ndarray:
        """Return the similarities (N, T) of all pictures to all texts; BenchError for another shape or no numbers.

        The model sees the texts, in the order of the posed records, and not which of them belongs to which picture.
        """
        texts = tuple((record.question, record.answer) for record in posed.records)
        progress.start(f"comparing {len(posed.micrographs)} pictures with {len(texts)} texts", 1)
        given = np.asarray(estimator.similarities(posed.micrographs.unlabelled(), texts))
        wanted = (len(posed.micrographs), len(texts))
        if given.shape != wanted or not np.isfinite(given).all():
            raise BenchError(
                f"similarities() returned an array of shape {given.shape}; finite numbers {wanted} are wanted"
            )
        return given.astype(np.float32)

    def keep(self, given: np.ndarray, folder: Path) -> None:
        """Write the similarities as an array."""
        np.save(folder / _FILE, given, allow_pickle=False)

    def read(self, folder: Path) -> np.ndarray:
        """Read the similarities."""
        return np.load(folder / _FILE, allow_pickle=False)
