"""The contract of classifying pictures by category."""

from pathlib import Path
from typing import Any

import numpy as np

from bench.contracts import Micrographs
from bench.specs import Data
from bench.terminal.progress import Progress

_FILE = "probabilities.npy"


class Probabilities:
    """A ``Contract``: one row (C,) of probabilities per picture; a task checks them when it scores."""

    about: Data = "micrographs"
    fewest = None
    model = "model that ranks categories"
    methods = ("predict_proba",)
    unable = "only answers questions and ranks no categories; leave --classify away"
    command = "bench ask PICTURE --classify --model FOLDER"
    hub_tag = "image-classification"

    def ask(self, estimator: Any, posed: Micrographs, progress: Progress) -> np.ndarray:
        """Return the probabilities (N, C) of pictures; the model does not see their labels and names."""
        progress.start("classifying", len(posed))
        return estimator.predict_proba(posed.unlabelled())

    def keep(self, given: np.ndarray, folder: Path) -> None:
        """Write the probabilities as an array."""
        np.save(folder / _FILE, given, allow_pickle=False)

    def read(self, folder: Path) -> np.ndarray:
        """Read the probabilities."""
        return np.load(folder / _FILE, allow_pickle=False)
