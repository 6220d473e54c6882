"""Controls that see a picture without a network: logistic regression on features that were not learned."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Annotated, Any, Self

import numpy as np

from bench.contracts import Context, Micrographs
from bench.models.logistic import Logistic
from bench.specs import Setting

_AT_ONCE = 256
_FILE = "regression.safetensors"


class Regression(ABC):
    """Multinomial logistic regression on what ``features`` returns; a ``Classifier`` of ``bench.contracts``."""

    regression: Logistic

    def __init__(
        self,
        context: Context,
        *,
        l2: Annotated[
            float, Setting("weight of the squared coefficients beside the mean loss of a picture", gt=0, le=1_000_000)
        ] = 0.01,
    ) -> None:
        self._l2 = float(l2)

    @abstractmethod
    def features(self, picture: np.ndarray) -> np.ndarray:
        """Return the features (D,) of a grey picture (H, W) of uint8."""

    def fit(self, train: Micrographs, validation: Micrographs) -> None:
        """Fit on standardised features; the validation side is not needed."""
        self.regression = Logistic.fitted(self._seen(train), train.labels, len(train.categories), self._l2)

    def save(self, folder: Path) -> None:
        """Write regression.safetensors."""
        self.regression.save(folder / _FILE)

    @classmethod
    def load(cls, folder: Path, context: Context, **settings: Any) -> Self:
        """Read what ``save`` wrote."""
        estimator = cls(context, **settings)
        estimator.regression = Logistic.load(folder / _FILE)
        return estimator

    def predict_proba(self, images: Micrographs) -> np.ndarray:
        """Return probabilities (N, C); a category that training did not show has none."""
        return self.regression.probabilities(self._seen(images))

    def _seen(self, images: Micrographs) -> np.ndarray:
        batches = (images.batch(slice(start, start + _AT_ONCE)) for start in range(0, len(images), _AT_ONCE))
        return np.stack([self.features(picture) for batch in batches for picture in batch])
