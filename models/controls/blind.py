"""The blind control: MVaEMa whose picture is a constant, so that its score is what text alone gives."""

import numpy as np

from bench.contracts import Micrographs
from bench.models.mvaema.estimator import MVaEMa

MID_GREY = 128


class Blind(MVaEMa):
    """MVaEMa trained and asked with every picture mid-grey."""

    def pixels(self, micrographs: Micrographs, positions: np.ndarray) -> np.ndarray:
        """Return grey pictures (B, H, W), whatever was asked for."""
        return np.full((len(positions), *micrographs.pixels.shape[1:]), MID_GREY, dtype=np.uint8)
