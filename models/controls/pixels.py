"""The control that sees grey levels and no structure: logistic regression on very small pictures."""

from pathlib import Path
from typing import Self

import numpy as np

from bench.contracts import Context, Micrographs
from bench.models.logistic import Logistic

SIDE = 32
_AT_ONCE = 256
_FILE = "pixels.safetensors"


class Pixels:
    """Multinomial logistic regression on 32 x 32 grey pixels; a ``Classifier`` of ``bench.contracts``."""

    regression: Logistic

    def __init__(self, context: Context) -> None:
        self._l2 = float(context.settings["l2"])

    def fit(self, train: Micrographs, validation: Micrographs, context: Context) -> None:
        """Fit on standardised pixels; the validation side is not needed."""
        self.regression = Logistic.fitted(small(train), train.labels, len(train.categories), self._l2)

    def save(self, folder: Path) -> None:
        """Write pixels.safetensors."""
        self.regression.save(folder / _FILE)

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Read what ``save`` wrote."""
        estimator = cls(context)
        estimator.regression = Logistic.load(folder / _FILE)
        return estimator

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C); a category that training did not show has none."""
        return self.regression.probabilities(small(images))


def small(images: Micrographs) -> np.ndarray:
    """Return the pictures as vectors (N, 1024) of mean grey levels, from 0 to 1."""
    from PIL import Image

    rows = [
        np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BOX)).ravel()
        for start in range(0, len(images), _AT_ONCE)
        for picture in images.batch(slice(start, start + _AT_ONCE))
    ]
    return np.stack(rows) / 255.0
