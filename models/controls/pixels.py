"""The control that sees grey levels and no structure: logistic regression on very small pictures."""

from pathlib import Path
from typing import Self

import numpy as np
from safetensors.numpy import load_file, save_file

from bench.contracts import Context, Micrographs

SIDE = 32
_AT_ONCE = 256


class Pixels:
    """Multinomial logistic regression on 32 x 32 grey pixels; a ``Classifier`` of ``bench.contracts``."""

    def __init__(self, context: Context) -> None:
        self._strength = float(context.settings["l2"])
        self._weights: dict[str, np.ndarray] = {}

    def fit(self, train: Micrographs, validation: Micrographs, context: Context) -> None:
        """Fit on standardised pixels; the validation side is not needed."""
        from sklearn.linear_model import LogisticRegression

        seen = small(train)
        mean, spread = seen.mean(0), seen.std(0) + 1e-6
        model = LogisticRegression(C=1 / (self._strength * len(seen)), max_iter=300)
        model.fit((seen - mean) / spread, train.labels)
        known = len(train.categories)
        weights, bias = np.zeros((known, seen.shape[1])), np.full(known, -np.inf)
        # Of two categories scikit-learn keeps one row, which speaks for the second and against the first.
        sides = np.array([[1.0]] if len(model.classes_) > 2 else [[-0.5], [0.5]])
        weights[model.classes_], bias[model.classes_] = sides * model.coef_, (sides * model.intercept_).squeeze()
        self._weights = {"mean": mean, "spread": spread, "weights": weights, "bias": bias}

    def save(self, folder: Path) -> None:
        """Write pixels.safetensors."""
        save_file(self._weights, str(folder / "pixels.safetensors"))

    @classmethod
    def load(cls, folder: Path, context: Context) -> Self:
        """Read what ``save`` wrote."""
        estimator = cls(context)
        estimator._weights = load_file(str(folder / "pixels.safetensors"))
        return estimator

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C); a category that training did not show has none."""
        from scipy.special import softmax

        known = self._weights
        scores = (small(images) - known["mean"]) / known["spread"] @ known["weights"].T + known["bias"]
        return softmax(scores, axis=1)


def small(images: Micrographs) -> np.ndarray:
    """Return the pictures as vectors (N, 1024) of mean grey levels, from 0 to 1."""
    from PIL import Image

    rows = [
        np.asarray(Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BOX)).ravel()
        for start in range(0, len(images), _AT_ONCE)
        for picture in images.batch(slice(start, start + _AT_ONCE))
    ]
    return np.stack(rows) / 255.0
