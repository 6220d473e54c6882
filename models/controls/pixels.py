"""The control that sees grey levels and no structure: logistic regression on very small pictures."""

import numpy as np
from PIL import Image

from bench.models.controls.regression import Regression

_SIDE = 32


class Pixels(Regression):
    """Sees the mean grey levels, from 0 to 1, of 32 x 32 squares."""

    def features(self, picture: np.ndarray) -> np.ndarray:
        """Return the mean grey levels (1024,)."""
        return np.asarray(Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.BOX)).ravel() / 255.0
